//! How the derivative of a late state by an early one changes with the distance.

use ndarray::{Array2, Array3, Axis};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use rnn::{Error, Rnn, init::Recurrence};

use crate::effect::Sizes;

/// The states of a network over random inputs, and its Jacobians.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The largest absolute state.
    pub largest_state: f64,
    /// The norm of `dh_(1+k) / dh_1` over that of the identity, for k = 0 …
    pub norms: Vec<f64>,
}

/// Runs an untrained network over standard normal inputs.
///
/// # Errors
/// Where a size is zero.
pub fn run(recurrence: Recurrence, sizes: &Sizes, rng: &mut impl Rng) -> Result<Run, Error> {
    let cell = recurrence.draw(sizes.input, sizes.hidden, rng)?;
    let shape = (1, sizes.steps, sizes.input);
    let x = Array3::from_shape_simple_fn(shape, || StandardNormal.sample(rng));
    of(&Rnn::from(cell), &x)
}

/// Runs a network over one sequence `[1, T, D]`.
///
/// # Errors
/// Where the network has another number of inputs.
pub fn of(rnn: &Rnn<f64>, x: &Array3<f64>) -> Result<Run, Error> {
    let states = rnn.forward(x, None)?.0.index_axis_move(Axis(0), 0);
    let largest_state = states.iter().fold(0.0, |largest, h| h.abs().max(largest));
    Ok(Run { largest_state, norms: norms(&rnn.cells[0].w_hh, &states) })
}

/// The product of the Jacobians `diag(1 - h_t²) W_hh` from step to step, as its norm: the root of
/// the mean square by which it stretches a nudge of random direction.
// ANCHOR: norms
fn norms(w_hh: &Array2<f64>, states: &Array2<f64>) -> Vec<f64> {
    let mut product: Array2<f64> = Array2::eye(w_hh.nrows());
    let norm = |matrix: &Array2<f64>| {
        let squares: f64 = matrix.iter().map(|entry| entry * entry).sum();
        (squares / matrix.nrows() as f64).sqrt()
    };
    let mut norms = vec![norm(&product)];
    for h in states.rows().into_iter().skip(1) {
        let slope = h.mapv(|h| 1.0 - h * h).insert_axis(Axis(1)); // by rows
        product = slope * w_hh.dot(&product);
        norms.push(norm(&product));
    }
    norms
}
// ANCHOR_END: norms

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use ndarray::{Array1, array};
    use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

    use super::*;

    /// Three units: a transposed matrix or a slope on the wrong side shows.
    #[test]
    fn the_norm_is_that_of_finite_differences() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let rnn = Rnn::from(Recurrence::Gaussian { radius: 1.5 }.draw(2, 3, &mut rng).unwrap());
        let x = Array3::from_shape_simple_fn((1, 4, 2), || rng.random_range(-1.0..=1.0));
        let h_1 = array![0.3, -0.6, 0.2];
        let end = |h_1: &Array1<f64>| {
            let h_0 = h_1.clone().insert_axis(Axis(0)).insert_axis(Axis(0));
            rnn.forward(&x, Some([&h_0])).unwrap().0.index_axis_move(Axis(0), 0)
        };
        let mut squares = 0.0;
        for j in 0..3 {
            let mut nudge = Array1::zeros(3);
            nudge[j] = 1e-6;
            let column = (end(&(&h_1 + &nudge)) - end(&(&h_1 - &nudge))) / 2e-6;
            squares += column.row(3).dot(&column.row(3));
        }
        let states = ndarray::concatenate![Axis(0), h_1.clone().insert_axis(Axis(0)), end(&h_1)];
        let found = norms(&rnn.cells[0].w_hh, &states)[4];
        assert_relative_eq!(found, (squares / 3.0).sqrt(), max_relative = 1e-7);
    }

    #[test]
    fn a_large_negative_state_counts() {
        let cell = rnn::RnnCell {
            w_ih: array![[-2.0]],
            w_hh: array![[0.0]],
            b_ih: array![0.0],
            b_hh: array![0.0],
        };
        let run = of(&Rnn::from(cell), &array![[[1.0], [-0.5]]]).unwrap();
        assert_relative_eq!(run.largest_state, 2.0_f64.tanh());
    }
}
