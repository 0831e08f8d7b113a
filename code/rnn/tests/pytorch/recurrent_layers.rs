//! `torch.nn.RNN`, `LSTM` and `GRU`: layer and cell, forward and back, lengths equal and unequal.

use std::iter::zip;

use ndarray::{Array1, Array3, Axis};
use rnn::{Error, Gru, Lstm, Real, Rnn};

use crate::arrays::{agrees, array, flat};
use crate::recurrent::{Arguments, Recurrent};
use crate::vectors::{
    F32_GRADIENT_TOLERANCE, F32_TOLERANCE, F64_GRADIENT_TOLERANCE, F64_TOLERANCE, Gradients,
    Network, Outcome, Shape, Vector, Vectors,
};

#[test]
fn forward_agrees_in_f64() -> Result<(), Error> {
    forward_agrees(layer::<f64>, |vector| &vector.float64, F64_TOLERANCE)
}

#[test]
fn forward_agrees_in_f32() -> Result<(), Error> {
    forward_agrees(layer::<f32>, |vector| &vector.float32, F32_TOLERANCE)
}

#[test]
fn steps_agree_in_f64() -> Result<(), Error> {
    forward_agrees(steps::<f64>, |vector| &vector.float64, F64_TOLERANCE)
}

#[test]
fn steps_agree_in_f32() -> Result<(), Error> {
    forward_agrees(steps::<f32>, |vector| &vector.float32, F32_TOLERANCE)
}

/// The forward pass that keeps what the backward pass needs.
#[test]
fn saving_agrees_in_f64() -> Result<(), Error> {
    let deviation = |vector: &Vector| Ok(gradients::<f64>(vector)?.deviation(&vector.float64));
    agrees(&Vectors::gradients(), name, deviation, F64_TOLERANCE)
}

#[test]
fn saving_agrees_in_f32() -> Result<(), Error> {
    let deviation = |vector: &Vector| Ok(gradients::<f32>(vector)?.deviation(&vector.float32));
    agrees(&Vectors::gradients(), name, deviation, F32_TOLERANCE)
}

#[test]
fn gradients_agree_in_f64() -> Result<(), Error> {
    gradients_agree(gradients::<f64>, |vector| &vector.float64, F64_GRADIENT_TOLERANCE)
}

#[test]
fn gradients_agree_in_f32() -> Result<(), Error> {
    gradients_agree(gradients::<f32>, |vector| &vector.float32, F32_GRADIENT_TOLERANCE)
}

type Compute = fn(&Vector) -> Result<Outcome, Error>;
type Expected = fn(&Vector) -> &Outcome;

/// The vectors with gradients are also vectors of the forward pass, some of them padded.
fn forward_agrees(compute: Compute, expected: Expected, tolerance: f64) -> Result<(), Error> {
    let deviation = |vector: &Vector| Ok(compute(vector)?.deviation(expected(vector)));
    for vectors in [Vectors::rnn(), Vectors::lstm(), Vectors::gru(), Vectors::gradients()] {
        agrees(&vectors, name, deviation, tolerance)?;
    }
    Ok(())
}

fn gradients_agree(compute: Compute, expected: Expected, tolerance: f64) -> Result<(), Error> {
    let deviation =
        |vector: &Vector| Ok(compute(vector)?.gradients().deviation(expected(vector).gradients()));
    agrees(&Vectors::gradients(), name, deviation, tolerance)
}

fn name(vector: &Vector) -> &str {
    &vector.name
}

fn layer<F: Real>(vector: &Vector) -> Result<Outcome, Error> {
    match vector.network() {
        Network::Rnn => run::<F, Rnn<F>>(vector),
        Network::Lstm => run::<F, Lstm<F>>(vector),
        Network::Gru => run::<F, Gru<F>>(vector),
    }
}

fn steps<F: Real>(vector: &Vector) -> Result<Outcome, Error> {
    match vector.network() {
        Network::Rnn => run_steps::<F, Rnn<F>>(vector),
        Network::Lstm => run_steps::<F, Lstm<F>>(vector),
        Network::Gru => run_steps::<F, Gru<F>>(vector),
    }
}

fn gradients<F: Real>(vector: &Vector) -> Result<Outcome, Error> {
    match vector.network() {
        Network::Rnn => run_back::<F, Rnn<F>>(vector),
        Network::Lstm => run_back::<F, Lstm<F>>(vector),
        Network::Gru => run_back::<F, Gru<F>>(vector),
    }
}

fn run<F: Real, L: Recurrent<F>>(vector: &Vector) -> Result<Outcome, Error> {
    let layer: L = with_weights_of(vector);
    Ok(outcome(&layer.run(&arguments(vector))?))
}

/// A loop over the cell, as long as each sequence; what follows its end stays zero.
fn run_steps<F: Real, L: Recurrent<F>>(vector: &Vector) -> Result<Outcome, Error> {
    let layer: L = with_weights_of(vector);
    let Arguments { x, lengths, state } = arguments::<F>(vector);
    let Shape { n, t, h, .. } = vector.shape;
    let lengths = lengths.unwrap_or_else(|| vec![t; n]);
    let mut output = Array3::zeros((n, t, h));
    let mut states = state.unwrap_or_else(|| vec![Array3::zeros((1, n, h)); L::STATES]);
    for (n, length) in lengths.into_iter().enumerate() {
        let (x, mut output) = (x.index_axis(Axis(0), n), output.index_axis_mut(Axis(0), n));
        let mut state: Vec<Array1<F>> =
            states.iter().map(|states| states.index_axis(Axis(1), n).row(0).to_owned()).collect();
        for (x, mut output) in zip(x.rows(), output.rows_mut()).take(length) {
            state = layer.step(&x, &state)?;
            output.assign(&state[0]);
        }
        for (states, state) in zip(&mut states, &state) {
            states.index_axis_mut(Axis(1), n).row_mut(0).assign(state);
        }
    }
    states.insert(0, output);
    Ok(outcome(&states))
}

fn run_back<F: Real, L: Recurrent<F>>(vector: &Vector) -> Result<Outcome, Error> {
    let layer: L = with_weights_of(vector);
    let Shape { n, t, h, .. } = vector.shape;
    let d_results = [
        Some(array(&vector.d_output, (n, t, h))),
        Some(array(&vector.d_h_n, (1, n, h))),
        (L::STATES == 2).then(|| array(&vector.d_c_n, (1, n, h))),
    ];
    let (results, gradients) = layer.run_back(&arguments(vector), &d_results)?;
    let mut gradients = gradients.arrays().into_iter().map(|gradient| flat(&gradient));
    let mut next = || gradients.next().unwrap_or_default();
    let gradients = Gradients {
        w_ih: next(),
        w_hh: next(),
        b_ih: next(),
        b_hh: next(),
        x: next(),
        h_0: next(),
        c_0: next(),
    };
    Ok(Outcome { gradients: Some(gradients), ..outcome(&results) })
}

fn with_weights_of<F: Real, L: Recurrent<F>>(vector: &Vector) -> L {
    let Shape { d, h, .. } = vector.shape;
    let rows = L::GATES * h;
    L::from_weights(
        array(&vector.w_ih, (rows, d)),
        array(&vector.w_hh, (rows, h)),
        array(&vector.b_ih, rows),
        array(&vector.b_hh, rows),
    )
}

fn arguments<F: Real>(vector: &Vector) -> Arguments<F> {
    let Shape { n, t, d, h } = vector.shape;
    let state = |flat: &Vec<f64>| array(flat, (1, n, h));
    let h_0 = vector.h_0.as_ref().map(state);
    let c_0 = vector.c_0.as_ref().map(state);
    Arguments {
        x: array(&vector.x, (n, t, d)),
        lengths: vector.lengths.clone(),
        state: h_0.map(|h_0| [h_0].into_iter().chain(c_0).collect()),
    }
}

/// Of `output`, `h_n` and, if there is one, `c_n`.
fn outcome<F: Real>(results: &[Array3<F>]) -> Outcome {
    Outcome {
        output: flat(&results[0]),
        h_n: flat(&results[1]),
        c_n: results.get(2).map_or_else(Vec::new, |c_n| flat(c_n)),
        gradients: None,
    }
}
