//! `torch.nn.Embedding`, forward and back.

use ndarray::Array2;
use rnn::{Embedding, Error, Real};

use super::arrays::{agrees, array, flat};
use crate::vectors::attention::{EmbeddingShape, EmbeddingVector};
use crate::vectors::{
    GRADIENT_TOLERANCES, TOLERANCES, Vectors, difference, of_precision, relative_difference,
};

#[test]
fn embedding_agrees() -> Result<(), Error> {
    embedding_agrees_in::<f64>()?;
    embedding_agrees_in::<f32>()
}

fn embedding_agrees_in<F: Real>() -> Result<(), Error> {
    let vectors = Vectors::embedding();
    let forward = |vector: &EmbeddingVector| {
        let output = embedding::<F>(vector).forward(&tokens(vector))?;
        Ok(difference(
            &flat(&output),
            &of_precision::<F, _>([&vector.float64, &vector.float32]).output,
        ))
    };
    let backward = |vector: &EmbeddingVector| {
        let EmbeddingShape { n, t, d, .. } = vector.shape;
        let d_output = array(&vector.d_output, (n, t, d));
        let gradient = embedding::<F>(vector).backward(&tokens(vector), &d_output)?;
        Ok(relative_difference(
            &flat(&gradient.weight),
            &of_precision::<F, _>([&vector.float64, &vector.float32]).gradient,
        ))
    };
    agrees(&vectors, |vector| &vector.name, forward, of_precision::<F, _>(TOLERANCES))?;
    agrees(&vectors, |vector| &vector.name, backward, of_precision::<F, _>(GRADIENT_TOLERANCES))
}

fn embedding<F: Real>(vector: &EmbeddingVector) -> Embedding<F> {
    let EmbeddingShape { v, d, .. } = vector.shape;
    Embedding { weight: array(&vector.weight, (v, d)) }
}

fn tokens(vector: &EmbeddingVector) -> Array2<usize> {
    let EmbeddingShape { n, t, .. } = vector.shape;
    Array2::from_shape_vec((n, t), vector.tokens.clone()).expect("as many tokens as the shape says")
}
