//! `scaled_dot_product_attention` behind three `torch.nn.Linear`: all steps at once, one after the
//! other, and back; lengths equal and unequal.

use ndarray::{Array3, Axis};
use rnn::{Error, KvCache, Linear, Real, SelfAttention};

use super::arrays::{agrees, array, flat};
use crate::vectors::attention::{
    AttentionArrays, AttentionOutcome, AttentionShape, AttentionVector,
};
use crate::vectors::{
    F32_GRADIENT_TOLERANCE, F32_TOLERANCE, F64_GRADIENT_TOLERANCE, F64_TOLERANCE, Vectors,
    difference,
};

#[test]
fn forward_agrees_in_f64() -> Result<(), Error> {
    forward_agrees(forward::<f64>, |vector| &vector.float64, F64_TOLERANCE)
}

#[test]
fn forward_agrees_in_f32() -> Result<(), Error> {
    forward_agrees(forward::<f32>, |vector| &vector.float32, F32_TOLERANCE)
}

#[test]
fn steps_agree_in_f64() -> Result<(), Error> {
    steps_agree::<f64>(|vector| &vector.float64, F64_TOLERANCE)
}

#[test]
fn steps_agree_in_f32() -> Result<(), Error> {
    steps_agree::<f32>(|vector| &vector.float32, F32_TOLERANCE)
}

/// The forward pass that keeps what the backward pass needs.
#[test]
fn saving_agrees_in_f64() -> Result<(), Error> {
    forward_agrees(saving::<f64>, |vector| &vector.float64, F64_TOLERANCE)
}

#[test]
fn saving_agrees_in_f32() -> Result<(), Error> {
    forward_agrees(saving::<f32>, |vector| &vector.float32, F32_TOLERANCE)
}

#[test]
fn gradients_agree_in_f64() -> Result<(), Error> {
    gradients_agree::<f64>(|vector| &vector.float64, F64_GRADIENT_TOLERANCE)
}

#[test]
fn gradients_agree_in_f32() -> Result<(), Error> {
    gradients_agree::<f32>(|vector| &vector.float32, F32_GRADIENT_TOLERANCE)
}

type Compute = fn(&AttentionVector) -> Result<Vec<f64>, Error>;
type Expected = fn(&AttentionVector) -> &AttentionOutcome;

fn forward_agrees(compute: Compute, expected: Expected, tolerance: f64) -> Result<(), Error> {
    let deviation =
        |vector: &AttentionVector| Ok(difference(&compute(vector)?, &expected(vector).output));
    agrees(&Vectors::attention(), name, deviation, tolerance)
}

fn steps_agree<F: Real>(expected: Expected, tolerance: f64) -> Result<(), Error> {
    let mut vectors = Vectors::attention();
    vectors.vectors.retain(|vector| vector.causal);
    let deviation =
        |vector: &AttentionVector| Ok(difference(&steps::<F>(vector)?, &expected(vector).output));
    agrees(&vectors, name, deviation, tolerance)
}

fn gradients_agree<F: Real>(expected: Expected, tolerance: f64) -> Result<(), Error> {
    let deviation = |vector: &AttentionVector| {
        Ok(gradients::<F>(vector)?.deviation(expected(vector).gradients()))
    };
    agrees(&Vectors::attention_gradients(), name, deviation, tolerance)
}

fn name(vector: &AttentionVector) -> &str {
    &vector.name
}

fn forward<F: Real>(vector: &AttentionVector) -> Result<Vec<f64>, Error> {
    let (attention, x) = (attention::<F>(vector), x(vector));
    let output = match &vector.lengths {
        None => attention.forward(&x)?,
        Some(lengths) => attention.forward_padded(&x, lengths)?,
    };
    Ok(flat(&output))
}

fn saving<F: Real>(vector: &AttentionVector) -> Result<Vec<f64>, Error> {
    let saved = attention::<F>(vector).forward_saving(&x(vector), vector.lengths.as_deref())?;
    Ok(flat(&saved.output))
}

/// As long as each sequence; what follows its end stays zero.
fn steps<F: Real>(vector: &AttentionVector) -> Result<Vec<f64>, Error> {
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
    let gradients = attention.backward(&saved, &array(&vector.d_output, (n, t, size)))?;
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
    }
}

fn x<F: Real>(vector: &AttentionVector) -> Array3<F> {
    let AttentionShape { n, t, d, .. } = vector.shape;
    array(&vector.given.x, (n, t, d))
}
