//! Chapter 5: training against inference. Run it with `cargo run -p ch05`.

pub mod batch;
pub mod classifier;
pub mod corpus;
pub mod grammar;
pub mod language;
pub mod layer;
pub mod network;
pub mod read;
mod reports;
pub mod reviews;
pub mod speaking;
pub mod training;

use chapter::{Chapter, Report};
use rand::{SeedableRng, rngs::ChaCha8Rng};

/// What the reader may change.
#[derive(clap::Args, Clone, Debug)]
pub struct Parameters {
    /// Leave the training out, which takes nearly all of the time
    #[arg(long)]
    pub skip_training: bool,
}

impl Chapter for Parameters {
    const NAME: &'static str = "ch05";
    const TITLE: &'static str = "Chapter 5: training against inference";

    fn run(&self, seed: u64, report: &mut Report) -> chapter::Result {
        if !self.skip_training {
            reports::classifiers(seed, report)?;
            reports::languages(seed, report)?;
        }
        Ok(())
    }
}

/// Independent random numbers for each run of an experiment.
fn rng(seed: u64, run: usize) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(run as u64);
    rng
}
