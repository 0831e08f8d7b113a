//! The trainings of the chapter, as they are reported.

mod classifiers;
mod equals;
mod languages;
mod longer;

pub use classifiers::classifiers;
pub use equals::equals;
pub use languages::languages;
pub use longer::longer;

/// Sentences that every network learns from.
const SENTENCES: usize = 4_000;

/// Every network with every run.
fn each<T: Copy>(networks: impl IntoIterator<Item = T>, runs: usize) -> Vec<(T, usize)> {
    networks.into_iter().flat_map(|network| (0..runs).map(move |run| (network, run))).collect()
}

/// The means of so many losses in a row, over the update in their middle.
fn smooth(losses: &[f64]) -> impl Iterator<Item = (f64, f64)> + '_ {
    const TOGETHER: usize = 50;
    losses.chunks_exact(TOGETHER).enumerate().map(|(chunk, losses)| {
        let middle = (chunk as f64 + 0.5) * TOGETHER as f64;
        (middle, losses.iter().sum::<f64>() / TOGETHER as f64)
    })
}
