//! What holds for every recurrent network, tried on random ones.

use std::iter::zip;

use approx::assert_abs_diff_eq;
use ndarray::{Array, Array3, Axis, Dimension, ShapeBuilder, concatenate};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng, seq::SliceRandom};
use rnn::{Error, Rnn};

const TOLERANCE: f64 = 1e-12;

/// A network with its arguments.
#[derive(Debug)]
struct Case {
    rnn: Rnn<f64>,
    x: Array3<f64>,
    h_0: Array3<f64>,
}

impl Case {
    fn new(n: usize, t: usize, d: usize, h: usize, seed: u64) -> Result<Self, Error> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        Ok(Self {
            rnn: Rnn::new(d, h, &mut rng)?,
            x: uniform((n, t, d), 2.0, &mut rng),
            h_0: uniform((1, n, h), 1.0, &mut rng),
        })
    }

    fn steps(&self) -> usize {
        self.x.len_of(Axis(1))
    }

    fn forward(&self) -> Result<(Array3<f64>, Array3<f64>), Error> {
        self.rnn.forward(&self.x, Some(&self.h_0))
    }
}

fn uniform<D: Dimension>(
    shape: impl ShapeBuilder<Dim = D>,
    bound: f64,
    rng: &mut ChaCha8Rng,
) -> Array<f64, D> {
    Array::from_shape_simple_fn(shape, || rng.random_range(-bound..=bound))
}

fn cases() -> impl Strategy<Value = Case> {
    (1..6_usize, 1..12_usize, 1..9_usize, 1..20_usize, any::<u64>())
        .prop_map(|(n, t, d, h, seed)| Case::new(n, t, d, h, seed).expect("no size is zero"))
}

proptest! {
    // The same cases on every run: what fails once fails again, without a file that says so.
    #![proptest_config(ProptestConfig {
        cases: 100,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_sequence_is_its_steps(case in cases()) {
        let (output, h_n) = case.forward()?;
        let mut states = case.h_0.clone();
        let sequences = zip(case.x.outer_iter(), output.outer_iter());
        for ((x, output), mut h) in zip(sequences, states.rows_mut()) {
            for (x, expected) in zip(x.rows(), output.rows()) {
                let next = case.rnn.cell.step(&x, &h)?;
                assert_abs_diff_eq!(next, expected, epsilon = TOLERANCE);
                h.assign(&next);
            }
        }
        assert_abs_diff_eq!(states, h_n, epsilon = TOLERANCE);
    }

    #[test]
    fn a_sequence_is_its_parts(case in cases(), split in any::<prop::sample::Index>()) {
        prop_assume!(case.steps() > 1);
        let (output, h_n) = case.forward()?;
        let (head, tail) = case.x.view().split_at(Axis(1), 1 + split.index(case.steps() - 1));

        let (head, handed_on) = case.rnn.forward(&head, Some(&case.h_0))?;
        let (tail, h_last) = case.rnn.forward(&tail, Some(&handed_on))?;

        let parts = concatenate![Axis(1), head, tail];
        assert_abs_diff_eq!(parts, output, epsilon = TOLERANCE);
        assert_abs_diff_eq!(h_last, h_n, epsilon = TOLERANCE);
    }

    #[test]
    fn sequences_of_a_batch_do_not_meet(case in cases(), seed in any::<u64>()) {
        let mut order: Vec<usize> = (0..case.x.len_of(Axis(0))).collect();
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let (output, h_n) = case.forward()?;

        let x = case.x.select(Axis(0), &order);
        let h_0 = case.h_0.select(Axis(1), &order);
        let (reordered, last) = case.rnn.forward(&x, Some(&h_0))?;

        let expected = output.select(Axis(0), &order);
        assert_abs_diff_eq!(reordered, expected, epsilon = TOLERANCE);
        assert_abs_diff_eq!(last, h_n.select(Axis(1), &order), epsilon = TOLERANCE);
    }

    #[test]
    fn states_stay_between_minus_one_and_one(mut case in cases(), scale in 0.0..1e3_f64) {
        case.rnn.cell.w_ih *= scale;
        case.rnn.cell.w_hh *= scale;
        let (output, h_n) = case.forward()?;
        prop_assert!(output.iter().chain(&h_n).all(|h| h.abs() <= 1.0));
    }
}
