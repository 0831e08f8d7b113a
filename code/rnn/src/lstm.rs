//! A layer of long short-term memories over whole sequences, forward and backward.

use ndarray::{Array2, Array3, ArrayRef3, ArrayViewD, ArrayViewMutD, Axis};
use rand::Rng;

use crate::error::check_finite;
use crate::steps::{
    Steps, add_back, add_output_gradient, add_recurrence, before_and_after, check_states,
    gradient_or_zeros,
};
use crate::weights::sigmoid;
use crate::{Error, LstmCell, Parameters, Real};

/// One layer of long short-term memories (LSTM): the same cell at every step of every sequence.
///
/// The formula is that of [`LstmCell`].
///
/// Source: PyTorch's `torch.nn.LSTM` with `batch_first=True`, one layer, one direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Lstm<F> {
    /// The weights, shared by all steps.
    pub cell: LstmCell<F>,
}

impl<F> From<LstmCell<F>> for Lstm<F> {
    fn from(cell: LstmCell<F>) -> Self {
        Self { cell }
    }
}

/// What [`Lstm::forward_saving`] computed, with all that [`Lstm::backward`] needs of it: inputs,
/// gates, cell states and hidden states of every step.
#[derive(Debug, Clone, PartialEq)]
pub struct LstmSaved<F> {
    /// The hidden states of every step: `[N, T, H]`.
    pub output: Array3<F>,
    /// The hidden state after the last step of each sequence: `[1, N, H]`.
    pub h_n: Array3<F>,
    /// The cell state after the last step of each sequence: `[1, N, H]`.
    pub c_n: Array3<F>,
    steps: Steps<F>,
    /// i, f, g, o of every step: `[T N, 4 H]`.
    gates: Array2<F>,
    /// Hidden states from `h_0` on: `[(T + 1) N, H]`.
    states: Array2<F>,
    /// Cell states from `c_0` on: `[(T + 1) N, H]`.
    cells: Array2<F>,
    /// tanh of the cell state after every step: `[T N, H]`.
    tanh_cells: Array2<F>,
}

impl<F> LstmSaved<F> {
    /// The numbers that are kept for the way back, without `output`, `h_n` and `c_n`:
    /// `T N D + 5 T N H + 2 (T + 1) N H`.
    pub fn float_count(&self) -> usize {
        let layer = self.gates.len() + self.states.len() + self.cells.len();
        self.steps.rows.len() + layer + self.tanh_cells.len()
    }
}

/// The gradients of a loss by everything that went into a layer but the inputs, for which see
/// [`Lstm::input_gradient`].
#[derive(Debug, Clone, PartialEq)]
pub struct LstmGradients<F> {
    /// By the weights and biases.
    pub cell: LstmCell<F>,
    /// By the hidden states before the first step: `[1, N, H]`.
    pub h_0: Array3<F>,
    /// By the cell states before the first step: `[1, N, H]`.
    pub c_0: Array3<F>,
    /// By the sums inside the gates: `[T N, 4 H]`.
    d_z: Array2<F>,
}

/// Hidden states and cell states, both `[1, N, H]`.
type States<'a, F> = (&'a ArrayRef3<F>, &'a ArrayRef3<F>);

/// The output `[N, T, H]`, and the last states `(h_n, c_n)`, both `[1, N, H]`.
type Outcome<F> = (Array3<F>, (Array3<F>, Array3<F>));

impl<F: Real> Lstm<F> {
    /// A layer whose cell is drawn by [`LstmCell::new`].
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size is zero.
    pub fn new(input_size: usize, hidden_size: usize, rng: &mut impl Rng) -> Result<Self, Error> {
        LstmCell::new(input_size, hidden_size, rng).map(Self::from)
    }

    /// The hidden states `output` `[N, T, H]` of every step and the states `(h_n, c_n)` after the
    /// last one, both `[1, N, H]`, from the inputs `x` `[N, T, D]` and the states `(h_0, c_0)`
    /// before the first, both `[1, N, H]` (`None`: zeros).
    ///
    /// The result is that of [`LstmCell::step`] in a loop, up to rounding.
    ///
    /// # Errors
    ///
    /// - [`Error::ZeroSize`] where the batch is empty, or the cell has no inputs or no units.
    /// - [`Error::EmptySequence`] where T is zero.
    /// - [`Error::Shape`] where a weight, `x`, `h_0` or `c_0` has another shape than those above.
    /// - [`Error::NonFinite`] where `x`, `h_0` or `c_0` is. Also for a state that is not finite,
    ///   under the name `output` or `c_n`: see [`LstmCell::step`].
    ///
    /// Source: PyTorch's `torch.nn.LSTM` with `batch_first=True`.
    pub fn forward(
        &self,
        x: &ArrayRef3<F>,
        state: Option<States<'_, F>>,
    ) -> Result<Outcome<F>, Error> {
        let saved = self.forward_saving(x, None, state)?;
        Ok((saved.output, (saved.h_n, saved.c_n)))
    }

    /// As [`forward`](Self::forward), for sequences of unequal length in one padded batch: sequence
    /// n has `lengths[n]` steps, and what `x` holds behind them is never read.
    ///
    /// `h_n` and `c_n` are the states after the last step *of each sequence*; `output` is zero
    /// behind it.
    ///
    /// # Errors
    ///
    /// Those of [`forward`](Self::forward), and
    ///
    /// - [`Error::Shape`] where there are more or fewer `lengths` than sequences.
    /// - [`Error::Length`] where a length is zero or more than T.
    ///
    /// Source: PyTorch's `pack_padded_sequence` and `pad_packed_sequence` around `torch.nn.LSTM`.
    pub fn forward_padded(
        &self,
        x: &ArrayRef3<F>,
        lengths: &[usize],
        state: Option<States<'_, F>>,
    ) -> Result<Outcome<F>, Error> {
        let saved = self.forward_saving(x, Some(lengths), state)?;
        Ok((saved.output, (saved.h_n, saved.c_n)))
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
        state: Option<States<'_, F>>,
    ) -> Result<LstmSaved<F>, Error> {
        self.cell.check_weights()?;
        let hidden_size = self.cell.hidden_size();
        let steps = Steps::new(x, lengths, self.cell.input_size())?;
        let (h_0, c_0) = (state.map(|(h_0, _)| h_0), state.map(|(_, c_0)| c_0));
        check_states("h_0", h_0, steps.batch_size, hidden_size)?;
        check_states("c_0", c_0, steps.batch_size, hidden_size)?;

        let mut states = steps.states(h_0, hidden_size);
        let mut cells = steps.states(c_0, hidden_size);
        let mut tanh_cells = Array2::zeros((steps.rows.nrows(), hidden_size));
        let mut gates = self.project(&steps);
        for t in 0..steps.count() {
            let (h, mut h_next) = before_and_after(&mut states, t, steps.batch_size);
            let (c, mut c_next) = before_and_after(&mut cells, t, steps.batch_size);
            let mut tanh_c = tanh_cells.slice_axis_mut(Axis(0), steps.block(t));
            let mut gates = gates.slice_axis_mut(Axis(0), steps.block(t));
            add_recurrence(&h, &self.cell.w_hh, &mut gates);
            for n in steps.running(t) {
                let mut gates = gates.row_mut(n);
                for u in 0..hidden_size {
                    let i = sigmoid(gates[u]);
                    let f = sigmoid(gates[hidden_size + u]);
                    let g = gates[2 * hidden_size + u].tanh();
                    let o = sigmoid(gates[3 * hidden_size + u]);
                    c_next[[n, u]] = f * c[[n, u]] + i * g;
                    tanh_c[[n, u]] = c_next[[n, u]].tanh();
                    h_next[[n, u]] = o * tanh_c[[n, u]];
                    for (gate, value) in [i, f, g, o].into_iter().enumerate() {
                        gates[gate * hidden_size + u] = value;
                    }
                }
            }
            steps.carry_finished(t, &h, &mut h_next);
            steps.carry_finished(t, &c, &mut c_next);
        }
        let (output, h_n, c_n) = (steps.output(&states), steps.last(&states), steps.last(&cells));
        check_finite("c_n", &c_n)?;
        check_finite("output", &output)?;
        Ok(LstmSaved { output, h_n, c_n, steps, gates, states, cells, tanh_cells })
    }

    // W_ih x_t + b_ih + b_hh for all steps: it needs no state.
    fn project(&self, steps: &Steps<F>) -> Array2<F> {
        let mut z = Array2::zeros((steps.rows.nrows(), self.cell.w_ih.nrows()));
        steps.project(&self.cell.w_ih, &(&self.cell.b_ih + &self.cell.b_hh), &mut z);
        z
    }

    /// The gradients of a loss by the weights, `h_0` and `c_0`, from its gradients by `output`
    /// `[N, T, H]`, `h_n` and `c_n` `[1, N, H]` (`None`: zeros).
    ///
    /// ```text
    /// d_o = d_h ⊙ tanh(c')     d_c += d_h ⊙ o ⊙ (1 - tanh²(c'))
    /// d_i = d_c ⊙ g            d_f = d_c ⊙ c            d_g = d_c ⊙ i
    ///
    /// δ = (d_i ⊙ i (1 - i), d_f ⊙ f (1 - f), d_g ⊙ (1 - g²), d_o ⊙ o (1 - o))
    ///
    /// one step back:   d_h = W_hhᵀ δ,   d_c ⊙ f
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
        saved: &LstmSaved<F>,
        d_output: Option<&ArrayRef3<F>>,
        d_h_n: Option<&ArrayRef3<F>>,
        d_c_n: Option<&ArrayRef3<F>>,
    ) -> Result<LstmGradients<F>, Error> {
        self.cell.check_weights()?;
        let LstmSaved { steps, gates, states, cells, tanh_cells, .. } = saved;
        let (n, hidden_size) = (steps.batch_size, self.cell.hidden_size());
        let sizes = [self.cell.input_size(), hidden_size];
        steps.check_gradients(d_output, &[("d_h_n", d_h_n), ("d_c_n", d_c_n)], states, sizes)?;

        let one = F::one();
        let mut d_h = gradient_or_zeros(d_h_n, n, hidden_size);
        let mut d_c = gradient_or_zeros(d_c_n, n, hidden_size);
        let mut d_z = Array2::zeros(gates.dim());
        for t in (0..steps.count()).rev() {
            let gates = gates.slice_axis(Axis(0), steps.block(t));
            let c = cells.slice_axis(Axis(0), steps.block(t));
            let tanh_cells = tanh_cells.slice_axis(Axis(0), steps.block(t));
            let mut d_z = d_z.slice_axis_mut(Axis(0), steps.block(t));
            for n in steps.running(t) {
                let (gates, mut d_z) = (gates.row(n), d_z.row_mut(n));
                let (mut d_h, mut d_c) = (d_h.row_mut(n), d_c.row_mut(n));
                add_output_gradient(d_output, (n, t), &mut d_h);
                for u in 0..hidden_size {
                    let [i, f, g, o] = [0, 1, 2, 3].map(|gate| gates[gate * hidden_size + u]);
                    let tanh_c = tanh_cells[[n, u]];
                    let d_o = d_h[u] * tanh_c;
                    d_c[u] += d_h[u] * o * (one - tanh_c * tanh_c);
                    let (d_i, d_f, d_g) = (d_c[u] * g, d_c[u] * c[[n, u]], d_c[u] * i);
                    d_z[u] = d_i * i * (one - i);
                    d_z[hidden_size + u] = d_f * f * (one - f);
                    d_z[2 * hidden_size + u] = d_g * (one - g * g);
                    d_z[3 * hidden_size + u] = d_o * o * (one - o);
                    d_c[u] *= f;
                }
                d_h.fill(F::zero());
            }
            add_back(&d_z, &self.cell.w_hh, &mut d_h);
        }
        let (w_ih, w_hh, b_ih, b_hh) = steps.weight_gradients(&d_z, &d_z, states);
        let cell = LstmCell { w_ih, w_hh, b_ih, b_hh };
        let (h_0, c_0) = (d_h.insert_axis(Axis(0)), d_c.insert_axis(Axis(0)));
        Ok(LstmGradients { cell, h_0, c_0, d_z })
    }

    /// The gradient of the loss by the inputs, `W_ihᵀ δ_t` `[N, T, D]`, zero at padding. It is a
    /// product of its own because only a layer below needs it.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] where `saved` and `gradients` do not belong together.
    pub fn input_gradient(
        &self,
        saved: &LstmSaved<F>,
        gradients: &LstmGradients<F>,
    ) -> Result<Array3<F>, Error> {
        saved.steps.input_gradient(&gradients.d_z, &gradients.h_0, &self.cell.w_ih)
    }

    /// The multiply-adds of a step of one sequence: see [`LstmCell::multiply_adds_per_step`].
    pub fn multiply_adds_per_step(&self) -> usize {
        self.cell.multiply_adds_per_step()
    }
}

impl<F: Real> Parameters<F> for Lstm<F> {
    fn parameters(&self) -> Vec<ArrayViewD<'_, F>> {
        self.cell.parameters()
    }

    fn parameters_mut(&mut self) -> Vec<ArrayViewMutD<'_, F>> {
        self.cell.parameters_mut()
    }
}
