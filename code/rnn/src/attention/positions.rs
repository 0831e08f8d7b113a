//! Where a step stands, as a number that is added to its scores.

use std::iter::zip;
use std::ops::Range;

use ndarray::{Array1, ArrayRef2, arr0};

use crate::error::{check_finite, check_not_negative, check_size};
use crate::{Error, Real};

/// How an attention knows which steps are near and which are far: by a bias that is added to the
/// score of step t for step s, and depends on the distance `|t - s|` only.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Positions<F> {
    /// It does not. Steps in another order give the same outputs in that order.
    #[default]
    None,
    /// Each step further away lowers the score by the slope: `-slope |t - s|`. Nothing is learned,
    /// and a sequence may be longer than those of the training.
    ///
    /// Source: Press, Smith and Lewis, *Train short, test long: attention with linear biases enables
    /// input length extrapolation* (2022). There h heads have the slopes `2^(-8/h)`, `2^(-16/h)`, …,
    /// `2^-8`, so a single one has `2^-8`.
    Alibi {
        /// What a step costs, zero or more. It is not learned, and not in a file of the weights.
        slope: F,
    },
    /// One learned number for each distance: `b[min(|t - s|, B - 1)]`, of a table `[B]`. All that is
    /// further away than the table is long shares its last number. The gradient of an entry is the sum
    /// of those by the scores that it was added to.
    ///
    /// Source: Raffel et al., *Exploring the limits of transfer learning with a unified text-to-text
    /// transformer* (2020), its relative position bias, without the buckets for long distances.
    Learned(Array1<F>),
}

impl<F: Real> Positions<F> {
    /// A table for so many distances, at least one, all zero: at first it changes nothing.
    pub fn learned(distances: usize) -> Self {
        Self::Learned(Array1::zeros(distances))
    }

    /// Fails where there is no table or no slope to go by.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self {
            Self::None => Ok(()),
            Self::Alibi { slope } => {
                check_finite("slope", &arr0(*slope))?;
                check_not_negative("slope", *slope)
            }
            Self::Learned(table) => {
                check_size("position_bias", table.len())?;
                check_finite("position_bias", table)
            }
        }
    }

    /// The bias of a distance.
    fn at(&self, distance: usize) -> F {
        match self {
            Self::None => F::zero(),
            Self::Alibi { slope } => -*slope * F::from_f64(distance as f64),
            Self::Learned(table) => table[distance.min(table.len() - 1)],
        }
    }

    /// The biases of a sequence of so many steps, or none.
    pub(super) fn biases(&self, steps: usize) -> Option<Biases<F>> {
        let at = |i: usize| self.at(i.abs_diff(steps - 1));
        (*self != Self::None).then(|| Biases((0..2 * steps - 1).map(at).collect()))
    }

    /// The gradient by what is learned, from that by the biases.
    pub(super) fn gradient(&self, d_biases: &Biases<F>) -> Self {
        let Self::Learned(table) = self else { return self.clone() };
        let mut d_table = Array1::zeros(table.len());
        for (i, &d_bias) in zip(0_usize.., &d_biases.0) {
            let distance = i.abs_diff(d_biases.steps() - 1);
            d_table[distance.min(table.len() - 1)] += d_bias;
        }
        Self::Learned(d_table)
    }
}

/// What is added to the scores of a sequence of T steps, `[2 T - 1]`: first for the step T - 1
/// before, then for the step T - 2 before, and so on to the step T - 1 after. So what a step adds to
/// its scores lies in one piece.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Biases<F>(Vec<F>);

impl<F: Real> Biases<F> {
    /// As many, all zero.
    pub fn zeros(&self) -> Self {
        Self(vec![F::zero(); self.0.len()])
    }

    fn steps(&self) -> usize {
        self.0.len().div_ceil(2)
    }

    /// The biases of step t for so many steps, from the first of them on.
    fn row(&self, t: usize, keys: &Range<usize>) -> Range<usize> {
        let start = self.steps() - 1 + keys.start - t;
        start..start + keys.len()
    }

    /// Adds them to the scores of some steps for some steps.
    pub fn add_to(&self, queries: &Range<usize>, keys: &Range<usize>, scores: &mut ArrayRef2<F>) {
        for (t, mut row) in zip(queries.clone(), scores.rows_mut()) {
            let biases = &self.0[self.row(t, keys)];
            zip(&mut row, biases).for_each(|(score, &bias)| *score += bias);
        }
    }

    /// Adds the gradients by the scores of some steps for some steps.
    pub fn add(&mut self, queries: &Range<usize>, keys: &Range<usize>, d_scores: &ArrayRef2<F>) {
        for (t, row) in zip(queries.clone(), d_scores.rows()) {
            let sums = self.row(t, keys);
            zip(&mut self.0[sums], row).for_each(|(sum, &d_score)| *sum += d_score);
        }
    }

    /// Adds other gradients.
    pub fn add_all(&mut self, other: &Self) {
        zip(&mut self.0, &other.0).for_each(|(sum, &part)| *sum += part);
    }
}
