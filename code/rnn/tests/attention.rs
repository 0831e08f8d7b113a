//! What holds for every attention and every embedding, tried on random ones.

use std::iter::zip;

use crate::recurrent::uniform;
use approx::assert_abs_diff_eq;
use ndarray::{Array2, Array3, ArrayD, Axis};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng, seq::SliceRandom};
use rnn::{
    AttentionGradients, AttentionSaved, Embedding, Error, KvCache, Parameters, SelfAttention,
};

const TOLERANCE: f64 = 1e-12;

/// The sizes of an attention and its batch, and the seed of all numbers.
#[derive(Debug, Clone, Copy)]
struct Case {
    n: usize,
    t: usize,
    d: usize,
    size: usize,
    causal: bool,
    seed: u64,
}

impl Case {
    /// Random numbers, others for each purpose.
    fn rng(self, purpose: u64) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(self.seed.wrapping_add(purpose))
    }

    /// Drawn twice as wide as by its own constructor, so that its weights are not nearly equal.
    fn attention(self) -> SelfAttention<f64> {
        let drawn = SelfAttention::new(self.d, self.size, self.causal, &mut self.rng(1));
        let mut attention = drawn.expect("no size is zero");
        attention.parameters_mut().iter_mut().for_each(|weights| *weights *= 2.0);
        attention
    }

    fn x(self) -> Array3<f64> {
        uniform((self.n, self.t, self.d), 2.0, &mut self.rng(2))
    }

    fn lengths(self) -> Vec<usize> {
        let mut rng = self.rng(3);
        (0..self.n).map(|_| rng.random_range(1..=self.t)).collect()
    }

    fn d_output(self) -> Array3<f64> {
        uniform((self.n, self.t, self.size), 1.0, &mut self.rng(4))
    }
}

fn cases() -> impl Strategy<Value = Case> {
    (1..5_usize, 1..12_usize, 1..9_usize, 1..12_usize, any::<bool>(), any::<u64>())
        .prop_map(|(n, t, d, size, causal, seed)| Case { n, t, d, size, causal, seed })
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
        sequence_is_its_steps(Case { causal: true, ..case })?;
    }

    #[test]
    fn no_step_of_a_causal_attention_looks_ahead(
        case in cases(),
        changed in any::<prop::sample::Index>(),
    ) {
        outputs_change_where_seen(case, changed.index(case.t))?;
    }

    #[test]
    fn steps_in_another_order_give_outputs_in_that_order(case in cases()) {
        steps_may_be_reordered(Case { causal: false, ..case })?;
    }

    #[test]
    fn weights_share_out_one(case in cases()) {
        weights_weigh_the_values(case)?;
    }

    #[test]
    fn sequences_of_a_batch_do_not_meet(case in cases()) {
        batch_may_be_reordered(case)?;
    }

    #[test]
    fn a_padded_batch_is_its_sequences(case in cases()) {
        batch_is_its_sequences(case)?;
    }

    #[test]
    fn padding_is_never_read(case in cases()) {
        padding_may_be_anything(case)?;
    }

    #[test]
    fn full_lengths_are_no_lengths(case in cases()) {
        lengths_may_be_left_out(case)?;
    }

    #[test]
    fn scores_may_be_large(case in cases(), exponent in 0..100) {
        outputs_are_means_of_values(case, 10.0_f64.powi(exponent))?;
    }

    #[test]
    fn an_embedding_is_a_product_with_one_hot_rows(case in cases()) {
        embedding_is_a_product(case)?;
    }
}

fn sequence_is_its_steps(case: Case) -> Result<(), Error> {
    let (attention, x) = (case.attention(), case.x());
    let output = attention.forward(&x)?;
    for (x, output) in zip(x.outer_iter(), output.outer_iter()) {
        let mut cache = KvCache::new(case.size);
        for (x, expected) in zip(x.rows(), output.rows()) {
            assert_abs_diff_eq!(attention.step(&x, &mut cache)?, expected, epsilon = TOLERANCE);
        }
        assert_eq!(cache.len(), case.t);
    }
    Ok(())
}

/// All of them do where the attention is not causal.
fn outputs_change_where_seen(case: Case, changed: usize) -> Result<(), Error> {
    let (attention, x) = (case.attention(), case.x());
    let mut other = x.clone();
    other.index_axis_mut(Axis(1), changed).mapv_inplace(|x| x + 1.0);
    let (before, after) = (attention.forward(&x)?, attention.forward(&other)?);
    for (t, (before, after)) in zip(before.axis_iter(Axis(1)), after.axis_iter(Axis(1))).enumerate()
    {
        let stays = case.causal && t < changed;
        assert_eq!(before == after, stays, "output {t}, with input {changed} changed");
    }
    Ok(())
}

fn steps_may_be_reordered(case: Case) -> Result<(), Error> {
    let (attention, x) = (case.attention(), case.x());
    let order = order(case.t, &mut case.rng(5));
    let reordered = attention.forward(&x.select(Axis(1), &order))?;
    let expected = attention.forward(&x)?.select(Axis(1), &order);
    assert_abs_diff_eq!(reordered, expected, epsilon = TOLERANCE);
    Ok(())
}

/// Rows that sum to one, zero where a step must not look, and times the values the output.
fn weights_weigh_the_values(case: Case) -> Result<(), Error> {
    let (attention, x, lengths) = (case.attention(), case.x(), case.lengths());
    let saved = attention.forward_saving(&x, Some(&lengths))?;
    assert_eq!(saved.output, attention.forward_padded(&x, &lengths)?);
    let weights = saved.weights();
    assert_eq!(weights.dim(), (case.n, case.t, case.t));
    for (n, weights) in weights.outer_iter().enumerate() {
        for ((t, s), &weight) in weights.indexed_iter() {
            let seen = t < lengths[n] && s < lengths[n] && (!case.causal || s <= t);
            assert_eq!(weight > 0.0, seen, "weight {weight} of step {t} for {s}");
        }
        for (t, row) in weights.outer_iter().enumerate() {
            let one = if t < lengths[n] { 1.0 } else { 0.0 };
            assert_abs_diff_eq!(row.sum(), one, epsilon = TOLERANCE);
        }
        let values = attention.value.forward(&x.index_axis(Axis(0), n))?;
        let output = saved.output.index_axis(Axis(0), n);
        assert_abs_diff_eq!(weights.dot(&values), output, epsilon = TOLERANCE);
    }
    Ok(())
}

fn batch_may_be_reordered(case: Case) -> Result<(), Error> {
    let (attention, x, lengths) = (case.attention(), case.x(), case.lengths());
    let order = order(case.n, &mut case.rng(5));
    let lengths_reordered: Vec<usize> = order.iter().map(|&n| lengths[n]).collect();
    let reordered = attention.forward_padded(&x.select(Axis(0), &order), &lengths_reordered)?;
    let expected = attention.forward_padded(&x, &lengths)?.select(Axis(0), &order);
    assert_abs_diff_eq!(reordered, expected, epsilon = TOLERANCE);
    Ok(())
}

fn batch_is_its_sequences(case: Case) -> Result<(), Error> {
    let (attention, x, lengths, d_output) =
        (case.attention(), case.x(), case.lengths(), case.d_output());
    let output = attention.forward_padded(&x, &lengths)?;
    let (_, batch) = there_and_back(&attention, &x, Some(&lengths), &d_output)?;
    let mut sums: Vec<ArrayD<f64>> =
        attention.parameters().iter().map(|weights| ArrayD::zeros(weights.shape())).collect();
    for (n, &length) in lengths.iter().enumerate() {
        let alone = |batch: &Array3<f64>| {
            let sequence = batch.slice_axis(Axis(0), (n..=n).into());
            sequence.slice_axis(Axis(1), (..length).into()).to_owned()
        };
        assert_abs_diff_eq!(alone(&output), attention.forward(&alone(&x))?, epsilon = TOLERANCE);
        let (_, expected) = there_and_back(&attention, &alone(&x), None, &alone(&d_output))?;
        assert_abs_diff_eq!(alone(&batch.x), expected.x, epsilon = TOLERANCE);
        zip(&mut sums, expected.attention.parameters()).for_each(|(sum, part)| *sum += &part);
        for padded in [&output, &batch.x] {
            let padding = padded.index_axis(Axis(0), n).slice_axis_move(Axis(0), (length..).into());
            assert!(padding.iter().all(|&number| number == 0.0));
        }
    }
    for (gradient, sum) in zip(batch.attention.parameters(), &sums) {
        assert_abs_diff_eq!(gradient, sum.view(), epsilon = TOLERANCE);
    }
    Ok(())
}

/// Not even multiplied by zero: NaN would not go away.
fn padding_may_be_anything(case: Case) -> Result<(), Error> {
    let (attention, x, lengths, d_output) =
        (case.attention(), case.x(), case.lengths(), case.d_output());
    let (mut dirty, mut d_dirty) = (x.clone(), d_output.clone());
    for (n, &length) in lengths.iter().enumerate() {
        for padded in [&mut dirty, &mut d_dirty] {
            let mut sequence = padded.index_axis_mut(Axis(0), n);
            sequence.slice_axis_mut(Axis(0), (length..).into()).fill(f64::NAN);
        }
    }
    assert_eq!(
        there_and_back(&attention, &dirty, Some(&lengths), &d_dirty)?,
        there_and_back(&attention, &x, Some(&lengths), &d_output)?,
    );
    Ok(())
}

fn lengths_may_be_left_out(case: Case) -> Result<(), Error> {
    let (attention, x, d_output) = (case.attention(), case.x(), case.d_output());
    let full = vec![case.t; case.n];
    assert_eq!(attention.forward_padded(&x, &full)?, attention.forward(&x)?);
    assert_eq!(
        there_and_back(&attention, &x, Some(&full), &d_output)?,
        there_and_back(&attention, &x, None, &d_output)?,
    );
    Ok(())
}

/// However large the scores, no output leaves the range of the values.
fn outputs_are_means_of_values(case: Case, scale: f64) -> Result<(), Error> {
    let (mut attention, x) = (case.attention(), case.x());
    attention.query.weight *= scale;
    let output = attention.forward(&x)?;
    for (x, output) in zip(x.outer_iter(), output.outer_iter()) {
        let values = attention.value.forward(&x)?;
        for (values, output) in zip(values.columns(), output.columns()) {
            let least = values.fold(f64::INFINITY, |least, &v| least.min(v));
            let most = values.fold(f64::NEG_INFINITY, |most, &v| most.max(v));
            let range = least - TOLERANCE..=most + TOLERANCE;
            assert!(output.iter().all(|number| range.contains(number)));
        }
    }
    Ok(())
}

fn embedding_is_a_product(case: Case) -> Result<(), Error> {
    let Case { n, t, d, size: v, .. } = case;
    let embedding = Embedding::new(v, d, &mut case.rng(6))?;
    let mut rng = case.rng(7);
    let tokens = Array2::from_shape_simple_fn((n, t), || rng.random_range(0..v));
    let one_hot = Array2::from_shape_fn((n * t, v), |(place, token)| {
        f64::from(u8::from(tokens[[place / t, place % t]] == token))
    });
    let d_output: Array3<f64> = uniform((n, t, d), 1.0, &mut rng);

    let rows = |sequences: Array3<f64>| {
        sequences.into_shape_with_order((n * t, d)).expect("as many numbers")
    };
    let output = rows(embedding.forward(&tokens)?);
    assert_abs_diff_eq!(output, one_hot.dot(&embedding.weight), epsilon = TOLERANCE);
    let gradient = embedding.backward(&tokens, &d_output)?;
    assert_abs_diff_eq!(gradient.weight, one_hot.t().dot(&rows(d_output)), epsilon = TOLERANCE);
    Ok(())
}

fn there_and_back<'a>(
    attention: &'a SelfAttention<f64>,
    x: &Array3<f64>,
    lengths: Option<&[usize]>,
    d_output: &Array3<f64>,
) -> Result<(AttentionSaved<'a, f64>, AttentionGradients<f64>), Error> {
    let saved = attention.forward_saving(x, lengths)?;
    let gradients = saved.backward(d_output)?;
    Ok((saved, gradients))
}

fn order(count: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.shuffle(rng);
    order
}
