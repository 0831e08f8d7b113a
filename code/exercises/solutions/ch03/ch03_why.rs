//! # Why does it forget?
//!
//! Goal: find out by measurement what makes a network forget.
//! Section: ch03-any-length.md#the-derivative-over-the-distance
//! Time: 25 minutes
//!
//! The derivative over a distance has two factors for each step: W_hh, and the slopes of tanh in front of
//! it. If it vanishes, which of the two is to blame? A network counts as forgetting here if the norm of the
//! derivative is below a hundredth. W_hh is to blame if that would be so with slopes of 1 as well.

use ndarray::{Array1, Array2, Axis};
use rnn::{Error, RnnCell};

use exercises::ch03::Cause;

/// Why the state after the last row of `x` `[T, D]` hardly depends on the state before the first one,
/// which is zero: `Cause::Weights` or `Cause::Slopes`. `Cause::Nothing` if the network does not
/// forget. Behind it the two norms that show it: of the derivative, and of the same with slopes of 1.
fn cause(cell: &RnnCell<f64>, x: &Array2<f64>) -> Result<(Cause, [f64; 2]), Error> {
    let mut h = Array1::<f64>::zeros(cell.hidden_size());
    // --- Your code begins here.
    // gap| // TODO: multiply the Jacobians of all steps, once with the slopes and once without.
    // gap| todo!()
    let mut derivative = Array2::eye(cell.hidden_size());
    let mut without_slopes = derivative.clone();
    for x in x.rows() {
        h = cell.step(&x, &h)?;
        derivative = jacobian(cell, &h).dot(&derivative);
        without_slopes = cell.w_hh.dot(&without_slopes);
    }
    let norms = [norm(&derivative), norm(&without_slopes)];
    let cause = match norms.map(|norm| norm < 0.01) {
        [false, _] => Cause::Nothing,
        [true, false] => Cause::Slopes,
        [true, true] => Cause::Weights,
    };
    Ok((cause, norms))
    // --- Your code ends here.
}

/// The derivative of the state `h` after a step by the state before it: each row of `W_hh` times a
/// slope of tanh.
fn jacobian(cell: &RnnCell<f64>, h: &Array1<f64>) -> Array2<f64> {
    let slopes = 1.0 - h * h;
    slopes.insert_axis(Axis(1)) * &cell.w_hh
}

/// How much a matrix stretches: the root mean square over all directions.
fn norm(matrix: &Array2<f64>) -> f64 {
    (matrix.pow2().sum() / matrix.nrows() as f64).sqrt()
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch03};

    #[test]
    fn ch03_why() -> Result<(), Slip> {
        ch03::why(super::cause)
    }
}
