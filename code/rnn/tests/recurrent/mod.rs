//! The three networks behind one interface: what holds for all of them is tested once.

use std::array;
use std::fmt::Debug;
use std::ops::Range;

use ndarray::{
    Array, Array1, Array2, Array3, ArrayD, ArrayRef1, ArrayViewD, Axis, Dimension, ShapeBuilder,
};
use rand::{RngExt, rngs::ChaCha8Rng};
use rnn::{Error, Gru, GruCell, Lstm, LstmCell, Parameters, Real, Rnn, RnnCell};

/// `w_ih`, `w_hh`, `b_ih` and `b_hh` of a cell.
pub type Weights<F> = (Array2<F>, Array2<F>, Array1<F>, Array1<F>);

/// A recurrent network. Its state is h alone, or h and c.
pub trait Recurrent<F: Real>: Parameters<F> + Clone + PartialEq + Debug {
    const GATES: usize;
    /// How many arrays the state is.
    const STATES: usize;
    /// What else is kept for the way back: so many numbers for each unit and step.
    const KEPT: usize;

    /// One layer in one direction.
    fn from_weights(cell: Weights<F>) -> Self;

    /// A cell for each layer and direction.
    fn from_cells(cells: Vec<Weights<F>>, bidirectional: bool) -> Self;

    /// As its constructor draws it.
    fn drawn(sizes: Sizes, rng: &mut ChaCha8Rng) -> Result<Self, Error>;

    /// As `drawn`, by the constructor of one layer.
    fn drawn_single(d: usize, h: usize, rng: &mut ChaCha8Rng) -> Result<Self, Error>;

    /// Some of its cells, as a network of their own.
    fn part(&self, cells: Range<usize>, bidirectional: bool) -> Self;

    /// The number of cells, and H.
    fn cells(&self) -> (usize, usize);

    /// D, H, L and K, as it says itself.
    fn sizes(&self) -> [usize; 4];

    fn is_bidirectional(&self) -> bool;

    /// Of a step.
    fn multiply_adds(&self) -> usize;

    /// The weights of one cell.
    fn weights(&self, pass: usize) -> Weights<F>;

    /// One step of its first cell: the next state.
    fn step(&self, x: &ArrayRef1<F>, state: &[Array1<F>]) -> Result<Vec<Array1<F>>, Error>;

    /// `output`, `h_n` and, of the LSTM, `c_n`.
    fn run(&self, arguments: &Arguments<F>) -> Result<Vec<Array3<F>>, Error>;

    /// The same, from the forward pass that keeps what the backward pass needs; and the gradients,
    /// from those of `output`, `h_n` and, of the LSTM, `c_n`.
    fn run_back(
        &self,
        arguments: &Arguments<F>,
        d_results: &[Option<Array3<F>>],
    ) -> Result<(Vec<Array3<F>>, Gradients<F>), Error>;

    /// How many numbers the forward pass keeps.
    fn float_count(&self, arguments: &Arguments<F>) -> Result<usize, Error>;
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

#[derive(Debug, PartialEq)]
pub struct Gradients<F> {
    /// Of `w_ih`, `w_hh`, `b_ih` and `b_hh`, of one cell after the other.
    pub weights: Vec<ArrayD<F>>,
    pub x: Array3<F>,
    pub state: Vec<Array3<F>>,
}

impl<F: Real> Gradients<F> {
    /// All of them, in the order of the fields.
    pub fn arrays(&self) -> Vec<ArrayD<F>> {
        let Self { weights, x, state } = self;
        let arguments = [x].into_iter().chain(state).map(|array| array.clone().into_dyn());
        weights.iter().cloned().chain(arguments).collect()
    }
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
}

/// A network whose weights are drawn twice as wide as by its own constructor, to bend tanh.
pub fn network<L: Recurrent<f64>>(sizes: Sizes, rng: &mut ChaCha8Rng) -> L {
    let (rows, bound) = (L::GATES * sizes.h, 2.0 / (sizes.h as f64).sqrt());
    let mut cell = |pass: usize| {
        (
            uniform((rows, sizes.inputs(pass / sizes.directions())), bound, rng),
            uniform((rows, sizes.h), bound, rng),
            uniform(rows, bound, rng),
            uniform(rows, bound, rng),
        )
    };
    L::from_cells((0..sizes.passes()).map(&mut cell).collect(), sizes.bidirectional)
}

/// Inputs and states for a network, without lengths.
pub fn arguments<L: Recurrent<f64>>(
    (n, t): (usize, usize),
    sizes: Sizes,
    rng: &mut ChaCha8Rng,
) -> Arguments<f64> {
    let x = uniform((n, t, sizes.d), 2.0, rng);
    let state = (0..L::STATES).map(|_| uniform((sizes.passes(), n, sizes.h), 1.0, rng)).collect();
    Arguments { x, lengths: None, state: Some(state) }
}

/// What a loss sends back to `output` and the last states.
pub fn d_results<L: Recurrent<f64>>(
    (n, t): (usize, usize),
    sizes: Sizes,
    rng: &mut ChaCha8Rng,
) -> Vec<Array3<f64>> {
    let states = (0..L::STATES).map(|_| (sizes.passes(), n, sizes.h));
    let shapes = [(n, t, sizes.directions() * sizes.h)].into_iter().chain(states);
    shapes.map(|shape| uniform(shape, 1.0, rng)).collect()
}

/// What `run` should give: a loop over the cells, as long as each sequence; what follows its end
/// stays zero.
pub fn run_steps<F: Real, L: Recurrent<F>>(
    network: &L,
    arguments: &Arguments<F>,
) -> Result<Vec<Array3<F>>, Error> {
    let Arguments { x, lengths, state } = arguments;
    let (count, steps, _) = x.dim();
    let (passes, h) = network.cells();
    let directions = if network.is_bidirectional() { 2 } else { 1 };
    let mut output = Array3::zeros((count, steps, directions * h));
    let mut states =
        state.clone().unwrap_or_else(|| vec![Array3::zeros((passes, count, h)); L::STATES]);
    for n in 0..count {
        let length = lengths.as_ref().map_or(steps, |lengths| lengths[n]);
        let sequence = x.index_axis(Axis(0), n);
        let mut rows: Vec<Array1<F>> =
            sequence.rows().into_iter().take(length).map(|row| row.to_owned()).collect();
        for layer in 0..passes / directions {
            let mut joined = vec![Vec::new(); length];
            for direction in 0..directions {
                let pass = layer * directions + direction;
                let cell = network.part(pass..pass + 1, false);
                let mut state = of_sequence(&states, pass, n);
                for step in 0..length {
                    let t = if direction == 1 { length - 1 - step } else { step };
                    state = cell.step(&rows[t], &state)?;
                    joined[t].extend(&state[0]);
                }
                for (states, state) in states.iter_mut().zip(&state) {
                    states.index_axis_mut(Axis(0), pass).row_mut(n).assign(state);
                }
            }
            rows = joined.into_iter().map(Array1::from).collect();
        }
        let mut output = output.index_axis_mut(Axis(0), n);
        output.rows_mut().into_iter().zip(&rows).for_each(|(mut row, h)| row.assign(h));
    }
    states.insert(0, output);
    Ok(states)
}

fn of_sequence<F: Real>(states: &[Array3<F>], pass: usize, n: usize) -> Vec<Array1<F>> {
    states.iter().map(|states| states.index_axis(Axis(0), pass).row(n).to_owned()).collect()
}

pub fn uniform<D: Dimension>(
    shape: impl ShapeBuilder<Dim = D>,
    bound: f64,
    rng: &mut ChaCha8Rng,
) -> Array<f64, D> {
    Array::from_shape_simple_fn(shape, || rng.random_range(-bound..=bound))
}

macro_rules! common_to_all {
    ($network:ident, $cell:ident) => {
        fn from_weights((w_ih, w_hh, b_ih, b_hh): Weights<F>) -> Self {
            Self::from($cell { w_ih, w_hh, b_ih, b_hh })
        }

        fn from_cells(cells: Vec<Weights<F>>, bidirectional: bool) -> Self {
            let cell = |(w_ih, w_hh, b_ih, b_hh)| $cell { w_ih, w_hh, b_ih, b_hh };
            Self { cells: cells.into_iter().map(cell).collect(), bidirectional }
        }

        fn drawn(sizes: Sizes, rng: &mut ChaCha8Rng) -> Result<Self, Error> {
            let Sizes { d, h, layers, bidirectional } = sizes;
            Self::stacked(d, h, layers, bidirectional, rng)
        }

        fn drawn_single(d: usize, h: usize, rng: &mut ChaCha8Rng) -> Result<Self, Error> {
            Self::new(d, h, rng)
        }

        fn part(&self, cells: Range<usize>, bidirectional: bool) -> Self {
            Self { cells: self.cells[cells].to_vec(), bidirectional }
        }

        fn cells(&self) -> (usize, usize) {
            (self.cells.len(), self.hidden_size())
        }

        fn sizes(&self) -> [usize; 4] {
            [self.input_size(), self.hidden_size(), self.num_layers(), self.num_directions()]
        }

        fn is_bidirectional(&self) -> bool {
            self.bidirectional
        }

        fn multiply_adds(&self) -> usize {
            self.multiply_adds_per_step()
        }

        fn weights(&self, pass: usize) -> Weights<F> {
            let $cell { w_ih, w_hh, b_ih, b_hh } = self.cells[pass].clone();
            (w_ih, w_hh, b_ih, b_hh)
        }
    };
}

macro_rules! state_is_h {
    ($network:ident, $cell:ident, $field:ident, $gates:literal, $kept:literal) => {
        impl<F: Real> Recurrent<F> for $network<F> {
            const GATES: usize = $gates;
            const STATES: usize = 1;
            const KEPT: usize = $kept;

            common_to_all!($network, $cell);

            fn step(&self, x: &ArrayRef1<F>, state: &[Array1<F>]) -> Result<Vec<Array1<F>>, Error> {
                Ok(vec![self.cells[0].step(x, &state[0])?])
            }

            fn run(&self, arguments: &Arguments<F>) -> Result<Vec<Array3<F>>, Error> {
                let Arguments { x, lengths, state } = arguments;
                let h_0 = state.as_ref().map(|state| &*state[0]);
                let (output, h_n) = match lengths {
                    None => self.forward(x, h_0)?,
                    Some(lengths) => self.forward_padded(x, lengths, h_0)?,
                };
                Ok(vec![output, h_n])
            }

            fn run_back(
                &self,
                arguments: &Arguments<F>,
                d_results: &[Option<Array3<F>>],
            ) -> Result<(Vec<Array3<F>>, Gradients<F>), Error> {
                let Arguments { x, lengths, state } = arguments;
                let h_0 = state.as_ref().map(|state| &*state[0]);
                let [d_output, d_h_n] = array::from_fn(|i| d_results[i].as_deref());
                let saved = self.forward_saving(x, lengths.as_deref(), h_0)?;
                let gradients = self.backward(&saved, d_output, d_h_n)?;
                assert_eq!(gradients.$field.bidirectional, self.bidirectional);
                let x = self.input_gradient(&saved, &gradients)?;
                let (weights, state) = (owned(&gradients.$field), vec![gradients.h_0]);
                Ok((vec![saved.output, saved.h_n], Gradients { weights, x, state }))
            }

            fn float_count(&self, arguments: &Arguments<F>) -> Result<usize, Error> {
                let Arguments { x, lengths, state } = arguments;
                let state = state.as_ref().map(|state| &*state[0]);
                Ok(self.forward_saving(x, lengths.as_deref(), state)?.float_count())
            }
        }
    };
}

state_is_h!(Rnn, RnnCell, rnn, 1, 0);
state_is_h!(Gru, GruCell, gru, 3, 4);

impl<F: Real> Recurrent<F> for Lstm<F> {
    const GATES: usize = 4;
    const STATES: usize = 2;
    const KEPT: usize = 5;

    common_to_all!(Lstm, LstmCell);

    fn step(&self, x: &ArrayRef1<F>, state: &[Array1<F>]) -> Result<Vec<Array1<F>>, Error> {
        let (h, c) = self.cells[0].step(x, &state[0], &state[1])?;
        Ok(vec![h, c])
    }

    fn run(&self, arguments: &Arguments<F>) -> Result<Vec<Array3<F>>, Error> {
        let Arguments { x, lengths, state } = arguments;
        let state = state.as_ref().map(|state| (&*state[0], &*state[1]));
        let (output, (h_n, c_n)) = match lengths {
            None => self.forward(x, state)?,
            Some(lengths) => self.forward_padded(x, lengths, state)?,
        };
        Ok(vec![output, h_n, c_n])
    }

    fn run_back(
        &self,
        arguments: &Arguments<F>,
        d_results: &[Option<Array3<F>>],
    ) -> Result<(Vec<Array3<F>>, Gradients<F>), Error> {
        let Arguments { x, lengths, state } = arguments;
        let state = state.as_ref().map(|state| (&*state[0], &*state[1]));
        let [d_output, d_h_n, d_c_n] = array::from_fn(|i| d_results[i].as_deref());
        let saved = self.forward_saving(x, lengths.as_deref(), state)?;
        let gradients = self.backward(&saved, d_output, d_h_n, d_c_n)?;
        assert_eq!(gradients.lstm.bidirectional, self.bidirectional);
        let x = self.input_gradient(&saved, &gradients)?;
        let (weights, state) = (owned(&gradients.lstm), vec![gradients.h_0, gradients.c_0]);
        Ok((vec![saved.output, saved.h_n, saved.c_n], Gradients { weights, x, state }))
    }

    fn float_count(&self, arguments: &Arguments<F>) -> Result<usize, Error> {
        let Arguments { x, lengths, state } = arguments;
        let state = state.as_ref().map(|state| (&*state[0], &*state[1]));
        Ok(self.forward_saving(x, lengths.as_deref(), state)?.float_count())
    }
}

fn owned<F: Real>(network: &impl Parameters<F>) -> Vec<ArrayD<F>> {
    network.parameters().into_iter().map(ArrayViewD::into_owned).collect()
}
