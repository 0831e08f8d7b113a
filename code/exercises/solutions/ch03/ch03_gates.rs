//! # It runs, and it is wrong
//!
//! Goal: find out why a cell with the right weights gives the wrong states.
//! Section: ch03-any-length.md#gates
//! Time: 10 minutes
//!
//! Somebody has written the step of an LSTM for weights that come from PyTorch. Nothing panics, and the
//! numbers look like states. But they are not those that PyTorch computes.

use ndarray::{Array1, Axis};
use rnn::LstmCell;

/// The hidden state and the cell state after x, `[h', c']`, from `h` and `c` before it. The weights
/// of `cell` are in PyTorch's order.
fn step(
    cell: &LstmCell<f64>,
    x: &Array1<f64>,
    h: &Array1<f64>,
    c: &Array1<f64>,
) -> [Array1<f64>; 2] {
    let units = h.len();
    let z = cell.w_ih.dot(x) + &cell.b_ih + cell.w_hh.dot(h) + &cell.b_hh;
    let block = |k: usize| z.slice_axis(Axis(0), (k * units..(k + 1) * units).into());
    // --- Your code begins here.
    // gap| // TODO: find the error, and mend it.
    // gap| let i = block(0).mapv(sigmoid);
    // gap| let o = block(1).mapv(sigmoid);
    // gap| let f = block(2).mapv(sigmoid);
    // gap| let g = block(3).tanh();
    // gap| let c = f * c + i * g;
    // gap| let h = o * c.tanh();
    let i = block(0).mapv(sigmoid);
    let f = block(1).mapv(sigmoid);
    let g = block(2).tanh();
    let o = block(3).mapv(sigmoid);
    let c = f * c + i * g;
    let h = o * c.tanh();
    // --- Your code ends here.
    [h, c]
}

fn sigmoid(a: f64) -> f64 {
    1.0 / (1.0 + (-a).exp())
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch03};

    #[test]
    fn ch03_gates() -> Result<(), Slip> {
        ch03::gates(super::step)
    }
}
