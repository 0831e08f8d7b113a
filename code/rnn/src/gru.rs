//! The gated recurrent unit: its cell, forward and back.

use std::array;

use ndarray::{Array1, Array2, ArrayRef1, Axis};

use crate::activation::vectorised;
use crate::cell::{H, PassGradients, StateNames, Weights};
use crate::error::check_finite;
use crate::product::Product;
use crate::shares::before_and_after;
use crate::steps::Steps;
use crate::weights::{ReadyWeights, cell_of_four, gates, parts, parts_mut, row, row_mut, sigmoid};
use crate::{Cell, Error, Layers, Real};

/// A network of gated recurrent units (GRU), of one layer or several: see [`Layers`].
///
/// Source: PyTorch's `torch.nn.GRU` with `batch_first=True` and without dropout.
pub type Gru<F> = Layers<GruCell<F>>;

/// The cell of a gated recurrent unit (GRU): one step of one sequence.
///
/// ```text
/// r = σ(W_ir x + b_ir + W_hr h + b_hr)            reset gate
/// z = σ(W_iz x + b_iz + W_hz h + b_hz)            update gate
/// n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn))   candidate
///
/// h' = (1 - z) ⊙ n + z ⊙ h
/// ```
///
/// `σ(z) = 1 / (1 + exp(-z))`, and `⊙` multiplies entry by entry. The gates lie below each other in
/// each array, in the order r, z, n. The reset gate acts *after* the product with `W_hn`, as in
/// PyTorch and cuDNN; in the paper it acts on h before it. A cell with *D* inputs and *H* units has
/// `3 (H D + H H + 2 H)` parameters.
///
/// Sources: Cho and others, *Learning phrase representations using RNN encoder-decoder for
/// statistical machine translation*, EMNLP 2014; PyTorch's `torch.nn.GRUCell` for the names, the
/// order of the gates and the place of the reset.
#[derive(Debug, Clone, PartialEq)]
pub struct GruCell<F> {
    /// Input to gates: `[3 H, D]`.
    pub w_ih: Array2<F>,
    /// Hidden to gates: `[3 H, H]`.
    pub w_hh: Array2<F>,
    /// Bias of the input's product: `[3 H]`.
    pub b_ih: Array1<F>,
    /// Bias of the state's product: `[3 H]`.
    pub b_hh: Array1<F>,
}

const GATES: usize = 3;

cell_of_four!(GruCell, GATES);

impl<F: Real> GruCell<F> {
    /// The next state `h'` `[H]` from the input `x` `[D]` and the state `h` `[H]`. The formula stands
    /// above.
    ///
    /// # Errors
    ///
    /// - [`Error::ZeroSize`] where the cell has no inputs or no units.
    /// - [`Error::Shape`] where a weight, `x` or `h` has another shape than those above.
    /// - [`Error::NonFinite`] where `x` or `h` is. Also for a new state that is not a number, under
    ///   the name `output`: a weight is not finite, or a sum overflows.
    ///
    /// Source: PyTorch's `torch.nn.GRUCell`.
    // ANCHOR: step
    pub fn step(&self, x: &ArrayRef1<F>, h: &ArrayRef1<F>) -> Result<Array1<F>, Error> {
        self.check_step(x, h)?;
        let input = self.w_ih.dot(x) + &self.b_ih;
        let hidden = self.w_hh.dot(h) + &self.b_hh;
        let ([i_r, i_z, i_n], [h_r, h_z, h_n]) = (gates(&input), gates(&hidden));
        let r = (&i_r + &h_r).mapv(sigmoid);
        let z = (&i_z + &h_z).mapv(sigmoid);
        let n = (&i_n + r * h_n).tanh();
        let h = z.mapv(|z| F::one() - z) * n + z * h;
        check_finite("output", &h)?;
        Ok(h)
    }
    // ANCHOR_END: step
}

impl<F: Real> Cell for GruCell<F> {
    type State<A> = [A; 1];

    fn state<A>(array: impl FnMut(usize) -> A) -> [A; 1] {
        array::from_fn(array)
    }

    const STATE: &'static [StateNames] = &[H];

    /// `states`: all h, `[(T + 1) N, H]`; `gates`: r, z, n of every step, `[T N, 3 H]`; `recalled`:
    /// `W_hn h + b_hn` of every step, which the reset gate multiplies, `[T N, H]`.
    type Trace = [Array2<F>; 3];

    fn run(
        &self,
        weights: &ReadyWeights<F>,
        steps: &Steps<F>,
        [h_0]: [Array2<F>; 1],
        keep: bool,
    ) -> [Array2<F>; 3] {
        let mut states = steps.states(&h_0);
        let at_once = steps.at_once(self.b_ih.len(), keep);
        let mut gates = Array2::zeros((at_once * steps.batch_size, self.b_ih.len()));
        let mut recalled = Array2::zeros((at_once * steps.batch_size, states.ncols()));
        let mut hidden = Array2::zeros((steps.batch_size, self.b_hh.len()));
        for first in (0..steps.count()).step_by(at_once) {
            let piece = first..steps.count().min(first + at_once);
            steps.project(piece.clone(), &weights.w_ih, &self.b_ih, &mut gates);
            let arrays = [&mut states, &mut gates, &mut recalled, &mut hidden];
            steps.in_shares(arrays, |share, [mut states, mut gates, mut recalled, mut hidden]| {
                let mut hidden = hidden.index_axis_mut(Axis(0), 0);
                for t in piece.clone() {
                    let (h, mut h_next) = before_and_after(&mut states, t);
                    let mut gates = gates.index_axis_mut(Axis(0), t - first);
                    let mut recalled = recalled.index_axis_mut(Axis(0), t - first);
                    hidden.assign(&self.b_hh);
                    weights.w_hh.add_to(&h, &mut hidden);
                    vectorised(
                        #[inline(always)]
                        || {
                            for n in share.running(t) {
                                let after = [row_mut(&mut recalled, n), row_mut(&mut h_next, n)];
                                step(row_mut(&mut gates, n), row(&hidden, n), row(&h, n), after);
                            }
                        },
                    );
                    share.carry_finished(t, &h, &mut h_next);
                }
            });
        }
        [states, gates, recalled]
    }

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
    fn run_back(
        &self,
        steps: &Steps<F>,
        [states, gates, recalled]: &[Array2<F>; 3],
        d_output: Array2<F>,
        [mut d_h]: [Array2<F>; 1],
    ) -> PassGradients<Self> {
        let w_hh = F::Ready::ready(&self.w_hh);
        let mut d_input = Array2::zeros(gates.dim());
        let mut d_hidden = Array2::zeros(gates.dim());
        let arrays = [&mut d_input, &mut d_hidden, &mut d_h];
        steps.in_shares(arrays, |share, [mut d_input, mut d_hidden, mut d_h]| {
            let mut d_h = d_h.index_axis_mut(Axis(0), 0);
            for t in (0..steps.count()).rev() {
                let before = [gates, recalled, states].map(|rows| share.rows(t, rows));
                let mut d_input = d_input.index_axis_mut(Axis(0), t);
                let mut d_hidden = d_hidden.index_axis_mut(Axis(0), t);
                d_h += &share.rows(t, &d_output);
                vectorised(
                    #[inline(always)]
                    || {
                        for n in share.running(t) {
                            let before = before.each_ref().map(|block| row(block, n));
                            let d_sums = [row_mut(&mut d_input, n), row_mut(&mut d_hidden, n)];
                            step_back(before, row_mut(&mut d_h, n), d_sums);
                        }
                    },
                );
                w_hh.add_to(&d_hidden, &mut d_h);
            }
        });
        let (w_ih, w_hh, b_ih, b_hh) = steps.weight_gradients(&d_input, &d_hidden, states);
        let cell = Self { w_ih, w_hh, b_ih, b_hh };
        PassGradients { cell, state: [d_h], d_input }
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
