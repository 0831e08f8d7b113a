//! Layers and directions as plain loops: each pass is a network of one cell, of which `plain` and
//! `backward` know everything.

use std::iter::zip;

use super::backward;
use super::plain::plain;
use crate::vectors::{Gradients, Network, Outcome, Shape, Vector};

/// One cell over all sequences: what it was given, in its own order, and what came out.
pub type Pass = (Vector, Outcome);

/// The places where a mutant departs from the right way through layers and directions.
#[derive(Clone, Copy)]
pub struct Formulas {
    /// The order in which a reverse cell reads, from that in time: [N, T, C].
    pub turn: fn(&Vector, &[f64]) -> Vec<f64>,
    /// The order of time, from that in which a reverse cell read.
    pub turn_back: fn(&Vector, &[f64]) -> Vec<f64>,
    /// Changes what a pass is given; its number counts the passes done.
    pub given: fn(&Vector, &[Pass], &mut Vector),
    /// The outputs of both directions side by side, H numbers of each.
    pub join: fn(usize, [&[f64]; 2]) -> Vec<f64>,
    /// What the layer above reads.
    pub above: fn(&Vector, &Layer) -> Vec<f64>,
}

/// A layer that has run.
pub struct Layer<'a> {
    /// [N, T, D], in the order of time.
    pub read: &'a [f64],
    /// [N, T, K H], in the order of time.
    pub output: &'a [f64],
    pub passes: &'a [Pass],
}

pub const RIGHT: Formulas = Formulas {
    turn: turned,
    turn_back: turned,
    given: |_, _, _| (),
    join: |h, [forward, reverse]| {
        zip(forward.chunks(h), reverse.chunks(h)).flat_map(|(f, r)| [f, r].concat()).collect()
    },
    above: |_, layer| layer.output.to_vec(),
};

/// All passes; then what the last layer gives out.
pub fn passes(vector: &Vector, formulas: &Formulas) -> (Vec<Pass>, Vec<f64>) {
    let (mut passes, mut output) = (Vec::<Pass>::new(), Vec::new());
    let mut read = vector.x.clone();
    for layer in 0..vector.layers() {
        let mut outputs = Vec::new();
        for direction in 0..vector.directions() {
            let reverse = direction == 1;
            let x = if reverse { (formulas.turn)(vector, &read) } else { read.clone() };
            let mut given = pass(vector, passes.len(), x);
            (formulas.given)(vector, &passes, &mut given);
            let outcome = plain(&given);
            let turn_back = if reverse { formulas.turn_back } else { as_it_is };
            outputs.push(turn_back(vector, &outcome.output));
            passes.push((given, outcome));
        }
        output = match &outputs[..] {
            [forward, reverse] => (formulas.join)(vector.shape.h, [forward, reverse]),
            _ => outputs.concat(),
        };
        let passes = &passes[layer * vector.directions()..];
        read = (formulas.above)(vector, &Layer { read: &read, output: &output, passes });
    }
    (passes, zero_at_padding(vector, output))
}

pub fn run(vector: &Vector, formulas: &Formulas) -> Outcome {
    let (passes, output) = passes(vector, formulas);
    Outcome {
        output,
        h_n: passes.iter().flat_map(|(_, outcome)| &outcome.h_n).copied().collect(),
        c_n: passes.iter().flat_map(|(_, outcome)| &outcome.c_n).copied().collect(),
        gradients: None,
    }
}

/// The loops, changed in some places.
pub fn with(vector: &Vector, change: fn(&mut Formulas)) -> Outcome {
    let mut formulas = RIGHT;
    change(&mut formulas);
    run(vector, &formulas)
}

/// The right loops, given wrong numbers.
pub fn edited(vector: &Vector, edit: impl Fn(&mut Vector)) -> Outcome {
    let mut vector = vector.clone();
    edit(&mut vector);
    run(&vector, &RIGHT)
}

/// A network of the one cell of this pass.
fn pass(vector: &Vector, pass: usize, x: Vec<f64>) -> Vector {
    let Shape { n, t, h, .. } = vector.shape;
    let of_pass = |states: &Vec<f64>| block(vector, states, pass).to_vec();
    Vector {
        name: vector.name.clone(),
        shape: Shape { d: x.len() / (n * t), n, t, h },
        bidirectional: false,
        lengths: vector.lengths.clone(),
        cells: vec![vector.cells[pass].clone()],
        x,
        h_0: vector.h_0.as_ref().map(of_pass),
        c_0: vector.c_0.as_ref().map(of_pass),
        d_output: Vec::new(),
        d_h_n: Vec::new(),
        d_c_n: Vec::new(),
        float64: Outcome::default(),
        float32: Outcome::default(),
    }
}

/// Of states [L K, N, H], those of one pass; nothing of nothing.
pub fn block<'a>(vector: &Vector, states: &'a [f64], pass: usize) -> &'a [f64] {
    let size = states.len() / vector.cells.len();
    &states[pass * size..][..size]
}

/// States [L K, N, H] with those of `source(pass)` in the place of each pass.
pub fn taken(
    vector: &Vector,
    states: &[f64],
    source: impl Fn(&Vector, usize) -> usize,
) -> Vec<f64> {
    let block = |pass| block(vector, states, source(vector, pass));
    (0..vector.cells.len()).flat_map(block).copied().collect()
}

pub fn as_it_is(_: &Vector, sequences: &[f64]) -> Vec<f64> {
    sequences.to_vec()
}

/// Each sequence from its end to its beginning; padding stays behind it.
pub fn turned(vector: &Vector, sequences: &[f64]) -> Vec<f64> {
    reordered(vector, sequences, |t, length| if t < length { length - 1 - t } else { t })
}

/// [N, T, C] with the step `source(t, length)` in the place of step t.
pub fn reordered(
    vector: &Vector,
    sequences: &[f64],
    source: impl Fn(usize, usize) -> usize,
) -> Vec<f64> {
    let Shape { n, t, .. } = vector.shape;
    let width = sequences.len() / (n * t);
    let places =
        (0..n * t).map(|place| place / t * t + source(place % t, vector.length(place / t)));
    places.flat_map(|place| &sequences[place * width..][..width]).copied().collect()
}

/// [N, T, C] with zeros where a sequence has ended.
fn zero_at_padding(vector: &Vector, mut sequences: Vec<f64>) -> Vec<f64> {
    let Shape { n, t, .. } = vector.shape;
    let width = sequences.len() / (n * t);
    for (place, row) in sequences.chunks_mut(width).enumerate() {
        if place % t >= vector.length(place / t) {
            row.fill(0.0);
        }
    }
    sequences
}

/// The places where a mutant departs from the right way back.
#[derive(Clone, Copy)]
pub struct WayBack {
    pub turn: fn(&Vector, &[f64]) -> Vec<f64>,
    pub turn_back: fn(&Vector, &[f64]) -> Vec<f64>,
    /// Whose H numbers of the gradient by the output a direction gets: from the direction.
    pub half: fn(usize) -> usize,
    /// Changes what a pass is given on the way back.
    pub given: fn(&Vector, usize, &mut Vector),
    /// The formulas of the passes of a layer.
    pub pass_back: fn(usize) -> backward::Formulas,
    /// From the gradients by the inputs of a layer's directions, and the layer's number, to that by
    /// what the layer read.
    pub sum: fn(usize, &[Vec<f64>]) -> Vec<f64>,
    /// What of that the layer below gets for its output.
    pub below: fn(&Vector, &[f64]) -> Vec<f64>,
}

pub const RIGHT_BACK: WayBack = WayBack {
    turn: turned,
    turn_back: turned,
    half: |direction| direction,
    given: |_, _, _| (),
    pass_back: |_| backward::RIGHT,
    sum: |_, parts| sum(parts),
    below: as_it_is,
};

/// The gradients, through the right forward pass.
pub fn back(vector: &Vector, formulas: &WayBack) -> Gradients {
    let (passes, _) = passes(vector, &RIGHT);
    let (h, directions) = (vector.shape.h, vector.directions());
    let mut of_passes: Vec<Gradients> = Vec::new();
    let mut d_output = vector.d_output.clone();
    for layer in (0..vector.layers()).rev() {
        let mut parts = Vec::new();
        for direction in (0..directions).rev() {
            let (reverse, pass) = (direction == 1, layer * directions + direction);
            let mut given = passes[pass].0.clone();
            let half = d_output.chunks(h).skip((formulas.half)(direction)).step_by(directions);
            given.d_output = half.flatten().copied().collect();
            if reverse {
                given.d_output = (formulas.turn)(vector, &given.d_output);
            }
            given.d_h_n = block(vector, &vector.d_h_n, pass).to_vec();
            given.d_c_n = block(vector, &vector.d_c_n, pass).to_vec();
            (formulas.given)(vector, pass, &mut given);
            let gradients = backward::back(&given, &(formulas.pass_back)(layer));
            let turn_back = if reverse { formulas.turn_back } else { as_it_is };
            parts.insert(0, turn_back(vector, &gradients.x));
            of_passes.insert(0, gradients);
        }
        d_output = (formulas.sum)(layer, &parts);
        if layer > 0 {
            d_output = (formulas.below)(vector, &d_output);
        }
    }
    gathered(vector, of_passes, d_output)
}

/// The way back, changed in some places.
pub fn back_with(vector: &Vector, change: fn(&mut WayBack)) -> Gradients {
    let mut formulas = RIGHT_BACK;
    change(&mut formulas);
    back(vector, &formulas)
}

fn gathered(vector: &Vector, of_passes: Vec<Gradients>, x: Vec<f64>) -> Gradients {
    let mut gradients = Gradients { cells: Vec::new(), x, h_0: Vec::new(), c_0: Vec::new() };
    for Gradients { cells, x: _, h_0, c_0 } in of_passes {
        gradients.cells.extend(cells);
        gradients.h_0.extend(h_0);
        gradients.c_0.extend(c_0);
    }
    // What is not given has no gradient in PyTorch.
    if vector.h_0.is_none() {
        gradients.h_0.clear();
    }
    if vector.c_0.is_none() || vector.network() != Network::Lstm {
        gradients.c_0.clear();
    }
    gradients
}

pub fn sum(parts: &[Vec<f64>]) -> Vec<f64> {
    let entry = |k: usize| parts.iter().map(|part| part[k]).sum();
    (0..parts[0].len()).map(entry).collect()
}
