//! A tanh network is taught parity on short sequences, and then asked on long ones.

use std::iter::zip;

use ndarray::{Array2, Array3, Axis, concatenate};
use rand::{Rng, RngExt};
use rnn::{Error, Rnn, RnnCell, Saved, Sgd, cross_entropy};

use crate::training::{
    self, Answers, Course, Model, Until, copied, draw, gradient, gradient_of_run,
};

/// Units of the network.
pub const HIDDEN: usize = 16;

/// Steps of the sequences that it is trained on.
pub const LENGTH: usize = 16;

/// Sequences in an update.
pub const BATCH: usize = 32;

/// The learning rate of gradient descent.
pub const LEARNING_RATE: f64 = 0.1;

/// Its momentum.
pub const MOMENTUM: f64 = 0.9;

/// Parity counts as learned where the running mean of the loss (in nats) is below this. A network
/// that answers rightly but is less sure may still count the ones, and fail on longer sequences.
pub const LEARNED: f64 = 0.002;

/// Random bits `[N, T, 1]`, and after each the parity of all so far: one if the ones are odd in
/// number.
// ANCHOR: bits
pub fn bits(n: usize, t: usize, rng: &mut impl Rng) -> (Array3<f64>, Vec<usize>) {
    let mut bit = || f64::from(rng.random_range(0..2_u8));
    let x = Array3::from_shape_simple_fn((n, t, 1), &mut bit);
    let mut parities = Vec::new();
    for sequence in x.outer_iter() {
        let mut parity = 0;
        for &bit in sequence {
            parity ^= usize::from(bit == 1.0);
            parities.push(parity);
        }
    }
    (x, parities)
}
// ANCHOR_END: bits

/// What a training run gave.
#[derive(Clone, Debug)]
pub struct Training {
    /// The network.
    pub model: Model<f64, Rnn<f64>>,
    /// Its losses, and whether it has learned parity.
    pub course: Course,
}

/// When a network must say the parity, and how far its mistakes go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// After every bit; the gradient goes back to the first.
    AtEveryStep,
    /// After every bit; the gradient does not go back through time at all.
    AtEveryStepCut,
    /// After the last bit only.
    AtTheEnd,
}

/// Trains a network until it has learned parity on short sequences, or for so many updates.
///
/// # Errors
/// Where something is not finite.
// ANCHOR: train
pub fn train(
    asked: Asked,
    most_updates: usize,
    rng: &mut impl Rng,
    mut after_update: impl FnMut(),
) -> Result<Training, Error> {
    let mut model = draw([1, HIDDEN, 2], rng)?;
    let mut sgd = Sgd::new(LEARNING_RATE, MOMENTUM);
    let until = Until { most_updates, learned: LEARNED, first_mean: 1.0, share: 0.05 };
    let course = training::train(&until, |_| {
        let (x, parities) = bits(BATCH, LENGTH, rng);
        let (loss, gradient) = loss_and_gradient(&model, &x, &parities, asked)?;
        sgd.step(&mut model, &gradient)?;
        after_update();
        Ok(loss)
    })?;
    Ok(Training { model, course })
}
// ANCHOR_END: train

fn loss_and_gradient(
    model: &Model<f64, Rnn<f64>>,
    x: &Array3<f64>,
    parities: &[usize],
    asked: Asked,
) -> Result<(f64, Model<f64, Rnn<f64>>), Error> {
    let at_every_step = |logits: &Array2<f64>| cross_entropy(logits, parities);
    match asked {
        Asked::AtEveryStep => gradient(model, x, Answers::AtEveryStep, at_every_step),
        Asked::AtEveryStepCut => {
            let run = one_step_each(&model.0, x)?;
            gradient_of_run(&model.1, &run, Answers::AtTheEnd, at_every_step)
        }
        Asked::AtTheEnd => {
            let length = x.dim().1;
            let last: Vec<usize> =
                parities.chunks(length).map(|sequence| sequence[length - 1]).collect();
            gradient(model, x, Answers::AtTheEnd, |logits| cross_entropy(logits, &last))
        }
    }
}

/// Every step as a sequence of its own, `[N T, 1, D]`. It starts from the state before the step, a mere
/// number that no gradient goes through.
// ANCHOR: cut
fn one_step_each<'a>(rnn: &'a Rnn<f64>, x: &Array3<f64>) -> Result<Saved<'a, RnnCell<f64>>, Error> {
    let (n, t, d) = x.dim();
    let (output, _) = rnn.forward(x, None)?;
    let (before, _) = output.view().split_at(Axis(1), t - 1);
    let before = concatenate![Axis(1), Array3::zeros((n, 1, HIDDEN)), before];
    let h_0 = copied(&before, (1, n * t, HIDDEN));
    rnn.forward_saving(&copied(x, (n * t, 1, d)), None, Some([&h_0]))
}
// ANCHOR_END: cut

/// The share of `n` sequences that a network answers rightly after each of so many steps.
///
/// # Errors
/// Where the network has another number of inputs or answers.
pub fn right(
    (rnn, head): &Model<f64, Rnn<f64>>,
    (n, steps): (usize, usize),
    rng: &mut impl Rng,
) -> Result<Vec<f64>, Error> {
    // Piece by piece, so that the states of all steps need not be held at once.
    const PIECE: usize = 1_000;
    let mut shares = Vec::new();
    let mut h = Array3::zeros((1, n, rnn.hidden_size()));
    let mut parities = vec![false; n];
    for start in (0..steps).step_by(PIECE) {
        let (x, _) = bits(n, PIECE.min(steps - start), rng);
        let (output, [h_n]) = rnn.forward(&x, Some([&h]))?;
        h = h_n;
        for (x, states) in zip(x.axis_iter(Axis(1)), output.axis_iter(Axis(1))) {
            let logits = head.forward(&states)?;
            let mut right = 0;
            for ((parity, bit), logits) in zip(zip(&mut parities, &x), logits.rows()) {
                *parity ^= *bit == 1.0;
                right += usize::from((logits[1] > logits[0]) == *parity);
            }
            shares.push(right as f64 / n as f64);
        }
    }
    Ok(shares)
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use rand::{SeedableRng, rngs::ChaCha8Rng};
    use rnn::{Linear, RnnCell};

    use super::*;

    #[test]
    fn every_bit_has_the_parity_of_all_up_to_it() {
        let (x, parities) = bits(3, 7, &mut ChaCha8Rng::seed_from_u64(1));
        for (sequence, parities) in zip(x.outer_iter(), parities.chunks(7)) {
            for (t, parity) in parities.iter().enumerate() {
                let ones = sequence.iter().take(t + 1).filter(|bit| **bit == 1.0).count();
                assert_eq!(*parity, ones % 2);
            }
        }
    }

    /// One unit fires where the parity before or the bit is one, the other where both are.
    fn made_by_hand() -> Model<f64, Rnn<f64>> {
        let cell = RnnCell {
            w_ih: array![[20.0], [20.0]],
            w_hh: array![[10.0, -10.0], [10.0, -10.0]],
            b_ih: array![-10.0, -30.0],
            b_hh: array![0.0, 0.0],
        };
        let head = Linear { weight: array![[0.0, 0.0], [1.0, -1.0]], bias: array![1.0, 0.0] };
        (Rnn::from(cell), head)
    }

    /// A cut between the steps leaves the gradient of one step alone, and changes that of two.
    #[test]
    fn a_cut_gradient_is_that_of_the_single_steps() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let model = draw([1, HIDDEN, 2], &mut rng).unwrap();
        let apart = |length| {
            let (x, parities) = bits(3, length, &mut ChaCha8Rng::seed_from_u64(2));
            let ask = |asked| loss_and_gradient(&model, &x, &parities, asked).unwrap();
            let (full, cut) = (ask(Asked::AtEveryStep), ask(Asked::AtEveryStepCut));
            approx::assert_abs_diff_eq!(full.0, cut.0, epsilon = 1e-12);
            let apart = &full.1.0.cells[0].w_ih - &cut.1.0.cells[0].w_ih;
            apart.iter().fold(0.0_f64, |largest, d| largest.max(d.abs()))
        };
        assert!(apart(1) < 1e-12);
        assert!(apart(2) > 1e-3, "{}", apart(2));
    }

    #[test]
    fn a_machine_made_by_hand_is_always_right() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let shares = right(&made_by_hand(), (20, 2_500), &mut rng).unwrap();
        assert_eq!(shares, vec![1.0; 2_500]);
    }

    #[test]
    fn a_machine_that_says_the_opposite_is_always_wrong() {
        let (rnn, mut head) = made_by_hand();
        head.weight *= -1.0;
        head.bias[0] = -1.0;
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let shares = right(&(rnn, head), (20, 50), &mut rng).unwrap();
        assert_eq!(shares, [0.0; 50]);
    }
}
