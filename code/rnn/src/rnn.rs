//! A recurrent layer over whole sequences.

use std::iter::zip;

use ndarray::linalg::{general_mat_mul, general_mat_vec_mul};
use ndarray::{Array2, Array3, ArrayRef2, ArrayRef3, Axis};
use rand::Rng;

use crate::error::{check_finite, check_shape, check_size};
use crate::{Error, Real, RnnCell};

/// One recurrent layer: the same cell at every step of every sequence.
///
/// ```text
/// h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh),   t = 1 … T
/// ```
///
/// Source: PyTorch's `torch.nn.RNN` with `batch_first=True`, one layer, one direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Rnn<F> {
    /// The weights, shared by all steps.
    pub cell: RnnCell<F>,
}

impl<F> From<RnnCell<F>> for Rnn<F> {
    fn from(cell: RnnCell<F>) -> Self {
        Self { cell }
    }
}

impl<F: Real> Rnn<F> {
    /// A layer whose cell is drawn by [`RnnCell::new`].
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size is zero.
    pub fn new(input_size: usize, hidden_size: usize, rng: &mut impl Rng) -> Result<Self, Error> {
        RnnCell::new(input_size, hidden_size, rng).map(Self::from)
    }

    /// The number of weights and biases, counted: the cell's, whatever the number of steps.
    pub fn parameter_count(&self) -> usize {
        self.cell.parameter_count()
    }

    /// The states `output` `[N, T, H]` of every step and `h_n` `[1, N, H]` after the last one, from
    /// the inputs `x` `[N, T, D]` and the states `h_0` `[1, N, H]` before the first (`None`:
    /// zeros).
    ///
    /// ```text
    /// h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh),   output[:, t] = h_t,   h_n = h_T
    /// ```
    ///
    /// The batch comes first in `x` and `output`; in `h_0` and `h_n` the first axis counts layers
    /// and directions, here one. The result is that of [`RnnCell::step`] in a loop, up to rounding:
    /// the sums are the same in another order.
    ///
    /// # Errors
    ///
    /// - [`Error::ZeroSize`] where the batch is empty, or the cell has no inputs or no units.
    /// - [`Error::EmptySequence`] where T is zero.
    /// - [`Error::Shape`] where a weight, `x` or `h_0` has another shape than those above.
    /// - [`Error::NonFinite`] where `x` or `h_0` is. Also for a state that is not a number, under
    ///   the name `output`: see [`RnnCell::step`].
    ///
    /// Source: PyTorch's `torch.nn.RNN` with `batch_first=True`.
    // ANCHOR: forward
    pub fn forward(
        &self,
        x: &ArrayRef3<F>,
        h_0: Option<&ArrayRef3<F>>,
    ) -> Result<(Array3<F>, Array3<F>), Error> {
        self.check_forward(x, h_0)?;
        let (n, t, _) = x.dim();
        let mut h = Array2::zeros((n, self.cell.hidden_size()));
        if let Some(h_0) = h_0 {
            h.assign(&h_0.index_axis(Axis(0), 0));
        }
        let mut output = Array3::zeros((n, t, self.cell.hidden_size()));
        let mut projected = self.project(x);
        let steps = projected.axis_chunks_iter_mut(Axis(0), n);
        for (mut h_next, mut output_t) in zip(steps, output.axis_iter_mut(Axis(1))) {
            self.add_recurrence(&h, &mut h_next);
            h_next.mapv_inplace(F::tanh);
            output_t.assign(&h_next);
            h.assign(&h_next);
        }
        check_finite("output", &output)?;
        Ok((output, h.insert_axis(Axis(0))))
    }
    // ANCHOR_END: forward

    // W_ih x_t + b_ih + b_hh for all steps in one product: it needs no state. [T * N, H], where
    // step t is the block of N rows that starts at t * N.
    fn project(&self, x: &ArrayRef3<F>) -> Array2<F> {
        let (n, t, d) = x.dim();
        let x = x.view().permuted_axes([1, 0, 2]);
        let mut rows = Array2::zeros((t * n, d));
        for (mut row, x_t) in zip(rows.rows_mut(), x.rows()) {
            row.assign(&x_t);
        }
        rows.dot(&self.cell.w_ih.t()) + &self.cell.b_ih + &self.cell.b_hh
    }

    // z += h W_hh^T, both [N, H]: a state is a row here, so the matrix stands on the right.
    fn add_recurrence(&self, h: &ArrayRef2<F>, z: &mut ArrayRef2<F>) {
        let (w_hh, one) = (&self.cell.w_hh, F::one());
        if h.nrows() == 1 {
            // One sequence: the product of matrices would spend its time on rearranging W_hh.
            general_mat_vec_mul(one, w_hh, &h.row(0), one, &mut z.row_mut(0));
        } else {
            general_mat_mul(one, h, &w_hh.t(), one, z);
        }
    }

    fn check_forward(&self, x: &ArrayRef3<F>, h_0: Option<&ArrayRef3<F>>) -> Result<(), Error> {
        self.cell.check_weights()?;
        let (n, t, _) = x.dim();
        check_shape("x", x, &[n, t, self.cell.input_size()])?;
        check_size("batch_size", n)?;
        if t == 0 {
            return Err(Error::EmptySequence);
        }
        check_finite("x", x)?;
        if let Some(h_0) = h_0 {
            check_shape("h_0", h_0, &[1, n, self.cell.hidden_size()])?;
            check_finite("h_0", h_0)?;
        }
        Ok(())
    }
}
