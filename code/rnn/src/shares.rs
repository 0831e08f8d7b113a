//! Work that is done side by side on the threads that there are.
//!
//! What is cut is never a sum: a share of the sequences has its own states, and a piece of the rows of
//! a product its own results. So however many threads there are, every number is the sum of the same
//! terms in the same order, and the results are the same to the bit.

use std::iter::zip;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayRef2, ArrayView2, ArrayViewMut2, ArrayViewMut3, Axis};

use crate::Real;

/// The multiply-adds that take longer than waking other threads: about a millisecond in `f32`. With
/// half as many two threads were no faster than one (two cores of an Intel Xeon, 2026-11-27).
pub(crate) const ENOUGH: usize = 1 << 25;

/// In how many shares so many sequences are worked on: one for each thread, but none so small that
/// it would fetch each weight for too few rows.
pub(crate) fn share_count(batch_size: usize) -> usize {
    const FEW: usize = 4;
    (batch_size / FEW).clamp(1, rayon::current_num_threads())
}

/// Of so many shares and sequences, those of the first half.
pub(crate) fn half(shares: usize, batch_size: usize) -> [usize; 2] {
    [shares / 2, batch_size * (shares / 2) / shares]
}

/// Some of the sequences of a batch.
#[derive(Debug, Clone, Copy)]
pub struct Share<'a> {
    lengths: &'a [usize],
    first: usize,
    /// N, of the whole batch.
    batch_size: usize,
}

impl<'a> Share<'a> {
    /// All sequences of a batch.
    pub fn all(lengths: &'a [usize]) -> Self {
        Self { lengths, first: 0, batch_size: lengths.len() }
    }

    /// The rows of step t `[n, C]`, of an array of the whole batch.
    pub fn rows<F>(self, t: usize, of: &ArrayRef2<F>) -> ArrayView2<'_, F> {
        let start = t * self.batch_size + self.first;
        of.slice_axis(Axis(0), (start..start + self.lengths.len()).into())
    }

    /// The sequences of the share that have a step t.
    pub fn running(self, t: usize) -> impl Iterator<Item = usize> + 'a {
        running(self.lengths, t)
    }

    /// Sequences that have no step t any more keep their state.
    pub fn carry_finished<F: Real>(
        self,
        t: usize,
        before: &ArrayRef2<F>,
        after: &mut ArrayRef2<F>,
    ) {
        for (n, _) in zip(0.., self.lengths).filter(|(_, length)| t >= **length) {
            after.row_mut(n).assign(&before.row(n));
        }
    }

    /// Has `work` done in so many shares of this one, of arrays `[S, n, C]`.
    pub fn split<F: Real, const K: usize>(
        self,
        shares: usize,
        arrays: [ArrayViewMut3<'_, F>; K],
        work: &(impl Fn(Share<'_>, [ArrayViewMut3<'_, F>; K]) + Sync),
    ) {
        if shares == 1 {
            return work(self, arrays);
        }
        let [half, sequences] = half(shares, self.lengths.len());
        let (lengths, other_lengths) = self.lengths.split_at(sequences);
        let one = Self { lengths, ..self };
        let other = Self { lengths: other_lengths, first: self.first + sequences, ..self };
        let mut others = Vec::with_capacity(K);
        let arrays = arrays.map(|array| {
            let (array, other) = array.split_at(Axis(1), sequences);
            others.push(other);
            array
        });
        let others = others.try_into().expect("as many arrays");
        rayon::join(|| one.split(half, arrays, work), || other.split(shares - half, others, work));
    }
}

/// The sequences that have a step t.
pub(crate) fn running(lengths: &[usize], t: usize) -> impl Iterator<Item = usize> + '_ {
    zip(0.., lengths).filter(move |(_, length)| t < **length).map(|(n, _)| n)
}

/// The states before step t and those after it, to be computed, of `[T + 1, n, H]`.
pub(crate) fn before_and_after<'s, F>(
    states: &'s mut ArrayViewMut3<'_, F>,
    t: usize,
) -> (ArrayViewMut2<'s, F>, ArrayViewMut2<'s, F>) {
    let (before, after) = states.view_mut().split_at(Axis(0), t + 1);
    (before.index_axis_move(Axis(0), t), after.index_axis_move(Axis(0), 0))
}

/// `A B` `[M, P]`, from A `[M, K]` and B `[K, P]`.
pub(crate) fn dot<F: Real>(spread: bool, a: &ArrayRef2<F>, b: &ArrayRef2<F>) -> Array2<F> {
    let mut c = Array2::zeros((a.nrows(), b.ncols()));
    by_rows(spread, a, c.view_mut(), &|a, mut c| {
        general_mat_mul(F::one(), a, b, F::zero(), &mut c);
    });
    c
}

/// Has `work` done on pieces of the rows of A `[M, K]` and C `[M, P]`, side by side if it is to be spread
/// and a product of them takes long enough.
pub(crate) fn by_rows<F: Real>(
    spread: bool,
    from: &ArrayRef2<F>,
    to: ArrayViewMut2<'_, F>,
    work: &(impl Fn(&ArrayRef2<F>, ArrayViewMut2<'_, F>) + Sync),
) {
    /// The rows of a piece, at least.
    const FEW: usize = 32;
    let spread = spread && from.len() * to.ncols() >= ENOUGH;
    let threads = if spread { rayon::current_num_threads() } else { 1 };
    in_pieces((from.nrows() / FEW).clamp(1, threads), from, to, work);
}

fn in_pieces<F: Real>(
    pieces: usize,
    from: &ArrayRef2<F>,
    to: ArrayViewMut2<'_, F>,
    work: &(impl Fn(&ArrayRef2<F>, ArrayViewMut2<'_, F>) + Sync),
) {
    if pieces == 1 {
        return work(from, to);
    }
    let [half, rows] = half(pieces, from.nrows());
    let (from, other_from) = from.view().split_at(Axis(0), rows);
    let (to, other_to) = to.split_at(Axis(0), rows);
    rayon::join(
        || in_pieces(half, &from, to, work),
        || in_pieces(pieces - half, &other_from, other_to, work),
    );
}
