//! Self-attention: every step looks at all steps directly, with no state between them.

use std::iter::zip;

use ndarray::{
    Array1, Array2, Array3, ArrayRef1, ArrayRef2, ArrayRef3, ArrayView2, ArrayViewD, ArrayViewMut1,
    ArrayViewMutD, Axis, Slice,
};
use rand::Rng;

use crate::error::{check_finite, check_shape, check_size};
use crate::steps::{check_finite_steps, check_sequences};
use crate::weights::check_vector;
use crate::{Error, Linear, Parameters, Real};

/// Self-attention with one head: every step asks all steps, itself included, and takes from each
/// what its answer weighs.
///
/// ```text
/// Q = X W_qᵀ + b_q   K = X W_kᵀ + b_k   V = X W_vᵀ + b_v
///
/// A = softmax(Q Kᵀ / √d)      output = A V
/// ```
///
/// The softmax is taken row by row: a row of A holds the weights of one step for all steps, and
/// they sum to one. Where the attention is *causal*, the score of step t for a later step s > t is
/// -∞, and the weight zero. There are no positions: without the mask, steps in another order give
/// the same outputs in that order.
///
/// The bias of the key, `b_k`, adds the same number to all scores of a row and changes no weight.
/// It is here because it is in PyTorch's layers; its gradient is zero, up to rounding.
///
/// With *D* inputs (`input_size`) and *d* numbers (`size`) in each query, key and value it has
/// `3 (d D + d)` parameters.
///
/// Source: Vaswani et al., *Attention is all you need* (2017); PyTorch's
/// `torch.nn.functional.scaled_dot_product_attention` behind three `torch.nn.Linear`.
#[derive(Debug, Clone, PartialEq)]
pub struct SelfAttention<F> {
    /// What a step asks: `[d, D]`.
    pub query: Linear<F>,
    /// What a step can be found by: `[d, D]`.
    pub key: Linear<F>,
    /// What a step has to say: `[d, D]`.
    pub value: Linear<F>,
    /// Whether no step looks at later ones.
    pub causal: bool,
}

/// What [`SelfAttention::forward_saving`] computed, with all that [`SelfAttention::backward`] needs
/// of it: inputs, queries, keys and values of every step, and the weights of every step for every
/// step.
#[derive(Debug, Clone, PartialEq)]
pub struct AttentionSaved<F> {
    /// `[N, T, d]`.
    pub output: Array3<F>,
    /// A, of each sequence, its rows the steps that look and its columns those that are looked at:
    /// `[N, T, T]`. Zero where the mask is, and at padding.
    pub weights: Array3<F>,
    projected: Projected<F>,
}

impl<F> AttentionSaved<F> {
    /// The numbers that are kept for the way back, without `output`: `N T D + 3 N T d + N T²`.
    pub fn float_count(&self) -> usize {
        let Projected { rows, q, k, v, .. } = &self.projected;
        rows.len() + q.len() + k.len() + v.len() + self.weights.len()
    }
}

/// The gradients of a loss by everything that went into an attention.
#[derive(Debug, Clone, PartialEq)]
pub struct AttentionGradients<F> {
    /// By the weights and biases.
    pub attention: SelfAttention<F>,
    /// By the inputs, zero at padding: `[N, T, D]`.
    pub x: Array3<F>,
}

/// The keys and values of all steps so far, for [`SelfAttention::step`]: what a causal attention
/// remembers while it goes on. Unlike a state it grows with every step.
#[derive(Debug, Clone, PartialEq)]
pub struct KvCache<F> {
    /// `[t, d]`.
    keys: Array2<F>,
    /// `[t, d]`.
    values: Array2<F>,
}

impl<F: Real> KvCache<F> {
    /// A cache of no steps, for an attention of this size d.
    pub fn new(size: usize) -> Self {
        Self { keys: Array2::zeros((0, size)), values: Array2::zeros((0, size)) }
    }

    /// The steps that it holds, t.
    pub fn len(&self) -> usize {
        self.keys.nrows()
    }

    /// Whether it holds no step.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers that it holds: `2 t d`.
    pub fn float_count(&self) -> usize {
        self.keys.len() + self.values.len()
    }

    // Keys and values are equally wide, so what fits the one fits the other.
    fn push(&mut self, key: &ArrayRef1<F>, value: &ArrayRef1<F>) -> Result<(), Error> {
        let pushed = self.keys.push_row(key.view());
        pushed.and_then(|()| self.values.push_row(value.view())).map_err(|_| {
            let (expected, found) = (vec![self.len(), key.len()], self.keys.shape().to_vec());
            Error::Shape { name: "cache", expected, found }
        })
    }

    fn pop(&mut self) {
        let before = self.len() - 1;
        self.keys = first(&self.keys, before).to_owned();
        self.values = first(&self.values, before).to_owned();
    }
}

impl<F: Real> SelfAttention<F> {
    /// An attention whose query, key and value are drawn in this order by [`Linear::new`].
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size is zero.
    pub fn new(
        input_size: usize,
        size: usize,
        causal: bool,
        rng: &mut impl Rng,
    ) -> Result<Self, Error> {
        check_size("input_size", input_size)?;
        check_size("size", size)?;
        let mut draw = || Linear::new(input_size, size, rng);
        Ok(Self { query: draw()?, key: draw()?, value: draw()?, causal })
    }

    /// The outputs `[N, T, d]` of all steps from the inputs `x` `[N, T, D]`.
    ///
    /// ```text
    /// output = softmax(Q Kᵀ / √d) V,   for each sequence
    /// ```
    ///
    /// The largest score of a row is subtracted first: it changes no weight and keeps `exp` from
    /// overflowing. The weights of one sequence are held at a time, `T²` numbers.
    ///
    /// # Errors
    ///
    /// - [`Error::ZeroSize`] where the batch is empty or a size of the attention is zero.
    /// - [`Error::EmptySequence`] where T is zero.
    /// - [`Error::Shape`] where a weight, a bias or `x` has another shape than those above.
    /// - [`Error::NonFinite`] where `x` is, or an output, under the name `output`.
    ///
    /// Source: PyTorch's `torch.nn.functional.scaled_dot_product_attention`, with `is_causal` where
    /// the attention is causal.
    pub fn forward(&self, x: &ArrayRef3<F>) -> Result<Array3<F>, Error> {
        self.attend_all(&self.project(x, None)?, |_, _| {})
    }

    /// As [`forward`](Self::forward), for sequences of unequal length in one padded batch: sequence
    /// n has `lengths[n]` steps. No step looks at what follows them, and what `x` holds there is
    /// never read; the output is zero there.
    ///
    /// # Errors
    ///
    /// Those of [`forward`](Self::forward), and
    ///
    /// - [`Error::Shape`] where there are more or fewer `lengths` than sequences.
    /// - [`Error::Length`] where a length is zero or more than T.
    ///
    /// Source: PyTorch's `torch.nn.functional.scaled_dot_product_attention` with an `attn_mask`.
    pub fn forward_padded(&self, x: &ArrayRef3<F>, lengths: &[usize]) -> Result<Array3<F>, Error> {
        self.attend_all(&self.project(x, Some(lengths))?, |_, _| {})
    }

    /// As [`forward_padded`](Self::forward_padded), keeping what [`backward`](Self::backward)
    /// needs. Without `lengths` all sequences have T steps.
    ///
    /// # Errors
    ///
    /// Those of [`forward_padded`](Self::forward_padded).
    pub fn forward_saving(
        &self,
        x: &ArrayRef3<F>,
        lengths: Option<&[usize]>,
    ) -> Result<AttentionSaved<F>, Error> {
        let projected = self.project(x, lengths)?;
        let (batch_size, t) = (projected.lengths.len(), projected.count());
        let mut weights = Array3::zeros((batch_size, t, t));
        let output = self.attend_all(&projected, |n, of_sequence| {
            let mut square = weights.index_axis_mut(Axis(0), n);
            square.slice_each_axis_inplace(|_| (..of_sequence.nrows()).into());
            square.assign(of_sequence);
        })?;
        Ok(AttentionSaved { output, weights, projected })
    }

    fn project(&self, x: &ArrayRef3<F>, lengths: Option<&[usize]>) -> Result<Projected<F>, Error> {
        let [input_size, _] = self.check_weights()?;
        let lengths = check_sequences(x, lengths, input_size)?;
        let rows = lay_out(x, &lengths);
        let [q, k, v] = [&self.query, &self.key, &self.value]
            .map(|layer| rows.dot(&layer.weight.t()) + &layer.bias);
        Ok(Projected { lengths, rows, q, k, v })
    }

    /// The outputs `[N, T, d]`; `keep` is shown the weights of each sequence.
    fn attend_all(
        &self,
        projected: &Projected<F>,
        mut keep: impl FnMut(usize, &Array2<F>),
    ) -> Result<Array3<F>, Error> {
        let shape = (projected.lengths.len(), projected.count(), projected.v.ncols());
        let mut output = Array3::zeros(shape);
        for (n, &length) in zip(0.., &projected.lengths) {
            let [q, k, v] = projected.sequence(n);
            let visible = |t| if self.causal { t + 1 } else { length };
            let (attended, weights) = attend(&q, &k, &v, visible);
            let mut output = output.index_axis_mut(Axis(0), n);
            output.slice_axis_mut(Axis(0), (..length).into()).assign(&attended);
            keep(n, &weights);
        }
        check_finite("output", &output)?;
        Ok(output)
    }

    /// The gradients of a loss by the weights, the biases and the inputs, from its gradient
    /// `d_output` `[N, T, d]` by the outputs.
    ///
    /// ```text
    /// dL/dA = d_output Vᵀ      dL/dV = Aᵀ d_output
    ///
    /// dL/dS_ts = A_ts (dL/dA_ts - Σ_r A_tr dL/dA_tr),   S = Q Kᵀ / √d
    ///
    /// dL/dQ = dL/dS K / √d     dL/dK = (dL/dS)ᵀ Q / √d
    /// ```
    ///
    /// and from there as in [`Linear::backward`], where the inputs get the sum of three parts.
    /// What `d_output` holds behind the end of a sequence is never read.
    ///
    /// # Errors
    ///
    /// - [`Error::ZeroSize`] where a size of the attention is zero.
    /// - [`Error::Shape`] where `saved`, a weight or `d_output` has another shape than those above.
    /// - [`Error::NonFinite`] where `d_output` is. Also for a gradient by a query, a key or a value
    ///   that overflows, under the name `d_y`, its place the row `n T + t` and the column.
    pub fn backward(
        &self,
        saved: &AttentionSaved<F>,
        d_output: &ArrayRef3<F>,
    ) -> Result<AttentionGradients<F>, Error> {
        self.check_saved(saved, d_output)?;
        let projected = &saved.projected;
        let [mut d_q, mut d_k, mut d_v] = [(); 3].map(|()| Array2::zeros(projected.q.dim()));
        for (n, &length) in zip(0.., &projected.lengths) {
            let weights = saved.weights.index_axis(Axis(0), n);
            let weights = weights.slice_each_axis(|_| (..length).into());
            let d_output = d_output.index_axis(Axis(0), n);
            let d_output = first(&d_output, length);
            let back = attend_back(projected.sequence(n), &weights, &d_output);
            for (rows, sequence) in zip([&mut d_q, &mut d_k, &mut d_v], &back) {
                rows.slice_axis_mut(Axis(0), projected.steps(n)).assign(sequence);
            }
        }
        let query = self.query.backward(&projected.rows, &d_q)?;
        let key = self.key.backward(&projected.rows, &d_k)?;
        let value = self.value.backward(&projected.rows, &d_v)?;
        let x = projected.by_sequence(&(query.x + key.x + value.x));
        let (query, key, value) = (query.linear, key.linear, value.linear);
        Ok(AttentionGradients { attention: Self { query, key, value, causal: self.causal }, x })
    }

    /// The output `[d]` of the next step, from its input `x` `[D]` and the keys and values of those
    /// before, where it leaves its own: the last row of [`forward`](Self::forward) over the whole
    /// sequence, up to rounding.
    ///
    /// The attention must be causal: only then are the outputs of the steps before still those of
    /// `forward`.
    ///
    /// # Errors
    ///
    /// After an error the cache is what it was before.
    ///
    /// - [`Error::NotCausal`] where the attention is not.
    /// - [`Error::ZeroSize`] where a size of the attention is zero.
    /// - [`Error::Shape`] where a weight, a bias or `x` has another shape than those above, or the
    ///   cache is for another size.
    /// - [`Error::NonFinite`] where `x` is, or the output, under the name `output`.
    pub fn step(&self, x: &ArrayRef1<F>, cache: &mut KvCache<F>) -> Result<Array1<F>, Error> {
        if !self.causal {
            return Err(Error::NotCausal);
        }
        let [input_size, _] = self.check_weights()?;
        check_vector("x", x, input_size)?;
        let [q, k, v] =
            [&self.query, &self.key, &self.value].map(|layer| layer.weight.dot(x) + &layer.bias);
        cache.push(&k, &v)?;
        let output = attend_last(&q, &cache.keys, &cache.values);
        check_finite("output", &output).inspect_err(|_| cache.pop())?;
        Ok(output)
    }

    /// The multiply-adds of a whole sequence: `3 T d D` for queries, keys and values, `2 T² d` for
    /// the scores and the outputs.
    ///
    /// The scores behind a causal mask are computed too, and thrown away. To compute only what
    /// counts would take `T (T + 1) d` in place of `2 T² d`.
    pub fn multiply_adds(&self, steps: usize) -> usize {
        steps * self.multiply_adds_of_projections() + 2 * steps * steps * self.query.weight.nrows()
    }

    /// The multiply-adds of a [`step`](Self::step) with t steps before it: `3 d D + 2 (t + 1) d`.
    pub fn multiply_adds_of_step(&self, steps_before: usize) -> usize {
        self.multiply_adds_of_projections() + 2 * (steps_before + 1) * self.query.weight.nrows()
    }

    fn multiply_adds_of_projections(&self) -> usize {
        self.query.multiply_adds() + self.key.multiply_adds() + self.value.multiply_adds()
    }

    /// The fields are public, so every use checks them: the query's weight sets the sizes
    /// `[D, d]`, the rest follows.
    fn check_weights(&self) -> Result<[usize; 2], Error> {
        let (size, input_size) = self.query.weight.dim();
        check_size("input_size", input_size)?;
        check_size("size", size)?;
        check_shape("query.bias", &self.query.bias, &[size])?;
        check_shape("key.weight", &self.key.weight, &[size, input_size])?;
        check_shape("key.bias", &self.key.bias, &[size])?;
        check_shape("value.weight", &self.value.weight, &[size, input_size])?;
        check_shape("value.bias", &self.value.bias, &[size])?;
        Ok([input_size, size])
    }

    /// Checks that what was saved is of an attention of this size, and the gradient of its output.
    fn check_saved(&self, saved: &AttentionSaved<F>, d_output: &ArrayRef3<F>) -> Result<(), Error> {
        let [input_size, size] = self.check_weights()?;
        let Projected { lengths, rows, q, .. } = &saved.projected;
        let (n, t) = (lengths.len(), saved.projected.count());
        check_shape("saved inputs", rows, &[n * t, input_size])?;
        check_shape("saved queries", q, &[n * t, size])?;
        check_shape("saved weights", &saved.weights, &[n, t, t])?;
        check_shape("d_output", d_output, &[n, t, size])?;
        check_finite_steps("d_output", d_output, lengths)
    }
}

/// The inputs of a batch with what the three projections make of them. All arrays have one row for
/// each sequence and step: sequence n is the T rows that start at `n T`, so that a projection is
/// one product of matrices.
#[derive(Debug, Clone, PartialEq)]
struct Projected<F> {
    /// How many steps each sequence has; the rest is padding.
    lengths: Vec<usize>,
    /// The inputs `[N T, D]`; padding is zero, whatever it was.
    rows: Array2<F>,
    /// Queries `[N T, d]`.
    q: Array2<F>,
    /// Keys `[N T, d]`.
    k: Array2<F>,
    /// Values `[N T, d]`.
    v: Array2<F>,
}

impl<F: Real> Projected<F> {
    /// T.
    fn count(&self) -> usize {
        self.rows.nrows() / self.lengths.len()
    }

    /// The rows that are sequence n, without its padding.
    fn steps(&self, n: usize) -> Slice {
        let start = n * self.count();
        (start..start + self.lengths[n]).into()
    }

    /// Queries, keys and values of a sequence, without its padding.
    fn sequence(&self, n: usize) -> [ArrayView2<'_, F>; 3] {
        [&self.q, &self.k, &self.v].map(|rows| rows.slice_axis(Axis(0), self.steps(n)))
    }

    /// From `[N T, C]` to `[N, T, C]`, zero at padding.
    fn by_sequence(&self, rows: &ArrayRef2<F>) -> Array3<F> {
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
fn lay_out<F: Real>(x: &ArrayRef3<F>, lengths: &[usize]) -> Array2<F> {
    let (n, t, input_size) = x.dim();
    let mut rows = Array2::zeros((n * t, input_size));
    for (n, &length) in zip(0.., lengths) {
        let mut valid = rows.slice_axis_mut(Axis(0), (n * t..n * t + length).into());
        valid.assign(&first(&x.index_axis(Axis(0), n), length));
    }
    rows
}

/// The first rows.
fn first<F>(rows: &ArrayRef2<F>, count: usize) -> ArrayView2<'_, F> {
    rows.slice_axis(Axis(0), (..count).into())
}

/// The outputs `[T, d]` of one sequence and the weights `[T, T]` behind them, from its queries,
/// keys and values `[T, d]`. Step t looks at the first `visible(t)` steps.
// ANCHOR: attend
fn attend<F: Real>(
    q: &ArrayRef2<F>,
    k: &ArrayRef2<F>,
    v: &ArrayRef2<F>,
    visible: impl Fn(usize) -> usize,
) -> (Array2<F>, Array2<F>) {
    let mut weights = q.dot(&k.t()) * scale::<F>(q.ncols());
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

/// The output `[d]` of the last step alone, from its query `[d]` and all keys and values `[t, d]`.
fn attend_last<F: Real>(q: &ArrayRef1<F>, k: &ArrayRef2<F>, v: &ArrayRef2<F>) -> Array1<F> {
    let mut weights = k.dot(q) * scale::<F>(q.len());
    softmax(weights.view_mut());
    let mut output = Array1::zeros(v.ncols());
    // Row by row, as they lie in memory: the product with a transposed matrix would go column by
    // column.
    for (&weight, value) in zip(&weights, v.rows()) {
        output.scaled_add(weight, &value);
    }
    output
}

/// From the gradient `d_output` `[T, d]` of one sequence to those by its queries, keys and values.
fn attend_back<F: Real>(
    [q, k, v]: [ArrayView2<'_, F>; 3],
    weights: &ArrayRef2<F>,
    d_output: &ArrayRef2<F>,
) -> [Array2<F>; 3] {
    let scale = scale::<F>(q.ncols());
    let mut d_scores = d_output.dot(&v.t());
    for (mut d_row, row) in zip(d_scores.rows_mut(), weights.rows()) {
        // A row of weights sums to one: what would change all of it alike changes nothing.
        let mean = d_row.dot(&row);
        d_row.zip_mut_with(&row, |d, &weight| *d = weight * (*d - mean) * scale);
    }
    [d_scores.dot(&k), d_scores.t().dot(&q), weights.t().dot(d_output)]
}

/// `1 / √d`: the sum of d independent products of magnitude one is about √d large.
fn scale<F: Real>(size: usize) -> F {
    F::from_f64(1.0 / (size as f64).sqrt())
}

impl<F: Real> Parameters<F> for SelfAttention<F> {
    fn parameters(&self) -> Vec<ArrayViewD<'_, F>> {
        let layers = [&self.query, &self.key, &self.value];
        layers.into_iter().flat_map(Linear::parameters).collect()
    }

    fn parameters_mut(&mut self) -> Vec<ArrayViewMutD<'_, F>> {
        let layers = [&mut self.query, &mut self.key, &mut self.value];
        layers.into_iter().flat_map(Linear::parameters_mut).collect()
    }

    fn names(&self) -> Vec<String> {
        let layers = [("query", &self.query), ("key", &self.key), ("value", &self.value)];
        layers.into_iter().flat_map(|(name, layer)| layer.names_in(name)).collect()
    }
}
