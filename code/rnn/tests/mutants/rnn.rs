//! Mistakes in the RNN alone.

use std::iter::zip;

use super::plain::{State, dot, run};
use super::table::{Mutant, Table, any, rows};
use crate::vectors::{CellArrays, Outcome, Vector, Vectors};

pub const MUTANTS: [Mutant<Outcome>; 3] = [
    ("biases subtracted", any, |v| activated(v, |z, b| (z - b).tanh())),
    ("biases after tanh", any, |v| activated(v, |z, b| z.tanh() + b)),
    ("relu for tanh", any, |v| activated(v, |z, b| (z + b).max(0.0))),
];

pub fn tables() -> Vec<Table> {
    vec![Table::single("rnn", rows(&Vectors::rnn().vectors, &MUTANTS))]
}

/// `activation` gets the sum of the products and that of the biases.
fn activated(vector: &Vector, activation: fn(f64, f64) -> f64) -> Outcome {
    let CellArrays { w_ih, w_hh, b_ih, b_hh } = &vector.cells[0];
    let biases: Vec<f64> = zip(b_ih, b_hh).map(|(a, b)| a + b).collect();
    run(vector, |x, State { h, c }| {
        let rows = zip(w_ih.chunks(x.len()), w_hh.chunks(h.len()));
        let next = zip(rows, &biases)
            .map(|((w_ih, w_hh), &bias)| activation(dot(w_ih, x) + dot(w_hh, h), bias))
            .collect();
        State { h: next, c: c.clone() }
    })
}
