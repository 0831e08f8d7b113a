//! The gradients as plain loops: one sequence after the other, its steps from last to first.

use std::iter::zip;

use super::plain::{GruGates, State, each, gru_gates, initial_state, input, lstm_gates, step};
use crate::vectors::{CellArrays, Gradients, Network, Shape, Vector};

/// The places where a mutant departs from the right gradients.
#[derive(Clone, Copy)]
pub struct Formulas {
    /// Back through one step: from the vector, x, the state before, and the gradient by the state
    /// after.
    pub step_back: fn(&Vector, &[f64], &State, &State) -> StepBack,
    /// `W_hh^T d_hidden`
    pub through_w_hh: fn(&Vector, &[f64]) -> Vec<f64>,
    /// `W_ih^T d_input`
    pub through_w_ih: fn(&Vector, &[f64]) -> Vec<f64>,
    /// What `d_hidden` is multiplied by for the gradient of `W_hh`, from the states before and
    /// after.
    pub factor: for<'a> fn(&'a State, &'a State) -> &'a [f64],
    /// The gradient by the state between two steps, on its way to the earlier one.
    pub hand_on: fn(State) -> State,
}

pub const RIGHT: Formulas = Formulas {
    step_back,
    through_w_hh: |vector, d_hidden| transposed_product(&vector.cells[0].w_hh, d_hidden),
    through_w_ih: |vector, d_input| transposed_product(&vector.cells[0].w_ih, d_input),
    factor: |before, _| &before.h,
    hand_on: |d_state| d_state,
};

/// The gradients of one step.
pub struct StepBack {
    /// By `W_ih x + b_ih`, all gates.
    pub d_input: Vec<f64>,
    /// By `W_hh h + b_hh`, all gates.
    pub d_hidden: Vec<f64>,
    /// By the state before, on the ways that lead past the two products.
    pub direct: State,
}

pub fn back(vector: &Vector, formulas: &Formulas) -> Gradients {
    let mut gradients = Gradients {
        cells: vec![vector.cells[0].map(|weights| vec![0.0; weights.len()])],
        x: vec![0.0; vector.x.len()],
        h_0: Vec::new(),
        c_0: Vec::new(),
    };
    for sequence in 0..vector.shape.n {
        let d_initial = sequence_back(vector, sequence, formulas, &mut gradients);
        gradients.h_0.extend(d_initial.h);
        gradients.c_0.extend(d_initial.c);
    }
    if vector.network() != Network::Lstm {
        gradients.c_0.clear();
    }
    gradients
}

/// The gradients, changed in some places.
pub fn with(vector: &Vector, change: fn(&mut Formulas)) -> Gradients {
    let mut formulas = RIGHT;
    change(&mut formulas);
    back(vector, &formulas)
}

/// Adds one sequence's part to `gradients`, and returns the gradient by its initial state.
fn sequence_back(
    vector: &Vector,
    sequence: usize,
    formulas: &Formulas,
    gradients: &mut Gradients,
) -> State {
    let Shape { t, d, h, .. } = vector.shape;
    let length = vector.length(sequence);
    let mut states = vec![initial_state(vector, sequence)];
    for t in 0..length {
        states.push(step(vector, input(vector, sequence, t), &states[t]));
    }

    let mut d_state = d_last_state(vector, sequence);
    for step in (0..length).rev() {
        let place = sequence * t + step;
        add(&mut d_state.h, &vector.d_output[place * h..][..h]);
        let (x, before, after) = (input(vector, sequence, step), &states[step], &states[step + 1]);
        let StepBack { d_input, d_hidden, direct } =
            (formulas.step_back)(vector, x, before, &d_state);

        let CellArrays { w_ih, w_hh, b_ih, b_hh } = &mut gradients.cells[0];
        add_outer(w_ih, &d_input, x);
        add_outer(w_hh, &d_hidden, (formulas.factor)(before, after));
        add(b_ih, &d_input);
        add(b_hh, &d_hidden);
        add(&mut gradients.x[place * d..][..d], &(formulas.through_w_ih)(vector, &d_input));

        d_state = direct;
        add(&mut d_state.h, &(formulas.through_w_hh)(vector, &d_hidden));
        if step > 0 {
            d_state = (formulas.hand_on)(d_state);
        }
    }
    d_state
}

fn d_last_state(vector: &Vector, sequence: usize) -> State {
    let h = vector.shape.h;
    let d_c = vector.d_c_n.chunks(h).nth(sequence);
    State {
        h: vector.d_h_n[sequence * h..][..h].to_vec(),
        c: d_c.map_or_else(|| vec![0.0; h], <[f64]>::to_vec),
    }
}

pub fn step_back(vector: &Vector, x: &[f64], before: &State, d_after: &State) -> StepBack {
    match vector.network() {
        Network::Rnn => rnn_back(vector, x, before, d_after, |h| 1.0 - h * h),
        Network::Lstm => lstm_back(vector, x, before, d_after, |tanh_c| 1.0 - tanh_c * tanh_c),
        Network::Gru => gru_back(vector, x, before, d_after),
    }
}

/// `slope` is the derivative of tanh, from the value of tanh.
pub fn rnn_back(
    vector: &Vector,
    x: &[f64],
    before: &State,
    d_after: &State,
    slope: fn(f64) -> f64,
) -> StepBack {
    let after = step(vector, x, before);
    let d_sum = each(&after.h, |k| d_after.h[k] * slope(after.h[k]));
    StepBack { d_input: d_sum.clone(), d_hidden: d_sum, direct: zeros(before) }
}

/// `slope` is the derivative of tanh where it squeezes the cell state, from the value of tanh.
pub fn lstm_back(
    vector: &Vector,
    x: &[f64],
    before: &State,
    d_after: &State,
    slope: fn(f64) -> f64,
) -> StepBack {
    let [i, f, g, o] = lstm_gates(vector, x, &before.h);
    let tanh_c: Vec<f64> = step(vector, x, before).c.into_iter().map(f64::tanh).collect();
    let d_c = each(&o, |k| d_after.c[k] + d_after.h[k] * o[k] * slope(tanh_c[k]));
    let d_sum = [
        each(&i, |k| d_c[k] * g[k] * i[k] * (1.0 - i[k])),
        each(&f, |k| d_c[k] * before.c[k] * f[k] * (1.0 - f[k])),
        each(&g, |k| d_c[k] * i[k] * (1.0 - g[k] * g[k])),
        each(&o, |k| d_after.h[k] * tanh_c[k] * o[k] * (1.0 - o[k])),
    ]
    .concat();
    let direct = State { h: vec![0.0; f.len()], c: each(&f, |k| d_c[k] * f[k]) };
    StepBack { d_input: d_sum.clone(), d_hidden: d_sum, direct }
}

fn gru_back(vector: &Vector, x: &[f64], before: &State, d_after: &State) -> StepBack {
    let GruGates { r, z, n, hidden } = gru_gates(vector, x, &before.h);
    let d_h = &d_after.h;
    let d_n = each(&n, |k| d_h[k] * (1.0 - z[k]) * (1.0 - n[k] * n[k]));
    let d_z = each(&z, |k| d_h[k] * (before.h[k] - n[k]) * z[k] * (1.0 - z[k]));
    let d_r = each(&r, |k| d_n[k] * hidden[k] * r[k] * (1.0 - r[k]));
    let d_reset = each(&n, |k| d_n[k] * r[k]);
    StepBack {
        d_input: [d_r.clone(), d_z.clone(), d_n].concat(),
        d_hidden: [d_r, d_z, d_reset].concat(),
        direct: State { h: each(&z, |k| d_h[k] * z[k]), c: vec![0.0; z.len()] },
    }
}

pub fn zeros(like: &State) -> State {
    State { h: vec![0.0; like.h.len()], c: vec![0.0; like.c.len()] }
}

/// The matrix, transposed, times the vector.
pub fn transposed_product(matrix: &[f64], vector: &[f64]) -> Vec<f64> {
    let mut product = vec![0.0; matrix.len() / vector.len()];
    for (row, factor) in zip(matrix.chunks(product.len()), vector) {
        zip(&mut product, row).for_each(|(sum, entry)| *sum += entry * factor);
    }
    product
}

fn add_outer(matrix: &mut [f64], column: &[f64], row: &[f64]) {
    for (sums, factor) in zip(matrix.chunks_mut(row.len()), column) {
        zip(sums, row).for_each(|(sum, entry)| *sum += factor * entry);
    }
}

fn add(sums: &mut [f64], terms: &[f64]) {
    zip(sums, terms).for_each(|(sum, term)| *sum += term);
}
