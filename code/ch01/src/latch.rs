//! One neuron that holds a bit: h ← tanh(w h + u).

use ndarray::{Array2, Array3, array};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use rnn::{Error, Rnn, RnnCell};

/// The latch: a network of one unit whose state feeds back with the weight w.
// ANCHOR: latch
pub fn latch(w: f64) -> Rnn<f64> {
    Rnn::from(RnnCell {
        w_ih: array![[1.0]],
        w_hh: array![[w]],
        b_ih: array![0.0],
        b_hh: array![0.0],
    })
}
// ANCHOR_END: latch

/// Where the state comes to rest without input, from a start: a fixed point of h = tanh(w h).
pub fn resting_state(w: f64, start: f64) -> f64 {
    let mut h = start;
    // At w = 1 the state creeps towards zero like √(3 / 2t): here it is at 0.01.
    for _ in 0..10_000 {
        h = (w * h).tanh();
    }
    h
}

/// The derivative of one step at the state it leads to: w (1 - h²).
pub fn gradient(w: f64, h: f64) -> f64 {
    w * (1.0 - h * h)
}

/// The largest constant input that cannot flip the latch; no noise below it can, ever.
///
/// The state h = tanh(w h + u) ceases to exist where the curve only touches the diagonal, at
/// w (1 - h²) = 1: h* = √(1 - 1/w) and u = w h* - artanh h*. Zero for w ≤ 1: there is no bit.
pub fn noise_margin(w: f64) -> f64 {
    if w <= 1.0 {
        return 0.0;
    }
    let h = (1.0 - 1.0 / w).sqrt();
    w * h - h.atanh()
}

/// Noise inside the tanh.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Noise {
    /// Uniform in ±amplitude.
    Uniform(f64),
    /// Gaussian with this standard deviation.
    Gaussian(f64),
}

impl Noise {
    /// One draw.
    pub fn draw(self, rng: &mut impl Rng) -> f64 {
        match self {
            Self::Uniform(amplitude) => amplitude * rng.random_range(-1.0..=1.0),
            Self::Gaussian(deviation) => {
                let normal: f64 = StandardNormal.sample(rng);
                deviation * normal
            }
        }
    }
}

/// The states [runs, steps] of latches that hold a one under noise, one row a run.
///
/// # Errors
/// Where there are no runs or no steps.
pub fn hold(
    w: f64,
    noise: Noise,
    runs: usize,
    steps: usize,
    rng: &mut impl Rng,
) -> Result<Array2<f64>, Error> {
    let x = Array3::from_shape_simple_fn((runs, steps, 1), || noise.draw(rng));
    let one = Array3::from_elem((1, runs, 1), resting_state(w, 1.0));
    let (output, _) = latch(w).forward(&x, Some([&one]))?;
    Ok(output.index_axis_move(ndarray::Axis(2), 0))
}

/// The step at which each run lost its bit, for those that did: the state was not positive.
pub fn flips(states: &Array2<f64>) -> Vec<usize> {
    states.rows().into_iter().filter_map(|run| run.iter().position(|h| *h <= 0.0)).collect()
}

/// The first run of each kind around the step at which the second flips: step and both states.
pub fn around_flip(uniform: &Array2<f64>, gaussian: &Array2<f64>) -> Vec<(f64, f64, f64)> {
    const BEFORE: usize = 40;
    let flip = gaussian.row(0).iter().position(|h| *h <= 0.0).unwrap_or(BEFORE);
    let start = flip.saturating_sub(BEFORE);
    let steps = start..(start + 2 * BEFORE).min(uniform.ncols());
    steps.map(|t| (t as f64, uniform[[0, t]], gaussian[[0, t]])).collect()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        let (w, h, d) = (2.0, 0.3, 1e-6);
        let step = |h: f64| (w * h).tanh();
        let slope = (step(h + d) - step(h - d)) / (2.0 * d);
        assert_abs_diff_eq!(gradient(w, step(h)), slope, epsilon = 1e-9);
    }

    #[test]
    fn a_constant_input_flips_the_latch_just_above_the_margin() {
        let margin = noise_margin(2.0);
        let settled = |u: f64| (0..100_000).fold(1.0, |h: f64, _| (2.0 * h + u).tanh());
        assert!(settled(-(margin - 1e-6)) > 0.7);
        assert!(settled(-(margin + 1e-6)) < -0.7);
    }
}
