//! A linear layer: the head that makes an answer from a state.

use ndarray::{Array1, Array2, ArrayRef2};
use rand::Rng;

use crate::error::{check_finite, check_shape, check_size};
use crate::parameters::named_parameters;
use crate::shares::dot;
use crate::sums::sum_rows;
use crate::weights::uniform;
use crate::{Error, Real};

/// A linear layer, each output a weighted sum of all inputs.
///
/// ```text
/// y = W x + b
/// ```
///
/// Source: PyTorch's `torch.nn.Linear`.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear<F> {
    /// `[out_features, in_features]`.
    pub weight: Array2<F>,
    /// `[out_features]`.
    pub bias: Array1<F>,
}

/// The gradients of a loss by what went into a linear layer.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearGradients<F> {
    /// By weight and bias.
    pub linear: Linear<F>,
    /// By the inputs: `[N, in_features]`.
    pub x: Array2<F>,
}

impl<F: Real> Linear<F> {
    /// A layer with weights and biases uniform between `-1 / sqrt(in_features)` and
    /// `1 / sqrt(in_features)`, drawn in the order of the fields, row by row.
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size is zero.
    ///
    /// Source: PyTorch's `torch.nn.Linear`, the distribution.
    pub fn new(in_features: usize, out_features: usize, rng: &mut impl Rng) -> Result<Self, Error> {
        check_size("in_features", in_features)?;
        check_size("out_features", out_features)?;
        let mut draw = uniform(in_features, rng);
        Ok(Self {
            weight: Array2::from_shape_simple_fn((out_features, in_features), &mut draw),
            bias: Array1::from_shape_simple_fn(out_features, &mut draw),
        })
    }

    /// The outputs `y` `[N, out_features]` of the inputs `x` `[N, in_features]`.
    ///
    /// ```text
    /// y = x Wᵀ + b,   a row for each input
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Error::ZeroSize`] where the batch is empty or the layer has no inputs or no outputs.
    /// - [`Error::Shape`] where `bias` or `x` has another shape than those above.
    /// - [`Error::NonFinite`] where `x` is, or an output, under the name `output`.
    pub fn forward(&self, x: &ArrayRef2<F>) -> Result<Array2<F>, Error> {
        self.check_input(x)?;
        let y = dot(true, x, &self.weight.t()) + &self.bias;
        check_finite("output", &y)?;
        Ok(y)
    }

    /// The gradients of a loss by the weights, the bias and `x` `[N, in_features]`, from its gradient
    /// `d_y` `[N, out_features]` by the outputs.
    ///
    /// ```text
    /// dL/dW = Σ_n d_y_n x_nᵀ   dL/db = Σ_n d_y_n   dL/dx_n = Wᵀ d_y_n
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`forward`](Self::forward), also for `d_y`.
    pub fn backward(
        &self,
        x: &ArrayRef2<F>,
        d_y: &ArrayRef2<F>,
    ) -> Result<LinearGradients<F>, Error> {
        self.check_input(x)?;
        check_shape("d_y", d_y, &[x.nrows(), self.weight.nrows()])?;
        check_finite("d_y", d_y)?;
        let (weight, bias) = (dot(true, &d_y.t(), x), sum_rows(d_y));
        Ok(LinearGradients { linear: Self { weight, bias }, x: dot(true, d_y, &self.weight) })
    }

    /// The multiply-adds of one input, one for each weight.
    pub fn multiply_adds(&self) -> usize {
        self.weight.len()
    }

    fn check_input(&self, x: &ArrayRef2<F>) -> Result<(), Error> {
        let (out_features, in_features) = self.weight.dim();
        check_size("in_features", in_features)?;
        check_size("out_features", out_features)?;
        check_shape("bias", &self.bias, &[out_features])?;
        check_size("batch_size", x.nrows())?;
        check_shape("x", x, &[x.nrows(), in_features])?;
        check_finite("x", x)
    }
}

named_parameters!(Linear { "weight": weight, "bias": bias });
