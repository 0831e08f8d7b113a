//! The random numbers of a chapter.

use rand::{SeedableRng, rngs::ChaCha8Rng};

/// Random numbers for one run of an experiment. Those of another run of the same seed are independent.
pub fn rng(seed: u64, run: usize) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(run as u64);
    rng
}
