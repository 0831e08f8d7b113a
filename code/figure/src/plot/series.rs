//! What is drawn between the axes, and the checks that it can be.

use crate::{axis::Axis, error::Problem};

/// Two values: where on the horizontal and where on the vertical axis.
pub(crate) type Point = (f64, f64);

/// So many colours can be told apart, also without seeing colours.
pub(crate) const MAX_COLOURS: usize = 6;

/// Each of these is an element of the file.
const MAX_DOTS: usize = 2_000;
const MAX_BARS: usize = 500;

/// Data with a label and a colour.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub label: String,
    pub colour: usize,
    pub shape: Shape,
}

/// The data and how they are drawn.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Lines(Vec<Vec<Point>>),
    MarkedLine(Vec<Point>),
    Dots(Vec<Point>),
    Band(Vec<(f64, f64, f64)>),
    Bars(Vec<Point>),
}

impl Series {
    pub fn is_band(&self) -> bool {
        matches!(self.shape, Shape::Band(_))
    }

    pub fn is_bars(&self) -> bool {
        matches!(self.shape, Shape::Bars(_))
    }

    pub fn is_line(&self) -> bool {
        matches!(self.shape, Shape::Lines(_) | Shape::MarkedLine(_))
    }

    /// All points, both edges of a band among them.
    pub fn points(&self) -> Vec<Point> {
        match &self.shape {
            Shape::Lines(paths) => paths.concat(),
            Shape::MarkedLine(points) | Shape::Dots(points) | Shape::Bars(points) => points.clone(),
            Shape::Band(points) => {
                points.iter().flat_map(|&(x, low, high)| [(x, low), (x, high)]).collect()
            }
        }
    }

    /// Where a single line ends, which is where its label can stand.
    pub fn end(&self) -> Option<Point> {
        match &self.shape {
            Shape::Lines(paths) if paths.len() == 1 => paths[0].last().copied(),
            Shape::MarkedLine(points) => points.last().copied(),
            _ => None,
        }
    }

    /// Refuses what cannot be drawn on these axes.
    pub fn check(&self, x: &Axis, y: &Axis) -> Result<(), Problem> {
        self.check_size()?;
        for (i, (at, height)) in self.points().into_iter().enumerate() {
            let place = |of: &str| format!("the {of} of point {} of `{}`", self.nth(i), self.label);
            x.check_value(at, || place("x"))?;
            y.check_value(height, || place("y"))?;
        }
        self.check_band()?;
        if self.is_bars() && (x.log || y.log) { Err(Problem::BarsOnLog) } else { Ok(()) }
    }

    fn check_size(&self) -> Result<(), Problem> {
        let has_empty_path =
            matches!(&self.shape, Shape::Lines(paths) if paths.iter().any(Vec::is_empty));
        let count = self.points().len();
        let (what, limit) = match &self.shape {
            Shape::Dots(_) | Shape::MarkedLine(_) => ("points", MAX_DOTS),
            Shape::Bars(_) => ("bars", MAX_BARS),
            Shape::Lines(_) | Shape::Band(_) => ("points", usize::MAX),
        };
        if count == 0 || has_empty_path {
            Err(Problem::Empty { series: self.label.clone() })
        } else if count > limit {
            Err(Problem::TooMany { what, count, limit })
        } else {
            Ok(())
        }
    }

    fn check_band(&self) -> Result<(), Problem> {
        let Shape::Band(points) = &self.shape else {
            return Ok(());
        };
        match points.iter().position(|(_, low, high)| low > high) {
            Some(i) => {
                Err(Problem::BandUpsideDown { place: format!("point {i} of `{}`", self.label) })
            }
            None => Ok(()),
        }
    }

    /// The number of a point as the caller counts: a band has two points for each of his.
    fn nth(&self, i: usize) -> usize {
        if self.is_band() { i / 2 } else { i }
    }
}

/// The smallest distance of two bars of a series.
pub(crate) fn bar_room(series: &[Series]) -> f64 {
    let bars = series.iter().filter(|series| series.is_bars());
    let mut xs: Vec<f64> = bars.flat_map(Series::points).map(|(x, _)| x).collect();
    xs.sort_by(f64::total_cmp);
    let length = xs.last().zip(xs.first()).map_or(0.0, |(last, first)| last - first);
    let steps = xs.windows(2).map(|pair| pair[1] - pair[0]);
    let room = steps.filter(|step| *step > 1e-6 * length).fold(f64::INFINITY, f64::min);
    if room.is_finite() { room } else { 1.0 }
}
