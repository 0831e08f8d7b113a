//! The figures of the book, all in one style.
//!
//! A chapter says what there is to see; size, colours, ticks, labels and the dark theme are decided
//! here, once.
//!
//! ```
//! use chapter::figure::Figure;
//!
//! let lags = (1..=20).map(f64::from);
//! let svg = Figure::new("memory", "What a linear unit remembers")
//!     .describe("The share that is left of an input falls by the same factor in every step.")
//!     .x_axis("lag (steps)")
//!     .y_axis("share of the input")
//!     .log_y()
//!     .line("r = 0.9", lags.clone().map(|lag| (lag, 0.9_f64.powf(lag))))
//!     .line("r = 0.5", lags.map(|lag| (lag, 0.5_f64.powf(lag))))
//!     .to_svg(None)
//!     .unwrap();
//! assert!(svg.starts_with("<svg "));
//! ```

mod axis;
mod canvas;
mod document;
mod error;
mod frame;
mod heat_draw;
mod heat_map;
mod labels;
mod legend;
mod marks;
mod plot;
mod ramp;
mod scale;
mod series;
mod side;
mod style;
mod thin;
mod ticks;

pub use error::{FigureError, Problem};
pub use heat_map::HeatMap;

use axis::Axis;
use series::{Series, Shape};

use crate::{Machine, report::Draw};

/// A diagram with two axes: lines, points, bands and bars.
///
/// Every method takes the figure and gives it back. Nothing is checked before
/// [`to_svg`](Self::to_svg), which names what is wrong.
#[derive(Clone, Debug)]
pub struct Figure {
    name: String,
    title: String,
    description: String,
    x: Axis,
    y: Axis,
    series: Vec<Series>,
    source: Option<String>,
}

impl Figure {
    /// An empty figure. The name becomes part of the file's name; the title is read out by screen
    /// readers and not drawn.
    pub fn new(name: &str, title: &str) -> Self {
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            description: String::new(),
            x: Axis::default(),
            y: Axis::default(),
            series: Vec::new(),
            source: None,
        }
    }

    /// What is to be seen, in a sentence or two, for those who do not see it.
    #[must_use]
    pub fn describe(mut self, description: &str) -> Self {
        description.clone_into(&mut self.description);
        self
    }

    /// What the horizontal axis shows, with its unit: `"lag (steps)"`.
    #[must_use]
    pub fn x_axis(mut self, label: &str) -> Self {
        label.clone_into(&mut self.x.label);
        self
    }

    /// What the vertical axis shows, with its unit.
    #[must_use]
    pub fn y_axis(mut self, label: &str) -> Self {
        label.clone_into(&mut self.y.label);
        self
    }

    /// Makes the horizontal axis logarithmic. A zero lies infinitely far to the left of it and is
    /// not seen; negative values are refused.
    #[must_use]
    pub fn log_x(mut self) -> Self {
        self.x.log = true;
        self
    }

    /// Makes the vertical axis logarithmic. A zero lies infinitely far below it: a line to it runs
    /// out of the picture, a point at it is not seen. Negative values are refused.
    #[must_use]
    pub fn log_y(mut self) -> Self {
        self.y.log = true;
        self
    }

    /// Shows just this part of the horizontal axis, instead of all points.
    #[must_use]
    pub fn x_range(mut self, low: f64, high: f64) -> Self {
        self.x.range = Some((low, high));
        self
    }

    /// Shows just this part of the vertical axis, instead of all points.
    #[must_use]
    pub fn y_range(mut self, low: f64, high: f64) -> Self {
        self.y.range = Some((low, high));
        self
    }

    /// Names the places 0, 1, 2, … of the horizontal axis, for instance those of bars.
    #[must_use]
    pub fn x_labels(mut self, labels: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.x.categories = Some(labels.into_iter().map(Into::into).collect());
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
        self.x.marks.push((x, label.to_owned()));
        self
    }

    /// A thin horizontal line at y, with a label.
    #[must_use]
    pub fn mark_y(mut self, y: f64, label: &str) -> Self {
        self.y.marks.push((y, label.to_owned()));
        self
    }

    /// Writes below the axes where the values were measured: `AMD EPYC, 2 cores, 2026-11-23`.
    #[must_use]
    pub fn measured_on(mut self, machine: &Machine) -> Self {
        self.source = Some(machine.to_string());
        self
    }

    /// The name, which becomes part of the file's.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The figure as the text of an SVG file.
    ///
    /// The note names the parameters that were changed, as in `--radius 1.3`; it is written into
    /// the picture and kept in the file.
    ///
    /// # Errors
    /// Where something cannot be drawn: see [`Problem`].
    pub fn to_svg(&self, note: Option<&str>) -> Result<String, FigureError> {
        plot::draw(self, note).map_err(|problem| FigureError { figure: self.name.clone(), problem })
    }

    /// A band takes the colour of the series before it, all others the next one.
    fn with(mut self, label: &str, shape: Shape) -> Self {
        let others = self.series.iter().filter(|series| !series.is_band()).count();
        let is_band = matches!(shape, Shape::Band(_));
        let colour = if is_band { others.saturating_sub(1) } else { others };
        self.series.push(Series { label: label.to_owned(), colour, shape });
        self
    }
}

impl Draw for Figure {
    fn name(&self) -> &str {
        self.name()
    }

    fn to_svg(&self, note: Option<&str>) -> Result<String, FigureError> {
        self.to_svg(note)
    }
}
