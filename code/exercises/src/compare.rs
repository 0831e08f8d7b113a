//! Answers beside what they should be, and beside what typical slips make of them.

use std::fmt::Display;

use ndarray::{Array, Dimension};

use crate::Slip;

/// Numbers closer than this are the same.
const TOLERANCE: f64 = 1e-9;

/// What a check compares.
pub trait Answer: Display {
    /// Whether two answers are the same, up to rounding.
    fn is(&self, other: &Self) -> bool;

    /// What the learner gets to see, with so many decimal places.
    fn shown(&self, places: usize) -> String {
        format!("{self:.places$}")
    }

    /// The shape of an array.
    fn array_shape(&self) -> Option<&[usize]> {
        None
    }
}

impl Answer for bool {
    fn is(&self, other: &Self) -> bool {
        self == other
    }

    fn shown(&self, _: usize) -> String {
        self.to_string() // `.4` would cut it to four letters.
    }
}

impl Answer for usize {
    fn is(&self, other: &Self) -> bool {
        self == other
    }
}

impl Answer for f64 {
    fn is(&self, other: &Self) -> bool {
        // Of two infinities the difference is no number, and any is within an infinite tolerance.
        self == other
            || (other.is_finite() && (self - other).abs() <= TOLERANCE * (1.0 + other.abs()))
    }
}

impl<A: Answer, D: Dimension> Answer for Array<A, D> {
    fn is(&self, other: &Self) -> bool {
        self.shape() == other.shape()
            && self.iter().zip(other).all(|(found, expected)| found.is(expected))
    }

    fn array_shape(&self) -> Option<&[usize]> {
        Some(self.shape())
    }
}

/// Compares an answer with the right one. Of the slips the first that leads to the same answer is
/// the likely one.
pub fn compare<A: Answer>(
    case: impl Display,
    found: &A,
    expected: &A,
    slips: &[(A, &str)],
) -> Result<(), Slip> {
    if found.is(expected) {
        return Ok(());
    }
    let alike = expected.shown(4) == found.shown(4);
    let shown = |answer: &A| {
        // The rows of a matrix stand below one another.
        answer.shown(if alike { 12 } else { 4 }).replace('\n', "\n            ")
    };
    let mut text = format!("{case}\n  expected  {}\n  came      {}", shown(expected), shown(found));
    if found.array_shape() != expected.array_shape() {
        text += &format!(
            "\nThe shape should be {:?}, and is {:?}.",
            expected.array_shape().unwrap_or(&[]),
            found.array_shape().unwrap_or(&[])
        );
    } else if let Some((_, slip)) = slips.iter().find(|(slip, _)| found.is(slip)) {
        text += &format!("\nLikely: {slip}");
    } else if alike {
        text +=
            "\nLikely: something is computed in `f32`, or with a constant that has been rounded.";
    }
    Err(Slip::new(text))
}
