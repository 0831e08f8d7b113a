//! The adding problem: two marked numbers among many, and their sum at the end.

use std::iter::zip;

use ndarray::{Array2, Array3, Axis};
use rand::{Rng, RngExt};
use rnn::{Adam, Cell, Error, Layers, Real, mse_loss};

use crate::training::{self, Answers, Model, Until, draw, gradient};

/// Units of the network.
pub const HIDDEN: usize = 16;

/// Sequences in an update.
pub const BATCH: usize = 16;

/// The learning rate of Adam for the gated cells.
pub const GATED_RATE: f64 = 0.02;

/// The learning rate of Adam for tanh, which larger ones make erratic.
pub const TANH_RATE: f64 = 0.005;

/// A loss below this counts as solved.
pub const SOLVED: f64 = 0.01;

/// The mean squared error of the best answer that looks at no input, which is always 1: the variance
/// of the sum of two numbers that are uniform between 0 and 1.
pub const BASELINE: f64 = 1.0 / 6.0;

/// Sequences `[N, T, 2]` of a number from 0 to 1 and a mark, and the sum `[N, 1]` of the two numbers
/// that are marked, one in each half.
// ANCHOR: sequences
pub fn sequences<F: Real>(n: usize, t: usize, rng: &mut impl Rng) -> (Array3<F>, Array2<F>) {
    let mut x = Array3::zeros((n, t, 2));
    let mut sums = Array2::zeros((n, 1));
    for (mut sequence, sum) in zip(x.outer_iter_mut(), &mut sums) {
        let mut number = || F::from_f64(rng.random_range(0.0..1.0));
        sequence.column_mut(0).mapv_inplace(|_| number());
        for marked in [rng.random_range(0..t / 2), rng.random_range(t / 2..t)] {
            sequence[[marked, 1]] = F::one();
            *sum += sequence[[marked, 0]];
        }
    }
    (x, sums)
}
// ANCHOR_END: sequences

/// How a network is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    /// Steps of the sequences, T.
    pub length: usize,
    /// The learning rate of Adam.
    pub learning_rate: f64,
    /// Updates at most.
    pub most_updates: usize,
    /// Training ends where the running mean of the loss is below this.
    pub learned: f64,
}

impl Recipe {
    fn until(&self) -> Until {
        let Self { most_updates, learned, .. } = *self;
        Until { most_updates, learned, first_mean: BASELINE, share: 0.02 }
    }
}

/// What a training run gave.
#[derive(Clone, Debug)]
pub struct Training<F, L> {
    /// The network.
    pub model: Model<F, L>,
    /// The updates that it took.
    pub updates: usize,
    /// Whether it has learned to add.
    pub learned: bool,
}

/// Trains a network on sequences of T steps until it has learned to add, or for so many updates.
///
/// # Errors
/// Where something is not finite.
pub fn train<F: Real, C: Cell<Real = F>>(
    recipe: &Recipe,
    rng: &mut impl Rng,
    mut after_update: impl FnMut(),
) -> Result<Training<F, Layers<C>>, Error> {
    let mut model = draw([2, HIDDEN, 1], rng)?;
    let mut adam = Adam::new(F::from_f64(recipe.learning_rate));
    let course = training::train(&recipe.until(), |_| {
        let (x, sums) = sequences(BATCH, recipe.length, rng);
        let mse = |y: &Array2<F>| mse_loss(y, &sums);
        let (loss, gradient) = gradient(&model, &x, Answers::AtTheEnd, mse)?;
        adam.step(&mut model, &gradient)?;
        after_update();
        Ok(loss.into())
    })?;
    Ok(Training { model, updates: course.losses.len(), learned: course.learned })
}

/// The mean squared error on sequences that the network has not seen.
///
/// # Errors
/// Where the network has other inputs.
pub fn error<F: Real, C: Cell<Real = F>>(
    (layer, head): &Model<F, Layers<C>>,
    t: usize,
    rng: &mut impl Rng,
) -> Result<f64, Error> {
    let (x, sums) = sequences(1_000, t, rng);
    let (output, _) = layer.forward(&x, None)?;
    let answers = head.forward(&output.index_axis(Axis(1), t - 1))?;
    Ok(mse_loss(&answers, &sums)?.0.into())
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;

    #[test]
    fn two_numbers_are_marked_one_in_each_half() {
        let (x, sums) = sequences::<f64>(40, 7, &mut ChaCha8Rng::seed_from_u64(1));
        for (sequence, sum) in zip(x.outer_iter(), &sums) {
            let marks = sequence.column(1);
            assert_eq!(marks.iter().take(3).sum::<f64>(), 1.0);
            assert_eq!(marks.iter().skip(3).sum::<f64>(), 1.0);
            assert_abs_diff_eq!(sequence.column(0).dot(&marks), *sum, epsilon = 1e-12);
        }
    }

    #[test]
    fn the_baseline_is_the_error_of_always_answering_one() {
        let (_, sums) = sequences::<f64>(20_000, 10, &mut ChaCha8Rng::seed_from_u64(1));
        let error = mse_loss(&Array2::ones(sums.dim()), &sums).unwrap().0;
        assert_abs_diff_eq!(error, BASELINE, epsilon = 0.005);
    }
}
