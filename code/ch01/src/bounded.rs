//! What tanh does and does not do: the state is bounded, its derivative is not.

use nalgebra::DMatrix;
use ndarray::{Array2, Array3};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use rnn::{Error, Rnn, init::Recurrence};

use crate::matrices::to_nalgebra;

/// What a network did over a random sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The largest absolute state.
    pub largest_state: f64,
    /// The mean of tanh' = 1 - h² over all units and steps: the factor that tanh adds.
    pub mean_slope: f64,
    /// The root of the mean of tanh'²: the factor by which tanh scales a nudge that is spread over
    /// all units.
    pub rms_slope: f64,
    /// How much `dh_(1+k) / dh_1` stretches at most, for k = 0 …: its largest singular value.
    pub stretch: Vec<f64>,
}

/// How large the network and how long its sequence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Numbers in one input, D.
    pub input: usize,
    /// Units, H.
    pub hidden: usize,
    /// Steps, T.
    pub steps: usize,
}

/// Runs an untrained network over standard normal inputs.
///
/// # Errors
/// Where a size is zero.
pub fn run(recurrence: Recurrence, sizes: &Sizes, rng: &mut impl Rng) -> Result<Run, Error> {
    let cell = recurrence.draw(sizes.input, sizes.hidden, rng)?;
    let w_hh = cell.w_hh.clone();
    let shape = (1, sizes.steps, sizes.input);
    let x = Array3::from_shape_simple_fn(shape, || StandardNormal.sample(rng));
    let (output, _) = Rnn::from(cell).forward(&x, None)?;
    let states = output.index_axis_move(ndarray::Axis(0), 0);
    let slopes = states.mapv(|h| 1.0 - h * h);
    Ok(Run {
        largest_state: states.iter().fold(0.0, |largest, h| h.abs().max(largest)),
        mean_slope: slopes.mean().unwrap_or(f64::NAN),
        rms_slope: slopes.mapv(|slope| slope * slope).mean().unwrap_or(f64::NAN).sqrt(),
        stretch: stretch(&w_hh, &states),
    })
}

/// The largest singular value of `dh_(1+k) / dh_1`, a product of k Jacobians: each step multiplies
/// by `W_hh` and shrinks row i by tanh' = 1 - `h_i²`.
// ANCHOR: jacobian
fn stretch(w_hh: &Array2<f64>, states: &Array2<f64>) -> Vec<f64> {
    let mut product = Array2::eye(w_hh.nrows());
    let mut stretch = vec![1.0];
    for h in states.rows().into_iter().skip(1) {
        // Row i shrinks by tanh' = 1 - h_i².
        let slope = h.mapv(|h| 1.0 - h * h).insert_axis(ndarray::Axis(1));
        product = slope * w_hh.dot(&product);
        stretch.push(largest_singular_value(&to_nalgebra(&product)));
    }
    stretch
}
// ANCHOR_END: jacobian

/// The square root of the largest eigenvalue of `AᵀA`, on a matrix scaled to avoid underflow.
fn largest_singular_value(matrix: &DMatrix<f64>) -> f64 {
    let scale = matrix.amax();
    if scale == 0.0 {
        return 0.0;
    }
    let scaled = matrix / scale;
    let eigenvalues = (scaled.transpose() * scaled).symmetric_eigenvalues();
    scale * eigenvalues.max().max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use ndarray::{Array1, Array2};
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;

    /// With three units a transposed matrix, slopes on columns and a wrong order all show.
    #[test]
    fn the_stretch_is_that_of_finite_differences() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let cell = Recurrence::Gaussian { radius: 1.5 }.draw(2, 3, &mut rng).unwrap();
        let x = Array2::from_shape_simple_fn((4, 2), || StandardNormal.sample(&mut rng));
        let run = |h_1: &Array1<f64>| {
            let mut states = vec![h_1.clone()];
            for x in x.rows() {
                states.push(cell.step(&x, &states[states.len() - 1]).unwrap());
            }
            states
        };
        let h_1 = Array1::from(vec![0.3, -0.5, 0.1]);
        let nudged = |j: usize, nudge: f64| {
            let mut h_1 = h_1.clone();
            h_1[j] += nudge;
            run(&h_1).pop().unwrap()
        };
        let column = |j| (nudged(j, 1e-6) - nudged(j, -1e-6)) / 2e-6;
        let columns = [column(0), column(1), column(2)];
        let jacobian = DMatrix::from_fn(3, 3, |i, j| columns[j][i]);

        let states = run(&h_1);
        let states = Array2::from_shape_fn((5, 3), |(t, i)| states[t][i]);
        assert_relative_eq!(
            stretch(&cell.w_hh, &states)[4],
            jacobian.singular_values().max(),
            max_relative = 1e-7
        );
    }
}
