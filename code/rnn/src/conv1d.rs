//! A convolution over time: the same weights at every place, a few steps at once.

use std::iter::zip;

use ndarray::{Array1, Array3, ArrayRef3, Axis};
use rand::Rng;

use crate::error::{check_finite, check_shape, check_size};
use crate::parameters::named_parameters;
use crate::weights::uniform;
use crate::{Error, Real};

/// A convolution over time. Each output sees `kernel_size` (K) steps.
///
/// ```text
/// y[t] = b + Σ_k W[:, :, k] x[t + k],   k = 0 … K - 1
/// ```
///
/// There is no padding: a sequence of L steps gives L - K + 1 outputs.
///
/// Source: PyTorch's `torch.nn.Conv1d`, with stride 1 and without padding.
#[derive(Debug, Clone, PartialEq)]
pub struct Conv1d<F> {
    /// `[out_channels, in_channels, K]`.
    pub weight: Array3<F>,
    /// `[out_channels]`.
    pub bias: Array1<F>,
}

impl<F: Real> Conv1d<F> {
    /// A layer with weights and biases uniform between plus and minus
    /// `1 / sqrt(in_channels * kernel_size)`, drawn in the order of the fields, row by row.
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size is zero.
    ///
    /// Source: PyTorch's `torch.nn.Conv1d`, the distribution.
    pub fn new(
        in_channels: usize,
        out_channels: usize,
        kernel_size: usize,
        rng: &mut impl Rng,
    ) -> Result<Self, Error> {
        check_size("in_channels", in_channels)?;
        check_size("out_channels", out_channels)?;
        check_size("kernel_size", kernel_size)?;
        let mut draw = uniform(in_channels * kernel_size, rng);
        let shape = (out_channels, in_channels, kernel_size);
        Ok(Self {
            weight: Array3::from_shape_simple_fn(shape, &mut draw),
            bias: Array1::from_shape_simple_fn(out_channels, &mut draw),
        })
    }

    /// The outputs `[N, out_channels, L - K + 1]` of the inputs `x` `[N, in_channels, L]`. Time comes
    /// last here, as in PyTorch: a batch `[N, T, D]` enters as `x.permuted_axes([0, 2, 1])`.
    ///
    /// # Errors
    ///
    /// - [`Error::ZeroSize`] where the batch is empty or a size of the layer is zero.
    /// - [`Error::Shape`] where `bias` or `x` has another shape than those above.
    /// - [`Error::TooShort`] where L is less than K.
    /// - [`Error::NonFinite`] where `x` is, or an output, under the name `output`.
    pub fn forward(&self, x: &ArrayRef3<F>) -> Result<Array3<F>, Error> {
        self.check_forward(x)?;
        let (n, _, length) = x.dim();
        let (out_channels, _, kernel_size) = self.weight.dim();
        let outputs = length - kernel_size + 1;
        let mut y = Array3::zeros((n, out_channels, outputs));
        for (mut y, x) in zip(y.outer_iter_mut(), x.outer_iter()) {
            y += &self.bias.view().insert_axis(Axis(1));
            for k in 0..kernel_size {
                let seen = x.slice_axis(Axis(1), (k..k + outputs).into());
                y += &self.weight.index_axis(Axis(2), k).dot(&seen);
            }
        }
        check_finite("output", &y)?;
        Ok(y)
    }

    /// The multiply-adds of one output step, one for each weight.
    pub fn multiply_adds_per_step(&self) -> usize {
        self.weight.len()
    }

    fn check_forward(&self, x: &ArrayRef3<F>) -> Result<(), Error> {
        let (n, _, length) = x.dim();
        let (out_channels, in_channels, kernel_size) = self.weight.dim();
        check_size("in_channels", in_channels)?;
        check_size("out_channels", out_channels)?;
        check_size("kernel_size", kernel_size)?;
        check_shape("bias", &self.bias, &[out_channels])?;
        check_size("batch_size", n)?;
        check_shape("x", x, &[n, in_channels, length])?;
        if length < kernel_size {
            return Err(Error::TooShort { length, kernel_size });
        }
        check_finite("x", x)
    }
}

named_parameters!(Conv1d { "weight": weight, "bias": bias });
