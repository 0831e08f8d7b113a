//! What can be wrong with a figure.

use thiserror::Error;

/// A figure that cannot be drawn.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("figure `{figure}`: {problem}")]
pub struct FigureError {
    /// The figure's name.
    pub figure: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a figure.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Problem {
    /// The name becomes part of a file's name.
    #[error("a name has lower-case letters, digits and hyphens, and begins with a letter")]
    Name,
    /// No series, or no values.
    #[error("there is nothing to draw")]
    Nothing,
    /// A series without points.
    #[error("`{series}` has no points")]
    Empty {
        /// The label of the series.
        series: String,
    },
    /// Infinite, not a number, or so large that no axis holds it.
    #[error("{place} is {value}, which no axis can show")]
    NotDrawable {
        /// Which value it is.
        place: String,
        /// The value.
        value: f64,
    },
    /// A negative value on a logarithmic axis.
    #[error("{place} is {value}, which a logarithmic axis cannot show")]
    NotPositive {
        /// Which value it is.
        place: String,
        /// The value.
        value: f64,
    },
    /// A band that lies above its own upper edge.
    #[error("{place} has its low edge above its high edge")]
    BandUpsideDown {
        /// Which point it is.
        place: String,
    },
    /// A given range that is empty or too narrow to have ticks.
    #[error("the range from {low} to {high} is empty or too narrow")]
    Range {
        /// Where it begins.
        low: f64,
        /// Where it ends.
        high: f64,
    },
    /// Bars stand on zero and have a width, a logarithmic axis has neither.
    #[error("bars and named places need linear axes")]
    BarsOnLog,
    /// A label that would not fit on the page.
    #[error("the label `{label}` is too long")]
    TooLong {
        /// The label.
        label: String,
    },
    /// More than a reader can tell apart, or a page can hold.
    #[error("{count} {what} are too many: at most {limit} can be told apart")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// Rows of different lengths.
    #[error("row {row} has {found} values, row 0 has {expected}")]
    Ragged {
        /// The row, counted from 0.
        row: usize,
        /// How many values the first row has.
        expected: usize,
        /// How many this row has.
        found: usize,
    },
    /// The description says in braces what is no verb.
    #[error("`{{{verb}}}` in the description is no verb; write one of: {verbs}; or no braces")]
    NoVerb {
        /// What it says.
        verb: String,
        /// What it could say.
        verbs: String,
    },
    /// The description speaks of a series that is none.
    #[error("the description speaks of `{series}`; the series are {labels}")]
    NoSeries {
        /// What it names.
        series: String,
        /// What it could name.
        labels: String,
    },
    /// The description says of a series what is not so.
    #[error(
        "the description says `{verb}` of `{series}`, but it is not so that {says}; correct `describe`"
    )]
    NotSo {
        /// What is said.
        verb: String,
        /// The series, or the two of them.
        series: String,
        /// What that would be.
        says: &'static str,
    },
    /// Not one label for each row or column.
    #[error("there are {labels} labels for {places} places")]
    Labels {
        /// How many labels there are.
        labels: usize,
        /// How many places there are.
        places: usize,
    },
}
