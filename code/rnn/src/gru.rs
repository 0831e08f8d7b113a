//! Gated recurrent units over whole sequences, forward and backward.

use ndarray::{Array2, Array3, ArrayRef2, ArrayRef3, ArrayViewD, ArrayViewMutD, Axis};
use pulp::{Arch, NullaryFnOnce};
use rand::Rng;

use crate::error::check_finite;
use crate::product::Product;
use crate::stack::{self, Pass, PassGradients, ReadyWeights, Recurrent, Stack};
use crate::steps::{Steps, before_and_after};
use crate::weights::{parts, parts_mut, row, row_mut};
use crate::{Error, GruCell, Parameters, Real};

/// A network of gated recurrent units (GRU): one layer, or several on top of each other, in one
/// direction or in both.
///
/// The formula is that of [`GruCell`]; layers, directions and shapes are those of [`Rnn`], with
/// three gates below each other in the weights.
///
/// Source: PyTorch's `torch.nn.GRU` with `batch_first=True` and without dropout.
///
/// [`Rnn`]: crate::Rnn
#[derive(Debug, Clone, PartialEq)]
pub struct Gru<F> {
    /// The weights, shared by all steps: a cell for each layer and direction, in PyTorch's order
    /// `l0`, `l0_reverse`, `l1`, `l1_reverse`, …
    pub cells: Vec<GruCell<F>>,
    /// Whether each layer has two cells.
    pub bidirectional: bool,
}

/// One layer in one direction.
impl<F> From<GruCell<F>> for Gru<F> {
    fn from(cell: GruCell<F>) -> Self {
        Self { cells: vec![cell], bidirectional: false }
    }
}

/// What [`Gru::forward_saving`] computed, with all that [`Gru::backward`] needs of it: inputs, gates
/// and states of every step, of each layer and direction.
#[derive(Debug, Clone, PartialEq)]
pub struct GruSaved<F> {
    /// The states of every step of the last layer: `[N, T, K H]`.
    pub output: Array3<F>,
    /// The state after the last step of each sequence: `[L K, N, H]`. In reverse that is the one
    /// after its first step.
    pub h_n: Array3<F>,
    passes: Vec<Pass<F, Trace<F>>>,
}

/// What one cell computed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trace<F> {
    /// r, z, n of every step: `[T N, 3 H]`.
    gates: Array2<F>,
    /// `W_hn h + b_hn` of every step, which the reset gate multiplies: `[T N, H]`.
    recalled: Array2<F>,
    /// `[(T + 1) N, H]`, from `h_0` on.
    states: Array2<F>,
}

impl<F> GruSaved<F> {
    /// The numbers that are kept for the way back, without `output` and `h_n`:
    /// `T N D + 4 T N H + (T + 1) N H` for each cell with D inputs.
    pub fn float_count(&self) -> usize {
        let of_pass = |Pass { steps, trace }: &Pass<F, Trace<F>>| {
            steps.rows.len() + trace.gates.len() + trace.recalled.len() + trace.states.len()
        };
        self.passes.iter().map(of_pass).sum()
    }
}

/// The gradients of a loss by everything that went into a network but the inputs, for which see
/// [`Gru::input_gradient`].
#[derive(Debug, Clone, PartialEq)]
pub struct GruGradients<F> {
    /// By the weights and biases.
    pub gru: Gru<F>,
    /// By the states before the first step: `[L K, N, H]`.
    pub h_0: Array3<F>,
    /// By `W_ih x + b_ih` of the first layer, in each direction: `[T N, 3 H]`.
    d_input: Vec<Array2<F>>,
}

impl<F: Real> Gru<F> {
    /// One layer in one direction, whose cell is drawn by [`GruCell::new`].
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size is zero.
    pub fn new(input_size: usize, hidden_size: usize, rng: &mut impl Rng) -> Result<Self, Error> {
        Self::stacked(input_size, hidden_size, 1, false, rng)
    }

    /// So many layers, in one direction or in both, whose cells are drawn by [`GruCell::new`] one
    /// after the other.
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size or the number of layers is zero.
    ///
    /// Source: PyTorch's `torch.nn.GRU(input_size, hidden_size, num_layers, bidirectional=…)`.
    pub fn stacked(
        input_size: usize,
        hidden_size: usize,
        num_layers: usize,
        bidirectional: bool,
        rng: &mut impl Rng,
    ) -> Result<Self, Error> {
        let cells = stack::draw([input_size, hidden_size], num_layers, bidirectional, |d, h| {
            GruCell::new(d, h, rng)
        })?;
        Ok(Self { cells, bidirectional })
    }

    /// The states `output` `[N, T, K H]` of every step and `h_n` `[L K, N, H]` after the last one,
    /// from the inputs `x` `[N, T, D]` and the states `h_0` `[L K, N, H]` before the first
    /// (`None`: zeros).
    ///
    /// The batch comes first in `x` and `output`; in the states the first axis counts layers and
    /// directions. The result is that of [`GruCell::step`] in a loop, up to rounding: the sums are
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
    ///   under the name `output`: see [`GruCell::step`].
    ///
    /// Source: PyTorch's `torch.nn.GRU` with `batch_first=True`.
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
    /// `torch.nn.GRU`.
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
    ) -> Result<GruSaved<F>, Error> {
        let saved = self.stack().forward_saving(x, lengths, [("h_0", h_0)])?;
        let ([h_n], output) = (saved.last, saved.output);
        check_finite("output", &output)?;
        Ok(GruSaved { output, h_n, passes: saved.passes })
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
    /// `[N, T, K H]` and by `h_n` `[L K, N, H]` (`None`: zeros).
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
    /// - [`Error::Shape`] where a gradient or a weight has another shape than those above, or
    ///   `saved` is another network's.
    /// - [`Error::NonFinite`] where a gradient is.
    ///
    /// [`Rnn::backward`]: crate::Rnn::backward
    pub fn backward(
        &self,
        saved: &GruSaved<F>,
        d_output: Option<&ArrayRef3<F>>,
        d_h_n: Option<&ArrayRef3<F>>,
    ) -> Result<GruGradients<F>, Error> {
        let gradients = self.stack().backward(&saved.passes, d_output, [("d_h_n", d_h_n)])?;
        let gru = Self { cells: gradients.cells, bidirectional: self.bidirectional };
        let [h_0] = gradients.initial;
        Ok(GruGradients { gru, h_0, d_input: gradients.d_input })
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
        saved: &GruSaved<F>,
        gradients: &GruGradients<F>,
    ) -> Result<Array3<F>, Error> {
        self.stack().input_gradient(&saved.passes, &gradients.d_input, &gradients.h_0)
    }

    /// The number of inputs, *D*.
    pub fn input_size(&self) -> usize {
        self.cells.first().map_or(0, GruCell::input_size)
    }

    /// The number of units in each layer and direction, *H*.
    pub fn hidden_size(&self) -> usize {
        self.cells.first().map_or(0, GruCell::hidden_size)
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
    /// [`GruCell::multiply_adds_per_step`].
    pub fn multiply_adds_per_step(&self) -> usize {
        self.cells.iter().map(GruCell::multiply_adds_per_step).sum()
    }

    fn stack(&self) -> Stack<'_, GruCell<F>> {
        Stack { cells: &self.cells, bidirectional: self.bidirectional }
    }
}

impl<F: Real> Parameters<F> for Gru<F> {
    fn parameters(&self) -> Vec<ArrayViewD<'_, F>> {
        self.cells.iter().flat_map(GruCell::parameters).collect()
    }

    fn parameters_mut(&mut self) -> Vec<ArrayViewMutD<'_, F>> {
        self.cells.iter_mut().flat_map(GruCell::parameters_mut).collect()
    }

    fn names(&self) -> Vec<String> {
        self.stack().parameter_names()
    }
}

impl<F: Real> Recurrent<F, 1> for GruCell<F> {
    type Trace = Trace<F>;

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

    fn states(trace: &Trace<F>) -> &Array2<F> {
        &trace.states
    }

    fn last(steps: &Steps<F>, trace: &Trace<F>) -> [Array2<F>; 1] {
        [steps.last(&trace.states)]
    }

    fn run(
        &self,
        weights: &ReadyWeights<F>,
        steps: &Steps<F>,
        [h_0]: [Array2<F>; 1],
        keep: bool,
    ) -> Trace<F> {
        let mut states = steps.states(&h_0);
        let at_once = steps.at_once(self.b_ih.len(), keep);
        let mut gates = Array2::zeros((at_once * steps.batch_size, self.b_ih.len()));
        let mut recalled = Array2::zeros((at_once * steps.batch_size, states.ncols()));
        let mut hidden = Array2::zeros((steps.batch_size, self.b_hh.len()));
        for t in 0..steps.count() {
            if t % at_once == 0 {
                let projected = at_once.min(steps.count() - t);
                steps.project(t, projected, &weights.w_ih, &self.b_ih, &mut gates);
            }
            let (h, mut h_next) = before_and_after(&mut states, t, steps.batch_size);
            let mut gates = gates.slice_axis_mut(Axis(0), steps.block(t % at_once));
            let mut recalled = recalled.slice_axis_mut(Axis(0), steps.block(t % at_once));
            hidden.assign(&self.b_hh);
            weights.w_hh.add_to(&h, &mut hidden);
            let (before, after) = ([&*hidden, &*h], [&mut *recalled, &mut *h_next]);
            Arch::new().dispatch(Forward { steps, t, sums: &mut gates, before, after });
            steps.carry_finished(t, &h, &mut h_next);
        }
        Trace { gates, recalled, states }
    }

    fn run_back(
        &self,
        steps: &Steps<F>,
        Trace { gates, recalled, states }: &Trace<F>,
        d_output: Array2<F>,
        [mut d_h]: [Array2<F>; 1],
    ) -> PassGradients<F, Self, 1> {
        let w_hh = F::Ready::ready(&self.w_hh);
        let mut d_input = Array2::zeros(gates.dim());
        let mut d_hidden = Array2::zeros(gates.dim());
        for t in (0..steps.count()).rev() {
            let gates = gates.slice_axis(Axis(0), steps.block(t));
            let recalled = recalled.slice_axis(Axis(0), steps.block(t));
            let h = states.slice_axis(Axis(0), steps.block(t));
            let mut d_input = d_input.slice_axis_mut(Axis(0), steps.block(t));
            let mut d_hidden = d_hidden.slice_axis_mut(Axis(0), steps.block(t));
            d_h += &d_output.slice_axis(Axis(0), steps.block(t));
            let before = [&*gates, &*recalled, &*h];
            let d_sums = [&mut *d_input, &mut *d_hidden];
            Arch::new().dispatch(Backward { steps, t, before, d_h: &mut d_h, d_sums });
            w_hh.add_to(&d_hidden, &mut d_h);
        }
        let (w_ih, w_hh, b_ih, b_hh) = steps.weight_gradients(&d_input, &d_hidden, states);
        let cell = Self { w_ih, w_hh, b_ih, b_hh };
        PassGradients { cell, state: [d_h], d_input }
    }
}

/// A step of all sequences that still run. Like [`Backward`] it is a type of its own, because pulp
/// compiles the `call` of a type once for each set of vector instructions.
struct Forward<'a, F> {
    steps: &'a Steps<F>,
    t: usize,
    /// `W_ih x + b_ih`, which becomes the gates.
    sums: &'a mut ArrayRef2<F>,
    /// `W_hh h + b_hh`, and h.
    before: [&'a ArrayRef2<F>; 2],
    /// `W_hn h + b_hn`, and `h'`.
    after: [&'a mut ArrayRef2<F>; 2],
}

impl<F: Real> NullaryFnOnce for Forward<'_, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { steps, t, sums, before: [hidden, h], after: [recalled, h_next] } = self;
        for n in steps.running(t) {
            let after = [row_mut(recalled, n), row_mut(h_next, n)];
            step(row_mut(sums, n), row(hidden, n), row(h, n), after);
        }
    }
}

/// A step back of all sequences that ran then.
struct Backward<'a, F> {
    steps: &'a Steps<F>,
    t: usize,
    /// The gates, `W_hn h + b_hn` and h.
    before: [&'a ArrayRef2<F>; 3],
    d_h: &'a mut ArrayRef2<F>,
    /// By `W_ih x + b_ih` and by `W_hh h + b_hh`.
    d_sums: [&'a mut ArrayRef2<F>; 2],
}

impl<F: Real> NullaryFnOnce for Backward<'_, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { steps, t, before, d_h, d_sums: [d_input, d_hidden] } = self;
        for n in steps.running(t) {
            let d_sums = [row_mut(d_input, n), row_mut(d_hidden, n)];
            step_back(before.map(|block| row(block, n)), row_mut(d_h, n), d_sums);
        }
    }
}

// The two functions below have a short loop for each result: of such the compiler makes code that
// works on many numbers at a time.

/// One step of one sequence, from `W_ih x + b_ih`, which becomes r, z, n, and `W_hh h + b_hh`.
#[inline(always)]
fn step<F: Real>(sums: &mut [F], hidden: &[F], h: &[F], [recalled, h_next]: [&mut [F]; 2]) {
    let ([r, z, n], [h_r, h_z, h_n]) = (parts_mut(sums), parts(hidden));
    for u in 0..h.len() {
        r[u] = (r[u] + h_r[u]).fast_sigmoid();
    }
    for u in 0..h.len() {
        z[u] = (z[u] + h_z[u]).fast_sigmoid();
    }
    recalled.copy_from_slice(h_n);
    for u in 0..h.len() {
        n[u] = (n[u] + r[u] * h_n[u]).fast_tanh();
    }
    for u in 0..h.len() {
        h_next[u] = (F::one() - z[u]) * n[u] + z[u] * h[u];
    }
}

/// One step of one sequence back, from the gradient by the state after it. `d_h` becomes what goes
/// past the products to the state before it.
#[inline(always)]
fn step_back<F: Real>(
    [gates, recalled, h]: [&[F]; 3],
    d_h: &mut [F],
    [d_input, d_hidden]: [&mut [F]; 2],
) {
    let one = F::one();
    let ([r, z, n], [d_r, d_z, d_n]) = (parts(gates), parts_mut(d_input));
    let [hidden_r, hidden_z, hidden_n] = parts_mut(d_hidden);
    for u in 0..h.len() {
        d_n[u] = d_h[u] * (one - z[u]) * (one - n[u] * n[u]);
    }
    for u in 0..h.len() {
        d_z[u] = d_h[u] * (h[u] - n[u]) * z[u] * (one - z[u]);
    }
    for u in 0..h.len() {
        d_r[u] = d_n[u] * recalled[u] * r[u] * (one - r[u]);
    }
    hidden_r.copy_from_slice(d_r);
    hidden_z.copy_from_slice(d_z);
    for u in 0..h.len() {
        hidden_n[u] = d_n[u] * r[u];
    }
    for u in 0..h.len() {
        d_h[u] *= z[u];
    }
}
