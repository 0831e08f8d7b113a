use exercises::ch05::{self, Network};
use ndarray::{Array1, Array2, Axis};

use crate::rejected;

#[test]
fn held() {
    type Wrong = fn(usize, usize, usize) -> [usize; 2];
    let wrong: [(Wrong, &str); 9] = [
        (|w, s, l| [w * s * l, 2 * w * s * l], "needs its last state only"),
        (|w, s, l| [s * l, w * s * l], "a key and a value"),
        (|w, s, l| [s * l, 3 * w * s * l], "a query is asked once"),
        (|w, s, _| [s, 2 * w * s], "of its own"),
        (|w, s, l| [s * l, 2 * w * s], "keys and values of its own"),
        (|w, s, l| [s, 2 * w * s * l], "a state of its own"),
        (|w, s, l| [s * l, (2 * s + w) * w * l], "scores of earlier words"),
        (|w, s, l| [2 * w * s * l, s * l], "have changed places"),
        (|_, _, _| [128, 2_560_000], "[recurrent, attention]"),
    ];
    for (answer, because) in wrong {
        rejected(ch05::held(answer), because);
    }
}

fn exp_shares(scores: Array1<f64>) -> Array1<f64> {
    let exp = (&scores - scores.fold(f64::MIN, |a, &b| a.max(b))).exp();
    &exp / exp.sum()
}

fn root(query: &Array1<f64>) -> f64 {
    (query.len() as f64).sqrt()
}

#[test]
fn attend() {
    type Wrong = fn(&Array1<f64>, &Array2<f64>, &Array2<f64>) -> Array1<f64>;
    let wrong: [(Wrong, &str); 16] = [
        (|q, k, v| exp_shares(k.dot(q) / 2.0).dot(v), "A query to 5 words, of size 7"),
        (|q, k, v| exp_shares(k.dot(q)).dot(v), "not divided by the square root"),
        (|q, k, v| exp_shares(k.dot(q) / q.len() as f64).dot(v), "not by the size"),
        (|q, k, v| exp_shares(k.dot(q) / (k.nrows() as f64).sqrt()).dot(v), "number of words"),
        (|q, k, v| (k.dot(q) / root(q)).dot(v), "no weights yet"),
        (|q, k, v| (k.dot(q) / root(q)).exp().dot(v), "do not add up to 1"),
        (|q, k, v| (k.dot(q) / k.dot(q).sum()).dot(v), "the exponential is missing"),
        (|q, k, _| exp_shares(k.dot(q) / root(q)).dot(k), "What is mixed are the values"),
        (|q, _, v| exp_shares(v.dot(q) / root(q)).dot(v), "not at the values"),
        (|_, _, v| v.sum_axis(Axis(0)) / v.nrows() as f64, "the plain mean"),
        (|q, k, v| exp_shares(1e9 * k.dot(q)).dot(v), "the best key alone"),
        (
            |q, k, v| {
                let exp = (k.dot(q) / root(q)).exp();
                (&exp / exp.sum()).dot(v)
            },
            "larger than any f64",
        ),
        (
            |q, k, v| {
                let scores = k.dot(q) / root(q);
                let exp = (&scores - scores.fold(0.0, |a: f64, &b| a.max(b))).exp();
                (&exp / exp.sum()).dot(v)
            },
            "The largest may be below zero",
        ),
        (
            |q, k, v| {
                let scores = k.dot(q) / root(q);
                (&scores - scores.fold(f64::MIN, |a, &b| a.max(b))).exp().dot(v)
            },
            "do not add up to 1",
        ),
        (|q, _, _| Array1::zeros(q.len() + 1), "The shape should be [7], and is [8]"),
        (|q, _, _| Array1::zeros(q.len()), "A query to 5 words"),
    ];
    for (answer, because) in wrong {
        rejected(ch05::attend(answer), because);
    }
}

/// Attention with something done to the scores of later words, and to the weights behind it.
fn attention(
    [queries, keys, values]: [&Array2<f64>; 3],
    hide: impl Fn(usize, usize, f64) -> f64,
    behind: impl Fn(usize, usize, f64) -> f64,
) -> Array2<f64> {
    let scores = queries.dot(&keys.t()) / (queries.ncols() as f64).sqrt();
    let mut weights = Array2::zeros(scores.dim());
    for (t, mut row) in weights.rows_mut().into_iter().enumerate() {
        let scores = scores.row(t);
        let hidden = scores.iter().enumerate().map(|(s, &score)| hide(t, s, score));
        for (s, weight) in exp_shares(hidden.collect()).into_iter().enumerate() {
            row[s] = behind(t, s, weight);
        }
    }
    weights.dot(values)
}

#[test]
fn mask() {
    type Hide = fn(usize, usize, f64) -> f64;
    let not_at_all: Hide = |_, _, number| number;
    let wrong: [(Hide, Hide, &str); 8] = [
        (not_at_all, |t, s, weight| if s > t { 0.0 } else { weight }, "before they were hidden"),
        (|t, s, score| if s > t { 0.0 } else { score }, not_at_all, "exp(0) is 1"),
        (not_at_all, not_at_all, "nothing is hidden"),
        (
            |t, s, score| if s > t + 1 { f64::NEG_INFINITY } else { score },
            not_at_all,
            "sees the next one",
        ),
        (|t, s, score| if s < t { f64::NEG_INFINITY } else { score }, not_at_all, "changed places"),
        (
            |t, s, score| if s >= t { f64::NEG_INFINITY } else { score },
            not_at_all,
            "may look at itself",
        ),
        (
            |t, s, score| if s > t { f64::INFINITY } else { score },
            not_at_all,
            "is not minus infinity",
        ),
        (
            |t, s, score| if s > t { f64::NAN } else { score },
            not_at_all,
            "came      [[NaN, NaN, NaN],",
        ),
    ];
    for (hide, behind, because) in wrong {
        let answer =
            |q: &Array2<f64>, k: &Array2<f64>, v: &Array2<f64>| attention([q, k, v], hide, behind);
        rejected(ch05::mask(answer), because);
    }
    rejected(ch05::mask(divided_again), "Dividing again comes too late");
}

/// Attention whose weights of later words are set to zero, and the others made to add up to one.
fn divided_again(q: &Array2<f64>, k: &Array2<f64>, v: &Array2<f64>) -> Array2<f64> {
    let mut weights = q.dot(&k.t()) / (q.ncols() as f64).sqrt();
    for (t, mut row) in weights.rows_mut().into_iter().enumerate() {
        let largest = row.fold(f64::NEG_INFINITY, |largest, score| largest.max(*score));
        row.mapv_inplace(|score| (score - largest).exp());
        row.iter_mut().skip(t + 1).for_each(|weight| *weight = 0.0);
        row /= row.sum();
    }
    weights.dot(v)
}

#[test]
fn twins() {
    use Network::{AttentionMean, CausalLast, CausalMean, Decay, Largest, Sum};
    let wrong: [(&[Network], &str); 9] = [
        (&[Largest, AttentionMean, CausalLast, CausalMean, Sum, Decay], "2 of 6 are right"),
        (&[], "4 of 6 are right"),
        (&[Largest, CausalMean, Decay], "5 of 6 are right.\nLikely: the largest of some numbers"),
        (&[AttentionMean, CausalMean, Decay], "change places together with their words"),
        (&[Sum, CausalMean, Decay], "what is only added up"),
        (&[CausalLast, CausalMean, Decay], "For the last word there are none"),
        (&[CausalMean], "has been through more steps"),
        (&[Decay], "which words a word sees"),
        (&[Largest, AttentionMean, CausalLast, Sum], "0 of 6 are right"),
    ];
    for (tell_apart, because) in wrong {
        rejected(ch05::twins(|network| tell_apart.contains(&network)), because);
    }
    // Nobody learns from a guess at all six which of them are wrong.
    let all_wrong = ch05::twins(|network| wrong[8].0.contains(&network)).unwrap_err();
    assert!(!all_wrong.to_string().contains("Likely"), "{all_wrong}");
}

#[test]
fn surprise() {
    fn each(p: &Array2<f64>, text: &[usize]) -> Array1<f64> {
        (0..p.nrows()).map(|t| p[[t, text[t + 1]]]).collect()
    }
    fn mean(numbers: Array1<f64>) -> f64 {
        numbers.sum() / numbers.len() as f64
    }
    type Wrong = fn(&Array2<f64>, &[usize]) -> f64;
    let wrong: [(Wrong, &str); 10] = [
        (|p, text| mean(each(p, text).ln()), "the sign is turned"),
        (|p, text| -mean(each(p, text).log2()), "those are bits"),
        (|p, text| -each(p, text).ln().sum(), "that is the sum"),
        (|p, text| -each(p, text).ln().sum() / text.len() as f64, "one surprise less"),
        (|p, text| mean((0..p.nrows()).map(|t| -p[[t, text[t]]].ln()).collect()), "after word t"),
        (|p, text| -mean(each(p, text)).ln(), "first the logarithm"),
        (|p, text| mean(each(p, text)), "the mean probability"),
        (|p, text| (-mean(each(p, text).ln())).exp(), "the perplexity"),
        (|p, _| -(p * &p.ln()).sum() / p.nrows() as f64, "expects to be surprised"),
        (|_, _| 1.0, "A text of"),
    ];
    for (answer, because) in wrong {
        rejected(ch05::surprise(answer), because);
    }
}
