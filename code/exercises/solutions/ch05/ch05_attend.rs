//! # One question to all words
//!
//! Goal: write attention for one word.
//! Section: ch05-training-and-inference.md#the-next-word
//! Time: 15 minutes
//!
//! The query of a word looks at the keys of all words: a score is the product of query and key, divided by
//! the square root of their size. Softmax makes weights of the scores, and the output is the values, mixed
//! by these weights. (Chapter 4 has the formula, under "Attention has no chain".) Some scores here are in
//! the thousands, above zero or below.

use ndarray::{Array1, Array2};

/// The output for a `query` `[D]`. `keys` and `values` are `[T, D]`, a row for each word.
fn attend(query: &Array1<f64>, keys: &Array2<f64>, values: &Array2<f64>) -> Array1<f64> {
    // --- Your code begins here.
    // gap| // TODO: scores, weights, and the mixed values. `keys.dot(query)` multiplies each row with the query.
    // gap| todo!()
    let scores = keys.dot(query) / (query.len() as f64).sqrt();
    let largest = scores.fold(f64::NEG_INFINITY, |largest, &score| largest.max(score));
    let exp = (scores - largest).exp();
    let weights = &exp / exp.sum();
    weights.dot(values)
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch05};

    #[test]
    fn ch05_attend() -> Result<(), Slip> {
        ch05::attend(super::attend)
    }
}
