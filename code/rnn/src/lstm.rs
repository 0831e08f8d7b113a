//! Long short-term memories over whole sequences, forward and backward.

use std::iter::zip;

use ndarray::{Array2, Array3, ArrayRef2, ArrayRef3, ArrayViewD, ArrayViewMutD, Axis};
use pulp::{Arch, NullaryFnOnce};
use rand::Rng;

use crate::error::check_finite;
use crate::product::Product;
use crate::stack::{self, Given, Pass, PassGradients, ReadyWeights, Recurrent, Stack};
use crate::steps::{Steps, before_and_after};
use crate::weights::{parts, parts_mut, row, row_mut};
use crate::{Error, LstmCell, Parameters, Real};

/// A network of long short-term memories (LSTM): one layer, or several on top of each other, in one
/// direction or in both.
///
/// The formula is that of [`LstmCell`]; layers, directions and shapes are those of [`Rnn`], with
/// four gates below each other in the weights. The layer above reads the hidden states; the cell
/// states stay in their layer.
///
/// Source: PyTorch's `torch.nn.LSTM` with `batch_first=True` and without dropout or projections.
///
/// [`Rnn`]: crate::Rnn
#[derive(Debug, Clone, PartialEq)]
pub struct Lstm<F> {
    /// The weights, shared by all steps: a cell for each layer and direction, in PyTorch's order
    /// `l0`, `l0_reverse`, `l1`, `l1_reverse`, …
    pub cells: Vec<LstmCell<F>>,
    /// Whether each layer has two cells.
    pub bidirectional: bool,
}

/// One layer in one direction.
impl<F> From<LstmCell<F>> for Lstm<F> {
    fn from(cell: LstmCell<F>) -> Self {
        Self { cells: vec![cell], bidirectional: false }
    }
}

/// What [`Lstm::forward_saving`] computed, with all that [`Lstm::backward`] needs of it: inputs,
/// gates, cell states and hidden states of every step, of each layer and direction.
#[derive(Debug, Clone, PartialEq)]
pub struct LstmSaved<F> {
    /// The hidden states of every step of the last layer: `[N, T, K H]`.
    pub output: Array3<F>,
    /// The hidden state after the last step of each sequence: `[L K, N, H]`. In reverse that is the
    /// one after its first step.
    pub h_n: Array3<F>,
    /// The cell state after the same step: `[L K, N, H]`.
    pub c_n: Array3<F>,
    passes: Vec<Pass<F, Trace<F>>>,
}

/// What one cell computed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trace<F> {
    /// i, f, g, o of every step: `[T N, 4 H]`.
    gates: Array2<F>,
    /// Hidden states from `h_0` on: `[(T + 1) N, H]`.
    states: Array2<F>,
    /// The cell state before every step: `[T N, H]`.
    cells: Array2<F>,
    /// tanh of the cell state after every step: `[T N, H]`.
    tanh_cells: Array2<F>,
    /// The last cell state of every sequence: `[N, H]`.
    c_n: Array2<F>,
}

impl<F> LstmSaved<F> {
    /// The numbers that are kept for the way back, without `output`, `h_n` and `c_n`:
    /// `T N D + 5 T N H + 2 (T + 1) N H` for each cell with D inputs.
    pub fn float_count(&self) -> usize {
        let of_pass = |Pass { steps, trace }: &Pass<F, Trace<F>>| {
            let Trace { gates, states, cells, tanh_cells, c_n } = trace;
            [&steps.rows, gates, states, cells, tanh_cells, c_n]
                .map(Array2::len)
                .iter()
                .sum::<usize>()
        };
        self.passes.iter().map(of_pass).sum()
    }
}

/// The gradients of a loss by everything that went into a network but the inputs, for which see
/// [`Lstm::input_gradient`].
#[derive(Debug, Clone, PartialEq)]
pub struct LstmGradients<F> {
    /// By the weights and biases.
    pub lstm: Lstm<F>,
    /// By the hidden states before the first step: `[L K, N, H]`.
    pub h_0: Array3<F>,
    /// By the cell states before the first step: `[L K, N, H]`.
    pub c_0: Array3<F>,
    /// By the sums inside the gates of the first layer, in each direction: `[T N, 4 H]`.
    d_input: Vec<Array2<F>>,
}

/// Hidden states and cell states, both `[L K, N, H]`.
type States<'a, F> = (&'a ArrayRef3<F>, &'a ArrayRef3<F>);

/// The output `[N, T, K H]`, and the last states `(h_n, c_n)`, both `[L K, N, H]`.
type Outcome<F> = (Array3<F>, (Array3<F>, Array3<F>));

impl<F: Real> Lstm<F> {
    /// One layer in one direction, whose cell is drawn by [`LstmCell::new`].
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size is zero.
    pub fn new(input_size: usize, hidden_size: usize, rng: &mut impl Rng) -> Result<Self, Error> {
        Self::stacked(input_size, hidden_size, 1, false, rng)
    }

    /// So many layers, in one direction or in both, whose cells are drawn by [`LstmCell::new`] one
    /// after the other.
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size or the number of layers is zero.
    ///
    /// Source: PyTorch's `torch.nn.LSTM(input_size, hidden_size, num_layers, bidirectional=…)`.
    pub fn stacked(
        input_size: usize,
        hidden_size: usize,
        num_layers: usize,
        bidirectional: bool,
        rng: &mut impl Rng,
    ) -> Result<Self, Error> {
        let cells = stack::draw([input_size, hidden_size], num_layers, bidirectional, |d, h| {
            LstmCell::new(d, h, rng)
        })?;
        Ok(Self { cells, bidirectional })
    }

    /// The hidden states `output` `[N, T, K H]` of every step and the states `(h_n, c_n)` after the
    /// last one, both `[L K, N, H]`, from the inputs `x` `[N, T, D]` and the states `(h_0, c_0)`
    /// before the first, both `[L K, N, H]` (`None`: zeros).
    ///
    /// The batch comes first in `x` and `output`; in the states the first axis counts layers and
    /// directions. The result is that of [`LstmCell::step`] in a loop, up to rounding: the sums are
    /// the same in another order.
    ///
    /// # Errors
    ///
    /// - [`Error::ZeroSize`] where the batch is empty, or there is no cell, or one has no inputs or
    ///   no units.
    /// - [`Error::EmptySequence`] where T is zero.
    /// - [`Error::Shape`] where a weight, `x` or `h_0` or `c_0` has another shape than those above. Of
    ///   several cells [`Error::Cell`] names the one; [`Error::Directions`] where one is missing.
    /// - [`Error::NonFinite`] where `x` or `h_0` or `c_0` is. Also for a state that is not finite,
    ///   under the name `output` or `c_n`: see [`LstmCell::step`].
    ///
    /// Source: PyTorch's `torch.nn.LSTM` with `batch_first=True`.
    pub fn forward(
        &self,
        x: &ArrayRef3<F>,
        state: Option<States<'_, F>>,
    ) -> Result<Outcome<F>, Error> {
        self.read(x, None, state)
    }

    /// As [`forward`](Self::forward), for sequences of unequal length in one padded batch: sequence
    /// n has `lengths[n]` steps, and what `x` holds behind them is never read.
    ///
    /// `h_n` and `c_n` are the states after the last step *of each sequence*; `output` is zero
    /// behind it. In reverse each sequence is read from its own end.
    ///
    /// # Errors
    ///
    /// Those of [`forward`](Self::forward), and
    ///
    /// - [`Error::Shape`] where there are more or fewer `lengths` than sequences.
    /// - [`Error::Length`] where a length is zero or more than T.
    ///
    /// Source: PyTorch's `pack_padded_sequence` and `pad_packed_sequence` around
    /// `torch.nn.LSTM`.
    pub fn forward_padded(
        &self,
        x: &ArrayRef3<F>,
        lengths: &[usize],
        state: Option<States<'_, F>>,
    ) -> Result<Outcome<F>, Error> {
        self.read(x, Some(lengths), state)
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
        let saved = self.stack().forward_saving(x, lengths, named(state))?;
        let ([h_n, c_n], output) = (saved.last, saved.output);
        check_finite("c_n", &c_n)?;
        check_finite("output", &output)?;
        Ok(LstmSaved { output, h_n, c_n, passes: saved.passes })
    }

    fn read(
        &self,
        x: &ArrayRef3<F>,
        lengths: Option<&[usize]>,
        state: Option<States<'_, F>>,
    ) -> Result<Outcome<F>, Error> {
        let (output, [h_n, c_n]) = self.stack().forward(x, lengths, named(state))?;
        check_finite("c_n", &c_n)?;
        check_finite("output", &output)?;
        Ok((output, (h_n, c_n)))
    }

    /// The gradients of a loss by the weights, `h_0` and `c_0`, from its gradients by `output`
    /// `[N, T, K H]`, `h_n` and `c_n` `[L K, N, H]` (`None`: zeros).
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
    /// - [`Error::Shape`] where a gradient or a weight has another shape than those above, or
    ///   `saved` is another network's.
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
        let d_last = [("d_h_n", d_h_n), ("d_c_n", d_c_n)];
        let gradients = self.stack().backward(&saved.passes, d_output, d_last)?;
        let lstm = Self { cells: gradients.cells, bidirectional: self.bidirectional };
        let [h_0, c_0] = gradients.initial;
        Ok(LstmGradients { lstm, h_0, c_0, d_input: gradients.d_input })
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
        saved: &LstmSaved<F>,
        gradients: &LstmGradients<F>,
    ) -> Result<Array3<F>, Error> {
        self.stack().input_gradient(&saved.passes, &gradients.d_input, &gradients.h_0)
    }

    /// The number of inputs, *D*.
    pub fn input_size(&self) -> usize {
        self.cells.first().map_or(0, LstmCell::input_size)
    }

    /// The number of units in each layer and direction, *H*.
    pub fn hidden_size(&self) -> usize {
        self.cells.first().map_or(0, LstmCell::hidden_size)
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
    /// [`LstmCell::multiply_adds_per_step`].
    pub fn multiply_adds_per_step(&self) -> usize {
        self.cells.iter().map(LstmCell::multiply_adds_per_step).sum()
    }

    fn stack(&self) -> Stack<'_, LstmCell<F>> {
        Stack { cells: &self.cells, bidirectional: self.bidirectional }
    }
}

/// The states before the first step, under their names.
fn named<F>(state: Option<States<'_, F>>) -> Given<'_, F, 2> {
    [("h_0", state.map(|(h_0, _)| h_0)), ("c_0", state.map(|(_, c_0)| c_0))]
}

impl<F: Real> Parameters<F> for Lstm<F> {
    fn parameters(&self) -> Vec<ArrayViewD<'_, F>> {
        self.cells.iter().flat_map(LstmCell::parameters).collect()
    }

    fn parameters_mut(&mut self) -> Vec<ArrayViewMutD<'_, F>> {
        self.cells.iter_mut().flat_map(LstmCell::parameters_mut).collect()
    }

    fn names(&self) -> Vec<String> {
        self.stack().parameter_names()
    }
}

impl<F: Real> Recurrent<F, 2> for LstmCell<F> {
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

    fn last(steps: &Steps<F>, trace: &Trace<F>) -> [Array2<F>; 2] {
        [steps.last(&trace.states), trace.c_n.clone()]
    }

    fn run(
        &self,
        weights: &ReadyWeights<F>,
        steps: &Steps<F>,
        [h_0, mut c]: [Array2<F>; 2],
        keep: bool,
    ) -> Trace<F> {
        let mut states = steps.states(&h_0);
        let kept = if keep { steps.count() } else { 0 };
        let mut cells = Array2::zeros((kept * steps.batch_size, c.ncols()));
        let bias = &self.b_ih + &self.b_hh;
        let at_once = steps.at_once(bias.len(), keep);
        let mut gates = Array2::zeros((at_once * steps.batch_size, bias.len()));
        let mut tanh_cells = Array2::zeros((at_once * steps.batch_size, states.ncols()));
        for t in 0..steps.count() {
            if t % at_once == 0 {
                let projected = at_once.min(steps.count() - t);
                steps.project(t, projected, &weights.w_ih, &bias, &mut gates);
            }
            let (h, mut h_next) = before_and_after(&mut states, t, steps.batch_size);
            if keep {
                cells.slice_axis_mut(Axis(0), steps.block(t)).assign(&c);
            }
            let mut gates = gates.slice_axis_mut(Axis(0), steps.block(t % at_once));
            let mut tanh_c = tanh_cells.slice_axis_mut(Axis(0), steps.block(t % at_once));
            weights.w_hh.add_to(&h, &mut gates);
            let after = [&mut *tanh_c, &mut *h_next];
            Arch::new().dispatch(Forward { steps, t, sums: &mut gates, c: &mut c, after });
            steps.carry_finished(t, &h, &mut h_next);
        }
        Trace { gates, states, cells, tanh_cells, c_n: c }
    }

    fn run_back(
        &self,
        steps: &Steps<F>,
        Trace { gates, states, cells, tanh_cells, .. }: &Trace<F>,
        d_output: Array2<F>,
        [mut d_h, mut d_c]: [Array2<F>; 2],
    ) -> PassGradients<F, Self, 2> {
        let w_hh = F::Ready::ready(&self.w_hh);
        let mut d_z = Array2::zeros(gates.dim());
        for t in (0..steps.count()).rev() {
            let gates = gates.slice_axis(Axis(0), steps.block(t));
            let c = cells.slice_axis(Axis(0), steps.block(t));
            let tanh_c = tanh_cells.slice_axis(Axis(0), steps.block(t));
            let mut d_z = d_z.slice_axis_mut(Axis(0), steps.block(t));
            d_h += &d_output.slice_axis(Axis(0), steps.block(t));
            let before = [&*gates, &*c, &*tanh_c];
            let d_state = [&mut *d_h, &mut *d_c];
            Arch::new().dispatch(Backward { steps, t, before, d_state, d_sums: &mut d_z });
            w_hh.add_to(&d_z, &mut d_h);
        }
        let (w_ih, w_hh, b_ih, b_hh) = steps.weight_gradients(&d_z, &d_z, states);
        let cell = Self { w_ih, w_hh, b_ih, b_hh };
        PassGradients { cell, state: [d_h, d_c], d_input: d_z }
    }
}

/// A step of all sequences that still run. Like [`Backward`] it is a type of its own, because pulp
/// compiles the `call` of a type once for each set of vector instructions.
struct Forward<'a, F> {
    steps: &'a Steps<F>,
    t: usize,
    sums: &'a mut ArrayRef2<F>,
    /// c, which becomes `c'`.
    c: &'a mut ArrayRef2<F>,
    /// The tanh of `c'`, and `h'`.
    after: [&'a mut ArrayRef2<F>; 2],
}

impl<F: Real> NullaryFnOnce for Forward<'_, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { steps, t, sums, c, after: [tanh_c, h_next] } = self;
        for n in steps.running(t) {
            let after = [row_mut(tanh_c, n), row_mut(h_next, n)];
            step(row_mut(sums, n), row_mut(c, n), after);
        }
    }
}

/// A step back of all sequences that ran then.
struct Backward<'a, F> {
    steps: &'a Steps<F>,
    t: usize,
    /// The gates, c and the tanh of `c'`.
    before: [&'a ArrayRef2<F>; 3],
    /// By h and by c.
    d_state: [&'a mut ArrayRef2<F>; 2],
    d_sums: &'a mut ArrayRef2<F>,
}

impl<F: Real> NullaryFnOnce for Backward<'_, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { steps, t, before, d_state: [d_h, d_c], d_sums } = self;
        for n in steps.running(t) {
            let (d_h, d_c) = (row_mut(d_h, n), row_mut(d_c, n));
            step_back(before.map(|block| row(block, n)), d_h, d_c, row_mut(d_sums, n));
            d_h.fill(F::zero()); // for the step before, which starts anew
        }
    }
}

// The two functions below have a short loop for each result: of such the compiler makes code that
// works on many numbers at a time.

/// One step of one sequence, from the sums in the gates, which become i, f, g, o, and from c, which
/// becomes `c'`.
#[inline(always)]
fn step<F: Real>(sums: &mut [F], c: &mut [F], [tanh_c, h_next]: [&mut [F]; 2]) {
    let [i, f, g, o] = parts_mut(sums);
    for gate in [&mut *i, &mut *f, &mut *o] {
        for z in gate {
            *z = z.fast_sigmoid();
        }
    }
    for z in &mut *g {
        *z = z.fast_tanh();
    }
    for (c, (f, (i, g))) in zip(&mut *c, zip(f, zip(i, g))) {
        *c = *f * *c + *i * *g;
    }
    for (tanh_c, c) in zip(&mut *tanh_c, c) {
        *tanh_c = c.fast_tanh();
    }
    for (h, (o, tanh_c)) in zip(h_next, zip(o, tanh_c)) {
        *h = *o * *tanh_c;
    }
}

/// One step of one sequence back, from the gradients by the states after it. `d_c` becomes that by
/// the cell state before it.
#[inline(always)]
fn step_back<F: Real>([gates, c, tanh_c]: [&[F]; 3], d_h: &[F], d_c: &mut [F], d_z: &mut [F]) {
    let ([i, f, g, o], [d_i, d_f, d_g, d_o]) = (parts(gates), parts_mut(d_z));
    let one = F::one();
    for u in 0..c.len() {
        d_c[u] += d_h[u] * o[u] * (one - tanh_c[u] * tanh_c[u]);
    }
    for u in 0..c.len() {
        d_i[u] = d_c[u] * g[u] * i[u] * (one - i[u]);
    }
    for u in 0..c.len() {
        d_f[u] = d_c[u] * c[u] * f[u] * (one - f[u]);
    }
    for u in 0..c.len() {
        d_g[u] = d_c[u] * i[u] * (one - g[u] * g[u]);
    }
    for u in 0..c.len() {
        d_o[u] = d_h[u] * tanh_c[u] * o[u] * (one - o[u]);
    }
    for u in 0..c.len() {
        d_c[u] *= f[u];
    }
}
