//! A network whose steps have weights of their own, beside the one that shares them.

use ndarray::{Array1, Array2, ArrayRef1, Axis};
use rnn::{Error, RnnCell};

/// A network of T steps with T cells: the unrolled picture taken at its word.
// ANCHOR: untied
pub struct Untied {
    /// One cell for each step.
    pub cells: Vec<RnnCell<f64>>,
}
// ANCHOR_END: untied

impl Untied {
    /// The same weights at every step, but each step has its own copy.
    // ANCHOR: copies
    pub fn copies(cell: &RnnCell<f64>, steps: usize) -> Self {
        Self { cells: vec![cell.clone(); steps] }
    }
    // ANCHOR_END: copies

    /// The states `h_0 … h_T` over the inputs `x` `[T, D]`, from a state of zeros.
    ///
    /// # Errors
    /// Where a weight or `x` has another shape than the cells ask for.
    // ANCHOR: states
    pub fn states(&self, x: &Array2<f64>) -> Result<Vec<Array1<f64>>, Error> {
        let mut states = vec![Array1::zeros(self.cells[0].hidden_size())];
        for (cell, x) in self.cells.iter().zip(x.rows()) {
            states.push(cell.step(&x, &states[states.len() - 1])?);
        }
        Ok(states)
    }
    // ANCHOR_END: states

    /// The gradient of a loss by each cell's weights, from its gradient `d_h` `[H]` by the last
    /// state. It is the chain rule, from the last cell to the first.
    ///
    /// # Errors
    /// As [`states`](Self::states).
    // ANCHOR: gradients
    pub fn gradients(
        &self,
        x: &Array2<f64>,
        d_h: &ArrayRef1<f64>,
    ) -> Result<Vec<RnnCell<f64>>, Error> {
        let states = self.states(x)?;
        let mut d_h = d_h.to_owned();
        let mut gradients = Vec::new();
        for (t, cell) in self.cells.iter().enumerate().rev() {
            let (before, after) = (&states[t], &states[t + 1]);
            let d_z = &d_h * (1.0 - after * after); // through tanh
            gradients.push(RnnCell {
                w_ih: outer(&d_z, &x.row(t)),
                w_hh: outer(&d_z, before),
                b_ih: d_z.clone(),
                b_hh: d_z.clone(),
            });
            d_h = cell.w_hh.t().dot(&d_z); // to the cell before
        }
        gradients.reverse();
        Ok(gradients)
    }
    // ANCHOR_END: gradients
}

/// The table of all products `a_i b_j`.
fn outer(a: &ArrayRef1<f64>, b: &ArrayRef1<f64>) -> Array2<f64> {
    let column = a.view().insert_axis(Axis(1));
    &column * &b.view().insert_axis(Axis(0))
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
    use rnn::Parameters;

    use super::*;

    /// Each entry of each copy is nudged, the copies having drifted apart.
    #[test]
    fn the_gradients_are_those_of_finite_differences() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let cells = (0..4).map(|_| RnnCell::new(2, 3, &mut rng).unwrap()).collect();
        let mut untied = Untied { cells };
        let x = Array2::from_shape_simple_fn((4, 2), || rng.random_range(-1.0..=1.0));
        let d_h = ndarray::array![0.7, -1.0, 0.4];
        let gradients = untied.gradients(&x, &d_h).unwrap();

        for (t, gradient) in gradients.iter().enumerate() {
            for (array, gradient) in gradient.parameters().iter().enumerate() {
                for (entry, &gradient) in gradient.iter().enumerate() {
                    let mut loss = |nudge: f64| {
                        let mut arrays = untied.cells[t].parameters_mut();
                        *arrays[array].iter_mut().nth(entry).unwrap() += nudge;
                        untied.states(&x).unwrap()[4].dot(&d_h)
                    };
                    let (above, below) = (loss(1e-5), loss(-2e-5));
                    loss(1e-5);
                    let nudged = (above - below) / 2e-5;
                    assert_relative_eq!(nudged, gradient, epsilon = 1e-9, max_relative = 1e-6);
                }
            }
        }
    }
}
