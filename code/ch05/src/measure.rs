//! How long it takes on this machine: a word, a sentence, a training pass.

use std::hint::black_box;

use chapter::{Machine, rng};
use machine::{Timings, seconds_in_turn};
use ndarray::{Array1, Array3, Axis};
use rand::{RngExt, rngs::ChaCha8Rng};
use rnn::{Error, KvCache, Rnn, RnnCell, SelfAttention};
use serde::{Deserialize, Serialize};

use crate::{
    batch::{Batch, tokens},
    classifier::Reader,
    corpus::Sentence,
    token::answer,
    training::BATCH,
};

/// What was measured, and where: everything in `f32` but the classifiers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measurement {
    /// The machine and the day.
    pub machine: Machine,
    /// Steps so far, and seconds for the next one.
    pub token: Pair<Timings>,
    /// Steps of a sequence, and seconds to read it: the outputs of all steps.
    pub reading: Pair<Timings>,
    /// The same for an attention that answers at the last step only.
    pub answer: Timings,
    /// Steps of the sequences of a batch, and seconds to run it forwards and backwards.
    pub pass: Pair<Timings>,
    /// Seconds for the gradient of a classifier over a batch of sentences.
    pub classifier: Pair<f64>,
}

/// Something of both kinds of layer.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Pair<T> {
    /// Of the recurrent layer.
    pub rnn: T,
    /// Of the causal attention.
    pub attention: T,
}

/// Numbers in an input, a state, a query: of a step, and of whole sequences.
pub const TOKEN_SIZE: usize = 128;
/// The same for whole sequences.
pub const SIZE: usize = 64;
/// Sequences in a batch.
pub const SEQUENCES: usize = 8;

const ROUNDS: usize = 9;
const SO_FAR: [usize; 5] = [16, 64, 256, 1_024, 4_096];
const LENGTHS: [usize; 7] = [16, 32, 64, 128, 256, 512, 1_024];

impl Measurement {
    /// How often [`take`](Self::take) reports that it has done a part.
    pub const PARTS: usize = SO_FAR.len() + 2 * LENGTHS.len() + 1;

    /// Measures on this machine. `done` is called after each part.
    ///
    /// # Errors
    /// None: the sizes are not zero.
    pub fn take(seed: u64, mut done: impl FnMut()) -> Result<Self, Error> {
        let mut rng = rng(seed, 0);
        let mut part = |pair: &mut Pair<Timings>, steps: usize, seconds: Vec<f64>| {
            pair.rnn.push((steps, seconds[0]));
            pair.attention.push((steps, seconds[1]));
            done();
        };
        let (mut token, mut reading, mut pass) =
            (Pair::default(), Pair::default(), Pair::default());
        let mut answer = Timings::new();
        for steps in SO_FAR {
            part(&mut token, steps, token_seconds(steps, &mut rng)?);
        }
        for steps in LENGTHS {
            let seconds = reading_seconds(steps, &mut rng)?;
            answer.push((steps, seconds[2]));
            part(&mut reading, steps, seconds);
            part(&mut pass, steps, pass_seconds(steps, &mut rng)?);
        }
        let classifier = classifier_seconds(&mut rng)?;
        done();
        Ok(Self { machine: machine::this(), token, reading, answer, pass, classifier })
    }
}

/// Seconds for a step after so many. An attention has more to look at with each, and a copy of its
/// cache to begin with: so it is the difference between many steps and one, each after a copy.
fn token_seconds(so_far: usize, rng: &mut ChaCha8Rng) -> Result<Vec<f64>, Error> {
    const MANY: usize = 9;
    let cell = RnnCell::<f32>::new(TOKEN_SIZE, TOKEN_SIZE, rng)?;
    let attention = SelfAttention::<f32>::new(TOKEN_SIZE, TOKEN_SIZE, true, rng)?;
    let x = Array1::from_shape_simple_fn(TOKEN_SIZE, || rng.random_range(-1.0..=1.0));
    let mut cache = KvCache::new(TOKEN_SIZE);
    for _ in 0..so_far {
        attention.step(&x, &mut cache)?;
    }
    let mut h = Array1::zeros(TOKEN_SIZE);
    let steps_of_a_copy = |steps: usize| {
        let mut cache = cache.clone();
        for _ in 0..steps {
            drop(black_box(attention.step(black_box(&x), &mut cache)));
        }
    };
    let seconds = seconds_in_turn(
        ROUNDS,
        &mut [
            Box::new(|| h = cell.step(black_box(&x), &h).unwrap_or_default()),
            Box::new(|| steps_of_a_copy(1)),
            Box::new(|| steps_of_a_copy(MANY)),
        ],
    );
    Ok(vec![seconds[0], (seconds[2] - seconds[1]) / (MANY - 1) as f64])
}

/// Both layers, and a batch for them.
type Layers = (Rnn<f32>, SelfAttention<f32>, Array3<f32>);

fn layers(sequences: usize, steps: usize, rng: &mut ChaCha8Rng) -> Result<Layers, Error> {
    let rnn = Rnn::new(SIZE, SIZE, rng)?;
    let attention = SelfAttention::new(SIZE, SIZE, true, rng)?;
    let shape = (sequences, steps, SIZE);
    Ok((rnn, attention, Array3::from_shape_simple_fn(shape, || rng.random_range(-1.0..=1.0))))
}

/// Seconds to read one sequence: states, outputs, and the last output alone.
fn reading_seconds(steps: usize, rng: &mut ChaCha8Rng) -> Result<Vec<f64>, Error> {
    let (rnn, attention, x) = layers(1, steps, rng)?;
    let sequence = x.index_axis(Axis(0), 0).to_owned();
    Ok(seconds_in_turn(
        ROUNDS,
        &mut [
            Box::new(|| drop(black_box(rnn.forward(&x, None)))),
            Box::new(|| drop(black_box(attention.forward(&x)))),
            Box::new(|| drop(black_box(answer(&attention, &sequence)))),
        ],
    ))
}

/// Seconds to run a batch forwards and backwards.
fn pass_seconds(steps: usize, rng: &mut ChaCha8Rng) -> Result<Vec<f64>, Error> {
    let (rnn, attention, x) = layers(SEQUENCES, steps, rng)?;
    let d_output = Array3::ones(x.dim());
    let recurrent = || {
        let saved = rnn.forward_saving(&x, None, None)?;
        let gradients = saved.backward(Some(&d_output), None)?;
        saved.input_gradient(&gradients)
    };
    let attentive = || attention.forward_saving(&x, None)?.backward(&d_output);
    Ok(seconds_in_turn(
        ROUNDS,
        &mut [Box::new(|| drop(black_box(recurrent()))), Box::new(|| drop(black_box(attentive())))],
    ))
}

/// Seconds for the gradient over a batch of sentences.
fn classifier_seconds(rng: &mut ChaCha8Rng) -> Result<Pair<f64>, Error> {
    let sentences: Vec<Sentence> = (0..BATCH).map(|_| Sentence::draw(rng)).collect();
    let rows: Vec<Vec<usize>> = sentences.iter().map(tokens).collect();
    let rows: Vec<&[usize]> = rows.iter().map(Vec::as_slice).collect();
    let (batch, labels) = (Batch::new(&rows), sentences.iter().map(Sentence::label));
    let labels: Vec<usize> = labels.collect();
    let (rnn, attention) = (Reader::LastState.draw(rng)?, Reader::Places.draw(rng)?);
    let seconds = seconds_in_turn(
        ROUNDS,
        &mut [
            Box::new(|| drop(black_box(rnn.gradient(&batch, &labels)))),
            Box::new(|| drop(black_box(attention.gradient(&batch, &labels)))),
        ],
    );
    Ok(Pair { rnn: seconds[0], attention: seconds[1] })
}
