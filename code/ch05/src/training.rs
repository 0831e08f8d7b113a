//! How the networks of this chapter are trained.

use rnn::{Adam, Error, Real, clip_grad_norm};

use tasks::training::{self, Until};

use crate::{batch::Batch, network::Network};

/// Sentences in an update.
pub const BATCH: usize = 32;

/// How a network is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    /// The learning rate of Adam.
    pub learning_rate: f64,
    /// Updates in all.
    pub updates: usize,
    /// Over so many updates at the end the learning rate falls to zero.
    pub falling: usize,
}

impl Recipe {
    /// The learning rate after so many updates.
    pub fn rate(&self, updates: usize) -> f64 {
        let left = (self.updates - updates) as f64;
        self.learning_rate * (left / self.falling as f64).min(1.0)
    }
}

/// Trains a network on batches with their targets, and returns the loss before each update.
///
/// # Errors
/// Where a shape does not fit, or something is not finite.
pub fn train<F: Real>(
    network: &mut Network<F>,
    recipe: &Recipe,
    mut draw: impl FnMut() -> (Batch, Vec<usize>),
    mut after_update: impl FnMut(),
) -> Result<Vec<f64>, Error> {
    let mut adam = Adam::new(F::from_f64(recipe.learning_rate));
    let course = training::train(&Until::after(recipe.updates), |update| {
        let (batch, targets) = draw();
        let (loss, mut gradient) = network.gradient(&batch, &targets)?;
        clip_grad_norm(&mut gradient, F::one())?;
        adam.learning_rate = F::from_f64(recipe.rate(update));
        adam.step(network, &gradient)?;
        after_update();
        Ok(loss.into())
    })?;
    Ok(course.losses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_falls_at_the_end() {
        let recipe = Recipe { learning_rate: 0.5, updates: 10, falling: 4 };
        let rates = [0, 5, 6, 8, 9].map(|update| recipe.rate(update));
        assert_eq!(rates, [0.5, 0.5, 0.5, 0.25, 0.125]);
    }
}
