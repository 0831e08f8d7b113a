//! `torch.optim.SGD` and `Adam` step by step, and `clip_grad_norm_`.

use std::iter::zip;

use rnn::{Adam, Error, Linear, Real, Sgd, clip_grad_norm};
use serde::Deserialize;

use super::arrays::{agrees, array, flat};
use crate::vectors::{TOLERANCES, Vectors, difference, of_precision, relative_difference};

#[derive(Deserialize)]
struct SgdVector {
    lr: f64,
    momentum: f64,
    #[serde(flatten)]
    training: Training,
}

#[derive(Deserialize)]
struct AdamVector {
    lr: f64,
    betas: (f64, f64),
    eps: f64,
    #[serde(flatten)]
    training: Training,
}

/// A gradient for each step, and the parameters after each step.
#[derive(Deserialize)]
struct Training {
    name: String,
    initial: Flat,
    gradients: Vec<Flat>,
    float64: Vec<Flat>,
    float32: Vec<Flat>,
}

#[derive(Deserialize)]
struct ClipVector {
    name: String,
    max_norm: f64,
    gradients: Flat,
    float64: ClipOutcome,
    float32: ClipOutcome,
}

#[derive(Deserialize)]
struct ClipOutcome {
    norm: f64,
    clipped: Flat,
}

/// A weight [2, 3] and a bias [2].
#[derive(Deserialize)]
struct Flat {
    weight: Vec<f64>,
    bias: Vec<f64>,
}

#[test]
fn sgd_agrees() -> Result<(), Error> {
    sgd_agrees_in::<f64>()?;
    sgd_agrees_in::<f32>()
}

#[test]
fn adam_agrees() -> Result<(), Error> {
    adam_agrees_in::<f64>()?;
    adam_agrees_in::<f32>()
}

#[test]
fn clipping_agrees() -> Result<(), Error> {
    clipping_agrees_in::<f64>()?;
    clipping_agrees_in::<f32>()
}

/// The model is a pair, to see that both parts are trained and that their states stay apart.
type Model<F> = (Linear<F>, Linear<F>);

fn sgd_agrees_in<F: Real>() -> Result<(), Error> {
    let deviation = |vector: &SgdVector| {
        let mut sgd = Sgd::new(F::from_f64(vector.lr), F::from_f64(vector.momentum));
        let step = |model: &mut Model<F>, gradients: &Model<F>| sgd.step(model, gradients);
        vector.training.deviation(
            step,
            of_precision::<F, _>([&vector.training.float64, &vector.training.float32]),
        )
    };
    let vectors = Vectors::read(include_str!("sgd.json"));
    agrees(&vectors, |vector| &vector.training.name, deviation, of_precision::<F, _>(TOLERANCES))
}

fn adam_agrees_in<F: Real>() -> Result<(), Error> {
    let deviation = |vector: &AdamVector| {
        let mut adam = Adam::new(F::from_f64(vector.lr));
        adam.betas = (F::from_f64(vector.betas.0), F::from_f64(vector.betas.1));
        adam.eps = F::from_f64(vector.eps);
        let step = |model: &mut Model<F>, gradients: &Model<F>| adam.step(model, gradients);
        vector.training.deviation(
            step,
            of_precision::<F, _>([&vector.training.float64, &vector.training.float32]),
        )
    };
    let vectors = Vectors::read(include_str!("adam.json"));
    agrees(&vectors, |vector| &vector.training.name, deviation, of_precision::<F, _>(TOLERANCES))
}

fn clipping_agrees_in<F: Real>() -> Result<(), Error> {
    let deviation = |vector: &ClipVector| {
        let mut gradients = vector.gradients.linear::<F>();
        let norm = clip_grad_norm(&mut gradients, F::from_f64(vector.max_norm))?;
        let expected = of_precision::<F, _>([&vector.float64, &vector.float32]);
        let norm = relative_difference(&[norm.into()], &[expected.norm]);
        Ok(norm.max(expected.clipped.deviation(&gradients)))
    };
    let vectors = Vectors::read(include_str!("clip.json"));
    agrees(&vectors, |vector| &vector.name, deviation, of_precision::<F, _>(TOLERANCES))
}

impl Training {
    /// The largest difference after any step. The second part of the model gets the gradients in
    /// the opposite direction, and must end in the mirror image.
    fn deviation<F: Real>(
        &self,
        mut step: impl FnMut(&mut Model<F>, &Model<F>) -> Result<(), Error>,
        expected: &[Flat],
    ) -> Result<f64, Error> {
        let mut model = (self.initial.linear(), negative(self.initial.linear()));
        let mut widest = 0.0_f64;
        for (gradient, expected) in zip(&self.gradients, expected) {
            step(&mut model, &(gradient.linear(), negative(gradient.linear())))?;
            let mirrored = negative(model.1.clone());
            widest = widest.max(expected.deviation(&model.0)).max(expected.deviation(&mirrored));
        }
        Ok(widest)
    }
}

impl Flat {
    fn linear<F: Real>(&self) -> Linear<F> {
        Linear { weight: array(&self.weight, (2, 3)), bias: array(&self.bias, 2) }
    }

    fn deviation<F: Real>(&self, linear: &Linear<F>) -> f64 {
        let weight = difference(&flat(&linear.weight), &self.weight);
        weight.max(difference(&flat(&linear.bias), &self.bias))
    }
}

fn negative<F: Real>(Linear { weight, bias }: Linear<F>) -> Linear<F> {
    Linear { weight: -weight, bias: -bias }
}
