//! `torch.nn.RNN`, `LSTM` and `GRU`: network and cell, forward and back, lengths equal and unequal,
//! one layer and several, one direction and both.

use ndarray::Array3;
use rnn::{Error, GruCell, Layers, LstmCell, Real, RnnCell};

use super::arrays::{agrees_in, array, flat};
use crate::recurrent::{self, Arguments, Recurrent};
use crate::vectors::{CellArrays, Gradients, Network, Outcome, Shape, Vector, Vectors};

#[test]
fn forward_agrees_in_f64() -> Result<(), Error> {
    forward_agrees::<f64>()
}

#[test]
fn forward_agrees_in_f32() -> Result<(), Error> {
    forward_agrees::<f32>()
}

#[test]
fn backward_agrees_in_f64() -> Result<(), Error> {
    backward_agrees::<f64>()
}

#[test]
fn backward_agrees_in_f32() -> Result<(), Error> {
    backward_agrees::<f32>()
}

/// The vectors with gradients are also vectors of the forward pass, some of them padded.
fn forward_agrees<F: Real>() -> Result<(), Error> {
    let rest = [Vectors::gradients(), Vectors::stacks()];
    for vectors in [Vectors::rnn(), Vectors::lstm(), Vectors::gru()].into_iter().chain(rest) {
        agrees_in::<F, _, _>(&vectors, name, network::<F>)?;
        agrees_in::<F, _, _>(&vectors, name, steps::<F>)?;
    }
    Ok(())
}

/// And the forward pass that keeps what the backward pass needs.
fn backward_agrees<F: Real>() -> Result<(), Error> {
    for vectors in [Vectors::gradients(), Vectors::stacks()] {
        agrees_in::<F, _, _>(&vectors, name, |vector| Ok(gradients::<F>(vector)?.0))?;
        agrees_in::<F, _, _>(&vectors, name, |vector| Ok(gradients::<F>(vector)?.1))?;
    }
    Ok(())
}

fn name(vector: &Vector) -> &str {
    &vector.name
}

fn network<F: Real>(vector: &Vector) -> Result<Outcome, Error> {
    match vector.network() {
        Network::Rnn => run::<RnnCell<F>>(vector),
        Network::Lstm => run::<LstmCell<F>>(vector),
        Network::Gru => run::<GruCell<F>>(vector),
    }
}

fn steps<F: Real>(vector: &Vector) -> Result<Outcome, Error> {
    match vector.network() {
        Network::Rnn => run_steps::<RnnCell<F>>(vector),
        Network::Lstm => run_steps::<LstmCell<F>>(vector),
        Network::Gru => run_steps::<GruCell<F>>(vector),
    }
}

fn gradients<F: Real>(vector: &Vector) -> Result<(Outcome, Gradients), Error> {
    match vector.network() {
        Network::Rnn => run_back::<RnnCell<F>>(vector),
        Network::Lstm => run_back::<LstmCell<F>>(vector),
        Network::Gru => run_back::<GruCell<F>>(vector),
    }
}

fn run<C: Recurrent>(vector: &Vector) -> Result<Outcome, Error> {
    Ok(outcome(&recurrent::run(&with_weights_of::<C>(vector), &arguments(vector))?))
}

fn run_steps<C: Recurrent>(vector: &Vector) -> Result<Outcome, Error> {
    Ok(outcome(&recurrent::run_steps(&with_weights_of::<C>(vector), &arguments(vector))?))
}

fn run_back<C: Recurrent>(vector: &Vector) -> Result<(Outcome, Gradients), Error> {
    let network = with_weights_of::<C>(vector);
    let Shape { n, t, h, .. } = vector.shape;
    let d_states = [&vector.d_h_n, &vector.d_c_n].into_iter().take(C::STATES);
    let d_output = array(&vector.d_output, (n, t, vector.directions() * h));
    let d_states = d_states.map(|d_state| array(d_state, (vector.cells.len(), n, h)));
    let d_results: Vec<_> = [d_output].into_iter().chain(d_states).collect();
    let (results, gradients) = recurrent::run_back(&network, &arguments(vector), &d_results)?;
    let weights: Vec<_> = gradients.weights.iter().map(|gradient| flat(gradient)).collect();
    // What is not given has no gradient in PyTorch.
    let state = |state: usize| match vector.h_0 {
        Some(_) => gradients.state.get(state).map_or_else(Vec::new, |state| flat(state)),
        None => Vec::new(),
    };
    let gradients = Gradients {
        cells: weights.chunks(4).map(cell_arrays).collect(),
        x: flat(&gradients.x),
        h_0: state(0),
        c_0: state(1),
    };
    Ok((outcome(&results), gradients))
}

fn cell_arrays(weights: &[Vec<f64>]) -> CellArrays {
    let [w_ih, w_hh, b_ih, b_hh] = [0, 1, 2, 3].map(|k| weights[k].clone());
    CellArrays { w_ih, w_hh, b_ih, b_hh }
}

fn with_weights_of<C: Recurrent>(vector: &Vector) -> Layers<C> {
    let Shape { h, .. } = vector.shape;
    let rows = C::GATES * h;
    let cell = |CellArrays { w_ih, w_hh, b_ih, b_hh }: &CellArrays| {
        C::from_arrays(vec![
            array(w_ih, vec![rows, w_ih.len() / rows]),
            array(w_hh, vec![rows, h]),
            array(b_ih, vec![rows]),
            array(b_hh, vec![rows]),
        ])
    };
    let cells = vector.cells.iter().map(cell).collect();
    Layers { cells, bidirectional: vector.bidirectional }
}

fn arguments<F: Real>(vector: &Vector) -> Arguments<F> {
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
