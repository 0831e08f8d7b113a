//! `torch.nn.Embedding`, forward and back.

use ndarray::Array2;
use rnn::{Embedding, Error, Real};

use super::arrays::{agrees, array, flat};
use crate::vectors::attention::{EmbeddingOutcome, EmbeddingShape, EmbeddingVector};
use crate::vectors::{
    F32_GRADIENT_TOLERANCE, F32_TOLERANCE, F64_GRADIENT_TOLERANCE, F64_TOLERANCE, Vectors,
    difference, relative_difference,
};

#[test]
fn embedding_agrees_in_f64() -> Result<(), Error> {
    embedding_agrees::<f64>(|vector| &vector.float64, F64_TOLERANCE, F64_GRADIENT_TOLERANCE)
}

#[test]
fn embedding_agrees_in_f32() -> Result<(), Error> {
    embedding_agrees::<f32>(|vector| &vector.float32, F32_TOLERANCE, F32_GRADIENT_TOLERANCE)
}

fn embedding_agrees<F: Real>(
    expected: fn(&EmbeddingVector) -> &EmbeddingOutcome,
    tolerance: f64,
    gradient_tolerance: f64,
) -> Result<(), Error> {
    let vectors = Vectors::embedding();
    let forward = |vector: &EmbeddingVector| {
        let output = embedding::<F>(vector).forward(&tokens(vector))?;
        Ok(difference(&flat(&output), &expected(vector).output))
    };
    let backward = |vector: &EmbeddingVector| {
        let EmbeddingShape { n, t, d, .. } = vector.shape;
        let d_output = array(&vector.d_output, (n, t, d));
        let gradient = embedding::<F>(vector).backward(&tokens(vector), &d_output)?;
        Ok(relative_difference(&flat(&gradient.weight), &expected(vector).gradient))
    };
    agrees(&vectors, |vector| &vector.name, forward, tolerance)?;
    agrees(&vectors, |vector| &vector.name, backward, gradient_tolerance)
}

fn embedding<F: Real>(vector: &EmbeddingVector) -> Embedding<F> {
    let EmbeddingShape { v, d, .. } = vector.shape;
    Embedding { weight: array(&vector.weight, (v, d)) }
}

fn tokens(vector: &EmbeddingVector) -> Array2<usize> {
    let EmbeddingShape { n, t, .. } = vector.shape;
    Array2::from_shape_vec((n, t), vector.tokens.clone()).expect("as many tokens as the shape says")
}
