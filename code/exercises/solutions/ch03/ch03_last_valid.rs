//! # The last state that counts
//!
//! Goal: take each sequence's own last state from a padded batch.
//! Section: ch03-any-length.md#batches-of-unequal-length
//! Time: 10 minutes
//!
//! Sequences of unequal length are padded to one array. A network that is not told the lengths reads on
//! through the padding. Its outputs hold what you want all the same, only not at the last step.

use ndarray::{Array2, Array3, Axis};

/// The states `[N, H]`, each after the last step of its own sequence. `output` is `[N, T, H]`, and
/// sequence n has `lengths[n]` steps; the rest of it is padding.
fn last_valid(output: &Array3<f64>, lengths: &[usize]) -> Array2<f64> {
    let (sequences, steps, units) = output.dim();
    let mut states = Array2::zeros((sequences, units));
    // --- Your code begins here.
    // gap| // TODO: fill row n of `states`.
    // gap| for (n, output) in output.axis_iter(Axis(0)).enumerate() {
    // gap|     todo!()
    // gap| }
    for (n, output) in output.axis_iter(Axis(0)).enumerate() {
        states.row_mut(n).assign(&output.row(lengths[n] - 1));
    }
    // --- Your code ends here.
    states
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch03};

    #[test]
    fn ch03_last_valid() -> Result<(), Slip> {
        ch03::last_valid(super::last_valid)
    }
}
