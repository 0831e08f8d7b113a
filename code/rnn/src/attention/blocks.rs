//! Attention in blocks: some steps look at some steps at a time, so that no scores of all steps for
//! all steps are ever held, and those behind a causal mask are not computed.
//!
//! ```text
//! for each block of queries, and for each block of keys that it sees:
//!
//!     S  = Q Kᵀ / √d           m' = max(m, the largest score of the row)
//!     P  = exp(S - m')         l  = l exp(m - m') + the sum of the row of P
//!                              O  = O exp(m - m') + P V
//!
//! output = O / l
//! ```
//!
//! The softmax runs along: when a larger score is found, what was summed before shrinks.
//!
//! Sources: Rabe and Staats, *Self-attention does not need O(n²) memory* (2021); Dao et al.,
//! *Fast and memory-efficient exact attention with IO-awareness* (2022).

use std::iter::zip;
use std::ops::Range;

use ndarray::{Array2, ArrayRef2, ArrayView2, ArrayViewMut1, ArrayViewMut2, Axis};

use super::attend::scale;
use super::sequence::Sequence;
use crate::Real;
use crate::activation::vectorised;
use crate::product::Product;

/// Sequences of so many steps or fewer are computed by the plain formula: they would be one block.
pub(super) const SHORT: usize = 64;

/// Blocks of so many queries, and of so many keys.
pub(super) const QUERIES: usize = 128;
const KEYS: usize = 128;

/// A block of keys and their values, made ready for products with many blocks of queries.
pub(super) struct ReadyKeys<F: Real> {
    /// Which steps they are.
    pub steps: Range<usize>,
    /// Kᵀ, `[d, S]`.
    keys: F::Ready,
    /// V, `[S, d]`.
    values: F::Ready,
}

/// What makes weights of the scores of a row: `exp(score - largest) / sum`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Softmax<F> {
    pub largest: F,
    pub sum: F,
}

/// All keys and values of a sequence, in blocks.
pub(super) fn ready_keys<F: Real>(sequence: &Sequence<'_, F>) -> Vec<ReadyKeys<F>> {
    let ready = |steps: Range<usize>| {
        let keys = F::Ready::ready(&rows(&sequence.k, &steps).t());
        let values = F::Ready::ready(&rows(&sequence.v, &steps));
        ReadyKeys { steps, keys, values }
    };
    blocks(0..sequence.steps(), KEYS).map(ready).collect()
}

/// The outputs of a block of queries, and the softmax of each.
pub(super) fn attend_block<F: Real>(
    sequence: &Sequence<'_, F>,
    keys: &[ReadyKeys<F>],
    queries: Range<usize>,
) -> (Array2<F>, Vec<Softmax<F>>) {
    let q = scaled(&sequence.q, &queries);
    let mut output = Array2::zeros(q.dim());
    // The lowest number in place of -∞, whose difference from itself is no number.
    let nothing = Softmax { largest: F::min_value(), sum: F::zero() };
    let mut softmax = vec![nothing; queries.len()];
    let mut buffer = vec![F::zero(); queries.len() * KEYS];
    let seen = sequence.visible(queries.end - 1).div_ceil(KEYS);
    for ReadyKeys { steps, keys, values } in &keys[..seen] {
        let mut weights = sequence.scores(&q, &queries, keys, steps, &mut buffer);
        for (t, (softmax, (weights, output))) in
            zip(queries.clone(), zip(&mut softmax, zip(weights.rows_mut(), output.rows_mut())))
        {
            let seen = sequence.visible(t).saturating_sub(steps.start).min(steps.len());
            softmax.go_on(in_one_piece(weights), seen, in_one_piece(output));
        }
        values.add_to(&weights, &mut output);
    }
    for (softmax, mut output) in zip(&softmax, output.rows_mut()) {
        output /= softmax.sum;
    }
    (output, softmax)
}

/// `Q / √d` for some queries.
pub(super) fn scaled<F: Real>(q: &ArrayRef2<F>, queries: &Range<usize>) -> Array2<F> {
    let scale: F = scale(q.ncols());
    rows(q, queries).mapv(|q| q * scale)
}

impl<F: Real> Sequence<'_, F> {
    /// The scores of some queries, already scaled, for a block of keys, with a buffer for them. Those
    /// behind the mask are computed too, where the block is not wholly behind it.
    pub fn scores<'b>(
        &self,
        q: &ArrayRef2<F>,
        queries: &Range<usize>,
        keys: &F::Ready,
        steps: &Range<usize>,
        buffer: &'b mut [F],
    ) -> ArrayViewMut2<'b, F> {
        let mut scores = matrix(buffer, [queries.len(), steps.len()]);
        scores.fill(F::zero());
        keys.add_to(q, &mut scores);
        if let Some(biases) = self.biases {
            biases.add_to(queries, steps, &mut scores);
        }
        scores
    }
}

/// The first numbers of a buffer as a matrix.
pub(super) fn matrix<F>(buffer: &mut [F], [rows, columns]: [usize; 2]) -> ArrayViewMut2<'_, F> {
    ArrayViewMut2::from_shape((rows, columns), &mut buffer[..rows * columns])
        .expect("as many numbers")
}

impl<F: Real> Softmax<F> {
    /// In place of further scores of the row, of which so many are seen, their exponentials; what
    /// was summed before is brought to the same measure.
    fn go_on(&mut self, scores: &mut [F], seen: usize, output: &mut [F]) {
        vectorised(
            #[inline(always)]
            || {
                let (scores, hidden) = scores.split_at_mut(seen);
                let largest = largest(scores, self.largest);
                let before = (self.largest - largest).fast_exp();
                let sum = exp_and_sum(scores, largest);
                hidden.fill(F::zero()); // exp(-∞)
                *self = Self { largest, sum: self.sum * before + sum };
                if before != F::one() {
                    for output in output {
                        *output *= before;
                    }
                }
            },
        );
    }
}

/// Sums and maxima run in so many lanes side by side: the order of one alone would leave nothing to
/// do at the same time.
const LANES: usize = 32;

/// The largest of the scores and one more number.
#[inline(always)]
fn largest<F: Real>(scores: &[F], before: F) -> F {
    let larger = |a: F, b: F| if a > b { a } else { b };
    let (whole, rest) = scores.as_chunks::<LANES>();
    let mut lanes = [before; LANES];
    for scores in whole {
        for i in 0..LANES {
            lanes[i] = larger(scores[i], lanes[i]);
        }
    }
    lanes.iter().chain(rest).fold(before, |largest, &score| larger(score, largest))
}

/// In place of the scores, `exp(score - largest)`; the sum of these.
#[inline(always)]
fn exp_and_sum<F: Real>(scores: &mut [F], largest: F) -> F {
    let (whole, rest) = scores.as_chunks_mut::<LANES>();
    let mut lanes = [F::zero(); LANES];
    for scores in whole {
        for i in 0..LANES {
            scores[i] = (scores[i] - largest).fast_exp();
            lanes[i] += scores[i];
        }
    }
    for (score, lane) in zip(rest, &mut lanes) {
        *score = (*score - largest).fast_exp();
        *lane += *score;
    }
    lanes.iter().fold(F::zero(), |sum, &lane| sum + lane)
}

/// Some steps in blocks of so many; the last may have fewer.
pub(super) fn blocks(steps: Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    steps.clone().step_by(size).map(move |first| first..steps.end.min(first + size))
}

/// Some rows of a matrix.
pub(super) fn rows<'a, F>(matrix: &'a ArrayRef2<F>, rows: &Range<usize>) -> ArrayView2<'a, F> {
    matrix.slice_axis(Axis(0), rows.clone().into())
}

pub(super) fn in_one_piece<F>(row: ArrayViewMut1<'_, F>) -> &mut [F] {
    row.into_slice().expect("the numbers of a row lie together")
}
