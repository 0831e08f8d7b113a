//! The states of a tanh network, one after the other and all at once.
//!
//! Everything here starts from `z = W_ih x + b_ih + b_hh` `[T, H]`, which needs no state, and from
//! the state 0.

use std::iter::zip;

use ndarray::{Array1, Array2, Axis};
use rayon::prelude::*;

use crate::linear::Dense;

/// `h_t = tanh(z_t + W h_(t-1))` for t = 1 … T.
// ANCHOR: one_by_one
pub fn one_by_one(w: &Array2<f64>, z: &Array2<f64>) -> Array2<f64> {
    let mut states = Array2::zeros(z.dim());
    let mut h = Array1::zeros(w.nrows());
    for (z, mut state) in z.rows().into_iter().zip(states.rows_mut()) {
        h = (&z + w.dot(&h)).tanh();
        state.assign(&h);
    }
    states
}
// ANCHOR_END: one_by_one

/// A sweep: every state anew from the guess of the one before it. Nothing waits.
// ANCHOR: jacobi
pub fn jacobi(w: &Array2<f64>, z: &Array2<f64>, guess: &Array2<f64>) -> Array2<f64> {
    (z + before(guess).dot(&w.t())).tanh()
}

/// The states before each step, of `[T, H]`: a zero, then all but the last.
fn before(states: &Array2<f64>) -> Array2<f64> {
    let mut before = Array2::zeros(states.dim());
    before
        .slice_axis_mut(Axis(0), (1..).into())
        .assign(&states.slice_axis(Axis(0), (..states.nrows() - 1).into()));
    before
}
// ANCHOR_END: jacobi

/// As [`jacobi`], to the bit, with pieces of the steps side by side on the threads that there are.
pub fn jacobi_side_by_side(w: &Array2<f64>, z: &Array2<f64>, guess: &Array2<f64>) -> Array2<f64> {
    /// Steps of a piece: less is done before another thread is awake. In pieces of 128 a step of 256
    /// took twice as long as one of 1,024.
    const PIECE: usize = 512;
    let mut states = before(guess);
    let pieces: Vec<_> =
        zip(states.axis_chunks_iter_mut(Axis(0), PIECE), z.axis_chunks_iter(Axis(0), PIECE))
            .collect();
    pieces.into_par_iter().for_each(|(mut h, z)| {
        let next = (&z + h.dot(&w.t())).tanh();
        h.assign(&next);
    });
    states
}

/// An iteration of Newton's method: a sweep, then the linear recurrence of what it leaves out. With
/// `f` for the sweep's states and `J_t = diag(1 - f_t²) W`,
///
/// ```text
/// h_t = f_t + J_t (h_(t-1) - guess_(t-1))
/// ```
// ANCHOR: newton
pub fn newton(w: &Array2<f64>, z: &Array2<f64>, guess: &Array2<f64>) -> Array2<f64> {
    let swept = jacobi(w, z, guess);
    let mut states = Array2::zeros(z.dim());
    let mut error = Array1::zeros(w.nrows()); // of the guess at the step before
    for (t, f) in swept.rows().into_iter().enumerate() {
        let slope = f.mapv(|f| 1.0 - f * f);
        let h = &f + slope * w.dot(&error);
        error = &h - &guess.row(t);
        states.row_mut(t).assign(&h);
    }
    states
}
// ANCHOR_END: newton

/// The steps of the same linear recurrence, for a scan: `h ↦ J_t h + (f_t - J_t guess_(t-1))`.
pub fn newton_steps(w: &Array2<f64>, z: &Array2<f64>, guess: &Array2<f64>) -> Vec<Dense> {
    let swept = jacobi(w, z, guess);
    let linearised = |(f, guess): (ndarray::ArrayView1<f64>, ndarray::ArrayView1<f64>)| {
        let slope = f.mapv(|f| 1.0 - f * f).insert_axis(Axis(1)); // by rows
        let a = slope * w;
        Dense { b: &f - a.dot(&guess), a }
    };
    swept.rows().into_iter().zip(before(guess).rows()).map(linearised).collect()
}

/// The states that a method has found, and how often it had to be repeated.
#[derive(Clone, Debug)]
pub struct Solved {
    /// `[T, H]`.
    pub states: Array2<f64>,
    /// Sweeps or iterations; none if that many were not enough.
    pub repeats: Option<usize>,
    /// The largest error after each repeat, that of the first guess included.
    pub errors: Vec<f64>,
}

/// A sweep or an iteration: from `w`, `z` and a guess to a better one.
pub type Method = fn(&Array2<f64>, &Array2<f64>, &Array2<f64>) -> Array2<f64>;

/// Repeats a method from a guess of zeros, until no state differs from the right one by more than
/// the tolerance.
pub fn solve(
    method: Method,
    (w, z): (&Array2<f64>, &Array2<f64>),
    (right, tolerance): (&Array2<f64>, f64),
    most_repeats: usize,
) -> Solved {
    let mut states = Array2::zeros(z.dim());
    let mut errors = vec![largest_error(&states, right)];
    let mut repeats = None;
    for repeat in 1..=most_repeats {
        states = method(w, z, &states);
        errors.push(largest_error(&states, right));
        if errors[repeat] <= tolerance {
            repeats = Some(repeat);
            break;
        }
    }
    Solved { states, repeats, errors }
}

/// Repeats a method until it changes nothing by more than the tolerance: all that one can see if the
/// right states are not known. The states `[T, H]`, and the number of repeats: at most T.
pub fn until_still(
    method: Method,
    w: &Array2<f64>,
    z: &Array2<f64>,
    tolerance: f64,
) -> (Array2<f64>, usize) {
    let mut states = Array2::zeros(z.dim());
    for repeat in 1..=z.nrows() {
        let next = method(w, z, &states);
        let change = largest_error(&next, &states);
        states = next;
        if change <= tolerance {
            return (states, repeat);
        }
    }
    (states, z.nrows())
}

/// The largest difference between two arrays of states; infinite where one is not a number.
pub fn largest_error(states: &Array2<f64>, right: &Array2<f64>) -> f64 {
    let difference = |(a, b): (&f64, &f64)| (a - b).abs();
    let worst = |worst: f64, d: f64| if d.is_nan() { f64::INFINITY } else { worst.max(d) };
    states.iter().zip(right).map(difference).fold(0.0, worst)
}

/// The largest Lyapunov exponent over these states: by how much, as a logarithm for each step, a
/// tiny difference grows in the mean.
// ANCHOR: lyapunov
pub fn lyapunov_exponent(w: &Array2<f64>, states: &Array2<f64>) -> f64 {
    let mut nudge = Array1::ones(w.nrows()) / (w.nrows() as f64).sqrt();
    let mut sum = 0.0;
    for h in states.rows() {
        nudge = (1.0 - &h * &h) * w.dot(&nudge);
        let length = nudge.dot(&nudge).sqrt();
        sum += length.ln();
        nudge /= length;
    }
    sum / states.nrows() as f64
}
// ANCHOR_END: lyapunov

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
    use rnn::{Rnn, init::Recurrence};

    use super::*;
    use crate::linear;

    /// A network's recurrent weights, and `z` for some inputs.
    fn network(
        steps: usize,
        hidden: usize,
        radius: f64,
    ) -> (Array2<f64>, Array2<f64>, Array2<f64>) {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let cell = Recurrence::Gaussian { radius }.draw(3, hidden, &mut rng).unwrap();
        let x = Array2::from_shape_simple_fn((steps, 3), || rng.random_range(-1.0..=1.0));
        let z = x.dot(&cell.w_ih.t()) + &cell.b_ih + &cell.b_hh;
        let layer = Rnn::from(cell.clone());
        let (output, _) = layer.forward(&x.insert_axis(Axis(0)), None).unwrap();
        (cell.w_hh, z, output.index_axis_move(Axis(0), 0))
    }

    #[test]
    fn one_by_one_is_the_layer() {
        let (w, z, output) = network(20, 5, 1.5);
        assert_abs_diff_eq!(one_by_one(&w, &z), output, epsilon = 1e-12);
    }

    #[test]
    fn each_repeat_makes_one_more_step_right_and_all_of_them_all() {
        let (w, z, right) = network(12, 5, 3.0);
        for method in [jacobi, newton] {
            let mut states = Array2::zeros(z.dim());
            for repeat in 1..=12 {
                states = method(&w, &z, &states);
                let first =
                    |states: &Array2<f64>| states.slice_axis(Axis(0), (..repeat).into()).to_owned();
                assert_abs_diff_eq!(first(&states), first(&right), epsilon = 1e-9);
            }
        }
    }

    #[test]
    fn pieces_of_a_sweep_are_the_sweep() {
        for steps in [1, 512, 513, 1_200] {
            let (w, z, _) = network(steps, 5, 3.0);
            let mut swept = Array2::zeros(z.dim());
            for _ in 0..3 {
                let next = jacobi(&w, &z, &swept);
                assert_eq!(jacobi_side_by_side(&w, &z, &swept), next, "{steps} steps");
                swept = next;
            }
        }
    }

    #[test]
    fn after_some_sweeps_a_state_knows_as_many_steps() {
        let (w, z, _) = network(12, 5, 1.5);
        let mut swept = Array2::zeros(z.dim());
        for _ in 0..4 {
            swept = jacobi(&w, &z, &swept);
        }
        let last_four = z.slice_axis(Axis(0), (8..).into()).to_owned();
        let alone = one_by_one(&w, &last_four);
        assert_abs_diff_eq!(alone.row(3), swept.row(11), epsilon = 1e-12);
    }

    #[test]
    fn an_iteration_of_newton_is_a_linear_recurrence() {
        let (w, z, _) = network(16, 4, 1.2);
        let guess = jacobi(&w, &z, &Array2::zeros(z.dim()));
        let steps = newton_steps(&w, &z, &guess);
        let joined = rnn::scan::blelloch(&steps, linear::LinearStep::then);
        let states = linear::from_joined(&joined, &Array1::zeros(4));
        for (state, right) in states.iter().zip(newton(&w, &z, &guess).rows()) {
            assert_abs_diff_eq!(state.view(), right, epsilon = 1e-12);
        }
    }

    #[test]
    fn newton_doubles_the_digits_near_the_end() {
        let (w, z, right) = network(50, 5, 0.9);
        let errors = solve(newton, (&w, &z), (&right, 1e-12), 50).errors;
        let (before, last) = (errors[errors.len() - 2], errors[errors.len() - 1]);
        assert!(before < 1e-3 && last < before.powf(1.5), "{errors:?}");
    }

    #[test]
    fn the_exponent_of_a_linear_network_is_that_of_its_matrix() {
        // States of zero, where tanh is straight: each step doubles along one axis.
        let w = ndarray::array![[0.5, 0.0], [0.0, 2.0]];
        let exponent = lyapunov_exponent(&w, &Array2::zeros((4_000, 2)));
        assert_abs_diff_eq!(exponent, 2.0_f64.ln(), epsilon = 1e-3);
    }

    #[test]
    fn nan_counts_as_the_worst_error() {
        let (nan, zero) = (Array2::from_elem((1, 2), f64::NAN), Array2::zeros((1, 2)));
        assert_eq!(largest_error(&nan, &zero), f64::INFINITY);
    }

    #[test]
    fn a_method_that_changes_nothing_any_more_is_done() {
        let (w, z, right) = network(60, 5, 0.5);
        assert_abs_diff_eq!(until_still(jacobi, &w, &z, 1e-10).0, right, epsilon = 1e-9);
    }

    /// With tanh bent, a matrix that is not symmetric, and few steps: slope, order and mean count.
    #[test]
    fn the_exponent_is_the_growth_of_a_small_difference() {
        let (w, z, right) = network(40, 5, 1.2);
        let nudge = Array1::from_elem(5, 1e-6);
        let mut nudged = z.clone();
        nudged.row_mut(0).scaled_add(1.0, &w.dot(&nudge)); // as if h_0 were the nudge
        let apart = &one_by_one(&w, &nudged).row(39) - &right.row(39);
        let growth = (apart.dot(&apart) / nudge.dot(&nudge)).sqrt().ln() / 40.0;
        assert_abs_diff_eq!(lyapunov_exponent(&w, &right), growth, epsilon = 1e-5);
    }

    #[test]
    fn repeats_are_counted_until_no_state_is_wrong() {
        let (w, z) = (Array2::zeros((1, 1)), Array2::zeros((2, 2)));
        let right = ndarray::array![[0.0, -3.0], [1.0, 0.0]];
        assert_eq!(largest_error(&z, &right), 3.0);
        let three = Array2::from_elem((2, 2), 3.0);
        let count = |most| solve(|_, _, guess| guess + 1.0, (&w, &z), (&three, 0.5), most);
        let Solved { states, repeats, errors } = count(10);
        assert_eq!((states, repeats, errors), (three.clone(), Some(3), vec![3.0, 2.0, 1.0, 0.0]));
        assert_eq!(count(2).repeats, None);
    }

    #[test]
    fn repeats_end_when_nothing_changes_or_after_as_many_as_steps() {
        let (w, z) = (Array2::zeros((1, 1)), Array2::zeros((7, 1)));
        // Changes by 1, 0.1 and 0.01.
        let (still, repeats) = until_still(|_, _, guess| 0.1 * guess + 1.0, &w, &z, 0.05);
        assert_abs_diff_eq!(still[[0, 0]], 1.11, epsilon = 1e-12);
        assert_eq!(repeats, 3);
        let (never_still, repeats) = until_still(|_, _, guess| guess + 1.0, &w, &z, 0.05);
        assert_eq!((never_still[[0, 0]], repeats), (7.0, 7));
    }
}
