//! Would PyTorch's vectors catch a wrong formula? Here each mistake is made on purpose.
//!
//! `cargo test -p rnn --test mutants -- --nocapture` prints the table: how many of the vectors
//! reject each mutant, of those whose shapes it fits.

mod vectors;

use std::iter::zip;

use vectors::{F32_TOLERANCE, F64_TOLERANCE, Outcome, Shape, Vector, Vectors};

/// A mutant is rejected where it is off by this much: a thousand times what the tests allow in f32.
const REJECTION: f64 = 1000.0 * F32_TOLERANCE;

/// A name, the shapes that hide the mistake (others end in an error), and the wrong formula.
type Mutant = (&'static str, fn(Shape) -> bool, fn(&Vector) -> Outcome);

const MUTANTS: [Mutant; 13] = [
    ("b_ih left out", any, |v| edited(v, |v| v.b_ih.fill(0.0))),
    ("b_hh left out", any, |v| edited(v, |v| v.b_hh.fill(0.0))),
    ("biases subtracted", any, |v| run(v, |z, b| (z - b).tanh())),
    ("biases after tanh", any, |v| run(v, |z, b| z.tanh() + b)),
    ("relu for tanh", any, |v| run(v, |z, b| (z + b).max(0.0))),
    ("W_hh transposed", any, w_hh_transposed),
    ("W_ih transposed", d_is_h, w_ih_transposed),
    ("W_ih and W_hh swapped", d_is_h, weights_swapped),
    ("h_0 ignored", any, |v| edited(v, |v| v.h_0 = None)),
    ("h_0 at every step", any, h_0_at_every_step),
    ("output a step late", any, output_a_step_late),
    ("h_n the first state", any, h_n_the_first_state),
    ("batch and time swapped", n_is_t, batch_and_time_swapped),
];

fn any(_: Shape) -> bool {
    true
}

fn d_is_h(shape: Shape) -> bool {
    shape.d == shape.h
}

fn n_is_t(shape: Shape) -> bool {
    shape.n == shape.t
}

#[test]
fn the_right_formula_is_accepted_by_all() {
    let vectors = Vectors::read();
    for vector in &vectors.vectors {
        let outcome = plain(vector);
        let wide = deviation(&outcome, &vector.float64);
        let narrow = deviation(&outcome, &vector.float32);
        assert!(
            wide <= F64_TOLERANCE && narrow <= F32_TOLERANCE,
            "{}: off by {wide:e} and {narrow:e} from {}",
            vector.name,
            vectors.made_with(),
        );
    }
}

#[test]
fn every_wrong_formula_is_rejected() {
    let vectors = Vectors::read().vectors;
    println!("{:<24} rejected by", "mutant");
    for (name, fits, mutant) in MUTANTS {
        let deviations: Vec<f64> = vectors
            .iter()
            .filter(|vector| fits(vector.shape))
            .map(|vector| deviation(&mutant(vector), &vector.float64))
            .collect();
        let rejected = deviations.iter().filter(|&&off| off > REJECTION).count();
        println!("{name:<24} {rejected:>2} of {}", deviations.len());
        assert!(rejected > 0, "no vector tells `{name}` from the right formula");
    }
}

#[test]
fn one_step_from_zero_says_nothing_about_w_hh() {
    let vectors = Vectors::read().vectors.into_iter();
    let one_step = vectors.filter(|vector| vector.shape.t == 1 && vector.shape.h > 1);
    let (from_zero, from_h_0): (Vec<_>, Vec<_>) = one_step.partition(|v| v.h_0.is_none());
    assert!(!from_zero.is_empty() && !from_h_0.is_empty());

    let off = |vector: &Vector| deviation(&w_hh_transposed(vector), &vector.float64);
    for vector in &from_zero {
        assert!(off(vector) <= F64_TOLERANCE, "{} sees W_hh", vector.name);
    }
    for vector in &from_h_0 {
        assert!(off(vector) > REJECTION, "{} is blind to W_hh", vector.name);
    }
}

fn plain(vector: &Vector) -> Outcome {
    run(vector, |z, b| (z + b).tanh())
}

/// The network as plain loops; `activation` gets the sum of the products and that of the biases.
fn run(vector: &Vector, activation: impl Fn(f64, f64) -> f64) -> Outcome {
    let Shape { n, t, d, h } = vector.shape;
    let mut output = Vec::with_capacity(n * t * h);
    let mut h_n = h_0(vector);
    for sequence in 0..n {
        let state = &mut h_n[sequence * h..][..h];
        for step in 0..t {
            let x = &vector.x[(sequence * t + step) * d..][..d];
            let unit = |i: usize| {
                let z = dot(&vector.w_ih[i * d..][..d], x) + dot(&vector.w_hh[i * h..][..h], state);
                activation(z, vector.b_ih[i] + vector.b_hh[i])
            };
            let next: Vec<f64> = (0..h).map(unit).collect();
            state.copy_from_slice(&next);
            output.extend(next);
        }
    }
    Outcome { output, h_n }
}

fn edited(vector: &Vector, edit: impl Fn(&mut Vector)) -> Outcome {
    let mut vector = vector.clone();
    edit(&mut vector);
    plain(&vector)
}

fn w_hh_transposed(vector: &Vector) -> Outcome {
    let h = vector.shape.h;
    edited(vector, |v| v.w_hh = swap_axes(&v.w_hh, h, h, 1))
}

fn w_ih_transposed(vector: &Vector) -> Outcome {
    let h = vector.shape.h;
    edited(vector, |v| v.w_ih = swap_axes(&v.w_ih, h, h, 1))
}

fn weights_swapped(vector: &Vector) -> Outcome {
    edited(vector, |v| std::mem::swap(&mut v.w_ih, &mut v.w_hh))
}

/// The state is not handed on: N T sequences of one step each.
fn h_0_at_every_step(vector: &Vector) -> Outcome {
    let Shape { n, t, h, .. } = vector.shape;
    let repeated: Vec<f64> = h_0(vector).chunks(h).flat_map(|state| state.repeat(t)).collect();
    let outcome = edited(vector, |v| {
        v.shape = Shape { n: n * t, t: 1, ..v.shape };
        v.h_0 = Some(repeated.clone());
    });
    let h_n = states_at(t - 1, &outcome.output, vector.shape);
    Outcome { h_n, ..outcome }
}

/// `output` holds the state before each step, `h_0` first.
fn output_a_step_late(vector: &Vector) -> Outcome {
    let Shape { t, h, .. } = vector.shape;
    let Outcome { output, h_n } = plain(vector);
    let late = zip(h_0(vector).chunks(h), output.chunks(t * h))
        .flat_map(|(h_0, states)| [h_0, &states[..(t - 1) * h]].concat())
        .collect();
    Outcome { output: late, h_n }
}

fn h_n_the_first_state(vector: &Vector) -> Outcome {
    let Outcome { output, .. } = plain(vector);
    Outcome { h_n: states_at(0, &output, vector.shape), output }
}

/// The arguments taken for time first.
fn batch_and_time_swapped(vector: &Vector) -> Outcome {
    let Shape { n, t, d, h } = vector.shape;
    let swapped = edited(vector, |v| v.x = swap_axes(&v.x, n, t, d));
    Outcome { output: swap_axes(&swapped.output, t, n, h), ..swapped }
}

fn h_0(vector: &Vector) -> Vec<f64> {
    let Shape { n, h, .. } = vector.shape;
    vector.h_0.clone().unwrap_or_else(|| vec![0.0; n * h])
}

fn states_at(step: usize, output: &[f64], shape: Shape) -> Vec<f64> {
    let Shape { t, h, .. } = shape;
    output.chunks(t * h).flat_map(|states| &states[step * h..][..h]).copied().collect()
}

/// [rows, columns, width] to [columns, rows, width], both flat.
fn swap_axes(flat: &[f64], rows: usize, columns: usize, width: usize) -> Vec<f64> {
    let entry = |row, column| &flat[(row * columns + column) * width..][..width];
    (0..columns)
        .flat_map(|column| (0..rows).flat_map(move |row| entry(row, column)))
        .copied()
        .collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    zip(a, b).map(|(a, b)| a * b).sum()
}

/// The largest difference in `output` and `h_n`.
fn deviation(outcome: &Outcome, expected: &Outcome) -> f64 {
    let Outcome { output, h_n } = outcome;
    assert_eq!((output.len(), h_n.len()), (expected.output.len(), expected.h_n.len()));
    zip(output, &expected.output)
        .chain(zip(h_n, &expected.h_n))
        .fold(0.0, |widest, (a, b)| (a - b).abs().max(widest))
}
