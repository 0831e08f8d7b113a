//! One step of a gated recurrent unit.

use ndarray::{Array1, Array2, ArrayRef1, ArrayViewD, ArrayViewMutD};
use rand::Rng;

use crate::error::check_finite;
use crate::weights::{NAMES, check_vector, check_weights, draw, gates, sigmoid, views, views_mut};
use crate::{Error, Parameters, Real};

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

pub(crate) const GATES: usize = 3;

impl<F: Real> GruCell<F> {
    /// A cell with every weight and bias uniform between `-1 / sqrt(H)` and `1 / sqrt(H)`, drawn in
    /// the order of the fields, row by row.
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size is zero.
    ///
    /// Source: PyTorch's `torch.nn.GRUCell`, the distribution.
    pub fn new(input_size: usize, hidden_size: usize, rng: &mut impl Rng) -> Result<Self, Error> {
        let (w_ih, w_hh, b_ih, b_hh) = draw(GATES, input_size, hidden_size, rng)?;
        Ok(Self { w_ih, w_hh, b_ih, b_hh })
    }

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

    /// The number of inputs, *D*.
    pub fn input_size(&self) -> usize {
        self.w_ih.ncols()
    }

    /// The number of units, *H*.
    pub fn hidden_size(&self) -> usize {
        self.w_ih.nrows() / GATES
    }

    /// The multiply-adds of a step, one for each weight: `3 (H D + H H)`. (The gates' functions
    /// and the products of gates and states come on top, a few for each unit.)
    pub fn multiply_adds_per_step(&self) -> usize {
        self.w_ih.len() + self.w_hh.len()
    }

    fn check_step(&self, x: &ArrayRef1<F>, h: &ArrayRef1<F>) -> Result<(), Error> {
        self.check_weights()?;
        check_vector("x", x, self.input_size())?;
        check_vector("h", h, self.hidden_size())
    }

    pub(crate) fn check_weights(&self) -> Result<(), Error> {
        check_weights(GATES, &self.w_ih, &self.w_hh, &self.b_ih, &self.b_hh)
    }
}

impl<F: Real> Parameters<F> for GruCell<F> {
    fn parameters(&self) -> Vec<ArrayViewD<'_, F>> {
        let Self { w_ih, w_hh, b_ih, b_hh } = self;
        views([w_ih, w_hh], [b_ih, b_hh])
    }

    fn parameters_mut(&mut self) -> Vec<ArrayViewMutD<'_, F>> {
        let Self { w_ih, w_hh, b_ih, b_hh } = self;
        views_mut([w_ih, w_hh], [b_ih, b_hh])
    }

    fn names(&self) -> Vec<String> {
        NAMES.map(String::from).into()
    }
}
