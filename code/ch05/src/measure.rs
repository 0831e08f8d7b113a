//! How long it takes on this machine: a word, a sentence, a training pass.

mod jobs;

use chapter::{Machine, rng};
use machine::{Timed, Timings};
use rnn::Error;
use serde::{Deserialize, Serialize};

use jobs::{Reading, Token, classifier, pass, reading, token};

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
        let mut found = Self::empty();
        for steps in SO_FAR {
            found.add_token(steps, &token(steps, &mut rng)?);
            done();
        }
        for steps in LENGTHS {
            found.add_reading(steps, &reading(steps, &mut rng)?);
            done();
            found.add_pass(steps, &pass(steps, &mut rng)?);
            done();
        }
        found.add_classifier(&classifier(&mut rng)?);
        done();
        Ok(found)
    }

    pub(crate) fn empty() -> Self {
        let [token, reading, pass] = [(); 3].map(|()| Pair::default());
        let (answer, classifier) = (Timings::new(), Pair::default());
        Self { machine: machine::this(), token, reading, answer, pass, classifier }
    }

    fn add_token<T>(&mut self, steps: usize, timed: &Token<T>) {
        self.token.push(steps, &timed.seconds());
    }

    fn add_reading<T>(&mut self, steps: usize, timed: &Reading<T>) {
        let Reading { rnn, attention, answer } = timed;
        self.reading.push(steps, &Pair { rnn: rnn.seconds, attention: attention.seconds });
        self.answer.push((steps, answer.seconds));
    }

    fn add_pass<T>(&mut self, steps: usize, timed: &Pair<Timed<T>>) {
        self.pass.push(steps, &timed.seconds());
    }

    fn add_classifier<T>(&mut self, timed: &Pair<Timed<T>>) {
        self.classifier = timed.seconds();
    }
}

impl Pair<Timings> {
    fn push(&mut self, steps: usize, seconds: &Pair<f64>) {
        self.rnn.push((steps, seconds.rnn));
        self.attention.push((steps, seconds.attention));
    }
}

impl<T> Pair<Timed<T>> {
    fn seconds(&self) -> Pair<f64> {
        Pair { rnn: self.rnn.seconds, attention: self.attention.seconds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_goes_to_its_own_layer_and_work() {
        let timed = |seconds| Timed { seconds, result: () };
        let mut found = Measurement::empty();
        found.add_token(1, &Token { rnn: timed(1.0), one: timed(5.0), many: timed(21.0) });
        let (rnn, attention, answer) = (timed(3.0), timed(4.0), timed(5.0));
        found.add_reading(2, &Reading { rnn, attention, answer });
        found.add_pass(3, &Pair { rnn: timed(6.0), attention: timed(7.0) });
        found.add_classifier(&Pair { rnn: timed(8.0), attention: timed(9.0) });
        let Measurement { token, reading, answer, pass, classifier, .. } = found;
        assert_eq!((token.rnn, token.attention), (vec![(1, 1.0)], vec![(1, 2.0)]));
        assert_eq!((reading.rnn, reading.attention), (vec![(2, 3.0)], vec![(2, 4.0)]));
        assert_eq!(answer, [(2, 5.0)]);
        assert_eq!((pass.rnn, pass.attention), (vec![(3, 6.0)], vec![(3, 7.0)]));
        assert_eq!((classifier.rnn, classifier.attention), (8.0, 9.0));
    }
}
