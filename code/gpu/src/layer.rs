//! The tanh layer in a device's memory.

use ndarray::{Array3, ArrayRef3};
use rnn::RnnCell;
use serde::{Deserialize, Serialize};
use wgpu::Buffer;

use crate::{Gpu, Result};

/// The sizes of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sizes {
    /// Sequences, N.
    pub batch: usize,
    /// Steps, T.
    pub steps: usize,
    /// Inputs, D.
    pub input: usize,
    /// Units, H.
    pub hidden: usize,
}

impl Sizes {
    /// Additions and multiplications of a step in its two products: 2 N H (D + H).
    pub fn operations_per_step(self) -> f64 {
        2.0 * (self.batch * self.hidden) as f64 * (self.input + self.hidden) as f64
    }
}

/// A layer on a device, with one sequence of inputs for each row of the batch. There time comes first,
/// and a matrix lies with neighbouring units side by side, because neighbouring threads read them at
/// the same time.
pub struct Layer<'g> {
    pub(crate) gpu: &'g Gpu,
    /// Its sizes.
    pub sizes: Sizes,
    /// The inputs `[T, N, D]`.
    pub(crate) x: Buffer,
    /// `[D, H]`.
    pub(crate) w_ih: Buffer,
    /// `[H, H]`, from and to.
    pub(crate) w_hh: Buffer,
    pub(crate) b_ih: Buffer,
    pub(crate) b_hh: Buffer,
    /// Both biases together.
    pub(crate) bias: Buffer,
    /// The states `[T + 1, N, H]`; before a step is done, the sums of its inputs.
    pub(crate) states: Buffer,
}

impl<'g> Layer<'g> {
    /// Brings a cell, its inputs `[N, T, D]` and the states before the first step, `[1, N, H]`, to a
    /// device.
    ///
    /// # Errors
    /// [`Error::TooLarge`](crate::Error::TooLarge) where an array is larger than the device allows.
    pub fn new(
        gpu: &'g Gpu,
        cell: &RnnCell<f32>,
        x: &ArrayRef3<f32>,
        h_0: &ArrayRef3<f32>,
    ) -> Result<Self> {
        let (batch, steps, input) = x.dim();
        let sizes = Sizes { batch, steps, input, hidden: cell.hidden_size() };
        let x: Vec<f32> = x.view().permuted_axes([1, 0, 2]).iter().copied().collect();
        let w_ih: Vec<f32> = cell.w_ih.t().iter().copied().collect();
        let w_hh: Vec<f32> = cell.w_hh.t().iter().copied().collect();
        // A zero with a sign: to the whole chip's kernel the one without says that nobody has written.
        let h_0: Vec<f32> = h_0.iter().map(|h| if *h == 0.0 { -0.0 } else { *h }).collect();
        let states = gpu.zeros("bytes of states", (steps + 1) * batch * sizes.hidden)?;
        gpu.write(&states, &h_0);
        Ok(Self {
            gpu,
            sizes,
            x: gpu.filled("bytes of inputs", &x)?,
            w_ih: gpu.filled("bytes of weights", &w_ih)?,
            w_hh: gpu.filled("bytes of weights", &w_hh)?,
            b_ih: gpu.filled("bytes of biases", &cell.b_ih.to_vec())?,
            b_hh: gpu.filled("bytes of biases", &cell.b_hh.to_vec())?,
            bias: gpu.filled("bytes of biases", &(&cell.b_ih + &cell.b_hh).to_vec())?,
            states,
        })
    }

    /// Makes all states but the first ones no numbers.
    pub(crate) fn forget(&self) {
        self.gpu.poison(&self.states, self.sizes.batch * self.sizes.hidden);
    }

    /// The states `[N, T, H]` as the last run has left them.
    ///
    /// # Errors
    /// [`Error::Device`](crate::Error::Device).
    pub fn output(&self) -> Result<Array3<f32>> {
        let Sizes { batch, steps, hidden, .. } = self.sizes;
        let states: Vec<f32> = self.gpu.read(&self.states)?;
        let at = |(n, t, j)| states[((t + 1) * batch + n) * hidden + j];
        Ok(Array3::from_shape_fn((batch, steps, hidden), at))
    }
}
