//! `mse_loss` and `cross_entropy`, each with its gradient.

use ndarray::Array2;
use rnn::{Error, Real, cross_entropy, mse_loss};
use serde::Deserialize;

use super::arrays::{agrees, array, flat};
use crate::vectors::{TOLERANCES, Vectors, of_precision, relative_difference};

#[derive(Deserialize)]
struct MseVector {
    name: String,
    shape: LossShape,
    y: Vec<f64>,
    target: Vec<f64>,
    float64: LossOutcome,
    float32: LossOutcome,
}

#[derive(Deserialize)]
struct CrossEntropyVector {
    name: String,
    shape: LossShape,
    logits: Vec<f64>,
    targets: Vec<usize>,
    float64: LossOutcome,
    float32: LossOutcome,
}

#[derive(Clone, Copy, Deserialize)]
struct LossShape {
    n: usize,
    c: usize,
}

#[derive(Deserialize)]
struct LossOutcome {
    loss: f64,
    gradient: Vec<f64>,
}

#[test]
fn mse_loss_agrees() -> Result<(), Error> {
    mse_loss_agrees_in::<f64>()?;
    mse_loss_agrees_in::<f32>()
}

#[test]
fn cross_entropy_agrees() -> Result<(), Error> {
    cross_entropy_agrees_in::<f64>()?;
    cross_entropy_agrees_in::<f32>()
}

fn mse_loss_agrees_in<F: Real>() -> Result<(), Error> {
    let compute = |vector: &MseVector| {
        let LossShape { n, c } = vector.shape;
        let y: Array2<F> = array(&vector.y, (n, c));
        let (loss, gradient) = mse_loss(&y, &array(&vector.target, (n, c)))?;
        Ok(of_precision::<F, _>([&vector.float64, &vector.float32]).deviation(loss, &gradient))
    };
    let vectors = Vectors::read(include_str!("mse.json"));
    agrees(&vectors, |vector| &vector.name, compute, of_precision::<F, _>(TOLERANCES))
}

fn cross_entropy_agrees_in<F: Real>() -> Result<(), Error> {
    let compute = |vector: &CrossEntropyVector| {
        let LossShape { n, c } = vector.shape;
        let logits: Array2<F> = array(&vector.logits, (n, c));
        let (loss, gradient) = cross_entropy(&logits, &vector.targets)?;
        Ok(of_precision::<F, _>([&vector.float64, &vector.float32]).deviation(loss, &gradient))
    };
    let vectors = Vectors::read(include_str!("cross_entropy.json"));
    agrees(&vectors, |vector| &vector.name, compute, of_precision::<F, _>(TOLERANCES))
}

impl LossOutcome {
    /// Relative: the losses reach thousands.
    fn deviation<F: Real>(&self, loss: F, gradient: &Array2<F>) -> f64 {
        relative_difference(&[loss.into()], &[self.loss])
            .max(relative_difference(&flat(gradient), &self.gradient))
    }
}
