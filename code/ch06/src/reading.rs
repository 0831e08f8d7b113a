//! Which steps has a result read? Those that change it.

use ndarray::{Array1, Array3, Axis};
use rnn::Error;

/// How far a result moves, in its largest entry, when a step of the input `[N, T, D]` is nudged:
/// one number for each sequence and step, `[N][T]`. Exactly zero: the result has not read it.
///
/// # Errors
/// Those of the network.
// ANCHOR: effects
pub fn effects(
    x: &Array3<f64>,
    result: impl Fn(&Array3<f64>) -> Result<Array1<f64>, Error>,
) -> Result<Vec<Vec<f64>>, Error> {
    let before = result(x)?;
    let effect = |n: usize, t: usize| {
        let mut nudged = x.clone();
        nudged.index_axis_mut(Axis(0), n).row_mut(t).mapv_inplace(|x| x + NUDGE);
        let moved = result(&nudged)? - &before;
        Ok(moved.iter().fold(0.0, |largest: f64, moved| largest.max(moved.abs())))
    };
    let (sequences, steps, _) = x.dim();
    (0..sequences).map(|n| (0..steps).map(|t| effect(n, t)).collect()).collect()
}
// ANCHOR_END: effects

/// About the size of the inputs.
const NUDGE: f64 = 1.0;

/// How many steps of a sequence a result has read.
pub fn steps_read(effects: &[f64]) -> usize {
    effects.iter().filter(|effect| **effect > 0.0).count()
}
