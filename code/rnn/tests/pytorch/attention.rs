//! `scaled_dot_product_attention` behind three `torch.nn.Linear`: all steps at once, one after the
//! other, and back; lengths equal and unequal.

use ndarray::{Array3, Axis};
use rnn::{Error, KvCache, Linear, Positions, Real, SelfAttention};

use super::arrays::{agrees_in, array, flat};
use crate::vectors::Vectors;
use crate::vectors::attention::{AttentionArrays, AttentionShape, AttentionVector, Output};

#[test]
fn all_agrees_in_f64() -> Result<(), Error> {
    all_agrees::<f64>()
}

#[test]
fn all_agrees_in_f32() -> Result<(), Error> {
    all_agrees::<f32>()
}

fn all_agrees<F: Real>() -> Result<(), Error> {
    let name: fn(&AttentionVector) -> &str = |vector| &vector.name;
    let mut vectors = Vectors::attention();
    agrees_in::<F, _, _>(&vectors, name, forward::<F>)?;
    agrees_in::<F, _, _>(&vectors, name, saving::<F>)?;
    vectors.vectors.retain(|vector| vector.causal);
    agrees_in::<F, _, _>(&vectors, name, steps::<F>)?;
    agrees_in::<F, _, _>(&Vectors::attention_gradients(), name, gradients::<F>)
}

fn forward<F: Real>(vector: &AttentionVector) -> Result<Output, Error> {
    let (attention, x) = (attention::<F>(vector), x(vector));
    let output = match &vector.lengths {
        None => attention.forward(&x)?,
        Some(lengths) => attention.forward_padded(&x, lengths)?,
    };
    Ok(flat(&output))
}

/// The forward pass that keeps what the backward pass needs.
fn saving<F: Real>(vector: &AttentionVector) -> Result<Output, Error> {
    let attention = attention::<F>(vector);
    let saved = attention.forward_saving(&x(vector), vector.lengths.as_deref())?;
    Ok(flat(&saved.output))
}

/// As long as each sequence; what follows its end stays zero.
fn steps<F: Real>(vector: &AttentionVector) -> Result<Output, Error> {
    let AttentionShape { n, t, size, .. } = vector.shape;
    let (attention, x) = (attention::<F>(vector), x(vector));
    let mut output = Array3::zeros((n, t, size));
    for n in 0..n {
        let mut cache = KvCache::new(size);
        for t in 0..vector.length(n) {
            let step = attention.step(&x.index_axis(Axis(0), n).row(t), &mut cache)?;
            output.index_axis_mut(Axis(0), n).row_mut(t).assign(&step);
        }
    }
    Ok(flat(&output))
}

fn gradients<F: Real>(vector: &AttentionVector) -> Result<AttentionArrays, Error> {
    let AttentionShape { n, t, size, .. } = vector.shape;
    let attention = attention::<F>(vector);
    let saved = attention.forward_saving(&x(vector), vector.lengths.as_deref())?;
    let gradients = saved.backward(&array(&vector.d_output, (n, t, size)))?;
    let SelfAttention { query, key, value, .. } = &gradients.attention;
    Ok(AttentionArrays {
        w_q: flat(&query.weight),
        b_q: flat(&query.bias),
        w_k: flat(&key.weight),
        b_k: flat(&key.bias),
        w_v: flat(&value.weight),
        b_v: flat(&value.bias),
        x: flat(&gradients.x),
    })
}

fn attention<F: Real>(vector: &AttentionVector) -> SelfAttention<F> {
    let AttentionShape { d, size, .. } = vector.shape;
    let AttentionArrays { w_q, b_q, w_k, b_k, w_v, b_v, .. } = &vector.given;
    let linear =
        |weight, bias| Linear { weight: array(weight, (size, d)), bias: array(bias, size) };
    SelfAttention {
        query: linear(w_q, b_q),
        key: linear(w_k, b_k),
        value: linear(w_v, b_v),
        causal: vector.causal,
        positions: Positions::None,
    }
}

fn x<F: Real>(vector: &AttentionVector) -> Array3<F> {
    let AttentionShape { n, t, d, .. } = vector.shape;
    array(&vector.given.x, (n, t, d))
}
