//! What holds for every recurrent network, tried on random ones.

mod batches;
mod networks;

use std::iter::zip;

use approx::assert_abs_diff_eq;
use ndarray::{Array, Array3, Dimension};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn::Layers;

use crate::recurrent::{Arguments, Recurrent, Sizes, arguments, d_results, network};

const TOLERANCE: f64 = 1e-12;

/// Of gradients, relative to the largest entry: they may grow with every step and every layer.
const GRADIENT_TOLERANCE: f64 = 1e-11;

/// The sizes of a network and its batch, and the seed of all numbers.
#[derive(Debug, Clone, Copy)]
struct Case {
    n: usize,
    t: usize,
    sizes: Sizes,
    seed: u64,
}

impl Case {
    /// Random numbers, others for each purpose.
    fn rng(self, purpose: u64) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(self.seed.wrapping_add(purpose))
    }

    fn network<C: Recurrent<Real = f64>>(self) -> Layers<C> {
        network(self.sizes, &mut self.rng(1))
    }

    fn arguments<C: Recurrent<Real = f64>>(self) -> Arguments<f64> {
        arguments::<C>((self.n, self.t), self.sizes, &mut self.rng(2))
    }

    /// Sequences of unequal lengths.
    fn padded<C: Recurrent<Real = f64>>(self) -> Arguments<f64> {
        let mut rng = self.rng(3);
        let lengths = (0..self.n).map(|_| rng.random_range(1..=self.t)).collect();
        Arguments { lengths: Some(lengths), ..self.arguments::<C>() }
    }

    /// What a loss sends back to `output` and the last states.
    fn d_results<C: Recurrent<Real = f64>>(self) -> Vec<Array3<f64>> {
        d_results::<C>((self.n, self.t), self.sizes, &mut self.rng(4))
    }
}

/// One layer or several, in one direction or in both.
fn cases() -> impl Strategy<Value = Case> {
    let batch = (1..6_usize, 1..12_usize);
    let sizes = (1..9_usize, 1..12_usize, 1..=4_usize, any::<bool>());
    (batch, sizes, any::<u64>()).prop_map(|((n, t), (d, h, layers, bidirectional), seed)| {
        let sizes = Sizes { d, h, layers, bidirectional };
        Case { n, t, sizes, seed }
    })
}

/// The same cases on every run: what fails once fails again, without a file that says so.
fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 100,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn assert_all_close<D: Dimension>(
    arrays: &[Array<f64, D>],
    expected: impl IntoIterator<Item = Array<f64, D>, IntoIter: ExactSizeIterator>,
    tolerance: f64,
) {
    let expected = expected.into_iter();
    assert_eq!(arrays.len(), expected.len());
    zip(arrays, expected).for_each(|(array, expected)| assert_close(array, &expected, tolerance));
}

/// Relative to the largest entry, where that is more than one.
fn assert_close<D: Dimension>(array: &Array<f64, D>, expected: &Array<f64, D>, tolerance: f64) {
    let largest = expected.iter().fold(1.0, |largest: f64, entry| largest.max(entry.abs()));
    assert_abs_diff_eq!(array, expected, epsilon = tolerance * largest);
}
