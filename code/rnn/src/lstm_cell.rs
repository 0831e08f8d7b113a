//! One step of a long short-term memory.

use ndarray::{Array1, Array2, ArrayRef1, ArrayViewD, ArrayViewMutD, Axis};
use rand::Rng;

use crate::error::check_finite;
use crate::weights::{NAMES, check_vector, check_weights, draw, gates, sigmoid, views, views_mut};
use crate::{Error, Parameters, Real};

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

pub(crate) const GATES: usize = 4;

impl<F: Real> LstmCell<F> {
    /// A cell with every weight and bias uniform between `-1 / sqrt(H)` and `1 / sqrt(H)`, drawn in
    /// the order of the fields, row by row.
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size is zero.
    ///
    /// Source: PyTorch's `torch.nn.LSTMCell`, the distribution.
    pub fn new(input_size: usize, hidden_size: usize, rng: &mut impl Rng) -> Result<Self, Error> {
        let (w_ih, w_hh, b_ih, b_hh) = draw(GATES, input_size, hidden_size, rng)?;
        Ok(Self { w_ih, w_hh, b_ih, b_hh })
    }

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
        self.check_step(x, h, c)?;
        let z = self.w_ih.dot(x) + &self.b_ih + self.w_hh.dot(h) + &self.b_hh;
        let [i, f, g, o] = gates(&z);
        let c = f.mapv(sigmoid) * c + i.mapv(sigmoid) * g.tanh();
        let h = o.mapv(sigmoid) * c.tanh();
        check_finite("c_n", &c)?;
        check_finite("output", &h)?;
        Ok((h, c))
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

    /// The multiply-adds of a step, one for each weight: `4 (H D + H H)`. (The gates' functions
    /// and the products of gates and states come on top, a few for each unit.)
    pub fn multiply_adds_per_step(&self) -> usize {
        self.w_ih.len() + self.w_hh.len()
    }

    fn check_step(
        &self,
        x: &ArrayRef1<F>,
        h: &ArrayRef1<F>,
        c: &ArrayRef1<F>,
    ) -> Result<(), Error> {
        self.check_weights()?;
        check_vector("x", x, self.input_size())?;
        check_vector("h", h, self.hidden_size())?;
        check_vector("c", c, self.hidden_size())
    }

    pub(crate) fn check_weights(&self) -> Result<(), Error> {
        check_weights(GATES, &self.w_ih, &self.w_hh, &self.b_ih, &self.b_hh)
    }
}

impl<F: Real> Parameters<F> for LstmCell<F> {
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
