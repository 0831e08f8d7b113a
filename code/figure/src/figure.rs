//! The builder of a figure with two axes.

use std::fmt::Display;

use crate::{
    description::said,
    document::Head,
    draw::Draw,
    error::FigureError,
    plot::{Plot, series::Shape},
};

/// A diagram with two axes: lines, points, bands and bars.
///
/// Every method takes the figure and gives it back. Nothing is checked before
/// [`to_svg`](Draw::to_svg), which names what is wrong.
#[derive(Clone, Debug)]
pub struct Figure {
    head: Head,
    plot: Plot,
}

impl Figure {
    /// An empty figure. The name becomes part of the file's name; the title stands above the
    /// picture and says what it shows, in a sentence.
    pub fn new(name: &str, title: &str) -> Self {
        Self { head: Head::new(name, title), plot: Plot::default() }
    }

    /// What is to be seen, in a sentence or two, for those who do not see it. It is the page's
    /// alternative text.
    ///
    /// Braces hold a verb and the series that it is said of, which is tried before it is written:
    /// `The state {stays level: state}; the gradient {falls: gradient}.` A series is named by its label
    /// or a part of it, `{fall: one & another}` are several, `{fall}` all of them, and
    /// `{lies above: one > another}` are two. The verbs are those of `verbs.rs`.
    #[must_use]
    pub fn describe(mut self, description: &str) -> Self {
        description.clone_into(&mut self.head.description);
        self
    }

    /// What the horizontal axis shows, with its unit: `"lag (steps)"`.
    #[must_use]
    pub fn x_axis(mut self, label: &str) -> Self {
        label.clone_into(&mut self.plot.x.label);
        self
    }

    /// What the vertical axis shows, with its unit.
    #[must_use]
    pub fn y_axis(mut self, label: &str) -> Self {
        label.clone_into(&mut self.plot.y.label);
        self
    }

    /// Makes the horizontal axis logarithmic. A zero lies infinitely far to the left of it and is
    /// not seen; negative values are refused.
    #[must_use]
    pub fn log_x(mut self) -> Self {
        self.plot.x.log = true;
        self
    }

    /// Makes the vertical axis logarithmic. A zero lies infinitely far below it: a line to it runs
    /// out of the picture, a point at it is not seen. Negative values are refused.
    #[must_use]
    pub fn log_y(mut self) -> Self {
        self.plot.y.log = true;
        self
    }

    /// Shows just this part of the horizontal axis, instead of all points.
    #[must_use]
    pub fn x_range(mut self, low: f64, high: f64) -> Self {
        self.plot.x.range = Some((low, high));
        self
    }

    /// Shows just this part of the vertical axis, instead of all points.
    #[must_use]
    pub fn y_range(mut self, low: f64, high: f64) -> Self {
        self.plot.y.range = Some((low, high));
        self
    }

    /// Names the places 0, 1, 2, … of the horizontal axis, for instance those of bars.
    #[must_use]
    pub fn x_labels(mut self, labels: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.plot.x.categories = Some(labels.into_iter().map(Into::into).collect());
        self
    }

    /// Joins points (x, y) by a line.
    #[must_use]
    pub fn line(self, label: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.with(label, Shape::Lines(vec![points.into_iter().collect()]))
    }

    /// Joins points (x, y) by a line and marks each of them, for a few measured values.
    #[must_use]
    pub fn marked_line(self, label: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.with(label, Shape::MarkedLine(points.into_iter().collect()))
    }

    /// Many thin lines that are one series: the paths of a system from many beginnings.
    #[must_use]
    pub fn paths<Path>(self, label: &str, paths: impl IntoIterator<Item = Path>) -> Self
    where
        Path: IntoIterator<Item = (f64, f64)>,
    {
        let paths = paths.into_iter().map(|path| path.into_iter().collect()).collect();
        self.with(label, Shape::Lines(paths))
    }

    /// Marks points (x, y).
    #[must_use]
    pub fn scatter(self, label: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.with(label, Shape::Dots(points.into_iter().collect()))
    }

    /// Fills the area between low and high at (x, low, high), in the colour of the series before it.
    #[must_use]
    pub fn band(self, label: &str, points: impl IntoIterator<Item = (f64, f64, f64)>) -> Self {
        self.with(label, Shape::Band(points.into_iter().collect()))
    }

    /// Draws bars (x, height) from zero; bars of several series stand side by side.
    #[must_use]
    pub fn bars(self, label: &str, bars: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.with(label, Shape::Bars(bars.into_iter().collect()))
    }

    /// A thin vertical line at x, with a label.
    #[must_use]
    pub fn mark_x(mut self, x: f64, label: &str) -> Self {
        self.plot.x.marks.push((x, label.to_owned()));
        self
    }

    /// A thin horizontal line at y, with a label.
    #[must_use]
    pub fn mark_y(mut self, y: f64, label: &str) -> Self {
        self.plot.y.marks.push((y, label.to_owned()));
        self
    }

    /// Writes below the axes where the values were measured: `AMD EPYC, 2 cores, 2026-11-23`.
    #[must_use]
    pub fn measured_on(mut self, machine: &impl Display) -> Self {
        self.plot.source = Some(machine.to_string());
        self
    }

    fn with(mut self, label: &str, shape: Shape) -> Self {
        self.plot.add(label, shape);
        self
    }
}

impl Draw for Figure {
    fn name(&self) -> &str {
        &self.head.name
    }

    fn to_svg(&self, note: Option<&str>) -> Result<String, FigureError> {
        let mut head = self.head.clone();
        let picture = self.plot.draw(note).and_then(|picture| {
            // With other parameters something else may be seen, and nothing is said.
            if note.is_none() {
                head.description = said(&head.description, &self.plot.seen()?)?;
            }
            Ok(picture)
        });
        head.file(note, picture)
    }
}
