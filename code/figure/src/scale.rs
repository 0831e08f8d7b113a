//! From values to pixels.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged};

/// A range of values along one axis, for plotters to map to pixels.
///
/// plotters' own ranges hang or panic where a range is empty, infinite or has no room for its
/// ticks; this one is made from checked values only.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scale {
    /// Where it begins and ends; on a logarithmic axis the exponents of ten.
    pub low: f64,
    pub high: f64,
    pub log: bool,
}

/// Points far outside are drawn this many times the axis' length away: the direction of a line
/// to them stays right, and the number small.
const FAR: f64 = 50.0;

/// Whole and half pixels are where round values tend to lie. Rounding at an odd place instead keeps
/// an error in the last digit from moving them by a pixel.
const ROUNDING: f64 = 0.317;

impl Scale {
    /// A scale over these values. If they are all equal, or differ by rounding errors only, it is
    /// as wide as makes a good picture.
    pub fn over(low: f64, high: f64, log: bool) -> Self {
        let (low, high) = if log { (low.log10(), high.log10()) } else { (low, high) };
        let size = low.abs().max(high.abs());
        let scale = |low, high| Self { low, high, log };
        let least = if log { 1e-9 } else { (1e-9 * size).max(1e-290) };
        if high - low > least {
            scale(low, high)
        } else if log {
            scale(low - 0.5, high + 0.5)
        } else if size < 1e-290 {
            scale(-1.0, 1.0)
        } else {
            scale(low - 0.5 * size, high + 0.5 * size)
        }
    }

    /// Where a value lies: 0 is the low end, 1 the high end.
    pub fn position(&self, value: f64) -> f64 {
        let value = if self.log { value.log10() } else { value };
        ((value - self.low) / self.length()).clamp(-FAR, FAR)
    }

    /// Is the value on the axis, up to rounding?
    pub fn holds(&self, value: f64) -> bool {
        (-1e-9..=1.0 + 1e-9).contains(&self.position(value))
    }

    pub fn length(&self) -> f64 {
        self.high - self.low
    }

    /// Both ends moved outwards by shares of the length.
    pub fn widened(&self, below: f64, above: f64) -> Self {
        let length = self.length();
        Self { low: self.low - below * length, high: self.high + above * length, log: self.log }
    }

    /// The value at a place given in the scale's own numbers: itself, or a power of ten.
    pub fn value(&self, place: f64) -> f64 {
        if self.log { 10_f64.powf(place) } else { place }
    }
}

impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        from + (self.position(*value) * f64::from(to - from) + ROUNDING).floor() as i32
    }

    /// The book's ticks are made elsewhere, for they depend on the room for their labels.
    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        Vec::new()
    }

    fn range(&self) -> Range<f64> {
        self.value(self.low)..self.value(self.high)
    }
}
