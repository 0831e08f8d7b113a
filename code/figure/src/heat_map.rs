//! Heat maps.

mod colour_bar;
mod mark;
mod ramp;

use colour_bar::ColourBar;
use mark::Mark;
use ramp::Ramp;

use crate::{
    axis::{Axis, Fit},
    document::{Head, Picture},
    draw::Draw,
    error::{FigureError, Problem},
    frame::{Frame, Parts},
    labels::{WIDTH, width},
    pen::Pen,
    scale::Scale,
    style,
};

/// The tallest plot, and the tallest row of a flat one, in units.
const HEIGHT: i32 = 340;
const TALLEST_ROW: i32 = 44;

/// Each cell is an element of the file.
const MAX_CELLS: usize = 6_000;

/// Cells without gaps between them.
const CRISP: &str = "shape-rendering=\"crispEdges\"";

/// A table of values as colours: row 0 on top, column 0 on the left.
///
/// ```
/// use figure::{Draw, HeatMap};
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
    head: Head,
    x: Axis,
    y: Axis,
    value: Axis,
    rows: Vec<Vec<f64>>,
    marks: Vec<Mark>,
    ramp: Ramp,
}

impl HeatMap {
    /// An empty heat map. The name becomes part of the file's name; the title stands above the
    /// picture and says what it shows, in a sentence.
    pub fn new(name: &str, title: &str) -> Self {
        Self {
            head: Head::new(name, title),
            x: Axis::default(),
            y: Axis::default(),
            value: Axis::default(),
            rows: Vec::new(),
            marks: Vec::new(),
            ramp: Ramp::Sequential,
        }
    }

    /// What is to be seen, in a sentence or two, for those who do not see it. It is the page's
    /// alternative text.
    #[must_use]
    pub fn describe(mut self, description: &str) -> Self {
        description.clone_into(&mut self.head.description);
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

    /// A line over the cells where one should look, from (column, row) to (column, row), and its label
    /// around a place of its own. Cells that are nearly the page's colour leave the label readable.
    #[must_use]
    pub fn mark(mut self, line: [(f64, f64); 2], label: &str, at: (f64, f64)) -> Self {
        self.marks.push(Mark { line, label: label.to_owned(), at });
        self
    }

    fn draw(&self, note: Option<&str>) -> Result<Picture, Problem> {
        self.check()?;
        let colours = self.value.scale(&self.rows.concat(), Fit::Tight)?;
        let bar = ColourBar::new(&self.value, &colours);
        let frame = Frame::new(Parts {
            axes: [&self.x, &self.y],
            scales: [places(self.rows[0].len()), places(self.rows.len())],
            downwards: true,
            right: bar.width(),
            right_title: !self.value.label.is_empty(),
            above: 0,
            marks: 0,
            plot_height: plot_height(self.rows.len()),
            source: None,
            note,
        });
        let pen = Pen::new(frame.size());
        pen.group(CRISP, || self.draw_cells(&frame, &colours, &pen));
        pen.group(CRISP, || ColourBar::draw_levels(&frame, &pen));
        self.marks.iter().for_each(|mark| mark.draw(&frame, &pen));
        frame.draw_labels(&pen);
        bar.draw_labels(&frame, &pen);
        frame.draw_titles(&pen);
        let [light, dark] = ramp::rules(self.ramp);
        Ok(frame.picture(style::sheet(&frame, [&light, &dark]), pen.into_elements()))
    }

    fn check(&self) -> Result<(), Problem> {
        self.value.check()?;
        let expected = self.rows.first().map_or(0, Vec::len);
        if expected == 0 {
            return Err(Problem::Nothing);
        }
        let count = expected * self.rows.len();
        if count > MAX_CELLS {
            return Err(Problem::TooMany { what: "cells", count, limit: MAX_CELLS });
        }
        for (row, values) in self.rows.iter().enumerate() {
            if values.len() != expected {
                return Err(Problem::Ragged { row, expected, found: values.len() });
            }
            for (column, value) in values.iter().enumerate() {
                self.value.check_value(*value, || format!("row {row}, column {column}"))?;
            }
        }
        let rows = self.rows.len();
        check_count(self.x.categories.as_deref(), expected)?;
        check_count(self.y.categories.as_deref(), rows)?;
        self.x.check_names(expected)?;
        self.y.check_names(rows)?;
        self.marks.iter().try_for_each(|mark| mark.check(&self.x, &self.y))?;
        match [&self.x, &self.y, &self.value]
            .into_iter()
            .find(|axis| width(&axis.label) > WIDTH / 2)
        {
            Some(axis) => Err(Problem::TooLong { label: axis.label.clone() }),
            None => Ok(()),
        }
    }

    fn draw_cells(&self, frame: &Frame, colours: &Scale, pen: &Pen) {
        for (row, values) in self.rows.iter().enumerate() {
            for (column, value) in values.iter().enumerate() {
                let (x, y) = (column as f64, row as f64);
                let class = format!("l{}", ramp::level(colours.position(*value)));
                pen.rectangle(&class, [frame.at(x - 0.5, y - 0.5), frame.at(x + 0.5, y + 0.5)]);
            }
        }
    }
}

impl Draw for HeatMap {
    fn name(&self) -> &str {
        &self.head.name
    }

    fn to_svg(&self, note: Option<&str>) -> Result<String, FigureError> {
        self.head.file(note, self.draw(note))
    }
}

/// Refuses more names than there are rows or columns.
fn check_count(names: Option<&[String]>, places: usize) -> Result<(), Problem> {
    match names.map(<[String]>::len).filter(|labels| *labels > places) {
        Some(labels) => Err(Problem::Labels { labels, places }),
        None => Ok(()),
    }
}

/// Rows or columns: the n-th lies around n.
fn places(count: usize) -> Scale {
    Scale { low: -0.5, high: count as f64 - 0.5, log: false }
}

fn plot_height(rows: usize) -> i32 {
    let rows = i32::try_from(rows).unwrap_or(i32::MAX);
    rows.saturating_mul(TALLEST_ROW).clamp(TALLEST_ROW * 3, HEIGHT)
}
