//! One step of a recurrent network.

use ndarray::{Array1, Array2, ArrayRef1, ArrayViewD, ArrayViewMutD};
use rand::Rng;

use crate::error::check_finite;
use crate::weights::{NAMES, check_vector, check_weights, draw, views, views_mut};
use crate::{Error, Parameters, Real};

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

impl<F: Real> RnnCell<F> {
    /// A cell with every weight and bias uniform between `-1 / sqrt(H)` and `1 / sqrt(H)`.
    ///
    /// The numbers are drawn in the order `w_ih`, `w_hh`, `b_ih`, `b_hh`, row by row and always in
    /// `f64`, so that one seed gives the same network in `f32` and `f64`, up to rounding.
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size is zero. (A size too large for the memory ends the program,
    /// as it does for a [`Vec`].)
    ///
    /// Source: PyTorch's `torch.nn.RNNCell`, the distribution; its random numbers are others.
    pub fn new(input_size: usize, hidden_size: usize, rng: &mut impl Rng) -> Result<Self, Error> {
        let (w_ih, w_hh, b_ih, b_hh) = draw(1, input_size, hidden_size, rng)?;
        Ok(Self { w_ih, w_hh, b_ih, b_hh })
    }

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

    /// The number of inputs, *D*.
    pub fn input_size(&self) -> usize {
        self.w_ih.ncols()
    }

    /// The number of units, *H*.
    pub fn hidden_size(&self) -> usize {
        self.w_ih.nrows()
    }

    /// The multiply-adds of a step, one for each weight: `H D + H H`. (The tanh of each unit comes
    /// on top.)
    pub fn multiply_adds_per_step(&self) -> usize {
        self.w_ih.len() + self.w_hh.len()
    }

    fn check_step(&self, x: &ArrayRef1<F>, h: &ArrayRef1<F>) -> Result<(), Error> {
        self.check_weights()?;
        check_vector("x", x, self.input_size())?;
        check_vector("h", h, self.hidden_size())
    }

    pub(crate) fn check_weights(&self) -> Result<(), Error> {
        check_weights(1, &self.w_ih, &self.w_hh, &self.b_ih, &self.b_hh)
    }
}

impl<F: Real> Parameters<F> for RnnCell<F> {
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
