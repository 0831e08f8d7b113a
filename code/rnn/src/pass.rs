//! How a network passes over sequences.
//!
//! A *pass* is one cell over all sequences, in one direction. The passes of a network stand in
//! PyTorch's order: layer after layer, and in each layer the forward direction first.

use std::iter::zip;

use ndarray::{Array, Array2, Array3, ArrayRef3, Axis, RemoveAxis, concatenate};

use crate::cell::StateNames;
use crate::error::{check_finite, check_shape, check_size};
use crate::layers::{States, StatesRef};
use crate::shares::ENOUGH;
use crate::steps::{Steps, check_sequences};
use crate::{Cell, Error, Layers, Saved};

/// What a cell read, in its own order, and what it computed.
#[derive(Debug, Clone)]
pub(crate) struct Pass<C: Cell> {
    pub steps: Steps<C::Real>,
    pub trace: C::Trace,
}

impl<C: Cell> Layers<C> {
    /// Keeps what the way back needs.
    pub(crate) fn run_saving(
        &self,
        x: &ArrayRef3<C::Real>,
        lengths: Option<&[usize]>,
        state: Option<StatesRef<'_, C>>,
    ) -> Result<Saved<'_, C>, Error> {
        self.check_cells()?;
        let (lengths, first) = self.check(x, lengths, state)?;
        let steps = Steps::new(x, lengths, self.is_long(x));
        let passes = self.run(&self.ready(), steps, &first, true);
        let mut output = self.room(x);
        put_out(self.top(&passes), &mut output);
        let state = last_state(&passes);
        check_results::<C>(&output, &state)?;
        Ok(Saved { layers: self, output, state, passes })
    }

    /// Layer after layer, each in one direction or in both.
    // ANCHOR: run
    pub(crate) fn run(
        &self,
        ready: &[C::Ready],
        input: Steps<C::Real>,
        first: &States<C>,
        keep: bool,
    ) -> Vec<Pass<C>> {
        let directions = self.num_directions();
        let mut passes: Vec<Pass<C>> = Vec::with_capacity(self.cells.len());
        let mut read = input.in_directions(directions);
        for layer in self.cells.chunks(directions) {
            if let Some(below) = passes.len().checked_sub(directions) {
                read = above(&passes[below..]).in_directions(directions);
            }
            for (cell, steps) in zip(layer, read.drain(..)) {
                let pass = passes.len();
                let state = state_of_pass::<C>(first, pass);
                let trace = cell.run(&ready[pass], &steps, state, keep);
                passes.push(Pass { steps, trace });
            }
        }
        passes
    }
    // ANCHOR_END: run

    /// Checks what the network is given; then the length of each sequence, and the state
    /// before the first step.
    pub(crate) fn check(
        &self,
        x: &ArrayRef3<C::Real>,
        lengths: Option<&[usize]>,
        given: Option<StatesRef<'_, C>>,
    ) -> Result<(Vec<usize>, States<C>), Error> {
        let lengths = check_sequences(x, lengths, self.input_size())?;
        let first = self.state_or_zeros(given, lengths.len(), |names| names.first)?;
        Ok((lengths, first))
    }

    /// Checks that the cells are right and fit together.
    pub(crate) fn check_cells(&self) -> Result<(), Error> {
        check_size("num_layers", self.cells.len())?;
        if self.bidirectional && self.cells.len() % 2 == 1 {
            return Err(Error::Directions { cells: self.cells.len() });
        }
        let rows = self.cells[0].w_ih().nrows();
        for (pass, cell) in self.cells.iter().enumerate() {
            let below =
                if pass < self.num_directions() { self.input_size() } else { self.output_size() };
            let fits =
                if pass == 0 { Ok(()) } else { check_shape("w_ih", cell.w_ih(), &[rows, below]) };
            fits.and_then(|()| cell.check()).map_err(|error| self.in_cell(pass, error))?;
        }
        Ok(())
    }

    /// Says which of several cells is wrong.
    fn in_cell(&self, pass: usize, error: Error) -> Error {
        if self.cells.len() == 1 {
            return error;
        }
        Error::Cell { name: self.pass_names().remove(pass), error: Box::new(error) }
    }

    /// A state of the network for N sequences, or gradients by it: what is given, if that is right,
    /// or zeros.
    pub(crate) fn state_or_zeros(
        &self,
        given: Option<StatesRef<'_, C>>,
        batch_size: usize,
        name: impl Fn(&StateNames) -> &'static str,
    ) -> Result<States<C>, Error> {
        let sizes = self.cells[0].state_sizes();
        let shape = |array: usize| [self.cells.len(), batch_size, sizes.as_ref()[array]];
        let Some(given) = given else {
            return Ok(C::state(|array| Array3::zeros(shape(array))));
        };
        for (array, (given, names)) in zip(given.as_ref(), C::STATE).enumerate() {
            check_shape(name(names), given, &shape(array))?;
            check_finite(name(names), given)?;
        }
        Ok(C::state(|array| given.as_ref()[array].to_owned()))
    }

    /// Whether there is more to do than it takes to wake other threads.
    pub(crate) fn is_long(&self, x: &ArrayRef3<C::Real>) -> bool {
        let (batch_size, count, _) = x.dim();
        self.multiply_adds_per_step().saturating_mul(batch_size * count) >= ENOUGH
    }

    /// The passes of the last layer.
    pub(crate) fn top<'p>(&self, passes: &'p [Pass<C>]) -> &'p [Pass<C>] {
        &passes[passes.len() - self.num_directions()..]
    }

    /// The weights of each pass, made ready for its products.
    pub(crate) fn ready(&self) -> Vec<C::Ready> {
        self.cells.iter().map(C::ready).collect()
    }

    /// Room for the output: `[N, T, K H]`.
    pub(crate) fn room(&self, x: &ArrayRef3<C::Real>) -> Array3<C::Real> {
        Array3::zeros((x.len_of(Axis(0)), x.len_of(Axis(1)), self.output_size()))
    }
}

/// Fails where a result is not finite. `h_n` is a part of the output of its layer.
pub(crate) fn check_results<C: Cell>(
    output: &ArrayRef3<C::Real>,
    state: &States<C>,
) -> Result<(), Error> {
    for (array, names) in zip(state.as_ref(), C::STATE).skip(1) {
        check_finite(names.last, array)?;
    }
    check_finite("output", output)
}

/// A state of one pass, each array `[N, H]`, out of those of all passes.
pub(crate) fn state_of_pass<C: Cell>(states: &States<C>, pass: usize) -> C::State<Array2<C::Real>> {
    C::state(|array| {
        let of_pass = states.as_ref()[array].index_axis(Axis(0), pass);
        of_pass.as_standard_layout().into_owned() // row after row, however they were given
    })
}

/// The states of all passes together, each array `[L K, N, H]`.
pub(crate) fn state_of_all<C: Cell>(passes: &[C::State<Array2<C::Real>>]) -> States<C> {
    C::state(|array| {
        let of_pass = |state: &C::State<Array2<_>>| state.as_ref()[array].clone();
        joined(Axis(0), passes.iter().map(|pass| of_pass(pass).insert_axis(Axis(0))).collect())
    })
}

/// The last states of all passes.
pub(crate) fn last_state<C: Cell>(passes: &[Pass<C>]) -> States<C> {
    let last = |Pass { steps, trace }: &Pass<C>| {
        let trace = trace.as_ref();
        C::state(|array| if array == 0 { steps.last(&trace[0]) } else { trace[array].clone() })
    };
    state_of_all::<C>(&passes.iter().map(last).collect::<Vec<_>>())
}

/// What the layer above a layer reads: at each step the states of its directions side by side.
// ANCHOR: above
pub(crate) fn above<C: Cell>(layer: &[Pass<C>]) -> Steps<C::Real> {
    let states = layer.iter().map(|Pass { steps, trace }| {
        steps.in_order(steps.after_first(&trace.as_ref()[0]).to_owned())
    });
    layer[0].steps.with_rows(joined(Axis(1), states.collect()))
}
// ANCHOR_END: above

/// Puts what the directions of a layer gave out into `output` `[N, T, K H]`, zeros until then.
pub(crate) fn put_out<C: Cell>(layer: &[Pass<C>], output: &mut ArrayRef3<C::Real>) {
    let width = output.len_of(Axis(2)) / layer.len();
    for (Pass { steps, trace }, mut part) in zip(layer, output.axis_chunks_iter_mut(Axis(2), width))
    {
        steps.by_sequence(&steps.after_first(&trace.as_ref()[0]), &mut part);
    }
}

/// What each direction of a layer gets of the gradient by the layer's outputs, `[T N, K H]`: its
/// part, in its own order.
pub(crate) fn shares<C: Cell>(
    layer: &[Pass<C>],
    d_output: Array2<C::Real>,
) -> Vec<Array2<C::Real>> {
    if layer.len() == 1 {
        return vec![d_output];
    }
    let width = d_output.ncols() / layer.len();
    let parts = d_output.axis_chunks_iter(Axis(1), width);
    zip(layer, parts).map(|(pass, part)| pass.steps.in_order(part.to_owned())).collect()
}

/// Arrays of the same shape, one behind the other along an axis.
pub(crate) fn joined<F: Clone, D: RemoveAxis>(
    axis: Axis,
    mut arrays: Vec<Array<F, D>>,
) -> Array<F, D> {
    if arrays.len() == 1 {
        return arrays.remove(0);
    }
    let views: Vec<_> = arrays.iter().map(|array| array.view()).collect();
    let joined = concatenate(axis, &views).expect("the arrays have the same shape");
    joined.as_standard_layout().into_owned() // row after row, whatever the axis
}
