//! The formula of attention, for one sequence.

use std::iter::zip;

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, ArrayView2, ArrayViewMut1, Axis};

use super::positions::Biases;
use crate::Real;

/// The outputs `[T, d]` of one sequence and the weights `[T, T]` behind them, from its queries,
/// keys and values `[T, d]`. Step t looks at the first `visible(t)` steps; `add_biases` adds to the
/// scores what there is for positions.
// ANCHOR: attend
pub(super) fn attend<F: Real>(
    q: &ArrayRef2<F>,
    k: &ArrayRef2<F>,
    v: &ArrayRef2<F>,
    add_biases: impl Fn(&mut ArrayRef2<F>),
    visible: impl Fn(usize) -> usize,
) -> (Array2<F>, Array2<F>) {
    let mut weights = q.dot(&k.t()) * scale::<F>(q.ncols());
    add_biases(&mut weights);
    for (t, row) in zip(0.., weights.rows_mut()) {
        let (seen, mut hidden) = row.split_at(Axis(0), visible(t));
        softmax(seen);
        hidden.fill(F::zero()); // exp(-∞)
    }
    (weights.dot(v), weights)
}

/// In place of scores, their exponentials over the sum of these.
fn softmax<F: Real>(mut scores: ArrayViewMut1<'_, F>) {
    let largest = scores.fold(F::neg_infinity(), |largest, &s| largest.max(s));
    scores.mapv_inplace(|score| (score - largest).exp());
    let sum = scores.sum();
    scores /= sum;
}
// ANCHOR_END: attend

/// The output `[d]` of the last step alone, from its query `[d]`, all keys and values `[t, d]`, and
/// what is added to its scores.
pub(super) fn attend_last<F: Real>(
    q: &ArrayRef1<F>,
    k: &ArrayRef2<F>,
    v: &ArrayRef2<F>,
    biases: Option<&Biases<F>>,
) -> Array1<F> {
    let mut weights = k.dot(q) * scale::<F>(q.len());
    if let Some(biases) = biases {
        let last = k.nrows() - 1;
        let mut row = weights.view_mut().insert_axis(Axis(0));
        biases.add_to(&(last..last + 1), &(0..last + 1), &mut row);
    }
    softmax(weights.view_mut());
    let mut output = Array1::zeros(v.ncols());
    // Row by row, as they lie in memory: the product with a transposed matrix would go column by
    // column.
    for (&weight, value) in zip(&weights, v.rows()) {
        output.scaled_add(weight, &value);
    }
    output
}

/// From the gradient `d_output` `[T, d]` of one sequence to those by its queries, keys and values,
/// and by what was added to its scores.
pub(super) fn attend_back<F: Real>(
    [q, k, v]: [ArrayView2<'_, F>; 3],
    weights: &ArrayRef2<F>,
    d_output: &ArrayRef2<F>,
    mut d_biases: Option<&mut Biases<F>>,
) -> [Array2<F>; 3] {
    let scale = scale::<F>(q.ncols());
    let mut d_scores = d_output.dot(&v.t());
    for (mut d_row, row) in zip(d_scores.rows_mut(), weights.rows()) {
        // A row of weights sums to one: what would change all of it alike changes nothing.
        let mean = d_row.dot(&row);
        d_row.zip_mut_with(&row, |d, &weight| *d = weight * (*d - mean) * scale);
    }
    if let Some(d_biases) = &mut d_biases {
        let steps = 0..q.nrows();
        d_biases.add(&steps, &steps, &(&d_scores / scale));
    }
    [d_scores.dot(&k), d_scores.t().dot(&q), weights.t().dot(d_output)]
}

/// `1 / √d`: the sum of d independent products of magnitude one is about √d large.
pub(super) fn scale<F: Real>(size: usize) -> F {
    F::from_f64(1.0 / (size as f64).sqrt())
}
