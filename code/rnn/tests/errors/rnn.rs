//! `RnnCell` and `Rnn`.

use ndarray::{Array1, Array2, Array3, ArrayRef3, Axis, arr1, array};
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{Error, Rnn, RnnCell};

use super::text;

/// Two inputs, three units, all weights zero.
fn cell() -> RnnCell<f64> {
    RnnCell {
        w_ih: Array2::zeros((3, 2)),
        w_hh: Array2::zeros((3, 3)),
        b_ih: Array1::zeros(3),
        b_hh: Array1::zeros(3),
    }
}

/// What `step` and `forward` say about a cell, given arguments of the shapes that it claims.
fn complaints(cell: RnnCell<f64>) -> [String; 2] {
    let (d, h) = (cell.input_size(), cell.hidden_size());
    let step = cell.step(&Array1::ones(d), &Array1::zeros(h));
    let forward = Rnn::from(cell).forward(&Array3::ones((2, 4, d)), None);
    [text(step), text(forward)]
}

#[test]
fn weights_of_another_shape() {
    let other = RnnCell { w_hh: Array2::zeros((3, 4)), ..cell() };
    assert_eq!(complaints(other), ["`w_hh` has shape [3, 4], expected [3, 3]"; 2]);

    let other = RnnCell { w_hh: Array2::zeros((2, 3)), ..cell() };
    assert_eq!(complaints(other), ["`w_hh` has shape [2, 3], expected [3, 3]"; 2]);

    let other = RnnCell { w_ih: Array2::zeros((4, 2)), ..cell() };
    assert_eq!(complaints(other), ["`w_hh` has shape [3, 3], expected [4, 4]"; 2]);

    let other = RnnCell { b_ih: Array1::zeros(1), ..cell() };
    assert_eq!(complaints(other), ["`b_ih` has shape [1], expected [3]"; 2]);

    let other = RnnCell { b_hh: Array1::zeros(0), ..cell() };
    assert_eq!(complaints(other), ["`b_hh` has shape [0], expected [3]"; 2]);
}

#[test]
fn arguments_of_another_shape() {
    let step = |x: usize, h: usize| text(cell().step(&Array1::zeros(x), &Array1::zeros(h)));
    assert_eq!(step(3, 3), "`x` has shape [3], expected [2]");
    assert_eq!(step(1, 3), "`x` has shape [1], expected [2]");
    assert_eq!(step(0, 3), "`x` has shape [0], expected [2]");
    assert_eq!(step(2, 2), "`h` has shape [2], expected [3]");
    assert_eq!(step(2, 1), "`h` has shape [1], expected [3]");

    let forward = |x: [usize; 3], h_0: [usize; 3]| {
        text(Rnn::from(cell()).forward(&Array3::zeros(x), Some(&Array3::zeros(h_0))))
    };
    assert_eq!(forward([5, 4, 1], [1, 5, 3]), "`x` has shape [5, 4, 1], expected [5, 4, 2]");
    assert_eq!(forward([5, 4, 2], [5, 1, 3]), "`h_0` has shape [5, 1, 3], expected [1, 5, 3]");
    assert_eq!(forward([5, 4, 2], [1, 4, 3]), "`h_0` has shape [1, 4, 3], expected [1, 5, 3]");
    assert_eq!(forward([5, 4, 2], [1, 1, 3]), "`h_0` has shape [1, 1, 3], expected [1, 5, 3]");
    assert_eq!(forward([5, 4, 2], [1, 5, 2]), "`h_0` has shape [1, 5, 2], expected [1, 5, 3]");
    assert_eq!(forward([5, 4, 2], [2, 5, 3]), "`h_0` has shape [2, 5, 3], expected [1, 5, 3]");
    assert_eq!(forward([5, 4, 2], [1, 5, 3]), "no error");
}

#[test]
fn shapes_can_be_read_from_the_error() {
    let result = cell().step(&array![1.0], &Array1::zeros(3));
    let error = Error::Shape { name: "x", expected: vec![2], found: vec![1] };
    assert_eq!(result, Err(error));
}

#[test]
fn empty_sequences() {
    let result = Rnn::from(cell()).forward(&Array3::zeros((5, 0, 2)), None);
    assert_eq!(text(result), "the sequence is empty: it has no steps");
}

#[test]
fn sizes_of_zero() {
    let result = Rnn::from(cell()).forward(&Array3::zeros((0, 4, 2)), None);
    assert_eq!(text(result), "`batch_size` is zero");

    let other = RnnCell { w_ih: Array2::zeros((3, 0)), ..cell() };
    assert_eq!(complaints(other), ["`input_size` is zero"; 2]);

    let other = RnnCell { w_ih: Array2::zeros((0, 2)), ..cell() };
    assert_eq!(complaints(other), ["`hidden_size` is zero"; 2]);

    let mut rng = ChaCha8Rng::seed_from_u64(1);
    assert_eq!(text(RnnCell::<f32>::new(0, 3, &mut rng)), "`input_size` is zero");
    assert_eq!(text(RnnCell::<f32>::new(2, 0, &mut rng)), "`hidden_size` is zero");
    assert_eq!(text(Rnn::<f64>::new(0, 3, &mut rng)), "`input_size` is zero");
    assert_eq!(text(Rnn::<f64>::new(2, 0, &mut rng)), "`hidden_size` is zero");
}

#[test]
fn arguments_that_are_not_finite() {
    let step = |x: [f64; 2], h: [f64; 3]| text(cell().step(&arr1(&x), &arr1(&h)));
    assert_eq!(step([0.0, f64::NAN], [0.0; 3]), "`x` is not finite at [1]: NaN");
    assert_eq!(step([0.0; 2], [f64::INFINITY, 0.0, 0.0]), "`h` is not finite at [0]: inf");

    let forward =
        |x: &ArrayRef3<f64>, h_0: &ArrayRef3<f64>| text(Rnn::from(cell()).forward(x, Some(h_0)));
    let (mut x, mut h_0) = (Array3::zeros((5, 4, 2)), Array3::zeros((1, 5, 3)));
    h_0[[0, 4, 2]] = f64::NEG_INFINITY;
    assert_eq!(forward(&x, &h_0), "`h_0` is not finite at [0, 4, 2]: -inf");
    x[[3, 2, 0]] = f64::NAN;
    x[[4, 1, 1]] = f64::INFINITY;
    assert_eq!(forward(&x, &h_0), "`x` is not finite at [3, 2, 0]: NaN");

    // The index counts in the array, not in the memory behind it.
    x.invert_axis(Axis(0));
    assert_eq!(forward(&x, &h_0), "`x` is not finite at [0, 1, 1]: inf");
}

#[test]
fn weights_that_are_not_finite() {
    for value in [f64::NAN, f64::INFINITY] {
        // Infinity times zero is not a number, and h_0 is zero.
        let other = RnnCell { w_hh: Array2::from_elem((3, 3), value), ..cell() };
        let [step, forward] = complaints(other);
        assert_eq!(step, "`output` is not finite at [0]: NaN");
        assert_eq!(forward, "`output` is not finite at [0, 0, 0]: NaN");
    }
}

#[test]
fn huge_numbers() -> Result<(), Error> {
    let huge = f64::MAX;

    // A sum that overflows to one side only is infinite, and tanh of it is one.
    let one_side = RnnCell { w_ih: array![[2.0, 2.0], [-2.0, -2.0], [0.0, 0.0]], ..cell() };
    let (x, h) = (array![huge, huge], Array1::zeros(3));
    let sequence = Array3::from_elem((1, 1, 2), huge);
    assert_eq!(one_side.step(&x, &h)?, array![1.0, -1.0, 0.0]);
    assert_eq!(Rnn::from(one_side).forward(&sequence, None)?.1, array![[[1.0, -1.0, 0.0]]]);

    // Infinity less infinity has no value: an error, never a NaN among the states.
    let both_sides = RnnCell { w_ih: array![[0.0, 0.0], [2.0, -2.0], [0.0, 0.0]], ..cell() };
    assert_eq!(text(both_sides.step(&x, &h)), "`output` is not finite at [1]: NaN");

    // The matrix product may multiply and add at once. The second product then does not overflow by
    // itself: the sum stays infinite, where the exact one is zero.
    match Rnn::from(both_sides).forward(&sequence, None) {
        Ok((_, h_n)) => assert_eq!(h_n, array![[[0.0, 1.0, 0.0]]]),
        Err(error) => {
            assert_eq!(error.to_string(), "`output` is not finite at [0, 0, 1]: NaN");
        }
    }
    Ok(())
}
