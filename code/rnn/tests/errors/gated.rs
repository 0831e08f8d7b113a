//! `LstmCell` and `Lstm`, `GruCell` and `Gru`.

use ndarray::{Array1, Array2, Array3};
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{Gru, GruCell, Lstm, LstmCell};

use super::text;

/// Two inputs, three units, all weights zero.
fn lstm_cell() -> LstmCell<f64> {
    LstmCell {
        w_ih: Array2::zeros((12, 2)),
        w_hh: Array2::zeros((12, 3)),
        b_ih: Array1::zeros(12),
        b_hh: Array1::zeros(12),
    }
}

/// The same.
fn gru_cell() -> GruCell<f64> {
    GruCell {
        w_ih: Array2::zeros((9, 2)),
        w_hh: Array2::zeros((9, 3)),
        b_ih: Array1::zeros(9),
        b_hh: Array1::zeros(9),
    }
}

/// What `step` and `forward` say about a cell, given arguments of the shapes that it claims.
fn lstm_complaints(cell: LstmCell<f64>) -> [String; 2] {
    let (d, h) = (cell.input_size(), cell.hidden_size());
    let step = cell.step(&Array1::ones(d), &Array1::zeros(h), &Array1::zeros(h));
    let forward = Lstm::from(cell).forward(&Array3::ones((2, 4, d)), None);
    [text(step), text(forward)]
}

fn gru_complaints(cell: GruCell<f64>) -> [String; 2] {
    let (d, h) = (cell.input_size(), cell.hidden_size());
    let step = cell.step(&Array1::ones(d), &Array1::zeros(h));
    let forward = Gru::from(cell).forward(&Array3::ones((2, 4, d)), None);
    [text(step), text(forward)]
}

#[test]
fn weights_of_another_shape_in_the_lstm() {
    let other = LstmCell { w_hh: Array2::zeros((12, 4)), ..lstm_cell() };
    assert_eq!(lstm_complaints(other), ["`w_hh` has shape [12, 4], expected [12, 3]"; 2]);

    let other = LstmCell { w_hh: Array2::zeros((3, 3)), ..lstm_cell() };
    assert_eq!(lstm_complaints(other), ["`w_hh` has shape [3, 3], expected [12, 3]"; 2]);

    let other = LstmCell { w_ih: Array2::zeros((16, 2)), ..lstm_cell() };
    assert_eq!(lstm_complaints(other), ["`w_hh` has shape [12, 3], expected [16, 4]"; 2]);

    // Not a multiple of four gates.
    let other = LstmCell { w_ih: Array2::zeros((13, 2)), ..lstm_cell() };
    assert_eq!(lstm_complaints(other), ["`w_ih` has shape [13, 2], expected [12, 2]"; 2]);

    let other = LstmCell { b_ih: Array1::zeros(3), ..lstm_cell() };
    assert_eq!(lstm_complaints(other), ["`b_ih` has shape [3], expected [12]"; 2]);

    let other = LstmCell { b_hh: Array1::zeros(1), ..lstm_cell() };
    assert_eq!(lstm_complaints(other), ["`b_hh` has shape [1], expected [12]"; 2]);
}

#[test]
fn weights_of_another_shape_in_the_gru() {
    let other = GruCell { w_hh: Array2::zeros((9, 4)), ..gru_cell() };
    assert_eq!(gru_complaints(other), ["`w_hh` has shape [9, 4], expected [9, 3]"; 2]);

    let other = GruCell { w_hh: Array2::zeros((3, 3)), ..gru_cell() };
    assert_eq!(gru_complaints(other), ["`w_hh` has shape [3, 3], expected [9, 3]"; 2]);

    let other = GruCell { w_ih: Array2::zeros((12, 2)), ..gru_cell() };
    assert_eq!(gru_complaints(other), ["`w_hh` has shape [9, 3], expected [12, 4]"; 2]);

    // Not a multiple of three gates.
    let other = GruCell { w_ih: Array2::zeros((10, 2)), ..gru_cell() };
    assert_eq!(gru_complaints(other), ["`w_ih` has shape [10, 2], expected [9, 2]"; 2]);

    let other = GruCell { b_ih: Array1::zeros(3), ..gru_cell() };
    assert_eq!(gru_complaints(other), ["`b_ih` has shape [3], expected [9]"; 2]);

    let other = GruCell { b_hh: Array1::zeros(0), ..gru_cell() };
    assert_eq!(gru_complaints(other), ["`b_hh` has shape [0], expected [9]"; 2]);
}

#[test]
fn arguments_of_another_shape_in_a_step() {
    let zeros = Array1::zeros;
    let lstm = |x, h, c| text(lstm_cell().step(&zeros(x), &zeros(h), &zeros(c)));
    assert_eq!(lstm(3, 3, 3), "`x` has shape [3], expected [2]");
    assert_eq!(lstm(2, 1, 3), "`h` has shape [1], expected [3]");
    assert_eq!(lstm(2, 3, 1), "`c` has shape [1], expected [3]");
    assert_eq!(lstm(2, 3, 3), "no error");

    let gru = |x, h| text(gru_cell().step(&zeros(x), &zeros(h)));
    assert_eq!(gru(1, 3), "`x` has shape [1], expected [2]");
    assert_eq!(gru(2, 1), "`h` has shape [1], expected [3]");
    assert_eq!(gru(2, 3), "no error");
}

#[test]
fn arguments_of_another_shape_in_a_layer() {
    let zeros = Array3::zeros;
    let lstm = |x: [usize; 3], h_0: [usize; 3], c_0: [usize; 3]| {
        text(Lstm::from(lstm_cell()).forward(&zeros(x), Some((&zeros(h_0), &zeros(c_0)))))
    };
    let (x, state) = ([5, 4, 2], [1, 5, 3]);
    assert_eq!(lstm([5, 4, 1], state, state), "`x` has shape [5, 4, 1], expected [5, 4, 2]");
    assert_eq!(lstm(x, [5, 1, 3], state), "`h_0` has shape [5, 1, 3], expected [1, 5, 3]");
    assert_eq!(lstm(x, [1, 1, 3], state), "`h_0` has shape [1, 1, 3], expected [1, 5, 3]");
    assert_eq!(lstm(x, state, [2, 5, 3]), "`c_0` has shape [2, 5, 3], expected [1, 5, 3]");
    assert_eq!(lstm(x, state, [1, 5, 1]), "`c_0` has shape [1, 5, 1], expected [1, 5, 3]");
    assert_eq!(lstm(x, state, state), "no error");

    let gru = |x: [usize; 3], h_0: [usize; 3]| {
        text(Gru::from(gru_cell()).forward(&zeros(x), Some(&zeros(h_0))))
    };
    assert_eq!(gru([5, 4, 3], state), "`x` has shape [5, 4, 3], expected [5, 4, 2]");
    assert_eq!(gru(x, [1, 4, 3]), "`h_0` has shape [1, 4, 3], expected [1, 5, 3]");
    assert_eq!(gru(x, state), "no error");
}

#[test]
fn empty_sequences() {
    let empty = "the sequence is empty: it has no steps";
    let x = Array3::zeros((5, 0, 2));
    assert_eq!(text(Lstm::from(lstm_cell()).forward(&x, None)), empty);
    assert_eq!(text(Gru::from(gru_cell()).forward(&x, None)), empty);
}

#[test]
fn sizes_of_zero() {
    let x = Array3::zeros((0, 4, 2));
    assert_eq!(text(Lstm::from(lstm_cell()).forward(&x, None)), "`batch_size` is zero");
    assert_eq!(text(Gru::from(gru_cell()).forward(&x, None)), "`batch_size` is zero");

    let other = LstmCell { w_ih: Array2::zeros((12, 0)), ..lstm_cell() };
    assert_eq!(lstm_complaints(other), ["`input_size` is zero"; 2]);
    let other = LstmCell { w_ih: Array2::zeros((3, 2)), ..lstm_cell() };
    assert_eq!(lstm_complaints(other), ["`hidden_size` is zero"; 2]);
    let other = GruCell { w_ih: Array2::zeros((9, 0)), ..gru_cell() };
    assert_eq!(gru_complaints(other), ["`input_size` is zero"; 2]);
    let other = GruCell { w_ih: Array2::zeros((2, 2)), ..gru_cell() };
    assert_eq!(gru_complaints(other), ["`hidden_size` is zero"; 2]);

    let mut rng = ChaCha8Rng::seed_from_u64(1);
    assert_eq!(text(LstmCell::<f32>::new(0, 3, &mut rng)), "`input_size` is zero");
    assert_eq!(text(Lstm::<f64>::new(2, 0, &mut rng)), "`hidden_size` is zero");
    assert_eq!(text(GruCell::<f32>::new(0, 3, &mut rng)), "`input_size` is zero");
    assert_eq!(text(Gru::<f64>::new(2, 0, &mut rng)), "`hidden_size` is zero");
}

#[test]
fn arguments_that_are_not_finite() {
    let (x, state) = (Array3::zeros((5, 4, 2)), Array3::zeros((1, 5, 3)));
    let (mut bad_x, mut bad_state) = (x.clone(), state.clone());
    bad_x[[3, 2, 0]] = f64::NAN;
    bad_state[[0, 4, 1]] = f64::INFINITY;

    let lstm = Lstm::from(lstm_cell());
    let forward = |x, h_0, c_0| text(lstm.forward(x, Some((h_0, c_0))));
    assert_eq!(forward(&bad_x, &state, &state), "`x` is not finite at [3, 2, 0]: NaN");
    assert_eq!(forward(&x, &bad_state, &state), "`h_0` is not finite at [0, 4, 1]: inf");
    assert_eq!(forward(&x, &state, &bad_state), "`c_0` is not finite at [0, 4, 1]: inf");

    let gru = Gru::from(gru_cell());
    assert_eq!(text(gru.forward(&bad_x, None)), "`x` is not finite at [3, 2, 0]: NaN");
    let error = text(gru.forward(&x, Some(&bad_state)));
    assert_eq!(error, "`h_0` is not finite at [0, 4, 1]: inf");

    let (x, h) = (Array1::zeros(2), Array1::zeros(3));
    let bad_c = Array1::from_elem(3, f64::NAN);
    assert_eq!(text(lstm_cell().step(&x, &h, &bad_c)), "`c` is not finite at [0]: NaN");
    assert_eq!(text(gru_cell().step(&x, &bad_c)), "`h` is not finite at [0]: NaN");
}

#[test]
fn weights_that_are_not_finite() {
    let other = LstmCell { w_hh: Array2::from_elem((12, 3), f64::NAN), ..lstm_cell() };
    let [step, forward] = lstm_complaints(other);
    assert_eq!(step, "`c_n` is not finite at [0]: NaN");
    assert_eq!(forward, "`c_n` is not finite at [0, 0, 0]: NaN");

    let other = GruCell { w_hh: Array2::from_elem((9, 3), f64::NAN), ..gru_cell() };
    let [step, forward] = gru_complaints(other);
    assert_eq!(step, "`output` is not finite at [0]: NaN");
    assert_eq!(forward, "`output` is not finite at [0, 0, 0]: NaN");
}

/// A gate far from zero is open or closed, and nothing overflows on the way.
#[test]
fn huge_numbers() -> Result<(), rnn::Error> {
    for x in [f64::MAX, -f64::MAX] {
        let x = Array1::from_elem(2, x);
        let open_or_closed = Array2::ones((12, 2));
        let cell = LstmCell { w_ih: open_or_closed, ..lstm_cell() };
        let (h, c) = cell.step(&(x.clone() / 2.0), &Array1::zeros(3), &Array1::ones(3))?;
        // All open: 1 + 1, and tanh of that. All closed: nothing.
        let expected = if x[0] > 0.0 { 2.0_f64 } else { 0.0 };
        assert_eq!((h, c), (Array1::from_elem(3, expected.tanh()), Array1::from_elem(3, expected)));

        let cell = GruCell { w_ih: Array2::ones((9, 2)), ..gru_cell() };
        let h = cell.step(&(x.clone() / 2.0), &Array1::from_elem(3, 0.5))?;
        // Open: the state is kept. Closed: replaced by tanh of minus infinity.
        assert_eq!(h, Array1::from_elem(3, if x[0] > 0.0 { 0.5 } else { -1.0 }));
    }
    Ok(())
}
