//! The three layers behind one interface: what holds for all of them is tested once.

#![allow(dead_code, reason = "no test file uses all of it")]

use std::array;

use ndarray::{
    Array, Array1, Array2, Array3, ArrayD, ArrayRef1, ArrayViewD, Dimension, ShapeBuilder,
};
use rand::{RngExt, rngs::ChaCha8Rng};
use rnn::{Error, Gru, GruCell, Lstm, LstmCell, Parameters, Real, Rnn, RnnCell};

/// A recurrent layer. Its state is h alone, or h and c.
pub trait Recurrent<F: Real>: Parameters<F> + Clone + Sized {
    const GATES: usize;
    /// How many arrays the state is.
    const STATES: usize;

    fn from_weights(w_ih: Array2<F>, w_hh: Array2<F>, b_ih: Array1<F>, b_hh: Array1<F>) -> Self;

    /// One step of the cell: the next state.
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
}

#[derive(Debug, Clone)]
pub struct Arguments<F> {
    /// `[N, T, D]`
    pub x: Array3<F>,
    /// None: all T.
    pub lengths: Option<Vec<usize>>,
    /// `h_0` or `h_0` and `c_0`, each `[1, N, H]`. None: zeros.
    pub state: Option<Vec<Array3<F>>>,
}

#[derive(Debug, PartialEq)]
pub struct Gradients<F> {
    /// Of `w_ih`, `w_hh`, `b_ih` and `b_hh`.
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

/// A layer whose weights are drawn twice as wide as by its own constructor, to bend tanh.
pub fn layer<L: Recurrent<f64>>(d: usize, h: usize, rng: &mut ChaCha8Rng) -> L {
    let (rows, bound) = (L::GATES * h, 2.0 / (h as f64).sqrt());
    L::from_weights(
        uniform((rows, d), bound, rng),
        uniform((rows, h), bound, rng),
        uniform(rows, bound, rng),
        uniform(rows, bound, rng),
    )
}

/// Inputs and states for a layer, without lengths.
pub fn arguments<L: Recurrent<f64>>(
    (n, t, d): (usize, usize, usize),
    h: usize,
    rng: &mut ChaCha8Rng,
) -> Arguments<f64> {
    let x = uniform((n, t, d), 2.0, rng);
    let state = (0..L::STATES).map(|_| uniform((1, n, h), 1.0, rng)).collect();
    Arguments { x, lengths: None, state: Some(state) }
}

pub fn uniform<D: Dimension>(
    shape: impl ShapeBuilder<Dim = D>,
    bound: f64,
    rng: &mut ChaCha8Rng,
) -> Array<f64, D> {
    Array::from_shape_simple_fn(shape, || rng.random_range(-bound..=bound))
}

macro_rules! state_is_h {
    ($layer:ident, $cell:ident, $field:ident, $gates:literal) => {
        impl<F: Real> Recurrent<F> for $layer<F> {
            const GATES: usize = $gates;
            const STATES: usize = 1;

            fn from_weights(
                w_ih: Array2<F>,
                w_hh: Array2<F>,
                b_ih: Array1<F>,
                b_hh: Array1<F>,
            ) -> Self {
                Self::from($cell { w_ih, w_hh, b_ih, b_hh })
            }

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
                let x = self.input_gradient(&saved, &gradients)?;
                let (weights, state) = (owned(&gradients.$field), vec![gradients.h_0]);
                Ok((vec![saved.output, saved.h_n], Gradients { weights, x, state }))
            }
        }
    };
}

state_is_h!(Rnn, RnnCell, rnn, 1);
state_is_h!(Gru, GruCell, gru, 3);

impl<F: Real> Recurrent<F> for Lstm<F> {
    const GATES: usize = 4;
    const STATES: usize = 2;

    fn from_weights(w_ih: Array2<F>, w_hh: Array2<F>, b_ih: Array1<F>, b_hh: Array1<F>) -> Self {
        Self::from(LstmCell { w_ih, w_hh, b_ih, b_hh })
    }

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
        let x = self.input_gradient(&saved, &gradients)?;
        let (weights, state) = (owned(&gradients.lstm), vec![gradients.h_0, gradients.c_0]);
        Ok((vec![saved.output, saved.h_n, saved.c_n], Gradients { weights, x, state }))
    }
}

fn owned<F: Real>(network: &impl Parameters<F>) -> Vec<ArrayD<F>> {
    network.parameters().into_iter().map(ArrayViewD::into_owned).collect()
}
