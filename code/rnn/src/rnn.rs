//! The simple recurrent network: its cell, forward and back.

use std::array;
use std::iter::zip;

use ndarray::{Array1, Array2, ArrayRef1, Axis};

use crate::activation::tanh_in_place;
use crate::cell::{H, PassGradients, StateNames, Weights};
use crate::error::check_finite;
use crate::product::Product;
use crate::shares::before_and_after;
use crate::steps::Steps;
use crate::weights::{ReadyWeights, cell_of_four, row, row_mut};
use crate::{Cell, Error, Layers, Real};

/// A simple (Elman) recurrent network of one layer or several: see [`Layers`].
///
/// ```text
/// h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh),   t = 1 … T
/// ```
///
/// Source: PyTorch's `torch.nn.RNN` with `batch_first=True` and without dropout.
pub type Rnn<F> = Layers<RnnCell<F>>;

/// The cell of a simple (Elman) recurrent network: one step of one sequence.
///
/// ```text
/// h' = tanh(W_ih x + b_ih + W_hh h + b_hh)
/// ```
///
/// A cell with *D* inputs and *H* units has `H D + H H + 2 H` parameters. The weights are public:
/// write them as a struct literal, or draw them with [`RnnCell::new`]. Their shapes are checked
/// when the cell is used.
///
/// Sources: Elman, *Finding structure in time*, Cognitive Science 14 (1990), for the network;
/// PyTorch's `torch.nn.RNNCell` for the names, the two biases and the initial weights.
// ANCHOR: cell
#[derive(Debug, Clone, PartialEq)]
pub struct RnnCell<F> {
    /// Input to hidden: `[H, D]`.
    pub w_ih: Array2<F>,
    /// Hidden to hidden, from the previous state to the next: `[H, H]`.
    pub w_hh: Array2<F>,
    /// Bias of the input's product: `[H]`.
    pub b_ih: Array1<F>,
    /// Bias of the state's product: `[H]`.
    pub b_hh: Array1<F>,
}
// ANCHOR_END: cell

cell_of_four!(RnnCell, 1);

impl<F: Real> RnnCell<F> {
    /// The next state `h'` `[H]` from the input `x` `[D]` and the state `h` `[H]`:
    ///
    /// ```text
    /// h' = tanh(W_ih x + b_ih + W_hh h + b_hh)
    /// ```
    ///
    /// Any array or view will do, such as the rows of a sequence `[T, D]`:
    ///
    /// ```
    /// use ndarray::{Array1, array};
    /// use rnn::RnnCell;
    ///
    /// # fn main() -> Result<(), rnn::Error> {
    /// let cell = RnnCell {
    ///     w_ih: array![[1.0]],
    ///     w_hh: array![[0.5]],
    ///     b_ih: array![0.0],
    ///     b_hh: array![0.0],
    /// };
    /// let mut h = Array1::zeros(1);
    /// for x in array![[1.0], [0.0]].rows() {
    ///     h = cell.step(&x, &h)?;
    /// }
    /// assert_eq!(h[0], (0.5 * 1.0_f64.tanh()).tanh());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Error::ZeroSize`] where the cell has no inputs or no units.
    /// - [`Error::Shape`] where a weight, `x` or `h` has another shape than those above.
    /// - [`Error::NonFinite`] where `x` or `h` is. Also for a new state that is not a number, under
    ///   the name `output`: a weight is not finite, or a sum overflows.
    ///
    /// A sum overflows beyond the largest number: 1.8e308 in `f64`, 3.4e38 in `f32`. The state is
    /// then 1 or -1, though the exact sum may have the other sign, or not a number, which is the
    /// error above. Which of them depends on the order of the sum.
    ///
    /// Source: Elman (1990); PyTorch's `torch.nn.RNNCell`.
    // ANCHOR: step
    pub fn step(&self, x: &ArrayRef1<F>, h: &ArrayRef1<F>) -> Result<Array1<F>, Error> {
        self.check_step(x, h)?;
        let h = (self.w_ih.dot(x) + &self.b_ih + self.w_hh.dot(h) + &self.b_hh).tanh();
        check_finite("output", &h)?;
        Ok(h)
    }
    // ANCHOR_END: step
}

impl<F: Real> Cell for RnnCell<F> {
    type State<A> = [A; 1];

    fn state<A>(array: impl FnMut(usize) -> A) -> [A; 1] {
        array::from_fn(array)
    }

    const STATE: &'static [StateNames] = &[H];

    /// All states: `[(T + 1) N, H]`.
    type Trace = [Array2<F>; 1];

    // ANCHOR: run
    fn run(
        &self,
        weights: &ReadyWeights<F>,
        steps: &Steps<F>,
        [h_0]: [Array2<F>; 1],
        _keep: bool,
    ) -> [Array2<F>; 1] {
        let mut states = steps.states(&h_0);
        // Where the state after each step will be, first what needs no state: W_ih x_t + b.
        let mut z = states.slice_axis_mut(Axis(0), (steps.batch_size..).into());
        steps.project(0..steps.count(), &weights.w_ih, &(&self.b_ih + &self.b_hh), &mut z);
        steps.in_shares([&mut states], |share, [mut states]| {
            for t in 0..steps.count() {
                let (h, mut h_next) = before_and_after(&mut states, t);
                weights.w_hh.add_to(&h, &mut h_next);
                tanh_in_place(&mut h_next);
                share.carry_finished(t, &h, &mut h_next);
            }
        });
        [states]
    }
    // ANCHOR_END: run

    /// ```text
    /// δ_t = (dL/dh_t + W_hhᵀ δ_(t+1)) ⊙ (1 - h_t²),   t = T … 1
    /// ```
    // ANCHOR: backward
    fn run_back(
        &self,
        steps: &Steps<F>,
        [states]: &[Array2<F>; 1],
        d_output: Array2<F>,
        [mut d_h]: [Array2<F>; 1],
    ) -> PassGradients<Self> {
        let w_hh = F::Ready::ready(&self.w_hh);
        let mut d_z = d_output; // the gradients by the states become those by the sums
        steps.in_shares([&mut d_z, &mut d_h], |share, [mut d_z, mut d_h]| {
            let mut d_h = d_h.index_axis_mut(Axis(0), 0);
            for t in (0..steps.count()).rev() {
                let h = share.rows(t + 1, states);
                let mut d_z = d_z.index_axis_mut(Axis(0), t);
                for n in share.running(t) {
                    let (h, d_z, d_h) = (row(&h, n), row_mut(&mut d_z, n), row_mut(&mut d_h, n));
                    for (d_z, (&h, d_h)) in zip(d_z, zip(h, &mut *d_h)) {
                        *d_z = (*d_z + *d_h) * (F::one() - h * h);
                    }
                    d_h.fill(F::zero()); // for the step before, which starts anew
                }
                w_hh.add_to(&d_z, &mut d_h);
            }
        });
        let (w_ih, w_hh, b_ih, b_hh) = steps.weight_gradients(&d_z, &d_z, states);
        let cell = Self { w_ih, w_hh, b_ih, b_hh };
        PassGradients { cell, state: [d_h], d_input: d_z }
    }
    // ANCHOR_END: backward
}
