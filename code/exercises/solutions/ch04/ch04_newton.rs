//! # An iteration of Newton's method
//!
//! Goal: correct a sweep by the derivative.
//! Section: ch04-what-must-wait.md#newtons-method
//! Time: 15 minutes
//!
//! A sweep takes the state before as it was guessed, and the guess is wrong. By the derivative one knows how
//! much difference that makes: h_t = f_t + (1 - f_t^2) w (h_(t-1) - guess_(t-1)), where f_t is the state of
//! the sweep. Here the network has one unit, and its state before step 0 is 0, which is certain. What
//! comes out is an approximation, and may lie beyond 1.

use ndarray::Array1;

/// The states after an iteration, for h_t = tanh(w h_(t-1) + z_t). `guess[t]` is the guess of h_t.
fn iteration(w: f64, z: &Array1<f64>, guess: &Array1<f64>) -> Array1<f64> {
    let mut h = Array1::<f64>::zeros(z.len());
    // --- Your code begins here.
    // gap| // TODO: at each step the sweep's state, and its correction. At step 0 there is nothing to correct.
    // gap| todo!()
    h[0] = z[0].tanh();
    for t in 1..z.len() {
        let f = (w * guess[t - 1] + z[t]).tanh();
        h[t] = f + (1.0 - f * f) * w * (h[t - 1] - guess[t - 1]);
    }
    h
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch04};

    #[test]
    fn ch04_newton() -> Result<(), Slip> {
        ch04::newton(super::iteration)
    }
}
