//! # How surprised is it?
//!
//! Goal: compute the loss of a language model.
//! Section: ch05-training-and-inference.md#a-grammars-own-surprise
//! Time: 10 minutes
//!
//! After each word a model says how likely each word of its vocabulary is to be the next. Its surprise about
//! the word that comes is the logarithm of one over the probability that it gave to it. The loss is the
//! mean surprise, in nats.

use ndarray::Array2;

/// The mean surprise. Row t of `probabilities` `[T, V]` is what the model says after word t of the
/// `text`, which has T + 1 words. Words are numbers below V.
fn surprise(probabilities: &Array2<f64>, text: &[usize]) -> f64 {
    // --- Your code begins here.
    // gap| // TODO: look up the probability of each word that came.
    // gap| todo!()
    let steps = probabilities.nrows();
    let surprises = (0..steps).map(|t| -probabilities[[t, text[t + 1]]].ln());
    surprises.sum::<f64>() / steps as f64
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch05};

    #[test]
    fn ch05_surprise() -> Result<(), Slip> {
        ch05::surprise(super::surprise)
    }
}
