//! # One step
//!
//! Goal: turn the formula of a step into code.
//! Section: ch01-hidden-state.md#from-a-number-to-a-vector
//! Time: 10 minutes
//!
//! h' = tanh(W_ih x + b_ih + W_hh h + b_hh), with x of D numbers and h of H. (The section has it
//! as a listing, too. Try without.)

use exercises::ch01::Weights;
use ndarray::Array1;

/// The state after x, from the state h before it.
fn step(cell: &Weights, x: &Array1<f64>, h: &Array1<f64>) -> Array1<f64> {
    // --- Your code begins here.
    // gap| // TODO: write the formula. The weights are `cell.w_ih` and so on.
    // gap| todo!()
    (cell.w_ih.dot(x) + &cell.b_ih + cell.w_hh.dot(h) + &cell.b_hh).tanh()
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch01};

    #[test]
    fn ch01_step() -> Result<(), Slip> {
        ch01::step(super::step)
    }
}
