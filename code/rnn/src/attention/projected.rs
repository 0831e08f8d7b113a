//! Queries, keys and values of a batch.

use std::iter::zip;

use ndarray::{Array2, Array3, ArrayRef2, ArrayRef3, ArrayView2, Axis, Slice};

use super::positions::Biases;
use super::sequence::Sequence;
use crate::Real;

/// The inputs of a batch with what the three projections make of them. All arrays have one row for
/// each sequence and step: sequence n is the T rows that start at `n T`, so that a projection is
/// one product of matrices.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Projected<F> {
    /// How many steps each sequence has; the rest is padding.
    pub lengths: Vec<usize>,
    /// The inputs `[N T, D]`; padding is zero, whatever it was.
    pub rows: Array2<F>,
    /// Queries `[N T, d]`.
    pub q: Array2<F>,
    /// Keys `[N T, d]`.
    pub k: Array2<F>,
    /// Values `[N T, d]`.
    pub v: Array2<F>,
    /// Whether no step looks at later ones.
    pub causal: bool,
    /// What is added to the scores.
    pub biases: Option<Biases<F>>,
}

impl<F: Real> Projected<F> {
    /// T.
    pub fn count(&self) -> usize {
        self.rows.nrows() / self.lengths.len()
    }

    /// The rows that are sequence n, without its padding.
    pub fn steps(&self, n: usize) -> Slice {
        let start = n * self.count();
        (start..start + self.lengths[n]).into()
    }

    /// Sequence n, without its padding.
    pub fn sequence(&self, n: usize) -> Sequence<'_, F> {
        let [q, k, v] =
            [&self.q, &self.k, &self.v].map(|rows| rows.slice_axis(Axis(0), self.steps(n)));
        Sequence { q, k, v, causal: self.causal, biases: self.biases.as_ref() }
    }

    /// The multiply-adds of `2 T² d` for each sequence, masked or not.
    pub fn multiply_adds(&self) -> usize {
        let squares: usize = self.lengths.iter().map(|length| length * length).sum();
        2 * squares * self.v.ncols()
    }

    /// From `[N T, C]` to `[N, T, C]`, zero at padding.
    pub fn by_sequence(&self, rows: &ArrayRef2<F>) -> Array3<F> {
        let mut sequences = Array3::zeros((self.lengths.len(), self.count(), rows.ncols()));
        for (n, &length) in zip(0.., &self.lengths) {
            let mut sequence = sequences.index_axis_mut(Axis(0), n);
            let mut valid = sequence.slice_axis_mut(Axis(0), (..length).into());
            valid.assign(&rows.slice_axis(Axis(0), self.steps(n)));
        }
        sequences
    }
}

/// From `[N, T, D]` to `[N T, D]`, zero at padding.
pub(super) fn lay_out<F: Real>(x: &ArrayRef3<F>, lengths: &[usize]) -> Array2<F> {
    let (n, t, input_size) = x.dim();
    let mut rows = Array2::zeros((n * t, input_size));
    for (n, &length) in zip(0.., lengths) {
        let mut valid = rows.slice_axis_mut(Axis(0), (n * t..n * t + length).into());
        valid.assign(&first(&x.index_axis(Axis(0), n), length));
    }
    rows
}

/// The first rows.
pub(super) fn first<F>(rows: &ArrayRef2<F>, count: usize) -> ArrayView2<'_, F> {
    rows.slice_axis(Axis(0), (..count).into())
}
