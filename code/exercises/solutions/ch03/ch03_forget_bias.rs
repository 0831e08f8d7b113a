//! # How open must a gate be?
//!
//! Goal: choose the bias with which an LSTM keeps as much as you want.
//! Section: ch03-any-length.md#do-gates-remember-longer
//! Time: 10 minutes
//!
//! Take a forget gate of σ(b) and nothing else: at each step the cell state is multiplied by it. Guess the
//! bias for half of the state after 50 steps. Then write the formula. (The second hint has the number.)

/// The forget bias b with which `share` of the cell state is left after so many steps.
fn bias(share: f64, steps: usize) -> f64 {
    // --- Your code begins here.
    // gap| // TODO: first the gate, then the bias that makes it.
    // gap| todo!()
    let gate = share.powf(1.0 / steps as f64);
    (gate / (1.0 - gate)).ln()
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch03};

    #[test]
    fn ch03_forget_bias() -> Result<(), Slip> {
        ch03::forget_bias(super::bias)
    }
}
