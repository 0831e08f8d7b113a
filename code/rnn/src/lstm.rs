//! The long short-term memory: its cell, forward and back.

use std::array;
use std::iter::zip;

use ndarray::{Array1, Array2, ArrayRef1, Axis};

use crate::activation::vectorised;
use crate::cell::{C, H, PassGradients, StateNames, Weights};
use crate::error::check_finite;
use crate::product::Product;
use crate::shares::before_and_after;
use crate::steps::Steps;
use crate::weights::{
    ReadyWeights, cell_of_four, check_vector, gates, parts, parts_mut, row, row_mut, sigmoid,
};
use crate::{Cell, Error, Layers, Real};

/// A network of long short-term memories (LSTM), of one layer or several: see [`Layers`]. The layer
/// above reads the hidden states h; the cell states c stay in their layer.
///
/// Source: PyTorch's `torch.nn.LSTM` with `batch_first=True` and without dropout or projections.
pub type Lstm<F> = Layers<LstmCell<F>>;

/// The cell of a long short-term memory (LSTM): one step of one sequence.
///
/// ```text
/// i = σ(W_ii x + b_ii + W_hi h + b_hi)       input gate
/// f = σ(W_if x + b_if + W_hf h + b_hf)       forget gate
/// g = tanh(W_ig x + b_ig + W_hg h + b_hg)    candidate
/// o = σ(W_io x + b_io + W_ho h + b_ho)       output gate
///
/// c' = f ⊙ c + i ⊙ g
/// h' = o ⊙ tanh(c')
/// ```
///
/// `σ(z) = 1 / (1 + exp(-z))`, and `⊙` multiplies entry by entry. The gates lie below each other in
/// each array, in the order i, f, g, o. A cell with *D* inputs and *H* units has
/// `4 (H D + H H + 2 H)` parameters.
///
/// Sources: Hochreiter and Schmidhuber, *Long short-term memory*, Neural Computation 9 (1997);
/// Gers, Schmidhuber and Cummins, *Learning to forget*, Neural Computation 12 (2000), for the
/// forget gate; PyTorch's `torch.nn.LSTMCell` for the names and the order of the gates.
#[derive(Debug, Clone, PartialEq)]
pub struct LstmCell<F> {
    /// Input to gates: `[4 H, D]`.
    pub w_ih: Array2<F>,
    /// Hidden to gates: `[4 H, H]`.
    pub w_hh: Array2<F>,
    /// Bias of the input's product: `[4 H]`.
    pub b_ih: Array1<F>,
    /// Bias of the state's product: `[4 H]`.
    pub b_hh: Array1<F>,
}

const GATES: usize = 4;

cell_of_four!(LstmCell, GATES);

impl<F: Real> LstmCell<F> {
    /// Sets the bias of the forget gate: `b_ih` has it, and `b_hh` zero, because the two are added.
    ///
    /// A large bias opens the gate. Without other input a cell state then keeps `σ(bias)` of itself
    /// at every step.
    ///
    /// Source: Gers, Schmidhuber and Cummins (2000); Jozefowicz, Zaremba and Sutskever, *An
    /// empirical exploration of recurrent network architectures*, ICML 2015.
    // ANCHOR: forget_bias
    pub fn set_forget_bias(&mut self, bias: F) {
        let hidden_size = self.hidden_size();
        let forget_gate = hidden_size..2 * hidden_size;
        self.b_ih.slice_axis_mut(Axis(0), forget_gate.clone().into()).fill(bias);
        self.b_hh.slice_axis_mut(Axis(0), forget_gate.into()).fill(F::zero());
    }
    // ANCHOR_END: forget_bias

    /// The next hidden state `h'` and cell state `c'`, both `[H]`, from the input `x` `[D]`, the
    /// hidden state `h` `[H]` and the cell state `c` `[H]`. The formula stands above.
    ///
    /// # Errors
    ///
    /// - [`Error::ZeroSize`] where the cell has no inputs or no units.
    /// - [`Error::Shape`] where a weight, `x`, `h` or `c` has another shape than those above.
    /// - [`Error::NonFinite`] where `x`, `h` or `c` is. Also for a new state that is not finite,
    ///   under the name `output` or `c_n`: a weight is not finite, or a sum overflows.
    ///
    /// Source: PyTorch's `torch.nn.LSTMCell`.
    // ANCHOR: step
    pub fn step(
        &self,
        x: &ArrayRef1<F>,
        h: &ArrayRef1<F>,
        c: &ArrayRef1<F>,
    ) -> Result<(Array1<F>, Array1<F>), Error> {
        self.check_step(x, h)?;
        check_vector("c", c, self.hidden_size())?;
        let z = self.w_ih.dot(x) + &self.b_ih + self.w_hh.dot(h) + &self.b_hh;
        let [i, f, g, o] = gates(&z);
        let c = f.mapv(sigmoid) * c + i.mapv(sigmoid) * g.tanh();
        let h = o.mapv(sigmoid) * c.tanh();
        check_finite("c_n", &c)?;
        check_finite("output", &h)?;
        Ok((h, c))
    }
    // ANCHOR_END: step
}

impl<F: Real> Cell for LstmCell<F> {
    type State<A> = [A; 2];

    fn state<A>(array: impl FnMut(usize) -> A) -> [A; 2] {
        array::from_fn(array)
    }

    const STATE: &'static [StateNames] = &[H, C];

    /// `states`: all h, `[(T + 1) N, H]`; `c_n` `[N, H]`; `gates`: i, f, g, o of every step, `[T N, 4 H]`;
    /// `cells`: c before every step, and `tanh_cells`: tanh of c after it, both `[T N, H]`.
    type Trace = [Array2<F>; 5];

    fn run(
        &self,
        weights: &ReadyWeights<F>,
        steps: &Steps<F>,
        [h_0, mut c]: [Array2<F>; 2],
        keep: bool,
    ) -> [Array2<F>; 5] {
        let mut states = steps.states(&h_0);
        let kept = if keep { steps.count() } else { 0 };
        let mut cells = Array2::zeros((kept * steps.batch_size, c.ncols()));
        let bias = &self.b_ih + &self.b_hh;
        let at_once = steps.at_once(bias.len(), keep);
        let mut gates = Array2::zeros((at_once * steps.batch_size, bias.len()));
        let mut tanh_cells = Array2::zeros((at_once * steps.batch_size, states.ncols()));
        for first in (0..steps.count()).step_by(at_once) {
            let piece = first..steps.count().min(first + at_once);
            steps.project(piece.clone(), &weights.w_ih, &bias, &mut gates);
            let arrays = [&mut states, &mut c, &mut gates, &mut cells, &mut tanh_cells];
            steps.in_shares(
                arrays,
                |share, [mut states, mut c, mut gates, mut cells, mut tanh_cells]| {
                    let mut c = c.index_axis_mut(Axis(0), 0);
                    for t in piece.clone() {
                        let (h, mut h_next) = before_and_after(&mut states, t);
                        if keep {
                            cells.index_axis_mut(Axis(0), t).assign(&c);
                        }
                        let mut gates = gates.index_axis_mut(Axis(0), t - first);
                        let mut tanh_c = tanh_cells.index_axis_mut(Axis(0), t - first);
                        weights.w_hh.add_to(&h, &mut gates);
                        vectorised(
                            #[inline(always)]
                            || {
                                for n in share.running(t) {
                                    let after = [row_mut(&mut tanh_c, n), row_mut(&mut h_next, n)];
                                    step(row_mut(&mut gates, n), row_mut(&mut c, n), after);
                                }
                            },
                        );
                        share.carry_finished(t, &h, &mut h_next);
                    }
                },
            );
        }
        [states, c, gates, cells, tanh_cells]
    }

    /// ```text
    /// d_o = d_h ⊙ tanh(c')     d_c += d_h ⊙ o ⊙ (1 - tanh²(c'))
    /// d_i = d_c ⊙ g            d_f = d_c ⊙ c            d_g = d_c ⊙ i
    ///
    /// δ = (d_i ⊙ i (1 - i), d_f ⊙ f (1 - f), d_g ⊙ (1 - g²), d_o ⊙ o (1 - o))
    ///
    /// one step back:   d_h = W_hhᵀ δ,   d_c ⊙ f
    /// ```
    fn run_back(
        &self,
        steps: &Steps<F>,
        [states, _, gates, cells, tanh_cells]: &[Array2<F>; 5],
        d_output: Array2<F>,
        [mut d_h, mut d_c]: [Array2<F>; 2],
    ) -> PassGradients<Self> {
        let w_hh = F::Ready::ready(&self.w_hh);
        let mut d_z = Array2::zeros(gates.dim());
        steps.in_shares([&mut d_z, &mut d_h, &mut d_c], |share, [mut d_z, mut d_h, mut d_c]| {
            let [mut d_h, mut d_c] = [&mut d_h, &mut d_c].map(|d| d.index_axis_mut(Axis(0), 0));
            for t in (0..steps.count()).rev() {
                let before = [gates, cells, tanh_cells].map(|rows| share.rows(t, rows));
                let mut d_z = d_z.index_axis_mut(Axis(0), t);
                d_h += &share.rows(t, &d_output);
                vectorised(
                    #[inline(always)]
                    || {
                        for n in share.running(t) {
                            let before = before.each_ref().map(|block| row(block, n));
                            let (d_h, d_c) = (row_mut(&mut d_h, n), row_mut(&mut d_c, n));
                            step_back(before, d_h, d_c, row_mut(&mut d_z, n));
                            d_h.fill(F::zero()); // for the step before, which starts anew
                        }
                    },
                );
                w_hh.add_to(&d_z, &mut d_h);
            }
        });
        let (w_ih, w_hh, b_ih, b_hh) = steps.weight_gradients(&d_z, &d_z, states);
        let cell = Self { w_ih, w_hh, b_ih, b_hh };
        PassGradients { cell, state: [d_h, d_c], d_input: d_z }
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
