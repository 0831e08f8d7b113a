//! Self-attention: every step looks at all steps directly, with no state between them.

mod attend;
mod batch;
mod blocks;
mod blocks_back;
mod cache;
mod positions;
mod projected;
mod saved;
mod sequence;
mod threads;

use ndarray::{Array1, Array3, ArrayRef1, ArrayRef3, ArrayViewD, ArrayViewMutD};
use rand::Rng;

use self::attend::attend_last;
use self::batch::{Attended, attend_all};
use self::projected::{Projected, lay_out};
use crate::error::{check_finite, check_shape, check_size};
use crate::parameters::in_modules;
use crate::shares::dot;
use crate::steps::check_sequences;
use crate::weights::check_vector;
use crate::{Error, Linear, Parameters, Real};

pub use self::cache::KvCache;
pub use self::positions::Positions;
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
/// -∞, and the weight zero. Without the mask and without [`Positions`], steps in another order give
/// the same outputs in that order.
///
/// The plain version of the formula holds all weights of a sequence, `T²` numbers. Longer sequences
/// are computed in blocks instead, whose memory grows with T: some steps look at some steps at a
/// time, the softmax runs along, and what is wholly behind the mask is skipped. The results are
/// equal up to rounding, and equal to the bit for any number of threads.
///
/// The bias of the key, `b_k`, adds the same number to all scores of a row and changes no weight.
/// It is here because it is in PyTorch's layers; its gradient is zero, up to rounding.
///
/// With *D* inputs (`input_size`) and *d* numbers (`size`) in each query, key and value it has
/// `3 (d D + d)` parameters, and those of its [`Positions`].
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
    /// What is added to the scores for the distance of two steps.
    pub positions: Positions<F>,
}

impl<F: Real> SelfAttention<F> {
    /// An attention without positions, whose query, key and value are drawn in this order by
    /// [`Linear::new`].
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
        let (query, key, value) = (draw()?, draw()?, draw()?);
        Ok(Self { query, key, value, causal, positions: Positions::None })
    }

    /// The same attention with these positions. A learned table is one of its parameters, under the name
    /// `position_bias`.
    #[must_use]
    pub fn with_positions(self, positions: Positions<F>) -> Self {
        Self { positions, ..self }
    }

    /// The outputs `[N, T, d]` of all steps from the inputs `x` `[N, T, D]`.
    ///
    /// ```text
    /// output = softmax(Q Kᵀ / √d) V,   for each sequence
    /// ```
    ///
    /// The largest score of a row is subtracted first: it changes no weight and keeps `exp` from
    /// overflowing.
    ///
    /// # Errors
    ///
    /// - [`Error::ZeroSize`] where the batch is empty or a size of the attention is zero, or a learned
    ///   table of positions, `position_bias`, has no entries.
    /// - [`Error::EmptySequence`] where T is zero.
    /// - [`Error::Shape`] where a weight, a bias or `x` has another shape than those above.
    /// - [`Error::NonFinite`] where `x` is, a `slope` or `position_bias`, or an output, under the name
    ///   `output`.
    /// - [`Error::Negative`] where a `slope` is below zero.
    ///
    /// Source: PyTorch's `torch.nn.functional.scaled_dot_product_attention`, with `is_causal` where
    /// the attention is causal.
    pub fn forward(&self, x: &ArrayRef3<F>) -> Result<Array3<F>, Error> {
        Ok(attend_all(&self.project(x, None)?)?.output)
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
        Ok(attend_all(&self.project(x, Some(lengths))?)?.output)
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
        let Attended { output, softmax } = attend_all(&projected)?;
        Ok(AttentionSaved { attention: self, output, projected, softmax })
    }

    fn project(&self, x: &ArrayRef3<F>, lengths: Option<&[usize]>) -> Result<Projected<F>, Error> {
        let [input_size, _] = self.check_weights()?;
        let lengths = check_sequences(x, lengths, input_size)?;
        let rows = lay_out(x, &lengths);
        let [q, k, v] = [&self.query, &self.key, &self.value]
            .map(|layer| dot(true, &rows, &layer.weight.t()) + &layer.bias);
        let biases = self.positions.biases(x.dim().1);
        Ok(Projected { lengths, rows, q, k, v, causal: self.causal, biases })
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
        let biases = self.positions.biases(cache.len());
        let output = attend_last(&q, &cache.keys, &cache.values, biases.as_ref());
        check_finite("output", &output).inspect_err(|_| cache.pop())?;
        Ok(output)
    }

    /// The multiply-adds of a whole sequence: `3 T d D` for queries, keys and values, `2 T² d` for
    /// the scores and the outputs.
    ///
    /// That is the plain version, which computes the scores behind a causal mask too, and throws them
    /// away. To compute only what counts would take `T (T + 1) d` in place of `2 T² d`; in blocks it
    /// is little more than that.
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
        self.positions.check()?;
        Ok([input_size, size])
    }
}

impl<F: Real> Parameters<F> for SelfAttention<F> {
    fn named_parameters(&self) -> Vec<(String, ArrayViewD<'_, F>)> {
        let [query, key, value] =
            [&self.query, &self.key, &self.value].map(Linear::named_parameters);
        let mut parameters = in_modules([("query", query), ("key", key), ("value", value)]);
        if let Positions::Learned(table) = &self.positions {
            parameters.push(("position_bias".into(), table.view().into_dyn()));
        }
        parameters
    }

    fn named_parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, F>)> {
        let [query, key, value] =
            [&mut self.query, &mut self.key, &mut self.value].map(Linear::named_parameters_mut);
        let mut parameters = in_modules([("query", query), ("key", key), ("value", value)]);
        if let Positions::Learned(table) = &mut self.positions {
            parameters.push(("position_bias".into(), table.view_mut().into_dyn()));
        }
        parameters
    }
}
