//! The way back through attention in blocks. The weights are computed anew.
//!
//! ```text
//! for each block of keys, and for each block of queries that sees it:
//!
//!     P  = exp(S - m) / l,   S = Q Kᵀ / √d, as on the way there
//!     dV = dV + Pᵀ dO
//!     dS = P ⊙ (dO Vᵀ - D),   D_t = Σ_i dO_ti O_ti
//!     dQ = dQ + dS K / √d     dK = dK + dSᵀ Q / √d
//! ```
//!
//! D is what the plain version calls the mean: `Σ_s P_ts (dO Vᵀ)_ts`, with the sum over s taken first.
//!
//! Source: Dao et al., *Fast and memory-efficient exact attention with IO-awareness* (2022).

use std::iter::zip;
use std::ops::Range;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayRef2, Axis};

use super::blocks::{SHORT, Softmax, blocks, in_one_piece, matrix, rows, scaled};
use super::positions::Biases;
use super::sequence::Sequence;
use crate::Real;
use crate::activation::vectorised;
use crate::product::Product;

/// Blocks of so many queries and so many keys.
const QUERIES: usize = 128;
const KEYS: usize = 128;

/// A share of the keys has so many blocks of them, and there are at most so many shares: each holds
/// gradients by all queries, `T d` numbers.
const BLOCKS_OF_A_SHARE: usize = 4;
const MOST_SHARES: usize = 8;

/// What a share of the keys adds to the gradients.
pub(super) struct Share<F> {
    /// By all queries: `[T, d]`.
    pub queries: Array2<F>,
    /// By some keys and by their values.
    pub keys: Vec<(Range<usize>, [Array2<F>; 2])>,
    /// By what was added to the scores.
    pub biases: Option<Biases<F>>,
}

/// A sequence, what its way there left, and the gradient by its output.
pub(super) struct Back<'a, F> {
    sequence: Sequence<'a, F>,
    softmax: &'a [Softmax<F>],
    /// `Q / √d`: `[T, d]`.
    q: Array2<F>,
    /// `[T, d]`, row after row.
    d_output: Array2<F>,
    /// D: `[T]`.
    means: Array1<F>,
}

/// How many shares a sequence is cut into, however many threads there are.
pub(super) fn share_count(steps: usize) -> usize {
    (steps / (KEYS * BLOCKS_OF_A_SHARE)).clamp(1, MOST_SHARES)
}

impl<'a, F: Real> Back<'a, F> {
    pub fn new(
        sequence: Sequence<'a, F>,
        softmax: &'a [Softmax<F>],
        output: &ArrayRef2<F>,
        d_output: &ArrayRef2<F>,
    ) -> Self {
        let means = zip(output.rows(), d_output.rows()).map(|(o, d_o)| o.dot(&d_o)).collect();
        let d_output = d_output.as_standard_layout().into_owned();
        let q = scaled(&sequence.q, &(0..sequence.steps()));
        Self { sequence, softmax, q, d_output, means }
    }

    /// One share of the gradients: for a short sequence all of them, by the plain formula.
    pub fn share(&self, share: usize) -> Share<F> {
        let steps = self.sequence.steps();
        if steps > SHORT {
            return self.share_in_blocks(share);
        }
        let ([d_q, d_k, d_v], d_biases) = self.sequence.attend_back(&self.d_output);
        Share { queries: d_q, keys: vec![(0..steps, [d_k, d_v])], biases: d_biases }
    }

    /// Behind a causal mask a block of keys costs the more the earlier
    /// it is. So shares take turns, and every other time in reverse.
    fn share_in_blocks(&self, share: usize) -> Share<F> {
        let steps = self.sequence.steps();
        let shares = share_count(steps);
        let turns = |block: usize| {
            let turn = block % (2 * shares);
            turn.min(2 * shares - 1 - turn) == share
        };
        let mut sums = Share {
            queries: Array2::zeros(self.q.dim()),
            keys: vec![],
            biases: self.sequence.biases.map(Biases::zeros),
        };
        let mut buffers = [(); 2].map(|()| vec![F::zero(); QUERIES * KEYS]);
        for (_, steps) in blocks(0..steps, KEYS).enumerate().filter(|(block, _)| turns(*block)) {
            let mut keys = Keys::new(&self.sequence, steps);
            let first = if self.sequence.causal { keys.steps.start } else { 0 };
            for queries in blocks(first..self.sequence.steps(), QUERIES) {
                self.add_block(&queries, &mut keys, &mut sums, &mut buffers);
            }
            sums.keys.push((keys.steps, [keys.d_k, keys.d_v]));
        }
        sums
    }

    /// What a block of queries and a block of keys adds.
    fn add_block(
        &self,
        queries: &Range<usize>,
        keys: &mut Keys<F>,
        sums: &mut Share<F>,
        [weights, d_scores]: &mut [Vec<F>; 2],
    ) {
        let (sequence, steps) = (&self.sequence, &keys.steps);
        let (q, d_output) = (rows(&self.q, queries), rows(&self.d_output, queries));
        let mut weights = sequence.scores(&q, queries, &keys.k_transposed, steps, weights);
        let mut d_scores = matrix(d_scores, [queries.len(), steps.len()]);
        d_scores.fill(F::zero());
        keys.v_transposed.add_to(&d_output, &mut d_scores);
        for (t, (weights, d_scores)) in
            zip(queries.clone(), zip(weights.rows_mut(), d_scores.rows_mut()))
        {
            let seen = sequence.visible(t).saturating_sub(steps.start).min(steps.len());
            let (weights, d_scores) = (in_one_piece(weights), in_one_piece(d_scores));
            self.softmax[t].back(weights, d_scores, seen, self.means[t]);
        }
        general_mat_mul(F::one(), &weights.t(), &d_output, F::one(), &mut keys.d_v);
        general_mat_mul(F::one(), &d_scores.t(), &q, F::one(), &mut keys.d_k);
        keys.k.add_to(&d_scores, &mut sums.queries.slice_axis_mut(Axis(0), queries.clone().into()));
        if let Some(d_biases) = &mut sums.biases {
            d_biases.add(queries, steps, &d_scores);
        }
    }
}

/// A block of keys and values, made ready for products, and the gradients by them.
struct Keys<F: Real> {
    steps: Range<usize>,
    /// Kᵀ and Vᵀ: `[d, S]`.
    k_transposed: F::Ready,
    v_transposed: F::Ready,
    /// `K / √d`: `[S, d]`.
    k: F::Ready,
    d_k: Array2<F>,
    d_v: Array2<F>,
}

impl<F: Real> Keys<F> {
    fn new(sequence: &Sequence<'_, F>, steps: Range<usize>) -> Self {
        let (k, v) = (rows(&sequence.k, &steps), rows(&sequence.v, &steps));
        Self {
            k_transposed: F::Ready::ready(&k.t()),
            v_transposed: F::Ready::ready(&v.t()),
            k: F::Ready::ready(&scaled(&sequence.k, &steps)),
            d_k: Array2::zeros(k.dim()),
            d_v: Array2::zeros(v.dim()),
            steps,
        }
    }
}

impl<F: Real> Softmax<F> {
    /// In place of scores of a row, the weights, and in place of gradients by the weights those by
    /// the scores.
    fn back(&self, scores: &mut [F], d_weights: &mut [F], seen: usize, mean: F) {
        vectorised(
            #[inline(always)]
            || {
                let one_over_sum = F::one() / self.sum;
                let (scores, hidden) = scores.split_at_mut(seen);
                let (d_weights, d_hidden) = d_weights.split_at_mut(seen);
                for (score, d) in zip(scores, d_weights) {
                    let weight = (*score - self.largest).fast_exp() * one_over_sum;
                    *score = weight;
                    *d = weight * (*d - mean);
                }
                hidden.fill(F::zero());
                d_hidden.fill(F::zero());
            },
        );
    }
}
