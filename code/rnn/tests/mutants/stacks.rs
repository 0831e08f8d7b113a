//! Mistakes on the way through layers and directions.

use std::iter::zip;

use super::plain::{plain, swap_axes};
use super::stacks_plain::{
    Formulas, Layer, Pass, RIGHT, as_it_is, block, edited, passes, reordered, run, taken,
};
use super::table::{NETWORKS, REJECTION, Row, Table};
use crate::vectors::stacks::{StackGradients, StackVector};
use crate::vectors::{F32_TOLERANCE, F64_TOLERANCE, Network, Shape, Vector, Vectors};

type Outcome = crate::vectors::Outcome<StackGradients>;

/// A name, the vectors that hide the mistake by their shapes (others end in an error, or have no
/// place for it), and the wrong formula.
pub type Mutant = (&'static str, fn(&StackVector) -> bool, fn(&StackVector) -> Outcome);

pub const DIRECTIONS: [Mutant; 16] = [
    ("reverse cell reads forward", both, |v| {
        run(v, &Formulas { turn: as_it_is, turn_back: as_it_is, ..RIGHT })
    }),
    ("input turned, output not turned back", both, |v| {
        run(v, &Formulas { turn_back: as_it_is, ..RIGHT })
    }),
    ("output turned, input not", both, |v| run(v, &Formulas { turn: as_it_is, ..RIGHT })),
    ("padded batch turned: padding read first", both_padded, |v| {
        run(v, &Formulas { turn: whole, turn_back: whole, given: through_padding, ..RIGHT })
    }),
    ("turned one step too far", both, |v| {
        run(v, &Formulas { turn: too_far, turn_back: too_far, ..RIGHT })
    }),
    ("batch turned instead of time", both, |v| {
        run(v, &Formulas { turn: batch_turned, turn_back: batch_turned, ..RIGHT })
    }),
    ("directions swapped in the output", both, |v| {
        run(v, &Formulas { join: |h, [f, r]| (RIGHT.join)(h, [r, f]), ..RIGHT })
    }),
    ("directions added, the sum in both halves", both, |v| {
        run(v, &Formulas { join: sum_in_both_halves, ..RIGHT })
    }),
    ("directions unit by unit, not side by side", both, |v| {
        run(v, &Formulas { join: |_, directions| (RIGHT.join)(1, directions), ..RIGHT })
    }),
    ("forward weights in both directions", both, |v| {
        edited(v, |v| v.cells = choose(&v.cells, |pass| pass - pass % 2))
    }),
    ("weights of the directions swapped", both, |v| {
        edited(v, |v| v.cells = choose(&v.cells, |pass| pass ^ 1))
    }),
    ("reverse starts where forward ended", both, |v| {
        run(v, &Formulas { given: from_the_forward_cell, ..RIGHT })
    }),
    ("h_0 of the directions swapped", both, |v| with_h_0_of(v, |_, pass| pass ^ 1)),
    ("h_n of the directions swapped", both, |v| with_h_n_of(v, |_, pass| pass ^ 1)),
    ("h_n of reverse from the last step in time", both, h_n_last_in_time),
    ("h_n of forward for both directions", both, |v| with_h_n_of(v, |_, pass| pass - pass % 2)),
];

pub const LAYERS: [Mutant; 18] = [
    ("layer above reads the input", alike, |v| {
        run(v, &Formulas { above: |_, layer| layer.read.to_vec(), ..RIGHT })
    }),
    ("layer above reads input plus output", alike, |v| {
        run(v, &Formulas { above: input_plus_output, ..RIGHT })
    }),
    ("layer above reads the forward half twice", both_layers, |v| {
        run(v, &Formulas { above: forward_half_twice, ..RIGHT })
    }),
    ("layer above reads the halves swapped", both_layers, |v| {
        run(v, &Formulas { above: halves_swapped, ..RIGHT })
    }),
    ("layer above goes on through the padding", layers_padded, |v| {
        run(v, &Formulas { given: through_padding_above, ..RIGHT })
    }),
    ("batch and time swapped between layers", layers_n_is_t, |v| {
        run(v, &Formulas { above: batch_and_time_swapped, ..RIGHT })
    }),
    ("layer above starts where the one below ended", layers, |v| {
        run(v, &Formulas { given: from_the_layer_below, ..RIGHT })
    }),
    ("last layer left out of the output", layers, without_last_layer),
    ("weights of the first layer in all", alike, |v| {
        let directions = v.directions();
        edited(v, |v| v.cells = choose(&v.cells, |pass| pass % directions))
    }),
    ("layers from top to bottom", alike, |v| {
        let mirrored = |pass| mirrored(v, pass);
        edited(v, |v| v.cells = choose(&v.cells, mirrored))
    }),
    ("biases only in the first layer", layers, |v| edited(v, biases_in_the_first_layer)),
    ("h_0 of the first cell for all", several, |v| with_h_0_of(v, |_, _| 0)),
    ("h_0 of the first layer for all", layers, |v| with_h_0_of(v, |v, pass| pass % v.directions())),
    ("h_0 from the last layer to the first", layers, |v| with_h_0_of(v, mirrored)),
    ("h_0: all forward, then all reverse", both_layers, |v| with_h_0_of(v, by_direction)),
    ("h_n of the last layer for all", layers, |v| with_h_n_of(v, in_the_last_layer)),
    ("h_n from the last layer to the first", layers, |v| with_h_n_of(v, mirrored)),
    ("h_n: all forward, then all reverse", both_layers, |v| with_h_n_of(v, by_direction)),
];

pub const LSTM: [Mutant; 7] = [
    ("layer above reads c, not h", layers, |v| run(v, &Formulas { above: cell_states, ..RIGHT })),
    ("c_0 of the first cell for all", several, |v| with_c_0_of(v, |_, _| 0)),
    ("c_0 from the last layer to the first", layers, |v| with_c_0_of(v, mirrored)),
    ("c_0: all forward, then all reverse", both_layers, |v| with_c_0_of(v, by_direction)),
    ("c_n of the directions swapped", both, |v| with_c_n_of(v, |_, pass| pass ^ 1)),
    ("c_n of the last layer for all", layers, |v| with_c_n_of(v, in_the_last_layer)),
    ("c_n: all forward, then all reverse", both_layers, |v| with_c_n_of(v, by_direction)),
];

#[test]
fn the_right_loops_are_accepted_by_all() {
    let vectors = Vectors::stacks();
    for vector in &vectors.vectors {
        let outcome = run(vector, &RIGHT);
        let wide = outcome.deviation(&vector.float64);
        let narrow = outcome.deviation(&vector.float32);
        assert!(
            wide <= F64_TOLERANCE && narrow <= F32_TOLERANCE,
            "{}: off by {wide:e} and {narrow:e} from {}",
            vector.name,
            vectors.made_with(),
        );
    }
}

pub fn tables() -> Vec<Table> {
    let of_all =
        |mutants: &[Mutant]| NETWORKS.map(|(name, network)| (name, rows(network, mutants))).into();
    vec![
        Table::new("directions", of_all(&DIRECTIONS)),
        Table::new("layers", of_all(&LAYERS)),
        Table::single("layers-lstm", rows(Network::Lstm, &LSTM)),
    ]
}

#[test]
fn every_wrong_way_is_rejected() {
    tables().iter().for_each(Table::assert_all_rejected);
}

/// Backwards or forwards: one step is the same. These are the mistakes in the order of reading.
#[test]
fn one_step_says_nothing_about_the_order_of_time() {
    let one_step = |v: &StackVector| v.shape.t == 1;
    for vector in Vectors::stacks().vectors.iter().filter(|v| one_step(v)) {
        for (name, fits, mutant) in &DIRECTIONS[..5] {
            assert!(!fits(vector) || !sees(vector, *mutant), "{} sees `{name}`", vector.name);
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
            assert_eq!(sees(vector, *mutant), vector.h_0.is_some(), "{}: `{name}`", vector.name);
        }
    }
}

pub fn sees(vector: &StackVector, mutant: fn(&StackVector) -> Outcome) -> bool {
    mutant(vector).deviation(&vector.float64) > REJECTION
}

fn rows(network: Network, mutants: &[Mutant]) -> Vec<Row> {
    let vectors = Vectors::stacks().vectors;
    let row = |(name, fits, mutant): &Mutant| {
        let fitting = vectors.iter().filter(|v| v.network() == network && fits(v));
        let off = fitting.map(|vector| mutant(vector).deviation(&vector.float64));
        Row::new(name, off, REJECTION)
    };
    mutants.iter().map(row).collect()
}

fn whole(vector: &StackVector, sequences: &[f64]) -> Vec<f64> {
    reordered(vector, sequences, |t, _| vector.shape.t - 1 - t)
}

/// The first step stays the first.
fn too_far(vector: &StackVector, sequences: &[f64]) -> Vec<f64> {
    reordered(vector, sequences, |t, length| if t < length { (length - t) % length } else { t })
}

fn batch_turned(vector: &StackVector, sequences: &[f64]) -> Vec<f64> {
    sequences.chunks(sequences.len() / vector.shape.n).rev().flatten().copied().collect()
}

fn sum_in_both_halves(h: usize, [forward, reverse]: [&[f64]; 2]) -> Vec<f64> {
    let sum: Vec<f64> = zip(forward, reverse).map(|(f, r)| f + r).collect();
    (RIGHT.join)(h, [&sum, &sum])
}

/// Of the reverse cells.
fn through_padding(vector: &StackVector, done: &[Pass], given: &mut Vector) {
    if done.len() % vector.directions() == 1 {
        given.lengths = None;
    }
}

fn through_padding_above(vector: &StackVector, done: &[Pass], given: &mut Vector) {
    if done.len() >= vector.directions() {
        given.lengths = None;
    }
}

fn from_the_forward_cell(_: &StackVector, done: &[Pass], given: &mut Vector) {
    if let (1, Some(forward)) = (done.len() % 2, done.last()) {
        start_where_it_ended(forward, given);
    }
}

fn from_the_layer_below(vector: &StackVector, done: &[Pass], given: &mut Vector) {
    if let Some(below) = done.len().checked_sub(vector.directions()) {
        start_where_it_ended(&done[below], given);
    }
}

fn start_where_it_ended((before, outcome): &Pass, given: &mut Vector) {
    given.h_0 = Some(outcome.h_n.clone());
    given.c_0 = (before.network() == Network::Lstm).then(|| outcome.c_n.clone());
}

fn input_plus_output(_: &StackVector, Layer { read, output, .. }: &Layer) -> Vec<f64> {
    zip(*read, *output).map(|(a, b)| a + b).collect()
}

fn forward_half_twice(vector: &StackVector, layer: &Layer) -> Vec<f64> {
    let h = vector.shape.h;
    layer.output.chunks(2 * h).flat_map(|row| row[..h].repeat(2)).collect()
}

fn halves_swapped(vector: &StackVector, layer: &Layer) -> Vec<f64> {
    let h = vector.shape.h;
    layer.output.chunks(2 * h).flat_map(|row| [&row[h..], &row[..h]].concat()).collect()
}

fn batch_and_time_swapped(vector: &StackVector, layer: &Layer) -> Vec<f64> {
    let Shape { n, t, .. } = vector.shape;
    swap_axes(layer.output, n, t, layer.output.len() / (n * t))
}

/// The cell state after a step is the last one of a sequence that ends there.
fn cell_states(vector: &StackVector, layer: &Layer) -> Vec<f64> {
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

fn without_last_layer(vector: &StackVector) -> Outcome {
    let below = edited(vector, |v| {
        let cells = v.cells.len() - v.directions();
        let states = cells * v.shape.n * v.shape.h;
        v.cells.truncate(cells);
        v.h_0.iter_mut().chain(&mut v.c_0).for_each(|state| state.truncate(states));
    });
    Outcome { output: below.output, ..run(vector, &RIGHT) }
}

fn biases_in_the_first_layer(vector: &mut StackVector) {
    let directions = vector.directions();
    for cell in &mut vector.cells[directions..] {
        cell.b_ih.fill(0.0);
        cell.b_hh.fill(0.0);
    }
}

/// Its `h_n` is the state before it has read the rest.
fn h_n_last_in_time(vector: &StackVector) -> Outcome {
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

type Source = fn(&StackVector, usize) -> usize;

fn with_h_0_of(vector: &StackVector, source: Source) -> Outcome {
    edited(vector, |v| v.h_0 = v.h_0.as_ref().map(|h_0| taken(vector, h_0, source)))
}

fn with_c_0_of(vector: &StackVector, source: Source) -> Outcome {
    edited(vector, |v| v.c_0 = v.c_0.as_ref().map(|c_0| taken(vector, c_0, source)))
}

fn with_h_n_of(vector: &StackVector, source: Source) -> Outcome {
    let outcome = run(vector, &RIGHT);
    Outcome { h_n: taken(vector, &outcome.h_n, source), ..outcome }
}

fn with_c_n_of(vector: &StackVector, source: Source) -> Outcome {
    let outcome = run(vector, &RIGHT);
    Outcome { c_n: taken(vector, &outcome.c_n, source), ..outcome }
}

/// The same direction of the layer as far from the top as this one from the bottom.
pub fn mirrored(vector: &StackVector, pass: usize) -> usize {
    let directions = vector.directions();
    (vector.layers() - 1 - pass / directions) * directions + pass % directions
}

/// Where PyTorch's order has what stands here if all forward cells come first.
pub fn by_direction(vector: &StackVector, pass: usize) -> usize {
    pass % 2 * vector.layers() + pass / 2
}

pub fn in_the_last_layer(vector: &StackVector, pass: usize) -> usize {
    (vector.layers() - 1) * vector.directions() + pass % vector.directions()
}

fn choose<T: Clone>(cells: &[T], source: impl Fn(usize) -> usize) -> Vec<T> {
    (0..cells.len()).map(|pass| cells[source(pass)].clone()).collect()
}

pub fn both(vector: &StackVector) -> bool {
    vector.bidirectional
}

pub fn layers(vector: &StackVector) -> bool {
    vector.layers() > 1
}

pub fn both_layers(vector: &StackVector) -> bool {
    both(vector) && layers(vector)
}

pub fn several(vector: &StackVector) -> bool {
    vector.cells.len() > 1
}

/// Layers that could stand in each other's places.
pub fn alike(vector: &StackVector) -> bool {
    layers(vector) && vector.layers_are_alike()
}

pub fn padded(vector: &StackVector) -> bool {
    vector.lengths.is_some()
}

fn both_padded(vector: &StackVector) -> bool {
    both(vector) && padded(vector)
}

fn layers_padded(vector: &StackVector) -> bool {
    layers(vector) && padded(vector)
}

fn layers_n_is_t(vector: &StackVector) -> bool {
    layers(vector) && vector.shape.n == vector.shape.t
}
