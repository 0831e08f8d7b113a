//! Recurrences evaluated in rounds instead of steps.
//!
//! A *scan* joins neighbours by an associative operation until every place holds the result of all
//! places up to its own. A recurrence is such an operation where two steps join to one step of the
//! same kind: `h ↦ a ⊙ h + b` does, `h ↦ tanh(W h + b)` does not.

use std::iter::{successors, zip};

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, ArrayView1, ArrayView2, ArrayViewMut2, Axis};
use rayon::prelude::*;

use crate::error::{check_finite, check_shape, check_size};
use crate::{Error, Real};

/// The results of all places up to each: `items[0] ∘ items[1] ∘ … ∘ items[t]` for every t.
///
/// `join(earlier, later)` must be associative; it need not be commutative. There are `⌈log₂ n⌉`
/// rounds, and no join waits for another one of its round. With n items there are
/// `n ⌈log₂ n⌉ - 2^⌈log₂ n⌉ + 1` joins.
///
/// Sources: Hillis and Steele, *Data parallel algorithms*, Communications of the ACM 29 (1986); for
/// recurrences, Kogge and Stone, IEEE Transactions on Computers 22 (1973).
// ANCHOR: hillis_steele
pub fn hillis_steele<E: Clone>(items: &[E], mut join: impl FnMut(&E, &E) -> E) -> Vec<E> {
    let mut results = items.to_vec();
    for stride in strides(items.len()) {
        let before = results.clone();
        for t in stride..items.len() {
            results[t] = join(&before[t - stride], &before[t]);
        }
    }
    results
}
// ANCHOR_END: hillis_steele

/// As [`hillis_steele`], with fewer joins in twice as many rounds: for n a power of two,
/// `2 n - 2 - log₂ n` joins in `2 log₂ n - 2` rounds (one for n = 2), and about as many for other n.
///
/// On the way up, pairs join to pairs of pairs; on the way down, what is complete is handed to what
/// is not.
///
/// Sources: Blelloch, *Prefix sums and their applications*, CMU-CS-90-190 (1990), for the way
/// up and down; in this form, in place and each result with its own item, Brent and Kung, *A regular
/// layout for parallel adders*, IEEE Transactions on Computers 31 (1982).
// ANCHOR: blelloch
pub fn blelloch<E: Clone>(items: &[E], mut join: impl FnMut(&E, &E) -> E) -> Vec<E> {
    let mut results = items.to_vec();
    let mut round = |first: usize, stride: usize| {
        for t in (first..items.len()).step_by(2 * stride) {
            results[t] = join(&results[t - stride], &results[t]);
        }
    };
    let strides: Vec<usize> = strides(items.len()).collect();
    for &stride in &strides {
        round(2 * stride - 1, stride); // up
    }
    for &stride in strides.iter().rev() {
        round(3 * stride - 1, stride); // down
    }
    results
}
// ANCHOR_END: blelloch

/// 1, 2, 4, … below `n`.
fn strides(n: usize) -> impl Iterator<Item = usize> {
    successors(Some(1), |stride| Some(2 * stride)).take_while(move |stride| *stride < n)
}

/// The states `[T, C]` of the diagonal linear recurrence, in a loop over the steps.
///
/// ```text
/// h_t = a_t ⊙ h_(t-1) + b_t,   t = 1 … T
/// ```
///
/// `a` and `b` are `[T, C]`, the state `h_0` before the first step `[C]`.
///
/// # Errors
///
/// - [`Error::EmptySequence`] where T is zero, [`Error::ZeroSize`] where C is.
/// - [`Error::Shape`] where `b` or `h_0` has another shape than those above.
/// - [`Error::NonFinite`] where an argument is, or a state, under the name `output`.
pub fn diagonal_loop<F: Real>(
    a: &ArrayRef2<F>,
    b: &ArrayRef2<F>,
    h_0: &ArrayRef1<F>,
) -> Result<Array2<F>, Error> {
    check_recurrence(a, b, h_0)?;
    let mut states = Array2::zeros(a.dim());
    run(&a.view(), &b.view(), &h_0.view(), &mut states.view_mut());
    check_finite("output", &states)?;
    Ok(states)
}

/// As [`diagonal_loop`], by a scan that goes twice over one piece of the steps for each thread.
///
/// First each piece but the last is joined to one step, then the few states between the pieces
/// follow one from another, and at last each piece runs from its own first state. Almost every step
/// is computed twice, so that P threads can be P / 2 times as fast, and no faster.
///
/// # Errors
///
/// Those of [`diagonal_loop`].
///
/// Source: Blelloch (1990), with more items than processors.
pub fn diagonal_scan<F: Real>(
    a: &ArrayRef2<F>,
    b: &ArrayRef2<F>,
    h_0: &ArrayRef1<F>,
) -> Result<Array2<F>, Error> {
    check_recurrence(a, b, h_0)?;
    let states = scan_in_pieces(a, b, h_0, a.nrows().div_ceil(rayon::current_num_threads()));
    check_finite("output", &states)?;
    Ok(states)
}

/// The same in pieces of `size` steps.
// ANCHOR: diagonal_scan
pub(crate) fn scan_in_pieces<F: Real>(
    a: &ArrayRef2<F>,
    b: &ArrayRef2<F>,
    h_0: &ArrayRef1<F>,
    size: usize,
) -> Array2<F> {
    let mut states = Array2::zeros(a.dim());
    let pieces = || zip(a.axis_chunks_iter(Axis(0), size), b.axis_chunks_iter(Axis(0), size));

    let all_but_last: Vec<_> = pieces().take(a.nrows().div_ceil(size) - 1).collect();
    let joined: Vec<_> = all_but_last.par_iter().map(|(a, b)| join_all(a, b)).collect();

    let mut before = vec![h_0.to_owned()];
    for (a, b) in &joined {
        before.push(a * &before[before.len() - 1] + b);
    }

    let mut work: Vec<_> =
        zip(zip(pieces(), &before), states.axis_chunks_iter_mut(Axis(0), size)).collect();
    work.par_iter_mut().for_each(|(((a, b), h), states)| run(a, b, &h.view(), states));
    states
}
// ANCHOR_END: diagonal_scan

fn check_recurrence<F: Real>(
    a: &ArrayRef2<F>,
    b: &ArrayRef2<F>,
    h_0: &ArrayRef1<F>,
) -> Result<(), Error> {
    let (steps, size) = a.dim();
    check_size("size", size)?;
    if steps == 0 {
        return Err(Error::EmptySequence);
    }
    check_shape("b", b, &[steps, size])?;
    check_shape("h_0", h_0, &[size])?;
    check_finite("a", a)?;
    check_finite("b", b)?;
    check_finite("h_0", h_0)
}

/// Computes the states of some steps from the state before them.
fn run<F: Real>(
    a: &ArrayView2<F>,
    b: &ArrayView2<F>,
    h_0: &ArrayView1<F>,
    states: &mut ArrayViewMut2<F>,
) {
    let mut h = h_0.to_owned();
    for ((a, b), mut state) in zip(zip(a.rows(), b.rows()), states.rows_mut()) {
        h *= &a;
        h += &b;
        state.assign(&h);
    }
}

/// Joins some steps `h ↦ a ⊙ h + b` to one.
fn join_all<F: Real>(a: &ArrayView2<F>, b: &ArrayView2<F>) -> (Array1<F>, Array1<F>) {
    let (mut product, mut sum) = (Array1::ones(a.ncols()), Array1::zeros(a.ncols()));
    for (a, b) in zip(a.rows(), b.rows()) {
        product *= &a;
        sum *= &a;
        sum += &b;
        // Numbers below the smallest normal one would slow every further product down.
        product.mapv_inplace(|p| if p.abs() < F::min_positive_value() { F::zero() } else { p });
    }
    (product, sum)
}
