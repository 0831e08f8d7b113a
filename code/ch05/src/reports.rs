//! The trainings of the chapter, as they are reported.

mod classifiers;
mod languages;

pub use classifiers::classifiers;
pub use languages::languages;

use chapter::format::{Value, percent};

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

/// A share to the nearest twentieth. Trainings differ in their last digits from machine to machine,
/// and the chapter says no more than is the same on all.
fn about(share: f64) -> Value {
    percent((20.0 * share).round() / 20.0, 0)
}
