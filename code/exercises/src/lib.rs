//! The checks of the exercises: one function for each, which its exercise and its solution both
//! call. A check draws inputs that the learner has not seen, compares what comes with what should
//! come, and says what the likely slip is.
//!
//! The environment variable `EXERCISES_SEED` draws other inputs.

#![warn(missing_docs)]

pub mod ch01;
pub mod ch02;
pub mod ch03;
pub mod ch04;
pub mod ch05;
pub mod ch06;
pub mod ch07;
mod compare;

use std::{env, fmt};

use rand::{SeedableRng, rngs::ChaCha8Rng};

/// What is wrong with an answer, in words for the learner. A test that returns it prints it.
pub struct Slip(String);

impl Slip {
    fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Slip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n\n{self}\n")
    }
}

impl fmt::Display for Slip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Slip {}

/// An error that the library reports while it runs an answer, such as a wrong shape.
impl From<rnn::Error> for Slip {
    fn from(error: rnn::Error) -> Self {
        Self(format!("The library reports: {error}."))
    }
}

/// The random numbers of a check.
fn rng() -> Result<ChaCha8Rng, Slip> {
    let seed = match env::var("EXERCISES_SEED") {
        Ok(seed) => seed.parse().map_err(|_| {
            Slip(format!("EXERCISES_SEED is `{seed}`, and should be a whole number."))
        })?,
        Err(_) => 1,
    };
    Ok(ChaCha8Rng::seed_from_u64(seed))
}
