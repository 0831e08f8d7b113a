//! What holds for every recurrent network, tried on random ones.

mod recurrent;

use std::iter::zip;

use approx::assert_abs_diff_eq;
use ndarray::{Array1, Array3, ArrayD, ArrayView3, Axis, concatenate};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng, seq::SliceRandom};
use recurrent::{Arguments, Gradients, Recurrent, arguments, layer, uniform};
use rnn::{Error, Gru, Lstm, Rnn};

const TOLERANCE: f64 = 1e-12;

/// Of gradients, which may grow with every step.
const GRADIENT_TOLERANCE: f64 = 1e-9;

/// The sizes of a layer and its batch, and the seed of all numbers.
#[derive(Debug, Clone, Copy)]
struct Case {
    n: usize,
    t: usize,
    d: usize,
    h: usize,
    seed: u64,
}

impl Case {
    /// Random numbers, others for each purpose.
    fn rng(self, purpose: u64) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(self.seed.wrapping_add(purpose))
    }

    fn layer<L: Recurrent<f64>>(self) -> L {
        layer(self.d, self.h, &mut self.rng(1))
    }

    fn arguments<L: Recurrent<f64>>(self) -> Arguments<f64> {
        arguments::<L>((self.n, self.t, self.d), self.h, &mut self.rng(2))
    }

    /// Sequences of unequal lengths.
    fn padded<L: Recurrent<f64>>(self) -> Arguments<f64> {
        let mut rng = self.rng(3);
        let lengths = (0..self.n).map(|_| rng.random_range(1..=self.t)).collect();
        Arguments { lengths: Some(lengths), ..self.arguments::<L>() }
    }

    /// What a loss sends back to `output` and the last states.
    fn d_results<L: Recurrent<f64>>(self) -> Vec<Array3<f64>> {
        let mut rng = self.rng(4);
        let states = (0..L::STATES).map(|_| (1, self.n, self.h));
        let shapes = [(self.n, self.t, self.h)].into_iter().chain(states);
        shapes.map(|shape| uniform(shape, 1.0, &mut rng)).collect()
    }
}

fn cases() -> impl Strategy<Value = Case> {
    (1..6_usize, 1..12_usize, 1..9_usize, 1..20_usize, any::<u64>())
        .prop_map(|(n, t, d, h, seed)| Case { n, t, d, h, seed })
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
    fn a_sequence_is_its_parts(case in cases(), split in any::<prop::sample::Index>()) {
        prop_assume!(case.t > 1);
        let split = 1 + split.index(case.t - 1);
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
    let (layer, arguments) = (case.layer::<L>(), case.arguments::<L>());
    let results = layer.run(&arguments)?;
    for n in 0..case.n {
        let mut state: Vec<Array1<f64>> =
            arguments.state.iter().flatten().map(|state| row(state, n)).collect();
        let (x, output) = (arguments.x.index_axis(Axis(0), n), results[0].index_axis(Axis(0), n));
        for (x, expected) in zip(x.rows(), output.rows()) {
            state = layer.step(&x, &state)?;
            assert_abs_diff_eq!(state[0], expected, epsilon = TOLERANCE);
        }
        for (state, last) in zip(&state, &results[1..]) {
            assert_abs_diff_eq!(*state, row(last, n), epsilon = TOLERANCE);
        }
    }
    Ok(())
}

fn sequence_is_its_parts<L: Recurrent<f64>>(case: Case, split: usize) -> Result<(), Error> {
    let (layer, arguments) = (case.layer::<L>(), case.arguments::<L>());
    let whole = layer.run(&arguments)?;
    let (head, tail) = arguments.x.view().split_at(Axis(1), split);

    let head = layer.run(&Arguments { x: head.to_owned(), ..arguments.clone() })?;
    let handed_on = Some(head[1..].to_vec());
    let tail = layer.run(&Arguments { x: tail.to_owned(), state: handed_on, ..arguments })?;

    let parts = concatenate![Axis(1), head[0], tail[0]];
    assert_abs_diff_eq!(parts, whole[0], epsilon = TOLERANCE);
    for (state, expected) in zip(&tail[1..], &whole[1..]) {
        assert_abs_diff_eq!(state, expected, epsilon = TOLERANCE);
    }
    Ok(())
}

fn batch_may_be_reordered<L: Recurrent<f64>>(case: Case) -> Result<(), Error> {
    let (layer, arguments) = (case.layer::<L>(), case.padded::<L>());
    let results = layer.run(&arguments)?;
    let mut order: Vec<usize> = (0..case.n).collect();
    order.shuffle(&mut case.rng(5));

    let Arguments { x, lengths, state } = &arguments;
    let reordered = layer.run(&Arguments {
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
    let mut layer = case.layer::<L>();
    for mut weights in layer.parameters_mut() {
        weights *= scale;
    }
    let results = layer.run(&case.arguments::<L>())?;
    assert!(results[..2].iter().flatten().all(|h| h.abs() <= 1.0));
    Ok(())
}

fn batch_is_its_sequences<L: Recurrent<f64>>(case: Case) -> Result<(), Error> {
    let (layer, arguments) = (case.layer::<L>(), case.padded::<L>());
    let results = layer.run(&arguments)?;
    for n in 0..case.n {
        let alone = alone(&arguments, n);
        let expected = layer.run(&alone)?;
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
    let (layer, arguments) = (case.layer::<L>(), case.padded::<L>());
    let d_results = case.d_results::<L>();
    let batch = gradients(&layer, &arguments, &d_results)?;
    let mut sums: Vec<_> = batch.weights.iter().map(|array| ArrayD::zeros(array.shape())).collect();
    for n in 0..case.n {
        let alone = alone(&arguments, n);
        let length = alone.x.len_of(Axis(1));
        let mut d_alone = vec![sequence(&d_results[0], n).split_at(Axis(1), length).0.to_owned()];
        d_alone.extend(d_results[1..].iter().map(|d_state| state_of(d_state, n).to_owned()));

        let expected = gradients(&layer, &alone, &d_alone)?;
        zip(&mut sums, &expected.weights).for_each(|(sum, gradient)| *sum += gradient);
        let (valid, padding) = sequence(&batch.x, n).split_at(Axis(1), length);
        assert_abs_diff_eq!(valid, expected.x, epsilon = GRADIENT_TOLERANCE);
        assert!(padding.iter().all(|&gradient| gradient == 0.0));
        for (state, expected) in zip(&batch.state, &expected.state) {
            assert_abs_diff_eq!(state_of(state, n), *expected, epsilon = GRADIENT_TOLERANCE);
        }
    }
    for (gradient, sum) in zip(&batch.weights, &sums) {
        assert_abs_diff_eq!(gradient, sum, epsilon = GRADIENT_TOLERANCE);
    }
    Ok(())
}

/// Not even multiplied by zero: NaN would not go away.
fn padding_may_be_anything<L: Recurrent<f64>>(case: Case) -> Result<(), Error> {
    let (layer, clean) = (case.layer::<L>(), case.padded::<L>());
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
    assert_eq!(layer.run(&dirty)?, layer.run(&clean)?);
    assert_eq!(gradients(&layer, &dirty, &d_dirty)?, gradients(&layer, &clean, &d_clean)?);
    Ok(())
}

fn lengths_may_be_left_out<L: Recurrent<f64>>(case: Case) -> Result<(), Error> {
    let (layer, without) = (case.layer::<L>(), case.arguments::<L>());
    let with = Arguments { lengths: Some(vec![case.t; case.n]), ..without.clone() };
    let d_results = case.d_results::<L>();
    assert_eq!(layer.run(&with)?, layer.run(&without)?);
    assert_eq!(gradients(&layer, &with, &d_results)?, gradients(&layer, &without, &d_results)?);
    Ok(())
}

fn gradients<L: Recurrent<f64>>(
    layer: &L,
    arguments: &Arguments<f64>,
    d_results: &[Array3<f64>],
) -> Result<Gradients<f64>, Error> {
    let d_results: Vec<_> = d_results.iter().cloned().map(Some).collect();
    Ok(layer.run_back(arguments, &d_results)?.1)
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

/// Of `[1, N, H]`, the state of one sequence `[1, 1, H]`.
fn state_of(states: &Array3<f64>, n: usize) -> ArrayView3<'_, f64> {
    states.slice_axis(Axis(1), (n..=n).into())
}

fn row(states: &Array3<f64>, n: usize) -> Array1<f64> {
    states.index_axis(Axis(0), 0).row(n).to_owned()
}
