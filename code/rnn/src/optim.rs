//! How weights move against their gradient.

use std::iter::zip;

use ndarray::{ArrayD, ArrayViewD, Zip, arr0};

use crate::error::{check_finite, check_not_negative, check_shape};
use crate::sums::sum_of_squares;
use crate::{Error, Parameters, Real};

/// Stochastic gradient descent with momentum.
///
/// ```text
/// v = momentum · v + gradient      weight = weight - learning_rate · v
/// ```
///
/// Source: PyTorch's `torch.optim.SGD`.
#[derive(Debug, Clone, PartialEq)]
pub struct Sgd<F> {
    /// How far a weight moves.
    pub learning_rate: F,
    /// The share of the last step's velocity that goes on: zero for plain gradient descent.
    pub momentum: F,
    velocities: Vec<ArrayD<F>>,
}

impl<F: Real> Sgd<F> {
    /// Gradient descent from rest.
    pub fn new(learning_rate: F, momentum: F) -> Self {
        Self { learning_rate, momentum, velocities: Vec::new() }
    }

    /// Moves the model's weights by one step.
    ///
    /// # Errors
    ///
    /// - [`Error::Shape`] where model, gradients and those of the step before differ in shape.
    /// - [`Error::NonFinite`] where a gradient is. The model then stays as it was.
    pub fn step(
        &mut self,
        model: &mut impl Parameters<F>,
        gradients: &impl Parameters<F>,
    ) -> Result<(), Error> {
        let gradients = gradients.parameters();
        check_gradients(&model.parameters(), &gradients)?;
        start(&mut self.velocities, &gradients)?;
        let Self { learning_rate, momentum, velocities } = self;
        for ((mut weight, gradient), v) in zip(zip(model.parameters_mut(), gradients), velocities) {
            Zip::from(&mut weight).and(&gradient).and(v).for_each(|weight, &gradient, v| {
                *v = *momentum * *v + gradient;
                *weight -= *learning_rate * *v;
            });
        }
        Ok(())
    }
}

/// Adam: each weight has a step size of its own, from the mean and the mean square of its gradient.
///
/// ```text
/// m = β₁ m + (1 - β₁) g        m̂ = m / (1 - β₁ᵗ)
/// v = β₂ v + (1 - β₂) g²       v̂ = v / (1 - β₂ᵗ)
///
/// weight = weight - learning_rate · m̂ / (√v̂ + ε)
/// ```
///
/// Source: Kingma and Ba, *Adam: a method for stochastic optimization*, ICLR 2015; PyTorch's
/// `torch.optim.Adam`.
#[derive(Debug, Clone, PartialEq)]
pub struct Adam<F> {
    /// How far a weight moves at most, roughly.
    pub learning_rate: F,
    /// What the running means keep at each step: `(β₁, β₂)`, `(0.9, 0.999)` at first.
    pub betas: (F, F),
    /// ε, which keeps the quotient finite: `1e-8` at first.
    pub eps: F,
    steps: i32,
    means: Vec<ArrayD<F>>,
    squares: Vec<ArrayD<F>>,
}

impl<F: Real> Adam<F> {
    /// Adam before its first step.
    pub fn new(learning_rate: F) -> Self {
        Self {
            learning_rate,
            betas: (F::from_f64(0.9), F::from_f64(0.999)),
            eps: F::from_f64(1e-8),
            steps: 0,
            means: Vec::new(),
            squares: Vec::new(),
        }
    }

    /// Moves the model's weights by one step.
    ///
    /// # Errors
    ///
    /// - [`Error::Shape`] where model, gradients and those of the step before differ in shape.
    /// - [`Error::NonFinite`] where a gradient is. The model then stays as it was.
    // ANCHOR: adam
    pub fn step(
        &mut self,
        model: &mut impl Parameters<F>,
        gradients: &impl Parameters<F>,
    ) -> Result<(), Error> {
        let gradients = gradients.parameters();
        check_gradients(&model.parameters(), &gradients)?;
        start(&mut self.means, &gradients)?;
        start(&mut self.squares, &gradients)?;

        self.steps = self.steps.saturating_add(1);
        let (one, (b1, b2)) = (F::one(), self.betas);
        let (unbias_m, unbias_v) = (self.unbias(b1), self.unbias(b2));
        let moments = zip(&mut self.means, &mut self.squares);
        let weights = zip(model.parameters_mut(), gradients);
        for ((mut w, g), (m, v)) in zip(weights, moments) {
            Zip::from(&mut w).and(&g).and(m).and(v).for_each(|w, &g, m, v| {
                *m = b1 * *m + (one - b1) * g;
                *v = b2 * *v + (one - b2) * g * g;
                let (m_hat, v_hat) = (*m / unbias_m, *v / unbias_v);
                *w -= self.learning_rate * m_hat / (v_hat.sqrt() + self.eps);
            });
        }
        Ok(())
    }
    // ANCHOR_END: adam

    // 1 - βᵗ, in f64 also for f32: the difference from one would lose its digits.
    fn unbias(&self, beta: F) -> F {
        F::from_f64(1.0 - beta.into().powi(self.steps))
    }
}

/// Shortens all gradients together so that their norm is at most `max_norm`, and returns the norm
/// that they had.
///
/// ```text
/// norm = √(Σ g²) over all arrays      g = g · min(1, max_norm / (norm + 1e-6))
/// ```
///
/// # Errors
///
/// - [`Error::NonFinite`] where a gradient is, or `max_norm`, or the norm because it is above `F::MAX`.
/// - [`Error::Negative`] where `max_norm` is below zero.
///
/// The gradients then stay as they were.
///
/// Source: Pascanu, Mikolov and Bengio, *On the difficulty of training recurrent neural networks*,
/// ICML 2013; PyTorch's `torch.nn.utils.clip_grad_norm_`.
// ANCHOR: clip
pub fn clip_grad_norm<F: Real>(
    gradients: &mut impl Parameters<F>,
    max_norm: F,
) -> Result<F, Error> {
    check_finite("max_norm", &arr0(max_norm))?;
    check_not_negative("max_norm", max_norm)?;
    let mut squares = 0.0; // in f64, also of gradients in f32
    for gradient in gradients.parameters() {
        check_finite("gradient", &gradient)?;
        squares += sum_of_squares(&gradient);
    }
    let norm = F::from_f64(squares.sqrt());
    check_finite("norm", &arr0(norm))?;
    let scale = max_norm / (norm + F::from_f64(1e-6));
    if scale < F::one() {
        for mut gradient in gradients.parameters_mut() {
            gradient.mapv_inplace(|g| g * scale);
        }
    }
    Ok(norm)
}
// ANCHOR_END: clip

/// Arrays of zeros in the gradients' shapes at the first step; later ones must fit them.
fn start<F: Real>(
    state: &mut Vec<ArrayD<F>>,
    gradients: &[ArrayViewD<'_, F>],
) -> Result<(), Error> {
    if state.is_empty() {
        *state = gradients.iter().map(|gradient| ArrayD::zeros(gradient.raw_dim())).collect();
    }
    check_count(state.len(), gradients.len())?;
    zip(state, gradients)
        .try_for_each(|(state, gradient)| check_shape("gradient", gradient, state.shape()))
}

/// Every gradient has its weight's shape and is finite.
fn check_gradients<F: Real>(
    weights: &[ArrayViewD<'_, F>],
    gradients: &[ArrayViewD<'_, F>],
) -> Result<(), Error> {
    check_count(weights.len(), gradients.len())?;
    zip(weights, gradients).try_for_each(|(weight, gradient)| {
        check_shape("gradient", gradient, weight.shape())?;
        check_finite("gradient", gradient)
    })
}

fn check_count(expected: usize, found: usize) -> Result<(), Error> {
    if expected == found {
        return Ok(());
    }
    Err(Error::Shape { name: "gradients", expected: vec![expected], found: vec![found] })
}
