//! Sequences of a batch, of equal and of unequal lengths.

use std::iter::zip;

use ndarray::{Array3, ArrayD, Axis};
use proptest::prelude::*;
use rand::seq::SliceRandom;
use rnn::{Error, MinGruCell};

use super::{Case, GRADIENT_TOLERANCE, TOLERANCE, assert_all_close, assert_close, cases, config};
use crate::recurrent::{Arguments, Recurrent, Sizes, everything, of_all_cells, run, run_back};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn sequences_of_a_batch_do_not_meet(case in cases()) {
        of_all_cells!(batch_may_be_reordered(case)?);
    }

    #[test]
    fn a_padded_batch_is_its_sequences(case in cases()) {
        of_all_cells!(batch_is_its_sequences(case)?);
    }

    #[test]
    fn padding_is_never_read(case in cases()) {
        of_all_cells!(padding_may_be_anything(case)?);
    }

    #[test]
    fn full_lengths_are_no_lengths(case in cases()) {
        of_all_cells!(lengths_may_be_left_out(case)?);
    }
}

/// From 2^14 numbers on, the scan of a minGRU runs in pieces; alone, these sequences are shorter.
#[test]
fn a_long_scan_is_that_of_its_sequences() -> Result<(), Error> {
    let sizes = Sizes { d: 2, h: 8, layers: 1, bidirectional: true };
    batch_is_its_sequences::<MinGruCell<f64>>(Case { n: 40, t: 60, sizes, seed: 1 })
}

fn batch_may_be_reordered<C: Recurrent<Real = f64>>(case: Case) -> Result<(), Error> {
    let (network, arguments) = (case.network::<C>(), case.padded::<C>());
    let results = run(&network, &arguments)?;
    let mut order: Vec<usize> = (0..case.n).collect();
    order.shuffle(&mut case.rng(5));

    let of_states = |states: &Array3<f64>| states.select(Axis(1), &order);
    let Arguments { x, lengths, state } = &arguments;
    let reordered = Arguments {
        x: x.select(Axis(0), &order),
        lengths: lengths.as_ref().map(|lengths| order.iter().map(|&n| lengths[n]).collect()),
        state: state.as_ref().map(|state| state.iter().map(of_states).collect()),
    };
    let reordered = run(&network, &reordered)?;
    assert_close(&reordered[0], &results[0].select(Axis(0), &order), TOLERANCE);
    assert_all_close(&reordered[1..], results[1..].iter().map(of_states), TOLERANCE);
    Ok(())
}

/// And its gradients: those of the weights add up.
fn batch_is_its_sequences<C: Recurrent<Real = f64>>(case: Case) -> Result<(), Error> {
    let (network, given, d_results) =
        (case.network::<C>(), case.padded::<C>(), case.d_results::<C>());
    let results = run(&network, &given)?;
    let (saved, gradients) = run_back(&network, &given, &d_results)?;
    let mut sums: Vec<_> =
        gradients.weights.iter().map(|array| ArrayD::zeros(array.shape())).collect();
    for n in 0..case.n {
        let length = given.lengths.as_ref().map_or(case.t, |lengths| lengths[n]);
        let state_of = |states: &Array3<f64>| states.select(Axis(1), &[n]);
        let sequence = |batch: &Array3<f64>| {
            let sequence = batch.select(Axis(0), &[n]);
            let (valid, padding) = sequence.view().split_at(Axis(1), length);
            (valid.to_owned(), padding.iter().all(|&number| number == 0.0))
        };
        let state = given.state.as_ref().map(|state| state.iter().map(state_of).collect());
        let alone = Arguments { x: sequence(&given.x).0, lengths: None, state };
        let mut d_alone = vec![sequence(&d_results[0]).0];
        d_alone.extend(d_results[1..].iter().map(state_of));

        let expected = run(&network, &alone)?;
        let (_, back) = run_back(&network, &alone, &d_alone)?;
        for (batch, expected, tolerance) in [
            (&results[0], &expected[0], TOLERANCE),
            (&saved[0], &expected[0], TOLERANCE),
            (&gradients.x, &back.x, GRADIENT_TOLERANCE),
        ] {
            let (valid, zero_behind) = sequence(batch);
            assert_close(&valid, expected, tolerance);
            assert!(zero_behind);
        }
        assert_all_close(&expected[1..], results[1..].iter().map(state_of), TOLERANCE);
        assert_all_close(&expected[1..], saved[1..].iter().map(state_of), TOLERANCE);
        assert_all_close(&back.state, gradients.state.iter().map(state_of), GRADIENT_TOLERANCE);
        zip(&mut sums, &back.weights).for_each(|(sum, gradient)| *sum += gradient);
    }
    assert_all_close(&gradients.weights, sums, GRADIENT_TOLERANCE);
    Ok(())
}

/// Not even multiplied by zero: NaN would not go away.
fn padding_may_be_anything<C: Recurrent<Real = f64>>(case: Case) -> Result<(), Error> {
    let (network, clean, d_clean) =
        (case.network::<C>(), case.padded::<C>(), case.d_results::<C>());
    let (mut dirty, mut d_dirty) = (clean.clone(), d_clean.clone());
    for (n, &length) in clean.lengths.iter().flatten().enumerate() {
        for padded in [&mut dirty.x, &mut d_dirty[0]] {
            let mut sequence = padded.index_axis_mut(Axis(0), n);
            sequence.slice_axis_mut(Axis(0), (length..).into()).fill(f64::NAN);
        }
    }
    let expected = everything(&network, &clean, &d_clean)?;
    assert_eq!(everything(&network, &dirty, &d_dirty)?, expected);
    Ok(())
}

fn lengths_may_be_left_out<C: Recurrent<Real = f64>>(case: Case) -> Result<(), Error> {
    let (network, without, d_results) =
        (case.network::<C>(), case.arguments::<C>(), case.d_results::<C>());
    let with = Arguments { lengths: Some(vec![case.t; case.n]), ..without.clone() };
    let expected = everything(&network, &without, &d_results)?;
    assert_eq!(everything(&network, &with, &d_results)?, expected);
    Ok(())
}
