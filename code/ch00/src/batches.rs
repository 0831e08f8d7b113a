//! The gradient of a batch of sequences in the place of that of all there are.

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::{
    optimisers::{LEARNED, MOST_UPDATES, STAYS},
    surface::{STEPS, Weights, gradient, loss},
};

/// The sizes that are tried.
pub const SIZES: [usize; 3] = [1, 16, 256];

/// The learning rates that each size is tried with.
pub const RATES: [f64; 4] = [3e-4, 1e-3, 2e-3, 3e-3];

/// So often each is tried.
pub const RUNS: usize = 11;

/// The gradient of the squared error of one random sequence, by w and by u: state and sum are carried
/// forwards, and with the state its derivatives by both weights.
// ANCHOR: of_one
pub fn of_one([w, u]: Weights, rng: &mut impl Rng) -> Weights {
    let (mut h, mut sum, mut by_w, mut by_u) = (0.0, 0.0, 0.0, 0.0);
    for _ in 0..STEPS {
        let x: f64 = StandardNormal.sample(rng);
        by_w = h + w * by_w;
        by_u = x + w * by_u;
        h = w * h + u * x;
        sum += x;
    }
    let error = h - sum;
    [2.0 * error * by_w, 2.0 * error * by_u]
}
// ANCHOR_END: of_one

/// The mean of the gradients of so many random sequences.
pub fn of_batch(weights: Weights, size: usize, rng: &mut impl Rng) -> Weights {
    let mut mean = [0.0, 0.0];
    for _ in 0..size {
        let one = of_one(weights, rng);
        mean[0] += one[0] / size as f64;
        mean[1] += one[1] / size as f64;
    }
    mean
}

/// How far the gradients of batches are from the true one, relative to it: the root of the mean square.
pub fn error(weights: Weights, size: usize, rng: &mut impl Rng) -> f64 {
    const BATCHES: usize = 2_000;
    let exact = gradient(weights);
    let squares = (0..BATCHES).map(|_| {
        let found = of_batch(weights, size, rng);
        (found[0] - exact[0]).powi(2) + (found[1] - exact[1]).powi(2)
    });
    let mean = squares.sum::<f64>() / BATCHES as f64;
    mean.sqrt() / exact[0].hypot(exact[1])
}

/// Updates of gradient descent by batches until the true loss is below [`LEARNED`] and stays there, or
/// [`MOST_UPDATES`] where that is not before.
pub fn updates(mut weights: Weights, size: usize, learning_rate: f64, rng: &mut impl Rng) -> usize {
    let mut stayed = 0;
    for updates in 0..MOST_UPDATES {
        // Not a number is no loss below the limit either.
        stayed = if loss(weights) < LEARNED { stayed + 1 } else { 0 };
        if stayed > STAYS {
            return updates - STAYS;
        }
        if !loss(weights).is_finite() {
            break;
        }
        let [by_w, by_u] = of_batch(weights, size, rng);
        weights[0] -= learning_rate * by_w;
        weights[1] -= learning_rate * by_u;
    }
    MOST_UPDATES
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;

    #[test]
    fn the_mean_of_many_is_the_gradient_of_all() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for weights in [[0.5, 1.5], [0.9, 0.3]] {
            let (many, all) = (of_batch(weights, 200_000, &mut rng), gradient(weights));
            for (many, all) in many.into_iter().zip(all) {
                assert_relative_eq!(many, all, epsilon = 0.1, max_relative = 0.03);
            }
        }
    }

    #[test]
    fn sixteen_times_the_batch_is_a_quarter_of_the_error() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let [one, sixteen] = [1, 16].map(|size| error([0.5, 1.5], size, &mut rng));
        assert_relative_eq!(one / sixteen, 4.0, max_relative = 0.15);
    }

    #[test]
    fn what_is_thrown_away_has_not_learned() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert_eq!(updates([0.5, 1.5], 1, 10.0, &mut rng), MOST_UPDATES);
        assert_eq!(updates([1.0, 1.0], 1, 10.0, &mut rng), 0);
    }
}
