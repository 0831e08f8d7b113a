//! How wrong an answer is, and which way to change it.

use std::iter::zip;

use ndarray::{Array2, ArrayRef2, arr0};

use crate::error::{check_finite, check_shape, check_size};
use crate::sums::sum_of_squares;
use crate::{Error, Real};

/// The mean squared error over all entries of `y` `[N, C]`, and its gradient by `y`.
///
/// ```text
/// L = 1 / (N C) Σ (y - target)²      dL/dy = 2 / (N C) (y - target)
/// ```
///
/// # Errors
///
/// - [`Error::ZeroSize`] where there is no entry.
/// - [`Error::Shape`] where `target` has another shape than `y`.
/// - [`Error::NonFinite`] where `y` or `target` is, or the loss because it overflows.
///
/// Source: PyTorch's `torch.nn.functional.mse_loss`.
pub fn mse_loss<F: Real>(y: &ArrayRef2<F>, target: &ArrayRef2<F>) -> Result<(F, Array2<F>), Error> {
    check_size("batch_size", y.nrows())?;
    check_size("out_features", y.ncols())?;
    check_shape("target", target, y.shape())?;
    check_finite("y", y)?;
    check_finite("target", target)?;
    let count = F::from_f64(y.len() as f64);
    let error = y - target;
    let loss = F::from_f64(sum_of_squares(&error) / y.len() as f64);
    check_finite("loss", &arr0(loss))?;
    Ok((loss, error * (F::from_f64(2.0) / count)))
}

/// The cross entropy of `logits` `[N, C]` with one right class for each row, and its gradient by the
/// logits.
///
/// ```text
/// p = softmax(logits) = exp(logits) / Σ_c exp(logits_c)
///
/// L = -1/N Σ_n ln p[n, target_n]      dL/dlogits = (p - one_hot(target)) / N
/// ```
///
/// The largest logit of a row is subtracted first: it changes no p and keeps `exp` from overflowing.
/// The loss is measured in nats.
///
/// # Errors
///
/// - [`Error::ZeroSize`] where there is no row or no class.
/// - [`Error::Shape`] where there are more or fewer targets than rows.
/// - [`Error::Class`] where a target is no class.
/// - [`Error::NonFinite`] where a logit is, or the loss because it overflows.
///
/// Source: PyTorch's `torch.nn.functional.cross_entropy`.
pub fn cross_entropy<F: Real>(
    logits: &ArrayRef2<F>,
    targets: &[usize],
) -> Result<(F, Array2<F>), Error> {
    check_targets(logits, targets)?;
    let count = F::from_f64(logits.nrows() as f64);
    let mut gradient = logits.to_owned();
    let mut loss = 0.0; // over all rows in f64: in f32 it stops growing
    for (mut row, &target) in zip(gradient.rows_mut(), targets) {
        let largest = row.fold(F::neg_infinity(), |largest, &logit| largest.max(logit));
        row.mapv_inplace(|logit| logit - largest);
        let sum = row.mapv(F::exp).sum();
        loss += (sum.ln() - row[target]).into();
        row.mapv_inplace(|logit| logit.exp() / sum / count);
        row[target] -= F::one() / count;
    }
    let loss = F::from_f64(loss / logits.nrows() as f64);
    check_finite("loss", &arr0(loss))?;
    Ok((loss, gradient))
}

fn check_targets<F: Real>(logits: &ArrayRef2<F>, targets: &[usize]) -> Result<(), Error> {
    let (rows, classes) = logits.dim();
    check_size("batch_size", rows)?;
    check_size("classes", classes)?;
    check_finite("logits", logits)?;
    if targets.len() != rows {
        let (expected, found) = (vec![rows], vec![targets.len()]);
        return Err(Error::Shape { name: "targets", expected, found });
    }
    match zip(0.., targets).find(|(_, class)| **class >= classes) {
        Some((index, &class)) => Err(Error::Class { index, class, classes }),
        None => Ok(()),
    }
}
