//! The embedding as plain loops, and the mistakes that can be made in it.

use super::plain::swap_axes;
use super::table::{Mutant, Table, accept, any, rows};
use crate::vectors::Vectors;
use crate::vectors::attention::{EmbeddingOutcome, EmbeddingShape, EmbeddingVector};

const MUTANTS: [Mutant<EmbeddingOutcome, EmbeddingVector>; 9] = [
    ("a row too far", any, |v| {
        edited(v, |v| v.tokens.iter_mut().for_each(|token| *token = (*token + 1) % v.shape.v))
    }),
    ("columns for rows", v_is_d, |v| {
        edited(v, |v| v.weight = swap_axes(&v.weight, v.shape.v, v.shape.d, 1))
    }),
    ("batch and time swapped", n_is_t, tokens_swapped),
    ("the place for the token", any, |v| {
        edited(v, |v| v.tokens = (0..v.tokens.len()).map(|place| place % v.shape.v).collect())
    }),
    ("gradient overwritten, not added", any, |v| with_gradient(v, |sum, d, _| *sum = d)),
    ("gradient of the first place only", any, |v| {
        with_gradient(v, |sum, d, before| {
            if before == 0 {
                *sum = d;
            }
        })
    }),
    ("gradient of all rows", any, gradient_of_all_rows),
    ("gradient divided by the token's count", any, gradient_by_frequency),
    ("gradient divided by the places", any, gradient_by_places),
];

#[test]
fn the_right_formula_is_accepted_by_all() {
    accept(&Vectors::embedding(), |vector| &vector.name, plain);
}

pub fn tables() -> Vec<Table> {
    vec![Table::single("embedding", rows(&Vectors::embedding().vectors, &MUTANTS))]
}

fn plain(vector: &EmbeddingVector) -> EmbeddingOutcome {
    with_gradient(vector, |sum, d, _| *sum += d)
}

/// `add` is given an entry of the gradient, what is to be added, and how often the token occurred
/// before.
fn with_gradient(vector: &EmbeddingVector, add: fn(&mut f64, f64, usize)) -> EmbeddingOutcome {
    let d = vector.shape.d;
    let (mut output, mut gradient) = (Vec::new(), vec![0.0; vector.weight.len()]);
    for (place, token) in vector.tokens.iter().enumerate() {
        output.extend(&vector.weight[token * d..][..d]);
        let before = occurrences(&vector.tokens[..place], *token);
        for column in 0..d {
            add(&mut gradient[token * d + column], vector.d_output[place * d + column], before);
        }
    }
    EmbeddingOutcome { output, gradient }
}

/// The right formula, given wrong numbers.
fn edited(vector: &EmbeddingVector, edit: impl Fn(&mut EmbeddingVector)) -> EmbeddingOutcome {
    let mut vector = vector.clone();
    edit(&mut vector);
    plain(&vector)
}

fn tokens_swapped(vector: &EmbeddingVector) -> EmbeddingOutcome {
    let EmbeddingShape { n, t, .. } = vector.shape;
    edited(vector, |v| {
        v.tokens = (0..n * t).map(|place| vector.tokens[place % t * n + place / t]).collect();
    })
}

fn gradient_of_all_rows(vector: &EmbeddingVector) -> EmbeddingOutcome {
    let EmbeddingShape { v, d, .. } = vector.shape;
    let sum = |column: usize| vector.d_output.iter().skip(column).step_by(d).sum::<f64>();
    EmbeddingOutcome { gradient: (0..v * d).map(|k| sum(k % d)).collect(), ..plain(vector) }
}

/// As PyTorch does where it is asked to: `scale_grad_by_freq`.
fn gradient_by_frequency(vector: &EmbeddingVector) -> EmbeddingOutcome {
    let mut outcome = plain(vector);
    for (token, row) in outcome.gradient.chunks_mut(vector.shape.d).enumerate() {
        let often = occurrences(&vector.tokens, token).max(1) as f64;
        for gradient in row {
            *gradient /= often;
        }
    }
    outcome
}

fn gradient_by_places(vector: &EmbeddingVector) -> EmbeddingOutcome {
    let mut outcome = plain(vector);
    let places = vector.tokens.len() as f64;
    outcome.gradient.iter_mut().for_each(|gradient| *gradient /= places);
    outcome
}

fn occurrences(tokens: &[usize], token: usize) -> usize {
    tokens.iter().filter(|other| **other == token).count()
}

fn v_is_d(EmbeddingVector { shape, .. }: &EmbeddingVector) -> bool {
    shape.v == shape.d
}

fn n_is_t(EmbeddingVector { shape, .. }: &EmbeddingVector) -> bool {
    shape.n == shape.t
}
