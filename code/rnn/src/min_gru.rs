//! The minimal gated recurrent unit: its cell, forward and back, by a scan.

use std::array;

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, ArrayView2, Axis, concatenate};
use rand::Rng;

use crate::cell::{H, PassGradients, StateNames, Weights};
use crate::error::{check_finite, check_shape, check_size};
use crate::parameters::named_parameters;
use crate::product::Product;
use crate::scan::scan_in_pieces;
use crate::shares::dot;
use crate::steps::Steps;
use crate::sums::sum_rows;
use crate::weights::{gates, sigmoid};
use crate::{Cell, Error, Layers, Linear, Real};

/// A network of minimal gated recurrent units (minGRU), of one layer or several: see [`Layers`]. What
/// its gates do does not depend on the state, so a layer is a [`scan`](crate::scan) over the steps.
pub type MinGru<F> = Layers<MinGruCell<F>>;

/// The cell of a minimal gated recurrent unit (minGRU): its gate sees the input only.
///
/// ```text
/// z = σ(W_iz x + b_iz)   update gate
/// n = W_in x + b_in      candidate
///
/// h' = (1 - z) ⊙ h + z ⊙ n
/// ```
///
/// `σ(z) = 1 / (1 + exp(-z))`, and `⊙` multiplies entry by entry. The two lie below each other in each
/// array, in the order z, n. As in the paper an open gate lets the candidate in; in a
/// [`GruCell`](crate::GruCell) it keeps the state. A cell with *D* inputs and *H* units has
/// `2 (H D + H)` parameters.
///
/// Sources: Feng and others, *Were RNNs all we needed?* (arXiv:2410.01201); Gu and Dao, *Mamba*
/// (arXiv:2312.00752), Theorem 1.
#[derive(Debug, Clone, PartialEq)]
pub struct MinGruCell<F> {
    /// Input to gate and candidate: `[2 H, D]`.
    pub w_ih: Array2<F>,
    /// Their biases: `[2 H]`.
    pub b_ih: Array1<F>,
}

const GATES: usize = 2;

impl<F: Real> MinGruCell<F> {
    /// A cell whose gate and candidate are drawn one after the other, each as a [`Linear`] layer:
    /// uniform between `-1 / sqrt(D)` and `1 / sqrt(D)`.
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size is zero.
    pub fn new(input_size: usize, hidden_size: usize, rng: &mut impl Rng) -> Result<Self, Error> {
        check_size("input_size", input_size)?;
        check_size("hidden_size", hidden_size)?;
        let z = Linear::new(input_size, hidden_size, rng)?;
        let n = Linear::new(input_size, hidden_size, rng)?;
        let w_ih = concatenate![Axis(0), z.weight, n.weight];
        Ok(Self { w_ih, b_ih: concatenate![Axis(0), z.bias, n.bias] })
    }

    /// The next state `h'` `[H]` from the input `x` `[D]` and the state `h` `[H]`. The formula stands
    /// above.
    ///
    /// # Errors
    ///
    /// - [`Error::ZeroSize`] where the cell has no inputs or no units.
    /// - [`Error::Shape`] where a weight, `x` or `h` has another shape than those above.
    /// - [`Error::NonFinite`] where `x` or `h` is. Also for a new state that is not finite, under
    ///   the name `output`: a weight is not finite, or a sum overflows.
    // ANCHOR: step
    pub fn step(&self, x: &ArrayRef1<F>, h: &ArrayRef1<F>) -> Result<Array1<F>, Error> {
        self.check_step(x, h)?;
        let sums = self.w_ih.dot(x) + &self.b_ih;
        let [z, n] = gates(&sums);
        let z = z.mapv(sigmoid);
        let h = z.mapv(|z| F::one() - z) * h + z * n;
        check_finite("output", &h)?;
        Ok(h)
    }
    // ANCHOR_END: step

    /// The steps `h ↦ a ⊙ h + b` for the inputs `x` `[T, D]`: `a` and `b`, both `[T, H]`. They need no
    /// state, so all are made at once.
    ///
    /// # Errors
    ///
    /// - [`Error::ZeroSize`] where the cell has no inputs or no units.
    /// - [`Error::Shape`] where a weight or `x` has another shape than those above.
    /// - [`Error::NonFinite`] where `x` is. (Steps that are not finite are refused by the
    ///   [`scan`](crate::scan::diagonal_scan).)
    // ANCHOR: steps
    pub fn steps(&self, x: &ArrayRef2<F>) -> Result<(Array2<F>, Array2<F>), Error> {
        self.check_steps(x)?;
        let sums = x.dot(&self.w_ih.t()) + &self.b_ih;
        let (z, n) = sums.view().split_at(Axis(1), self.hidden_size());
        let z = z.mapv(sigmoid);
        Ok((z.mapv(|z| F::one() - z), z * n))
    }
    // ANCHOR_END: steps

    /// The number of inputs, *D*.
    pub fn input_size(&self) -> usize {
        self.w_ih.ncols()
    }

    /// The number of units, *H*.
    pub fn hidden_size(&self) -> usize {
        self.w_ih.nrows() / GATES
    }

    /// The multiply-adds of a step, one for each weight: `2 H D`. (The functions of the units come on
    /// top, a few for each.)
    pub fn multiply_adds_per_step(&self) -> usize {
        self.w_ih.len()
    }

    fn check_steps(&self, x: &ArrayRef2<F>) -> Result<(), Error> {
        self.check()?;
        check_shape("x", x, &[x.nrows(), self.input_size()])?;
        check_finite("x", x)
    }
}

named_parameters!(MinGruCell { "weight_ih": w_ih, "bias_ih": b_ih });

impl<F: Real> Weights for MinGruCell<F> {
    type Real = F;

    /// `W_ihᵀ` `[D, 2 H]`
    type Ready = F::Ready;

    fn draw(input_size: usize, hidden_size: usize, rng: &mut impl Rng) -> Result<Self, Error> {
        Self::new(input_size, hidden_size, rng)
    }

    fn check(&self) -> Result<(), Error> {
        let rows = GATES * self.hidden_size();
        check_size("input_size", self.input_size())?;
        check_size("hidden_size", self.hidden_size())?;
        check_shape("w_ih", &self.w_ih, &[rows, self.input_size()])?;
        check_shape("b_ih", &self.b_ih, &[rows])
    }

    fn ready(&self) -> F::Ready {
        F::Ready::ready(&self.w_ih.t())
    }

    fn w_ih(&self) -> &Array2<F> {
        &self.w_ih
    }

    fn units(&self) -> usize {
        self.hidden_size()
    }
}

impl<F: Real> Cell for MinGruCell<F> {
    type State<A> = [A; 1];

    fn state<A>(array: impl FnMut(usize) -> A) -> [A; 1] {
        array::from_fn(array)
    }

    const STATE: &'static [StateNames] = &[H];

    /// `states`: all h, `[(T + 1) N, H]`; `z` and `n` of every step, `[T N, H]`. At padding z is zero,
    /// which so changes no state.
    type Trace = [Array2<F>; 3];

    fn run(
        &self,
        w_ih: &F::Ready,
        steps: &Steps<F>,
        [h_0]: [Array2<F>; 1],
        keep: bool,
    ) -> [Array2<F>; 3] {
        let mut sums = Array2::zeros((steps.rows.nrows(), self.b_ih.len()));
        steps.project(0..steps.count(), w_ih, &self.b_ih, &mut sums);
        let (z, n) = sums.view().split_at(Axis(1), self.hidden_size());
        let mut z = z.mapv(F::fast_sigmoid);
        steps.clear_padding(&mut z);
        let (a, b) = (z.mapv(|z| F::one() - z), &z * &n);
        let states = if keep { scan(&a, &b, &h_0) } else { step_by_step(&a, &b, &h_0) };
        [concatenate![Axis(0), h_0, states], z, n.to_owned()]
    }

    /// A scan from the last step to the first: what the states' gradients lack is `1 - z` of that by
    /// the state after them.
    ///
    /// ```text
    /// δ_t = dL/dh_t + (1 - z_(t+1)) ⊙ δ_(t+1),   t = T … 1
    ///
    /// d_z = δ ⊙ (n - h) ⊙ z (1 - z)   d_n = δ ⊙ z   one step back: (1 - z) ⊙ δ
    /// ```
    fn run_back(
        &self,
        steps: &Steps<F>,
        [states, z, n]: &[Array2<F>; 3],
        d_output: Array2<F>,
        [d_h_n]: [Array2<F>; 1],
    ) -> PassGradients<Self> {
        let keep = z.mapv(|z| F::one() - z);
        // To the last step nothing comes from behind it but the gradient by the last state, as it is.
        let (first, behind) = keep.view().split_at(Axis(0), steps.batch_size);
        let behind = concatenate![Axis(0), behind, Array2::ones(first.dim())];
        let reversed = |rows: &Array2<F>| reversed(rows, steps.batch_size);
        let d_h = reversed(&scan(&reversed(&behind), &reversed(&d_output), &d_h_n));
        let d_h_0 = &d_h.slice_axis(Axis(0), steps.block(0)) * &first;

        let before = states.slice_axis(Axis(0), (..d_h.nrows()).into());
        let d_z = &d_h * &(n - &before) * z * &keep;
        let d_input = concatenate![Axis(1), d_z, d_h * z].as_standard_layout().into_owned();
        let w_ih = dot(steps.spread, &d_input.t(), &steps.rows);
        let cell = Self { w_ih, b_ih: sum_rows(&d_input) };
        PassGradients { cell, state: [d_h_0], d_input }
    }
}

/// The states `[T N, H]` after each step `h ↦ a ⊙ h + b`, from `h_0` `[N, H]`. Side by side the
/// sequences are one recurrence of N H numbers.
fn scan<F: Real>(a: &Array2<F>, b: &Array2<F>, h_0: &Array2<F>) -> Array2<F> {
    /// The number of threads must not change the result, so the pieces are as many everywhere.
    const PIECES: usize = 8;
    /// Fewer numbers are done before threads have begun.
    const FEW: usize = 1 << 14;
    if a.len() < FEW {
        return step_by_step(a, b, h_0);
    }
    in_pieces(a, b, h_0, (a.nrows() / h_0.nrows()).div_ceil(PIECES))
}

/// The same in a loop, which is faster where other threads have sequences of their own.
fn step_by_step<F: Real>(a: &Array2<F>, b: &Array2<F>, h_0: &Array2<F>) -> Array2<F> {
    in_pieces(a, b, h_0, a.nrows() / h_0.nrows())
}

fn in_pieces<F: Real>(a: &Array2<F>, b: &Array2<F>, h_0: &Array2<F>, size: usize) -> Array2<F> {
    let h_0 = h_0.flatten();
    let states = scan_in_pieces(&beside(a, h_0.len()), &beside(b, h_0.len()), &h_0, size);
    states.into_shape_with_order(a.dim()).expect("as many numbers")
}

/// From `[T N, H]` to `[T, N H]`.
fn beside<F>(rows: &Array2<F>, width: usize) -> ArrayView2<'_, F> {
    rows.view().into_shape_with_order((rows.len() / width, width)).expect("as many numbers")
}

/// Rows `[T N, H]` with the last step first.
fn reversed<F: Real>(rows: &Array2<F>, batch_size: usize) -> Array2<F> {
    let mut steps = beside(rows, batch_size * rows.ncols());
    steps.invert_axis(Axis(0));
    let steps = steps.as_standard_layout().into_owned();
    steps.into_shape_with_order(rows.dim()).expect("as many numbers")
}
