//! All kinds of cells behind one interface: what holds for all of them is tested once.

mod runs;

use std::fmt::Debug;

use ndarray::{Array, Array1, Array3, ArrayD, ArrayRef1, Dimension, ShapeBuilder};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn::{Cell, Error, GruCell, Layers, LstmCell, MinGruCell, Parameters, Real, RnnCell};

pub use runs::{by_reference, everything, run, run_back, run_steps};

/// Calls a generic test for every kind of cell, in `f64` where nothing else is said: `test(case)?`.
macro_rules! of_all_cells {
    ($test:ident($($argument:expr),*) $($try:tt)?) => {
        of_all_cells!(f64, $test($($argument),*) $($try)?)
    };
    ($real:ty, $test:ident($($argument:expr),*) $($try:tt)?) => {{
        $test::<rnn::RnnCell<$real>>($($argument),*) $($try)?;
        $test::<rnn::LstmCell<$real>>($($argument),*) $($try)?;
        $test::<rnn::GruCell<$real>>($($argument),*) $($try)?;
        $test::<rnn::MinGruCell<$real>>($($argument),*) $($try)?;
    }};
}
pub(crate) use of_all_cells;

/// A kind of cell.
pub trait Recurrent: Cell + Clone + PartialEq + Debug {
    const GATES: usize;

    /// How many arrays the state is.
    const STATES: usize;

    /// What is kept for the way back beside inputs and states: so many numbers for each unit and
    /// step.
    const KEPT: usize;

    /// From as many arrays as it has parameters, in their order.
    fn from_arrays(arrays: Vec<ArrayD<Self::Real>>) -> Self;

    /// One step: the next state.
    fn next_state(
        &self,
        x: &ArrayRef1<Self::Real>,
        state: &[Array1<Self::Real>],
    ) -> Result<Vec<Array1<Self::Real>>, Error>;
}

macro_rules! recurrent {
    (
        $cell:ident { $($field:ident),+ }, $gates:literal gates, $kept:literal kept,
        |$self:ident, $x:ident, $($state:ident),+| $next:expr
    ) => {
        impl<F: Real> Recurrent for $cell<F> {
            const GATES: usize = $gates;
            const STATES: usize = [$(stringify!($state)),+].len();
            const KEPT: usize = $kept;

            fn from_arrays(arrays: Vec<ArrayD<F>>) -> Self {
                let mut arrays = arrays.into_iter();
                $(let $field = fixed(arrays.next());)+
                Self { $($field),+ }
            }

            fn next_state(
                &self,
                $x: &ArrayRef1<F>,
                state: &[Array1<F>],
            ) -> Result<Vec<Array1<F>>, Error> {
                let ($self, [$($state),+]) = (self, state) else { panic!("another cell's state") };
                $next
            }
        }
    };
}

recurrent!(RnnCell { w_ih, w_hh, b_ih, b_hh }, 1 gates, 0 kept, |cell, x, h| {
    Ok(vec![cell.step(x, h)?])
});
recurrent!(LstmCell { w_ih, w_hh, b_ih, b_hh }, 4 gates, 5 kept, |cell, x, h, c| {
    cell.step(x, h, c).map(|(h, c)| vec![h, c])
});
recurrent!(GruCell { w_ih, w_hh, b_ih, b_hh }, 3 gates, 4 kept, |cell, x, h| {
    Ok(vec![cell.step(x, h)?])
});
recurrent!(MinGruCell { w_ih, b_ih }, 2 gates, 2 kept, |cell, x, h| {
    Ok(vec![cell.step(x, h)?])
});

pub fn fixed<F, D: Dimension>(array: Option<ArrayD<F>>) -> Array<F, D> {
    let array = array.expect("an array for each field");
    array.into_dimensionality().expect("as many axes as the field has")
}

#[derive(Debug, Clone)]
pub struct Arguments<F> {
    /// `[N, T, D]`
    pub x: Array3<F>,
    /// None: all T.
    pub lengths: Option<Vec<usize>>,
    /// `h_0` or `h_0` and `c_0`, each `[L K, N, H]`. None: zeros.
    pub state: Option<Vec<Array3<F>>>,
}

/// L layers in one direction or in both, with D inputs and H units.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    pub d: usize,
    pub h: usize,
    pub layers: usize,
    pub bidirectional: bool,
}

impl Sizes {
    /// One layer in one direction.
    pub fn layer(d: usize, h: usize) -> Self {
        Self { d, h, layers: 1, bidirectional: false }
    }

    /// K.
    pub fn directions(self) -> usize {
        if self.bidirectional { 2 } else { 1 }
    }

    /// L K.
    pub fn passes(self) -> usize {
        self.layers * self.directions()
    }

    /// What the cells of a layer read: D, or the outputs of the layer below.
    pub fn inputs(self, layer: usize) -> usize {
        if layer == 0 { self.d } else { self.directions() * self.h }
    }

    /// As the constructor draws it.
    pub fn drawn<C: Cell>(self, rng: &mut ChaCha8Rng) -> Result<Layers<C>, Error> {
        Layers::stacked(self.d, self.h, self.layers, self.bidirectional, rng)
    }
}

/// A network whose weights are drawn twice as wide as by its own constructor, to bend tanh.
pub fn network<C: Recurrent>(sizes: Sizes, rng: &mut ChaCha8Rng) -> Layers<C> {
    let drawn = sizes.drawn(&mut ChaCha8Rng::seed_from_u64(0));
    let mut network: Layers<C> = drawn.expect("no size is zero");
    let bound = 2.0 / (sizes.h as f64).sqrt();
    for mut array in network.parameters_mut() {
        let shape = array.raw_dim();
        array.assign(&uniform(shape, bound, rng));
    }
    network
}

/// Inputs and states for a network, without lengths.
pub fn arguments<C: Recurrent>(
    (n, t): (usize, usize),
    sizes: Sizes,
    rng: &mut ChaCha8Rng,
) -> Arguments<C::Real> {
    let x = uniform((n, t, sizes.d), 2.0, rng);
    let state = (0..C::STATES).map(|_| uniform((sizes.passes(), n, sizes.h), 1.0, rng)).collect();
    Arguments { x, lengths: None, state: Some(state) }
}

/// What a loss sends back to `output` and the last states.
pub fn d_results<C: Recurrent>(
    (n, t): (usize, usize),
    sizes: Sizes,
    rng: &mut ChaCha8Rng,
) -> Vec<Array3<C::Real>> {
    let states = (0..C::STATES).map(|_| (sizes.passes(), n, sizes.h));
    let shapes = [(n, t, sizes.directions() * sizes.h)].into_iter().chain(states);
    shapes.map(|shape| uniform(shape, 1.0, rng)).collect()
}

/// Drawn in `f64`, whatever the type.
pub fn uniform<F: Real, D: Dimension>(
    shape: impl ShapeBuilder<Dim = D>,
    bound: f64,
    rng: &mut ChaCha8Rng,
) -> Array<F, D> {
    Array::from_shape_simple_fn(shape, || F::from_f64(rng.random_range(-bound..=bound)))
}
