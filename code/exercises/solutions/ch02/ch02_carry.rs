//! # Carry the state, cut the gradient
//!
//! Goal: go back through a long sequence in chunks.
//! Section: ch02-parameter-sharing.md#what-training-has-to-keep
//! Time: 15 minutes
//!
//! A sequence is too long to keep all of its states. So a chunk is run and gone back through, and then the
//! next one. A chunk begins where the one before it ended, and no derivative goes back over the cut.
//! (The last chunk may be shorter.)

use std::iter::zip;

use ndarray::{Array2, Array3, Axis};
use rnn::{Error, Rnn};

/// The gradient `[H, H]` of `W_hh`, added up over all chunks.
///
/// `x` is `[1, T, D]`, `h_0` `[1, 1, H]`, and `d_output` `[1, T, H]` what the loss asks of each state.
fn gradient(
    rnn: &Rnn<f64>,
    x: &Array3<f64>,
    d_output: &Array3<f64>,
    h_0: &Array3<f64>,
    chunk: usize,
) -> Result<Array2<f64>, Error> {
    let mut gradient = Array2::zeros(rnn.cells[0].w_hh.dim());
    let mut h = h_0.clone();
    let d_output = d_output.axis_chunks_iter(Axis(1), chunk);
    for (x, d_output) in zip(x.axis_chunks_iter(Axis(1), chunk), d_output) {
        // --- Your code begins here.
        // gap| // TODO: `saved` is a chunk's run. What of it goes into `gradient`, and what into `h`?
        // gap| // `saved.backward(…, None)?.layers.cells[0].w_hh` is a gradient, `saved.state[0]` the last state.
        // gap| let saved = rnn.forward_saving(&x, None, Some([&h]))?;
        // gap| todo!()
        let saved = rnn.forward_saving(&x, None, Some([&h]))?;
        gradient += &saved.backward(Some(&d_output), None)?.layers.cells[0].w_hh;
        h = saved.state[0].clone();
        // --- Your code ends here.
    }
    Ok(gradient)
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch02};

    #[test]
    fn ch02_carry() -> Result<(), Slip> {
        ch02::carry(super::gradient)
    }
}
