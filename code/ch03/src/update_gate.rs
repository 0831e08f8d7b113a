//! The update gate of a GRU, left out of its training.

use std::ops::Range;

use ndarray::s;
use rnn::{GruCell, Real};
use tasks::adding::HIDDEN;

/// The rows of z in each array of the cell: behind those of r, before those of n.
pub const ROWS: Range<usize> = HIDDEN..2 * HIDDEN;

/// Takes the gate out of a gradient. Where that is done from the first update on, neither Adam nor
/// momentum moves its weights and biases.
pub fn leave_out<F: Real>(gradient: &mut GruCell<F>) {
    gradient.w_ih.slice_mut(s![ROWS, ..]).fill(F::zero());
    gradient.w_hh.slice_mut(s![ROWS, ..]).fill(F::zero());
    gradient.b_ih.slice_mut(s![ROWS]).fill(F::zero());
    gradient.b_hh.slice_mut(s![ROWS]).fill(F::zero());
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;
    use crate::optimiser::Optimiser;

    #[test]
    fn a_gate_that_is_left_out_stays_and_all_else_moves() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let drawn: GruCell<f64> = GruCell::new(2, HIDDEN, &mut rng).unwrap();
        let mut gradient = GruCell::new(2, HIDDEN, &mut rng).unwrap();
        leave_out(&mut gradient);
        for optimiser in [Optimiser::Adam(0.02), Optimiser::Sgd(0.1)] {
            let (mut moved, mut mover) = (drawn.clone(), optimiser.start());
            for _ in 0..3 {
                mover.step(&mut moved, &gradient).unwrap();
            }
            for row in 0..3 * HIDDEN {
                let held = ROWS.contains(&row);
                assert_eq!(moved.w_ih.row(row) == drawn.w_ih.row(row), held);
                assert_eq!(moved.w_hh.row(row) == drawn.w_hh.row(row), held);
                assert_eq!(moved.b_ih[row] == drawn.b_ih[row], held);
                assert_eq!(moved.b_hh[row] == drawn.b_hh[row], held);
            }
        }
    }
}
