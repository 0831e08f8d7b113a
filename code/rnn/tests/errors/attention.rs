//! `SelfAttention`, its cache, and `Embedding`.

use ndarray::{Array1, Array2, Array3, array};
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{Embedding, Error, KvCache, Linear, Positions, SelfAttention};

use super::text;

/// From two inputs to three numbers in each query, key and value.
fn attention() -> SelfAttention<f64> {
    let linear = Linear { weight: Array2::ones((3, 2)), bias: Array1::ones(3) };
    SelfAttention {
        query: linear.clone(),
        key: linear.clone(),
        value: linear,
        causal: true,
        positions: Positions::None,
    }
}

/// What is made wrong, and what is said then.
type Row = (fn(&mut SelfAttention<f64>), &'static str);

/// All ways through an attention say the same of weights that do not fit.
#[test]
fn weights_that_do_not_fit() {
    let rows: [Row; 9] = [
        (|_| (), "no error"),
        (|a| a.query.bias = Array1::zeros(1), "`query.bias` has shape [1], expected [3]"),
        (
            |a| a.key.weight = Array2::zeros((3, 1)),
            "`key.weight` has shape [3, 1], expected [3, 2]",
        ),
        (
            |a| a.key.weight = Array2::zeros((1, 2)),
            "`key.weight` has shape [1, 2], expected [3, 2]",
        ),
        (|a| a.key.bias = Array1::zeros(2), "`key.bias` has shape [2], expected [3]"),
        (
            |a| a.value.weight = Array2::zeros((4, 2)),
            "`value.weight` has shape [4, 2], expected [3, 2]",
        ),
        (|a| a.value.bias = Array1::zeros(0), "`value.bias` has shape [0], expected [3]"),
        (|a| a.query.weight = Array2::zeros((0, 2)), "`size` is zero"),
        (|a| a.query.weight = Array2::zeros((3, 0)), "`input_size` is zero"),
    ];
    for (change, expected) in rows {
        let mut attention = attention();
        change(&mut attention);
        let saving = attention.forward_saving(&Array3::ones((4, 5, 2)), None);
        let step = attention.step(&Array1::ones(2), &mut KvCache::new(3));
        let forward = attention.forward(&Array3::ones((4, 5, 2)));
        assert_eq!([text(forward), text(step), text(saving)], [expected; 3]);
    }
}

#[test]
fn inputs_of_another_shape() {
    let forward = |x| text(attention().forward(&Array3::ones(x)));
    assert_eq!(forward((4, 5, 3)), "`x` has shape [4, 5, 3], expected [4, 5, 2]");
    assert_eq!(forward((0, 5, 2)), "`batch_size` is zero");
    assert_eq!(forward((4, 0, 2)), "the sequence is empty: it has no steps");
    assert_eq!(attention().forward(&Array3::ones((4, 0, 2))), Err(Error::EmptySequence));
}

#[test]
fn lengths_that_do_not_fit() {
    let mut with_nan = Array3::ones((3, 4, 2));
    with_nan[[1, 2, 1]] = f64::NAN;
    for (x, lengths, expected) in [
        (&Array3::ones((3, 4, 2)), &[4, 0, 1][..], "`lengths` is 0 at [1], expected 1 to 4"),
        (&Array3::ones((3, 4, 2)), &[4, 1, 5], "`lengths` is 5 at [2], expected 1 to 4"),
        (&Array3::ones((3, 4, 2)), &[4, 4], "`lengths` has shape [2], expected [3]"),
        (&Array3::ones((3, 4, 2)), &[4, 4, 4, 4], "`lengths` has shape [4], expected [3]"),
        (&Array3::ones((3, 4, 2)), &[1, 4, 2], "no error"),
        // Padding may be anything.
        (&with_nan, &[4, 2, 1], "no error"),
        (&with_nan, &[4, 3, 1], "`x` is not finite at [1, 2, 1]: NaN"),
    ] {
        assert_eq!(text(attention().forward_padded(x, lengths)), expected);
        assert_eq!(text(attention().forward_saving(x, Some(lengths))), expected);
    }
    assert_eq!(text(attention().forward(&with_nan)), "`x` is not finite at [1, 2, 1]: NaN");
}

#[test]
fn outputs_that_are_not_finite() {
    let x = Array3::ones((1, 2, 2));
    let rows: [Row; 3] = [
        (|a| a.value.bias[1] = f64::INFINITY, "`output` is not finite at [0, 0, "),
        (|a| a.key.weight[[0, 0]] = f64::NAN, "`output` is not finite at [0, 0, 0]: NaN"),
        (scores_that_overflow, "`output` is not finite at [0, 0, 0]: NaN"),
    ];
    for (change, expected) in rows {
        let mut attention = attention();
        change(&mut attention);
        let error = text(attention.forward(&x));
        assert!(error.starts_with(expected), "{error}");
    }
}

fn scores_that_overflow(attention: &mut SelfAttention<f64>) {
    attention.query.weight.fill(f64::MAX / 4.0);
    attention.key.weight.fill(8.0);
}

#[test]
fn a_slope_that_is_none() {
    let error = |slope| {
        let attention = attention().with_positions(Positions::Alibi { slope });
        text(attention.forward(&Array3::ones((3, 4, 2))))
    };
    assert_eq!(error(-0.5), "`slope` is negative: -0.5");
    assert_eq!(error(f64::NAN), "`slope` is not finite at []: NaN");
    assert_eq!(error(f64::INFINITY), "`slope` is not finite at []: inf");
}

#[test]
fn a_table_of_no_distances_or_of_no_numbers() {
    let error = |table| {
        let attention = attention().with_positions(Positions::Learned(table));
        text(attention.forward(&Array3::ones((3, 4, 2))))
    };
    assert_eq!(error(array![]), "`position_bias` is zero");
    // Also where no sequence is long enough to read it.
    let table = array![0.0, 0.0, 0.0, 0.0, f64::NAN];
    assert_eq!(error(table), "`position_bias` is not finite at [4]: NaN");
}

#[test]
fn gradients_that_do_not_fit() -> Result<(), Error> {
    let attention = attention();
    let saved = attention.forward_saving(&Array3::ones((3, 4, 2)), Some(&[4, 2, 1]))?;
    let backward = |d_output: &Array3<f64>| text(saved.backward(d_output));
    let error = backward(&Array3::zeros((3, 4, 2)));
    assert_eq!(error, "`d_output` has shape [3, 4, 2], expected [3, 4, 3]");
    let error = backward(&Array3::zeros((3, 5, 3)));
    assert_eq!(error, "`d_output` has shape [3, 5, 3], expected [3, 4, 3]");
    let mut d_output = Array3::zeros((3, 4, 3));
    d_output[[1, 2, 0]] = f64::NAN;
    assert_eq!(backward(&d_output), "no error", "padding may be anything");
    d_output[[1, 1, 0]] = f64::NAN;
    assert_eq!(backward(&d_output), "`d_output` is not finite at [1, 1, 0]: NaN");

    let error = backward(&Array3::from_elem((3, 4, 3), f64::MAX));
    assert!(error.starts_with("`d_y` is not finite at "), "{error}");
    Ok(())
}

/// What was changed since does not fit.
#[test]
fn output_changed_before_the_way_back() -> Result<(), Error> {
    let (attention, d_output) = (attention(), Array3::zeros((3, 4, 3)));
    let mut saved = attention.forward_saving(&Array3::ones((3, 4, 2)), None)?;
    saved.output = Array3::zeros((3, 4, 5));
    let error = text(saved.backward(&d_output));
    assert_eq!(error, "`saved output` has shape [3, 4, 5], expected [3, 4, 3]");

    let (long, d_output) = (Array3::ones((1, 100, 2)), Array3::zeros((1, 100, 3)));
    let mut saved = attention.forward_saving(&long, None)?;
    saved.output.fill(f64::NAN);
    assert_eq!(text(saved.backward(&d_output)), "`d_y` is not finite at [0, 0]: NaN");
    Ok(())
}

/// After an error the cache is what it was, and the next step goes on.
#[test]
fn steps_that_fail() -> Result<(), Error> {
    let attention = attention();
    let mut cache = KvCache::new(3);
    let (x, next) = (array![0.5, -1.0], array![2.0, 0.25]);
    attention.step(&x, &mut cache)?;
    let before = cache.clone();

    let not_causal = SelfAttention { causal: false, ..attention.clone() };
    assert_eq!(not_causal.step(&x, &mut cache), Err(Error::NotCausal));
    let error = text(not_causal.step(&x, &mut cache));
    assert_eq!(error, "attention that is not causal cannot go step by step");
    let error = text(attention.step(&array![1.0], &mut cache));
    assert_eq!(error, "`x` has shape [1], expected [2]");
    let error = text(attention.step(&array![0.0, f64::NAN], &mut cache));
    assert_eq!(error, "`x` is not finite at [1]: NaN");
    let error = text(attention.step(&Array1::from_elem(2, f64::MAX), &mut cache));
    assert_eq!(error, "`output` is not finite at [0]: NaN");
    assert_eq!(cache, before);

    let after_errors = attention.step(&next, &mut cache)?;
    assert_eq!(after_errors, attention.step(&next, &mut before.clone())?);
    assert_eq!(cache.len(), 2);
    Ok(())
}

#[test]
fn caches_of_another_size() -> Result<(), Error> {
    for size in [0, 2, 4] {
        let mut cache = KvCache::new(size);
        let error = text(attention().step(&array![0.5, -1.0], &mut cache));
        assert_eq!(error, format!("`cache` has shape [0, {size}], expected [0, 3]"));
        assert!(cache.is_empty());
    }
    let mut cache = KvCache::new(3);
    attention().step(&array![0.5, -1.0], &mut cache)?;
    let wider = SelfAttention::new(2, 5, true, &mut ChaCha8Rng::seed_from_u64(1))?;
    let error = text(wider.step(&array![0.5, -1.0], &mut cache));
    assert_eq!(error, "`cache` has shape [1, 3], expected [1, 5]");
    assert_eq!(cache.len(), 1);
    Ok(())
}

#[test]
fn attentions_and_embeddings_of_no_size() {
    let rng = &mut ChaCha8Rng::seed_from_u64(1);
    assert_eq!(text(SelfAttention::<f64>::new(0, 3, true, rng)), "`input_size` is zero");
    assert_eq!(text(SelfAttention::<f64>::new(2, 0, true, rng)), "`size` is zero");
    assert_eq!(text(Embedding::<f64>::new(0, 3, rng)), "`num_embeddings` is zero");
    assert_eq!(text(Embedding::<f64>::new(2, 0, rng)), "`embedding_dim` is zero");
}

/// Four tokens, three numbers for each.
fn embedding() -> Embedding<f64> {
    Embedding { weight: Array2::ones((4, 3)) }
}

#[test]
fn tokens_that_the_table_does_not_have() {
    let complaint = |embedding: &Embedding<f64>, tokens: &Array2<usize>| {
        let (n, t) = tokens.dim();
        let backward = embedding.backward(tokens, &Array3::zeros((n, t, 3)));
        let forward = text(embedding.forward(tokens));
        assert_eq!(text(backward), forward);
        forward
    };
    let tokens = array![[0, 3, 1], [2, 2, 4]];
    let error = complaint(&embedding(), &tokens);
    assert_eq!(error, "`tokens` is 4 at [1, 2], expected less than 4");
    let result = embedding().forward(&tokens);
    assert_eq!(result, Err(Error::Token { index: [1, 2], token: 4, num_embeddings: 4 }));
    // The first one that is wrong.
    let error = complaint(&embedding(), &array![[0, usize::MAX], [9, 0]]);
    assert_eq!(error, format!("`tokens` is {} at [0, 1], expected less than 4", usize::MAX));
    assert_eq!(complaint(&embedding(), &array![[0, 3]]), "no error");

    assert_eq!(complaint(&embedding(), &Array2::zeros((0, 2))), "`batch_size` is zero");
    let error = complaint(&embedding(), &Array2::zeros((2, 0)));
    assert_eq!(error, "the sequence is empty: it has no steps");
    let other = Embedding { weight: Array2::zeros((0, 3)) };
    assert_eq!(complaint(&other, &tokens), "`num_embeddings` is zero");
    let other = Embedding { weight: Array2::zeros((4, 0)) };
    assert_eq!(complaint(&other, &tokens), "`embedding_dim` is zero");
}

#[test]
fn numbers_of_an_embedding() {
    let tokens = array![[0, 3, 1], [2, 2, 0]];
    let backward = |d_output: &Array3<f64>| text(embedding().backward(&tokens, d_output));
    let error = backward(&Array3::zeros((2, 3, 4)));
    assert_eq!(error, "`d_output` has shape [2, 3, 4], expected [2, 3, 3]");
    let mut d_output = Array3::zeros((2, 3, 3));
    d_output[[1, 0, 2]] = f64::NEG_INFINITY;
    assert_eq!(backward(&d_output), "`d_output` is not finite at [1, 0, 2]: -inf");

    let mut other = embedding();
    other.weight[[3, 1]] = f64::NAN;
    assert_eq!(text(other.forward(&tokens)), "`output` is not finite at [0, 1, 1]: NaN");
    // A row that no token asks for may hold anything.
    assert_eq!(text(other.forward(&array![[0, 1]])), "no error");
}
