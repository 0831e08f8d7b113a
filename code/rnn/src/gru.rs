//! A layer of gated recurrent units over whole sequences, forward and backward.

use ndarray::{Array2, Array3, ArrayRef3, ArrayViewD, ArrayViewMutD, Axis};
use rand::Rng;

use crate::error::check_finite;
use crate::steps::{
    Steps, add_back, add_output_gradient, add_recurrence, before_and_after, check_states,
    gradient_or_zeros,
};
use crate::weights::sigmoid;
use crate::{Error, GruCell, Parameters, Real};

/// One layer of gated recurrent units (GRU): the same cell at every step of every sequence.
///
/// The formula is that of [`GruCell`].
///
/// Source: PyTorch's `torch.nn.GRU` with `batch_first=True`, one layer, one direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Gru<F> {
    /// The weights, shared by all steps.
    pub cell: GruCell<F>,
}

impl<F> From<GruCell<F>> for Gru<F> {
    fn from(cell: GruCell<F>) -> Self {
        Self { cell }
    }
}

/// What [`Gru::forward_saving`] computed, with all that [`Gru::backward`] needs of it: inputs, gates
/// and states of every step.
#[derive(Debug, Clone, PartialEq)]
pub struct GruSaved<F> {
    /// The states of every step: `[N, T, H]`.
    pub output: Array3<F>,
    /// The state after the last step of each sequence: `[1, N, H]`.
    pub h_n: Array3<F>,
    steps: Steps<F>,
    /// r, z, n of every step: `[T N, 3 H]`.
    gates: Array2<F>,
    /// `W_hn h + b_hn` of every step, which the reset gate multiplies: `[T N, H]`.
    recalled: Array2<F>,
    /// `[(T + 1) N, H]`, from `h_0` on.
    states: Array2<F>,
}

impl<F> GruSaved<F> {
    /// The numbers that are kept for the way back, without `output` and `h_n`:
    /// `T N D + 4 T N H + (T + 1) N H`.
    pub fn float_count(&self) -> usize {
        self.steps.rows.len() + self.gates.len() + self.recalled.len() + self.states.len()
    }
}

/// The gradients of a loss by everything that went into a layer but the inputs, for which see
/// [`Gru::input_gradient`].
#[derive(Debug, Clone, PartialEq)]
pub struct GruGradients<F> {
    /// By the weights and biases.
    pub cell: GruCell<F>,
    /// By the states before the first step: `[1, N, H]`.
    pub h_0: Array3<F>,
    /// By `W_ih x + b_ih`: `[T N, 3 H]`.
    d_input: Array2<F>,
}

impl<F: Real> Gru<F> {
    /// A layer whose cell is drawn by [`GruCell::new`].
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size is zero.
    pub fn new(input_size: usize, hidden_size: usize, rng: &mut impl Rng) -> Result<Self, Error> {
        GruCell::new(input_size, hidden_size, rng).map(Self::from)
    }

    /// The states `output` `[N, T, H]` of every step and `h_n` `[1, N, H]` after the last one, from
    /// the inputs `x` `[N, T, D]` and the states `h_0` `[1, N, H]` before the first (`None`:
    /// zeros).
    ///
    /// The result is that of [`GruCell::step`] in a loop, up to rounding.
    ///
    /// # Errors
    ///
    /// - [`Error::ZeroSize`] where the batch is empty, or the cell has no inputs or no units.
    /// - [`Error::EmptySequence`] where T is zero.
    /// - [`Error::Shape`] where a weight, `x` or `h_0` has another shape than those above.
    /// - [`Error::NonFinite`] where `x` or `h_0` is. Also for a state that is not a number, under
    ///   the name `output`: see [`GruCell::step`].
    ///
    /// Source: PyTorch's `torch.nn.GRU` with `batch_first=True`.
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
    /// Source: PyTorch's `pack_padded_sequence` and `pad_packed_sequence` around `torch.nn.GRU`.
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
    ) -> Result<GruSaved<F>, Error> {
        self.cell.check_weights()?;
        let hidden_size = self.cell.hidden_size();
        let steps = Steps::new(x, lengths, self.cell.input_size())?;
        check_states("h_0", h_0, steps.batch_size, hidden_size)?;

        let mut states = steps.states(h_0, hidden_size);
        let mut gates = Array2::zeros((steps.rows.nrows(), self.cell.w_ih.nrows()));
        steps.project(&self.cell.w_ih, &self.cell.b_ih, &mut gates);
        let mut recalled = Array2::zeros((steps.rows.nrows(), hidden_size));
        let mut hidden = Array2::zeros((steps.batch_size, self.cell.w_hh.nrows()));
        for t in 0..steps.count() {
            let (h, mut h_next) = before_and_after(&mut states, t, steps.batch_size);
            let mut gates = gates.slice_axis_mut(Axis(0), steps.block(t));
            let mut recalled = recalled.slice_axis_mut(Axis(0), steps.block(t));
            hidden.assign(&self.cell.b_hh);
            add_recurrence(&h, &self.cell.w_hh, &mut hidden);
            for n in steps.running(t) {
                let (mut gates, hidden) = (gates.row_mut(n), hidden.row(n));
                for u in 0..hidden_size {
                    let r = sigmoid(gates[u] + hidden[u]);
                    let z = sigmoid(gates[hidden_size + u] + hidden[hidden_size + u]);
                    recalled[[n, u]] = hidden[2 * hidden_size + u];
                    let candidate = (gates[2 * hidden_size + u] + r * recalled[[n, u]]).tanh();
                    h_next[[n, u]] = (F::one() - z) * candidate + z * h[[n, u]];
                    for (gate, value) in [r, z, candidate].into_iter().enumerate() {
                        gates[gate * hidden_size + u] = value;
                    }
                }
            }
            steps.carry_finished(t, &h, &mut h_next);
        }
        let (output, h_n) = (steps.output(&states), steps.last(&states));
        check_finite("output", &output)?;
        Ok(GruSaved { output, h_n, steps, gates, recalled, states })
    }

    /// The gradients of a loss by the weights and `h_0`, from its gradients by `output`
    /// `[N, T, H]` and by `h_n` `[1, N, H]` (`None`: zeros).
    ///
    /// ```text
    /// d_n = d_h ⊙ (1 - z) ⊙ (1 - n²)
    /// d_z = d_h ⊙ (h - n) ⊙ z (1 - z)
    /// d_r = d_n ⊙ (W_hn h + b_hn) ⊙ r (1 - r)
    ///
    /// by W_ih x + b_ih:   (d_r, d_z, d_n)
    /// by W_hh h + b_hh:   (d_r, d_z, d_n ⊙ r) = δ
    ///
    /// one step back:      d_h ⊙ z + W_hhᵀ δ
    /// ```
    ///
    /// The gradients of the weights are sums over the steps, as in [`Rnn::backward`].
    /// What `d_output` holds behind the end of a sequence is never read.
    ///
    /// # Errors
    ///
    /// - [`Error::Shape`] where a gradient or a weight has another shape than those above.
    /// - [`Error::NonFinite`] where a gradient is.
    ///
    /// [`Rnn::backward`]: crate::Rnn::backward
    pub fn backward(
        &self,
        saved: &GruSaved<F>,
        d_output: Option<&ArrayRef3<F>>,
        d_h_n: Option<&ArrayRef3<F>>,
    ) -> Result<GruGradients<F>, Error> {
        self.cell.check_weights()?;
        let GruSaved { steps, gates, recalled, states, .. } = saved;
        let hidden_size = self.cell.hidden_size();
        let sizes = [self.cell.input_size(), hidden_size];
        steps.check_gradients(d_output, &[("d_h_n", d_h_n)], states, sizes)?;

        let one = F::one();
        let mut d_h = gradient_or_zeros(d_h_n, steps.batch_size, hidden_size);
        let mut d_input = Array2::zeros(gates.dim());
        let mut d_hidden = Array2::zeros(gates.dim());
        for t in (0..steps.count()).rev() {
            let gates = gates.slice_axis(Axis(0), steps.block(t));
            let recalled = recalled.slice_axis(Axis(0), steps.block(t));
            let h = states.slice_axis(Axis(0), steps.block(t));
            let mut d_input = d_input.slice_axis_mut(Axis(0), steps.block(t));
            let mut d_hidden = d_hidden.slice_axis_mut(Axis(0), steps.block(t));
            for row in steps.running(t) {
                let gates = gates.row(row);
                let (mut d_input, mut d_hidden) = (d_input.row_mut(row), d_hidden.row_mut(row));
                let mut d_h = d_h.row_mut(row);
                add_output_gradient(d_output, (row, t), &mut d_h);
                for u in 0..hidden_size {
                    let [r, z, n] = [0, 1, 2].map(|gate| gates[gate * hidden_size + u]);
                    let d_n = d_h[u] * (one - z) * (one - n * n);
                    let d_z = d_h[u] * (h[[row, u]] - n) * z * (one - z);
                    let d_r = d_n * recalled[[row, u]] * r * (one - r);
                    for (gate, [input, hidden]) in
                        [[d_r, d_r], [d_z, d_z], [d_n, d_n * r]].into_iter().enumerate()
                    {
                        d_input[gate * hidden_size + u] = input;
                        d_hidden[gate * hidden_size + u] = hidden;
                    }
                    d_h[u] *= z;
                }
            }
            add_back(&d_hidden, &self.cell.w_hh, &mut d_h);
        }
        let (w_ih, w_hh, b_ih, b_hh) = steps.weight_gradients(&d_input, &d_hidden, states);
        let cell = GruCell { w_ih, w_hh, b_ih, b_hh };
        Ok(GruGradients { cell, h_0: d_h.insert_axis(Axis(0)), d_input })
    }

    /// The gradient of the loss by the inputs `[N, T, D]`, zero at padding. It is a product of its
    /// own because only a layer below needs it.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] where `saved` and `gradients` do not belong together.
    pub fn input_gradient(
        &self,
        saved: &GruSaved<F>,
        gradients: &GruGradients<F>,
    ) -> Result<Array3<F>, Error> {
        saved.steps.input_gradient(&gradients.d_input, &gradients.h_0, &self.cell.w_ih)
    }

    /// The multiply-adds of a step of one sequence: see [`GruCell::multiply_adds_per_step`].
    pub fn multiply_adds_per_step(&self) -> usize {
        self.cell.multiply_adds_per_step()
    }
}

impl<F: Real> Parameters<F> for Gru<F> {
    fn parameters(&self) -> Vec<ArrayViewD<'_, F>> {
        self.cell.parameters()
    }

    fn parameters_mut(&mut self) -> Vec<ArrayViewMutD<'_, F>> {
        self.cell.parameters_mut()
    }
}
