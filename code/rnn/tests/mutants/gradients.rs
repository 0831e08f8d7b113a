//! Mistakes on the way back.

use std::iter::zip;

use super::backward::{
    Formulas, RIGHT, StepBack, back, lstm_back, rnn_back, step_back, transposed_product, zeros,
};
use super::plain::{State, transposed};
use super::table::{NETWORKS, Row, Table, any, d_is_h};
use crate::vectors::{
    F32_GRADIENT_TOLERANCE, F64_GRADIENT_TOLERANCE, Gradients, Network, Shape, Vector, Vectors,
};

/// A mutant is rejected where it is off by this much: a thousand times what the tests allow in f32.
pub const REJECTION: f64 = 1000.0 * F32_GRADIENT_TOLERANCE;

/// A name, the shapes that hide the mistake (others end in an error), and the wrong gradients.
type Mutant = (&'static str, fn(Shape) -> bool, fn(&Vector) -> Gradients);

const COMMON: [Mutant; 13] = [
    ("cut after one step", any, |v| back(v, &Formulas { hand_on: |d| zeros(&d), ..RIGHT })),
    ("nothing through W_hh", any, |v| back(v, &Formulas { through_w_hh: nothing, ..RIGHT })),
    ("W_hh not transposed", any, |v| {
        back(v, &Formulas { through_w_hh: through_w_hh_as_it_is, ..RIGHT })
    }),
    ("W_ih not transposed", d_is_h, |v| {
        back(v, &Formulas { through_w_ih: through_w_ih_as_it_is, ..RIGHT })
    }),
    ("state after the step for W_hh", any, |v| {
        back(v, &Formulas { factor: |_, after| &after.h, ..RIGHT })
    }),
    ("gradient of h_n forgotten", any, |v| edited(v, |v| v.d_h_n.fill(0.0))),
    ("gradient of output forgotten", any, |v| edited(v, |v| v.d_output.fill(0.0))),
    ("gradient of output, last step only", any, |v| edited(v, keep_last_step)),
    ("gradient at padding counted", any, |v| edited(v, |v| v.lengths = None)),
    ("gradient of h_0 lost", any, |v| changed(v, |gradients| gradients.h_0.fill(0.0))),
    ("gradient of b_hh lost", any, |v| changed(v, |gradients| gradients.b_hh.fill(0.0))),
    ("mean over the batch for its sum", any, mean_over_the_batch),
    ("the last sequence's weights only", any, last_sequence_only),
];

const RNN: [Mutant; 2] = [
    ("1 - h for 1 - h^2", any, |v| {
        with_step_back(v, |v, x, before, d| rnn_back(v, x, before, d, |h| 1.0 - h))
    }),
    ("no derivative of tanh", any, |v| {
        with_step_back(v, |v, x, before, d| rnn_back(v, x, before, d, |_| 1.0))
    }),
];

const LSTM: [Mutant; 4] = [
    ("gradient of c_n forgotten", any, |v| edited(v, |v| v.d_c_n.fill(0.0))),
    ("gradient of c_0 lost", any, |v| changed(v, |gradients| gradients.c_0.fill(0.0))),
    ("cut along the cell state", any, |v| {
        back(v, &Formulas { hand_on: |d| State { c: zeros(&d).c, ..d }, ..RIGHT })
    }),
    ("no derivative of tanh(c)", any, |v| {
        with_step_back(v, |v, x, before, d| lstm_back(v, x, before, d, |_| 1.0))
    }),
];

const GRU: [Mutant; 2] = [
    ("nothing past the gates", any, |v| {
        with_step_back(v, |v, x, before, d| StepBack {
            direct: zeros(before),
            ..step_back(v, x, before, d)
        })
    }),
    ("b_hh as b_ih", any, |v| changed(v, |gradients| gradients.b_hh.clone_from(&gradients.b_ih))),
];

#[test]
fn the_right_gradients_are_accepted_by_all() {
    let vectors = Vectors::gradients();
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
    let common = NETWORKS.map(|(name, network)| (name, rows(network, &COMMON)));
    let own = [&RNN[..], &LSTM, &GRU];
    let own = zip(NETWORKS, own).map(|((name, network), own)| (name, rows(network, own)));
    vec![Table::new("gradients", common.into()), Table::new("gradients-own", own.collect())]
}

#[test]
fn wrong_gradients_are_rejected() {
    tables().iter().for_each(Table::assert_all_rejected);
}

fn rows(network: Network, mutants: &[Mutant]) -> Vec<Row> {
    let vectors = Vectors::gradients().vectors;
    let row = |(name, fits, mutant): &Mutant| {
        let fitting = vectors.iter().filter(|v| v.network() == network && fits(v.shape));
        let off = fitting.map(|vector| mutant(vector).deviation(vector.float64.gradients()));
        Row::new(name, off, REJECTION)
    };
    mutants.iter().map(row).collect()
}

/// The right formulas, given wrong numbers.
fn edited(vector: &Vector, edit: impl Fn(&mut Vector)) -> Gradients {
    let mut vector = vector.clone();
    edit(&mut vector);
    back(&vector, &RIGHT)
}

/// The right gradients, changed afterwards.
fn changed(vector: &Vector, change: impl Fn(&mut Gradients)) -> Gradients {
    let mut gradients = back(vector, &RIGHT);
    change(&mut gradients);
    gradients
}

fn with_step_back(
    vector: &Vector,
    step_back: fn(&Vector, &[f64], &State, &State) -> StepBack,
) -> Gradients {
    back(vector, &Formulas { step_back, ..RIGHT })
}

fn nothing(vector: &Vector, _: &[f64]) -> Vec<f64> {
    vec![0.0; vector.shape.h]
}

fn through_w_hh_as_it_is(vector: &Vector, d_hidden: &[f64]) -> Vec<f64> {
    transposed_product(&transposed(&vector.w_hh, vector.shape.h), d_hidden)
}

pub fn through_w_ih_as_it_is(vector: &Vector, d_input: &[f64]) -> Vec<f64> {
    transposed_product(&transposed(&vector.w_ih, vector.shape.h), d_input)
}

fn keep_last_step(vector: &mut Vector) {
    let Shape { t, h, .. } = vector.shape;
    for d_output in vector.d_output.chunks_mut(t * h) {
        d_output[..(t - 1) * h].fill(0.0);
    }
}

fn mean_over_the_batch(vector: &Vector) -> Gradients {
    let n = vector.shape.n as f64;
    changed(vector, |Gradients { w_ih, w_hh, b_ih, b_hh, .. }| {
        for weights in [w_ih, w_hh, b_ih, b_hh] {
            for gradient in weights {
                *gradient /= n;
            }
        }
    })
}

fn last_sequence_only(vector: &Vector) -> Gradients {
    let Shape { n, t, h, .. } = vector.shape;
    let last = edited(vector, |v| {
        v.d_output[..(n - 1) * t * h].fill(0.0);
        v.d_h_n[..(n - 1) * h].fill(0.0);
        v.d_c_n.iter_mut().take((n - 1) * h).for_each(|gradient| *gradient = 0.0);
    });
    let Gradients { x, h_0, c_0, .. } = back(vector, &RIGHT);
    Gradients { x, h_0, c_0, ..last }
}
