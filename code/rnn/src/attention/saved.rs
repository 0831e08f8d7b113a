//! A run of an attention that is kept for its gradients, and the way back through it.

use std::iter::zip;

use ndarray::{Array2, Array3, ArrayRef3, Axis, s};

use super::SelfAttention;
use super::blocks::Softmax;
use super::blocks_back::{Back, share_count};
use super::positions::{Biases, Positions};
use super::projected::Projected;
use super::threads::each;
use crate::error::check_shape;
use crate::steps::check_finite_steps;
use crate::{Error, Real};

/// What [`SelfAttention::forward_saving`] computed, with all that [`backward`](Self::backward) needs
/// of it: inputs, queries, keys and values of every step, and in what measure its weights were taken.
/// The weights themselves are computed anew.
///
/// It borrows the attention, as [`Saved`](crate::Saved) borrows its network: the weights cannot change
/// before the way back.
#[derive(Debug, Clone, PartialEq)]
pub struct AttentionSaved<'a, F> {
    pub(super) attention: &'a SelfAttention<F>,
    /// `[N, T, d]`. The way back reads it too: leave it as it is until then.
    pub output: Array3<F>,
    pub(super) projected: Projected<F>,
    /// For each sequence that was computed in blocks, one for each step.
    pub(super) softmax: Vec<Vec<Softmax<F>>>,
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
    /// A, of each sequence, its rows the steps that look and its columns those that are looked at:
    /// `[N, T, T]`. Zero where the mask is, and at padding.
    ///
    /// They are not kept: this computes them, by the plain formula.
    pub fn weights(&self) -> Array3<F> {
        let (n, t) = (self.projected.lengths.len(), self.projected.count());
        let mut weights = Array3::zeros((n, t, t));
        for (n, &length) in zip(0.., &self.projected.lengths) {
            let (_, of_sequence) = self.projected.sequence(n).attend();
            weights.slice_mut(s![n, ..length, ..length]).assign(&of_sequence);
        }
        weights
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
    /// and from there as in [`Linear::backward`](crate::Linear::backward), where the inputs get the sum of three parts.
    /// What `d_output` holds behind the end of a sequence is never read.
    ///
    /// # Errors
    ///
    /// - [`Error::Shape`] where `d_output` has another shape than that above, or `output` was changed
    ///   to another one.
    /// - [`Error::NonFinite`] where `d_output` is. Also for a gradient by a query, a key or a value
    ///   that overflows, under the name `d_y`, its place the row `n T + t` and the column.
    pub fn backward(&self, d_output: &ArrayRef3<F>) -> Result<AttentionGradients<F>, Error> {
        let Self { attention, output, projected, .. } = self;
        let (n, t, size) = (projected.lengths.len(), projected.count(), projected.q.ncols());
        check_shape("saved output", output, &[n, t, size])?;
        check_shape("d_output", d_output, &[n, t, size])?;
        check_finite_steps("d_output", d_output, &projected.lengths)?;
        let sequences: Vec<_> = (0..n).map(|n| self.back(n, d_output)).collect();
        let shares = zip(0.., &projected.lengths)
            .flat_map(|(n, &length)| (0..share_count(length)).map(move |share| (n, share)));
        let shares = each(shares.collect(), projected.multiply_adds(), |(n, share)| {
            (n, sequences[n].share(share))
        });
        let mut d_biases = projected.biases.as_ref().map(Biases::zeros);
        let [mut d_q, mut d_k, mut d_v] = [(); 3].map(|()| Array2::zeros(projected.q.dim()));
        for (n, share) in shares {
            let rows = projected.steps(n);
            let [mut d_q, mut d_k, mut d_v] =
                [&mut d_q, &mut d_k, &mut d_v].map(|d| d.slice_axis_mut(Axis(0), rows));
            d_q += &share.queries;
            for (keys, [of_keys, of_values]) in share.keys {
                d_k.slice_mut(s![keys.clone(), ..]).assign(&of_keys);
                d_v.slice_mut(s![keys, ..]).assign(&of_values);
            }
            if let (Some(d_biases), Some(of_biases)) = (&mut d_biases, &share.biases) {
                d_biases.add_all(of_biases);
            }
        }
        let query = attention.query.backward(&projected.rows, &d_q)?;
        let key = attention.key.backward(&projected.rows, &d_k)?;
        let value = attention.value.backward(&projected.rows, &d_v)?;
        let x = projected.by_sequence(&(query.x + key.x + value.x));
        let (query, key, value) = (query.linear, key.linear, value.linear);
        let positions = match d_biases {
            Some(d_biases) => attention.positions.gradient(&d_biases),
            None => Positions::None,
        };
        let attention = SelfAttention { query, key, value, causal: attention.causal, positions };
        Ok(AttentionGradients { attention, x })
    }

    /// What is needed to go back through sequence n.
    fn back<'s>(&'s self, n: usize, d_output: &'s ArrayRef3<F>) -> Back<'s, F> {
        let of_sequence =
            |array: &'s ArrayRef3<F>| array.slice(s![n, ..self.projected.lengths[n], ..]);
        Back::new(
            self.projected.sequence(n),
            &self.softmax[n],
            &of_sequence(&self.output),
            &of_sequence(d_output),
        )
    }

    /// The numbers that are kept for the way back, without `output`: `N T D + 3 N T d`, and two more
    /// for each step of a sequence of more than 64, which is computed in blocks.
    pub fn float_count(&self) -> usize {
        let Projected { rows, q, k, v, .. } = &self.projected;
        let softmax: usize = self.softmax.iter().map(Vec::len).sum();
        rows.len() + q.len() + k.len() + v.len() + 2 * softmax
    }

    /// The numbers that the plain version keeps for the way back, without `output`:
    /// `N T D + 3 N T d + N T²`, with the weights of all steps for all steps.
    pub fn plain_float_count(&self) -> usize {
        let Projected { rows, q, k, v, .. } = &self.projected;
        rows.len() + q.len() + k.len() + v.len() + rows.nrows() * self.projected.count()
    }
}
