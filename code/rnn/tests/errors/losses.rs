//! `mse_loss` and `cross_entropy`.

use ndarray::{Array2, array};
use rnn::{Error, cross_entropy, mse_loss};

use super::text;

#[test]
fn targets_of_another_shape() {
    let mse = |y, target| text(mse_loss::<f64>(&Array2::zeros(y), &Array2::zeros(target)));
    assert_eq!(mse((4, 2), (4, 1)), "`target` has shape [4, 1], expected [4, 2]");
    assert_eq!(mse((4, 2), (1, 2)), "`target` has shape [1, 2], expected [4, 2]");
    assert_eq!(mse((4, 2), (2, 4)), "`target` has shape [2, 4], expected [4, 2]");
    assert_eq!(mse((4, 2), (4, 2)), "no error");

    let logits = Array2::<f64>::zeros((2, 3));
    let error = text(cross_entropy(&logits, &[0]));
    assert_eq!(error, "`targets` has shape [1], expected [2]");
    let error = text(cross_entropy(&logits, &[0, 1, 2]));
    assert_eq!(error, "`targets` has shape [3], expected [2]");
}

#[test]
fn classes_that_do_not_exist() {
    let logits = Array2::<f64>::zeros((2, 3));
    let error = text(cross_entropy(&logits, &[2, 3]));
    assert_eq!(error, "`targets` is 3 at [1], expected less than 3");
    let result = cross_entropy(&logits, &[usize::MAX, 3]);
    assert_eq!(result, Err(Error::Class { index: 0, class: usize::MAX, classes: 3 }));
}

#[test]
fn nothing_to_compare() {
    let none = Array2::<f64>::zeros((0, 3));
    assert!(mse_loss(&none, &none).is_err());
    assert_eq!(text(cross_entropy(&none, &[])), "`batch_size` is zero");
    assert_eq!(text(cross_entropy(&Array2::<f64>::zeros((2, 0)), &[0, 0])), "`classes` is zero");
}

#[test]
fn answers_that_are_not_finite() {
    let (good, bad) = (array![[0.0, 1.0]], array![[0.0, f64::NAN]]);
    assert_eq!(text(mse_loss(&bad, &good)), "`y` is not finite at [0, 1]: NaN");
    assert_eq!(text(mse_loss(&good, &bad)), "`target` is not finite at [0, 1]: NaN");
    assert_eq!(text(cross_entropy(&bad, &[0])), "`logits` is not finite at [0, 1]: NaN");
    let bad = array![[f64::INFINITY, 0.0]];
    assert_eq!(text(cross_entropy(&bad, &[0])), "`logits` is not finite at [0, 0]: inf");
}
