//! # All states at once
//!
//! Goal: take all steps of a nonlinear network at once, from a guess.
//! Section: ch04-what-must-wait.md#must-a-nonlinear-network-wait
//! Time: 15 minutes
//!
//! Somebody has guessed all states. In one sweep every state is computed anew, each from the *guess* of the
//! state before it. Nothing waits.

use ndarray::{Array1, Array2};
use rnn::{Error, RnnCell};

/// The states `[T, H]` after a sweep. Row t of `guess` `[T, H]` is the guessed state after step t, and `h_0`
/// the state before step 0, which is known. `x` is `[T, D]`.
fn sweep(
    cell: &RnnCell<f64>,
    x: &Array2<f64>,
    h_0: &Array1<f64>,
    guess: &Array2<f64>,
) -> Result<Array2<f64>, Error> {
    let mut states = Array2::<f64>::zeros(guess.dim());
    // --- Your code begins here.
    // gap| // TODO: fill row t with `cell.step(&x.row(t), …)?`.
    // gap| todo!()
    for t in 0..x.nrows() {
        let before = if t == 0 { h_0.view() } else { guess.row(t - 1) };
        states.row_mut(t).assign(&cell.step(&x.row(t), &before)?);
    }
    Ok(states)
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch04};

    #[test]
    fn ch04_sweep() -> Result<(), Slip> {
        ch04::sweep(super::sweep)
    }
}
