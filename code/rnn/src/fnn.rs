//! A feed-forward network that sees a window of steps at once.

use std::iter::zip;

use ndarray::{Array2, ArrayRef3, ArrayViewD, ArrayViewMutD};
use rand::Rng;

use crate::error::{check_finite, check_shape, check_size};
use crate::{Error, Linear, Parameters, Real};

/// A feed-forward network (FNN) over a window of steps: it lays them out in one long vector, so each
/// step has weights of its own.
///
/// ```text
/// h = tanh(W [x_1, x_2, …, x_T] + b)
/// ```
///
/// With a window of *T* steps, *D* inputs and *H* units it has `T D H + H` parameters.
///
/// Source: PyTorch's `torch.nn.Flatten` and `torch.nn.Linear`, then tanh.
#[derive(Debug, Clone, PartialEq)]
pub struct Fnn<F> {
    /// From the flattened window to the units: `[H, T D]`.
    pub linear: Linear<F>,
    /// The number of steps that it sees, T. It can see no other number.
    pub window: usize,
}

impl<F: Real> Fnn<F> {
    /// A network whose weights are drawn by [`Linear::new`].
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size is zero.
    pub fn new(
        input_size: usize,
        hidden_size: usize,
        window: usize,
        rng: &mut impl Rng,
    ) -> Result<Self, Error> {
        check_size("input_size", input_size)?;
        check_size("hidden_size", hidden_size)?;
        check_size("window", window)?;
        let linear = Linear::new(window * input_size, hidden_size, rng)?;
        Ok(Self { linear, window })
    }

    /// The units `h` `[N, H]` from the inputs `x` `[N, T, D]`, where T is the window and nothing
    /// else.
    ///
    /// # Errors
    ///
    /// - [`Error::ZeroSize`] where the batch is empty or a size of the network is zero.
    /// - [`Error::Shape`] where a weight or `x` has another shape than those above.
    /// - [`Error::NonFinite`] where `x` is, or an output, under the name `output`.
    pub fn forward(&self, x: &ArrayRef3<F>) -> Result<Array2<F>, Error> {
        check_size("window", self.window)?;
        let n = x.dim().0;
        let input_size = self.linear.weight.ncols() / self.window;
        let weight = &self.linear.weight;
        check_shape("weight", weight, &[weight.nrows(), self.window * input_size])?;
        check_shape("x", x, &[n, self.window, input_size])?;
        check_finite("x", x)?;
        let mut flat = Array2::zeros((n, self.window * input_size));
        for (to, from) in zip(&mut flat, x) {
            *to = *from;
        }
        Ok(self.linear.forward(&flat)?.tanh())
    }

    /// The multiply-adds for each step of the window: `D H`.
    pub fn multiply_adds_per_step(&self) -> usize {
        self.linear.multiply_adds() / self.window
    }
}

impl<F: Real> Parameters<F> for Fnn<F> {
    fn named_parameters(&self) -> Vec<(String, ArrayViewD<'_, F>)> {
        self.linear.named_parameters()
    }

    fn named_parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, F>)> {
        self.linear.named_parameters_mut()
    }
}
