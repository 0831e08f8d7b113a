//! The adding problem: two marked numbers among many, and their sum at the end.

use std::iter::zip;

use ndarray::{Array2, Array3, Axis};
use rand::{Rng, RngExt};
use rnn::{Adam, Error, Gru, Linear, Real, mse_loss};

use crate::training::{Answers, Layer, Model, draw, gradient};

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

/// What a network is trained to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The sum of the two marked numbers.
    Sum,
    /// The sum of two random numbers that are not in the sequence: there is nothing to learn.
    Noise,
}

/// How a network is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    /// What it is to answer.
    pub target: Target,
    /// Steps of the sequences, T.
    pub length: usize,
    /// The learning rate of Adam.
    pub learning_rate: f64,
    /// Updates at most.
    pub most_updates: usize,
    /// Training ends where the running mean of the loss is below this.
    pub learned: f64,
}

/// What a training run gave.
#[derive(Clone, Debug)]
pub struct Training<F, L> {
    /// The network.
    pub model: Model<F, L>,
    /// The updates that it took.
    pub updates: usize,
    /// Whether it has learned its target.
    pub learned: bool,
}

/// Trains a network on sequences of T steps until it has learned its target, or for so many updates.
///
/// # Errors
/// Where something is not finite.
pub fn train<F: Real, L: Layer<F>>(
    recipe: &Recipe,
    rng: &mut impl Rng,
    mut after_update: impl FnMut(),
) -> Result<Training<F, L>, Error> {
    let mut model = draw([2, HIDDEN, 1], rng)?;
    let mut adam = Adam::new(F::from_f64(recipe.learning_rate));
    let (mut updates, mut running_mean) = (0, BASELINE);
    while updates < recipe.most_updates && running_mean >= recipe.learned {
        let (x, mut sums) = sequences(BATCH, recipe.length, rng);
        if recipe.target == Target::Noise {
            sums = sequences(BATCH, recipe.length, rng).1;
        }
        let mse = |y: &Array2<F>| mse_loss(y, &sums);
        let (loss, gradient) = gradient(&model, &x, Answers::AtTheEnd, mse)?;
        adam.step(&mut model, &gradient)?;
        running_mean += 0.02 * (loss.into() - running_mean);
        updates += 1;
        after_update();
    }
    Ok(Training { model, updates, learned: running_mean < recipe.learned })
}

/// The mean squared error on sequences that the network has not seen.
///
/// # Errors
/// Where the network has other inputs.
pub fn error<F: Real, L: Layer<F>>(
    (layer, head): &Model<F, L>,
    t: usize,
    rng: &mut impl Rng,
) -> Result<f64, Error> {
    let (x, sums) = sequences(1_000, t, rng);
    let saved = layer.run(&x)?;
    let answers = head.forward(&L::states(&saved).1.index_axis(Axis(0), 0))?;
    Ok(mse_loss(&answers, &sums)?.0.into())
}

/// The mean of a GRU's update gates over some sequences: what share of its state it keeps.
///
/// # Errors
/// Where the network has other inputs.
pub fn kept(gru: &Gru<f64>, t: usize, rng: &mut impl Rng) -> Result<f64, Error> {
    let (x, _) = sequences::<f64>(50, t, rng);
    let (output, _) = gru.forward(&x, None)?;
    let update = (HIDDEN..2 * HIDDEN).into(); // the rows of z in each array
    let w_iz = gru.cell.w_ih.slice_axis(Axis(0), update);
    let w_hz = gru.cell.w_hh.slice_axis(Axis(0), update);
    let bias = &gru.cell.b_ih + &gru.cell.b_hh;
    let bias = bias.slice_axis(Axis(0), update);
    let (mut sum, mut count) = (0.0, 0.0);
    for (x, states) in zip(x.outer_iter(), output.outer_iter()) {
        let (_, x) = x.split_at(Axis(0), 1);
        let (h, _) = states.split_at(Axis(0), t - 1);
        let z = x.dot(&w_iz.t()) + h.dot(&w_hz.t()) + bias;
        sum += z.mapv(|z| 1.0 / (1.0 + (-z).exp())).sum();
        count += z.len() as f64;
    }
    Ok(sum / count)
}

/// How much the answer after T steps changes with the state k steps before it, for k = 0 … T - 1:
/// the root mean square, over some sequences, of the norm of `dy / dh_(T-k)`.
///
/// # Errors
/// Where the network has other inputs.
pub fn reach(
    (gru, head): &(Gru<f64>, Linear<f64>),
    t: usize,
    rng: &mut impl Rng,
) -> Result<Vec<f64>, Error> {
    const SEQUENCES: usize = 50;
    let (x, _) = sequences(SEQUENCES, t, rng);
    let (output, _) = gru.forward(&x, None)?;
    let d_h_n = head.weight.broadcast((1, SEQUENCES, HIDDEN));
    let d_h_n = d_h_n.map(|d| d.to_owned()).unwrap_or_default();
    let norm = |d_h: &Array3<f64>| (d_h.mapv(|d| d * d).sum() / SEQUENCES as f64).sqrt();
    let mut reach = vec![norm(&d_h_n)];
    for k in 1..t {
        let (_, rest) = x.view().split_at(Axis(1), t - k);
        let h = output.index_axis(Axis(1), t - k - 1).insert_axis(Axis(0));
        let saved = gru.forward_saving(&rest, None, Some(&h))?;
        reach.push(norm(&gru.backward(&saved, None, Some(&d_h_n))?.h_0));
    }
    Ok(reach)
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

    /// One step of a GRU whose candidate is zero keeps z of its state.
    #[test]
    fn what_is_kept_is_the_mean_update_gate() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut gru = Gru::<f64>::new(2, HIDDEN, &mut rng).unwrap();
        gru.cell.w_ih.slice_axis_mut(Axis(0), (2 * HIDDEN..).into()).fill(0.0);
        gru.cell.w_hh.slice_axis_mut(Axis(0), (2 * HIDDEN..).into()).fill(0.0);
        gru.cell.b_ih.slice_axis_mut(Axis(0), (2 * HIDDEN..).into()).fill(0.7);
        gru.cell.b_hh.slice_axis_mut(Axis(0), (2 * HIDDEN..).into()).fill(0.0);
        let kept = kept(&gru, 6, &mut ChaCha8Rng::seed_from_u64(2)).unwrap();

        // h' = (1 - z) n + z h, with the same n at every step: z = (h' - n) / (h - n).
        let (x, _) = sequences::<f64>(50, 6, &mut ChaCha8Rng::seed_from_u64(2));
        let apart = gru.forward(&x, None).unwrap().0 - 0.7_f64.tanh();
        let (before, _) = apart.view().split_at(Axis(1), 5);
        let (_, after) = apart.view().split_at(Axis(1), 1);
        assert_abs_diff_eq!(kept, (&after / &before).mean().unwrap(), epsilon = 1e-12);
    }

    /// The state three steps before the end is nudged.
    #[test]
    fn the_reach_is_that_of_finite_differences() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let model: (Gru<f64>, Linear<f64>) = draw([2, HIDDEN, 1], &mut rng).unwrap();
        let reach = reach(&model, 6, &mut ChaCha8Rng::seed_from_u64(2)).unwrap();

        let (x, _) = sequences::<f64>(50, 6, &mut ChaCha8Rng::seed_from_u64(2));
        let (head, tail) = x.view().split_at(Axis(1), 3);
        let (_, h) = model.0.forward(&head, None).unwrap();
        let mut squares = 0.0;
        for unit in 0..HIDDEN {
            let answers = |nudge: f64| {
                let mut h = h.clone();
                h.index_axis_mut(Axis(2), unit).mapv_inplace(|h| h + nudge);
                let (_, h_n) = model.0.forward(&tail, Some(&h)).unwrap();
                model.1.forward(&h_n.index_axis(Axis(0), 0)).unwrap()
            };
            let slope = (answers(1e-5) - answers(-1e-5)) / 2e-5;
            squares += slope.mapv(|slope| slope * slope).sum();
        }
        assert_abs_diff_eq!(reach[3], (squares / 50.0).sqrt(), epsilon = 1e-8);
    }
}
