//! `torch.nn.RNN`, `LSTM` and `GRU`: network and cell, forward and back, lengths equal and unequal,
//! one layer and several, one direction and both.

use ndarray::Array3;
use rnn::{Error, Gru, Lstm, Real, Rnn};

use super::arrays::{agrees, array, flat};
use crate::recurrent::{self, Arguments, Recurrent, Weights};
use crate::vectors::stacks::{CellArrays, StackGradients, StackVector};
use crate::vectors::{
    F32_GRADIENT_TOLERANCE, F32_TOLERANCE, F64_GRADIENT_TOLERANCE, F64_TOLERANCE, Network, Shape,
    Vector, Vectors,
};

type Outcome = crate::vectors::Outcome<StackGradients>;

#[test]
fn forward_agrees_in_f64() -> Result<(), Error> {
    forward_agrees(network::<f64>, |vector| &vector.float64, F64_TOLERANCE)
}

#[test]
fn forward_agrees_in_f32() -> Result<(), Error> {
    forward_agrees(network::<f32>, |vector| &vector.float32, F32_TOLERANCE)
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
    saving_agrees(gradients::<f64>, |vector| &vector.float64, F64_TOLERANCE)
}

#[test]
fn saving_agrees_in_f32() -> Result<(), Error> {
    saving_agrees(gradients::<f32>, |vector| &vector.float32, F32_TOLERANCE)
}

#[test]
fn gradients_agree_in_f64() -> Result<(), Error> {
    gradients_agree(gradients::<f64>, |vector| &vector.float64, F64_GRADIENT_TOLERANCE)
}

#[test]
fn gradients_agree_in_f32() -> Result<(), Error> {
    gradients_agree(gradients::<f32>, |vector| &vector.float32, F32_GRADIENT_TOLERANCE)
}

type Compute = fn(&StackVector) -> Result<Outcome, Error>;
type Expected = fn(&StackVector) -> &Outcome;

/// The vectors with gradients are also vectors of the forward pass, some of them padded.
fn forward_agrees(compute: Compute, expected: Expected, tolerance: f64) -> Result<(), Error> {
    let deviation = |vector: &StackVector| Ok(compute(vector)?.deviation(expected(vector)));
    let single = [Vectors::rnn(), Vectors::lstm(), Vectors::gru(), Vectors::gradients()];
    for vectors in single.map(as_stacks).into_iter().chain([Vectors::stacks()]) {
        agrees(&vectors, name, deviation, tolerance)?;
    }
    Ok(())
}

fn saving_agrees(compute: Compute, expected: Expected, tolerance: f64) -> Result<(), Error> {
    let deviation = |vector: &StackVector| Ok(compute(vector)?.deviation(expected(vector)));
    agrees(&as_stacks(Vectors::gradients()), name, deviation, tolerance)?;
    agrees(&Vectors::stacks(), name, deviation, tolerance)
}

fn gradients_agree(compute: Compute, expected: Expected, tolerance: f64) -> Result<(), Error> {
    let deviation = |vector: &StackVector| {
        Ok(compute(vector)?.gradients().deviation(expected(vector).gradients()))
    };
    agrees(&as_stacks(Vectors::gradients()), name, deviation, tolerance)?;
    agrees(&Vectors::stacks(), name, deviation, tolerance)
}

fn as_stacks(Vectors { made_with, vectors }: Vectors<Vector>) -> Vectors<StackVector> {
    Vectors { made_with, vectors: vectors.into_iter().map(StackVector::from).collect() }
}

fn name(vector: &StackVector) -> &str {
    &vector.name
}

fn network<F: Real>(vector: &StackVector) -> Result<Outcome, Error> {
    match vector.network() {
        Network::Rnn => run::<F, Rnn<F>>(vector),
        Network::Lstm => run::<F, Lstm<F>>(vector),
        Network::Gru => run::<F, Gru<F>>(vector),
    }
}

fn steps<F: Real>(vector: &StackVector) -> Result<Outcome, Error> {
    match vector.network() {
        Network::Rnn => run_steps::<F, Rnn<F>>(vector),
        Network::Lstm => run_steps::<F, Lstm<F>>(vector),
        Network::Gru => run_steps::<F, Gru<F>>(vector),
    }
}

fn gradients<F: Real>(vector: &StackVector) -> Result<Outcome, Error> {
    match vector.network() {
        Network::Rnn => run_back::<F, Rnn<F>>(vector),
        Network::Lstm => run_back::<F, Lstm<F>>(vector),
        Network::Gru => run_back::<F, Gru<F>>(vector),
    }
}

fn run<F: Real, L: Recurrent<F>>(vector: &StackVector) -> Result<Outcome, Error> {
    let network: L = with_weights_of(vector);
    Ok(outcome(&network.run(&arguments(vector))?))
}

fn run_steps<F: Real, L: Recurrent<F>>(vector: &StackVector) -> Result<Outcome, Error> {
    let network: L = with_weights_of(vector);
    Ok(outcome(&recurrent::run_steps(&network, &arguments(vector))?))
}

fn run_back<F: Real, L: Recurrent<F>>(vector: &StackVector) -> Result<Outcome, Error> {
    let network: L = with_weights_of(vector);
    let Shape { n, t, h, .. } = vector.shape;
    let states = (vector.cells.len(), n, h);
    let d_results = [
        Some(array(&vector.d_output, (n, t, vector.directions() * h))),
        Some(array(&vector.d_h_n, states)),
        (L::STATES == 2).then(|| array(&vector.d_c_n, states)),
    ];
    let (results, gradients) = network.run_back(&arguments(vector), &d_results)?;
    let weights: Vec<_> = gradients.weights.iter().map(|gradient| flat(gradient)).collect();
    // What is not given has no gradient in PyTorch.
    let state = |state: usize| match vector.h_0 {
        Some(_) => gradients.state.get(state).map_or_else(Vec::new, |state| flat(state)),
        None => Vec::new(),
    };
    let gradients = StackGradients {
        cells: weights.chunks(4).map(cell_arrays).collect(),
        x: flat(&gradients.x),
        h_0: state(0),
        c_0: state(1),
    };
    Ok(Outcome { gradients: Some(gradients), ..outcome(&results) })
}

fn cell_arrays(weights: &[Vec<f64>]) -> CellArrays {
    let [w_ih, w_hh, b_ih, b_hh] = [0, 1, 2, 3].map(|k| weights[k].clone());
    CellArrays { w_ih, w_hh, b_ih, b_hh }
}

fn with_weights_of<F: Real, L: Recurrent<F>>(vector: &StackVector) -> L {
    let Shape { h, .. } = vector.shape;
    let rows = L::GATES * h;
    let cell = |cell: &CellArrays| -> Weights<F> {
        (
            array(&cell.w_ih, (rows, cell.w_ih.len() / rows)),
            array(&cell.w_hh, (rows, h)),
            array(&cell.b_ih, rows),
            array(&cell.b_hh, rows),
        )
    };
    L::from_cells(vector.cells.iter().map(cell).collect(), vector.bidirectional)
}

fn arguments<F: Real>(vector: &StackVector) -> Arguments<F> {
    let Shape { n, t, d, h } = vector.shape;
    let state = |flat: &Vec<f64>| array(flat, (vector.cells.len(), n, h));
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
