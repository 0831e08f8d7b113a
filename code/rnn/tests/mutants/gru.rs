//! Mistakes in the GRU alone.

use std::iter::zip;

use super::lstm::swap_biases;
use super::orders::wrong_orders;
use super::plain::{GruGates, State, each, edited, gru_gates, products, run};
use super::table::{Mutant, Table, any, rows};
use crate::vectors::{Outcome, Vector, Vectors};

const MUTANTS: [Mutant<Outcome>; 8] = [
    ("reset before the product", any, reset_before_the_product),
    ("reset before the bias", any, reset_before_the_bias),
    ("reset of the input's part", any, reset_of_the_input),
    ("no reset gate", any, no_reset_gate),
    ("z and 1 - z swapped", any, |v| with_update(v, |z, n, h| z * n + (1.0 - z) * h)),
    ("no update gate", any, |v| with_update(v, |_, n, _| n)),
    ("h + z n", any, |v| with_update(v, |z, n, h| h + z * n)),
    ("b_ih and b_hh swapped", any, |v| edited(v, |v| swap_biases(&mut v.cells[0]))),
];

pub fn tables() -> Vec<Table> {
    let vectors = Vectors::gru().vectors;
    vec![
        Table::single("gru", rows(&vectors, &MUTANTS)),
        Table::single("gru-orders", wrong_orders(&vectors, "rzn")),
    ]
}

#[test]
fn every_wrong_order_of_the_gates_is_tried() {
    assert_eq!(wrong_orders(&Vectors::gru().vectors, "rzn").len(), 5);
}

/// As Cho et al. (2014) have it: `W_hn (r h)`, a product of what is left after the reset.
fn reset_before_the_product(vector: &Vector) -> Outcome {
    with_candidate(vector, |x, h| {
        let GruGates { r, .. } = gru_gates(vector, x, h);
        let reset: Vec<f64> = zip(r, h).map(|(r, h)| r * h).collect();
        let (input, hidden) = products(vector, x, &reset);
        each(h, |k| (input[2 * h.len() + k] + hidden[2 * h.len() + k]).tanh())
    })
}

fn reset_before_the_bias(vector: &Vector) -> Outcome {
    with_candidate(vector, |x, h| {
        let GruGates { r, hidden, .. } = gru_gates(vector, x, h);
        let (input, bias) = (products(vector, x, h).0, &vector.cells[0].b_hh[2 * h.len()..]);
        each(h, |k| (input[2 * h.len() + k] + r[k] * (hidden[k] - bias[k]) + bias[k]).tanh())
    })
}

fn reset_of_the_input(vector: &Vector) -> Outcome {
    with_candidate(vector, |x, h| {
        let GruGates { r, hidden, .. } = gru_gates(vector, x, h);
        let input = products(vector, x, h).0;
        each(h, |k| (r[k] * input[2 * h.len() + k] + hidden[k]).tanh())
    })
}

fn no_reset_gate(vector: &Vector) -> Outcome {
    with_candidate(vector, |x, h| {
        let (input, hidden) = products(vector, x, h);
        each(h, |k| (input[2 * h.len() + k] + hidden[2 * h.len() + k]).tanh())
    })
}

/// Another n, from x and h.
fn with_candidate(vector: &Vector, n: impl Fn(&[f64], &[f64]) -> Vec<f64>) -> Outcome {
    run(vector, |x, State { h, c }| {
        let (z, n) = (gru_gates(vector, x, h).z, n(x, h));
        State { h: each(h, |k| (1.0 - z[k]) * n[k] + z[k] * h[k]), c: c.clone() }
    })
}

/// Another next state, from z, n and h.
fn with_update(vector: &Vector, next: fn(f64, f64, f64) -> f64) -> Outcome {
    run(vector, |x, State { h, c }| {
        let GruGates { z, n, .. } = gru_gates(vector, x, h);
        State { h: each(h, |k| next(z[k], n[k], h[k])), c: c.clone() }
    })
}
