//! Chapter 5: what does a word cost?

use std::iter::zip;

use ndarray::{Array1, Array2, Array3, ArrayRef1, ArrayRef2, ArrayRef3, Axis, s};
use rand::{Rng, RngExt};
use rnn::{KvCache, SelfAttention};

use crate::{Slip, compare::compare, rng};

/// How many numbers a recurrent network and attention hold between two words.
///
/// # Errors
/// Where an answer is wrong.
pub fn held(held: impl Fn(usize, usize, usize) -> [usize; 2]) -> Result<(), Slip> {
    let mut rng = rng()?;
    // Unequal, or some slips give the same number.
    let sizes: Vec<[usize; 3]> = (0..3)
        .map(|n| [rng.random_range(30..60), 5 + 2 * n + rng.random_range(0..2), 3 + n])
        .collect();
    let mut right = Array2::zeros((sizes.len(), 2));
    for (mut right, &[words, size, layers]) in zip(right.rows_mut(), &sizes) {
        right[0] = layers * size;
        right[1] = layers * kept(words, size, &mut rng)?;
    }
    let of = |held: &dyn Fn(usize, usize, usize) -> [usize; 2]| {
        let rows: Vec<_> = sizes.iter().map(|&[w, s, l]| held(w, s, l)).collect();
        Array2::from(rows)
    };
    let slips = [
        (
            of(&|w, s, l| [w * l * s, 2 * w * l * s]),
            "to go on, a recurrent network needs its last state only. Training keeps all of them.",
        ),
        (of(&|w, s, l| [l * s, w * l * s]), "each word leaves a key and a value."),
        (of(&|w, s, l| [l * s, 3 * w * l * s]), "a query is asked once, and not needed again."),
        (of(&|w, s, _| [s, 2 * w * s]), "each layer has a state, or keys and values, of its own."),
        (of(&|w, s, l| [l * s, 2 * w * s]), "each layer has keys and values of its own."),
        (of(&|w, s, l| [s, 2 * w * l * s]), "each layer has a state of its own."),
        (
            of(&|w, s, l| [l * s, l * (2 * w * s + w * w)]),
            "the scores of earlier words are not needed again. Only their keys and values are.",
        ),
        (of(&|w, s, l| [2 * w * l * s, l * s]), "the two have changed places."),
    ];
    let case = format!("After [words, size, layers] = {sizes:?}, [recurrent, attention]:");
    compare(case, &of(&|w, s, l| held(w, s, l)), &right, &slips)
}

/// The numbers that a layer of attention really keeps.
fn kept(words: usize, size: usize, rng: &mut impl Rng) -> Result<usize, rnn::Error> {
    let attention = SelfAttention::<f64>::new(2, size, true, rng)?;
    let mut cache = KvCache::new(size);
    for x in matrix(words, 2, rng).rows() {
        attention.step(&x, &mut cache)?;
    }
    Ok(cache.float_count())
}

/// What one query gets from the keys and values of all words.
///
/// # Errors
/// Where an answer is wrong.
pub fn attend(
    attend: impl Fn(&Array1<f64>, &Array2<f64>, &Array2<f64>) -> Array1<f64>,
) -> Result<(), Slip> {
    let mut rng = rng()?;
    for (words, size) in [(5, 7), (3, 2)] {
        let (query, keys) = (numbers(size, &mut rng), matrix(words, size, &mut rng));
        let values = matrix(words, size, &mut rng);
        let root = (size as f64).sqrt();
        let scores = keys.dot(&query);
        let mixed = |scores: &Array1<f64>| softmax(scores).dot(&values);
        let exp = (&scores / root).exp();
        let slips = [
            (mixed(&scores), "the scores are not divided by the square root of the size."),
            (
                mixed(&(&scores / size as f64)),
                "divide by the square root of the size, not by the size.",
            ),
            (
                mixed(&(&scores / (words as f64).sqrt())),
                "divide by the square root of the size, not of the number of words.",
            ),
            ((&scores / root).dot(&values), "softmax is missing: the scores are no weights yet."),
            (exp.dot(&values), "the weights do not add up to 1: divide them by their sum."),
            (
                (&exp / exp.fold(0.0, |max: f64, &exp| max.max(exp))).dot(&values),
                "the weights do not add up to 1: divide them by their sum.",
            ),
            (
                (&scores / scores.sum()).dot(&values),
                "the exponential is missing. Without it a weight can be below zero.",
            ),
            (
                softmax(&(&scores / root)).dot(&keys),
                "the keys decide on the weights. What is mixed are the values.",
            ),
            (
                softmax(&(values.dot(&query) / root)).dot(&values),
                "the query looks at the keys, not at the values.",
            ),
            (
                values.mean_axis(Axis(0)).unwrap_or_default(),
                "that is the plain mean of the values. The scores are not used.",
            ),
            (
                values.row(best(&scores)).to_owned(),
                "that is the value of the best key alone. Softmax mixes all of them.",
            ),
        ];
        let case = format!("A query to {words} words, of size {size}:");
        let right = mixed(&(&scores / root));
        compare(case, &attend(&query, &keys, &values), &right, &slips)?;
    }
    large_scores(attend, &mut rng)
}

/// `exp(1000)` is larger than any `f64`.
fn large_scores(
    attend: impl Fn(&Array1<f64>, &Array2<f64>, &Array2<f64>) -> Array1<f64>,
    rng: &mut impl Rng,
) -> Result<(), Slip> {
    let (keys, values) = (matrix(6, 4, rng) + 3.0, matrix(6, 4, rng));
    for (number, why) in [
        (1_000.0, "exp of such a score is larger than any f64"),
        (
            -1_000.0,
            "exp of all such scores is 0, and so is their sum. The largest may be below zero",
        ),
    ] {
        let query = Array1::from_elem(4, number);
        let found = attend(&query, &keys, &values);
        let case = format!("A query of {number}s, with scores in the thousands:");
        if found.iter().any(|number| !number.is_finite()) {
            return Err(Slip::new(format!(
                "{case}\n  came      {found:.4}\nLikely: {why}. Take the largest score from all of them \
                 first: softmax stays the same."
            )));
        }
        compare(case, &found, &softmax(&(keys.dot(&query) / 2.0)).dot(&values), &[])?;
    }
    Ok(())
}

fn best(scores: &ArrayRef1<f64>) -> usize {
    zip(scores, 0..).max_by(|(a, _), (b, _)| a.total_cmp(b)).map_or(0, |(_, word)| word)
}

fn softmax(scores: &ArrayRef1<f64>) -> Array1<f64> {
    let exp = (scores - scores.fold(f64::NEG_INFINITY, |max, &score| max.max(score))).exp();
    &exp / exp.sum()
}

const LOUD: &str = "\nLikely: a score that is to be hidden still goes through softmax, and leaves nothing to \
                    the others. Dividing again comes too late: hide the score before.";

const NO_NUMBER: &str = "\nLikely: the score of a hidden word is not minus infinity, from which exp makes 0. Or all \
                         words are hidden from one, though it may look at itself.";

/// Causal attention, handed out with a leak.
///
/// # Errors
/// Where an answer is wrong.
pub fn mask(
    attention: impl Fn(&Array2<f64>, &Array2<f64>, &Array2<f64>) -> Array2<f64>,
) -> Result<(), Slip> {
    let mut rng = rng()?;
    for words in [4, 6] {
        let layer = SelfAttention::<f64>::new(2, 3, true, &mut rng)?;
        let x = Array3::from_shape_simple_fn((1, words, 2), || rng.random_range(-2.0..2.0));
        let of = |linear: &rnn::Linear<f64>| -> Array2<f64> {
            x.index_axis(Axis(0), 0).dot(&linear.weight.t()) + &linear.bias
        };
        let (queries, keys, values) = (of(&layer.query), of(&layer.key), of(&layer.value));
        let right = only(&layer.forward(&x)?);
        let scores = queries.dot(&keys.t()) / 3_f64.sqrt();
        let of_weights = |weights: &dyn Fn(usize, Array1<f64>) -> Array1<f64>| {
            let mut output = Array2::zeros(values.dim());
            for (t, mut output) in output.rows_mut().into_iter().enumerate() {
                output.assign(&weights(t, scores.row(t).to_owned()).dot(&values));
            }
            output
        };
        let seen = |sees: &dyn Fn(usize, usize) -> bool| {
            of_weights(&|t, mut scores| {
                for (_, score) in scores.iter_mut().enumerate().filter(|(s, _)| !sees(t, *s)) {
                    *score = f64::NEG_INFINITY;
                }
                softmax(&scores)
            })
        };
        let slips = [
            (
                of_weights(&|t, scores| without_later(t, softmax(&scores))),
                "the weights of a word add up to less than 1. Softmax has shared them out among later \
                 words too, before they were hidden.",
            ),
            (
                of_weights(&|t, scores| softmax(&without_later(t, scores))),
                "a score of 0 is not hidden: exp(0) is 1. What is hidden has the weight 0.",
            ),
            (seen(&|_, _| true), "nothing is hidden: each word sees all later ones."),
            (seen(&|t, s| s <= t + 1), "each word sees the next one. That is the answer."),
            (seen(&|t, s| s >= t), "what is hidden and what is seen have changed places."),
        ];
        let found = attention(&queries, &keys, &values);
        let case = format!("Causal attention over {words} words:");
        compare(case, &found, &right, &slips).map_err(|slip| {
            let nan = found.iter().any(|number| number.is_nan());
            Slip::new(format!("{slip}{}", if nan { NO_NUMBER } else { "" }))
        })?;

        // The same, where the last word has a score of thousands with each other.
        let (queries, mut keys) = (queries.mapv(f64::abs), keys);
        keys.row_mut(words - 1).fill(1e4);
        let scores = queries.dot(&keys.t()) / 3_f64.sqrt();
        let mut right = Array2::zeros(values.dim());
        for (t, mut right) in right.rows_mut().into_iter().enumerate() {
            let seen = softmax(&scores.slice(s![t, ..=t]).to_owned());
            right.assign(&seen.dot(&values.slice(s![..=t, ..])));
        }
        let found = attention(&queries, &keys, &values);
        let case = format!("{words} words, the last with a score of thousands:");
        compare(case, &found, &right, &[]).map_err(|slip| Slip::new(format!("{slip}{LOUD}")))?;
    }
    Ok(())
}

/// A row of numbers with zeros for later words.
fn without_later(t: usize, mut row: Array1<f64>) -> Array1<f64> {
    row.iter_mut().skip(t + 1).for_each(|number| *number = 0.0);
    row
}

/// A network that reads a sentence and gives a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Of each number of the words' vectors the largest.
    Largest,
    /// Attention, not causal: the mean of its outputs at all words.
    AttentionMean,
    /// Causal attention, read at the last word.
    CausalLast,
    /// Causal attention: the mean of its outputs at all words.
    CausalMean,
    /// The last state of the recurrence h' = h + W x.
    Sum,
    /// The last state of the recurrence h' = h / 2 + W x.
    Decay,
}

/// Which networks can tell a sentence from one with the same words in another order?
///
/// # Errors
/// Where an answer is wrong.
pub fn twins(tells_apart: impl Fn(Network) -> bool) -> Result<(), Slip> {
    use Network::{AttentionMean, CausalLast, CausalMean, Decay, Largest, Sum};
    let mut rng = rng()?;
    let networks = [Largest, AttentionMean, Sum, CausalLast, Decay, CausalMean];
    let mut wrong = Vec::new();
    for network in networks {
        if differs(network, &mut rng)? != tells_apart(network) {
            wrong.push(network);
        }
    }
    let Some(first) = wrong.first() else { return Ok(()) };
    let count = format!("{} of {} are right.", networks.len() - wrong.len(), networks.len());
    // Where many are wrong no reason is given: there are two answers only, to be thought about first.
    if wrong.len() > 2 {
        return Err(Slip::new(count));
    }
    let likely = match first {
        Largest => "the largest of some numbers is the same, in whatever order they come.",
        AttentionMean => {
            "where all words look at all, the outputs change places together with their words."
        }
        Sum => {
            "what is only added up comes to the same in any order. That it is recurrent does not help."
        }
        CausalLast => {
            "a mask hides later words. For the last word there are none, and a weighted sum does not know \
             the order."
        }
        Decay => "a word that has come earlier has been through more steps by the end.",
        CausalMean => "which words a word sees depends on what has come before it.",
    };
    Err(Slip::new(format!("{count}\nLikely: {likely}")))
}

/// Whether a network as drawn gives something else for a sentence when two of its words change
/// places. Both have the same last word.
fn differs(network: Network, rng: &mut impl Rng) -> Result<bool, rnn::Error> {
    let words = matrix(7, 3, rng);
    let mut twin = words.clone();
    twin.row_mut(1).assign(&words.row(4));
    twin.row_mut(4).assign(&words.row(1));
    let causal = matches!(network, Network::CausalLast | Network::CausalMean);
    let attention = SelfAttention::<f64>::new(3, 4, causal, rng)?;
    let w = matrix(4, 3, rng);
    let attended = |words: &Array2<f64>| -> Result<Array2<f64>, rnn::Error> {
        Ok(only(&attention.forward(&words.clone().insert_axis(Axis(0)))?))
    };
    let folded = |words: &Array2<f64>, keep: f64| {
        words.rows().into_iter().fold(Array1::zeros(4), |h, x| keep * h + w.dot(&x))
    };
    let read = |words: &Array2<f64>| -> Result<Array1<f64>, rnn::Error> {
        Ok(match network {
            Network::Largest => words.map_axis(Axis(0), |column| {
                column.fold(f64::NEG_INFINITY, |max, &number| max.max(number))
            }),
            Network::AttentionMean | Network::CausalMean => mean(&attended(words)?),
            Network::CausalLast => attended(words)?.row(words.nrows() - 1).to_owned(),
            Network::Sum => folded(words, 1.0),
            Network::Decay => folded(words, 0.5),
        })
    };
    Ok((read(&words)? - read(&twin)?).iter().any(|difference| difference.abs() > 1e-9))
}

fn mean(rows: &ArrayRef2<f64>) -> Array1<f64> {
    rows.sum_axis(Axis(0)) / rows.nrows() as f64
}

/// The only sequence of a batch.
fn only(batch: &ArrayRef3<f64>) -> Array2<f64> {
    batch.index_axis(Axis(0), 0).to_owned()
}

/// The mean surprise of a model about the words of a text.
///
/// # Errors
/// Where an answer is wrong.
pub fn surprise(surprise: impl Fn(&Array2<f64>, &[usize]) -> f64) -> Result<(), Slip> {
    let mut rng = rng()?;
    for _ in 0..3 {
        let steps = rng.random_range(6..10);
        let mut probabilities = Array2::zeros((steps, 5));
        for mut row in probabilities.rows_mut() {
            row.assign(&softmax(&numbers(5, &mut rng)));
        }
        let text: Vec<usize> = (0..=steps).map(|_| rng.random_range(0..5)).collect();
        let of = |shift: usize| -> Array1<f64> {
            (0..steps).map(|t| probabilities[[t, text[t + shift]]]).collect()
        };
        let mean = |numbers: &Array1<f64>| numbers.sum() / steps as f64;
        let right = -mean(&of(1).ln());
        let slips = [
            (-right, "the sign is turned. What is unlikely surprises more."),
            (right / 2_f64.ln(), "those are bits. The book counts in nats, with the natural log."),
            (right * steps as f64, "that is the sum. The mean is asked for."),
            (
                right * steps as f64 / (steps + 1) as f64,
                "nobody foretells the first word, so there is one surprise less than words.",
            ),
            (-mean(&of(0).ln()), "row t foretells the word that comes after word t."),
            (-mean(&of(1)).ln(), "first the logarithm, then the mean."),
            (mean(&of(1)), "that is the mean probability. Its logarithm is missing."),
            (right.exp(), "that is the perplexity. The surprise is its logarithm."),
            (
                -probabilities.iter().map(|p| p * p.ln()).sum::<f64>() / steps as f64,
                "that is what the model expects to be surprised. The text has not been looked at.",
            ),
        ];
        let case = format!(
            "A text of {} words, {text:?}. Row 0 says {:.3}.\nThe mean surprise:",
            text.len(),
            probabilities.row(0)
        );
        compare(case, &surprise(&probabilities, &text), &right, &slips)?;
    }
    Ok(())
}

fn numbers(count: usize, rng: &mut impl Rng) -> Array1<f64> {
    Array1::from_shape_simple_fn(count, || rng.random_range(-2.0..2.0))
}

fn matrix(rows: usize, columns: usize, rng: &mut impl Rng) -> Array2<f64> {
    Array2::from_shape_simple_fn((rows, columns), || rng.random_range(-2.0..2.0))
}
