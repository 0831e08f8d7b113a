//! The builder of a heat map.

use super::axis::Axis;
use super::error::{FigureError, Problem};
use super::heat_draw;
use super::ramp::Ramp;
use crate::report::Draw;

/// A table of values as colours: row 0 on top, column 0 on the left.
///
/// ```
/// use chapter::figure::HeatMap;
///
/// let svg = HeatMap::new("state", "The state over a word")
///     .describe("The first unit grows from letter to letter, the second forgets.")
///     .x_labels(["t", "h", "e"])
///     .y_axis("unit")
///     .value_axis("h")
///     .values([[0.1, 0.4, 0.9], [-0.8, 0.1, 0.0]])
///     .diverging(-1.0, 1.0)
///     .to_svg(None)
///     .unwrap();
/// assert!(svg.contains("<rect "));
/// ```
#[derive(Clone, Debug)]
pub struct HeatMap {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) value: Axis,
    pub(super) rows: Vec<Vec<f64>>,
    pub(super) ramp: Ramp,
}

impl HeatMap {
    /// An empty heat map. The name becomes part of the file's name; the title is read out by screen
    /// readers and not drawn.
    pub fn new(name: &str, title: &str) -> Self {
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            description: String::new(),
            x: Axis::default(),
            y: Axis::default(),
            value: Axis::default(),
            rows: Vec::new(),
            ramp: Ramp::Sequential,
        }
    }

    /// What is to be seen, in a sentence or two, for those who do not see it.
    #[must_use]
    pub fn describe(mut self, description: &str) -> Self {
        description.clone_into(&mut self.description);
        self
    }

    /// What the columns are.
    #[must_use]
    pub fn x_axis(mut self, label: &str) -> Self {
        label.clone_into(&mut self.x.label);
        self
    }

    /// What the rows are.
    #[must_use]
    pub fn y_axis(mut self, label: &str) -> Self {
        label.clone_into(&mut self.y.label);
        self
    }

    /// What the colours are, with the unit; it stands above their scale.
    #[must_use]
    pub fn value_axis(mut self, label: &str) -> Self {
        label.clone_into(&mut self.value.label);
        self
    }

    /// A name for each column; without names, columns are numbered from 0.
    #[must_use]
    pub fn x_labels(mut self, labels: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.x.categories = Some(labels.into_iter().map(Into::into).collect());
        self
    }

    /// A name for each row; without names, rows are numbered from 0.
    #[must_use]
    pub fn y_labels(mut self, labels: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.y.categories = Some(labels.into_iter().map(Into::into).collect());
        self
    }

    /// The values, row by row.
    #[must_use]
    pub fn values<Row>(mut self, rows: impl IntoIterator<Item = Row>) -> Self
    where
        Row: IntoIterator<Item = f64>,
    {
        self.rows = rows.into_iter().map(|row| row.into_iter().collect()).collect();
        self
    }

    /// Two colours with the page's own in the middle, for values with a sign. Values outside the
    /// range look like its ends.
    #[must_use]
    pub fn diverging(mut self, low: f64, high: f64) -> Self {
        (self.ramp, self.value.range, self.value.log) = (Ramp::Diverging, Some((low, high)), false);
        self
    }

    /// The more, the farther from the page's own colour. Values outside the range look like its
    /// ends. Without a range, that of the values is taken.
    #[must_use]
    pub fn sequential(mut self, low: f64, high: f64) -> Self {
        (self.ramp, self.value.range, self.value.log) =
            (Ramp::Sequential, Some((low, high)), false);
        self
    }

    /// As [`sequential`](Self::sequential), in powers of ten: for errors over several decades. Zero
    /// looks like the low end; negative values are refused.
    #[must_use]
    pub fn logarithmic(mut self, low: f64, high: f64) -> Self {
        (self.ramp, self.value.range, self.value.log) = (Ramp::Sequential, Some((low, high)), true);
        self
    }

    /// The name, which becomes part of the file's.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The heat map as the text of an SVG file.
    ///
    /// The note names the parameters that were changed, as in `--radius 1.3`; it is written into
    /// the picture and kept in the file.
    ///
    /// # Errors
    /// Where something cannot be drawn: see [`Problem`].
    pub fn to_svg(&self, note: Option<&str>) -> Result<String, FigureError> {
        heat_draw::draw(self, note)
            .map_err(|problem: Problem| FigureError { figure: self.name.clone(), problem })
    }
}

impl Draw for HeatMap {
    fn name(&self) -> &str {
        self.name()
    }

    fn to_svg(&self, note: Option<&str>) -> Result<String, FigureError> {
        self.to_svg(note)
    }
}
