//! # Nudge each weight
//!
//! Goal: compute a gradient without deriving anything.
//! Section: ch02-parameter-sharing.md#back-propagation-through-time
//! Time: 10 minutes
//!
//! A gradient that was derived on paper can be wrong. Finite differences hardly can: nudge one weight up
//! and down, and see how much the loss moves. This is how gradients are tested.

use ndarray::Array1;

/// The central finite difference by each weight: the loss with this weight larger by `nudge`, less
/// the loss with it smaller by `nudge`, over the distance between the two.
fn gradient(loss: &dyn Fn(&Array1<f64>) -> f64, w: &Array1<f64>, nudge: f64) -> Array1<f64> {
    // --- Your code begins here.
    // gap| // TODO: nudge one weight at a time.
    // gap| todo!("nudge {w} by {nudge}, where the loss is {}", loss(w))
    let nudged = |k: usize, by: f64| {
        let mut w = w.clone();
        w[k] += by;
        loss(&w)
    };
    (0..w.len()).map(|k| (nudged(k, nudge) - nudged(k, -nudge)) / (2.0 * nudge)).collect()
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch02};

    #[test]
    fn ch02_finite() -> Result<(), Slip> {
        ch02::finite(super::gradient)
    }
}
