//! Mistakes that can be made in every network.

use std::iter::zip;

use super::plain::{edited, plain, swap_axes, transposed};
use super::table::{Mutant, Table, accept, any, d_is_h, n_is_t, rows};
use crate::vectors::{CellArrays, Computed, F64_TOLERANCE, Outcome, Shape, Vector, Vectors};

pub const MUTANTS: [Mutant<Outcome>; 11] = [
    ("b_ih left out", any, |v| edited(v, |v| v.cells[0].b_ih.fill(0.0))),
    ("b_hh left out", any, |v| edited(v, |v| v.cells[0].b_hh.fill(0.0))),
    ("W_hh transposed", any, w_hh_transposed),
    ("W_ih transposed", d_is_h, w_ih_transposed),
    ("W_ih and W_hh swapped", d_is_h, weights_swapped),
    ("h_0 ignored", any, |v| edited(v, |v| v.h_0 = None)),
    ("initial state at every step", any, initial_state_at_every_step),
    ("output a step late", any, output_a_step_late),
    ("h_n the first state", any, h_n_the_first_state),
    ("h_n of the last sequence for all", any, h_n_of_the_last_sequence),
    ("batch and time swapped", n_is_t, batch_and_time_swapped),
];

pub fn tables() -> Vec<Table> {
    let networks = [("RNN", Vectors::rnn()), ("LSTM", Vectors::lstm()), ("GRU", Vectors::gru())];
    let columns = networks.map(|(network, vectors)| (network, rows(&vectors.vectors, &MUTANTS)));
    vec![Table::new("common", columns.into())]
}

#[test]
fn the_right_formula_is_accepted_by_all() {
    for vectors in [Vectors::rnn(), Vectors::lstm(), Vectors::gru(), Vectors::gradients()] {
        accept(&vectors, |vector| &vector.name, plain);
    }
}

#[test]
fn one_step_from_zero_says_nothing_about_w_hh() {
    for vectors in [Vectors::rnn(), Vectors::lstm(), Vectors::gru()] {
        let one_step =
            vectors.vectors.into_iter().filter(|vector| vector.shape.t == 1 && vector.shape.h > 1);
        let (from_zero, from_h_0): (Vec<_>, Vec<_>) = one_step.partition(|v| v.h_0.is_none());
        assert!(!from_zero.is_empty() && !from_h_0.is_empty());

        for vector in &from_zero {
            let [off, _] = w_hh_transposed(vector).off(vector);
            assert!(off <= F64_TOLERANCE, "{} sees W_hh", vector.name);
        }
        for vector in &from_h_0 {
            assert!(w_hh_transposed(vector).is_rejected(vector), "{} is blind to it", vector.name);
        }
    }
}

fn w_hh_transposed(vector: &Vector) -> Outcome {
    edited(vector, |v| v.cells[0].w_hh = transposed(&v.cells[0].w_hh, v.shape.h))
}

fn w_ih_transposed(vector: &Vector) -> Outcome {
    edited(vector, |v| v.cells[0].w_ih = transposed(&v.cells[0].w_ih, v.shape.h))
}

fn weights_swapped(vector: &Vector) -> Outcome {
    edited(vector, |v| {
        let CellArrays { w_ih, w_hh, .. } = &mut v.cells[0];
        std::mem::swap(w_ih, w_hh);
    })
}

/// The state is not handed on: N T sequences of one step each.
fn initial_state_at_every_step(vector: &Vector) -> Outcome {
    let Shape { n, t, h, .. } = vector.shape;
    let repeated =
        |state: &[f64]| state.chunks(h).flat_map(|state| state.repeat(t)).collect::<Vec<_>>();
    let outcome = edited(vector, |v| {
        v.shape = Shape { n: n * t, t: 1, ..v.shape };
        v.h_0 = v.h_0.as_deref().map(repeated);
        v.c_0 = v.c_0.as_deref().map(repeated);
    });
    Outcome {
        h_n: states_at(t - 1, &outcome.h_n, vector.shape),
        c_n: states_at(t - 1, &outcome.c_n, vector.shape),
        ..outcome
    }
}

/// `output` holds the state before each step, `h_0` first.
fn output_a_step_late(vector: &Vector) -> Outcome {
    let Shape { n, t, h, .. } = vector.shape;
    let h_0 = vector.h_0.clone().unwrap_or_else(|| vec![0.0; n * h]);
    let outcome = plain(vector);
    let output = zip(h_0.chunks(h), outcome.output.chunks(t * h))
        .flat_map(|(h_0, states)| [h_0, &states[..(t - 1) * h]].concat())
        .collect();
    Outcome { output, ..outcome }
}

fn h_n_the_first_state(vector: &Vector) -> Outcome {
    let outcome = plain(vector);
    Outcome { h_n: states_at(0, &outcome.output, vector.shape), ..outcome }
}

fn h_n_of_the_last_sequence(vector: &Vector) -> Outcome {
    let Shape { n, h, .. } = vector.shape;
    let outcome = plain(vector);
    Outcome { h_n: outcome.h_n[(n - 1) * h..].repeat(n), ..outcome }
}

/// The arguments taken for time first.
fn batch_and_time_swapped(vector: &Vector) -> Outcome {
    let Shape { n, t, d, h } = vector.shape;
    let swapped = edited(vector, |v| v.x = swap_axes(&v.x, n, t, d));
    Outcome { output: swap_axes(&swapped.output, t, n, h), ..swapped }
}

fn states_at(step: usize, states: &[f64], shape: Shape) -> Vec<f64> {
    let Shape { t, h, .. } = shape;
    states.chunks(t * h).flat_map(|states| &states[step * h..][..h]).copied().collect()
}
