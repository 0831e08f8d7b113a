//! Seconds for a layer over a sequence, each way in turn.

use std::iter::zip;

use machine::{Job, Timed, seconds_in_turn};
use ndarray::{Array1, Array2, Array3, ArrayRef1, ArrayRef2, Axis};
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rnn::{
    Error, MinGruCell, Rnn, SelfAttention,
    scan::{diagonal_loop, diagonal_scan},
};
use serde::{Deserialize, Serialize};

use super::ROUNDS;
use crate::{
    parallel::{Method, jacobi_side_by_side, newton, until_still},
    selective::Steps,
};

/// A way to run a layer over a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// The tanh network, one step after the other.
    Loop,
    /// The same by sweeps on all threads.
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

/// Layers of all kinds, and inputs for them.
pub(super) struct Layers {
    rnn: Rnn<f64>,
    gated: MinGruCell<f64>,
    attention: SelfAttention<f64>,
    batch: Array3<f64>,
    x: Array2<f64>,
    gates: Steps,
    h_0: Array1<f64>,
    tolerance: f64,
}

/// What a run has computed. Ways with equal outputs differ in the rest.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outcome {
    /// `[T, H]`
    output: Array2<f64>,
    /// The sweeps or iterations of a way that repeats.
    repeats: Option<usize>,
    /// The gates of a way that begins with the inputs and not with them.
    gates: Option<Steps>,
}

impl From<Array2<f64>> for Outcome {
    fn from(output: Array2<f64>) -> Self {
        Self { output, repeats: None, gates: None }
    }
}

type Recurrence =
    fn(&ArrayRef2<f64>, &ArrayRef2<f64>, &ArrayRef1<f64>) -> Result<Array2<f64>, Error>;

impl Layers {
    pub(super) fn new(
        size: usize,
        steps: usize,
        tolerance: f64,
        rng: &mut ChaCha8Rng,
    ) -> Result<Self, Error> {
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

    /// Runs a layer on the inputs; a recurrence alone on the gates.
    fn run(&self, way: Way) -> Result<Outcome, Error> {
        let of_the_batch = |output: Array3<f64>| output.index_axis_move(Axis(0), 0).into();
        let (a, b) = &self.gates;
        match way {
            Way::Loop => self.rnn.forward(&self.batch, None).map(|(y, _)| of_the_batch(y)),
            Way::Jacobi => Ok(self.repeated(jacobi_side_by_side)),
            Way::Newton => Ok(self.repeated(newton)),
            Way::Diagonal => self.gated(diagonal_loop),
            Way::Scan => self.gated(diagonal_scan),
            Way::RecurrenceLoop => diagonal_loop(a, b, &self.h_0).map(Outcome::from),
            Way::RecurrenceScan => diagonal_scan(a, b, &self.h_0).map(Outcome::from),
            Way::Attention => self.attention.forward(&self.batch).map(of_the_batch),
        }
    }

    fn repeated(&self, method: Method) -> Outcome {
        let (states, repeats) =
            until_still(method, &self.rnn.cells[0].w_hh, &self.z(), self.tolerance);
        Outcome { repeats: Some(repeats), ..states.into() }
    }

    /// What needs no state: `[T, H]`.
    fn z(&self) -> Array2<f64> {
        let cell = &self.rnn.cells[0];
        self.x.dot(&cell.w_ih.t()) + &cell.b_ih + &cell.b_hh
    }

    fn gated(&self, recurrence: Recurrence) -> Result<Outcome, Error> {
        let (a, b) = self.gated.steps(&self.x)?;
        let output = recurrence(&a, &b, &self.h_0)?;
        Ok(Outcome { gates: Some((a, b)), ..output.into() })
    }
}

/// Seconds for a sequence, and what a run gives, for each way in the order of [`Way::ALL`].
pub(super) fn timed(layers: &Layers) -> Result<Vec<(Way, Timed<Outcome>)>, Error> {
    let jobs = Way::ALL.map(|way| Box::new(move || layers.run(way)) as Job<_>);
    zip(Way::ALL, seconds_in_turn(ROUNDS, jobs))
        .map(|(way, timed)| Ok((way, timed.transpose()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use chapter::rng;
    use rayon::ThreadPoolBuilder;

    use super::*;
    use crate::parallel::jacobi;

    #[test]
    fn what_is_compared_computes_the_same() {
        let layers = Layers::new(6, 50, 1e-12, &mut rng(1, 0)).unwrap();
        let run = |way| layers.run(way).unwrap().output;
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

    /// What each way must give, to the last bit, written out without [`Layers::run`].
    fn outcomes(layers: &Layers) -> [(Way, Outcome); 8] {
        let Layers { rnn, gated, attention, batch, x, h_0, tolerance, .. } = layers;
        let (a, b) = gated.steps(x).unwrap();
        let w = &rnn.cells[0].w_hh;
        let first = |batch: Array3<f64>| Outcome::from(batch.index_axis_move(Axis(0), 0));
        let until_still = |method| until_still(method, w, &layers.z(), *tolerance);
        let repeated =
            |(states, n): (Array2<f64>, usize)| Outcome { repeats: Some(n), ..states.into() };
        let in_a_loop = Outcome::from(diagonal_loop(&a, &b, h_0).unwrap());
        let scanned = Outcome::from(diagonal_scan(&a, &b, h_0).unwrap());
        let with_gates =
            |outcome: &Outcome| Outcome { gates: Some((a.clone(), b.clone())), ..outcome.clone() };
        [
            (Way::Loop, first(rnn.forward(batch, None).unwrap().0)),
            (Way::Jacobi, repeated(until_still(jacobi))),
            (Way::Newton, repeated(until_still(newton))),
            (Way::Diagonal, with_gates(&in_a_loop)),
            (Way::Scan, with_gates(&scanned)),
            (Way::RecurrenceLoop, in_a_loop),
            (Way::RecurrenceScan, scanned),
            (Way::Attention, first(attention.forward(batch).unwrap())),
        ]
    }

    #[test]
    fn each_time_is_of_its_own_way() {
        let layers = Layers::new(6, 50, 1e-12, &mut rng(1, 0)).unwrap();
        // On so many threads the scan rounds otherwise than the loop.
        let threads = ThreadPoolBuilder::new().num_threads(5).build().unwrap();
        threads.install(|| {
            let right = outcomes(&layers);
            for (i, (way, outcome)) in right.iter().enumerate() {
                assert!(right[..i].iter().all(|(_, other)| other != outcome), "{way:?} not told");
            }
            let found = timed(&layers).unwrap();
            assert_eq!(found.len(), right.len());
            for ((way, timed), (right_way, right)) in zip(found, right) {
                assert_eq!(way, right_way);
                assert!(timed.result == right, "the job of {way:?} is another");
            }
        });
    }
}
