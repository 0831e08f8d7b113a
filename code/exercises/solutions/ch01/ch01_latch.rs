//! # Which weight holds a bit?
//!
//! Goal: predict what a neuron remembers, before you run it.
//! Section: ch01-hidden-state.md#the-latch-memory-is-not-gradient
//! Time: 5 minutes
//!
//! A neuron has one weight, from itself to itself, and no input: h' = tanh(w h). h starts at 0.5.
//! (No weight between 0.9 and 1.1 is asked for, nor between -1.1 and -0.9.)

/// Whether the state is above 0.1 after each of 1,000 steps.
fn holds(w: f64) -> bool {
    // --- Your code begins here.
    // gap| // TODO: say for which weights w that is so.
    // gap| todo!()
    w > 1.0
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch01};

    #[test]
    fn ch01_latch() -> Result<(), Slip> {
        ch01::latch(super::holds)
    }
}
