//! One sequence of a batch, and who looks at whom.

use ndarray::{Array2, ArrayRef2, ArrayView2};

use super::attend::{attend, attend_back};
use super::positions::Biases;
use crate::Real;

/// One sequence without its padding: queries, keys and values `[T, d]`, and what is added to its
/// scores.
#[derive(Clone, Copy)]
pub(super) struct Sequence<'a, F> {
    pub q: ArrayView2<'a, F>,
    pub k: ArrayView2<'a, F>,
    pub v: ArrayView2<'a, F>,
    pub causal: bool,
    pub biases: Option<&'a Biases<F>>,
}

impl<F: Real> Sequence<'_, F> {
    /// T.
    pub fn steps(&self) -> usize {
        self.q.nrows()
    }

    /// How many steps step t looks at.
    pub fn visible(&self, t: usize) -> usize {
        if self.causal { t + 1 } else { self.steps() }
    }

    /// Outputs `[T, d]` and weights `[T, T]` by the plain formula.
    pub fn attend(&self) -> (Array2<F>, Array2<F>) {
        let steps = 0..self.steps();
        let add_biases = |scores: &mut ArrayRef2<F>| {
            if let Some(biases) = self.biases {
                biases.add_to(&steps, &steps, scores);
            }
        };
        attend(&self.q, &self.k, &self.v, add_biases, |t| self.visible(t))
    }

    /// The way back through it: the gradients by queries, keys and values, and by the biases.
    pub fn attend_back(&self, d_output: &ArrayRef2<F>) -> ([Array2<F>; 3], Option<Biases<F>>) {
        let (_, weights) = self.attend();
        let mut d_biases = self.biases.map(Biases::zeros);
        let qkv = [self.q, self.k, self.v];
        (attend_back(qkv, &weights, d_output, d_biases.as_mut()), d_biases)
    }
}
