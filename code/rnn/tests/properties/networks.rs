//! Steps, layers and directions make a network.

use ndarray::{Array3, ArrayRef3, Axis, concatenate};
use proptest::prelude::*;
use rnn::{Error, GruCell, Layers, LstmCell, Parameters, RnnCell};

use super::{Case, GRADIENT_TOLERANCE, TOLERANCE, assert_all_close, assert_close, cases, config};
use crate::recurrent::{Arguments, Recurrent, Sizes, of_all_cells, run, run_back, run_steps};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_sequence_is_its_steps(case in cases()) {
        of_all_cells!(sequence_is_its_steps(case)?);
    }

    #[test]
    fn a_network_is_its_layers(case in cases()) {
        of_all_cells!(network_is_its_layers(case)?);
    }

    #[test]
    fn both_directions_are_two_layers_side_by_side(case in cases()) {
        let case = Case { sizes: Sizes { layers: 1, bidirectional: true, ..case.sizes }, ..case };
        of_all_cells!(directions_are_side_by_side(case)?);
    }

    #[test]
    fn cells_are_drawn_one_after_the_other(case in cases()) {
        of_all_cells!(drawn_one_by_one(case)?);
    }

    #[test]
    fn every_pass_keeps_its_states(case in cases()) {
        of_all_cells!(kept_for_the_way_back(case)?);
    }

    #[test]
    fn a_sequence_is_its_parts(case in cases(), split in any::<prop::sample::Index>()) {
        prop_assume!(case.t > 1);
        let split = 1 + split.index(case.t - 1);
        // In reverse nothing can be handed on: the first part needs what the second ends with.
        let case = Case { sizes: Sizes { bidirectional: false, ..case.sizes }, ..case };
        of_all_cells!(sequence_is_its_parts(case, split)?);
    }

    /// Of the hidden states; the cell state of the LSTM may grow by one at each step, and what a
    /// minGRU lets in has no bounds.
    #[test]
    fn states_stay_between_minus_one_and_one(case in cases(), scale in 0.0..1e3_f64) {
        states_are_bounded::<RnnCell<f64>>(case, scale)?;
        states_are_bounded::<LstmCell<f64>>(case, scale)?;
        states_are_bounded::<GruCell<f64>>(case, scale)?;
    }
}

fn sequence_is_its_steps<C: Recurrent<Real = f64>>(case: Case) -> Result<(), Error> {
    let network = case.network::<C>();
    for arguments in [case.arguments::<C>(), case.padded::<C>()] {
        let expected = run_steps(&network, &arguments)?;
        assert_all_close(&run(&network, &arguments)?, expected, TOLERANCE);
    }
    Ok(())
}

/// Each layer by itself reads what the one below gave out, and hands its gradient down to it.
fn network_is_its_layers<C: Recurrent<Real = f64>>(case: Case) -> Result<(), Error> {
    let (whole, given, mut d_output) =
        (case.network::<C>(), case.padded::<C>(), case.d_results::<C>());
    let (results, gradients) = run_back(&whole, &given, &d_output)?;
    let (directions, d_states) = (case.sizes.directions(), d_output.split_off(1));
    let of_layer =
        |layer: usize| move |states: &Array3<f64>| passes(states, layer * directions, directions);

    let (mut read, mut layers) = (Vec::new(), Vec::new());
    let mut x = given.x.clone();
    for (layer, cells) in whole.cells.chunks(directions).enumerate() {
        layers.push(Layers { cells: cells.to_vec(), ..whole });
        let state = given.state.as_ref().map(|state| state.iter().map(of_layer(layer)).collect());
        read.push(Arguments { x, state, ..given.clone() });
        let mut of_network = run(&layers[layer], &read[layer])?;
        x = of_network.remove(0);
        assert_all_close(&of_network, results[1..].iter().map(of_layer(layer)), TOLERANCE);
    }
    assert_close(&x, &results[0], TOLERANCE);

    let weights = gradients.weights.chunks(directions * parameters(&whole));
    for (layer, weights) in weights.enumerate().rev() {
        d_output.extend(d_states.iter().map(of_layer(layer)));
        let (_, back) = run_back(&layers[layer], &read[layer], &d_output)?;
        assert_all_close(&back.weights, weights.iter().cloned(), GRADIENT_TOLERANCE);
        let expected = gradients.state.iter().map(of_layer(layer));
        assert_all_close(&back.state, expected, GRADIENT_TOLERANCE);
        d_output = vec![back.x];
    }
    assert_close(&d_output[0], &gradients.x, GRADIENT_TOLERANCE);
    Ok(())
}

/// Its second cell is a layer that reads every sequence from its own end.
fn directions_are_side_by_side<C: Recurrent<Real = f64>>(case: Case) -> Result<(), Error> {
    let (both, given, d_results) = (case.network::<C>(), case.padded::<C>(), case.d_results::<C>());
    let (results, gradients) = run_back(&both, &given, &d_results)?;
    let (mut outputs, mut d_x) = (Vec::new(), Array3::zeros(given.x.dim()));
    for (direction, weights) in gradients.weights.chunks(parameters(&both)).enumerate() {
        let turn = |sequences: &ArrayRef3<f64>| match direction {
            0 => sequences.to_owned(),
            _ => turned(sequences, given.lengths.as_deref()),
        };
        let of_direction = |states: &Array3<f64>| passes(states, direction, 1);
        let state = given.state.as_ref().map(|state| state.iter().map(of_direction).collect());
        let arguments = Arguments { x: turn(&given.x), state, ..given.clone() };
        let half = d_results[0].axis_chunks_iter(Axis(2), case.sizes.h).nth(direction);
        let mut d_alone = vec![turn(&half.expect("the gradient has two halves"))];
        d_alone.extend(d_results[1..].iter().map(of_direction));

        let network = Layers::from(both.cells[direction].clone());
        let (alone, back) = run_back(&network, &arguments, &d_alone)?;
        assert_all_close(&alone[1..], results[1..].iter().map(of_direction), TOLERANCE);
        assert_all_close(&back.weights, weights.iter().cloned(), GRADIENT_TOLERANCE);
        let expected = gradients.state.iter().map(of_direction);
        assert_all_close(&back.state, expected, GRADIENT_TOLERANCE);
        outputs.push(turn(&alone[0]));
        d_x += &turn(&back.x);
    }
    assert_close(&concatenate![Axis(2), outputs[0], outputs[1]], &results[0], TOLERANCE);
    assert_close(&d_x, &gradients.x, GRADIENT_TOLERANCE);
    Ok(())
}

/// In the order of PyTorch's names, each as wide as what it reads.
fn drawn_one_by_one<C: Recurrent<Real = f64>>(case: Case) -> Result<(), Error> {
    let sizes = case.sizes;
    let drawn = sizes.drawn::<C>(&mut case.rng(5))?;
    assert_eq!([drawn.input_size(), drawn.hidden_size()], [sizes.d, sizes.h]);
    assert_eq!([drawn.num_layers(), drawn.num_directions()], [sizes.layers, sizes.directions()]);
    let (mut rng, mut multiply_adds) = (case.rng(5), 0);
    for (pass, cell) in drawn.cells.iter().enumerate() {
        let single = Layers::<C>::new(sizes.inputs(pass / sizes.directions()), sizes.h, &mut rng)?;
        assert_eq!(single, Layers::from(cell.clone()));
        multiply_adds += single.multiply_adds_per_step();
    }
    assert_eq!(drawn.multiply_adds_per_step(), multiply_adds);
    Ok(())
}

/// Inputs and gates of each step, and the states from the initial one on.
fn kept_for_the_way_back<C: Recurrent<Real = f64>>(case: Case) -> Result<(), Error> {
    let Case { n, t, sizes, .. } = case;
    let of_pass = |pass: usize| {
        let inputs = sizes.inputs(pass / sizes.directions());
        t * n * (inputs + C::KEPT * sizes.h) + (t + 1) * n * C::STATES * sizes.h
    };
    let (network, Arguments { x, lengths, .. }) = (case.network::<C>(), case.padded::<C>());
    let count = network.forward_saving(&x, lengths.as_deref(), None)?.float_count();
    assert_eq!(count, (0..sizes.passes()).map(of_pass).sum::<usize>());
    Ok(())
}

fn sequence_is_its_parts<C: Recurrent<Real = f64>>(case: Case, split: usize) -> Result<(), Error> {
    let (network, arguments) = (case.network::<C>(), case.arguments::<C>());
    let mut whole = run(&network, &arguments)?;
    let (head, tail) = arguments.x.view().split_at(Axis(1), split);

    let head = run(&network, &Arguments { x: head.to_owned(), ..arguments.clone() })?;
    let handed_on = Some(head[1..].to_vec());
    let tail = run(&network, &Arguments { x: tail.to_owned(), state: handed_on, ..arguments })?;

    assert_close(&concatenate![Axis(1), head[0], tail[0]], &whole.remove(0), TOLERANCE);
    assert_all_close(&tail[1..], whole, TOLERANCE);
    Ok(())
}

fn states_are_bounded<C: Recurrent<Real = f64>>(case: Case, scale: f64) -> Result<(), Error> {
    let mut network = case.network::<C>();
    network.parameters_mut().iter_mut().for_each(|weights| *weights *= scale);
    let results = run(&network, &case.arguments::<C>())?;
    assert!(results[..2].iter().flatten().all(|h| h.abs() <= 1.0));
    Ok(())
}

/// The parameters of a cell.
fn parameters<C: Recurrent<Real = f64>>(network: &Layers<C>) -> usize {
    network.cells[0].parameters().len()
}

/// Of `[L K, N, H]`, the states of some cells.
fn passes(states: &Array3<f64>, first: usize, count: usize) -> Array3<f64> {
    states.slice_axis(Axis(0), (first..first + count).into()).to_owned()
}

/// Sequences `[N, T, C]`, each from its end to its beginning; padding stays behind it.
fn turned(sequences: &ArrayRef3<f64>, lengths: Option<&[usize]>) -> Array3<f64> {
    let mut turned = sequences.to_owned();
    for (n, &length) in lengths.into_iter().flatten().enumerate() {
        let (mut turned, original) =
            (turned.index_axis_mut(Axis(0), n), sequences.index_axis(Axis(0), n));
        (0..length).for_each(|t| turned.row_mut(length - 1 - t).assign(&original.row(t)));
    }
    turned
}
