//! Recurrent layers over whole sequences, forward and backward.

use std::iter::zip;

use ndarray::{Array2, Array3, ArrayRef3, ArrayViewD, ArrayViewMutD, Axis};
use rand::Rng;

use crate::activation::tanh_in_place;
use crate::error::check_finite;
use crate::product::Product;
use crate::stack::{self, Pass, PassGradients, ReadyWeights, Recurrent, Stack};
use crate::steps::{Steps, before_and_after};
use crate::weights::{row, row_mut};
use crate::{Error, Parameters, Real, RnnCell};

/// A recurrent network: one layer, or several on top of each other, in one direction or in both.
///
/// ```text
/// h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh),   t = 1 … T
/// ```
///
/// Layer l reads the outputs of layer l - 1. A bidirectional layer has a second cell, which reads
/// the sequence from its end to its beginning, and its outputs are those of both, side by side.
/// With *L* layers of *K* directions (1 or 2) the shapes are
///
/// ```text
/// x [N, T, D]   output [N, T, K H]   h_0, h_n [L K, N, H]
/// w_ih [H, D] in the first layer, [H, K H] above it   w_hh [H, H]
/// ```
///
/// Source: PyTorch's `torch.nn.RNN` with `batch_first=True` and without dropout.
#[derive(Debug, Clone, PartialEq)]
pub struct Rnn<F> {
    /// The weights, shared by all steps: a cell for each layer and direction, in PyTorch's order
    /// `l0`, `l0_reverse`, `l1`, `l1_reverse`, …
    pub cells: Vec<RnnCell<F>>,
    /// Whether each layer has two cells.
    pub bidirectional: bool,
}

/// One layer in one direction.
impl<F> From<RnnCell<F>> for Rnn<F> {
    fn from(cell: RnnCell<F>) -> Self {
        Self { cells: vec![cell], bidirectional: false }
    }
}

/// What [`Rnn::forward_saving`] computed, with all that [`Rnn::backward`] needs of it: the inputs
/// and the states of every step, of each layer and direction.
#[derive(Debug, Clone, PartialEq)]
pub struct RnnSaved<F> {
    /// The states of every step of the last layer: `[N, T, K H]`.
    pub output: Array3<F>,
    /// The state after the last step of each sequence: `[L K, N, H]`. In reverse that is the one
    /// after its first step.
    pub h_n: Array3<F>,
    /// Of each the states `[(T + 1) N, H]`, from `h_0` on.
    passes: Vec<Pass<F, Array2<F>>>,
}

impl<F> RnnSaved<F> {
    /// The numbers that are kept for the way back, without `output` and `h_n`:
    /// `T N D + (T + 1) N H` for each cell with D inputs.
    pub fn float_count(&self) -> usize {
        self.passes.iter().map(|pass| pass.steps.rows.len() + pass.trace.len()).sum()
    }
}

/// The gradients of a loss by everything that went into a network but the inputs, for which see
/// [`Rnn::input_gradient`].
#[derive(Debug, Clone, PartialEq)]
pub struct RnnGradients<F> {
    /// By the weights and biases.
    pub rnn: Rnn<F>,
    /// By the states before the first step: `[L K, N, H]`.
    pub h_0: Array3<F>,
    /// By the sums inside tanh of the first layer, in each direction: `[T N, H]`.
    d_input: Vec<Array2<F>>,
}

impl<F: Real> Rnn<F> {
    /// One layer in one direction, whose cell is drawn by [`RnnCell::new`].
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size is zero.
    pub fn new(input_size: usize, hidden_size: usize, rng: &mut impl Rng) -> Result<Self, Error> {
        Self::stacked(input_size, hidden_size, 1, false, rng)
    }

    /// So many layers, in one direction or in both, whose cells are drawn by [`RnnCell::new`] one
    /// after the other.
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size or the number of layers is zero.
    ///
    /// Source: PyTorch's `torch.nn.RNN(input_size, hidden_size, num_layers, bidirectional=…)`.
    pub fn stacked(
        input_size: usize,
        hidden_size: usize,
        num_layers: usize,
        bidirectional: bool,
        rng: &mut impl Rng,
    ) -> Result<Self, Error> {
        let cells = stack::draw([input_size, hidden_size], num_layers, bidirectional, |d, h| {
            RnnCell::new(d, h, rng)
        })?;
        Ok(Self { cells, bidirectional })
    }

    /// The states `output` `[N, T, K H]` of every step and `h_n` `[L K, N, H]` after the last one,
    /// from the inputs `x` `[N, T, D]` and the states `h_0` `[L K, N, H]` before the first
    /// (`None`: zeros).
    ///
    /// The batch comes first in `x` and `output`; in the states the first axis counts layers and
    /// directions. The result is that of [`RnnCell::step`] in a loop, up to rounding: the sums are
    /// the same in another order.
    ///
    /// # Errors
    ///
    /// - [`Error::ZeroSize`] where the batch is empty, or there is no cell, or one has no inputs or
    ///   no units.
    /// - [`Error::EmptySequence`] where T is zero.
    /// - [`Error::Shape`] where a weight, `x` or `h_0` has another shape than those above. Of
    ///   several cells [`Error::Cell`] names the one; [`Error::Directions`] where one is missing.
    /// - [`Error::NonFinite`] where `x` or `h_0` is. Also for a state that is not a number,
    ///   under the name `output`: see [`RnnCell::step`].
    ///
    /// Source: PyTorch's `torch.nn.RNN` with `batch_first=True`.
    pub fn forward(
        &self,
        x: &ArrayRef3<F>,
        h_0: Option<&ArrayRef3<F>>,
    ) -> Result<(Array3<F>, Array3<F>), Error> {
        self.read(x, None, h_0)
    }

    /// As [`forward`](Self::forward), for sequences of unequal length in one padded batch: sequence
    /// n has `lengths[n]` steps, and what `x` holds behind them is never read.
    ///
    /// `h_n` is the state after the last step *of each sequence*; `output` is zero behind it. In
    /// reverse each sequence is read from its own end.
    ///
    /// # Errors
    ///
    /// Those of [`forward`](Self::forward), and
    ///
    /// - [`Error::Shape`] where there are more or fewer `lengths` than sequences.
    /// - [`Error::Length`] where a length is zero or more than T.
    ///
    /// Source: PyTorch's `pack_padded_sequence` and `pad_packed_sequence` around
    /// `torch.nn.RNN`.
    pub fn forward_padded(
        &self,
        x: &ArrayRef3<F>,
        lengths: &[usize],
        h_0: Option<&ArrayRef3<F>>,
    ) -> Result<(Array3<F>, Array3<F>), Error> {
        self.read(x, Some(lengths), h_0)
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
        let saved = self.stack().forward_saving(x, lengths, [("h_0", h_0)])?;
        let ([h_n], output) = (saved.last, saved.output);
        check_finite("output", &output)?;
        Ok(RnnSaved { output, h_n, passes: saved.passes })
    }

    fn read(
        &self,
        x: &ArrayRef3<F>,
        lengths: Option<&[usize]>,
        h_0: Option<&ArrayRef3<F>>,
    ) -> Result<(Array3<F>, Array3<F>), Error> {
        let (output, [h_n]) = self.stack().forward(x, lengths, [("h_0", h_0)])?;
        check_finite("output", &output)?;
        Ok((output, h_n))
    }

    /// The gradients of a loss by the weights and `h_0`, from its gradients by `output`
    /// `[N, T, K H]` and by `h_n` `[L K, N, H]` (`None`: zeros). This is back-propagation through
    /// time, in each layer and direction:
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
    /// - [`Error::Shape`] where a gradient or a weight has another shape than those above, or
    ///   `saved` is another network's.
    /// - [`Error::NonFinite`] where a gradient is.
    ///
    /// Source: Werbos, *Backpropagation through time*, Proceedings of the IEEE 78 (1990).
    pub fn backward(
        &self,
        saved: &RnnSaved<F>,
        d_output: Option<&ArrayRef3<F>>,
        d_h_n: Option<&ArrayRef3<F>>,
    ) -> Result<RnnGradients<F>, Error> {
        let gradients = self.stack().backward(&saved.passes, d_output, [("d_h_n", d_h_n)])?;
        let rnn = Self { cells: gradients.cells, bidirectional: self.bidirectional };
        let [h_0] = gradients.initial;
        Ok(RnnGradients { rnn, h_0, d_input: gradients.d_input })
    }

    /// The gradient of the loss by the inputs, `[N, T, D]`, zero at padding: `W_ihᵀ` times what
    /// each direction of the first layer got. It is a product of its own because only a layer below
    /// needs it.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] where `saved` and `gradients` do not belong together.
    pub fn input_gradient(
        &self,
        saved: &RnnSaved<F>,
        gradients: &RnnGradients<F>,
    ) -> Result<Array3<F>, Error> {
        self.stack().input_gradient(&saved.passes, &gradients.d_input, &gradients.h_0)
    }

    /// The number of inputs, *D*.
    pub fn input_size(&self) -> usize {
        self.cells.first().map_or(0, RnnCell::input_size)
    }

    /// The number of units in each layer and direction, *H*.
    pub fn hidden_size(&self) -> usize {
        self.cells.first().map_or(0, RnnCell::hidden_size)
    }

    /// The number of layers, *L*.
    pub fn num_layers(&self) -> usize {
        self.cells.len() / self.num_directions()
    }

    /// The number of directions, *K*: one or two.
    pub fn num_directions(&self) -> usize {
        self.stack().directions()
    }

    /// The multiply-adds of a step of one sequence, through all layers and directions: see
    /// [`RnnCell::multiply_adds_per_step`].
    pub fn multiply_adds_per_step(&self) -> usize {
        self.cells.iter().map(RnnCell::multiply_adds_per_step).sum()
    }

    fn stack(&self) -> Stack<'_, RnnCell<F>> {
        Stack { cells: &self.cells, bidirectional: self.bidirectional }
    }
}

impl<F: Real> Parameters<F> for Rnn<F> {
    fn parameters(&self) -> Vec<ArrayViewD<'_, F>> {
        self.cells.iter().flat_map(RnnCell::parameters).collect()
    }

    fn parameters_mut(&mut self) -> Vec<ArrayViewMutD<'_, F>> {
        self.cells.iter_mut().flat_map(RnnCell::parameters_mut).collect()
    }

    fn names(&self) -> Vec<String> {
        self.stack().parameter_names()
    }
}

impl<F: Real> Recurrent<F, 1> for RnnCell<F> {
    /// All states.
    type Trace = Array2<F>;

    fn sizes(&self) -> Result<[usize; 2], Error> {
        self.check_weights()?;
        Ok([self.input_size(), self.hidden_size()])
    }

    fn w_ih(&self) -> &Array2<F> {
        &self.w_ih
    }

    fn w_hh(&self) -> &Array2<F> {
        &self.w_hh
    }

    fn states(states: &Array2<F>) -> &Array2<F> {
        states
    }

    fn last(steps: &Steps<F>, states: &Array2<F>) -> [Array2<F>; 1] {
        [steps.last(states)]
    }

    // ANCHOR: run
    fn run(
        &self,
        weights: &ReadyWeights<F>,
        steps: &Steps<F>,
        [h_0]: [Array2<F>; 1],
        _keep: bool,
    ) -> Array2<F> {
        let mut states = steps.states(&h_0);
        // Where the state after each step will be, first what needs no state: W_ih x_t + b.
        let mut z = states.slice_axis_mut(Axis(0), (steps.batch_size..).into());
        steps.project(0, steps.count(), &weights.w_ih, &(&self.b_ih + &self.b_hh), &mut z);
        for t in 0..steps.count() {
            let (h, mut h_next) = before_and_after(&mut states, t, steps.batch_size);
            weights.w_hh.add_to(&h, &mut h_next);
            tanh_in_place(&mut h_next);
            steps.carry_finished(t, &h, &mut h_next);
        }
        states
    }
    // ANCHOR_END: run

    // ANCHOR: backward
    fn run_back(
        &self,
        steps: &Steps<F>,
        states: &Array2<F>,
        d_output: Array2<F>,
        [mut d_h]: [Array2<F>; 1],
    ) -> PassGradients<F, Self, 1> {
        let w_hh = F::Ready::ready(&self.w_hh);
        let mut d_z = d_output; // the gradients by the states become those by the sums
        for t in (0..steps.count()).rev() {
            let h = states.slice_axis(Axis(0), steps.block(t + 1));
            let mut d_z = d_z.slice_axis_mut(Axis(0), steps.block(t));
            for n in steps.running(t) {
                let (h, d_z, d_h) = (row(&h, n), row_mut(&mut d_z, n), row_mut(&mut d_h, n));
                for (d_z, (&h, d_h)) in zip(d_z, zip(h, &mut *d_h)) {
                    *d_z = (*d_z + *d_h) * (F::one() - h * h);
                }
                d_h.fill(F::zero()); // for the step before, which starts anew
            }
            w_hh.add_to(&d_z, &mut d_h);
        }
        let (w_ih, w_hh, b_ih, b_hh) = steps.weight_gradients(&d_z, &d_z, states);
        let cell = Self { w_ih, w_hh, b_ih, b_hh };
        PassGradients { cell, state: [d_h], d_input: d_z }
    }
    // ANCHOR_END: backward
}
