//! Mistakes on the way back.

use std::iter::zip;

use super::backward::{
    RIGHT, StepBack, back, lstm_back, rnn_back, step_back, transposed_product, with, zeros,
};
use super::plain::{State, transposed};
use super::table::{Mutant, NETWORKS, Table, accept, any, columns, d_is_h, of_network, rows};
use crate::vectors::{CellArrays, Gradients, Shape, Vector, Vectors};

const COMMON: [Mutant<Gradients>; 13] = [
    ("cut after one step", any, |v| with(v, |f| f.hand_on = |d| zeros(&d))),
    ("nothing through W_hh", any, |v| with(v, |f| f.through_w_hh = nothing)),
    ("W_hh not transposed", any, |v| with(v, |f| f.through_w_hh = through_w_hh_as_it_is)),
    ("W_ih not transposed", d_is_h, |v| with(v, |f| f.through_w_ih = through_w_ih_as_it_is)),
    ("state after the step for W_hh", any, |v| with(v, |f| f.factor = |_, after| &after.h)),
    ("gradient of h_n forgotten", any, |v| edited(v, |v| v.d_h_n.fill(0.0))),
    ("gradient of output forgotten", any, |v| edited(v, |v| v.d_output.fill(0.0))),
    ("gradient of output, last step only", any, |v| edited(v, keep_last_step)),
    ("gradient at padding counted", any, |v| edited(v, |v| v.lengths = None)),
    ("gradient of h_0 lost", any, |v| changed(v, |gradients| gradients.h_0.fill(0.0))),
    ("gradient of b_hh lost", any, |v| changed(v, |gradients| gradients.cells[0].b_hh.fill(0.0))),
    ("mean over the batch for its sum", any, mean_over_the_batch),
    ("the last sequence's weights only", any, last_sequence_only),
];

const RNN: [Mutant<Gradients>; 2] = [
    ("1 - h for 1 - h^2", any, |v| {
        with(v, |f| f.step_back = |v, x, before, d| rnn_back(v, x, before, d, |h| 1.0 - h))
    }),
    ("no derivative of tanh", any, |v| {
        with(v, |f| f.step_back = |v, x, before, d| rnn_back(v, x, before, d, |_| 1.0))
    }),
];

const LSTM: [Mutant<Gradients>; 4] = [
    ("gradient of c_n forgotten", any, |v| edited(v, |v| v.d_c_n.fill(0.0))),
    ("gradient of c_0 lost", any, |v| changed(v, |gradients| gradients.c_0.fill(0.0))),
    ("cut along the cell state", any, |v| {
        with(v, |f| f.hand_on = |d| State { c: zeros(&d).c, ..d })
    }),
    ("no derivative of tanh(c)", any, |v| {
        with(v, |f| f.step_back = |v, x, before, d| lstm_back(v, x, before, d, |_| 1.0))
    }),
];

const GRU: [Mutant<Gradients>; 2] = [
    ("nothing past the gates", any, |v| {
        with(v, |f| {
            f.step_back =
                |v, x, before, d| StepBack { direct: zeros(before), ..step_back(v, x, before, d) }
        })
    }),
    ("b_hh as b_ih", any, |v| {
        changed(v, |gradients| {
            let CellArrays { b_ih, b_hh, .. } = &mut gradients.cells[0];
            b_hh.clone_from(b_ih);
        })
    }),
];

#[test]
fn the_right_gradients_are_accepted_by_all() {
    accept(&Vectors::gradients(), |vector| &vector.name, |vector| back(vector, &RIGHT));
}

pub fn tables() -> Vec<Table> {
    let vectors = Vectors::gradients().vectors;
    let own = zip(NETWORKS, [&RNN[..], &LSTM, &GRU])
        .map(|((name, network), own)| (name, rows(&of_network(&vectors, network), own)));
    vec![
        Table::new("gradients", columns(&vectors, &COMMON)),
        Table::new("gradients-own", own.collect()),
    ]
}

/// The right formulas, given wrong numbers.
fn edited(vector: &Vector, edit: impl Fn(&mut Vector)) -> Gradients {
    let mut vector = vector.clone();
    edit(&mut vector);
    back(&vector, &RIGHT)
}

/// The right gradients, changed afterwards.
fn changed(vector: &Vector, change: impl Fn(&mut Gradients)) -> Gradients {
    let mut gradients = back(vector, &RIGHT);
    change(&mut gradients);
    gradients
}

fn nothing(vector: &Vector, _: &[f64]) -> Vec<f64> {
    vec![0.0; vector.shape.h]
}

fn through_w_hh_as_it_is(vector: &Vector, d_hidden: &[f64]) -> Vec<f64> {
    transposed_product(&transposed(&vector.cells[0].w_hh, vector.shape.h), d_hidden)
}

pub fn through_w_ih_as_it_is(vector: &Vector, d_input: &[f64]) -> Vec<f64> {
    transposed_product(&transposed(&vector.cells[0].w_ih, vector.shape.h), d_input)
}

fn keep_last_step(vector: &mut Vector) {
    let Shape { t, h, .. } = vector.shape;
    for d_output in vector.d_output.chunks_mut(t * h) {
        d_output[..(t - 1) * h].fill(0.0);
    }
}

fn mean_over_the_batch(vector: &Vector) -> Gradients {
    let n = vector.shape.n as f64;
    changed(vector, |gradients| {
        let cell = &mut gradients.cells[0];
        *cell = cell.map(|gradient| gradient.iter().map(|gradient| gradient / n).collect());
    })
}

fn last_sequence_only(vector: &Vector) -> Gradients {
    let Shape { n, t, h, .. } = vector.shape;
    let last = edited(vector, |v| {
        v.d_output[..(n - 1) * t * h].fill(0.0);
        v.d_h_n[..(n - 1) * h].fill(0.0);
        v.d_c_n.iter_mut().take((n - 1) * h).for_each(|gradient| *gradient = 0.0);
    });
    let Gradients { x, h_0, c_0, .. } = back(vector, &RIGHT);
    Gradients { x, h_0, c_0, ..last }
}
