//! `torch.nn.Linear`, `Conv1d`, and a window of steps through one `Linear`.

use ndarray::Array3;
use rnn::{Conv1d, Error, Fnn, Linear, LinearGradients, Real};
use serde::Deserialize;

use super::arrays::{agrees, array, flat};
use crate::vectors::{
    GRADIENT_TOLERANCES, Shape, TOLERANCES, Vectors, difference, of_precision, relative_difference,
};

#[derive(Deserialize)]
struct LinearVector {
    name: String,
    shape: LinearShape,
    weight: Vec<f64>,
    bias: Vec<f64>,
    x: Vec<f64>,
    d_y: Vec<f64>,
    float64: LinearOutcome,
    float32: LinearOutcome,
}

#[derive(Clone, Copy, Deserialize)]
struct LinearShape {
    n: usize,
    inputs: usize,
    outputs: usize,
}

/// `y` and the gradients of `sum(y * d_y)`.
#[derive(Deserialize)]
struct LinearOutcome {
    y: Vec<f64>,
    gradients: FlatGradients,
}

#[derive(Deserialize)]
struct FlatGradients {
    weight: Vec<f64>,
    bias: Vec<f64>,
    x: Vec<f64>,
}

#[derive(Deserialize)]
struct Conv1dVector {
    name: String,
    shape: Conv1dShape,
    weight: Vec<f64>,
    bias: Vec<f64>,
    x: Vec<f64>,
    float64: Vec<f64>,
    float32: Vec<f64>,
}

#[derive(Clone, Copy, Deserialize)]
struct Conv1dShape {
    n: usize,
    inputs: usize,
    outputs: usize,
    kernel: usize,
    length: usize,
}

#[derive(Deserialize)]
struct FnnVector {
    name: String,
    shape: Shape,
    weight: Vec<f64>,
    bias: Vec<f64>,
    x: Vec<f64>,
    float64: Vec<f64>,
    float32: Vec<f64>,
}

#[test]
fn linear_agrees() -> Result<(), Error> {
    linear_agrees_in::<f64>()?;
    linear_agrees_in::<f32>()
}

#[test]
fn conv1d_agrees() -> Result<(), Error> {
    conv1d_agrees_in::<f64>()?;
    conv1d_agrees_in::<f32>()
}

#[test]
fn window_agrees() -> Result<(), Error> {
    window_agrees_in::<f64>()?;
    window_agrees_in::<f32>()
}

fn linear_agrees_in<F: Real>() -> Result<(), Error> {
    let vectors = Vectors::read(include_str!("linear.json"));
    let forward = |vector: &LinearVector| {
        let LinearShape { n, inputs, .. } = vector.shape;
        let y = linear::<F>(vector).forward(&array(&vector.x, (n, inputs)))?;
        Ok(difference(&flat(&y), &of_precision::<F, _>([&vector.float64, &vector.float32]).y))
    };
    let backward = |vector: &LinearVector| {
        let LinearShape { n, inputs, outputs } = vector.shape;
        let (x, d_y) = (array(&vector.x, (n, inputs)), array(&vector.d_y, (n, outputs)));
        let LinearGradients { linear, x } = linear::<F>(vector).backward(&x, &d_y)?;
        let expected = &of_precision::<F, _>([&vector.float64, &vector.float32]).gradients;
        Ok(relative_difference(&flat(&linear.weight), &expected.weight)
            .max(relative_difference(&flat(&linear.bias), &expected.bias))
            .max(relative_difference(&flat(&x), &expected.x)))
    };
    agrees(&vectors, |vector| &vector.name, forward, of_precision::<F, _>(TOLERANCES))?;
    agrees(&vectors, |vector| &vector.name, backward, of_precision::<F, _>(GRADIENT_TOLERANCES))
}

fn linear<F: Real>(vector: &LinearVector) -> Linear<F> {
    let LinearShape { inputs, outputs, .. } = vector.shape;
    Linear { weight: array(&vector.weight, (outputs, inputs)), bias: array(&vector.bias, outputs) }
}

fn conv1d_agrees_in<F: Real>() -> Result<(), Error> {
    let deviation = |vector: &Conv1dVector| {
        let Conv1dShape { n, inputs, outputs, kernel, length } = vector.shape;
        let weight = array(&vector.weight, (outputs, inputs, kernel));
        let conv1d = Conv1d::<F> { weight, bias: array(&vector.bias, outputs) };
        let y = conv1d.forward(&array(&vector.x, (n, inputs, length)))?;
        assert_eq!(y.dim(), (n, outputs, length - kernel + 1));
        Ok(difference(&flat(&y), of_precision::<F, _>([&vector.float64, &vector.float32])))
    };
    let vectors = Vectors::read(include_str!("conv1d.json"));
    agrees(&vectors, |vector| &vector.name, deviation, of_precision::<F, _>(TOLERANCES))
}

fn window_agrees_in<F: Real>() -> Result<(), Error> {
    let deviation = |vector: &FnnVector| {
        let Shape { n, t, d, h } = vector.shape;
        let weight = array(&vector.weight, (h, t * d));
        let linear = Linear::<F> { weight, bias: array(&vector.bias, h) };
        let x: Array3<F> = array(&vector.x, (n, t, d));
        let y = Fnn { linear, window: t }.forward(&x)?;
        Ok(difference(&flat(&y), of_precision::<F, _>([&vector.float64, &vector.float32])))
    };
    let vectors = Vectors::read(include_str!("fnn.json"));
    agrees(&vectors, |vector| &vector.name, deviation, of_precision::<F, _>(TOLERANCES))
}
