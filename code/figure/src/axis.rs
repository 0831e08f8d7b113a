//! An axis as the chapter describes it, and the range that it gets from the data.

use crate::labels::{WIDTH, width};
use crate::{error::Problem, scale::Scale, ticks};

/// Larger values are refused, so that differences of two values stay finite.
const LARGEST: f64 = 1e300;

/// What a chapter says about one axis.
#[derive(Clone, Debug, Default)]
pub(crate) struct Axis {
    pub label: String,
    pub log: bool,
    pub range: Option<(f64, f64)>,
    pub categories: Option<Vec<String>>,
    pub marks: Vec<(f64, String)>,
}

/// What is done with the range of the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fit {
    /// Lines reach from edge to edge.
    Tight,
    /// Points at the edge are drawn whole.
    Padded,
    /// The axis begins and ends with a tick.
    Round,
    /// There is half a bar's width beside the first and last bar: so much in values.
    Beside(f64),
}

impl Axis {
    /// Refuses values that this axis cannot show.
    pub fn check_value(&self, value: f64, place: impl Fn() -> String) -> Result<(), Problem> {
        if !value.is_finite() || value.abs() > LARGEST {
            Err(Problem::NotDrawable { place: place(), value })
        } else if self.log && value < 0.0 {
            Err(Problem::NotPositive { place: place(), value })
        } else {
            Ok(())
        }
    }

    /// Refuses what was said about the axis itself.
    pub fn check(&self) -> Result<(), Problem> {
        for (value, label) in &self.marks {
            self.check_value(*value, || format!("the mark `{label}`"))?;
        }
        if self.log && self.categories.is_some() {
            return Err(Problem::BarsOnLog);
        }
        self.range.map_or(Ok(()), |(low, high)| self.check_range(low, high))
    }

    fn check_range(&self, low: f64, high: f64) -> Result<(), Problem> {
        self.check_value(low, || "the low end of the range".to_owned())?;
        self.check_value(high, || "the high end of the range".to_owned())?;
        let is_narrow = high - low <= 1e-9 * low.abs().max(high.abs());
        if is_narrow || (self.log && low <= 0.0) {
            return Err(Problem::Range { low, high });
        }
        Ok(())
    }

    /// Refuses names that are too long, and fewer than there are places.
    pub fn check_names(&self, places: usize) -> Result<(), Problem> {
        let Some(names) = &self.categories else {
            return Ok(());
        };
        if names.len() < places {
            return Err(Problem::Labels { labels: names.len(), places });
        }
        match names.iter().find(|name| width(name) > WIDTH / 3) {
            Some(label) => Err(Problem::TooLong { label: label.clone() }),
            None => Ok(()),
        }
    }

    /// The scale for these values: the range that was given, or one that fits.
    pub fn scale(&self, values: &[f64], fit: Fit) -> Result<Scale, Problem> {
        if let Some((low, high)) = self.range {
            return Ok(Scale::over(low, high, self.log));
        }
        if let Some(labels) = &self.categories {
            return Ok(Scale { low: -0.5, high: labels.len().max(1) as f64 - 0.5, log: false });
        }
        let marks = self.marks.iter().map(|(value, _)| *value);
        let shown = values.iter().copied().chain(marks).filter(|value| !self.log || *value > 0.0);
        let (low, high) = ends(shown).ok_or(Problem::Nothing)?;
        Ok(self.fitted(low, high, fit))
    }

    fn fitted(&self, low: f64, high: f64, fit: Fit) -> Scale {
        let scale = Scale::over(low, high, self.log);
        match fit {
            Fit::Tight => scale,
            Fit::Padded => scale.widened(0.03, 0.03),
            Fit::Round => ticks::rounded(&scale),
            Fit::Beside(room) => Scale::over(low - room, high + room, false),
        }
    }
}

/// The smallest and the largest value.
pub(crate) fn ends(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |ends, value| {
        let (low, high) = ends.unwrap_or((value, value));
        Some((low.min(value), high.max(value)))
    })
}
