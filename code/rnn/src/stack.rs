//! Layers on top of each other, in one direction or in both: what all recurrent networks do with
//! their cells.
//!
//! A *pass* is one cell over all sequences, in one direction. The passes of a network stand in
//! PyTorch's order: layer after layer, and in each layer the forward direction first.

use std::array;
use std::iter::zip;

use ndarray::{Array, Array2, Array3, ArrayRef3, Axis, RemoveAxis, Slice, concatenate};

use crate::error::{check_shape, check_size};
use crate::product::Product;
use crate::steps::{Steps, check_sequences, check_states};
use crate::weights::NAMES;
use crate::{Error, Real};

/// A cell that can pass over whole sequences, forward and back. Its state is *S* vectors: h alone,
/// or h and c.
pub(crate) trait Recurrent<F: Real, const S: usize>: Sized {
    /// What a pass computes, and needs again on the way back.
    type Trace;

    /// Checks the weights; then `[D, H]`.
    fn sizes(&self) -> Result<[usize; 2], Error>;

    /// `W_ih` `[G H, D]`.
    fn w_ih(&self) -> &Array2<F>;

    /// `W_hh` `[G H, H]`.
    fn w_hh(&self) -> &Array2<F>;

    /// Runs over `steps` from initial states, each `[N, H]`. What only the way back needs is kept if
    /// it is asked for.
    fn run(
        &self,
        weights: &ReadyWeights<F>,
        steps: &Steps<F>,
        state: [Array2<F>; S],
        keep: bool,
    ) -> Self::Trace;

    /// The hidden states of a pass, from the initial one on: `[(T + 1) N, H]`.
    fn states(trace: &Self::Trace) -> &Array2<F>;

    /// The last states, h first: each `[N, H]`.
    fn last(steps: &Steps<F>, trace: &Self::Trace) -> [Array2<F>; S];

    /// Back through a pass, from the gradients by its outputs `[T N, H]`, zero at padding, and by
    /// its last states `d_state`, each `[N, H]`.
    fn run_back(
        &self,
        steps: &Steps<F>,
        trace: &Self::Trace,
        d_output: Array2<F>,
        d_state: [Array2<F>; S],
    ) -> PassGradients<F, Self, S>;
}

/// The weights of a cell for rows on their left, as inputs and states are here.
pub(crate) struct ReadyWeights<F: Real> {
    /// `W_ihᵀ` `[D, G H]`
    pub w_ih: F::Ready,
    /// `W_hhᵀ` `[H, G H]`
    pub w_hh: F::Ready,
}

/// The gradients by what went into a pass.
pub(crate) struct PassGradients<F, C, const S: usize> {
    pub cell: C,
    /// By the states before the first step: each `[N, H]`.
    pub state: [Array2<F>; S],
    /// By `W_ih x + b_ih`: `[T N, G H]`.
    pub d_input: Array2<F>,
}

/// One cell over all sequences: what it read, in its own order, and what it computed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pass<F, T> {
    pub steps: Steps<F>,
    pub trace: T,
}

/// What a network has computed.
pub(crate) struct Saved<F, T, const S: usize> {
    /// `[N, T, directions H]`
    pub output: Array3<F>,
    /// The last states, each `[layers directions, N, H]`.
    pub last: [Array3<F>; S],
    pub passes: Vec<Pass<F, T>>,
}

/// The gradients by what went into a network.
pub(crate) struct Gradients<F, C, const S: usize> {
    pub cells: Vec<C>,
    /// By the states before the first step, each `[layers directions, N, H]`.
    pub initial: [Array3<F>; S],
    /// By `W_ih x + b_ih` of the first layer, for each direction: `[T N, G H]`.
    pub d_input: Vec<Array2<F>>,
}

/// States or their gradients, `[layers directions, N, H]`, under the names that errors call them.
pub(crate) type Given<'a, F, const S: usize> = [(&'static str, Option<&'a ArrayRef3<F>>); S];

/// The cells of a network, one for each layer and direction.
pub(crate) struct Stack<'a, C> {
    pub cells: &'a [C],
    pub bidirectional: bool,
}

impl<C> Stack<'_, C> {
    /// One or two.
    pub fn directions(&self) -> usize {
        if self.bidirectional { 2 } else { 1 }
    }

    /// PyTorch's name of a pass: `l0`, `l0_reverse`, `l1`, …
    pub fn name(&self, pass: usize) -> String {
        let reverse = if self.is_reverse(pass) { "_reverse" } else { "" };
        format!("l{}{reverse}", pass / self.directions())
    }

    /// PyTorch's names of all weights and biases: `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, …
    pub fn parameter_names(&self) -> Vec<String> {
        let of_pass = |pass| NAMES.map(|name| format!("{name}_{}", self.name(pass)));
        (0..self.cells.len()).flat_map(of_pass).collect()
    }

    /// Whether the pass reads from the last step to the first.
    fn is_reverse(&self, pass: usize) -> bool {
        self.bidirectional && pass % 2 == 1
    }

    /// Checks that the cells are right and fit together; then `[D, H]` of the network.
    pub fn sizes<F: Real, const S: usize>(&self) -> Result<[usize; 2], Error>
    where
        C: Recurrent<F, S>,
    {
        check_size("num_layers", self.cells.len())?;
        if self.bidirectional && self.cells.len() % 2 == 1 {
            return Err(Error::Directions { cells: self.cells.len() });
        }
        let [input_size, hidden_size] = self.cells[0].sizes().map_err(|e| self.in_cell(0, e))?;
        let rows = self.cells[0].w_ih().nrows();
        for (pass, cell) in self.cells.iter().enumerate().skip(1) {
            let below =
                if pass < self.directions() { input_size } else { self.directions() * hidden_size };
            check_shape("w_ih", cell.w_ih(), &[rows, below])
                .and_then(|()| cell.sizes())
                .map_err(|error| self.in_cell(pass, error))?;
        }
        Ok([input_size, hidden_size])
    }

    /// Says which of several cells is wrong.
    fn in_cell(&self, pass: usize, error: Error) -> Error {
        if self.cells.len() == 1 {
            return error;
        }
        Error::Cell { name: self.name(pass), error: Box::new(error) }
    }

    /// Runs over inputs `x` `[N, T, D]` from the initial states: the output `[N, T, K H]` and the
    /// last states. Nothing is kept for the way back, so one direction reads in pieces: what a piece
    /// needs stays in the cache, and the next piece takes its place.
    pub fn forward<F: Real, const S: usize>(
        &self,
        x: &ArrayRef3<F>,
        lengths: Option<&[usize]>,
        initial: Given<'_, F, S>,
    ) -> Result<(Array3<F>, [Array3<F>; S]), Error>
    where
        C: Recurrent<F, S>,
    {
        const ROWS: usize = 1 << 8;
        let (lengths, hidden_size) = self.check(x, lengths, initial)?;
        let (batch_size, count, _) = x.dim();
        let piece = if self.bidirectional { count } else { (ROWS / batch_size).clamp(1, count) };
        let mut output = Array3::zeros((batch_size, count, self.directions() * hidden_size));
        let mut last: Option<[Array3<F>; S]> = None;
        let weights = self.ready();
        for first in (0..count).step_by(piece) {
            let part = Slice::from(first..count.min(first + piece));
            let x = x.slice_axis(Axis(1), part);
            let left = |length: &usize| length.saturating_sub(first).min(x.len_of(Axis(1)));
            let steps = Steps::new(&x, lengths.iter().map(left).collect());
            let states = array::from_fn(|state| match &last {
                None => initial[state].1,
                Some(last) => Some(&*last[state]),
            });
            let passes = self.run(&weights, steps, states, hidden_size, false);
            self.put_out(&passes, &mut output.slice_axis_mut(Axis(1), part));
            last = Some(last_states::<F, C, S>(&passes));
        }
        Ok((output, last.expect("there is a step")))
    }

    /// As [`forward`](Self::forward), keeping what the way back needs.
    pub fn forward_saving<F: Real, const S: usize>(
        &self,
        x: &ArrayRef3<F>,
        lengths: Option<&[usize]>,
        initial: Given<'_, F, S>,
    ) -> Result<Saved<F, C::Trace, S>, Error>
    where
        C: Recurrent<F, S>,
    {
        let (lengths, hidden_size) = self.check(x, lengths, initial)?;
        let states = initial.map(|(_, states)| states);
        let passes = self.run(&self.ready(), Steps::new(x, lengths), states, hidden_size, true);
        let last = last_states::<F, C, S>(&passes);
        let (batch_size, count, _) = x.dim();
        let mut output = Array3::zeros((batch_size, count, self.directions() * hidden_size));
        self.put_out(&passes, &mut output);
        Ok(Saved { output, last, passes })
    }

    /// Checks the network and what it is given; then the length of each sequence, and H.
    fn check<F: Real, const S: usize>(
        &self,
        x: &ArrayRef3<F>,
        lengths: Option<&[usize]>,
        initial: Given<'_, F, S>,
    ) -> Result<(Vec<usize>, usize), Error>
    where
        C: Recurrent<F, S>,
    {
        let [input_size, hidden_size] = self.sizes()?;
        let lengths = check_sequences(x, lengths, input_size)?;
        for (name, states) in initial {
            check_states(name, states, [self.cells.len(), lengths.len(), hidden_size])?;
        }
        Ok((lengths, hidden_size))
    }

    /// Puts the states of the top layer into `output` `[N, T, K H]`, zeros until then.
    fn put_out<F: Real, const S: usize>(
        &self,
        passes: &[Pass<F, C::Trace>],
        output: &mut ArrayRef3<F>,
    ) where
        C: Recurrent<F, S>,
    {
        let top = &passes[passes.len() - self.directions()..];
        let width = output.len_of(Axis(2)) / top.len();
        for (Pass { steps, trace }, mut part) in
            zip(top, output.axis_chunks_iter_mut(Axis(2), width))
        {
            steps.by_sequence(&steps.after_first(C::states(trace)), &mut part);
        }
    }

    /// The weights of each pass, made ready for its products.
    fn ready<F: Real, const S: usize>(&self) -> Vec<ReadyWeights<F>>
    where
        C: Recurrent<F, S>,
    {
        let of_cell = |cell: &C| ReadyWeights {
            w_ih: F::Ready::ready(&cell.w_ih().t()),
            w_hh: F::Ready::ready(&cell.w_hh().t()),
        };
        self.cells.iter().map(of_cell).collect()
    }

    /// Layer after layer, each in one direction or in both.
    // ANCHOR: run
    fn run<F: Real, const S: usize>(
        &self,
        weights: &[ReadyWeights<F>],
        input: Steps<F>,
        initial: [Option<&ArrayRef3<F>>; S],
        hidden_size: usize,
        keep: bool,
    ) -> Vec<Pass<F, C::Trace>>
    where
        C: Recurrent<F, S>,
    {
        let mut passes: Vec<Pass<F, _>> = Vec::with_capacity(self.cells.len());
        let mut input = Some(input);
        for layer in self.cells.chunks(self.directions()) {
            let below = passes.len().saturating_sub(layer.len());
            let steps = input.take().unwrap_or_else(|| above::<F, C, S>(&passes[below..]));
            for (cell, steps) in zip(layer, steps.in_directions(layer.len())) {
                let pass = passes.len();
                let state = initial.map(|states| steps.of_pass(states, pass, hidden_size));
                let trace = cell.run(&weights[pass], &steps, state, keep);
                passes.push(Pass { steps, trace });
            }
        }
        passes
    }
    // ANCHOR_END: run

    /// Back through all passes, from the gradients by the output `[N, T, directions H]` and by the
    /// last states.
    pub fn backward<F: Real, const S: usize>(
        &self,
        passes: &[Pass<F, C::Trace>],
        d_output: Option<&ArrayRef3<F>>,
        d_last: Given<'_, F, S>,
    ) -> Result<Gradients<F, C, S>, Error>
    where
        C: Recurrent<F, S>,
    {
        let [_, hidden_size] = self.sizes()?;
        self.check_passes(passes, hidden_size)?;
        let (steps, directions) = (&passes[0].steps, self.directions());
        let mut d_output = steps.gradient_rows(d_output, directions * hidden_size)?;
        for (name, d_states) in d_last {
            check_states(name, d_states, [passes.len(), steps.batch_size, hidden_size])?;
        }

        let mut back: Vec<PassGradients<F, C, S>> = Vec::with_capacity(passes.len());
        for first in (0..passes.len()).step_by(directions).rev() {
            let layer = first..first + directions;
            let shares = shares(&passes[layer.clone()], d_output, hidden_size);
            for (pass, d_output) in zip(layer, shares).rev() {
                let Pass { steps, trace } = &passes[pass];
                let d_state = d_last.map(|(_, d_last)| steps.of_pass(d_last, pass, hidden_size));
                back.push(self.cells[pass].run_back(steps, trace, d_output, d_state));
            }
            if first == 0 {
                break;
            }
            let d_input = back[back.len() - directions..].iter().rev().map(|b| &b.d_input);
            d_output = self.below(first, passes, d_input);
        }
        back.reverse();
        Ok(gathered(back, directions))
    }

    /// The gradient by the inputs, `[N, T, D]`, zero at padding.
    pub fn input_gradient<F: Real, const S: usize>(
        &self,
        passes: &[Pass<F, C::Trace>],
        d_input: &[Array2<F>],
        d_h_0: &ArrayRef3<F>,
    ) -> Result<Array3<F>, Error>
    where
        C: Recurrent<F, S>,
    {
        let [_, hidden_size] = self.sizes()?;
        self.check_passes(passes, hidden_size)?;
        let steps = &passes[0].steps;
        check_shape("gradients", d_h_0, &[passes.len(), steps.batch_size, hidden_size])?;
        check_count("gradients' directions", d_input.len(), self.directions())?;
        for (cell, d_input) in zip(self.cells, d_input) {
            check_shape("gradients", d_input, &[steps.rows.nrows(), cell.w_ih().nrows()])?;
        }
        let mut d_x = Array3::zeros((steps.batch_size, steps.count(), steps.rows.ncols()));
        steps.by_sequence(&self.below(0, passes, d_input.iter()), &mut d_x);
        Ok(d_x)
    }

    /// The gradient by what a layer reads, `[T N, D]`: that of each direction, added up. `first` is
    /// its first pass, and `d_input` the gradients by `W_ih x + b_ih` of its passes.
    fn below<'g, F: Real, const S: usize>(
        &self,
        first: usize,
        passes: &[Pass<F, C::Trace>],
        d_input: impl Iterator<Item = &'g Array2<F>>,
    ) -> Array2<F>
    where
        C: Recurrent<F, S>,
    {
        let mut d_x = Array2::zeros(passes[first].steps.rows.dim());
        for (pass, d_input) in zip(first.., d_input) {
            d_x += &passes[pass].steps.in_order(d_input.dot(self.cells[pass].w_ih()));
        }
        d_x
    }

    /// Checks that the passes are those of a network of this size.
    fn check_passes<F: Real, const S: usize>(
        &self,
        passes: &[Pass<F, C::Trace>],
        hidden_size: usize,
    ) -> Result<(), Error>
    where
        C: Recurrent<F, S>,
    {
        check_count("saved passes", passes.len(), self.cells.len())?;
        // The cells of one layer in both directions may have the shapes of two layers in one.
        let directions = if passes.iter().any(|pass| pass.steps.reverse) { 2 } else { 1 };
        check_count("saved directions", directions, self.directions())?;
        zip(self.cells, passes).try_for_each(|(cell, Pass { steps, trace })| {
            let (inputs, states) = (&steps.rows, C::states(trace));
            check_shape("saved inputs", inputs, &[inputs.nrows(), cell.w_ih().ncols()])?;
            check_shape("saved states", states, &[states.nrows(), hidden_size])
        })
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

/// The last states of all passes, each `[layers directions, N, H]`.
fn last_states<F: Real, C: Recurrent<F, S>, const S: usize>(
    passes: &[Pass<F, C::Trace>],
) -> [Array3<F>; S] {
    let last: Vec<_> = passes.iter().map(|Pass { steps, trace }| C::last(steps, trace)).collect();
    array::from_fn(|state| {
        let of_pass = |last: &[Array2<F>; S]| last[state].clone().insert_axis(Axis(0));
        joined(Axis(0), last.iter().map(of_pass).collect())
    })
}

/// What the layer above a layer reads: at each step the states of its directions side by side.
// ANCHOR: above
fn above<F: Real, C: Recurrent<F, S>, const S: usize>(layer: &[Pass<F, C::Trace>]) -> Steps<F> {
    let states = layer.iter().map(|Pass { steps, trace }| {
        steps.in_order(steps.after_first(C::states(trace)).to_owned())
    });
    layer[0].steps.with_rows(joined(Axis(1), states.collect()))
}
// ANCHOR_END: above

/// What each direction of a layer gets of the gradient by the layer's outputs, `[T N, K H]`: its
/// half, in its own order.
fn shares<F: Real, T>(
    layer: &[Pass<F, T>],
    d_output: Array2<F>,
    hidden_size: usize,
) -> Vec<Array2<F>> {
    if layer.len() == 1 {
        return vec![d_output];
    }
    let share = |(direction, pass): (usize, &Pass<F, T>)| {
        let half = direction * hidden_size..(direction + 1) * hidden_size;
        pass.steps.in_order(d_output.slice_axis(Axis(1), half.into()).to_owned())
    };
    layer.iter().enumerate().map(share).collect()
}

/// Draws the cells of so many layers, from their sizes D and H: D of the network in the first layer,
/// what the layer below gives out in the others.
pub(crate) fn draw<C>(
    [input_size, hidden_size]: [usize; 2],
    num_layers: usize,
    bidirectional: bool,
    mut cell: impl FnMut(usize, usize) -> Result<C, Error>,
) -> Result<Vec<C>, Error> {
    check_size("num_layers", num_layers)?;
    let directions = if bidirectional { 2 } else { 1 };
    (0..num_layers * directions)
        .map(|pass| {
            let below = if pass < directions { input_size } else { directions * hidden_size };
            cell(below, hidden_size)
        })
        .collect()
}

/// The gradients of all passes, as they are given out.
fn gathered<F: Real, C, const S: usize>(
    passes: Vec<PassGradients<F, C, S>>,
    directions: usize,
) -> Gradients<F, C, S> {
    let initial = array::from_fn(|state| {
        let of_pass =
            |pass: &PassGradients<F, C, S>| pass.state[state].clone().insert_axis(Axis(0));
        joined(Axis(0), passes.iter().map(of_pass).collect())
    });
    let (cells, d_input): (Vec<_>, Vec<_>) =
        passes.into_iter().map(|pass| (pass.cell, pass.d_input)).unzip();
    Gradients { cells, initial, d_input: d_input.into_iter().take(directions).collect() }
}

/// Arrays of the same shape, one behind the other along an axis.
fn joined<F: Real, D: RemoveAxis>(axis: Axis, mut arrays: Vec<Array<F, D>>) -> Array<F, D> {
    if arrays.len() == 1 {
        return arrays.remove(0);
    }
    let views: Vec<_> = arrays.iter().map(|array| array.view()).collect();
    let joined = concatenate(axis, &views).expect("the arrays have the same shape");
    joined.as_standard_layout().into_owned() // row after row, whatever the axis
}
