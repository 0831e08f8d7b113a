//! Self-attention as plain loops, and the mistakes that can be made in it.

use std::iter::zip;

use super::plain::{dot, each, swap_axes};
use super::table::{Mutant, Table, accept, any, rows};
use crate::vectors::attention::{AttentionArrays, AttentionShape, AttentionVector, Output};
use crate::vectors::{Computed, F64_TOLERANCE, Vectors};

/// A row for each step.
pub type Matrix = Vec<Vec<f64>>;

/// A matrix that is only read.
pub type Rows = [Vec<f64>];

/// The places where a mutant departs from the right formula.
#[derive(Clone, Copy)]
pub struct Formulas {
    /// What the products of queries and keys are multiplied by.
    pub scale: fn(AttentionShape) -> f64,
    /// Whether step t of a sequence looks at step s.
    pub visible: fn(&AttentionVector, usize, usize, usize) -> bool,
    /// From scores to weights; the score of a hidden step is -∞.
    pub softmax: fn(&Rows) -> Matrix,
    /// From the inputs of a sequence to its values.
    pub values: fn(&AttentionVector, &Rows) -> Matrix,
}

pub const RIGHT: Formulas = Formulas {
    scale: |shape| 1.0 / (shape.size as f64).sqrt(),
    visible,
    softmax: each_row,
    values: |v, x| project(x, &v.given.w_v, &v.given.b_v),
};

const MUTANTS: [Mutant<Output, AttentionVector>; 23] = [
    ("no scale", any, |v| with(v, |f| f.scale = |_| 1.0)),
    ("scale 1 / d", any, |v| with(v, |f| f.scale = |shape| 1.0 / shape.size as f64)),
    ("scale √d", any, |v| with(v, |f| f.scale = |shape| (shape.size as f64).sqrt())),
    ("scale 1 / √D", any, |v| with(v, |f| f.scale = |shape| 1.0 / (shape.d as f64).sqrt())),
    ("mask left out", causal, |v| edited(v, |v| v.causal = false)),
    ("mask where there is none", not_causal, |v| edited(v, |v| v.causal = true)),
    ("mask hides the step itself", causal, |v| {
        with(v, |f| f.visible = |v, n, t, s| s < t && s < v.length(n))
    }),
    ("mask shows the next step", causal, |v| {
        with(v, |f| f.visible = |v, n, t, s| s <= t + 1 && s < v.length(n))
    }),
    ("mask transposed", causal, |v| {
        with(v, |f| f.visible = |v, n, t, s| s >= t && s < v.length(n))
    }),
    ("score zero behind the mask", any_hidden, |v| with(v, |f| f.softmax = hidden_scores_zero)),
    ("masked after the softmax", any_hidden, masked_after_the_softmax),
    ("softmax over the steps that look", any, |v| {
        with(v, |f| f.softmax = |scores| transposed(&each_row(&transposed(scores))))
    }),
    ("softmax over all scores", any, |v| with(v, |f| f.softmax = over_all)),
    ("exponentials not divided by their sum", any, |v| {
        with(v, |f| f.softmax = |scores| scores.iter().map(|row| exponentials(row)).collect())
    }),
    ("the largest score not subtracted", any, |v| {
        with(v, |f| f.softmax = |scores| scores.iter().map(|row| unstable(row)).collect())
    }),
    ("queries and keys swapped", any, |v| edited(v, |v| swap_queries_and_keys(&mut v.given))),
    ("values not projected", d_is_size, |v| with(v, |f| f.values = |_, x| x.to_vec())),
    ("keys for values", any, |v| {
        with(v, |f| f.values = |v, x| project(x, &v.given.w_k, &v.given.b_k))
    }),
    ("b_q left out", any, |v| edited(v, |v| v.given.b_q.fill(0.0))),
    ("b_v left out", any, |v| edited(v, |v| v.given.b_v.fill(0.0))),
    ("weights transposed", d_is_size, |v| edited(v, transpose_weights)),
    ("batch and time swapped", n_is_t, batch_and_time_swapped),
    ("the first sequence for all", any, the_first_for_all),
];

const PADDED: [Mutant<Output, AttentionVector>; 4] = [
    ("padding looked at", padded, |v| with(v, |f| f.visible = |v, _, t, s| !v.causal || s <= t)),
    ("the first step of padding looked at", padded, |v| {
        with(v, |f| f.visible = |v, n, t, s| s <= v.length(n) && (!v.causal || s <= t))
    }),
    ("the last step not looked at", padded, |v| {
        with(v, |f| f.visible = |v, n, t, s| s + 1 < v.length(n) && (!v.causal || s <= t))
    }),
    ("output at padding not zero", padded, output_at_padding),
];

#[test]
fn the_right_formula_is_accepted_by_all() {
    accept(&Vectors::attention(), |vector| &vector.name, |vector| run(vector, &RIGHT));
}

pub fn tables() -> Vec<Table> {
    let vectors = Vectors::attention().vectors;
    vec![
        Table::single("attention", rows(&vectors, &MUTANTS)),
        Table::single("attention-padded", rows(&vectors, &PADDED)),
    ]
}

/// It adds the same to all scores of a row.
#[test]
fn the_bias_of_the_key_changes_nothing() {
    for vector in &Vectors::attention().vectors {
        let without = edited(vector, |v| v.given.b_k.fill(0.0));
        assert!(without.off(vector)[0] <= F64_TOLERANCE, "{}", vector.name);
    }
}

/// The outputs [N, T, d], flat; zero at padding.
pub fn run(vector: &AttentionVector, formulas: &Formulas) -> Output {
    let AttentionShape { n, t, size, .. } = vector.shape;
    let mut output = Vec::new();
    for n in 0..n {
        let rows = product(&weights(vector, n, formulas), &values(vector, n, formulas));
        output.extend(rows.into_iter().take(vector.length(n)).flatten());
        output.resize((n + 1) * t * size, 0.0);
    }
    output
}

/// The formula, changed in some places.
fn with(vector: &AttentionVector, change: fn(&mut Formulas)) -> Output {
    let mut formulas = RIGHT;
    change(&mut formulas);
    run(vector, &formulas)
}

/// The right formula, given wrong numbers.
pub fn edited(vector: &AttentionVector, edit: impl Fn(&mut AttentionVector)) -> Vec<f64> {
    let mut vector = vector.clone();
    edit(&mut vector);
    run(&vector, &RIGHT)
}

/// A, the weights of every step for every step of a sequence, padding included.
pub fn weights(vector: &AttentionVector, sequence: usize, formulas: &Formulas) -> Matrix {
    let scale = (formulas.scale)(vector.shape);
    let (q, k) = (queries(vector, sequence), keys(vector, sequence));
    let score = |t: usize, s: usize| {
        let seen = (formulas.visible)(vector, sequence, t, s);
        if seen { dot(&q[t], &k[s]) * scale } else { f64::NEG_INFINITY }
    };
    (formulas.softmax)(
        &(0..q.len()).map(|t| (0..k.len()).map(|s| score(t, s)).collect()).collect::<Matrix>(),
    )
}

pub fn queries(vector: &AttentionVector, sequence: usize) -> Matrix {
    project(&inputs(vector, sequence), &vector.given.w_q, &vector.given.b_q)
}

pub fn keys(vector: &AttentionVector, sequence: usize) -> Matrix {
    project(&inputs(vector, sequence), &vector.given.w_k, &vector.given.b_k)
}

pub fn values(vector: &AttentionVector, sequence: usize, formulas: &Formulas) -> Matrix {
    (formulas.values)(vector, &inputs(vector, sequence))
}

pub fn inputs(vector: &AttentionVector, sequence: usize) -> Matrix {
    let AttentionShape { t, d, .. } = vector.shape;
    let x = &vector.given.x[sequence * t * d..][..t * d];
    x.chunks(d).map(<[f64]>::to_vec).collect()
}

fn visible(vector: &AttentionVector, sequence: usize, t: usize, s: usize) -> bool {
    s < vector.length(sequence) && (!vector.causal || s <= t)
}

fn project(x: &Rows, weight: &[f64], bias: &[f64]) -> Matrix {
    let row = |x: &Vec<f64>| {
        zip(weight.chunks(x.len()), bias).map(|(weight, bias)| dot(weight, x) + bias).collect()
    };
    x.iter().map(row).collect()
}

/// Of a step that looks at nothing, all weights are zero: else every mutant with such a step would
/// give itself away by a number that is none.
fn softmax(scores: &[f64]) -> Vec<f64> {
    divided(&exponentials(scores))
}

fn exponentials(scores: &[f64]) -> Vec<f64> {
    let largest = scores.iter().copied().fold(f64::MIN, f64::max);
    scores.iter().map(|score| (score - largest).exp()).collect()
}

fn unstable(scores: &[f64]) -> Vec<f64> {
    divided(&each(scores, |k| scores[k].exp()))
}

fn divided(exponentials: &[f64]) -> Vec<f64> {
    let sum: f64 = exponentials.iter().sum();
    let divisor = if sum == 0.0 { 1.0 } else { sum };
    exponentials.iter().map(|e| e / divisor).collect()
}

fn each_row(scores: &Rows) -> Matrix {
    scores.iter().map(|row| softmax(row)).collect()
}

fn over_all(scores: &Rows) -> Matrix {
    let width = scores.len();
    softmax(&scores.concat()).chunks(width).map(<[f64]>::to_vec).collect()
}

fn hidden_scores_zero(scores: &Rows) -> Matrix {
    let shown = |score: f64| if score == f64::NEG_INFINITY { 0.0 } else { score };
    scores.iter().map(|row| softmax(&each(row, |s| shown(row[s])))).collect()
}

/// The weights of all steps, those of hidden ones then set to zero: the rest sums to less than one.
fn masked_after_the_softmax(vector: &AttentionVector) -> Vec<f64> {
    let AttentionShape { n, t, size, .. } = vector.shape;
    let unmasked = Formulas { visible: |_, _, _, _| true, ..RIGHT };
    let mut output = Vec::new();
    for n in 0..n {
        let mut weights = weights(vector, n, &unmasked);
        for (t, row) in weights.iter_mut().enumerate() {
            let hidden = |s: &usize| !visible(vector, n, t, *s);
            (0..row.len()).filter(hidden).for_each(|s| row[s] = 0.0);
        }
        let rows = product(&weights, &values(vector, n, &RIGHT));
        output.extend(rows.into_iter().take(vector.length(n)).flatten());
        output.resize((n + 1) * t * size, 0.0);
    }
    output
}

fn swap_queries_and_keys(given: &mut AttentionArrays) {
    std::mem::swap(&mut given.w_q, &mut given.w_k);
    std::mem::swap(&mut given.b_q, &mut given.b_k);
}

fn transpose_weights(vector: &mut AttentionVector) {
    let AttentionShape { d, .. } = vector.shape;
    let AttentionArrays { w_q, w_k, w_v, .. } = &mut vector.given;
    for weight in [w_q, w_k, w_v] {
        *weight = swap_axes(weight, d, d, 1);
    }
}

fn batch_and_time_swapped(vector: &AttentionVector) -> Vec<f64> {
    let AttentionShape { n, t, d, size } = vector.shape;
    let output = edited(vector, |v| v.given.x = swap_axes(&v.given.x, n, t, d));
    swap_axes(&output, t, n, size)
}

fn the_first_for_all(vector: &AttentionVector) -> Vec<f64> {
    let AttentionShape { n, t, d, .. } = vector.shape;
    edited(vector, |v| v.given.x = v.given.x[..t * d].repeat(n))
}

/// What the steps of padding would see.
fn output_at_padding(vector: &AttentionVector) -> Vec<f64> {
    let rows = |n| product(&weights(vector, n, &RIGHT), &values(vector, n, &RIGHT)).concat();
    (0..vector.shape.n).flat_map(rows).collect()
}

pub fn product(a: &Rows, b: &Rows) -> Matrix {
    let columns = transposed(b);
    a.iter().map(|row| columns.iter().map(|column| dot(row, column)).collect()).collect()
}

pub fn transposed(matrix: &Rows) -> Matrix {
    (0..matrix[0].len()).map(|column| matrix.iter().map(|row| row[column]).collect()).collect()
}

fn causal(vector: &AttentionVector) -> bool {
    vector.causal
}

fn not_causal(vector: &AttentionVector) -> bool {
    !vector.causal
}

pub fn padded(vector: &AttentionVector) -> bool {
    vector.lengths.is_some()
}

fn any_hidden(vector: &AttentionVector) -> bool {
    causal(vector) || padded(vector)
}

fn d_is_size(vector: &AttentionVector) -> bool {
    vector.shape.d == vector.shape.size
}

fn n_is_t(vector: &AttentionVector) -> bool {
    vector.shape.n == vector.shape.t
}
