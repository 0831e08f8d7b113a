//! What is timed: each job returns what it has computed.

use machine::{Job, Timed, seconds_in_turn};
use ndarray::{Array1, Array3, ArrayD, Axis};
use rand::{RngExt, rngs::ChaCha8Rng};
use rnn::{Error, KvCache, Rnn, RnnCell, SelfAttention};

use super::{Pair, ROUNDS, SEQUENCES, SIZE, TOKEN_SIZE};
use crate::{
    batch::{Batch, tokens},
    classifier::Reader,
    corpus::Sentence,
    network::Network,
    token::answer,
    training::BATCH,
};

/// Steps of an attention that are timed in a row.
const MANY: usize = 9;

/// The times for a step. An attention has more to look at with each, and a copy of its cache to
/// begin with.
pub(super) struct Token<T> {
    /// A step of the recurrent cell.
    pub rnn: Timed<T>,
    /// A copy of the cache, and one step of the attention.
    pub one: Timed<T>,
    /// A copy of the cache, and so many steps.
    pub many: Timed<T>,
}

impl<T> Token<T> {
    /// Seconds for one step. For the attention it is the difference between many and one, without
    /// the copy.
    pub fn seconds(&self) -> Pair<f64> {
        let Self { rnn, one, many } = self;
        let attention = (many.seconds - one.seconds) / (MANY - 1) as f64;
        Pair { rnn: rnn.seconds, attention }
    }
}

/// Both layers after some steps, and the next input.
struct SoFar {
    cell: RnnCell<f32>,
    h: Array1<f32>,
    attention: SelfAttention<f32>,
    cache: KvCache<f32>,
    x: Array1<f32>,
}

/// The output of the last step, and how many numbers are held to go on.
type Step = (Array1<f32>, usize);

impl SoFar {
    fn draw(steps: usize, rng: &mut ChaCha8Rng) -> Result<Self, Error> {
        let cell = RnnCell::new(TOKEN_SIZE, TOKEN_SIZE, rng)?;
        let attention = SelfAttention::new(TOKEN_SIZE, TOKEN_SIZE, true, rng)?;
        let x = Array1::from_shape_simple_fn(TOKEN_SIZE, || rng.random_range(-1.0..=1.0));
        let mut cache = KvCache::new(TOKEN_SIZE);
        for _ in 0..steps {
            attention.step(&x, &mut cache)?;
        }
        let h = cell.step(&x, &Array1::zeros(TOKEN_SIZE))?;
        Ok(Self { cell, h, attention, cache, x })
    }

    fn step(&self) -> Result<Step, Error> {
        let h = self.cell.step(&self.x, &self.h)?;
        let held = h.len();
        Ok((h, held))
    }

    fn steps_of_a_copy(&self, steps: usize) -> Result<Step, Error> {
        let (mut cache, mut output) = (self.cache.clone(), Array1::default(0));
        for _ in 0..steps {
            output = self.attention.step(&self.x, &mut cache)?;
        }
        Ok((output, cache.float_count()))
    }
}

/// Times the step after so many.
pub(super) fn token(so_far: usize, rng: &mut ChaCha8Rng) -> Result<Token<Step>, Error> {
    let so_far = SoFar::draw(so_far, rng)?;
    let jobs: [Job<_>; 3] = [
        Box::new(|| so_far.step()),
        Box::new(|| so_far.steps_of_a_copy(1)),
        Box::new(|| so_far.steps_of_a_copy(MANY)),
    ];
    let [rnn, one, many] = seconds_in_turn(ROUNDS, jobs);
    Ok(Token { rnn: rnn.transpose()?, one: one.transpose()?, many: many.transpose()? })
}

/// Both layers, and a batch for them.
type Layers = (Rnn<f32>, SelfAttention<f32>, Array3<f32>);

fn layers(sequences: usize, steps: usize, rng: &mut ChaCha8Rng) -> Result<Layers, Error> {
    let rnn = Rnn::new(SIZE, SIZE, rng)?;
    let attention = SelfAttention::new(SIZE, SIZE, true, rng)?;
    let shape = (sequences, steps, SIZE);
    Ok((rnn, attention, Array3::from_shape_simple_fn(shape, || rng.random_range(-1.0..=1.0))))
}

/// The times to read one sequence.
pub(super) struct Reading<T> {
    /// All states: `[1, T, H]`.
    pub rnn: Timed<T>,
    /// All outputs of the attention: `[1, T, d]`.
    pub attention: Timed<T>,
    /// Its last output alone: `[d]`.
    pub answer: Timed<T>,
}

/// Times reading so many steps.
pub(super) fn reading(steps: usize, rng: &mut ChaCha8Rng) -> Result<Reading<ArrayD<f32>>, Error> {
    let (rnn, attention, x) = layers(1, steps, rng)?;
    let sequence = x.index_axis(Axis(0), 0).to_owned();
    let jobs: [Job<_>; 3] = [
        Box::new(|| rnn.forward(&x, None).map(|(states, _)| states.into_dyn())),
        Box::new(|| attention.forward(&x).map(Array3::into_dyn)),
        Box::new(|| answer(&attention, &sequence).map(Array1::into_dyn)),
    ];
    let [rnn, attention, answer] = seconds_in_turn(ROUNDS, jobs);
    let (rnn, attention) = (rnn.transpose()?, attention.transpose()?);
    Ok(Reading { rnn, attention, answer: answer.transpose()? })
}

/// Times running a batch forwards and backwards: the gradients `[N, T, D]` by the inputs.
pub(super) fn pass(steps: usize, rng: &mut ChaCha8Rng) -> Result<Pair<Timed<Array3<f32>>>, Error> {
    let (rnn, attention, x) = layers(SEQUENCES, steps, rng)?;
    let d_output = Array3::ones(x.dim());
    let jobs: [Job<_>; 2] = [
        Box::new(|| {
            let saved = rnn.forward_saving(&x, None, None)?;
            let gradients = saved.backward(Some(&d_output), None)?;
            saved.input_gradient(&gradients)
        }),
        Box::new(|| Ok(attention.forward_saving(&x, None)?.backward(&d_output)?.x)),
    ];
    pair(seconds_in_turn(ROUNDS, jobs))
}

/// Two classifiers, and a batch of sentences with its labels.
struct Classifiers {
    rnn: Network<f64>,
    attention: Network<f64>,
    batch: Batch,
    labels: Vec<usize>,
}

impl Classifiers {
    fn draw(rng: &mut ChaCha8Rng) -> Result<Self, Error> {
        let sentences: Vec<Sentence> = (0..BATCH).map(|_| Sentence::draw(rng)).collect();
        let rows: Vec<Vec<usize>> = sentences.iter().map(tokens).collect();
        let rows: Vec<&[usize]> = rows.iter().map(Vec::as_slice).collect();
        let labels = sentences.iter().map(Sentence::label).collect();
        let (rnn, attention) = (Reader::LastState.draw(rng)?, Reader::Places.draw(rng)?);
        Ok(Self { rnn, attention, batch: Batch::new(&rows), labels })
    }
}

/// The loss, and its gradient by all weights.
type Gradient = (f64, Network<f64>);

/// Times the gradient over a batch of sentences.
pub(super) fn classifier(rng: &mut ChaCha8Rng) -> Result<Pair<Timed<Gradient>>, Error> {
    let Classifiers { rnn, attention, batch, labels } = Classifiers::draw(rng)?;
    let jobs: [Job<_>; 2] = [
        Box::new(|| rnn.gradient(&batch, &labels)),
        Box::new(|| attention.gradient(&batch, &labels)),
    ];
    pair(seconds_in_turn(ROUNDS, jobs))
}

fn pair<T>([rnn, attention]: [Timed<Result<T, Error>>; 2]) -> Result<Pair<Timed<T>>, Error> {
    Ok(Pair { rnn: rnn.transpose()?, attention: attention.transpose()? })
}

#[cfg(test)]
mod tests {
    use chapter::rng;

    use super::*;
    use crate::layer::Layer;

    #[test]
    fn each_time_of_a_step_is_of_its_own_layer() {
        let found = token(16, &mut rng(1, 0)).unwrap();
        let SoFar { cell, h, attention, cache, x } = SoFar::draw(16, &mut rng(1, 0)).unwrap();
        assert_eq!(found.rnn.result, (cell.step(&x, &h).unwrap(), TOKEN_SIZE));
        let mut cache = cache.clone();
        let outputs: Vec<_> = (0..MANY).map(|_| attention.step(&x, &mut cache).unwrap()).collect();
        // A key and a value for each step.
        let held = |steps: usize| 2 * TOKEN_SIZE * (16 + steps);
        assert_eq!(found.one.result, (outputs[0].clone(), held(1)));
        assert_eq!(found.many.result, (outputs[MANY - 1].clone(), held(MANY)));
    }

    #[test]
    fn a_copy_of_the_cache_is_no_part_of_a_step() {
        let timed = |seconds| Timed { seconds, result: () };
        let token = Token { rnn: timed(7.0), one: timed(3.0), many: timed(3.0 + 8.0 * 0.5) };
        let Pair { rnn, attention } = token.seconds();
        assert_eq!((rnn, attention), (7.0, 0.5));
    }

    #[test]
    fn each_time_of_reading_is_of_its_own_layer() {
        let found = reading(16, &mut rng(1, 0)).unwrap();
        let (rnn, attention, x) = layers(1, 16, &mut rng(1, 0)).unwrap();
        let [states, outputs] = [rnn.forward(&x, None).unwrap().0, attention.forward(&x).unwrap()];
        assert_ne!(states, outputs);
        assert_eq!(found.rnn.result, states.into_dyn());
        assert_eq!(found.attention.result, outputs.into_dyn());
        let last = answer(&attention, &x.index_axis_move(Axis(0), 0)).unwrap();
        assert_eq!(found.answer.result, last.into_dyn());
    }

    #[test]
    fn each_time_of_a_pass_is_of_its_own_layer() {
        let found = pass(16, &mut rng(1, 0)).unwrap();
        let (rnn, attention, x) = layers(SEQUENCES, 16, &mut rng(1, 0)).unwrap();
        let d_output = Array3::ones(x.dim());
        let saved = rnn.forward_saving(&x, None, None).unwrap();
        let gradients = saved.backward(Some(&d_output), None).unwrap();
        let of_rnn = saved.input_gradient(&gradients).unwrap();
        let saved = attention.forward_saving(&x, None).unwrap();
        let of_attention = saved.backward(&d_output).unwrap().x;
        assert_ne!(of_rnn, of_attention);
        assert_eq!(found.rnn.result, of_rnn);
        assert_eq!(found.attention.result, of_attention);
    }

    #[test]
    fn each_time_of_a_classifier_is_of_its_own() {
        let Pair { rnn, attention } = classifier(&mut rng(1, 0)).unwrap();
        let drawn = Classifiers::draw(&mut rng(1, 0)).unwrap();
        assert!(matches!(rnn.result.1.layer, Layer::Rnn(_)));
        assert!(matches!(attention.result.1.layer, Layer::Attention(_)));
        for (network, found) in [(drawn.rnn, rnn), (drawn.attention, attention)] {
            assert!(found.result == network.gradient(&drawn.batch, &drawn.labels).unwrap());
        }
    }
}
