//! A run of a network that is kept for its gradients, and the way back through it.

use std::iter::zip;

use ndarray::{Array2, Array3, ArrayRef3, Axis};

use crate::cell::PassGradients;
use crate::error::check_shape;
use crate::layers::StatesRef;
use crate::pass::{Pass, shares, state_of_all, state_of_pass};
use crate::shares::dot;
use crate::{Cell, Error, Layers};

/// What [`Layers::forward_saving`] computed, with all that [`backward`](Self::backward) needs of it:
/// inputs, states and gates of every step, of each layer and direction.
///
/// It borrows the network: as long as it is used, the weights cannot change, and the gradients are
/// those of the weights that were run.
///
/// ```compile_fail,E0506
/// # use ndarray::Array3;
/// # use rand::{SeedableRng, rngs::ChaCha8Rng};
/// # fn main() -> Result<(), rnn::Error> {
/// let mut rnn = rnn::Rnn::<f64>::new(3, 4, &mut ChaCha8Rng::seed_from_u64(1))?;
/// let saved = rnn.forward_saving(&Array3::ones((2, 5, 3)), None, None)?;
/// rnn.bidirectional = true; // error: `rnn.bidirectional` is borrowed
/// saved.backward(None, None)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Saved<'a, C: Cell> {
    pub(crate) layers: &'a Layers<C>,
    /// What the last layer gave out after every step: `[N, T, K H]`.
    pub output: Array3<C::Real>,
    /// The state after the last step of each sequence, `[h_n]` or `[h_n, c_n]`, each `[L K, N, H]`. In
    /// reverse that is the one after its first step.
    pub state: C::State<Array3<C::Real>>,
    pub(crate) passes: Vec<Pass<C>>,
}

/// The gradients of a loss by everything that went into a network but the inputs, for which see
/// [`Saved::input_gradient`].
#[derive(Debug, Clone, PartialEq)]
pub struct Gradients<C: Cell> {
    /// By the weights and biases.
    pub layers: Layers<C>,
    /// By the state before the first step, `[h_0]` or `[h_0, c_0]`, each `[L K, N, H]`.
    pub state: C::State<Array3<C::Real>>,
    /// By `W_ih x + b_ih` of the first layer, in each direction: `[T N, G H]`.
    d_input: Vec<Array2<C::Real>>,
}

impl<C: Cell> Saved<'_, C> {
    /// The gradients of a loss by the weights and by the state before the first step, from its
    /// gradients by `output` `[N, T, K H]` and by the last state, each array `[L K, N, H]` (`None`:
    /// zeros). This is back-propagation through time, in each layer and direction.
    ///
    /// With δ for the gradients by the sums in the cell's functions it is in every kind of cell
    ///
    /// ```text
    /// dL/dW_hh = Σ_t δ_t h_(t-1)ᵀ   dL/dW_ih = Σ_t δ_t x_tᵀ   dL/db = Σ_t δ_t   dL/dh_0 = W_hhᵀ δ_1
    /// ```
    ///
    /// (a GRU has a second δ for `W_hh`); the cells say what their δ is. What `d_output` holds
    /// behind the end of a sequence is never read.
    ///
    /// # Errors
    ///
    /// - [`Error::Shape`] where a gradient has another shape than those above.
    /// - [`Error::NonFinite`] where a gradient is.
    ///
    /// Source: Werbos, *Backpropagation through time*, Proceedings of the IEEE 78 (1990).
    pub fn backward(
        &self,
        d_output: Option<&ArrayRef3<C::Real>>,
        d_state: Option<StatesRef<'_, C>>,
    ) -> Result<Gradients<C>, Error> {
        let Self { layers, passes, .. } = self;
        let (steps, directions) = (&passes[0].steps, layers.num_directions());
        let mut d_output = steps.gradient_rows(d_output, layers.output_size())?;
        let d_last = layers.state_or_zeros(d_state, steps.batch_size, |names| names.d_last)?;

        let mut back: Vec<PassGradients<C>> = Vec::with_capacity(passes.len());
        for first in (0..passes.len()).step_by(directions).rev() {
            let layer = first..first + directions;
            let shares = shares(&passes[layer.clone()], d_output);
            for (pass, d_output) in zip(layer, shares).rev() {
                let Pass { steps, trace } = &passes[pass];
                let d_state = state_of_pass::<C>(&d_last, pass);
                back.push(layers.cells[pass].run_back(steps, trace, d_output, d_state));
            }
            if first == 0 {
                break;
            }
            let d_input = back[back.len() - directions..].iter().rev().map(|b| &b.d_input);
            d_output = self.below(first, d_input);
        }
        back.reverse();
        Ok(self.gathered(back))
    }

    /// The gradient of the loss by the inputs, `[N, T, D]`, zero at padding: `W_ihᵀ` times what
    /// each direction of the first layer got. It is a product of its own because only a layer below
    /// needs it.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] where `gradients` are those of a run of other sizes.
    pub fn input_gradient(&self, gradients: &Gradients<C>) -> Result<Array3<C::Real>, Error> {
        let steps = &self.passes[0].steps;
        let d_input = &gradients.d_input;
        check_count("gradients' cells", gradients.layers.cells.len(), self.passes.len())?;
        check_count("gradients' directions", d_input.len(), self.layers.num_directions())?;
        for (cell, d_input) in zip(&self.layers.cells, d_input) {
            check_shape("gradients", d_input, &[steps.rows.nrows(), cell.w_ih().nrows()])?;
        }
        for (given, own) in zip(gradients.state.as_ref(), self.state.as_ref()) {
            check_shape(
                "gradients",
                given,
                &[self.passes.len(), steps.batch_size, own.len_of(Axis(2))],
            )?;
        }
        for (given, own) in zip(&gradients.layers.cells, &self.layers.cells) {
            check_shape("gradients", given.w_ih(), own.w_ih().shape())?;
        }
        let mut d_x = Array3::zeros((steps.batch_size, steps.count(), steps.rows.ncols()));
        steps.by_sequence(&self.below(0, d_input.iter()), &mut d_x);
        Ok(d_x)
    }

    /// The numbers that are kept for the way back, without `output` and the last state: for each cell
    /// with D inputs `T N D` inputs, `(T + 1) N H` states, and what it keeps beside: nothing in a tanh
    /// network, `5 T N H + (T + 1) N H` in an LSTM, `4 T N H` in a GRU, `2 T N H` in a minGRU.
    pub fn float_count(&self) -> usize {
        let of_pass = |pass: &Pass<C>| {
            pass.steps.rows.len() + pass.trace.as_ref().iter().map(Array2::len).sum::<usize>()
        };
        self.passes.iter().map(of_pass).sum()
    }

    /// The gradient by what a layer reads, `[T N, D]`: that of each direction, added up. `first` is
    /// its first pass, and `d_input` the gradients by `W_ih x + b_ih` of its passes.
    fn below<'g>(
        &self,
        first: usize,
        d_input: impl Iterator<Item = &'g Array2<C::Real>>,
    ) -> Array2<C::Real>
    where
        C: 'g,
    {
        let mut d_x = Array2::zeros(self.passes[first].steps.rows.dim());
        for (pass, d_input) in zip(first.., d_input) {
            let (steps, w_ih) = (&self.passes[pass].steps, self.layers.cells[pass].w_ih());
            d_x += &steps.in_order(dot(steps.spread, d_input, w_ih));
        }
        d_x
    }

    /// The gradients of all passes, as they are given out.
    fn gathered(&self, passes: Vec<PassGradients<C>>) -> Gradients<C> {
        let Layers { bidirectional, .. } = *self.layers;
        let (mut cells, mut states, mut d_input) = (vec![], vec![], vec![]);
        for pass in passes {
            cells.push(pass.cell);
            states.push(pass.state);
            d_input.push(pass.d_input);
        }
        d_input.truncate(self.layers.num_directions());
        Gradients {
            layers: Layers { cells, bidirectional },
            state: state_of_all::<C>(&states),
            d_input,
        }
    }
}

/// Checks how many there are of something.
fn check_count(name: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    if found != expected {
        let (expected, found) = (vec![expected], vec![found]);
        return Err(Error::Shape { name, expected, found });
    }
    Ok(())
}
