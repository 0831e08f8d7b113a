//! Mistakes in the LSTM alone.

use std::mem::swap;

use super::orders::wrong_orders;
use super::plain::{State, each, edited, lstm_gates, plain, run, sigmoid};
use super::table::{Mutant, Table, accept, any, rows};
use crate::vectors::{CellArrays, Outcome, Vector, Vectors};

const MUTANTS: [Mutant<Outcome>; 11] = [
    ("c_0 ignored", any, |v| edited(v, |v| v.c_0 = None)),
    ("h_0 and c_0 swapped", any, |v| edited(v, |v| swap(&mut v.h_0, &mut v.c_0))),
    ("h_n and c_n swapped", any, last_states_swapped),
    ("h = o c", any, |v| with_state(v, |_, o, c| o * c, right_c)),
    ("h = tanh(c)", any, |v| with_state(v, |_, _, c| c.tanh(), right_c)),
    ("h = o tanh(c before)", any, |v| with_state(v, |c, o, _| o * c.tanh(), right_c)),
    ("h = o sigma(c)", any, |v| with_state(v, |_, o, c| o * sigmoid(c), right_c)),
    ("no forget gate", any, |v| with_state(v, right_h, |[i, _, g], c| c + i * g)),
    ("no input gate", any, |v| with_state(v, right_h, |[_, f, g], c| f * c + g)),
    ("1 - f for the input gate", any, |v| {
        with_state(v, right_h, |[_, f, g], c| f * c + (1.0 - f) * g)
    }),
    ("sigma for tanh in g", any, sigmoid_in_g),
];

pub fn tables() -> Vec<Table> {
    let vectors = Vectors::lstm().vectors;
    vec![
        Table::single("lstm", rows(&vectors, &MUTANTS)),
        Table::single("lstm-orders", wrong_orders(&vectors, "ifgo")),
    ]
}

#[test]
fn every_wrong_order_of_the_gates_is_tried() {
    assert_eq!(wrong_orders(&Vectors::lstm().vectors, "ifgo").len(), 23);
}

/// Each gate adds both biases: which is which cannot be seen, unlike in the GRU.
#[test]
fn swapped_biases_are_no_mistake() {
    accept(&Vectors::lstm(), |v| &v.name, |v| edited(v, |v| swap_biases(&mut v.cells[0])));
}

/// Of the input's product and of the state's.
pub fn swap_biases(CellArrays { b_ih, b_hh, .. }: &mut CellArrays) {
    swap(b_ih, b_hh);
}

fn right_h(_: f64, o: f64, c: f64) -> f64 {
    o * c.tanh()
}

fn right_c([i, f, g]: [f64; 3], c: f64) -> f64 {
    f * c + i * g
}

/// `next_h` gets the cell state before the step, the output gate, and the cell state after;
/// `next_c` the other gates and the cell state before.
fn with_state(
    vector: &Vector,
    next_h: fn(f64, f64, f64) -> f64,
    next_c: fn([f64; 3], f64) -> f64,
) -> Outcome {
    run(vector, |x, State { h, c }| {
        let [i, f, g, o] = lstm_gates(vector, x, h);
        let after = each(c, |k| next_c([i[k], f[k], g[k]], c[k]));
        State { h: each(h, |k| next_h(c[k], o[k], after[k])), c: after }
    })
}

fn last_states_swapped(vector: &Vector) -> Outcome {
    let outcome = plain(vector);
    Outcome { h_n: outcome.c_n, c_n: outcome.h_n, ..outcome }
}

/// tanh(z) = 2 sigma(2 z) - 1: the gate's own formula solved for sigma(z).
fn sigmoid_in_g(vector: &Vector) -> Outcome {
    with_state(vector, right_h, |[i, f, g], c| f * c + i * sigmoid(g.atanh()))
}
