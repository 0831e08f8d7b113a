//! # Does sweeping pay?
//!
//! Goal: tell from an exponent how many sweeps it takes, and when the exponent does not tell.
//! Section: ch04-what-must-wait.md#what-sweeps-cannot-guess
//! Time: 15 minutes
//!
//! All states are guessed to be 0, and swept until each is right to within a millionth. With a processor for
//! each step a sweep takes no longer than a step of the loop, so sweeping pays where there are fewer sweeps
//! than steps. Say how many there will be. A third more or less will do. (The formula is in the section "Which
//! networks need not wait?")
//!
//! The linear recurrence is h' = a h + x, with random inputs. The latch is h' = tanh(2 h + x). At step 0, and
//! again after every `gap` steps, an input of 20 or of -20 writes a bit into it, and all other inputs are 0.
//! Its Lyapunov exponent is about -1.8.

use exercises::ch04::Recurrence;

/// How close a state has to come.
const TOLERANCE: f64 = 1e-6;

/// The sweeps over `steps` steps.
fn sweeps(recurrence: Recurrence, steps: usize) -> usize {
    // --- Your code begins here.
    // TODO: predict. The exponent of the linear one is the logarithm of the size of `a`.
    match recurrence {
        Recurrence::Linear { a } => todo!(),
        Recurrence::Latch { gap } => todo!(),
    }
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch04};

    #[test]
    fn ch04_pays() -> Result<(), Slip> {
        ch04::pays(super::sweeps)
    }
}
