//! # Who has read everything?
//!
//! Goal: find the finished states of both directions.
//! Section: ch06-shapes.md#both-directions
//! Time: 10 minutes
//!
//! In the output of a bidirectional layer the forward cell's state stands beside the reverse cell's, at
//! each step. Each of the two has read the whole sequence at one step only.

use ndarray::{Array2, Array3, Axis};

/// From `output` `[N, T, 2 H]`: of each sequence the finished state of the forward cell and, behind it,
/// that of the reverse cell, `[N, 2 H]`.
fn finished(output: &Array3<f64>) -> Array2<f64> {
    let (steps, units) = (output.len_of(Axis(1)), output.len_of(Axis(2)) / 2);
    // --- Your code begins here.
    // gap| // TODO: take both halves. `index_axis(Axis(1), t)` is a step, `split_at(Axis(1), i)` cuts columns.
    // gap| // `ndarray::concatenate![Axis(1), a, b]` puts two blocks side by side
    // gap| // (without `&`).
    // gap| todo!()
    let first = output.index_axis(Axis(1), 0);
    let last = output.index_axis(Axis(1), steps - 1);
    let (forward, _) = last.split_at(Axis(1), units);
    let (_, reverse) = first.split_at(Axis(1), units);
    ndarray::concatenate![Axis(1), forward, reverse]
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch06};

    #[test]
    fn ch06_both_ends() -> Result<(), Slip> {
        ch06::both_ends(super::finished)
    }
}
