//! Mistakes on the way through layers and directions.

use std::iter::zip;

use super::plain::{plain, swap_axes};
use super::stacks_plain::{
    Formulas, Layer, Pass, RIGHT, as_it_is, block, edited, passes, reordered, run, taken, with,
};
use super::table::{
    Mutant, Table, accept, alike, both, both_layers, both_padded, columns, layers, layers_n_is_t,
    layers_padded, of_network, rows, several,
};
use crate::vectors::{Computed, Network, Outcome, Shape, Vector, Vectors};

pub const DIRECTIONS: [Mutant<Outcome>; 16] = [
    ("reverse cell reads forward", both, |v| ordered_by(v, as_it_is)),
    ("input turned, output not turned back", both, |v| with(v, |f| f.turn_back = as_it_is)),
    ("output turned, input not", both, |v| with(v, |f| f.turn = as_it_is)),
    ("padded batch turned: padding read first", both_padded, |v| {
        with(v, |f| {
            f.turn = whole;
            f.turn_back = whole;
            f.given = through_padding;
        })
    }),
    ("turned one step too far", both, |v| ordered_by(v, too_far)),
    ("batch turned instead of time", both, |v| ordered_by(v, batch_turned)),
    ("directions swapped in the output", both, |v| {
        with(v, |f| f.join = |h, [f, r]| (RIGHT.join)(h, [r, f]))
    }),
    ("directions added, the sum in both halves", both, |v| {
        with(v, |f| f.join = sum_in_both_halves)
    }),
    ("directions unit by unit, not side by side", both, |v| {
        with(v, |f| f.join = |_, directions| (RIGHT.join)(1, directions))
    }),
    ("forward weights in both directions", both, |v| with_cells_of(v, |_, pass| pass - pass % 2)),
    ("weights of the directions swapped", both, |v| with_cells_of(v, |_, pass| pass ^ 1)),
    ("reverse starts where forward ended", both, |v| with(v, |f| f.given = from_the_forward_cell)),
    ("h_0 of the directions swapped", both, |v| with_h_0_of(v, |_, pass| pass ^ 1)),
    ("h_n of the directions swapped", both, |v| with_h_n_of(v, |_, pass| pass ^ 1)),
    ("h_n of reverse from the last step in time", both, h_n_last_in_time),
    ("h_n of forward for both directions", both, |v| with_h_n_of(v, |_, pass| pass - pass % 2)),
];

pub const LAYERS: [Mutant<Outcome>; 18] = [
    ("layer above reads the input", alike, |v| {
        with(v, |f| f.above = |_, layer| layer.read.to_vec())
    }),
    ("layer above reads input plus output", alike, |v| with(v, |f| f.above = input_plus_output)),
    ("layer above reads the forward half twice", both_layers, |v| {
        with(v, |f| f.above = forward_half_twice)
    }),
    ("layer above reads the halves swapped", both_layers, |v| {
        with(v, |f| f.above = halves_swapped)
    }),
    ("layer above goes on through the padding", layers_padded, |v| {
        with(v, |f| f.given = through_padding_above)
    }),
    ("batch and time swapped between layers", layers_n_is_t, |v| {
        with(v, |f| f.above = batch_and_time_swapped)
    }),
    ("layer above starts where the one below ended", layers, |v| {
        with(v, |f| f.given = from_the_layer_below)
    }),
    ("last layer left out of the output", layers, without_last_layer),
    ("weights of the first layer in all", alike, |v| {
        with_cells_of(v, |v, pass| pass % v.directions())
    }),
    ("layers from top to bottom", alike, |v| with_cells_of(v, mirrored)),
    ("biases only in the first layer", layers, |v| edited(v, biases_in_the_first_layer)),
    ("h_0 of the first cell for all", several, |v| with_h_0_of(v, |_, _| 0)),
    ("h_0 of the first layer for all", layers, |v| with_h_0_of(v, |v, pass| pass % v.directions())),
    ("h_0 from the last layer to the first", layers, |v| with_h_0_of(v, mirrored)),
    ("h_0: all forward, then all reverse", both_layers, |v| with_h_0_of(v, by_direction)),
    ("h_n of the last layer for all", layers, |v| with_h_n_of(v, in_the_last_layer)),
    ("h_n from the last layer to the first", layers, |v| with_h_n_of(v, mirrored)),
    ("h_n: all forward, then all reverse", both_layers, |v| with_h_n_of(v, by_direction)),
];

pub const LSTM: [Mutant<Outcome>; 7] = [
    ("layer above reads c, not h", layers, |v| with(v, |f| f.above = cell_states)),
    ("c_0 of the first cell for all", several, |v| with_c_0_of(v, |_, _| 0)),
    ("c_0 from the last layer to the first", layers, |v| with_c_0_of(v, mirrored)),
    ("c_0: all forward, then all reverse", both_layers, |v| with_c_0_of(v, by_direction)),
    ("c_n of the directions swapped", both, |v| with_c_n_of(v, |_, pass| pass ^ 1)),
    ("c_n of the last layer for all", layers, |v| with_c_n_of(v, in_the_last_layer)),
    ("c_n: all forward, then all reverse", both_layers, |v| with_c_n_of(v, by_direction)),
];

#[test]
fn the_right_loops_are_accepted_by_all() {
    accept(&Vectors::stacks(), |vector| &vector.name, |vector| run(vector, &RIGHT));
}

pub fn tables() -> Vec<Table> {
    let vectors = Vectors::stacks().vectors;
    vec![
        Table::new("directions", columns(&vectors, &DIRECTIONS)),
        Table::new("layers", columns(&vectors, &LAYERS)),
        Table::single("layers-lstm", rows(&of_network(&vectors, Network::Lstm), &LSTM)),
    ]
}

/// Backwards or forwards: one step is the same. These are the mistakes in the order of reading.
#[test]
fn one_step_says_nothing_about_the_order_of_time() {
    let one_step = |v: &Vector| v.shape.t == 1;
    for vector in Vectors::stacks().vectors.iter().filter(|v| one_step(v)) {
        for (name, fits, mutant) in &DIRECTIONS[..5] {
            assert!(
                !fits(vector) || !mutant(vector).is_rejected(vector),
                "{} sees `{name}`",
                vector.name
            );
        }
    }
}

#[test]
fn zeros_say_nothing_about_the_order_of_h_0() {
    let vectors = Vectors::stacks().vectors;
    assert!(vectors.iter().any(|v| v.h_0.is_none()));
    let of_h_0 = DIRECTIONS.iter().chain(&LAYERS).filter(|(name, ..)| name.starts_with("h_0"));
    for (name, fits, mutant) in of_h_0 {
        for vector in vectors.iter().filter(|v| fits(v)) {
            assert_eq!(
                mutant(vector).is_rejected(vector),
                vector.h_0.is_some(),
                "{}: `{name}`",
                vector.name
            );
        }
    }
}

/// The order in which a reverse cell reads, and in which it gives out.
fn ordered_by(vector: &Vector, order: fn(&Vector, &[f64]) -> Vec<f64>) -> Outcome {
    run(vector, &Formulas { turn: order, turn_back: order, ..RIGHT })
}

fn whole(vector: &Vector, sequences: &[f64]) -> Vec<f64> {
    reordered(vector, sequences, |t, _| vector.shape.t - 1 - t)
}

/// The first step stays the first.
fn too_far(vector: &Vector, sequences: &[f64]) -> Vec<f64> {
    reordered(vector, sequences, |t, length| if t < length { (length - t) % length } else { t })
}

fn batch_turned(vector: &Vector, sequences: &[f64]) -> Vec<f64> {
    sequences.chunks(sequences.len() / vector.shape.n).rev().flatten().copied().collect()
}

fn sum_in_both_halves(h: usize, [forward, reverse]: [&[f64]; 2]) -> Vec<f64> {
    let sum: Vec<f64> = zip(forward, reverse).map(|(f, r)| f + r).collect();
    (RIGHT.join)(h, [&sum, &sum])
}

/// Of the reverse cells.
fn through_padding(vector: &Vector, done: &[Pass], given: &mut Vector) {
    if done.len() % vector.directions() == 1 {
        given.lengths = None;
    }
}

fn through_padding_above(vector: &Vector, done: &[Pass], given: &mut Vector) {
    if done.len() >= vector.directions() {
        given.lengths = None;
    }
}

fn from_the_forward_cell(_: &Vector, done: &[Pass], given: &mut Vector) {
    if let (1, Some(forward)) = (done.len() % 2, done.last()) {
        start_where_it_ended(forward, given);
    }
}

fn from_the_layer_below(vector: &Vector, done: &[Pass], given: &mut Vector) {
    if let Some(below) = done.len().checked_sub(vector.directions()) {
        start_where_it_ended(&done[below], given);
    }
}

fn start_where_it_ended((before, outcome): &Pass, given: &mut Vector) {
    given.h_0 = Some(outcome.h_n.clone());
    given.c_0 = (before.network() == Network::Lstm).then(|| outcome.c_n.clone());
}

fn input_plus_output(_: &Vector, Layer { read, output, .. }: &Layer) -> Vec<f64> {
    zip(*read, *output).map(|(a, b)| a + b).collect()
}

fn forward_half_twice(vector: &Vector, layer: &Layer) -> Vec<f64> {
    let h = vector.shape.h;
    layer.output.chunks(2 * h).flat_map(|row| row[..h].repeat(2)).collect()
}

fn halves_swapped(vector: &Vector, layer: &Layer) -> Vec<f64> {
    let h = vector.shape.h;
    layer.output.chunks(2 * h).flat_map(|row| [&row[h..], &row[..h]].concat()).collect()
}

fn batch_and_time_swapped(vector: &Vector, layer: &Layer) -> Vec<f64> {
    let Shape { n, t, .. } = vector.shape;
    swap_axes(layer.output, n, t, layer.output.len() / (n * t))
}

/// The cell state after a step is the last one of a sequence that ends there.
fn cell_states(vector: &Vector, layer: &Layer) -> Vec<f64> {
    let Shape { n, t, h, .. } = vector.shape;
    let of_pass = |(reverse, (given, _)): (usize, &Pass)| {
        let mut states = vec![0.0; n * t * h];
        for step in 0..t {
            let lengths = (0..n).map(|n| vector.length(n).min(step + 1)).collect();
            let ended = plain(&Vector { lengths: Some(lengths), ..given.clone() });
            for (n, c) in ended.c_n.chunks(h).enumerate() {
                states[(n * t + step) * h..][..h].copy_from_slice(c);
            }
        }
        if reverse == 1 { (RIGHT.turn_back)(vector, &states) } else { states }
    };
    let states: Vec<_> = layer.passes.iter().enumerate().map(of_pass).collect();
    match &states[..] {
        [forward, reverse] => (RIGHT.join)(h, [forward, reverse]),
        _ => states.concat(),
    }
}

fn without_last_layer(vector: &Vector) -> Outcome {
    let below = edited(vector, |v| {
        let cells = v.cells.len() - v.directions();
        let states = cells * v.shape.n * v.shape.h;
        v.cells.truncate(cells);
        v.h_0.iter_mut().chain(&mut v.c_0).for_each(|state| state.truncate(states));
    });
    Outcome { output: below.output, ..run(vector, &RIGHT) }
}

fn biases_in_the_first_layer(vector: &mut Vector) {
    let directions = vector.directions();
    for cell in &mut vector.cells[directions..] {
        cell.b_ih.fill(0.0);
        cell.b_hh.fill(0.0);
    }
}

/// Its `h_n` is the state before it has read the rest.
fn h_n_last_in_time(vector: &Vector) -> Outcome {
    let Shape { t, h, .. } = vector.shape;
    let (passes, _) = passes(vector, &RIGHT);
    let outcome = run(vector, &RIGHT);
    let h_n = passes.iter().enumerate().flat_map(|(pass, (_, of_pass))| {
        if pass % 2 == 0 {
            return block(vector, &outcome.h_n, pass).to_vec();
        }
        of_pass.output.chunks(t * h).flat_map(|states| &states[..h]).copied().collect()
    });
    Outcome { h_n: h_n.collect(), ..outcome }
}

type Source = fn(&Vector, usize) -> usize;

fn with_cells_of(vector: &Vector, source: Source) -> Outcome {
    let cell = |pass| vector.cells[source(vector, pass)].clone();
    edited(vector, |v| v.cells = (0..vector.cells.len()).map(cell).collect())
}

fn with_h_0_of(vector: &Vector, source: Source) -> Outcome {
    edited(vector, |v| v.h_0 = v.h_0.as_ref().map(|h_0| taken(vector, h_0, source)))
}

fn with_c_0_of(vector: &Vector, source: Source) -> Outcome {
    edited(vector, |v| v.c_0 = v.c_0.as_ref().map(|c_0| taken(vector, c_0, source)))
}

fn with_h_n_of(vector: &Vector, source: Source) -> Outcome {
    let outcome = run(vector, &RIGHT);
    Outcome { h_n: taken(vector, &outcome.h_n, source), ..outcome }
}

fn with_c_n_of(vector: &Vector, source: Source) -> Outcome {
    let outcome = run(vector, &RIGHT);
    Outcome { c_n: taken(vector, &outcome.c_n, source), ..outcome }
}

/// The same direction of the layer as far from the top as this one from the bottom.
pub fn mirrored(vector: &Vector, pass: usize) -> usize {
    let directions = vector.directions();
    (vector.layers() - 1 - pass / directions) * directions + pass % directions
}

/// Where PyTorch's order has what stands here if all forward cells come first.
pub fn by_direction(vector: &Vector, pass: usize) -> usize {
    pass % 2 * vector.layers() + pass / 2
}

pub fn in_the_last_layer(vector: &Vector, pass: usize) -> usize {
    (vector.layers() - 1) * vector.directions() + pass % vector.directions()
}
