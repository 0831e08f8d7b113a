//! What a network needs to know of its cells.

use std::fmt::Debug;

use ndarray::{Array2, ArrayRef1};
use rand::Rng;

use crate::layers::{States, StatesRef};
use crate::steps::Steps;
use crate::weights::check_vector;
use crate::{Error, Parameters, Real};

/// The weights of a cell.
#[doc(hidden)]
pub trait Weights: Parameters<Self::Real> + Sized + Sync {
    /// The numbers that it computes with: `f32` or `f64`.
    type Real: Real;

    /// The weights, made ready for products with rows.
    type Ready: Sync + Debug;

    /// A new cell with D inputs and H units.
    fn draw(input_size: usize, hidden_size: usize, rng: &mut impl Rng) -> Result<Self, Error>;

    /// Fails where the weights do not fit each other.
    fn check(&self) -> Result<(), Error>;

    fn ready(&self) -> Self::Ready;

    /// `W_ih` `[G H, D]`, the only weights that the inputs meet.
    fn w_ih(&self) -> &Array2<Self::Real>;

    /// *H*.
    fn units(&self) -> usize;

    /// Fails where the cell, an input `x` `[D]` or a state `h` `[H]` is not right.
    fn check_step(
        &self,
        x: &ArrayRef1<Self::Real>,
        h: &ArrayRef1<Self::Real>,
    ) -> Result<(), Error> {
        self.check()?;
        check_vector("x", x, self.w_ih().ncols())?;
        check_vector("h", h, self.units())
    }

    /// One for each weight, biases aside.
    fn multiply_adds(&self) -> usize {
        let matrices = self.parameters().into_iter().filter(|array| array.ndim() == 2);
        matrices.map(|matrix| matrix.len()).sum()
    }
}

/// A cell of which [`Layers`](crate::Layers) can be made: one step, with the same weights for every
/// step. There are [`RnnCell`](crate::RnnCell), [`LstmCell`](crate::LstmCell),
/// [`GruCell`](crate::GruCell) and [`MinGruCell`](crate::MinGruCell), and no others outside this crate.
///
/// `C::Real` is what a cell computes with, `f32` or `f64`: code for every cell of one of them asks for
/// `C: Cell<Real = f64>`.
pub trait Cell: Weights {
    /// Its state, an array of one or two: `[h]`, or `[h, c]` for the LSTM. The first is what the
    /// cell gives out after each step.
    type State<A>: AsRef<[A]> + IntoIterator<Item = A>;

    /// A state of arrays that are made one by one, from their places: `C::state(|_| &*h)`.
    fn state<A>(array: impl FnMut(usize) -> A) -> Self::State<A>;

    /// The names of the arrays of the state, in errors.
    #[doc(hidden)]
    const STATE: &'static [StateNames];

    /// What a pass computes: first what the cell gave out, from the state before the first step on,
    /// `[(T + 1) N, H]`, then the rest of the last state, `[N, H]` each, then what only the way back
    /// needs.
    #[doc(hidden)]
    type Trace: AsRef<[Array2<Self::Real>]> + Debug + Clone;

    /// Passes over `steps` from the state before the first, each array `[N, H]`. What only the way
    /// back needs is kept if it is asked for.
    #[doc(hidden)]
    fn run(
        &self,
        ready: &Self::Ready,
        steps: &Steps<Self::Real>,
        state: Self::State<Array2<Self::Real>>,
        keep: bool,
    ) -> Self::Trace;

    /// Back through a pass, from the gradients by what it gave out `[T N, H]`, zero at padding, and
    /// by its last state, each array `[N, H]`.
    #[doc(hidden)]
    fn run_back(
        &self,
        steps: &Steps<Self::Real>,
        trace: &Self::Trace,
        d_output: Array2<Self::Real>,
        d_state: Self::State<Array2<Self::Real>>,
    ) -> PassGradients<Self>;

    /// How many numbers each array of the state has; what the cell gives out is the first.
    #[doc(hidden)]
    fn state_sizes(&self) -> Self::State<usize> {
        Self::state(|_| self.units())
    }
}

/// How errors call an array of a state: before the first step, after the last one, and the gradient
/// by that.
#[doc(hidden)]
#[derive(Debug)]
pub struct StateNames {
    pub first: &'static str,
    pub last: &'static str,
    pub d_last: &'static str,
}

pub(crate) const H: StateNames = StateNames { first: "h_0", last: "h_n", d_last: "d_h_n" };
pub(crate) const C: StateNames = StateNames { first: "c_0", last: "c_n", d_last: "d_c_n" };

/// The gradients by what went into a pass.
#[doc(hidden)]
#[derive(Debug)]
pub struct PassGradients<C: Cell> {
    pub cell: C,
    /// By the state before the first step, each array `[N, H]`.
    pub state: C::State<Array2<C::Real>>,
    /// By `W_ih x + b_ih`: `[T N, G H]`.
    pub d_input: Array2<C::Real>,
}

/// The last state of one run as the first state of the next: `rnn.forward(&x, Some(by_ref::<C>(&state)))`.
///
/// Where the cell is known, `Some([&h_n])` or `Some([&h_n, &c_n])` says the same.
pub fn by_ref<C: Cell>(states: &States<C>) -> StatesRef<'_, C> {
    C::state(|array| &*states.as_ref()[array])
}
