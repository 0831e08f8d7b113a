//! # Three shapes
//!
//! Goal: predict the shapes of a network before it runs.
//! Section: ch06-shapes.md#the-shape-of-everything
//! Time: 10 minutes
//!
//! `output` holds the states of all steps, `h_n` the last ones. `weight_ih_l1` is the matrix by which the
//! second layer multiplies what it reads. All arrays have the batch first where PyTorch's
//! `batch_first=True` puts it first.

use exercises::ch06::{Shapes, Sizes};

/// The shapes in a network with at least two layers.
fn shapes(sizes: &Sizes) -> Shapes {
    // N sequences of T steps, D inputs, H units, and 1 or 2 directions.
    let &Sizes { n, t, d, h, layers, directions } = sizes;
    // --- Your code begins here.
    // gap| // TODO: return `Shapes { output: [.., .., ..], h_n: [.., .., ..], weight_ih_l1: [.., ..] }`.
    // gap| todo!()
    Shapes {
        output: [n, t, directions * h],
        h_n: [layers * directions, n, h],
        weight_ih_l1: [h, directions * h],
    }
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch06};

    #[test]
    fn ch06_shapes() -> Result<(), Slip> {
        ch06::shapes(super::shapes)
    }
}
