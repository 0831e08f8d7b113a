//! # All shapes fit
//!
//! Goal: find the error in code that runs.
//! Section: ch06-shapes.md#batch-and-time-swapped
//! Time: 10 minutes
//!
//! The sequences come with the time first, and the last state of each is wanted. The code gives an array
//! of the right shape. Find out what its rows have read, and put it right.

use ndarray::{Array2, Array3, Axis};
use rnn::{Error, Rnn};

/// The state of each sequence after its last step, `[N, H]`. `x` is `[T, N, D]`, and `rnn` has one layer
/// and one direction.
fn last_states(rnn: &Rnn<f64>, x: &Array3<f64>) -> Result<Array2<f64>, Error> {
    // --- Your code begins here.
    // gap| // TODO: put this right.
    // gap| let (output, _) = rnn.forward(x, None)?;
    // gap| let last = x.len_of(Axis(0)) - 1;
    // gap| Ok(output.index_axis(Axis(0), last).to_owned())
    let batch_first = x.view().permuted_axes([1, 0, 2]);
    let (_, [h_n]) = rnn.forward(&batch_first, None)?;
    Ok(h_n.index_axis(Axis(0), 0).to_owned())
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch06};

    #[test]
    fn ch06_swapped() -> Result<(), Slip> {
        ch06::swapped(super::last_states)
    }
}
