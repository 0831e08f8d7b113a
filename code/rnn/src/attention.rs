//! Self-attention: every step looks at all steps directly, with no state between them.

mod attend;
mod cache;
mod projected;
mod saved;

use std::iter::zip;

use ndarray::{Array1, Array2, Array3, ArrayRef1, ArrayRef3, ArrayViewD, ArrayViewMutD, Axis};
use rand::Rng;

use self::attend::{attend, attend_last};
use self::projected::{Projected, lay_out};
use crate::error::{check_finite, check_shape, check_size};
use crate::parameters::in_modules;
use crate::steps::check_sequences;
use crate::weights::check_vector;
use crate::{Error, Linear, Parameters, Real};

pub use self::cache::KvCache;
pub use self::saved::{AttentionGradients, AttentionSaved};

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

    /// As [`forward_padded`](Self::forward_padded), keeping what
    /// [`AttentionSaved::backward`] needs. Without `lengths` all sequences have T steps.
    ///
    /// # Errors
    ///
    /// Those of [`forward_padded`](Self::forward_padded).
    pub fn forward_saving(
        &self,
        x: &ArrayRef3<F>,
        lengths: Option<&[usize]>,
    ) -> Result<AttentionSaved<'_, F>, Error> {
        let projected = self.project(x, lengths)?;
        let (batch_size, t) = (projected.lengths.len(), projected.count());
        let mut weights = Array3::zeros((batch_size, t, t));
        let output = self.attend_all(&projected, |n, of_sequence| {
            let mut square = weights.index_axis_mut(Axis(0), n);
            square.slice_each_axis_inplace(|_| (..of_sequence.nrows()).into());
            square.assign(of_sequence);
        })?;
        Ok(AttentionSaved { attention: self, output, weights, projected })
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
}

impl<F: Real> Parameters<F> for SelfAttention<F> {
    fn named_parameters(&self) -> Vec<(String, ArrayViewD<'_, F>)> {
        let [query, key, value] =
            [&self.query, &self.key, &self.value].map(Linear::named_parameters);
        in_modules([("query", query), ("key", key), ("value", value)])
    }

    fn named_parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, F>)> {
        let [query, key, value] =
            [&mut self.query, &mut self.key, &mut self.value].map(Linear::named_parameters_mut);
        in_modules([("query", query), ("key", key), ("value", value)])
    }
}
