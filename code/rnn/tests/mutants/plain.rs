//! The networks as plain loops: the right formulas, for mutants to depart from.

use std::iter::zip;

use crate::vectors::{CellArrays, Network, Outcome, Shape, Vector};

/// What one step hands to the next; `c` stays zero but in the LSTM.
#[derive(Clone)]
pub struct State {
    pub h: Vec<f64>,
    pub c: Vec<f64>,
}

/// The gates of the GRU, and the product that the reset gate multiplies.
pub struct GruGates {
    pub r: Vec<f64>,
    pub z: Vec<f64>,
    pub n: Vec<f64>,
    /// `W_hn h + b_hn`
    pub hidden: Vec<f64>,
}

pub fn plain(vector: &Vector) -> Outcome {
    run(vector, |x, state| step(vector, x, state))
}

/// The right formula, given wrong numbers.
pub fn edited(vector: &Vector, edit: impl Fn(&mut Vector)) -> Outcome {
    let mut vector = vector.clone();
    edit(&mut vector);
    plain(&vector)
}

/// Every sequence step by step until its end; zero after it.
pub fn run(vector: &Vector, step: impl Fn(&[f64], &State) -> State) -> Outcome {
    let Shape { n, t, h, .. } = vector.shape;
    let (mut output, mut h_n, mut c_n) = (Vec::new(), Vec::new(), Vec::new());
    for sequence in 0..n {
        let mut state = initial_state(vector, sequence);
        for t in 0..vector.length(sequence) {
            state = step(input(vector, sequence, t), &state);
            output.extend(&state.h);
        }
        output.resize((sequence + 1) * t * h, 0.0);
        h_n.extend(state.h);
        c_n.extend(state.c);
    }
    if vector.network() != Network::Lstm {
        c_n.clear();
    }
    Outcome { output, h_n, c_n, gradients: None }
}

pub fn step(vector: &Vector, x: &[f64], state: &State) -> State {
    match vector.network() {
        Network::Rnn => rnn_step(vector, x, state),
        Network::Lstm => lstm_step(vector, x, state),
        Network::Gru => gru_step(vector, x, state),
    }
}

pub fn rnn_step(vector: &Vector, x: &[f64], State { h, c }: &State) -> State {
    let (input, hidden) = products(vector, x, h);
    State { h: each(h, |i| (input[i] + hidden[i]).tanh()), c: c.clone() }
}

pub fn lstm_step(vector: &Vector, x: &[f64], State { h, c }: &State) -> State {
    let [i, f, g, o] = lstm_gates(vector, x, h);
    let c = each(c, |k| f[k] * c[k] + i[k] * g[k]);
    State { h: each(h, |k| o[k] * c[k].tanh()), c }
}

pub fn gru_step(vector: &Vector, x: &[f64], State { h, c }: &State) -> State {
    let GruGates { z, n, .. } = gru_gates(vector, x, h);
    State { h: each(h, |k| (1.0 - z[k]) * n[k] + z[k] * h[k]), c: c.clone() }
}

/// i, f, g, o
pub fn lstm_gates(vector: &Vector, x: &[f64], h: &[f64]) -> [Vec<f64>; 4] {
    let (input, hidden) = products(vector, x, h);
    let sum = |gate: usize, k: usize| input[gate * h.len() + k] + hidden[gate * h.len() + k];
    [
        each(h, |k| sigmoid(sum(0, k))),
        each(h, |k| sigmoid(sum(1, k))),
        each(h, |k| sum(2, k).tanh()),
        each(h, |k| sigmoid(sum(3, k))),
    ]
}

pub fn gru_gates(vector: &Vector, x: &[f64], h: &[f64]) -> GruGates {
    let (input, hidden) = products(vector, x, h);
    let (input_n, hidden_n) = (&input[2 * h.len()..], &hidden[2 * h.len()..]);
    let r = each(h, |k| sigmoid(input[k] + hidden[k]));
    let z = each(h, |k| sigmoid(input[h.len() + k] + hidden[h.len() + k]));
    let n = each(h, |k| (input_n[k] + r[k] * hidden_n[k]).tanh());
    GruGates { r, z, n, hidden: hidden_n.to_vec() }
}

/// `W_ih x + b_ih` and `W_hh h + b_hh`, for all gates.
pub fn products(vector: &Vector, x: &[f64], h: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let CellArrays { w_ih, w_hh, b_ih, b_hh } = &vector.cells[0];
    (affine(w_ih, x, b_ih), affine(w_hh, h, b_hh))
}

fn affine(matrix: &[f64], vector: &[f64], bias: &[f64]) -> Vec<f64> {
    let rows = matrix.chunks(vector.len());
    zip(rows, bias).map(|(row, bias)| dot(row, vector) + bias).collect()
}

pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    zip(a, b).map(|(a, b)| a * b).sum()
}

/// A number for each entry of `like`.
pub fn each(like: &[f64], number: impl Fn(usize) -> f64) -> Vec<f64> {
    (0..like.len()).map(number).collect()
}

pub fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

pub fn input(vector: &Vector, sequence: usize, step: usize) -> &[f64] {
    let Shape { t, d, .. } = vector.shape;
    &vector.x[(sequence * t + step) * d..][..d]
}

pub fn initial_state(vector: &Vector, sequence: usize) -> State {
    let h = vector.shape.h;
    let row = |state: &Option<Vec<f64>>| {
        state.as_ref().map_or_else(|| vec![0.0; h], |state| state[sequence * h..][..h].to_vec())
    };
    State { h: row(&vector.h_0), c: row(&vector.c_0) }
}

/// [rows, columns, width] to [columns, rows, width], both flat.
pub fn swap_axes(flat: &[f64], rows: usize, columns: usize, width: usize) -> Vec<f64> {
    let entry = |row, column| &flat[(row * columns + column) * width..][..width];
    (0..columns)
        .flat_map(|column| (0..rows).flat_map(move |row| entry(row, column)))
        .copied()
        .collect()
}

/// Square matrices below each other, one for each gate, all transposed.
pub fn transposed(gates: &[f64], size: usize) -> Vec<f64> {
    gates.chunks(size * size).flat_map(|gate| swap_axes(gate, size, size, 1)).collect()
}
