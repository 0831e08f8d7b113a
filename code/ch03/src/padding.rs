//! Sequences of unequal length in one batch.

use ndarray::{Array2, Array3, ArrayRef1, Axis, concatenate};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use rnn::{Error, Rnn};

use crate::effect::Sizes;

/// What padding with zeros does to the last states of two sequences, when nobody gives the lengths.
#[derive(Clone, Debug, PartialEq)]
pub struct Padded {
    /// By steps of padding: how far the first sequence's `h_n` is from what it should be, in the
    /// entry that is furthest off.
    pub error: Vec<f64>,
    /// By steps of padding: how far the two sequences' `h_n` are apart, over how far they should be.
    pub apart: Vec<f64>,
    /// The largest error of an entry after the most padding, with the lengths given.
    pub error_with_lengths: f64,
}

/// Pads two random sequences with zero to `padding` steps of zeros and looks at `h_n`.
///
/// # Errors
/// Where a size is zero.
pub fn pad(sizes: &Sizes, padding: usize, rng: &mut impl Rng) -> Result<Padded, Error> {
    let rnn = Rnn::<f64>::new(sizes.input, sizes.hidden, rng)?;
    let shape = (2, sizes.steps, sizes.input);
    let x = Array3::from_shape_simple_fn(shape, || StandardNormal.sample(rng));
    let padded = |steps: usize| concatenate![Axis(1), x, Array3::zeros((2, steps, sizes.input))];

    let right = last(&rnn.forward(&x, None)?.1[0]);
    let (mut error, mut apart) = (Vec::new(), Vec::new());
    for steps in 0..=padding {
        let wrong = last(&rnn.forward(&padded(steps), None)?.1[0]);
        error.push(largest(&(&wrong - &right).row(0)));
        apart.push(distance(&wrong) / distance(&right));
    }
    let lengths = [sizes.steps; 2];
    let (_, [h_n]) = rnn.forward_padded(&padded(padding), &lengths, None)?;
    let error_with_lengths = largest(&(last(&h_n) - &right).row(0));
    Ok(Padded { error, apart, error_with_lengths })
}

/// `h_n` `[1, N, H]` as `[N, H]`.
fn last(h_n: &Array3<f64>) -> Array2<f64> {
    h_n.index_axis(Axis(0), 0).to_owned()
}

/// The distance of the two rows.
fn distance(states: &Array2<f64>) -> f64 {
    let apart = &states.row(0) - &states.row(1);
    apart.dot(&apart).sqrt()
}

fn largest(entries: &ArrayRef1<f64>) -> f64 {
    entries.iter().fold(0.0, |largest, entry| entry.abs().max(largest))
}
