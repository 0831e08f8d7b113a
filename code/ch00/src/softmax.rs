//! From numbers to probabilities, and what a wrong answer costs.

use ndarray::Array1;

/// Probabilities from logits: positive, and together one.
///
/// ```text
/// p_c = exp(y_c) / Σ_k exp(y_k)
/// ```
// ANCHOR: softmax
pub fn softmax(logits: &Array1<f64>) -> Array1<f64> {
    let exponentials = logits.exp();
    &exponentials / exponentials.sum()
}
// ANCHOR_END: softmax

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{Axis, array};
    use rnn::cross_entropy;

    use super::*;

    #[test]
    fn it_is_what_the_library_takes_the_logarithm_of() {
        let logits = array![2.0, 1.0, -1.0];
        let p = softmax(&logits);
        let (loss, gradient) = cross_entropy(&logits.insert_axis(Axis(0)), &[1]).unwrap();
        assert_abs_diff_eq!(loss, -p[1].ln(), epsilon = 1e-12);
        assert_abs_diff_eq!(gradient.row(0), p - array![0.0, 1.0, 0.0], epsilon = 1e-12);
    }
}
