//! Several layers, in one direction or in both.

use ndarray::{Array1, Array2, Array3};
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{Error, Gru, GruCell, Lstm, LstmCell, Rnn, RnnCell};

use super::text;

/// Two layers in both directions, with two inputs and three units.
fn rnn() -> Result<Rnn<f64>, Error> {
    Rnn::stacked(2, 3, 2, true, &mut rng())
}

fn lstm() -> Result<Lstm<f64>, Error> {
    Lstm::stacked(2, 3, 2, true, &mut rng())
}

fn gru() -> Result<Gru<f64>, Error> {
    Gru::stacked(2, 3, 2, true, &mut rng())
}

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(1)
}

/// Three sequences of four steps.
fn x() -> Array3<f64> {
    Array3::ones((3, 4, 2))
}

/// What `rnn` says about another cell in one place.
fn complaint(place: usize, cell: RnnCell<f64>) -> Result<String, Error> {
    let mut rnn = rnn()?;
    rnn.cells[place] = cell;
    Ok(text(rnn.forward(&x(), None)))
}

/// A cell with all weights zero.
fn cell(d: usize, h: usize) -> RnnCell<f64> {
    RnnCell {
        w_ih: Array2::zeros((h, d)),
        w_hh: Array2::zeros((h, h)),
        b_ih: Array1::zeros(h),
        b_hh: Array1::zeros(h),
    }
}

#[test]
fn every_cell_has_its_name() -> Result<(), Error> {
    for (place, d, name) in [(0, 2, "l0"), (1, 2, "l0_reverse"), (2, 6, "l1"), (3, 6, "l1_reverse")]
    {
        let other = RnnCell { w_hh: Array2::zeros((3, 4)), ..cell(d, 3) };
        let expected = format!("in `{name}`: `w_hh` has shape [3, 4], expected [3, 3]");
        assert_eq!(complaint(place, other)?, expected);

        let other = RnnCell { b_ih: Array1::zeros(1), ..cell(d, 3) };
        let expected = format!("in `{name}`: `b_ih` has shape [1], expected [3]");
        assert_eq!(complaint(place, other)?, expected);

        let other = RnnCell { b_hh: Array1::zeros(4), ..cell(d, 3) };
        let expected = format!("in `{name}`: `b_hh` has shape [4], expected [3]");
        assert_eq!(complaint(place, other)?, expected);
    }

    // In one direction, in two layers and in three.
    for (layers, place, name) in [(2, 0, "l0"), (2, 1, "l1"), (3, 1, "l1"), (3, 2, "l2")] {
        let mut rnn = Rnn::<f64>::stacked(2, 3, layers, false, &mut rng())?;
        rnn.cells[place].b_hh = Array1::zeros(4);
        let expected = format!("in `{name}`: `b_hh` has shape [4], expected [3]");
        assert_eq!(text(rnn.forward(&x(), None)), expected);
    }
    Ok(())
}

/// The first one that is wrong; a network of one cell needs no name for it.
#[test]
fn cells_that_do_not_fit_together() -> Result<(), Error> {
    // The first cell sets the sizes. It has other units than the rest, or other inputs.
    let error = complaint(0, cell(2, 5))?;
    assert_eq!(error, "in `l0_reverse`: `w_ih` has shape [3, 2], expected [5, 2]");
    let error = complaint(0, cell(4, 3))?;
    assert_eq!(error, "in `l0_reverse`: `w_ih` has shape [3, 2], expected [3, 4]");
    let error = complaint(1, cell(6, 3))?;
    assert_eq!(error, "in `l0_reverse`: `w_ih` has shape [3, 6], expected [3, 2]");
    // As in one direction, and as in the first layer.
    let error = complaint(2, cell(3, 3))?;
    assert_eq!(error, "in `l1`: `w_ih` has shape [3, 3], expected [3, 6]");
    let error = complaint(3, cell(2, 3))?;
    assert_eq!(error, "in `l1_reverse`: `w_ih` has shape [3, 2], expected [3, 6]");
    assert_eq!(complaint(2, cell(6, 3))?, "no error");
    // What the cell reads comes before what is wrong inside it.
    let error = complaint(2, RnnCell { w_ih: Array2::zeros((4, 6)), ..cell(6, 3) })?;
    assert_eq!(error, "in `l1`: `w_ih` has shape [4, 6], expected [3, 6]");

    assert_eq!(complaint(0, cell(0, 3))?, "in `l0`: `input_size` is zero");
    assert_eq!(complaint(0, cell(2, 0))?, "in `l0`: `hidden_size` is zero");
    Ok(())
}

#[test]
fn cells_that_do_not_fit_together_in_gated_networks() -> Result<(), Error> {
    let mut lstm = lstm()?;
    lstm.cells[2] = LstmCell::new(3, 3, &mut rng())?;
    let error = text(lstm.forward(&x(), None));
    assert_eq!(error, "in `l1`: `w_ih` has shape [12, 3], expected [12, 6]");

    let mut gru = gru()?;
    gru.cells[3] = GruCell::new(6, 4, &mut rng())?;
    let error = text(gru.forward(&x(), None));
    assert_eq!(error, "in `l1_reverse`: `w_ih` has shape [12, 6], expected [9, 6]");
    Ok(())
}

#[test]
fn the_cell_can_be_read_from_the_error() -> Result<(), Error> {
    let mut rnn = rnn()?;
    rnn.cells[3].b_ih = Array1::zeros(1);
    let error = Error::Shape { name: "b_ih", expected: vec![3], found: vec![1] };
    let error = Error::Cell { name: "l1_reverse".into(), error: Box::new(error) };
    assert_eq!(rnn.forward(&x(), None), Err(error));
    Ok(())
}

#[test]
fn cells_too_few() -> Result<(), Error> {
    let (mut rnn, mut lstm, mut gru) = (rnn()?, lstm()?, gru()?);
    rnn.cells.truncate(3);
    lstm.cells.truncate(1);
    gru.cells.truncate(3);
    assert_eq!(rnn.forward(&x(), None), Err(Error::Directions { cells: 3 }));
    let of_three = "a bidirectional network has two cells in each layer, this one 3 in all";
    let of_one = "a bidirectional network has two cells in each layer, this one 1 in all";
    assert_eq!(text(rnn.forward(&x(), None)), of_three);
    assert_eq!(text(lstm.forward(&x(), None)), of_one);
    assert_eq!(text(gru.forward_padded(&x(), &[4, 2, 1], None)), of_three);

    for bidirectional in [false, true] {
        let none = Rnn::<f64> { cells: Vec::new(), bidirectional };
        assert_eq!(text(none.forward(&x(), None)), "`num_layers` is zero");
        assert_eq!((none.input_size(), none.hidden_size(), none.num_layers()), (0, 0, 0));
        assert_eq!(none.multiply_adds_per_step(), 0);
        let none = Lstm::<f64> { cells: Vec::new(), bidirectional };
        assert_eq!(text(none.forward(&x(), None)), "`num_layers` is zero");
        assert_eq!((none.input_size(), none.hidden_size(), none.num_layers()), (0, 0, 0));
        let none = Gru::<f64> { cells: Vec::new(), bidirectional };
        assert_eq!(text(none.forward(&x(), None)), "`num_layers` is zero");
        assert_eq!((none.input_size(), none.hidden_size(), none.num_layers()), (0, 0, 0));
    }
    Ok(())
}

#[test]
fn sizes_of_zero() {
    for bidirectional in [false, true] {
        for ([d, h, layers], expected) in [
            ([0, 3, 2], "`input_size` is zero"),
            ([2, 0, 2], "`hidden_size` is zero"),
            ([2, 3, 0], "`num_layers` is zero"),
        ] {
            let rnn = Rnn::<f64>::stacked(d, h, layers, bidirectional, &mut rng());
            assert_eq!(text(rnn), expected);
            let lstm = Lstm::<f64>::stacked(d, h, layers, bidirectional, &mut rng());
            assert_eq!(text(lstm), expected);
            let gru = Gru::<f64>::stacked(d, h, layers, bidirectional, &mut rng());
            assert_eq!(text(gru), expected);
        }
    }
}

/// One for each layer and direction, whatever comes first in `x`.
#[test]
fn states_of_another_shape() -> Result<(), Error> {
    let (rnn, lstm, gru) = (rnn()?, lstm()?, gru()?);
    for shape in [[1, 3, 3], [2, 3, 3], [3, 4, 3], [4, 3, 6], [4, 1, 3]] {
        let (wrong, right) = (Array3::zeros(shape), Array3::zeros((4, 3, 3)));
        let expected = |name: &str| format!("`{name}` has shape {shape:?}, expected [4, 3, 3]");
        assert_eq!(text(rnn.forward(&x(), Some(&wrong))), expected("h_0"));
        assert_eq!(text(gru.forward(&x(), Some(&wrong))), expected("h_0"));
        assert_eq!(text(lstm.forward(&x(), Some((&wrong, &right)))), expected("h_0"));
        assert_eq!(text(lstm.forward(&x(), Some((&right, &wrong)))), expected("c_0"));
        assert_eq!(text(lstm.forward(&x(), Some((&right, &right)))), "no error");

        let saved = lstm.forward_saving(&x(), None, None)?;
        let error = text(lstm.backward(&saved, None, Some(&wrong), None));
        assert_eq!(error, expected("d_h_n"));
        let error = text(lstm.backward(&saved, None, None, Some(&wrong)));
        assert_eq!(error, expected("d_c_n"));
    }

    let saved = rnn.forward_saving(&x(), None, None)?;
    let error = text(rnn.backward(&saved, Some(&Array3::zeros((3, 4, 3))), None));
    assert_eq!(error, "`d_output` has shape [3, 4, 3], expected [3, 4, 6]");
    Ok(())
}

#[test]
fn states_that_are_not_finite() -> Result<(), Error> {
    let mut h_0 = Array3::zeros((4, 3, 3));
    h_0[[3, 2, 1]] = f64::NAN;
    let error = text(rnn()?.forward(&x(), Some(&h_0)));
    assert_eq!(error, "`h_0` is not finite at [3, 2, 1]: NaN");
    Ok(())
}

/// Wherever a weight is not finite, what the last layer gives out is not a number.
#[test]
fn weights_that_are_not_finite() -> Result<(), Error> {
    for place in 0..4 {
        let mut rnn = rnn()?;
        rnn.cells[place].w_hh.fill(f64::NAN);
        let error = text(rnn.forward(&x(), None));
        assert!(error.starts_with("`output` is not finite at [0, 0, "), "{place}: {error}");
    }
    Ok(())
}

/// The cell state of a single step is finite where the hidden state is not.
#[test]
fn an_output_gate_that_is_not_finite() -> Result<(), Error> {
    let mut lstm = Lstm::<f64>::new(2, 3, &mut rng())?;
    lstm.cells[0].b_ih[9] = f64::NAN;
    let error = text(lstm.forward(&Array3::ones((3, 1, 2)), None));
    assert_eq!(error, "`output` is not finite at [0, 0, 0]: NaN");
    Ok(())
}

/// What a network with other layers or directions saved does not fit.
#[test]
fn results_of_another_network() -> Result<(), Error> {
    let mut rng = rng();
    let drawn = |layers, bidirectional, rng: &mut ChaCha8Rng| {
        Rnn::<f64>::stacked(2, 3, layers, bidirectional, rng)
    };
    let (one, two) = (drawn(1, false, &mut rng)?, drawn(2, false, &mut rng)?);
    let (both, four) = (drawn(1, true, &mut rng)?, drawn(4, false, &mut rng)?);
    let saved = two.forward_saving(&x(), None, None)?;
    let gradients = two.backward(&saved, None, None)?;

    let error = "`saved passes` has shape [2], expected [1]";
    assert_eq!(text(one.backward(&saved, None, None)), error);
    assert_eq!(text(one.input_gradient(&saved, &gradients)), error);
    let error = "`saved passes` has shape [2], expected [4]";
    assert_eq!(text(four.backward(&saved, None, None)), error);

    // As many cells, but the second one read something else.
    let error = "`saved directions` has shape [1], expected [2]";
    assert_eq!(text(both.backward(&saved, None, None)), error);
    assert_eq!(text(both.input_gradient(&saved, &gradients)), error);

    // Gradients of a network with other layers, or of another batch.
    let of_one = one.backward(&one.forward_saving(&x(), None, None)?, None, None)?;
    let error = "`gradients` has shape [1, 3, 3], expected [2, 3, 3]";
    assert_eq!(text(two.input_gradient(&saved, &of_one)), error);
    let longer = two.forward_saving(&Array3::ones((3, 5, 2)), None, None)?;
    let error = "`gradients` has shape [12, 3], expected [15, 3]";
    assert_eq!(text(two.input_gradient(&longer, &gradients)), error);
    Ok(())
}

/// With D = H the cells of two layers in one direction have the shapes of those of one layer in
/// both. Each reads in another order.
#[test]
fn results_of_other_directions() -> Result<(), Error> {
    let mut rng = rng();
    let layers = Rnn::<f64>::stacked(3, 3, 2, false, &mut rng)?;
    let both = Rnn::<f64>::stacked(3, 3, 1, true, &mut rng)?;
    let x = Array3::ones((2, 4, 3));
    let (of_layers, of_both) =
        (layers.forward_saving(&x, None, None)?, both.forward_saving(&x, None, None)?);
    let error = text(both.backward(&of_layers, None, None));
    assert_eq!(error, "`saved directions` has shape [1], expected [2]");
    let error = text(layers.backward(&of_both, None, None));
    assert_eq!(error, "`saved directions` has shape [2], expected [1]");

    let gradients = layers.backward(&of_layers, None, None)?;
    let error = text(both.input_gradient(&of_both, &gradients));
    assert_eq!(error, "`gradients' directions` has shape [1], expected [2]");
    let gradients = both.backward(&of_both, None, None)?;
    let error = text(layers.input_gradient(&of_layers, &gradients));
    assert_eq!(error, "`gradients' directions` has shape [2], expected [1]");
    Ok(())
}
