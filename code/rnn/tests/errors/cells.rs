//! Cells of every kind, alone and in their places.

use ndarray::{Array1, Array2, Array3, array};
use rnn::{Error, GruCell, Layers, LstmCell, Parameters, Rnn, RnnCell};

use super::{Call, PLACES, TWO_LAYERS_BOTH_WAYS, cell, rng, text};
use crate::recurrent::{Recurrent, Sizes, of_all_cells};

#[test]
fn weights_of_another_shape() {
    of_all_cells!(weights_do_not_fit());
}

/// `R` is the number of rows that is right, of three units.
fn weights_do_not_fit<C: Recurrent<Real = f64>>() {
    let gates = C::GATES;
    for (name, shape, expected) in [
        ("weight_hh", vec![3 * gates, 4], "`w_hh` has shape [R, 4], expected [R, 3]"),
        ("weight_hh", vec![2, 3], "`w_hh` has shape [2, 3], expected [R, 3]"),
        ("bias_ih", vec![1], "`b_ih` has shape [1], expected [R]"),
        ("bias_hh", vec![0], "`b_hh` has shape [0], expected [R]"),
        ("bias_hh", vec![1], "`b_hh` has shape [1], expected [R]"),
    ] {
        let expected = expected.replace('R', &(3 * gates).to_string());
        for (pass, place) in PLACES.iter().enumerate() {
            let d = if pass < 2 { 2 } else { 6 };
            let Some(other) = cell::<C>((d, 3), name, &shape) else { continue };
            assert_eq!(complaints(other.clone()), [expected.as_str(); 2]);
            let mut call = Call::new(TWO_LAYERS_BOTH_WAYS);
            call.network.cells[pass] = other;
            assert_eq!(call.complaint(), format!("in `{place}`: {expected}"));
        }
    }

    // `w_ih` sets the sizes: what is wrong is the array behind it.
    let wider = if C::GATES == 2 {
        "`b_ih` has shape [6], expected [8]".into()
    } else {
        format!("`w_hh` has shape [{}, 3], expected [{}, 4]", 3 * gates, 4 * gates)
    };
    let no_multiple =
        format!("`w_ih` has shape [{}, 2], expected [{}, 2]", 3 * gates + 1, 3 * gates);
    for (shape, expected) in [
        ([4 * gates, 2], wider.as_str()),
        ([3 * gates + 1, 2], if gates == 1 { &wider } else { &no_multiple }),
        ([3 * gates, 0], "`input_size` is zero"),
        ([gates - 1, 2], "`hidden_size` is zero"),
    ] {
        let other = cell::<C>((2, 3), "weight_ih", &shape).expect("every cell has it");
        assert_eq!(complaints(other), [expected; 2]);
    }
}

/// What a step and a network say about a cell.
fn complaints<C: Recurrent<Real = f64>>(cell: C) -> [String; 2] {
    let network = Layers::from(cell);
    let (x, h) = (Array1::ones(network.input_size()), Array1::zeros(network.hidden_size()));
    let step = network.cells[0].next_state(&x, &vec![h; C::STATES]);
    let mut call = Call::new(Sizes::layer(2, 3));
    call.network = network;
    [text(step), call.complaint()]
}

#[test]
fn cells_that_do_not_fit_together() {
    of_all_cells!(cells_do_not_fit());
}

/// The first one that is wrong is named. `R` is its number of rows where it has three units.
fn cells_do_not_fit<C: Recurrent<Real = f64>>() {
    let gates = C::GATES;
    for (pass, d, h, expected) in [
        // The first cell sets the sizes. It has other units than the rest, or other inputs.
        (0, 2, 5, "in `l0_reverse`: `w_ih` has shape [R, 2], expected [R5, 2]"),
        (0, 4, 3, "in `l0_reverse`: `w_ih` has shape [R, 2], expected [R, 4]"),
        (0, 0, 3, "in `l0`: `input_size` is zero"),
        (0, 2, 0, "in `l0`: `hidden_size` is zero"),
        (1, 6, 3, "in `l0_reverse`: `w_ih` has shape [R, 6], expected [R, 2]"),
        // As in one direction, and as in the first layer.
        (2, 3, 3, "in `l1`: `w_ih` has shape [R, 3], expected [R, 6]"),
        (3, 2, 3, "in `l1_reverse`: `w_ih` has shape [R, 2], expected [R, 6]"),
        (3, 6, 4, "in `l1_reverse`: `w_ih` has shape [R4, 6], expected [R, 6]"),
        (2, 6, 3, "no error"),
    ] {
        let [three, four, five] = [3, 4, 5].map(|units| (units * gates).to_string());
        let expected = expected.replace("R4", &four).replace("R5", &five).replace('R', &three);
        let mut call = Call::<C>::new(TWO_LAYERS_BOTH_WAYS);
        let right = cell((d, h), "weight_ih", &[gates * h, d]);
        call.network.cells[pass] = right.expect("every cell has it");
        assert_eq!(call.complaint(), expected);
    }

    // What the cell reads comes before what is wrong inside it.
    let mut call = Call::<C>::new(TWO_LAYERS_BOTH_WAYS);
    call.network.cells[2] = cell((6, 3), "weight_ih", &[4 * gates, 6]).expect("every cell has it");
    let (found, right) = (4 * gates, 3 * gates);
    let expected = format!("in `l1`: `w_ih` has shape [{found}, 6], expected [{right}, 6]");
    assert_eq!(call.complaint(), expected);

    // In one direction, in two layers and in three.
    for (layers, pass) in [(2, 0), (2, 1), (3, 1), (3, 2)] {
        let mut call = Call::<C>::new(Sizes { layers, ..Sizes::layer(3, 3) });
        call.network.cells[pass] = cell((3, 3), "bias_ih", &[1]).expect("every cell has it");
        let expected = format!("in `l{pass}`: `b_ih` has shape [1], expected [{right}]");
        assert_eq!(call.complaint(), expected);
    }
}

#[test]
fn cells_too_few_or_of_no_size() {
    of_all_cells!(too_few());
}

fn too_few<C: Recurrent<Real = f64>>() {
    for cells in [1, 3] {
        let mut call = Call::<C>::new(TWO_LAYERS_BOTH_WAYS);
        call.network.cells.truncate(cells);
        let expected = "a bidirectional network has two cells in each layer, this one";
        assert_eq!(call.complaint(), format!("{expected} {cells} in all"));
    }
    for bidirectional in [false, true] {
        let mut call = Call::<C>::new(TWO_LAYERS_BOTH_WAYS);
        call.network = Layers { cells: Vec::new(), bidirectional };
        assert_eq!(call.complaint(), "`num_layers` is zero");
        let Call { network, .. } = call;
        assert_eq!([network.input_size(), network.hidden_size(), network.num_layers()], [0; 3]);
        assert_eq!(network.multiply_adds_per_step(), 0);

        for (d, h, layers, expected) in [
            (0, 3, 2, "`input_size` is zero"),
            (2, 0, 2, "`hidden_size` is zero"),
            (2, 3, 0, "`num_layers` is zero"),
        ] {
            let drawn = Sizes { d, h, layers, bidirectional }.drawn::<C>(&mut rng());
            assert_eq!(text(drawn), expected);
        }
    }
}

#[test]
fn arguments_of_a_step() -> Result<(), Error> {
    of_all_cells!(step_does_not_fit()?);
    Ok(())
}

fn step_does_not_fit<C: Recurrent<Real = f64>>() -> Result<(), Error> {
    let network: Layers<C> = Sizes::layer(2, 3).drawn(&mut rng())?;
    let says = |x: &[f64], state: &[Array1<f64>]| {
        text(network.cells[0].next_state(&Array1::from(x.to_vec()), state))
    };
    let zeros = vec![Array1::zeros(3); C::STATES];
    for (x, expected) in [
        (&[0.0; 3][..], "`x` has shape [3], expected [2]"),
        (&[0.0], "`x` has shape [1], expected [2]"),
        (&[], "`x` has shape [0], expected [2]"),
        (&[0.0, f64::NAN], "`x` is not finite at [1]: NaN"),
        (&[0.0; 2], "no error"),
    ] {
        assert_eq!(says(x, &zeros), expected);
    }
    for (k, name) in ["`h`", "`c`"].iter().take(C::STATES).enumerate() {
        for (wrong, expected) in [
            (vec![0.0; 2], "has shape [2], expected [3]"),
            (vec![0.0], "has shape [1], expected [3]"),
            (vec![f64::INFINITY, 0.0, 0.0], "is not finite at [0]: inf"),
        ] {
            let mut state = zeros.clone();
            state[k] = Array1::from(wrong);
            assert_eq!(says(&[0.0; 2], &state), format!("{name} {expected}"));
        }
    }
    Ok(())
}

#[test]
fn weights_that_are_not_finite() {
    of_all_cells!(not_finite());
}

fn not_finite<C: Recurrent<Real = f64>>() {
    let name = if C::STATES == 2 { "c_n" } else { "output" };
    // Infinity times zero is not a number, and inputs and states are zero.
    for value in [f64::NAN, f64::INFINITY] {
        let mut call = Call::<C>::new(Sizes::layer(2, 3));
        call.given.x.fill(0.0);
        let mut weights = call.network.parameters_mut();
        weights.iter_mut().rfind(|array| array.ndim() == 2).expect("a matrix").fill(value);
        let state = vec![Array1::zeros(3); C::STATES];
        let step = text(call.network.cells[0].next_state(&Array1::zeros(2), &state));
        assert_eq!(step, format!("`{name}` is not finite at [0]: NaN"));
        assert_eq!(call.complaint(), format!("`{name}` is not finite at [0, 0, 0]: NaN"));
    }
    for pass in 0..4 {
        let mut call = Call::<C>::new(TWO_LAYERS_BOTH_WAYS);
        call.network.cells[pass].parameters_mut()[0].fill(f64::NAN);
        let error = call.complaint();
        assert!(error.starts_with(&format!("`{name}` is not finite at [")), "{pass}: {error}");
    }
}

/// The cell state of a single step is finite where the hidden state is not.
#[test]
fn an_output_gate_that_is_not_finite() {
    let mut call = Call::<LstmCell<f64>>::new(Sizes::layer(2, 3));
    call.given.x = Array3::ones((3, 1, 2));
    call.network.cells[0].b_ih[9] = f64::NAN;
    assert_eq!(call.complaint(), "`output` is not finite at [0, 0, 0]: NaN");
}

#[test]
fn huge_numbers_in_an_rnn() -> Result<(), Error> {
    let with_w_ih = |w_ih| RnnCell { w_ih, ..zeros() };
    let (x, h) = (array![f64::MAX, f64::MAX], Array1::zeros(3));
    let sequence = Array3::from_elem((1, 1, 2), f64::MAX);

    // A sum that overflows to one side only is infinite, and tanh of it is one.
    let one_side = with_w_ih(array![[2.0, 2.0], [-2.0, -2.0], [0.0, 0.0]]);
    assert_eq!(one_side.step(&x, &h)?, array![1.0, -1.0, 0.0]);
    let (_, [h_n]) = Rnn::from(one_side).forward(&sequence, None)?;
    assert_eq!(h_n, array![[[1.0, -1.0, 0.0]]]);

    // Infinity less infinity has no value: an error, never a NaN among the states.
    let both_sides = with_w_ih(array![[0.0, 0.0], [2.0, -2.0], [0.0, 0.0]]);
    assert_eq!(text(both_sides.step(&x, &h)), "`output` is not finite at [1]: NaN");

    // The matrix product may multiply and add at once. The second product then does not overflow by
    // itself: the sum stays infinite, where the exact one is zero.
    match Rnn::from(both_sides).forward(&sequence, None) {
        Ok((_, [h_n])) => assert_eq!(h_n, array![[[0.0, 1.0, 0.0]]]),
        Err(error) => assert_eq!(error.to_string(), "`output` is not finite at [0, 0, 1]: NaN"),
    }
    Ok(())
}

/// A gate far from zero is open or closed, and nothing overflows on the way.
#[test]
fn huge_numbers_in_gates() -> Result<(), Error> {
    for x in [f64::MAX / 2.0, -f64::MAX / 2.0] {
        let (open, x) = (x > 0.0, Array1::from_elem(2, x));
        let cell = LstmCell { w_ih: Array2::ones((12, 2)), ..zeros() };
        let (h, c) = cell.step(&x, &Array1::zeros(3), &Array1::ones(3))?;
        // All open: 1 + 1, and tanh of that. All closed: nothing.
        let expected = if open { 2.0_f64 } else { 0.0 };
        assert_eq!((h, c), (Array1::from_elem(3, expected.tanh()), Array1::from_elem(3, expected)));

        let cell = GruCell { w_ih: Array2::ones((9, 2)), ..zeros() };
        let h = cell.step(&x, &Array1::from_elem(3, 0.5))?;
        // Open: the state is kept. Closed: replaced by tanh of minus infinity.
        assert_eq!(h, Array1::from_elem(3, if open { 0.5 } else { -1.0 }));
    }
    Ok(())
}

/// Two inputs, three units.
fn zeros<C: Recurrent<Real = f64>>() -> C {
    cell((2, 3), "bias_ih", &[3 * C::GATES]).expect("every cell has it")
}
