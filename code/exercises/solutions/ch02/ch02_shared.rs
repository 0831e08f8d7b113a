//! # What a shared weight learns
//!
//! Goal: add up what all steps say about one and the same weight.
//! Section: ch02-parameter-sharing.md#what-does-a-shared-weight-learn
//! Time: 20 minutes
//!
//! Walk back from the last step to the first. At each step d_z is the derivative by the sum inside tanh.
//! It comes from what the loss asks of this state, and from what the step behind has carried back.

use ndarray::{Array1, Array2, ArrayRef1, Axis};

/// The gradient `[H, H]` of `W_hh`.
///
/// `states` is `[T + 1, H]`: row 0 is h_0, and row t + 1 the state after step t. `d_output` is
/// `[T, H]`: row t is what the loss asks of the state after step t, directly.
fn gradient(w_hh: &Array2<f64>, states: &Array2<f64>, d_output: &Array2<f64>) -> Array2<f64> {
    // --- Your code begins here.
    // gap| // TODO: walk back over the steps. `outer` below makes the part of a step.
    // gap| todo!()
    let mut gradient = Array2::zeros(w_hh.dim());
    let mut carried = Array1::zeros(w_hh.nrows());
    for t in (0..d_output.nrows()).rev() {
        let (before, after) = (states.row(t), states.row(t + 1));
        let d_z = (carried + d_output.row(t)) * (1.0 - &after * &after);
        gradient += &outer(&d_z, &before);
        carried = w_hh.t().dot(&d_z);
    }
    gradient
    // --- Your code ends here.
}

/// The table of all products: `a[i] * b[j]` in row i and column j.
fn outer(a: &ArrayRef1<f64>, b: &ArrayRef1<f64>) -> Array2<f64> {
    let column = a.view().insert_axis(Axis(1));
    &column * &b.view().insert_axis(Axis(0))
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch02};

    #[test]
    fn ch02_shared() -> Result<(), Slip> {
        ch02::shared(super::gradient)
    }
}
