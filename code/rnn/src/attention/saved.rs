//! A run of an attention that is kept for its gradients, and the way back through it.

use std::iter::zip;

use ndarray::{Array2, Array3, ArrayRef3, Axis};

use super::SelfAttention;
use super::attend::attend_back;
use super::projected::{Projected, first};
use crate::error::check_shape;
use crate::steps::check_finite_steps;
use crate::{Error, Real};

/// What [`SelfAttention::forward_saving`] computed, with all that [`backward`](Self::backward) needs
/// of it: inputs, queries, keys and values of every step, and the weights of every step for every
/// step.
///
/// It borrows the attention, as [`Saved`](crate::Saved) borrows its network: the weights cannot change
/// before the way back.
#[derive(Debug, Clone, PartialEq)]
pub struct AttentionSaved<'a, F> {
    pub(super) attention: &'a SelfAttention<F>,
    /// `[N, T, d]`.
    pub output: Array3<F>,
    /// A, of each sequence, its rows the steps that look and its columns those that are looked at:
    /// `[N, T, T]`. Zero where the mask is, and at padding.
    pub weights: Array3<F>,
    pub(super) projected: Projected<F>,
}

/// The gradients of a loss by everything that went into an attention.
#[derive(Debug, Clone, PartialEq)]
pub struct AttentionGradients<F> {
    /// By the weights and biases.
    pub attention: SelfAttention<F>,
    /// By the inputs, zero at padding: `[N, T, D]`.
    pub x: Array3<F>,
}

impl<F: Real> AttentionSaved<'_, F> {
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
    /// and from there as in [`Linear::backward`](crate::Linear::backward), where the inputs get the sum of three parts.
    /// What `d_output` holds behind the end of a sequence is never read.
    ///
    /// # Errors
    ///
    /// - [`Error::Shape`] where `d_output` has another shape than that above, or `weights` was changed
    ///   to another one.
    /// - [`Error::NonFinite`] where `d_output` is. Also for a gradient by a query, a key or a value
    ///   that overflows, under the name `d_y`, its place the row `n T + t` and the column.
    pub fn backward(&self, d_output: &ArrayRef3<F>) -> Result<AttentionGradients<F>, Error> {
        let Self { attention, weights, projected, .. } = self;
        let (n, t, size) = (projected.lengths.len(), projected.count(), projected.q.ncols());
        check_shape("saved weights", weights, &[n, t, t])?;
        check_shape("d_output", d_output, &[n, t, size])?;
        check_finite_steps("d_output", d_output, &projected.lengths)?;
        let [mut d_q, mut d_k, mut d_v] = [(); 3].map(|()| Array2::zeros(projected.q.dim()));
        for (n, &length) in zip(0.., &projected.lengths) {
            let weights = weights.index_axis(Axis(0), n);
            let weights = weights.slice_each_axis(|_| (..length).into());
            let d_output = d_output.index_axis(Axis(0), n);
            let d_output = first(&d_output, length);
            let back = attend_back(projected.sequence(n), &weights, &d_output);
            for (rows, sequence) in zip([&mut d_q, &mut d_k, &mut d_v], &back) {
                rows.slice_axis_mut(Axis(0), projected.steps(n)).assign(sequence);
            }
        }
        let query = attention.query.backward(&projected.rows, &d_q)?;
        let key = attention.key.backward(&projected.rows, &d_k)?;
        let value = attention.value.backward(&projected.rows, &d_v)?;
        let x = projected.by_sequence(&(query.x + key.x + value.x));
        let (query, key, value) = (query.linear, key.linear, value.linear);
        let attention = SelfAttention { query, key, value, causal: attention.causal };
        Ok(AttentionGradients { attention, x })
    }

    /// The numbers that are kept for the way back, without `output`: `N T D + 3 N T d + N T²`.
    pub fn float_count(&self) -> usize {
        let Projected { rows, q, k, v, .. } = &self.projected;
        rows.len() + q.len() + k.len() + v.len() + self.weights.len()
    }
}
