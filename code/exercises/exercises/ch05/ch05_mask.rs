//! # It knows what comes next
//!
//! Goal: find the leak in an attention that must not see later words.
//! Section: ch05-training-and-inference.md#the-next-word
//! Time: 15 minutes
//!
//! In a causal attention no word looks at later ones. Somebody has set the weights of later words to zero,
//! so the output holds nothing of their values. And yet the output of a word changes when a later word
//! changes. Something else of them gets through. (The mask stands in chapter 4, *Attention has no chain*.)

use ndarray::{Array1, Array2};

/// The outputs `[T, D]` of causal attention. All three arguments are `[T, D]`.
fn attention(queries: &Array2<f64>, keys: &Array2<f64>, values: &Array2<f64>) -> Array2<f64> {
    let mut scores = queries.dot(&keys.t()) / (queries.ncols() as f64).sqrt();
    let mut weights = Array2::<f64>::zeros(scores.dim());
    for t in 0..scores.nrows() {
        // --- Your code begins here.
        // TODO: find the error, and mend it. Row t of `scores` is what word t gives to each word.
        let mut row = softmax(&scores.row(t).to_owned());
        for s in t + 1..row.len() {
            row[s] = 0.0;
        }
        weights.row_mut(t).assign(&row);
        // --- Your code ends here.
    }
    weights.dot(values)
}

/// Weights that add up to 1. Of minus infinity it makes the weight 0.
fn softmax(scores: &Array1<f64>) -> Array1<f64> {
    let largest = scores.fold(f64::NEG_INFINITY, |largest, &score| largest.max(score));
    let exp = (scores - largest).exp();
    &exp / exp.sum()
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch05};

    #[test]
    fn ch05_mask() -> Result<(), Slip> {
        ch05::mask(super::attention)
    }
}
