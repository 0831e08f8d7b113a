//! # When is it forgotten?
//!
//! Goal: measure how far back a network remembers.
//! Section: ch01-hidden-state.md#a-sentence-character-by-character
//! Time: 20 minutes
//!
//! Two runs that differ in nothing but their first input come closer to each other with every step. The
//! 1 % step is the one at which a hundredth of the difference is left.

use ndarray::{Array1, Array2};
use rnn::{Error, RnnCell};

/// The first step, counted from 0, after which the states of the two runs are closer to each other
/// than a hundredth of their distance after step 0. Here it is always reached. The distance is the root
/// of the sum of the squared differences. Both runs begin at a state of `cell.hidden_size()` zeros.
///
/// Both read `x` `[T, D]`, but the second reads `other` in place of the first row. Where Rust asks for a
/// value behind a loop that always returns, say `unreachable!()`.
fn forgotten(cell: &RnnCell<f64>, x: &Array2<f64>, other: &Array1<f64>) -> Result<usize, Error> {
    // --- Your code begins here.
    // gap| // TODO: run both, and compare the distance after each step with the first one.
    // gap| todo!()
    let h_0 = Array1::zeros(cell.hidden_size());
    let mut one = cell.step(&x.row(0), &h_0)?;
    let mut two = cell.step(other, &h_0)?;
    let distance = |one: &Array1<f64>, two: &Array1<f64>| (one - two).pow2().sum().sqrt();
    let first = distance(&one, &two);
    let mut t = 0;
    while distance(&one, &two) >= 0.01 * first {
        t += 1;
        one = cell.step(&x.row(t), &one)?;
        two = cell.step(&x.row(t), &two)?;
    }
    Ok(t)
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch01};

    #[test]
    fn ch01_one_percent() -> Result<(), Slip> {
        ch01::one_percent(super::forgotten)
    }
}
