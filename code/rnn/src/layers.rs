//! Networks of cells: layers on top of each other, in one direction or in both.

use std::iter::zip;

use ndarray::{Array3, ArrayRef3, ArrayViewD, ArrayViewMutD};
use rand::Rng;

use crate::cell::Weights;
use crate::error::check_size;
use crate::{Cell, Error, Parameters, Saved};

/// A recurrent network of cells of one kind: one layer, or several on top of each other, in one
/// direction or in both. [`Rnn`](crate::Rnn), [`Lstm`](crate::Lstm), [`Gru`](crate::Gru) and
/// [`MinGru`](crate::MinGru) are such networks; the formula is that of their cell.
///
/// Layer l reads what layer l - 1 gives out. A bidirectional layer has a second cell, which reads
/// the sequence from its end to its beginning, and the layer gives out what both do, side by side.
/// Other states, as the c of an LSTM, stay in their layer. With *L* layers of *K* directions (1 or 2)
/// the shapes are
///
/// ```text
/// x [N, T, D]   output [N, T, K H]   h_0, h_n (c_0, c_n) [L K, N, H]
/// w_ih [G H, D] in the first layer, [G H, K H] above it   w_hh [G H, H]
/// ```
///
/// with *G* products a unit: 1 in [`RnnCell`](crate::RnnCell), 4 in [`LstmCell`](crate::LstmCell), 3 in
/// [`GruCell`](crate::GruCell), 2 in [`MinGruCell`](crate::MinGruCell), which has no `w_hh`.
///
/// Source: PyTorch's `torch.nn.RNN`, `torch.nn.LSTM` and `torch.nn.GRU` with `batch_first=True`,
/// without dropout or projections.
// ANCHOR: layers
#[derive(Debug, Clone, PartialEq)]
pub struct Layers<C> {
    /// The weights, shared by all steps: a cell for each layer and direction, in PyTorch's order
    /// `l0`, `l0_reverse`, `l1`, `l1_reverse`, …
    pub cells: Vec<C>,
    /// Whether each layer has two cells.
    pub bidirectional: bool,
}
// ANCHOR_END: layers

/// The state of a network, `[h]` or `[h, c]`, each array `[L K, N, H]`.
pub type States<C> = <C as Cell>::State<Array3<<C as Weights>::Real>>;

/// The same by reference, as it is given: `[&h_0]` or `[&h_0, &c_0]`.
pub type StatesRef<'a, C> = <C as Cell>::State<&'a ArrayRef3<<C as Weights>::Real>>;

/// One layer in one direction.
impl<C: Cell> From<C> for Layers<C> {
    fn from(cell: C) -> Self {
        Self { cells: vec![cell], bidirectional: false }
    }
}

impl<C: Cell> Layers<C> {
    /// One layer in one direction, whose cell is drawn as by the `new` of its kind.
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size is zero.
    pub fn new(input_size: usize, hidden_size: usize, rng: &mut impl Rng) -> Result<Self, Error> {
        Self::stacked(input_size, hidden_size, 1, false, rng)
    }

    /// So many layers, in one direction or in both, whose cells are drawn one after the other.
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size or the number of layers is zero.
    ///
    /// Source: PyTorch's `torch.nn.RNN(input_size, hidden_size, num_layers, bidirectional=…)`.
    pub fn stacked(
        input_size: usize,
        hidden_size: usize,
        num_layers: usize,
        bidirectional: bool,
        rng: &mut impl Rng,
    ) -> Result<Self, Error> {
        check_size("num_layers", num_layers)?;
        let mut layers = Self { cells: vec![], bidirectional };
        let mut read = input_size;
        for _ in 0..num_layers {
            for _ in 0..layers.num_directions() {
                layers.cells.push(C::draw(read, hidden_size, rng)?);
            }
            read = layers.output_size();
        }
        Ok(layers)
    }

    /// What the network gives out after every step, `output` `[N, T, K H]`, and its state after the
    /// last one, from the inputs `x` `[N, T, D]` and the state before the first (`None`: zeros).
    ///
    /// A state is an array of arrays `[L K, N, H]`: `[h_n]`, or `[h_n, c_n]` of an LSTM.
    ///
    /// ```
    /// # use ndarray::Array3;
    /// # use rand::{SeedableRng, rngs::ChaCha8Rng};
    /// # use rnn::{Lstm, Rnn};
    /// # fn main() -> Result<(), rnn::Error> {
    /// # let mut rng = ChaCha8Rng::seed_from_u64(1);
    /// # let (rnn, lstm) = (Rnn::new(3, 4, &mut rng)?, Lstm::new(3, 4, &mut rng)?);
    /// # let x = Array3::<f64>::ones((2, 5, 3));
    /// let (output, [h_n]) = rnn.forward(&x, None)?;
    /// let (output, [h_n, c_n]) = lstm.forward(&x, Some([&h_n, &h_n]))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Each call makes the weights ready for its products. Where it reads a step or two, that takes most of
    /// the time: [`prepack`](Self::prepack) does it once for many calls.
    ///
    /// The batch comes first in `x` and `output`; in the states the first axis counts layers and
    /// directions. The result is that of the cell's `step` in a loop, up to rounding: the sums are
    /// the same in another order.
    ///
    /// # Errors
    ///
    /// - [`Error::ZeroSize`] where the batch is empty, or there is no cell, or one has no inputs or
    ///   no units.
    /// - [`Error::EmptySequence`] where T is zero.
    /// - [`Error::Shape`] where a weight, `x` or a state has another shape than those above. Of
    ///   several cells [`Error::Cell`] names the one; [`Error::Directions`] where one is missing.
    /// - [`Error::NonFinite`] where `x` or a state is. Also for a new state that is not finite,
    ///   under the name `output` or `c_n`: see [`RnnCell::step`](crate::RnnCell::step).
    ///
    /// Source: PyTorch's `torch.nn.RNN` with `batch_first=True`.
    pub fn forward(
        &self,
        x: &ArrayRef3<C::Real>,
        state: Option<StatesRef<'_, C>>,
    ) -> Result<(Array3<C::Real>, States<C>), Error> {
        self.prepack()?.forward(x, state)
    }

    /// As [`forward`](Self::forward), for sequences of unequal length in one padded batch: sequence
    /// n has `lengths[n]` steps, and what `x` holds behind them is never read.
    ///
    /// The last state is the one after the last step *of each sequence*; `output` is zero behind it.
    /// In reverse each sequence is read from its own end.
    ///
    /// # Errors
    ///
    /// Those of [`forward`](Self::forward), and
    ///
    /// - [`Error::Shape`] where there are more or fewer `lengths` than sequences.
    /// - [`Error::Length`] where a length is zero or more than T.
    ///
    /// Source: PyTorch's `pack_padded_sequence` and `pad_packed_sequence` around
    /// `torch.nn.RNN`.
    pub fn forward_padded(
        &self,
        x: &ArrayRef3<C::Real>,
        lengths: &[usize],
        state: Option<StatesRef<'_, C>>,
    ) -> Result<(Array3<C::Real>, States<C>), Error> {
        self.prepack()?.forward_padded(x, lengths, state)
    }

    /// As [`forward_padded`](Self::forward_padded), keeping what [`Saved::backward`] needs. Without
    /// `lengths` all sequences have T steps.
    ///
    /// # Errors
    ///
    /// Those of [`forward_padded`](Self::forward_padded).
    pub fn forward_saving(
        &self,
        x: &ArrayRef3<C::Real>,
        lengths: Option<&[usize]>,
        state: Option<StatesRef<'_, C>>,
    ) -> Result<Saved<'_, C>, Error> {
        self.run_saving(x, lengths, state)
    }

    /// The number of inputs, *D*.
    pub fn input_size(&self) -> usize {
        self.cells.first().map_or(0, |cell| cell.w_ih().ncols())
    }

    /// The number of units in each layer and direction, *H*.
    pub fn hidden_size(&self) -> usize {
        self.cells.first().map_or(0, C::units)
    }

    /// The numbers that a layer gives out after each step, *K H*.
    pub fn output_size(&self) -> usize {
        let of_cell = |cell: &C| cell.state_sizes().as_ref()[0];
        self.num_directions() * self.cells.first().map_or(0, of_cell)
    }

    /// The number of layers, *L*.
    pub fn num_layers(&self) -> usize {
        self.cells.len() / self.num_directions()
    }

    /// The number of directions, *K*: one or two.
    pub fn num_directions(&self) -> usize {
        if self.bidirectional { 2 } else { 1 }
    }

    /// The multiply-adds of a step of one sequence, through all layers and directions: one for each
    /// weight, biases aside. (The functions of the units come on top, a few for each.)
    pub fn multiply_adds_per_step(&self) -> usize {
        self.cells.iter().map(C::multiply_adds).sum()
    }

    /// PyTorch's names of the passes: `l0`, `l0_reverse`, `l1`, …
    pub(crate) fn pass_names(&self) -> Vec<String> {
        let directions = self.num_directions();
        let name = |pass: usize| {
            let reverse = if pass % directions == 1 { "_reverse" } else { "" };
            format!("l{}{reverse}", pass / directions)
        };
        (0..self.cells.len()).map(name).collect()
    }
}

/// The names are those of the cells, with their place: `weight_ih_l0`, `weight_hh_l0`, …
impl<C: Cell> Parameters<C::Real> for Layers<C> {
    fn named_parameters(&self) -> Vec<(String, ArrayViewD<'_, C::Real>)> {
        let cells = self.cells.iter().map(C::named_parameters);
        zip(self.pass_names(), cells).flat_map(in_pass).collect()
    }

    fn named_parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, C::Real>)> {
        let names = self.pass_names();
        let cells = self.cells.iter_mut().map(C::named_parameters_mut);
        zip(names, cells).flat_map(in_pass).collect()
    }
}

/// `weight_ih` in the pass `l0` becomes `weight_ih_l0`.
fn in_pass<V>((pass, parameters): (String, Vec<(String, V)>)) -> Vec<(String, V)> {
    parameters.into_iter().map(|(name, array)| (format!("{name}_{pass}"), array)).collect()
}
