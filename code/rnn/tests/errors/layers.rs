//! `Linear`, `Conv1d` and `Fnn`.

use ndarray::{Array1, Array2, Array3};
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{Conv1d, Error, Fnn, Linear};

use super::text;

/// From two features to three.
fn linear() -> Linear<f64> {
    Linear { weight: Array2::zeros((3, 2)), bias: Array1::zeros(3) }
}

/// From two channels to three, four steps at once.
fn conv1d() -> Conv1d<f64> {
    Conv1d { weight: Array3::zeros((3, 2, 4)), bias: Array1::zeros(3) }
}

/// Five steps of two inputs to three units.
fn fnn() -> Fnn<f64> {
    Fnn { linear: Linear { weight: Array2::zeros((3, 10)), bias: Array1::zeros(3) }, window: 5 }
}

#[test]
fn shapes_of_a_linear_layer() {
    let forward = |layer: Linear<f64>, x| text(layer.forward(&Array2::zeros(x)));
    assert_eq!(forward(linear(), (4, 3)), "`x` has shape [4, 3], expected [4, 2]");
    assert_eq!(forward(linear(), (0, 2)), "`batch_size` is zero");
    let other = Linear { bias: Array1::zeros(1), ..linear() };
    assert_eq!(forward(other, (4, 2)), "`bias` has shape [1], expected [3]");
    let other = Linear { weight: Array2::zeros((3, 0)), ..linear() };
    assert_eq!(forward(other, (4, 0)), "`in_features` is zero");
    let other = Linear { weight: Array2::zeros((0, 2)), ..linear() };
    assert_eq!(forward(other, (4, 2)), "`out_features` is zero");

    let backward = |x, d_y| text(linear().backward(&Array2::zeros(x), &Array2::zeros(d_y)));
    assert_eq!(backward((4, 3), (4, 3)), "`x` has shape [4, 3], expected [4, 2]");
    assert_eq!(backward((4, 2), (1, 3)), "`d_y` has shape [1, 3], expected [4, 3]");
    assert_eq!(backward((4, 2), (4, 1)), "`d_y` has shape [4, 1], expected [4, 3]");
    assert_eq!(backward((4, 2), (4, 3)), "no error");
}

#[test]
fn shapes_of_a_convolution() {
    let forward = |layer: Conv1d<f64>, x| text(layer.forward(&Array3::zeros(x)));
    assert_eq!(forward(conv1d(), (5, 2, 3)), "the sequence has 3 steps, the kernel 4");
    assert_eq!(forward(conv1d(), (5, 2, 0)), "the sequence has 0 steps, the kernel 4");
    assert_eq!(forward(conv1d(), (5, 2, 4)), "no error");
    assert_eq!(forward(conv1d(), (5, 3, 6)), "`x` has shape [5, 3, 6], expected [5, 2, 6]");
    assert_eq!(forward(conv1d(), (0, 2, 6)), "`batch_size` is zero");
    let other = Conv1d { bias: Array1::zeros(1), ..conv1d() };
    assert_eq!(forward(other, (5, 2, 6)), "`bias` has shape [1], expected [3]");
    let other = Conv1d { weight: Array3::zeros((3, 2, 0)), ..conv1d() };
    assert_eq!(forward(other, (5, 2, 6)), "`kernel_size` is zero");
    let other = Conv1d { weight: Array3::zeros((3, 0, 4)), ..conv1d() };
    assert_eq!(forward(other, (5, 0, 6)), "`in_channels` is zero");
    let other = Conv1d { weight: Array3::zeros((0, 2, 4)), ..conv1d() };
    assert_eq!(forward(other, (5, 2, 6)), "`out_channels` is zero");

    let result = conv1d().forward(&Array3::zeros((5, 2, 3)));
    assert_eq!(result, Err(Error::TooShort { length: 3, kernel_size: 4 }));
}

#[test]
fn shapes_of_a_window() {
    let forward = |layer: Fnn<f64>, x| text(layer.forward(&Array3::zeros(x)));
    assert_eq!(forward(fnn(), (4, 5, 2)), "no error");
    assert_eq!(forward(fnn(), (4, 6, 2)), "`x` has shape [4, 6, 2], expected [4, 5, 2]");
    assert_eq!(forward(fnn(), (4, 4, 2)), "`x` has shape [4, 4, 2], expected [4, 5, 2]");
    // As many numbers, but other steps.
    assert_eq!(forward(fnn(), (4, 2, 5)), "`x` has shape [4, 2, 5], expected [4, 5, 2]");
    assert_eq!(forward(fnn(), (0, 5, 2)), "`batch_size` is zero");
    assert_eq!(forward(Fnn { window: 0, ..fnn() }, (4, 5, 2)), "`window` is zero");
    // Weights that are no multiple of the window, or fewer than its steps.
    assert_ne!(forward(Fnn { window: 3, ..fnn() }, (4, 3, 3)), "no error");
    assert_ne!(forward(Fnn { window: 11, ..fnn() }, (4, 11, 0)), "no error");
}

#[test]
fn layers_of_no_size() {
    let rng = &mut ChaCha8Rng::seed_from_u64(1);
    assert_eq!(text(Linear::<f64>::new(0, 3, rng)), "`in_features` is zero");
    assert_eq!(text(Linear::<f64>::new(2, 0, rng)), "`out_features` is zero");
    assert_eq!(text(Conv1d::<f64>::new(0, 3, 4, rng)), "`in_channels` is zero");
    assert_eq!(text(Conv1d::<f64>::new(2, 0, 4, rng)), "`out_channels` is zero");
    assert_eq!(text(Conv1d::<f64>::new(2, 3, 0, rng)), "`kernel_size` is zero");
    assert_eq!(text(Fnn::<f64>::new(0, 3, 5, rng)), "`input_size` is zero");
    assert_eq!(text(Fnn::<f64>::new(2, 0, 5, rng)), "`hidden_size` is zero");
    assert_eq!(text(Fnn::<f64>::new(2, 3, 0, rng)), "`window` is zero");
}

#[test]
fn numbers_that_are_not_finite() {
    let mut x = Array2::zeros((4, 2));
    x[[3, 1]] = f64::NAN;
    assert_eq!(text(linear().forward(&x)), "`x` is not finite at [3, 1]: NaN");
    let d_y = Array2::from_elem((4, 3), f64::INFINITY);
    assert_eq!(text(linear().backward(&x, &d_y)), "`x` is not finite at [3, 1]: NaN");
    x[[3, 1]] = 0.0;
    assert_eq!(text(linear().backward(&x, &d_y)), "`d_y` is not finite at [0, 0]: inf");
    let other = Linear { bias: Array1::from_elem(3, f64::NAN), ..linear() };
    assert_eq!(text(other.forward(&x)), "`output` is not finite at [0, 0]: NaN");

    let x = Array3::from_elem((5, 2, 6), f64::NAN);
    assert_eq!(text(conv1d().forward(&x)), "`x` is not finite at [0, 0, 0]: NaN");
    let other = Conv1d { bias: Array1::from_elem(3, f64::INFINITY), ..conv1d() };
    let error = text(other.forward(&Array3::zeros((5, 2, 6))));
    assert_eq!(error, "`output` is not finite at [0, 0, 0]: inf");

    // Named by its place in the window, not in the vector that the window is laid out in.
    let mut x = Array3::zeros((4, 5, 2));
    x[[2, 3, 1]] = f64::NAN;
    assert_eq!(text(fnn().forward(&x)), "`x` is not finite at [2, 3, 1]: NaN");
}
