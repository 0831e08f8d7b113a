//! `torch.nn` has no minGRU: here it is held against its formula in plain loops, and wrong formulas
//! against the same sequences.
//!
//! Source: Feng and others, *Were RNNs all we needed?* (arXiv:2410.01201), section 3.1:
//! `z = σ(W_z x)`, `h̃ = W_h x`, `h' = (1 - z) h + z h̃`; here with biases.

use std::iter::zip;

use ndarray::{Array3, Axis};
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{Error, MinGru, MinGruCell, Real};

use crate::pytorch::arrays::flat;
use crate::recurrent::{Arguments, Sizes, arguments, d_results, network, run, run_back};
use crate::vectors::relative_difference;

/// Relative to the largest number: the states have no bounds.
const F64_TOLERANCE: f64 = 1e-12;
const F32_TOLERANCE: f64 = 1e-6;

/// A wrong formula is off by this much: a thousand times what is allowed in `f32`.
const REJECTION: f64 = 1000.0 * F32_TOLERANCE;

/// The next state of a unit, from the sums of gate and candidate, the gate's sum at the step before,
/// and the state.
type Formula = fn([f64; 2], f64, f64) -> f64;

const RIGHT: Formula = |[gate, candidate], _, h| mixed(sigmoid(gate), h, candidate);

const MUTANTS: [(&str, Formula); 6] = [
    ("z and 1 - z swapped", |[gate, candidate], _, h| mixed(sigmoid(gate), candidate, h)),
    ("gate and candidate swapped", |[gate, candidate], _, h| mixed(sigmoid(candidate), h, gate)),
    ("tanh round the candidate", |[gate, n], _, h| mixed(sigmoid(gate), h, n.tanh())),
    ("gate of the step before", |[_, candidate], before, h| mixed(sigmoid(before), h, candidate)),
    ("z not squeezed", |[gate, candidate], _, h| mixed(gate, h, candidate)),
    ("h + z n", |[gate, candidate], _, h| h + sigmoid(gate) * candidate),
];

fn mixed(z: f64, closed: f64, open: f64) -> f64 {
    (1.0 - z) * closed + z * open
}

fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// N, T and sizes; in the last two so many numbers that the scan runs in pieces.
const CASES: [(usize, usize, Sizes); 5] = [
    (3, 5, Sizes { d: 2, h: 4, layers: 1, bidirectional: false }),
    (1, 7, Sizes { d: 3, h: 1, layers: 1, bidirectional: true }),
    (4, 6, Sizes { d: 2, h: 3, layers: 3, bidirectional: true }),
    (4, 300, Sizes { d: 3, h: 16, layers: 2, bidirectional: true }),
    (1, 1300, Sizes { d: 3, h: 13, layers: 1, bidirectional: true }),
];

#[test]
fn the_network_is_its_formula_in_f64() -> Result<(), Error> {
    is_its_formula::<f64>(F64_TOLERANCE)
}

#[test]
fn the_network_is_its_formula_in_f32() -> Result<(), Error> {
    is_its_formula::<f32>(F32_TOLERANCE)
}

#[test]
fn every_wrong_formula_is_rejected() -> Result<(), Error> {
    for case in CASES {
        for padded in [false, true] {
            let (network, given) = problem::<f64>(case, padded);
            let right = run(&network, &given)?;
            for (name, formula) in MUTANTS {
                let off = deviation(&plain(&network, &given, formula), &right);
                assert!(off > REJECTION, "`{name}` is off by {off:e} only");
            }
        }
    }
    Ok(())
}

fn is_its_formula<F: Real>(tolerance: f64) -> Result<(), Error> {
    for case @ (n, t, sizes) in CASES {
        for padded in [false, true] {
            let (network, given) = problem::<f64>(case, padded);
            let expected = plain(&network, &given, RIGHT);
            let (network, given) = problem::<F>(case, padded);
            let d_results = d_results::<MinGruCell<F>>((n, t), sizes, &mut rng());
            let (saved, _) = run_back(&network, &given, &d_results)?;
            for results in [run(&network, &given)?, saved] {
                let results: Vec<_> = results.iter().map(|array| array.mapv(F::into)).collect();
                let off = deviation(&results, &expected);
                assert!(off <= tolerance, "{case:?}: off by {off:e}");
            }
        }
    }
    Ok(())
}

/// The same numbers in either type, up to rounding.
fn problem<F: Real>(
    (n, t, sizes): (usize, usize, Sizes),
    padded: bool,
) -> (MinGru<F>, Arguments<F>) {
    let mut rng = rng();
    let network = network(sizes, &mut rng);
    let given = arguments::<MinGruCell<F>>((n, t), sizes, &mut rng);
    let lengths = padded.then(|| (0..n).map(|n| [t / 2, t, 1][n % 3]).collect());
    (network, Arguments { lengths, ..given })
}

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(9)
}

/// Layer after layer, direction after direction, sequence after sequence.
fn plain(network: &MinGru<f64>, given: &Arguments<f64>, formula: Formula) -> Vec<Array3<f64>> {
    let Arguments { x, lengths, state } = given;
    let (n, t, _) = x.dim();
    let mut h_n = state.as_ref().expect("a problem has a state")[0].clone();
    let mut read = x.clone();
    for (layer, cells) in network.cells.chunks(network.num_directions()).enumerate() {
        let units = network.hidden_size();
        let mut output = Array3::zeros((n, t, cells.len() * units));
        for (direction, cell) in cells.iter().enumerate() {
            let mut h_n = h_n.index_axis_mut(Axis(0), layer * cells.len() + direction);
            for (n, unit) in (0..n).flat_map(|n| (0..units).map(move |unit| (n, unit))) {
                let sum = |row: usize, t: usize| {
                    let x = read.index_axis(Axis(0), n);
                    cell.b_ih[row]
                        + zip(cell.w_ih.row(row), x.row(t)).map(|(w, x)| w * x).sum::<f64>()
                };
                let length = lengths.as_ref().map_or(t, |lengths| lengths[n]);
                let mut before = None;
                for step in 0..length {
                    let t = if direction == 1 { length - 1 - step } else { step };
                    let gate = sum(unit, t);
                    let h = &mut h_n[[n, unit]];
                    *h = formula([gate, sum(units + unit, t)], before.unwrap_or(gate), *h);
                    output[[n, t, direction * units + unit]] = *h;
                    before = Some(gate);
                }
            }
        }
        read = output;
    }
    vec![read, h_n]
}

fn deviation(results: &[Array3<f64>], expected: &[Array3<f64>]) -> f64 {
    let off = |(result, expected): (&Array3<f64>, &Array3<f64>)| {
        relative_difference(&flat(result), &flat(expected))
    };
    zip(results, expected).map(off).fold(0.0, f64::max)
}
