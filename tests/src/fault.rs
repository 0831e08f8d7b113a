//! What is wrong, where, and how to mend it.

use std::fmt;

/// A fault of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// File and line: `src/ch01-hidden-state.md:12`.
    pub place: String,
    /// What is wrong there.
    pub what: String,
    /// What to do about it.
    pub mend: String,
}

impl Fault {
    /// A fault at a place.
    pub fn new(place: impl Into<String>, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into(), mend: mend.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n    mend: {}", self.place, self.what, self.mend)
    }
}

/// Fails with all faults, each with its place and its mend.
///
/// # Panics
/// If there is a fault.
pub fn assert_none(faults: &[Fault]) {
    let text: Vec<String> = faults.iter().map(Fault::to_string).collect();
    assert!(faults.is_empty(), "{} faults\n\n{}\n", faults.len(), text.join("\n"));
}
