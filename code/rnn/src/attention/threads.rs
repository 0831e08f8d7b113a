//! Work that is done side by side.

use rayon::prelude::*;

use crate::shares::ENOUGH;

/// What becomes of each piece of work, in their order, side by side where they take long enough in
/// all: `multiply_adds`. Pieces know nothing of each other, so the threads change no bit.
pub(super) fn each<W: Send, R: Send>(
    work: Vec<W>,
    multiply_adds: usize,
    run: impl Fn(W) -> R + Sync + Send,
) -> Vec<R> {
    if multiply_adds < ENOUGH || work.len() == 1 || rayon::current_num_threads() == 1 {
        work.into_iter().map(run).collect()
    } else {
        work.into_par_iter().map(run).collect()
    }
}
