//! Layers on top of each other, and what they change.

use ndarray::Axis;
use rand::Rng;
use rnn::{Error, Rnn};

use crate::normal;

/// The rounds in which each layer can compute each step, `[layers][steps]`, if as much as possible
/// is computed at once: a step waits for the one before it and for the layer below.
// ANCHOR: rounds
pub fn rounds(layers: usize, steps: usize) -> Vec<Vec<usize>> {
    let mut rounds = vec![vec![0; steps]; layers];
    for layer in 0..layers {
        for t in 0..steps {
            let below = if layer > 0 { rounds[layer - 1][t] } else { 0 };
            let before = if t > 0 { rounds[layer][t - 1] } else { 0 };
            rounds[layer][t] = below.max(before) + 1;
        }
    }
    rounds
}
// ANCHOR_END: rounds

/// What is left, after each step, of the difference that another first input makes to the top layer:
/// relative to where it is largest.
///
/// # Errors
/// Where a size is zero.
pub fn effect(
    layers: usize,
    [input, hidden, steps]: [usize; 3],
    rng: &mut impl Rng,
) -> Result<Vec<f64>, Error> {
    let rnn = Rnn::stacked(input, hidden, layers, false, rng)?;
    let one = normal((1, steps, input), rng);
    let mut other = one.clone();
    other.index_axis_mut(Axis(1), 0).assign(&normal((1, 1, input), rng).index_axis(Axis(1), 0));
    let apart = rnn.forward(&one, None)?.0 - rnn.forward(&other, None)?.0;
    let distances = apart.index_axis(Axis(0), 0).map_axis(Axis(1), |row| row.dot(&row).sqrt());
    let largest = distances.iter().fold(0.0, |largest: f64, distance| largest.max(*distance));
    Ok((distances / largest).to_vec())
}

/// After how many steps all effects are below a level.
pub fn steps_until_below(effect: &[f64], level: f64) -> usize {
    effect.iter().rposition(|left| *left >= level).map_or(0, |last| last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagonal_is_computed_at_once() {
        assert_eq!(rounds(2, 3), [[1, 2, 3], [2, 3, 4]]);
    }

    #[test]
    fn an_effect_that_comes_back_was_not_forgotten() {
        assert_eq!(steps_until_below(&[0.5, 0.001, 1.0, 0.1, 0.001], 0.01), 4);
        assert_eq!(steps_until_below(&[0.001], 0.01), 0);
    }
}
