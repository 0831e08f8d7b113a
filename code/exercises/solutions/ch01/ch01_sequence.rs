//! # Fold a sequence
//!
//! Goal: run a cell over a sequence of any length.
//! Section: ch01-hidden-state.md#from-a-number-to-a-vector
//! Time: 10 minutes
//!
//! The book's `cell.step(&x, &h)?` is one step. A sequence is a loop around it, and the state is what
//! the loop carries.

use std::iter::zip;

use ndarray::{Array1, Array2};
use rnn::{Error, RnnCell};

/// The states `[T, H]`: row t holds the state after step t. `x` is `[T, D]`.
fn states(cell: &RnnCell<f64>, x: &Array2<f64>, h_0: &Array1<f64>) -> Result<Array2<f64>, Error> {
    let mut states = Array2::zeros((x.nrows(), h_0.len()));
    // --- Your code begins here.
    // gap| // TODO: take the steps one after the other. `zip` goes over two things at the same time.
    // gap| // `state.assign(&h)` copies h into the row.
    // gap| for (x, mut state) in zip(x.rows(), states.rows_mut()) {
    // gap|     todo!()
    // gap| }
    let mut h = h_0.clone();
    for (x, mut state) in zip(x.rows(), states.rows_mut()) {
        h = cell.step(&x, &h)?;
        state.assign(&h);
    }
    // --- Your code ends here.
    Ok(states)
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch01};

    #[test]
    fn ch01_sequence() -> Result<(), Slip> {
        ch01::sequence(super::states)
    }
}
