//! # Bounded, and yet it explodes
//!
//! Goal: build a network that tanh does not tame.
//! Section: ch01-hidden-state.md#what-tanh-bounds-and-what-it-does-not
//! Time: 15 minutes
//!
//! tanh keeps each state between -1 and 1. It does not keep the derivative small. Find a cell for which the
//! derivative of the state after 100 steps, by the first state, has a norm above a million (the root of
//! the sum of its squared entries). The cell reads random inputs between -1 and 1, and starts from a random
//! state.

use rand::Rng;
use rnn::{Error, RnnCell};

/// A cell with one input and as many units as you like.
fn draw(mut rng: &mut dyn Rng) -> Result<RnnCell<f64>, Error> {
    // --- Your code begins here.
    // gap| // TODO: change the cell so that the derivative grows.
    // gap| RnnCell::new(1, 64, &mut rng)
    let mut cell = RnnCell::new(1, 64, &mut rng)?;
    cell.w_hh *= 6.0;
    Ok(cell)
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch01};

    #[test]
    fn ch01_explode() -> Result<(), Slip> {
        ch01::explode(super::draw)
    }
}
