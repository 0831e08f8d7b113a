//! How long it all takes on this machine.

use std::hint::black_box;

use chapter::{Machine, rng};
use machine::{Timings, seconds_in_turn};
use ndarray::{Array1, Array2, Array3, Axis};
use rand::{RngExt, rngs::ChaCha8Rng};
use rand_distr::{Distribution, StandardNormal};
use rnn::{
    MinGruCell, Rnn, SelfAttention,
    scan::{diagonal_loop, diagonal_scan},
};
use serde::{Deserialize, Serialize};

use crate::{
    latency::{in_a_row, in_pieces, side_by_side},
    parallel::{Method, jacobi, newton, until_still},
    selective::Steps,
};

/// What was measured, and where.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measurement {
    /// The machine and the day.
    pub machine: Machine,
    /// Numbers in an input, and units: both the same.
    pub size: usize,
    /// What counts as a change, for the methods that repeat until nothing changes.
    pub tolerance: f64,
    /// Steps, and seconds for the whole sequence, for each way to run a layer.
    pub layers: Vec<(Way, Timings)>,
    /// How many recurrences run side by side, and nanoseconds for a step of one of them.
    pub side_by_side: Timings,
    /// Into how many pieces one recurrence is cut, and nanoseconds for one of its steps.
    pub in_pieces: Timings,
}

/// A way to run a layer over a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// The tanh network, one step after the other.
    Loop,
    /// The same by sweeps.
    Jacobi,
    /// The same by Newton's method.
    Newton,
    /// The gated diagonal recurrence, one step after the other.
    Diagonal,
    /// The same by a scan on all threads.
    Scan,
    /// The recurrence of the gated unit alone, its gates known, one step after the other.
    RecurrenceLoop,
    /// The recurrence alone by a scan.
    RecurrenceScan,
    /// Causal self-attention.
    Attention,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Loop,
        Self::Jacobi,
        Self::Newton,
        Self::Diagonal,
        Self::Scan,
        Self::RecurrenceLoop,
        Self::RecurrenceScan,
        Self::Attention,
    ];
}

/// The longest recurrence of a single number, and how often each measurement is taken.
const NUMBERS: usize = 4_096;
const ROUNDS: usize = 5;

impl Measurement {
    /// Measures on this machine. `done` is called after each of the [`PARTS`](Self::PARTS).
    ///
    /// # Errors
    /// Where a size is zero.
    pub fn take(
        size: usize,
        tolerance: f64,
        seed: u64,
        mut done: impl FnMut(),
    ) -> Result<Self, rnn::Error> {
        let mut layers = Way::ALL.map(|way| (way, Vec::new()));
        for steps in Self::LENGTHS {
            let seconds = layer_seconds(size, steps, tolerance, &mut rng(seed, steps))?;
            for ((_, found), seconds) in layers.iter_mut().zip(seconds) {
                found.push((steps, seconds));
            }
            done();
        }
        let [side_by_side, in_pieces] = number_seconds(&mut rng(seed, 0));
        done();
        let (machine, layers) = (machine::this(), layers.to_vec());
        Ok(Self { machine, size, tolerance, layers, side_by_side, in_pieces })
    }

    /// Steps of the sequences.
    pub const LENGTHS: [usize; 5] = [16, 64, 256, 1_024, 4_096];

    /// How often [`take`](Self::take) reports that it has done a part.
    pub const PARTS: usize = Self::LENGTHS.len() + 1;

    /// Steps, and seconds for the whole sequence.
    pub fn of(&self, way: Way) -> &[(usize, f64)] {
        let found = self.layers.iter().find(|(other, _)| *other == way);
        found.map_or(&[], |(_, found)| found)
    }

    /// Seconds for a sequence of so many steps, if they were measured.
    pub fn seconds(&self, way: Way, steps: usize) -> Option<f64> {
        let found = self.of(way).iter().find(|(other, _)| *other == steps);
        found.map(|(_, seconds)| *seconds)
    }
}

/// Layers of all kinds, and inputs for them.
struct Layers {
    rnn: Rnn<f64>,
    gated: MinGruCell<f64>,
    attention: SelfAttention<f64>,
    batch: Array3<f64>,
    x: Array2<f64>,
    gates: Steps,
    h_0: Array1<f64>,
    tolerance: f64,
}

impl Layers {
    fn new(
        size: usize,
        steps: usize,
        tolerance: f64,
        rng: &mut ChaCha8Rng,
    ) -> Result<Self, rnn::Error> {
        let rnn = Rnn::new(size, size, rng)?;
        let gated = MinGruCell::new(size, size, rng)?;
        let attention = SelfAttention::new(size, size, true, rng)?;
        let batch: Array3<f64> =
            Array3::from_shape_simple_fn((1, steps, size), || StandardNormal.sample(rng));
        let x = batch.index_axis(Axis(0), 0).to_owned();
        let gates = gated.steps(&x)?;
        let h_0 = Array1::zeros(size);
        Ok(Self { rnn, gated, attention, batch, x, gates, h_0, tolerance })
    }

    /// The outputs `[T, H]`, from the inputs; those of the recurrences alone from the gates.
    fn run(&self, way: Way) -> Result<Array2<f64>, rnn::Error> {
        let of_the_batch = |output: Array3<f64>| output.index_axis_move(Axis(0), 0);
        let (a, b) = &self.gates;
        match way {
            Way::Loop => self.rnn.forward(&self.batch, None).map(|(y, _)| of_the_batch(y)),
            Way::Jacobi => Ok(self.repeated(jacobi)),
            Way::Newton => Ok(self.repeated(newton)),
            Way::Diagonal => {
                self.gated.steps(&self.x).and_then(|(a, b)| diagonal_loop(&a, &b, &self.h_0))
            }
            Way::Scan => {
                self.gated.steps(&self.x).and_then(|(a, b)| diagonal_scan(&a, &b, &self.h_0))
            }
            Way::RecurrenceLoop => diagonal_loop(a, b, &self.h_0),
            Way::RecurrenceScan => diagonal_scan(a, b, &self.h_0),
            Way::Attention => self.attention.forward(&self.batch).map(of_the_batch),
        }
    }

    fn repeated(&self, method: Method) -> Array2<f64> {
        let cell = &self.rnn.cells[0];
        let z = self.x.dot(&cell.w_ih.t()) + &cell.b_ih + &cell.b_hh;
        until_still(method, &cell.w_hh, &z, self.tolerance)
    }
}

/// Seconds for a sequence, for each way in the order of [`Way::ALL`].
fn layer_seconds(
    size: usize,
    steps: usize,
    tolerance: f64,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<f64>, rnn::Error> {
    let layers = &Layers::new(size, steps, tolerance, rng)?;
    let mut jobs =
        Way::ALL.map(|way| Box::new(move || drop(black_box(layers.run(way)))) as Box<dyn FnMut()>);
    Ok(seconds_in_turn(ROUNDS, &mut jobs))
}

/// Nanoseconds for a step of a recurrence of one number: several side by side, and one in pieces.
fn number_seconds(rng: &mut ChaCha8Rng) -> [Timings; 2] {
    // Near one, so that nothing vanishes.
    let a: Vec<f64> = (0..NUMBERS).map(|_| rng.random_range(0.9..1.0)).collect();
    let b: Vec<f64> = (0..NUMBERS).map(|_| rng.random_range(-1.0..1.0)).collect();
    let seconds = seconds_in_turn(
        ROUNDS,
        &mut [
            beside::<1>(&b),
            beside::<2>(&b),
            beside::<4>(&b),
            beside::<8>(&b),
            beside::<16>(&b),
            beside::<32>(&b),
            one_piece(&a, &b),
            pieces::<2>(&a, &b),
            pieces::<4>(&a, &b),
            pieces::<8>(&a, &b),
            pieces::<16>(&a, &b),
            pieces::<32>(&a, &b),
        ],
    );
    let nanoseconds = |seconds: &[f64]| {
        let each = seconds.iter().map(|seconds| 1e9 * seconds / NUMBERS as f64);
        [1, 2, 4, 8, 16, 32].into_iter().zip(each).collect()
    };
    [nanoseconds(&seconds[..6]), nanoseconds(&seconds[6..])]
}

fn beside<'a, const N: usize>(b: &'a [f64]) -> Box<dyn FnMut() + 'a> {
    let mut h = [0.0; N];
    Box::new(move || {
        side_by_side(&black_box([0.9; N]), black_box(b), &mut h);
        black_box(&h);
    })
}

fn one_piece<'a>(a: &'a [f64], b: &'a [f64]) -> Box<dyn FnMut() + 'a> {
    let mut states = vec![0.0; a.len()];
    Box::new(move || {
        in_a_row(black_box(a), black_box(b), &mut states);
        black_box(&states);
    })
}

fn pieces<'a, const N: usize>(a: &'a [f64], b: &'a [f64]) -> Box<dyn FnMut() + 'a> {
    let mut states = vec![0.0; a.len()];
    Box::new(move || {
        in_pieces::<N>(black_box(a), black_box(b), &mut states);
        black_box(&states);
    })
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    #[test]
    fn what_is_compared_computes_the_same() {
        let layers = Layers::new(6, 50, 1e-12, &mut rng(1, 0)).unwrap();
        let run = |way| layers.run(way).unwrap();
        for (one, other) in [
            (Way::Jacobi, Way::Loop),
            (Way::Newton, Way::Loop),
            (Way::Scan, Way::Diagonal),
            (Way::RecurrenceLoop, Way::Diagonal),
            (Way::RecurrenceScan, Way::Diagonal),
        ] {
            assert_abs_diff_eq!(run(one), run(other), epsilon = 1e-9);
        }
        assert_eq!(run(Way::Attention).dim(), (50, 6));
    }

    /// A few seconds: the measurement itself, of tiny layers.
    #[test]
    fn a_measurement_has_a_time_for_everything() {
        let mut done = 0;
        let found = Measurement::take(2, 1e-6, 1, || done += 1).unwrap();
        assert_eq!(done, Measurement::PARTS);
        for way in Way::ALL {
            let lengths: Vec<usize> = found.of(way).iter().map(|(steps, _)| *steps).collect();
            assert_eq!(lengths, Measurement::LENGTHS, "{way:?}");
        }
        let sizes = |times: &Timings| times.iter().map(|(n, _)| *n).collect::<Vec<_>>();
        assert_eq!(sizes(&found.side_by_side), [1, 2, 4, 8, 16, 32]);
        assert_eq!(sizes(&found.in_pieces), [1, 2, 4, 8, 16, 32]);
    }
}
