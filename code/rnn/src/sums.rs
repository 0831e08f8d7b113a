//! Sums over a batch or a model that keep their digits.

use ndarray::{Array1, ArrayRef2, Axis};

use crate::Real;

/// The sums of the columns of `rows` `[N, C]`.
///
/// Both halves are summed before they are added: the error grows with the logarithm of N, where that
/// of one row after the other grows with N.
///
/// Source: Higham, *The accuracy of floating point summation*, SIAM Journal on Scientific Computing
/// 14 (1993).
pub(crate) fn sum_rows<F: Real>(rows: &ArrayRef2<F>) -> Array1<F> {
    const FEW: usize = 64;
    /// Fewer numbers are done before other threads have begun.
    const MANY: usize = 1 << 22;
    if rows.nrows() <= FEW {
        return rows.sum_axis(Axis(0));
    }
    let (first, second) = rows.view().split_at(Axis(0), rows.nrows() / 2);
    let (first, second) = if rows.len() >= MANY {
        rayon::join(|| sum_rows(&first), || sum_rows(&second))
    } else {
        (sum_rows(&first), sum_rows(&second))
    };
    first + second
}

/// The sum of the squares, in `f64` also for `f32`: there the square of 2e19 overflows, and a sum
/// stops growing at 2²⁴ ones.
pub(crate) fn sum_of_squares<'n, F: Real>(numbers: impl IntoIterator<Item = &'n F>) -> f64 {
    numbers.into_iter().map(|&number| number.into() * number.into()).sum()
}
