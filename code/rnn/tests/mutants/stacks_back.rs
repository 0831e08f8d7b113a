//! Mistakes on the way back through layers and directions.

use super::backward;
use super::gradients::{REJECTION, through_w_ih_as_it_is};
use super::plain::swap_axes;
use super::stacks::{
    alike, both, both_layers, by_direction, in_the_last_layer, layers, mirrored, padded, several,
};
use super::stacks_plain::{RIGHT_BACK as RIGHT, WayBack, as_it_is, back, sum, taken};
use super::table::{NETWORKS, Row, Table};
use crate::vectors::stacks::{CellArrays, StackGradients, StackVector};
use crate::vectors::{
    F32_GRADIENT_TOLERANCE, F64_GRADIENT_TOLERANCE, Network, Shape, Vector, Vectors,
};

/// A name, the vectors that have a place for the mistake, and the wrong gradients.
type Mutant = (&'static str, fn(&StackVector) -> bool, fn(&StackVector) -> StackGradients);

const DIRECTIONS: [Mutant; 10] = [
    ("gradient of output not turned for reverse", both, |v| {
        back(v, &WayBack { turn: as_it_is, ..RIGHT })
    }),
    ("gradient by inputs not turned back", both, |v| {
        back(v, &WayBack { turn_back: as_it_is, ..RIGHT })
    }),
    ("halves of the gradient swapped", both, |v| {
        back(v, &WayBack { half: |direction| 1 - direction, ..RIGHT })
    }),
    ("forward half of the gradient for both", both, |v| back(v, &WayBack { half: |_| 0, ..RIGHT })),
    ("inputs: the forward direction only", both, |v| {
        back(
            v,
            &WayBack { sum: |layer, d| if layer == 0 { d[0].clone() } else { sum(d) }, ..RIGHT },
        )
    }),
    ("inputs: the reverse direction only", both, |v| {
        back(
            v,
            &WayBack { sum: |layer, d| if layer == 0 { d[1].clone() } else { sum(d) }, ..RIGHT },
        )
    }),
    ("inputs: mean of the directions, not sum", both, |v| {
        changed(v, |_, gradients| gradients.x.iter_mut().for_each(|d| *d /= 2.0))
    }),
    ("gradient of h_n forgotten for reverse", both, |v| {
        back(v, &WayBack { given: |_, pass, given| forget_h_n(pass % 2 == 1, given), ..RIGHT })
    }),
    ("weights' gradients of both directions added", both, |v| changed(v, directions_shared)),
    ("gradient of h_0 of the directions swapped", both, |v| with_h_0_of(v, |_, pass| pass ^ 1)),
];

const LAYERS: [Mutant; 16] = [
    ("nothing handed to the layer below", layers, |v| {
        back(v, &WayBack { below: |_, d| vec![0.0; d.len()], ..RIGHT })
    }),
    ("layer below: the forward direction only", both_layers, |v| {
        back(v, &WayBack { sum: |layer, d| if layer > 0 { d[0].clone() } else { sum(d) }, ..RIGHT })
    }),
    ("layer below: the reverse direction only", both_layers, |v| {
        back(v, &WayBack { sum: |layer, d| if layer > 0 { d[1].clone() } else { sum(d) }, ..RIGHT })
    }),
    ("layer below: only its forward half", both_layers, |v| {
        back(v, &WayBack { below: forward_half_only, ..RIGHT })
    }),
    ("gradient of output given to every layer", layers, |v| {
        back(v, &WayBack { below: |v, d| sum(&[d.to_vec(), v.d_output.clone()]), ..RIGHT })
    }),
    ("gradient of output given to the first layer", layers, |v| {
        back(v, &WayBack { below: |v, _| v.d_output.clone(), ..RIGHT })
    }),
    ("W_ih of the layer above not transposed", one_way_layers, |v| {
        back(v, &WayBack { pass_back: w_ih_as_it_is_above, ..RIGHT })
    }),
    ("batch and time swapped on the way down", layers_n_is_t, |v| {
        back(v, &WayBack { below: batch_and_time_swapped, ..RIGHT })
    }),
    ("gradient of h_n for the last layer only", layers, |v| {
        back(
            v,
            &WayBack {
                given: |v, pass, given| forget_h_n(in_the_last_layer(v, pass) != pass, given),
                ..RIGHT
            },
        )
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
        back(v, &WayBack { given: |_, _, given| given.lengths = None, ..RIGHT })
    }),
];

const LSTM: [Mutant; 4] = [
    ("gradient of c_n for the last layer only", layers, |v| {
        back(
            v,
            &WayBack {
                given: |v, pass, given| forget_c_n(in_the_last_layer(v, pass) != pass, given),
                ..RIGHT
            },
        )
    }),
    ("gradient of c_n forgotten for reverse", both, |v| {
        back(v, &WayBack { given: |_, pass, given| forget_c_n(pass % 2 == 1, given), ..RIGHT })
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
    let vectors = Vectors::stacks();
    for vector in &vectors.vectors {
        let gradients = back(vector, &RIGHT);
        let wide = gradients.deviation(vector.float64.gradients());
        let narrow = gradients.deviation(vector.float32.gradients());
        assert!(
            wide <= F64_GRADIENT_TOLERANCE && narrow <= F32_GRADIENT_TOLERANCE,
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
        Table::new("directions-gradients", of_all(&DIRECTIONS)),
        Table::new("layers-gradients", of_all(&LAYERS)),
        Table::single("layers-gradients-lstm", rows(Network::Lstm, &LSTM)),
    ]
}

#[test]
fn wrong_gradients_are_rejected() {
    tables().iter().for_each(Table::assert_all_rejected);
}

fn rows(network: Network, mutants: &[Mutant]) -> Vec<Row> {
    let vectors = Vectors::stacks().vectors;
    let row = |(name, fits, mutant): &Mutant| {
        let fitting = vectors.iter().filter(|v| v.network() == network && fits(v));
        let off = fitting.map(|vector| mutant(vector).deviation(vector.float64.gradients()));
        Row::new(name, off, REJECTION)
    };
    mutants.iter().map(row).collect()
}

/// The right gradients, changed afterwards.
fn changed(
    vector: &StackVector,
    change: impl Fn(&StackVector, &mut StackGradients),
) -> StackGradients {
    let mut gradients = back(vector, &RIGHT);
    change(vector, &mut gradients);
    gradients
}

type Source = fn(&StackVector, usize) -> usize;

fn with_d_h_n_of(vector: &StackVector, source: Source) -> StackGradients {
    let d_h_n = taken(vector, &vector.d_h_n, source);
    back(&StackVector { d_h_n, ..vector.clone() }, &RIGHT)
}

fn with_h_0_of(vector: &StackVector, source: Source) -> StackGradients {
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

fn first_layer_only(vector: &StackVector, states: &mut [f64]) {
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
fn directions_shared(_: &StackVector, gradients: &mut StackGradients) {
    for layer in gradients.cells.chunks_mut(2) {
        let add = |a: &[f64], b: &[f64]| sum(&[a.to_vec(), b.to_vec()]);
        let added = CellArrays {
            w_ih: add(&layer[0].w_ih, &layer[1].w_ih),
            w_hh: add(&layer[0].w_hh, &layer[1].w_hh),
            b_ih: add(&layer[0].b_ih, &layer[1].b_ih),
            b_hh: add(&layer[0].b_hh, &layer[1].b_hh),
        };
        layer.fill(added);
    }
}

fn forward_half_only(vector: &StackVector, d_output: &[f64]) -> Vec<f64> {
    let (h, mut d_output) = (vector.shape.h, d_output.to_vec());
    d_output.chunks_mut(h).skip(1).step_by(2).for_each(|half| half.fill(0.0));
    d_output
}

fn batch_and_time_swapped(vector: &StackVector, d_output: &[f64]) -> Vec<f64> {
    let Shape { n, t, .. } = vector.shape;
    swap_axes(d_output, n, t, d_output.len() / (n * t))
}

/// Only there `W_ih` is square.
fn one_way_layers(vector: &StackVector) -> bool {
    layers(vector) && !both(vector)
}

fn layers_n_is_t(vector: &StackVector) -> bool {
    layers(vector) && vector.shape.n == vector.shape.t
}
