//! The gradients of self-attention as plain loops, and mistakes on the way back.

use std::iter::zip;

use super::attention::{
    Formulas, Matrix, RIGHT as FORWARD, Rows, inputs, keys, padded, product, queries, transposed,
    values, weights,
};
use super::plain::dot;
use super::table::{Mutant, Table, accept, any, rows};
use crate::vectors::Vectors;
use crate::vectors::attention::{AttentionArrays, AttentionShape, AttentionVector};

/// The places where a mutant departs from the right gradients.
#[derive(Clone, Copy)]
struct Back {
    /// The forward pass that the gradients are taken of.
    forward: Formulas,
    /// Through the softmax: from A and the gradient by it to the gradient by the scores.
    softmax: fn(&Rows, &Rows) -> Matrix,
    /// What the gradients by queries and keys are multiplied by.
    scale: fn(AttentionShape) -> f64,
    /// What of the gradient by the scores is multiplied by the queries, for the keys.
    for_keys: fn(&Rows) -> Matrix,
    /// What of A is multiplied by the gradient of the output, for the values.
    for_values: fn(&Rows) -> Matrix,
    /// From `(dL/dQ, dL/dK, dL/dV)` of a sequence to what is handed to the projections.
    projections: fn([Matrix; 3]) -> [Matrix; 3],
    /// From the three parts of the gradient by x to their sum; a factor for each.
    parts: [f64; 3],
}

const RIGHT: Back = Back {
    forward: FORWARD,
    softmax: |weights, d| softmax_back(weights, d, dot),
    scale: FORWARD.scale,
    for_keys: transposed,
    for_values: transposed,
    projections: |gradients| gradients,
    parts: [1.0; 3],
};

const MUTANTS: [Mutant<AttentionArrays, AttentionVector>; 22] = [
    ("softmax without what all weights share", any, |v| {
        with(v, |f| f.softmax = |weights, d| softmax_back(weights, d, |_, _| 0.0))
    }),
    ("plain mean for the weighted one", any, |v| {
        with(v, |f| f.softmax = |weights, d| softmax_back(weights, d, plain_mean))
    }),
    ("weights left out of the softmax", any, |v| with(v, |f| f.softmax = |_, d| d.to_vec())),
    ("nothing through the softmax", any, |v| {
        with(v, |f| f.softmax = |_, d| vec![vec![0.0; d.len()]; d.len()])
    }),
    ("softmax back over the steps that look", any, |v| {
        with(v, |f| {
            f.softmax =
                |weights, d| transposed(&(RIGHT.softmax)(&transposed(weights), &transposed(d)));
        })
    }),
    ("no scale", any, |v| with(v, |f| f.scale = |_| 1.0)),
    ("scale twice", any, |v| with(v, |f| f.scale = |shape| 1.0 / shape.size as f64)),
    ("gradients of queries and keys swapped", any, |v| {
        with(v, |f| f.projections = |[q, k, v]| [k, q, v])
    }),
    ("scores not transposed for keys", any, |v| with(v, |f| f.for_keys = <[_]>::to_vec)),
    ("weights not transposed for values", any, |v| with(v, |f| f.for_values = <[_]>::to_vec)),
    ("gradient of queries lost", any, |v| {
        with(v, |f| f.projections = |[q, k, v]| [zeros(&q), k, v])
    }),
    ("gradient of keys lost", any, |v| with(v, |f| f.projections = |[q, k, v]| [q, zeros(&k), v])),
    ("gradient of values lost", any, |v| {
        with(v, |f| f.projections = |[q, k, v]| [q, k, zeros(&v)])
    }),
    ("inputs: the part of the queries lost", any, |v| with(v, |f| f.parts = [0.0, 1.0, 1.0])),
    ("inputs: the part of the keys lost", any, |v| with(v, |f| f.parts = [1.0, 0.0, 1.0])),
    ("inputs: the part of the values lost", any, |v| with(v, |f| f.parts = [1.0, 1.0, 0.0])),
    ("gradient of b_q lost", any, |v| changed(v, |gradients| gradients.b_q.fill(0.0))),
    ("gradient of b_v lost", any, |v| changed(v, |gradients| gradients.b_v.fill(0.0))),
    ("gradient of b_k that of b_q", any, |v| changed(v, |g| g.b_k.clone_from(&g.b_q))),
    ("the mask forgotten on the way back", any, |v| {
        with(v, |f| f.forward.visible = |v, n, _, s| s < v.length(n))
    }),
    ("mean over the batch for its sum", any, mean_over_the_batch),
    ("the last sequence's weights only", any, last_sequence_only),
];

const PADDED: [Mutant<AttentionArrays, AttentionVector>; 2] = [
    ("gradient at padding counted", padded, |v| edited(v, |v| v.lengths = None)),
    ("padding looked at on the way back", padded, |v| {
        with(v, |f| f.forward.visible = |v, _, t, s| !v.causal || s <= t)
    }),
];

#[test]
fn the_right_gradients_are_accepted_by_all() {
    accept(&Vectors::attention_gradients(), |vector| &vector.name, |v| back(v, &RIGHT));
}

pub fn tables() -> Vec<Table> {
    let vectors = Vectors::attention_gradients().vectors;
    vec![
        Table::single("attention-gradients", rows(&vectors, &MUTANTS)),
        Table::single("attention-gradients-padded", rows(&vectors, &PADDED)),
    ]
}

/// The gradients, changed in some places.
fn with(vector: &AttentionVector, change: fn(&mut Back)) -> AttentionArrays {
    let mut formulas = RIGHT;
    change(&mut formulas);
    back(vector, &formulas)
}

fn back(vector: &AttentionVector, back: &Back) -> AttentionArrays {
    let AttentionShape { t, d, size, .. } = vector.shape;
    let given = &vector.given;
    let mut gradients = AttentionArrays {
        w_q: vec![0.0; given.w_q.len()],
        b_q: vec![0.0; size],
        w_k: vec![0.0; given.w_k.len()],
        b_k: vec![0.0; size],
        w_v: vec![0.0; given.w_v.len()],
        b_v: vec![0.0; size],
        x: vec![0.0; given.x.len()],
    };
    for sequence in 0..vector.shape.n {
        let x = inputs(vector, sequence);
        let d_x = &mut gradients.x[sequence * t * d..][..t * d];
        let [d_q, d_k, d_v] = (back.projections)(sequence_back(vector, sequence, back));
        let [q, k, v] = back.parts;
        linear_back(&x, &d_q, &given.w_q, &mut gradients.w_q, &mut gradients.b_q, (q, d_x));
        linear_back(&x, &d_k, &given.w_k, &mut gradients.w_k, &mut gradients.b_k, (k, d_x));
        linear_back(&x, &d_v, &given.w_v, &mut gradients.w_v, &mut gradients.b_v, (v, d_x));
    }
    gradients
}

/// The gradients by queries, keys and values.
fn sequence_back(vector: &AttentionVector, sequence: usize, back: &Back) -> [Matrix; 3] {
    let AttentionShape { t, size, .. } = vector.shape;
    let mut d_output: Matrix = vector.d_output[sequence * t * size..][..t * size]
        .chunks(size)
        .map(<[_]>::to_vec)
        .collect();
    d_output[vector.length(sequence)..].iter_mut().for_each(|row| row.fill(0.0));

    let weights = weights(vector, sequence, &back.forward);
    let d_weights = product(&d_output, &transposed(&values(vector, sequence, &back.forward)));
    let mut d_scores = (back.softmax)(&weights, &d_weights);
    d_scores.iter_mut().flatten().for_each(|d| *d *= (back.scale)(vector.shape));
    [
        product(&d_scores, &keys(vector, sequence)),
        product(&(back.for_keys)(&d_scores), &queries(vector, sequence)),
        product(&(back.for_values)(&weights), &d_output),
    ]
}

/// `A (dL/dA - shared)`, row by row, where `shared` is what all weights of a row share.
fn softmax_back(weights: &Rows, d_weights: &Rows, shared: fn(&[f64], &[f64]) -> f64) -> Matrix {
    let row = |(weights, d): (&Vec<f64>, &Vec<f64>)| {
        let shared = shared(weights, d);
        zip(weights, d).map(|(weight, d)| weight * (d - shared)).collect()
    };
    zip(weights, d_weights).map(row).collect()
}

fn plain_mean(_: &[f64], d_weights: &[f64]) -> f64 {
    d_weights.iter().sum::<f64>() / d_weights.len() as f64
}

/// Adds what one sequence says to the gradients by a weight and a bias, and to those by its inputs,
/// these times a factor.
fn linear_back(
    x: &Rows,
    d_y: &Rows,
    weight: &[f64],
    d_weight: &mut [f64],
    d_bias: &mut [f64],
    (factor, d_x): (f64, &mut [f64]),
) {
    let d = x[0].len();
    for ((x, d_y), d_x) in zip(zip(x, d_y), d_x.chunks_mut(d)) {
        for (row, d_y) in d_y.iter().enumerate() {
            d_bias[row] += d_y;
            for column in 0..d {
                d_weight[row * d + column] += d_y * x[column];
                d_x[column] += factor * d_y * weight[row * d + column];
            }
        }
    }
}

/// The right formulas, given wrong numbers.
fn edited(vector: &AttentionVector, edit: impl Fn(&mut AttentionVector)) -> AttentionArrays {
    let mut vector = vector.clone();
    edit(&mut vector);
    back(&vector, &RIGHT)
}

/// The right gradients, changed afterwards.
fn changed(vector: &AttentionVector, change: impl Fn(&mut AttentionArrays)) -> AttentionArrays {
    let mut gradients = back(vector, &RIGHT);
    change(&mut gradients);
    gradients
}

fn mean_over_the_batch(vector: &AttentionVector) -> AttentionArrays {
    let n = vector.shape.n as f64;
    changed(vector, |AttentionArrays { w_q, b_q, w_k, b_k, w_v, b_v, .. }| {
        for gradient in [w_q, b_q, w_k, b_k, w_v, b_v].into_iter().flatten() {
            *gradient /= n;
        }
    })
}

fn last_sequence_only(vector: &AttentionVector) -> AttentionArrays {
    let AttentionShape { n, t, size, .. } = vector.shape;
    let last = edited(vector, |v| v.d_output[..(n - 1) * t * size].fill(0.0));
    AttentionArrays { x: back(vector, &RIGHT).x, ..last }
}

fn zeros(like: &Rows) -> Matrix {
    like.iter().map(|row| vec![0.0; row.len()]).collect()
}
