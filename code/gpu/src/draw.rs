//! Random layers and recurrences.

use ndarray::{Array2, Array3};
use rand::{RngExt, rngs::ChaCha8Rng};
use rnn::RnnCell;

use crate::{Result, Sizes};

/// A cell as PyTorch draws it, inputs `[N, T, D]` and first states `[1, N, H]` between −1 and 1.
pub(crate) fn layer(
    sizes: Sizes,
    rng: &mut ChaCha8Rng,
) -> Result<(RnnCell<f32>, Array3<f32>, Array3<f32>)> {
    let cell = RnnCell::new(sizes.input, sizes.hidden, rng)?;
    let mut array = |shape| Array3::from_shape_simple_fn(shape, || rng.random_range(-1.0..=1.0));
    let x = array((sizes.batch, sizes.steps, sizes.input));
    Ok((cell, x, array((1, sizes.batch, sizes.hidden))))
}

/// Factors and summands `[T, C]` of a diagonal recurrence, factors near 1 among them.
pub(crate) fn recurrence(steps: usize, channels: usize, rng: &mut ChaCha8Rng) -> [Array2<f32>; 2] {
    let shape = (steps, channels);
    let a = Array2::from_shape_simple_fn(shape, || rng.random_range(0.5..1.0_f32).sqrt());
    [a, Array2::from_shape_simple_fn(shape, || rng.random_range(-0.1..=0.1))]
}
