//! A recurrent layer over whole sequences, forward and backward.

use std::iter::zip;

use ndarray::{Array2, Array3, ArrayRef3, ArrayViewD, ArrayViewMutD, Axis};
use rand::Rng;

use crate::error::check_finite;
use crate::steps::{
    Steps, add_back, add_output_gradient, add_recurrence, before_and_after, check_states,
    gradient_or_zeros,
};
use crate::{Error, Parameters, Real, RnnCell};

/// One recurrent layer: the same cell at every step of every sequence.
///
/// ```text
/// h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh),   t = 1 … T
/// ```
///
/// Source: PyTorch's `torch.nn.RNN` with `batch_first=True`, one layer, one direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Rnn<F> {
    /// The weights, shared by all steps.
    pub cell: RnnCell<F>,
}

impl<F> From<RnnCell<F>> for Rnn<F> {
    fn from(cell: RnnCell<F>) -> Self {
        Self { cell }
    }
}

/// What [`Rnn::forward_saving`] computed, with all that [`Rnn::backward`] needs of it: the inputs
/// and the states of every step.
#[derive(Debug, Clone, PartialEq)]
pub struct RnnSaved<F> {
    /// The states of every step: `[N, T, H]`.
    pub output: Array3<F>,
    /// The state after the last step of each sequence: `[1, N, H]`.
    pub h_n: Array3<F>,
    steps: Steps<F>,
    /// `[(T + 1) N, H]`, from `h_0` on.
    states: Array2<F>,
}

impl<F> RnnSaved<F> {
    /// The numbers that are kept for the way back, without `output` and `h_n`:
    /// `T N D + (T + 1) N H`.
    pub fn float_count(&self) -> usize {
        self.steps.rows.len() + self.states.len()
    }
}

/// The gradients of a loss by everything that went into a layer but the inputs, for which see
/// [`Rnn::input_gradient`].
#[derive(Debug, Clone, PartialEq)]
pub struct RnnGradients<F> {
    /// By the weights and biases.
    pub cell: RnnCell<F>,
    /// By the states before the first step: `[1, N, H]`.
    pub h_0: Array3<F>,
    /// By the sums inside tanh: `[T N, H]`.
    d_z: Array2<F>,
}

impl<F: Real> Rnn<F> {
    /// A layer whose cell is drawn by [`RnnCell::new`].
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size is zero.
    pub fn new(input_size: usize, hidden_size: usize, rng: &mut impl Rng) -> Result<Self, Error> {
        RnnCell::new(input_size, hidden_size, rng).map(Self::from)
    }

    /// The states `output` `[N, T, H]` of every step and `h_n` `[1, N, H]` after the last one, from
    /// the inputs `x` `[N, T, D]` and the states `h_0` `[1, N, H]` before the first (`None`:
    /// zeros).
    ///
    /// ```text
    /// h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh),   output[:, t] = h_t,   h_n = h_T
    /// ```
    ///
    /// The batch comes first in `x` and `output`; in `h_0` and `h_n` the first axis counts layers
    /// and directions, here one. The result is that of [`RnnCell::step`] in a loop, up to rounding:
    /// the sums are the same in another order.
    ///
    /// # Errors
    ///
    /// - [`Error::ZeroSize`] where the batch is empty, or the cell has no inputs or no units.
    /// - [`Error::EmptySequence`] where T is zero.
    /// - [`Error::Shape`] where a weight, `x` or `h_0` has another shape than those above.
    /// - [`Error::NonFinite`] where `x` or `h_0` is. Also for a state that is not a number, under
    ///   the name `output`: see [`RnnCell::step`].
    ///
    /// Source: PyTorch's `torch.nn.RNN` with `batch_first=True`.
    pub fn forward(
        &self,
        x: &ArrayRef3<F>,
        h_0: Option<&ArrayRef3<F>>,
    ) -> Result<(Array3<F>, Array3<F>), Error> {
        let saved = self.forward_saving(x, None, h_0)?;
        Ok((saved.output, saved.h_n))
    }

    /// As [`forward`](Self::forward), for sequences of unequal length in one padded batch: sequence
    /// n has `lengths[n]` steps, and what `x` holds behind them is never read.
    ///
    /// `h_n` is the state after the last step *of each sequence*; `output` is zero behind it.
    ///
    /// # Errors
    ///
    /// Those of [`forward`](Self::forward), and
    ///
    /// - [`Error::Shape`] where there are more or fewer `lengths` than sequences.
    /// - [`Error::Length`] where a length is zero or more than T.
    ///
    /// Source: PyTorch's `pack_padded_sequence` and `pad_packed_sequence` around `torch.nn.RNN`.
    pub fn forward_padded(
        &self,
        x: &ArrayRef3<F>,
        lengths: &[usize],
        h_0: Option<&ArrayRef3<F>>,
    ) -> Result<(Array3<F>, Array3<F>), Error> {
        let saved = self.forward_saving(x, Some(lengths), h_0)?;
        Ok((saved.output, saved.h_n))
    }

    /// As [`forward_padded`](Self::forward_padded), keeping what [`backward`](Self::backward)
    /// needs. Without `lengths` all sequences have T steps.
    ///
    /// # Errors
    ///
    /// Those of [`forward_padded`](Self::forward_padded).
    pub fn forward_saving(
        &self,
        x: &ArrayRef3<F>,
        lengths: Option<&[usize]>,
        h_0: Option<&ArrayRef3<F>>,
    ) -> Result<RnnSaved<F>, Error> {
        self.cell.check_weights()?;
        let steps = Steps::new(x, lengths, self.cell.input_size())?;
        check_states("h_0", h_0, steps.batch_size, self.cell.hidden_size())?;
        let mut states = steps.states(h_0, self.cell.hidden_size());
        self.run(&steps, &mut states);
        let (output, h_n) = (steps.output(&states), steps.last(&states));
        check_finite("output", &output)?;
        Ok(RnnSaved { output, h_n, steps, states })
    }

    /// Computes all states `[(T + 1) N, H]` from the first N rows, which hold `h_0`.
    // ANCHOR: run
    fn run(&self, steps: &Steps<F>, states: &mut Array2<F>) {
        self.project(steps, states);
        for t in 0..steps.count() {
            let (h, mut h_next) = before_and_after(states, t, steps.batch_size);
            add_recurrence(&h, &self.cell.w_hh, &mut h_next);
            h_next.mapv_inplace(F::tanh);
            steps.carry_finished(t, &h, &mut h_next);
        }
    }

    // W_ih x_t + b_ih + b_hh where the state after each step will be: it needs no state.
    fn project(&self, steps: &Steps<F>, states: &mut Array2<F>) {
        let mut z = states.slice_axis_mut(Axis(0), (steps.batch_size..).into());
        steps.project(&self.cell.w_ih, &(&self.cell.b_ih + &self.cell.b_hh), &mut z);
    }
    // ANCHOR_END: run

    /// The gradients of a loss by the weights and `h_0`, from its gradients by `output`
    /// `[N, T, H]` and by `h_n` `[1, N, H]` (`None`: zeros). This is back-propagation through time:
    ///
    /// ```text
    /// δ_t = (dL/dh_t + W_hhᵀ δ_(t+1)) ⊙ (1 - h_t²),   t = T … 1
    ///
    /// dL/dW_hh = Σ_t δ_t h_(t-1)ᵀ   dL/dW_ih = Σ_t δ_t x_tᵀ   dL/db = Σ_t δ_t   dL/dh_0 = W_hhᵀ δ_1
    /// ```
    ///
    /// What `d_output` holds behind the end of a sequence is never read.
    ///
    /// # Errors
    ///
    /// - [`Error::Shape`] where a gradient or a weight has another shape than those above.
    /// - [`Error::NonFinite`] where a gradient is.
    ///
    /// Source: Werbos, *Backpropagation through time*, Proceedings of the IEEE 78 (1990).
    // ANCHOR: backward
    pub fn backward(
        &self,
        saved: &RnnSaved<F>,
        d_output: Option<&ArrayRef3<F>>,
        d_h_n: Option<&ArrayRef3<F>>,
    ) -> Result<RnnGradients<F>, Error> {
        self.cell.check_weights()?;
        let RnnSaved { steps, states, .. } = saved;
        let hidden_size = self.cell.hidden_size();
        let sizes = [self.cell.input_size(), hidden_size];
        steps.check_gradients(d_output, &[("d_h_n", d_h_n)], states, sizes)?;

        let mut d_h = gradient_or_zeros(d_h_n, steps.batch_size, hidden_size);
        let mut d_z = Array2::zeros((steps.rows.nrows(), hidden_size));
        for t in (0..steps.count()).rev() {
            let h = states.slice_axis(Axis(0), steps.block(t + 1));
            let mut d_z = d_z.slice_axis_mut(Axis(0), steps.block(t));
            for n in steps.running(t) {
                let mut d_h = d_h.row_mut(n);
                add_output_gradient(d_output, (n, t), &mut d_h);
                for (d_z, (&h, d_h)) in zip(d_z.row_mut(n), zip(h.row(n), d_h)) {
                    *d_z = *d_h * (F::one() - h * h);
                    *d_h = F::zero(); // for the step before, which starts anew
                }
            }
            add_back(&d_z, &self.cell.w_hh, &mut d_h);
        }
        let (w_ih, w_hh, b_ih, b_hh) = steps.weight_gradients(&d_z, &d_z, states);
        let cell = RnnCell { w_ih, w_hh, b_ih, b_hh };
        Ok(RnnGradients { cell, h_0: d_h.insert_axis(Axis(0)), d_z })
    }
    // ANCHOR_END: backward

    /// The gradient of the loss by the inputs, `W_ihᵀ δ_t` `[N, T, D]`, zero at padding. It is a
    /// product of its own because only a layer below needs it.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] where `saved` and `gradients` do not belong together.
    pub fn input_gradient(
        &self,
        saved: &RnnSaved<F>,
        gradients: &RnnGradients<F>,
    ) -> Result<Array3<F>, Error> {
        saved.steps.input_gradient(&gradients.d_z, &gradients.h_0, &self.cell.w_ih)
    }

    /// The multiply-adds of a step of one sequence: see [`RnnCell::multiply_adds_per_step`].
    pub fn multiply_adds_per_step(&self) -> usize {
        self.cell.multiply_adds_per_step()
    }
}

impl<F: Real> Parameters<F> for Rnn<F> {
    fn parameters(&self) -> Vec<ArrayViewD<'_, F>> {
        self.cell.parameters()
    }

    fn parameters_mut(&mut self) -> Vec<ArrayViewMutD<'_, F>> {
        self.cell.parameters_mut()
    }
}
