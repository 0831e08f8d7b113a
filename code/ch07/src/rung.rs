//! The rungs of the ladder, from the obvious loop to the library.

use ndarray::{Array3, ArrayRef3};
use rnn::{Rnn, tanh_in_place};
use serde::{Deserialize, Serialize};

use crate::ladder::{add_matrices, add_product, in_place, inputs_at_once, obvious, standard_tanh};

/// One way to run a layer from states of zeros, and all the measures that are taken in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rung {
    /// The obvious loop: [`obvious`].
    Obvious,
    /// One product for all inputs: [`inputs_at_once`].
    InputsAtOnce,
    /// States and sums in one array, which is written in place: [`in_place`].
    InPlace,
    /// A product with a vector where there is one sequence: [`add_product`].
    Vector,
    /// A tanh for many numbers at once: [`tanh_in_place`].
    Tanh,
    /// The recurrent weights made ready once: [`Rnn::forward`].
    Ready,
}

impl Rung {
    /// From the lowest to the highest.
    pub const ALL: [Self; 6] =
        [Self::Obvious, Self::InputsAtOnce, Self::InPlace, Self::Vector, Self::Tanh, Self::Ready];

    /// As the figures call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Obvious => "loop",
            Self::InputsAtOnce => "inputs",
            Self::InPlace => "in place",
            Self::Vector => "vector",
            Self::Tanh => "tanh",
            Self::Ready => "ready",
        }
    }

    /// All states `[N, T, H]`, from the inputs `[N, T, D]`, of a network with one layer.
    ///
    /// # Errors
    /// On the last rung those of the library; the others check nothing.
    pub fn run(self, rnn: &Rnn<f32>, x: &ArrayRef3<f32>) -> Result<Array3<f32>, rnn::Error> {
        let cell = &rnn.cells[0];
        Ok(match self {
            Self::Obvious => obvious(cell, x),
            Self::InputsAtOnce => inputs_at_once(cell, x),
            Self::InPlace => in_place(cell, x, add_matrices, standard_tanh),
            Self::Vector => in_place(cell, x, add_product, standard_tanh),
            Self::Tanh => in_place(cell, x, add_product, tanh_in_place),
            Self::Ready => rnn.forward(x, None)?.0,
        })
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use chapter::rng;
    use ndarray::Array1;

    use super::*;
    use crate::sizes::Sizes;

    #[test]
    fn every_rung_computes_the_steps_of_the_cell() {
        for (batch, steps, input, hidden) in
            [(1, 1, 1, 1), (2, 5, 10, 20), (1, 50, 7, 33), (3, 20, 100, 128)]
        {
            let (rnn, x) = Sizes { batch, steps, input, hidden }.draw(&mut rng(1, 0)).unwrap();
            for rung in Rung::ALL {
                let output = rung.run(&rnn, &x).unwrap();
                assert_eq!(output.dim(), (batch, steps, hidden), "{rung:?}");
                for (x, output) in x.outer_iter().zip(output.outer_iter()) {
                    let mut h = Array1::zeros(hidden);
                    for (x, found) in x.outer_iter().zip(output.outer_iter()) {
                        h = rnn.cells[0].step(&x, &h).unwrap();
                        assert_abs_diff_eq!(h.view(), found, epsilon = 1e-5);
                    }
                }
            }
        }
    }
}
