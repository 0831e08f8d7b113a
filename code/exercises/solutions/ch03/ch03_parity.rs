//! # Parity by hand
//!
//! Goal: choose weights that keep one bit for ever.
//! Section: ch03-any-length.md#forgetting-is-not-the-vanishing-gradient
//! Time: 20 minutes
//!
//! A plain tanh network can learn parity. Two units are enough, if you choose their weights yourself.
//! Unit 0 is on, near 1, if the bit is 1, or the parity before it is odd, or both. Unit 1 is on only if
//! both are so. A unit that is off is near -1. So `h[0] - h[1]` is near 2 if the new parity is odd, and near
//! 0 if it is even.

use ndarray::array;
use rnn::{Error, RnnCell};

/// A cell with one input, the bit 0 or 1, and two units. It starts from a state of zeros, and the
/// parity after each of 10,000 steps is odd where `h[0] - h[1]` is above 1.
fn build() -> Result<RnnCell<f64>, Error> {
    // --- Your code begins here.
    // gap| // TODO: choose the numbers. Row 0 is unit 0.
    // gap| Ok(RnnCell {
    // gap|     w_ih: array![[0.0], [0.0]],
    // gap|     w_hh: array![[0.0, 0.0], [0.0, 0.0]],
    // gap|     b_ih: array![0.0, 0.0],
    // gap|     b_hh: array![0.0, 0.0],
    // gap| })
    // With p = (h[0] - h[1]) / 2, the parity before, it is tanh(10 (x + p - 0.5)) and
    // tanh(10 (x + p - 1.5)).
    Ok(RnnCell {
        w_ih: array![[10.0], [10.0]],
        w_hh: array![[5.0, -5.0], [5.0, -5.0]],
        b_ih: array![-5.0, -15.0],
        b_hh: array![0.0, 0.0],
    })
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch03};

    #[test]
    fn ch03_parity() -> Result<(), Slip> {
        ch03::parity(super::build)
    }
}
