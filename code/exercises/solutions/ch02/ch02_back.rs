//! # One step back
//!
//! Goal: carry a derivative from the state after a step to the state before it.
//! Section: ch02-parameter-sharing.md#back-propagation-through-time
//! Time: 10 minutes
//!
//! On the way there h goes through W_hh, then through tanh: h_next = tanh(… + W_hh h + …). On the way
//! back the derivative goes through the same two in reverse order.

use ndarray::{Array1, Array2};

/// The derivative of the loss by the state h before the step, from its derivative `d_h_next` by the
/// state `h_next` after the step.
fn back(w_hh: &Array2<f64>, h_next: &Array1<f64>, d_h_next: &Array1<f64>) -> Array1<f64> {
    // --- Your code begins here.
    // gap| // TODO: first through tanh, then through W_hh.
    // gap| todo!()
    let d_z = d_h_next * (1.0 - h_next * h_next);
    w_hh.t().dot(&d_z)
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch02};

    #[test]
    fn ch02_back() -> Result<(), Slip> {
        ch02::back(super::back)
    }
}
