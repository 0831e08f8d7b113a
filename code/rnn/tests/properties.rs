//! What holds for every recurrent network, tried on random ones.

use std::iter::zip;

use crate::recurrent::{
    Arguments, Gradients, Recurrent, Sizes, arguments, d_results, network, run_steps,
};
use approx::assert_abs_diff_eq;
use ndarray::{Array, Array3, ArrayD, ArrayRef3, ArrayView3, Axis, Dimension, concatenate};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng, seq::SliceRandom};
use rnn::{Error, Gru, Lstm, Rnn};

const TOLERANCE: f64 = 1e-12;

/// Of gradients, relative to the largest entry: they may grow with every step and every layer.
const GRADIENT_TOLERANCE: f64 = 1e-11;

/// The sizes of a network and its batch, and the seed of all numbers.
#[derive(Debug, Clone, Copy)]
struct Case {
    n: usize,
    t: usize,
    sizes: Sizes,
    seed: u64,
}

impl Case {
    /// Random numbers, others for each purpose.
    fn rng(self, purpose: u64) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(self.seed.wrapping_add(purpose))
    }

    fn network<L: Recurrent<f64>>(self) -> L {
        network(self.sizes, &mut self.rng(1))
    }

    fn arguments<L: Recurrent<f64>>(self) -> Arguments<f64> {
        arguments::<L>((self.n, self.t), self.sizes, &mut self.rng(2))
    }

    /// Sequences of unequal lengths.
    fn padded<L: Recurrent<f64>>(self) -> Arguments<f64> {
        let mut rng = self.rng(3);
        let lengths = (0..self.n).map(|_| rng.random_range(1..=self.t)).collect();
        Arguments { lengths: Some(lengths), ..self.arguments::<L>() }
    }

    /// What a loss sends back to `output` and the last states.
    fn d_results<L: Recurrent<f64>>(self) -> Vec<Array3<f64>> {
        d_results::<L>((self.n, self.t), self.sizes, &mut self.rng(4))
    }
}

/// One layer or several, in one direction or in both.
fn cases() -> impl Strategy<Value = Case> {
    let batch = (1..6_usize, 1..12_usize);
    let sizes = (1..9_usize, 1..12_usize, 1..=4_usize, any::<bool>());
    (batch, sizes, any::<u64>()).prop_map(|((n, t), (d, h, layers, bidirectional), seed)| {
        let sizes = Sizes { d, h, layers, bidirectional };
        Case { n, t, sizes, seed }
    })
}

proptest! {
    // The same cases on every run: what fails once fails again, without a file that says so.
    #![proptest_config(ProptestConfig {
        cases: 100,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_sequence_is_its_steps(case in cases()) {
        sequence_is_its_steps::<Rnn<f64>>(case)?;
        sequence_is_its_steps::<Lstm<f64>>(case)?;
        sequence_is_its_steps::<Gru<f64>>(case)?;
    }

    #[test]
    fn a_network_is_its_layers(case in cases()) {
        network_is_its_layers::<Rnn<f64>>(case)?;
        network_is_its_layers::<Lstm<f64>>(case)?;
        network_is_its_layers::<Gru<f64>>(case)?;
    }

    #[test]
    fn both_directions_are_two_layers_side_by_side(case in cases()) {
        let case = Case { sizes: Sizes { layers: 1, bidirectional: true, ..case.sizes }, ..case };
        directions_are_side_by_side::<Rnn<f64>>(case)?;
        directions_are_side_by_side::<Lstm<f64>>(case)?;
        directions_are_side_by_side::<Gru<f64>>(case)?;
    }

    #[test]
    fn one_layer_in_one_direction_is_its_cell(case in cases()) {
        single_is_its_cell::<Rnn<f64>>(case)?;
        single_is_its_cell::<Lstm<f64>>(case)?;
        single_is_its_cell::<Gru<f64>>(case)?;
    }

    #[test]
    fn cells_are_drawn_one_after_the_other(case in cases()) {
        drawn_one_by_one::<Rnn<f64>>(case)?;
        drawn_one_by_one::<Lstm<f64>>(case)?;
        drawn_one_by_one::<Gru<f64>>(case)?;
    }

    #[test]
    fn every_pass_keeps_its_states(case in cases()) {
        kept_for_the_way_back::<Rnn<f64>>(case)?;
        kept_for_the_way_back::<Lstm<f64>>(case)?;
        kept_for_the_way_back::<Gru<f64>>(case)?;
    }

    #[test]
    fn a_sequence_is_its_parts(case in cases(), split in any::<prop::sample::Index>()) {
        prop_assume!(case.t > 1);
        let split = 1 + split.index(case.t - 1);
        // In reverse nothing can be handed on: the first part needs what the second ends with.
        let case = Case { sizes: Sizes { bidirectional: false, ..case.sizes }, ..case };
        sequence_is_its_parts::<Rnn<f64>>(case, split)?;
        sequence_is_its_parts::<Lstm<f64>>(case, split)?;
        sequence_is_its_parts::<Gru<f64>>(case, split)?;
    }

    #[test]
    fn sequences_of_a_batch_do_not_meet(case in cases()) {
        batch_may_be_reordered::<Rnn<f64>>(case)?;
        batch_may_be_reordered::<Lstm<f64>>(case)?;
        batch_may_be_reordered::<Gru<f64>>(case)?;
    }

    #[test]
    fn states_stay_between_minus_one_and_one(case in cases(), scale in 0.0..1e3_f64) {
        states_are_bounded::<Rnn<f64>>(case, scale)?;
        states_are_bounded::<Lstm<f64>>(case, scale)?;
        states_are_bounded::<Gru<f64>>(case, scale)?;
    }

    #[test]
    fn a_padded_batch_is_its_sequences(case in cases()) {
        batch_is_its_sequences::<Rnn<f64>>(case)?;
        batch_is_its_sequences::<Lstm<f64>>(case)?;
        batch_is_its_sequences::<Gru<f64>>(case)?;
    }

    #[test]
    fn gradients_of_a_padded_batch_are_those_of_its_sequences(case in cases()) {
        gradients_add_up::<Rnn<f64>>(case)?;
        gradients_add_up::<Lstm<f64>>(case)?;
        gradients_add_up::<Gru<f64>>(case)?;
    }

    #[test]
    fn padding_is_never_read(case in cases()) {
        padding_may_be_anything::<Rnn<f64>>(case)?;
        padding_may_be_anything::<Lstm<f64>>(case)?;
        padding_may_be_anything::<Gru<f64>>(case)?;
    }

    #[test]
    fn full_lengths_are_no_lengths(case in cases()) {
        lengths_may_be_left_out::<Rnn<f64>>(case)?;
        lengths_may_be_left_out::<Lstm<f64>>(case)?;
        lengths_may_be_left_out::<Gru<f64>>(case)?;
    }
}

fn sequence_is_its_steps<L: Recurrent<f64>>(case: Case) -> Result<(), Error> {
    let network = case.network::<L>();
    for arguments in [case.arguments::<L>(), case.padded::<L>()] {
        let (results, expected) = (network.run(&arguments)?, run_steps(&network, &arguments)?);
        assert_all_close(&results, &expected, TOLERANCE);
    }
    Ok(())
}

/// Each layer by itself reads what the one below gave out, and hands its gradient down to it.
fn network_is_its_layers<L: Recurrent<f64>>(case: Case) -> Result<(), Error> {
    let (whole, given, mut d_output) =
        (case.network::<L>(), case.padded::<L>(), case.d_results::<L>());
    let (results, gradients) = run_back(&whole, &given, &d_output)?;
    let directions = case.sizes.directions();
    let d_states = d_output.split_off(1);

    let layers: Vec<L> = (0..case.sizes.layers)
        .map(|layer| {
            let first = layer * directions;
            whole.part(first..first + directions, case.sizes.bidirectional)
        })
        .collect();
    let mut below = given.clone();
    let mut read = Vec::new();
    for (layer, network) in layers.iter().enumerate() {
        let of_layer = |states: &Array3<f64>| passes(states, layer * directions, directions);
        below.state = given.state.as_ref().map(|state| state.iter().map(of_layer).collect());
        let mut of_network = network.run(&below)?;
        read.push(below.clone());
        below.x = of_network.remove(0);
        assert_all_close(
            &of_network,
            &results[1..].iter().map(of_layer).collect::<Vec<_>>(),
            TOLERANCE,
        );
    }
    assert_close(&below.x, &results[0], TOLERANCE);

    for (layer, network) in layers.iter().enumerate().rev() {
        let of_layer = |states: &Array3<f64>| passes(states, layer * directions, directions);
        d_output.extend(d_states.iter().map(of_layer));
        let (_, back) = run_back(network, &read[layer], &d_output)?;
        let expected = &gradients.weights[4 * layer * directions..][..4 * directions];
        assert_all_close(&back.weights, expected, GRADIENT_TOLERANCE);
        let expected: Vec<_> = gradients.state.iter().map(of_layer).collect();
        assert_all_close(&back.state, &expected, GRADIENT_TOLERANCE);
        d_output = vec![back.x];
    }
    assert_close(&d_output[0], &gradients.x, GRADIENT_TOLERANCE);
    Ok(())
}

/// Its second cell is a layer that reads every sequence from its own end.
fn directions_are_side_by_side<L: Recurrent<f64>>(case: Case) -> Result<(), Error> {
    let (both, given, d_results) = (case.network::<L>(), case.padded::<L>(), case.d_results::<L>());
    let (results, gradients) = run_back(&both, &given, &d_results)?;
    let turn = |sequences: &ArrayRef3<f64>| turned(sequences, given.lengths.as_deref());
    let (d_forward, d_reverse) = d_results[0].view().split_at(Axis(2), case.sizes.h);

    let mut outputs = Vec::new();
    let mut d_x = Array3::zeros(given.x.dim());
    for (direction, d_output) in [d_forward.to_owned(), turn(&d_reverse)].into_iter().enumerate() {
        let of_direction = |states: &Array3<f64>| passes(states, direction, 1);
        let cell = both.part(direction..direction + 1, false);
        let x = if direction == 1 { turn(&given.x) } else { given.x.clone() };
        let state = given.state.as_ref().map(|state| state.iter().map(of_direction).collect());
        let arguments = Arguments { x, state, ..given.clone() };
        let mut d_alone = vec![d_output];
        d_alone.extend(d_results[1..].iter().map(of_direction));

        let (alone, back) = run_back(&cell, &arguments, &d_alone)?;
        let expected: Vec<_> = results[1..].iter().map(of_direction).collect();
        assert_all_close(&alone[1..], &expected, TOLERANCE);
        let expected = &gradients.weights[4 * direction..][..4];
        assert_all_close(&back.weights, expected, GRADIENT_TOLERANCE);
        let expected: Vec<_> = gradients.state.iter().map(of_direction).collect();
        assert_all_close(&back.state, &expected, GRADIENT_TOLERANCE);
        outputs.push(if direction == 1 { turn(&alone[0]) } else { alone[0].clone() });
        d_x += &(if direction == 1 { turn(&back.x) } else { back.x });
    }
    assert_close(&concatenate![Axis(2), outputs[0], outputs[1]], &results[0], TOLERANCE);
    assert_close(&d_x, &gradients.x, GRADIENT_TOLERANCE);
    Ok(())
}

fn single_is_its_cell<L: Recurrent<f64>>(case: Case) -> Result<(), Error> {
    let sizes = Sizes::layer(case.sizes.d, case.sizes.h);
    let drawn = L::drawn(sizes, &mut case.rng(5))?;
    assert_eq!(drawn, L::drawn_single(sizes.d, sizes.h, &mut case.rng(5))?);
    assert_eq!(drawn, L::from_weights(drawn.weights(0)));
    assert_eq!(drawn.sizes(), [sizes.d, sizes.h, 1, 1]);
    Ok(())
}

/// In the order of PyTorch's names, each as wide as what it reads.
fn drawn_one_by_one<L: Recurrent<f64>>(case: Case) -> Result<(), Error> {
    let sizes = case.sizes;
    let drawn = L::drawn(sizes, &mut case.rng(5))?;
    let directions = sizes.directions();
    assert_eq!(drawn.sizes(), [sizes.d, sizes.h, sizes.layers, directions]);
    let mut rng = case.rng(5);
    for pass in 0..sizes.passes() {
        let single = L::drawn_single(sizes.inputs(pass / directions), sizes.h, &mut rng)?;
        assert_eq!(drawn.part(pass..pass + 1, false), single);
    }
    let cells: Vec<_> = (0..sizes.passes()).map(|pass| drawn.weights(pass)).collect();
    assert_eq!(L::from_cells(cells, sizes.bidirectional), drawn);
    let counts = (0..sizes.passes()).map(|pass| drawn.part(pass..pass + 1, false).multiply_adds());
    assert_eq!(drawn.multiply_adds(), counts.sum::<usize>());
    Ok(())
}

/// Inputs and gates of each step, and the states from the initial one on.
fn kept_for_the_way_back<L: Recurrent<f64>>(case: Case) -> Result<(), Error> {
    let Case { n, t, sizes, .. } = case;
    let of_pass = |pass: usize| {
        let inputs = sizes.inputs(pass / sizes.directions());
        t * n * (inputs + L::KEPT * sizes.h) + (t + 1) * n * L::STATES * sizes.h
    };
    let count = case.network::<L>().float_count(&case.padded::<L>())?;
    assert_eq!(count, (0..sizes.passes()).map(of_pass).sum::<usize>());
    Ok(())
}

fn sequence_is_its_parts<L: Recurrent<f64>>(case: Case, split: usize) -> Result<(), Error> {
    let (network, arguments) = (case.network::<L>(), case.arguments::<L>());
    let whole = network.run(&arguments)?;
    let (head, tail) = arguments.x.view().split_at(Axis(1), split);

    let head = network.run(&Arguments { x: head.to_owned(), ..arguments.clone() })?;
    let handed_on = Some(head[1..].to_vec());
    let tail = network.run(&Arguments { x: tail.to_owned(), state: handed_on, ..arguments })?;

    let parts = concatenate![Axis(1), head[0], tail[0]];
    assert_abs_diff_eq!(parts, whole[0], epsilon = TOLERANCE);
    for (state, expected) in zip(&tail[1..], &whole[1..]) {
        assert_abs_diff_eq!(state, expected, epsilon = TOLERANCE);
    }
    Ok(())
}

fn batch_may_be_reordered<L: Recurrent<f64>>(case: Case) -> Result<(), Error> {
    let (network, arguments) = (case.network::<L>(), case.padded::<L>());
    let results = network.run(&arguments)?;
    let mut order: Vec<usize> = (0..case.n).collect();
    order.shuffle(&mut case.rng(5));

    let Arguments { x, lengths, state } = &arguments;
    let reordered = network.run(&Arguments {
        x: x.select(Axis(0), &order),
        lengths: lengths.as_ref().map(|lengths| order.iter().map(|&n| lengths[n]).collect()),
        state: state
            .as_ref()
            .map(|state| state.iter().map(|state| state.select(Axis(1), &order)).collect()),
    })?;

    let output = results[0].select(Axis(0), &order);
    assert_abs_diff_eq!(reordered[0], output, epsilon = TOLERANCE);
    for (state, expected) in zip(&reordered[1..], &results[1..]) {
        assert_abs_diff_eq!(*state, expected.select(Axis(1), &order), epsilon = TOLERANCE);
    }
    Ok(())
}

/// Of the hidden states; the cell state of the LSTM may grow by one at each step.
fn states_are_bounded<L: Recurrent<f64>>(case: Case, scale: f64) -> Result<(), Error> {
    let mut network = case.network::<L>();
    for mut weights in network.parameters_mut() {
        weights *= scale;
    }
    let results = network.run(&case.arguments::<L>())?;
    assert!(results[..2].iter().flatten().all(|h| h.abs() <= 1.0));
    Ok(())
}

fn batch_is_its_sequences<L: Recurrent<f64>>(case: Case) -> Result<(), Error> {
    let (network, arguments) = (case.network::<L>(), case.padded::<L>());
    let results = network.run(&arguments)?;
    for n in 0..case.n {
        let alone = alone(&arguments, n);
        let expected = network.run(&alone)?;
        let (valid, padding) = sequence(&results[0], n).split_at(Axis(1), alone.x.len_of(Axis(1)));
        assert_abs_diff_eq!(valid, expected[0], epsilon = TOLERANCE);
        assert!(padding.iter().all(|&output| output == 0.0));
        for (state, expected) in zip(&results[1..], &expected[1..]) {
            assert_abs_diff_eq!(state_of(state, n), *expected, epsilon = TOLERANCE);
        }
    }
    Ok(())
}

fn gradients_add_up<L: Recurrent<f64>>(case: Case) -> Result<(), Error> {
    let (network, arguments) = (case.network::<L>(), case.padded::<L>());
    let d_results = case.d_results::<L>();
    let batch = gradients(&network, &arguments, &d_results)?;
    let mut sums: Vec<_> = batch.weights.iter().map(|array| ArrayD::zeros(array.shape())).collect();
    for n in 0..case.n {
        let alone = alone(&arguments, n);
        let length = alone.x.len_of(Axis(1));
        let mut d_alone = vec![sequence(&d_results[0], n).split_at(Axis(1), length).0.to_owned()];
        d_alone.extend(d_results[1..].iter().map(|d_state| state_of(d_state, n).to_owned()));

        let expected = gradients(&network, &alone, &d_alone)?;
        zip(&mut sums, &expected.weights).for_each(|(sum, gradient)| *sum += gradient);
        let (valid, padding) = sequence(&batch.x, n).split_at(Axis(1), length);
        assert_close(&valid.to_owned(), &expected.x, GRADIENT_TOLERANCE);
        assert!(padding.iter().all(|&gradient| gradient == 0.0));
        for (state, expected) in zip(&batch.state, &expected.state) {
            assert_close(&state_of(state, n).to_owned(), expected, GRADIENT_TOLERANCE);
        }
    }
    assert_all_close(&batch.weights, &sums, GRADIENT_TOLERANCE);
    Ok(())
}

/// Not even multiplied by zero: NaN would not go away.
fn padding_may_be_anything<L: Recurrent<f64>>(case: Case) -> Result<(), Error> {
    let (network, clean) = (case.network::<L>(), case.padded::<L>());
    let d_clean = case.d_results::<L>();
    let (mut dirty, mut d_dirty) = (clean.clone(), d_clean.clone());
    for (n, &length) in clean.lengths.iter().flatten().enumerate() {
        for padded in [&mut dirty.x, &mut d_dirty[0]] {
            padded
                .index_axis_mut(Axis(0), n)
                .slice_axis_mut(Axis(0), (length..).into())
                .fill(f64::NAN);
        }
    }
    assert_eq!(network.run(&dirty)?, network.run(&clean)?);
    assert_eq!(gradients(&network, &dirty, &d_dirty)?, gradients(&network, &clean, &d_clean)?);
    Ok(())
}

fn lengths_may_be_left_out<L: Recurrent<f64>>(case: Case) -> Result<(), Error> {
    let (network, without) = (case.network::<L>(), case.arguments::<L>());
    let with = Arguments { lengths: Some(vec![case.t; case.n]), ..without.clone() };
    let d_results = case.d_results::<L>();
    assert_eq!(network.run(&with)?, network.run(&without)?);
    assert_eq!(gradients(&network, &with, &d_results)?, gradients(&network, &without, &d_results)?);
    Ok(())
}

fn gradients<L: Recurrent<f64>>(
    network: &L,
    arguments: &Arguments<f64>,
    d_results: &[Array3<f64>],
) -> Result<Gradients<f64>, Error> {
    Ok(run_back(network, arguments, d_results)?.1)
}

fn run_back<L: Recurrent<f64>>(
    network: &L,
    arguments: &Arguments<f64>,
    d_results: &[Array3<f64>],
) -> Result<(Vec<Array3<f64>>, Gradients<f64>), Error> {
    let d_results: Vec<_> = d_results.iter().cloned().map(Some).collect();
    network.run_back(arguments, &d_results)
}

/// The arguments of one sequence, cut to its length.
fn alone(arguments: &Arguments<f64>, n: usize) -> Arguments<f64> {
    let Arguments { x, lengths, state } = arguments;
    let length = lengths.as_ref().map_or(x.len_of(Axis(1)), |lengths| lengths[n]);
    let state = state.iter().flatten().map(|state| state_of(state, n).to_owned());
    Arguments {
        x: sequence(x, n).split_at(Axis(1), length).0.to_owned(),
        lengths: None,
        state: Some(state.collect()),
    }
}

/// Of `[N, T, C]`, one sequence `[1, T, C]`.
fn sequence(batch: &Array3<f64>, n: usize) -> ArrayView3<'_, f64> {
    batch.slice_axis(Axis(0), (n..=n).into())
}

/// Of `[L K, N, H]`, the states of one sequence `[L K, 1, H]`.
fn state_of(states: &Array3<f64>, n: usize) -> ArrayView3<'_, f64> {
    states.slice_axis(Axis(1), (n..=n).into())
}

/// Of `[L K, N, H]`, the states of some cells.
fn passes(states: &Array3<f64>, first: usize, count: usize) -> Array3<f64> {
    states.slice_axis(Axis(0), (first..first + count).into()).to_owned()
}

/// Sequences `[N, T, C]`, each from its end to its beginning; padding stays behind it.
fn turned(sequences: &ArrayRef3<f64>, lengths: Option<&[usize]>) -> Array3<f64> {
    let mut turned = sequences.to_owned();
    for (n, &length) in lengths.into_iter().flatten().enumerate() {
        let mut sequence = turned.index_axis_mut(Axis(0), n);
        let mut steps = sequence.slice_axis_mut(Axis(0), (..length).into());
        let original = sequences.index_axis(Axis(0), n);
        let mut original = original.slice_axis(Axis(0), (..length).into());
        original.invert_axis(Axis(0));
        steps.assign(&original);
    }
    turned
}

fn assert_all_close<D: Dimension>(
    arrays: &[Array<f64, D>],
    expected: &[Array<f64, D>],
    tolerance: f64,
) {
    assert_eq!(arrays.len(), expected.len());
    zip(arrays, expected).for_each(|(array, expected)| assert_close(array, expected, tolerance));
}

/// Relative to the largest entry, where that is more than one.
fn assert_close<D: Dimension>(array: &Array<f64, D>, expected: &Array<f64, D>, tolerance: f64) {
    let largest = expected.iter().fold(1.0, |largest: f64, entry| largest.max(entry.abs()));
    assert_abs_diff_eq!(array, expected, epsilon = tolerance * largest);
}
