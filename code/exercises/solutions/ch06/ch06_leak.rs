//! # A test for leaks
//!
//! Goal: write the test that finds a mixed batch.
//! Section: ch06-shapes.md#batch-and-time-swapped
//! Time: 15 minutes
//!
//! What changes in one sequence must not reach another, whatever the network is. Your test is run on
//! networks that leak and on networks that do not.

use exercises::ch06::Network;
use ndarray::{Array3, Axis};
use rnn::Error;

/// Whether any sequence of the batch `x` `[N, T, D]` has an effect on the output of another.
///
/// `net(&x)?` is the output `[N, T, H]`. The same batch gives exactly the same numbers each time; in a batch of
/// another size the last digit may differ.
fn leaks(net: &Network, x: &Array3<f64>) -> Result<bool, Error> {
    let n = x.len_of(Axis(0));
    // --- Your code begins here.
    // gap| // TODO: change a sequence, run again, and compare.
    // gap| todo!()
    let before = net(x)?;
    for changed in 0..n {
        let mut x = x.clone();
        x.index_axis_mut(Axis(0), changed).fill(0.5);
        let after = net(&x)?;
        for other in (0..n).filter(|other| *other != changed) {
            if before.index_axis(Axis(0), other) != after.index_axis(Axis(0), other) {
                return Ok(true);
            }
        }
    }
    Ok(false)
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch06};

    #[test]
    fn ch06_leak() -> Result<(), Slip> {
        ch06::leak(super::leaks)
    }
}
