//! Mistakes on the way back through layers and directions.

use std::iter::zip;

use super::backward;
use super::gradients::through_w_ih_as_it_is;
use super::plain::swap_axes;
use super::stacks::{by_direction, in_the_last_layer, mirrored};
use super::stacks_plain::{RIGHT_BACK as RIGHT, as_it_is, back, back_with as with, sum, taken};
use super::table::{
    Mutant, Table, accept, alike, both, both_layers, columns, layers, layers_n_is_t, of_network,
    padded, rows, several,
};
use crate::vectors::{Gradients, Network, Shape, Vector, Vectors};

const DIRECTIONS: [Mutant<Gradients>; 10] = [
    ("gradient of output not turned for reverse", both, |v| with(v, |f| f.turn = as_it_is)),
    ("gradient by inputs not turned back", both, |v| with(v, |f| f.turn_back = as_it_is)),
    ("halves of the gradient swapped", both, |v| with(v, |f| f.half = |direction| 1 - direction)),
    ("forward half of the gradient for both", both, |v| with(v, |f| f.half = |_| 0)),
    ("inputs: the forward direction only", both, |v| {
        with(v, |f| f.sum = |layer, d| if layer == 0 { d[0].clone() } else { sum(d) })
    }),
    ("inputs: the reverse direction only", both, |v| {
        with(v, |f| f.sum = |layer, d| if layer == 0 { d[1].clone() } else { sum(d) })
    }),
    ("inputs: mean of the directions, not sum", both, |v| {
        changed(v, |_, gradients| gradients.x.iter_mut().for_each(|d| *d /= 2.0))
    }),
    ("gradient of h_n forgotten for reverse", both, |v| {
        with(v, |f| f.given = |_, pass, given| forget_h_n(pass % 2 == 1, given))
    }),
    ("weights' gradients of both directions added", both, |v| changed(v, directions_shared)),
    ("gradient of h_0 of the directions swapped", both, |v| with_h_0_of(v, |_, pass| pass ^ 1)),
];

const LAYERS: [Mutant<Gradients>; 16] = [
    ("nothing handed to the layer below", layers, |v| {
        with(v, |f| f.below = |_, d| vec![0.0; d.len()])
    }),
    ("layer below: the forward direction only", both_layers, |v| {
        with(v, |f| f.sum = |layer, d| if layer > 0 { d[0].clone() } else { sum(d) })
    }),
    ("layer below: the reverse direction only", both_layers, |v| {
        with(v, |f| f.sum = |layer, d| if layer > 0 { d[1].clone() } else { sum(d) })
    }),
    ("layer below: only its forward half", both_layers, |v| {
        with(v, |f| f.below = forward_half_only)
    }),
    ("gradient of output given to every layer", layers, |v| {
        with(v, |f| f.below = |v, d| sum(&[d.to_vec(), v.d_output.clone()]))
    }),
    ("gradient of output given to the first layer", layers, |v| {
        with(v, |f| f.below = |v, _| v.d_output.clone())
    }),
    ("W_ih of the layer above not transposed", one_way_layers, |v| {
        with(v, |f| f.pass_back = w_ih_as_it_is_above)
    }),
    ("batch and time swapped on the way down", layers_n_is_t, |v| {
        with(v, |f| f.below = batch_and_time_swapped)
    }),
    ("gradient of h_n for the last layer only", layers, |v| {
        with(v, |f| {
            f.given = |v, pass, given| forget_h_n(in_the_last_layer(v, pass) != pass, given);
        })
    }),
    ("gradient of h_n from last layer to first", layers, |v| with_d_h_n_of(v, mirrored)),
    ("gradient of h_n: all forward, then reverse", both_layers, |v| with_d_h_n_of(v, by_direction)),
    ("gradient of h_0 for the first layer only", layers, |v| {
        changed(v, |v, gradients| first_layer_only(v, &mut gradients.h_0))
    }),
    ("gradient of h_0 of the first cell for all", several, |v| with_h_0_of(v, |_, _| 0)),
    ("gradient of h_0: all forward, then reverse", both_layers, |v| with_h_0_of(v, by_direction)),
    ("weights' gradients from top to bottom", alike, |v| {
        changed(v, |v, gradients| {
            let cells = &gradients.cells;
            gradients.cells = (0..cells.len()).map(|p| cells[mirrored(v, p)].clone()).collect();
        })
    }),
    ("gradient at padding counted", padded, |v| {
        with(v, |f| f.given = |_, _, given| given.lengths = None)
    }),
];

const LSTM: [Mutant<Gradients>; 4] = [
    ("gradient of c_n for the last layer only", layers, |v| {
        with(v, |f| {
            f.given = |v, pass, given| forget_c_n(in_the_last_layer(v, pass) != pass, given);
        })
    }),
    ("gradient of c_n forgotten for reverse", both, |v| {
        with(v, |f| f.given = |_, pass, given| forget_c_n(pass % 2 == 1, given))
    }),
    ("gradient of c_0 for the first layer only", layers, |v| {
        changed(v, |v, gradients| first_layer_only(v, &mut gradients.c_0))
    }),
    ("gradient of c_0: all forward, then reverse", both_layers, |v| {
        changed(v, |v, gradients| gradients.c_0 = taken(v, &gradients.c_0, by_direction))
    }),
];

#[test]
fn the_right_gradients_are_accepted_by_all() {
    accept(&Vectors::stacks(), |vector| &vector.name, |vector| back(vector, &RIGHT));
}

pub fn tables() -> Vec<Table> {
    let vectors = Vectors::stacks().vectors;
    vec![
        Table::new("directions-gradients", columns(&vectors, &DIRECTIONS)),
        Table::new("layers-gradients", columns(&vectors, &LAYERS)),
        Table::single("layers-gradients-lstm", rows(&of_network(&vectors, Network::Lstm), &LSTM)),
    ]
}

/// The right gradients, changed afterwards.
fn changed(vector: &Vector, change: impl Fn(&Vector, &mut Gradients)) -> Gradients {
    let mut gradients = back(vector, &RIGHT);
    change(vector, &mut gradients);
    gradients
}

type Source = fn(&Vector, usize) -> usize;

fn with_d_h_n_of(vector: &Vector, source: Source) -> Gradients {
    let d_h_n = taken(vector, &vector.d_h_n, source);
    back(&Vector { d_h_n, ..vector.clone() }, &RIGHT)
}

fn with_h_0_of(vector: &Vector, source: Source) -> Gradients {
    changed(vector, |v, gradients| gradients.h_0 = taken(v, &gradients.h_0, source))
}

fn forget_h_n(here: bool, given: &mut Vector) {
    if here {
        given.d_h_n.fill(0.0);
    }
}

fn forget_c_n(here: bool, given: &mut Vector) {
    if here {
        given.d_c_n.fill(0.0);
    }
}

fn first_layer_only(vector: &Vector, states: &mut [f64]) {
    let first = states.len() / vector.layers();
    states[first..].fill(0.0);
}

fn w_ih_as_it_is_above(layer: usize) -> backward::Formulas {
    if layer == 0 {
        return backward::RIGHT;
    }
    backward::Formulas { through_w_ih: through_w_ih_as_it_is, ..backward::RIGHT }
}

/// As if both directions had the same weights.
fn directions_shared(_: &Vector, gradients: &mut Gradients) {
    for layer in gradients.cells.chunks_mut(2) {
        let [forward, reverse] = layer else { panic!("a layer of two directions") };
        for (forward, reverse) in zip(forward.arrays_mut(), reverse.arrays_mut()) {
            zip(&mut *forward, &*reverse).for_each(|(forward, reverse)| *forward += reverse);
            reverse.clone_from(forward);
        }
    }
}

fn forward_half_only(vector: &Vector, d_output: &[f64]) -> Vec<f64> {
    let (h, mut d_output) = (vector.shape.h, d_output.to_vec());
    d_output.chunks_mut(h).skip(1).step_by(2).for_each(|half| half.fill(0.0));
    d_output
}

fn batch_and_time_swapped(vector: &Vector, d_output: &[f64]) -> Vec<f64> {
    let Shape { n, t, .. } = vector.shape;
    swap_axes(d_output, n, t, d_output.len() / (n * t))
}

/// Only there `W_ih` is square.
fn one_way_layers(vector: &Vector) -> bool {
    layers(vector) && !both(vector)
}
