//! The library's optimisers on the surface, each at several learning rates.

use ndarray::{Array1, ArrayViewD, ArrayViewMutD, arr1};
use rnn::{Adam, Error, Parameters, Sgd, clip_grad_norm};

use crate::surface::{Weights, gradient, loss};

/// The learning rates that each optimiser is tried with.
pub const RATES: [f64; 8] = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3];

/// The share of the velocity that momentum keeps.
pub const MOMENTUM: f64 = 0.9;

/// A loss below this counts as learned: a thousandth of that of a unit that always says zero.
pub const LEARNED: f64 = 0.01;

/// It must stay so for as many updates more: a path that leaps about comes by the lowest point, too.
pub const STAYS: usize = 100;

/// Updates at most.
pub const MOST_UPDATES: usize = 10_000;

/// Weights beyond this are on their way to infinity.
const FAR: f64 = 1e3;

/// How the weights are moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Plain gradient descent.
    Plain,
    /// With momentum.
    Momentum,
    /// Adam, with its usual betas.
    Adam,
}

/// The weights w and u as an array that the library's optimisers move.
struct Unit(Array1<f64>);

impl Parameters<f64> for Unit {
    fn named_parameters(&self) -> Vec<(String, ArrayViewD<'_, f64>)> {
        vec![("weights".into(), self.0.view().into_dyn())]
    }

    fn named_parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, f64>)> {
        vec![("weights".into(), self.0.view_mut().into_dyn())]
    }
}

/// The weights before and after each update, until the loss has stayed below [`LEARNED`], the weights
/// are far away, or [`MOST_UPDATES`] are done.
///
/// # Errors
/// Where `max_norm` is negative.
pub fn path(
    rule: Rule,
    learning_rate: f64,
    max_norm: Option<f64>,
    start: Weights,
) -> Result<Vec<Weights>, Error> {
    let mut unit = Unit(arr1(&start));
    let momentum = if rule == Rule::Momentum { MOMENTUM } else { 0.0 };
    let (mut sgd, mut adam) = (Sgd::new(learning_rate, momentum), Adam::new(learning_rate));
    let mut path = vec![start];
    while let Some(&weights) = path.last()
        && path.len() <= MOST_UPDATES
        && is_near(weights)
        && updates(&path).is_none()
    {
        let mut gradient = Unit(arr1(&gradient(weights)));
        if let Some(max_norm) = max_norm {
            clip_grad_norm(&mut gradient, max_norm)?;
        }
        match rule {
            Rule::Plain | Rule::Momentum => sgd.step(&mut unit, &gradient)?,
            Rule::Adam => adam.step(&mut unit, &gradient)?,
        }
        path.push([unit.0[0], unit.0[1]]);
    }
    Ok(path)
}

/// The updates of a path until its loss was below [`LEARNED`], if it has stayed there.
pub fn updates(path: &[Weights]) -> Option<usize> {
    let stayed = path.iter().rev().take(STAYS + 1).take_while(|weights| loss(**weights) < LEARNED);
    (stayed.count() > STAYS).then(|| path.len() - 1 - STAYS)
}

fn is_near(weights: Weights) -> bool {
    weights.iter().all(|weight| weight.abs() < FAR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surface::descend;

    const START: Weights = [0.5, 1.5];

    #[test]
    fn without_momentum_it_is_gradient_descent() {
        let path = path(Rule::Plain, 1e-3, None, START).unwrap();
        assert_eq!(path, descend(START, 1e-3, path.len() - 1));
    }

    #[test]
    fn a_path_ends_where_it_has_learned_or_is_far_away_or_takes_too_long() {
        let ends = |rule, rate| {
            let path = path(rule, rate, None, START).unwrap();
            (updates(&path), path.len())
        };
        let (learned, _) = ends(Rule::Momentum, 1e-3);
        assert!(learned.is_some_and(|updates| updates < 100));
        let (far, long) = ends(Rule::Plain, 0.3);
        assert!(far.is_none() && long < 100);
        assert_eq!(ends(Rule::Plain, 1e-6), (None, MOST_UPDATES + 1));
        // At this rate it comes below the limit now and then, and does not stay.
        assert_eq!(ends(Rule::Plain, 0.005).0, None);
    }

    #[test]
    fn clipped_no_step_is_longer_than_rate_and_norm_say() {
        let path = path(Rule::Plain, 0.01, Some(1.0), [1.3, 1.5]).unwrap();
        for pair in path.windows(2) {
            let [from, to] = [pair[0], pair[1]];
            assert!((to[0] - from[0]).hypot(to[1] - from[1]) < 0.01 + 1e-12);
        }
    }
}
