//! The gradients of self-attention as plain loops, and mistakes on the way back.

use std::iter::zip;

use super::attention::{
    Formulas, Matrix, RIGHT as FORWARD, Rows, inputs, keys, product, queries, transposed, values,
    weights,
};
use super::plain::dot;
use super::table::{Row, Table};
use crate::vectors::attention::{AttentionArrays, AttentionShape, AttentionVector};
use crate::vectors::{F32_GRADIENT_TOLERANCE, F64_GRADIENT_TOLERANCE, Vectors};

/// A mutant is rejected where it is off by this much: a thousand times what the tests allow in f32.
const REJECTION: f64 = 1000.0 * F32_GRADIENT_TOLERANCE;

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

/// A name and the wrong gradients.
type Mutant = (&'static str, fn(&AttentionVector) -> AttentionArrays);

const MUTANTS: [Mutant; 22] = [
    ("softmax without what all weights share", |v| {
        back(v, &Back { softmax: |weights, d| softmax_back(weights, d, |_, _| 0.0), ..RIGHT })
    }),
    ("plain mean for the weighted one", |v| {
        back(v, &Back { softmax: |weights, d| softmax_back(weights, d, plain_mean), ..RIGHT })
    }),
    ("weights left out of the softmax", |v| back(v, &Back { softmax: |_, d| d.to_vec(), ..RIGHT })),
    ("nothing through the softmax", |v| {
        back(v, &Back { softmax: |_, d| vec![vec![0.0; d.len()]; d.len()], ..RIGHT })
    }),
    ("softmax back over the steps that look", |v| {
        back(
            v,
            &Back {
                softmax: |weights, d| {
                    transposed(&(RIGHT.softmax)(&transposed(weights), &transposed(d)))
                },
                ..RIGHT
            },
        )
    }),
    ("no scale", |v| back(v, &Back { scale: |_| 1.0, ..RIGHT })),
    ("scale twice", |v| back(v, &Back { scale: |shape| 1.0 / shape.size as f64, ..RIGHT })),
    ("gradients of queries and keys swapped", |v| {
        back(v, &Back { projections: |[q, k, v]| [k, q, v], ..RIGHT })
    }),
    ("scores not transposed for keys", |v| back(v, &Back { for_keys: <[_]>::to_vec, ..RIGHT })),
    ("weights not transposed for values", |v| {
        back(v, &Back { for_values: <[_]>::to_vec, ..RIGHT })
    }),
    ("gradient of queries lost", |v| {
        back(v, &Back { projections: |[q, k, v]| [zeros(&q), k, v], ..RIGHT })
    }),
    ("gradient of keys lost", |v| {
        back(v, &Back { projections: |[q, k, v]| [q, zeros(&k), v], ..RIGHT })
    }),
    ("gradient of values lost", |v| {
        back(v, &Back { projections: |[q, k, v]| [q, k, zeros(&v)], ..RIGHT })
    }),
    ("inputs: the part of the queries lost", |v| {
        back(v, &Back { parts: [0.0, 1.0, 1.0], ..RIGHT })
    }),
    ("inputs: the part of the keys lost", |v| back(v, &Back { parts: [1.0, 0.0, 1.0], ..RIGHT })),
    ("inputs: the part of the values lost", |v| back(v, &Back { parts: [1.0, 1.0, 0.0], ..RIGHT })),
    ("gradient of b_q lost", |v| changed(v, |gradients| gradients.b_q.fill(0.0))),
    ("gradient of b_v lost", |v| changed(v, |gradients| gradients.b_v.fill(0.0))),
    ("gradient of b_k that of b_q", |v| changed(v, |g| g.b_k.clone_from(&g.b_q))),
    ("the mask forgotten on the way back", |v| {
        let forward = Formulas { visible: |v, n, _, s| s < v.length(n), ..FORWARD };
        back(v, &Back { forward, ..RIGHT })
    }),
    ("mean over the batch for its sum", mean_over_the_batch),
    ("the last sequence's weights only", last_sequence_only),
];

const PADDED: [Mutant; 2] = [
    ("gradient at padding counted", |v| edited(v, |v| v.lengths = None)),
    ("padding looked at on the way back", |v| {
        let forward = Formulas { visible: |v, _, t, s| !v.causal || s <= t, ..FORWARD };
        back(v, &Back { forward, ..RIGHT })
    }),
];

#[test]
fn the_right_gradients_are_accepted_by_all() {
    let vectors = Vectors::attention_gradients();
    for vector in &vectors.vectors {
        let gradients = back(vector, &RIGHT);
        let wide = gradients.deviation(vector.float64.gradients());
        let narrow = gradients.deviation(vector.float32.gradients());
        assert!(
            wide <= F64_GRADIENT_TOLERANCE && narrow <= F32_GRADIENT_TOLERANCE,
            "{}: off by {wide:e} and {narrow:e} from {}",
            vector.name,
            vectors.made_with(),
        );
    }
}

pub fn tables() -> Vec<Table> {
    vec![
        Table::single("attention-gradients", rows(&MUTANTS, |_| true)),
        Table::single("attention-gradients-padded", rows(&PADDED, |v| v.lengths.is_some())),
    ]
}

#[test]
fn wrong_gradients_are_rejected() {
    tables().iter().for_each(Table::assert_all_rejected);
}

fn rows(mutants: &[Mutant], fits: fn(&AttentionVector) -> bool) -> Vec<Row> {
    let vectors = Vectors::attention_gradients().vectors;
    let row = |(name, mutant): &Mutant| {
        let fitting = vectors.iter().filter(|vector| fits(vector));
        let off = fitting.map(|vector| mutant(vector).deviation(vector.float64.gradients()));
        Row::new(name, off, REJECTION)
    };
    mutants.iter().map(row).collect()
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
