//! What is drawn between two axes, with its labels.

mod legend;
mod marks;
pub(crate) mod series;
mod shapes;
mod thin;

use legend::Legend;
use marks::Marks;
use series::{MAX_COLOURS, Point, Series, Shape, bar_room};

use crate::{
    axis::{Axis, Fit},
    curve::Curve,
    document::Picture,
    error::Problem,
    escape::escape,
    frame::{Frame, Parts},
    labels::{WIDTH, px, width},
    pen::Pen,
    scale::Scale,
    style,
};

/// The height of the plot in units.
const HEIGHT: i32 = 310;

/// Series on two axes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plot {
    pub x: Axis,
    pub y: Axis,
    pub series: Vec<Series>,
    /// Where the values were measured.
    pub source: Option<String>,
}

impl Plot {
    /// A band takes the colour of the series before it, all others the next one.
    pub fn add(&mut self, label: &str, shape: Shape) {
        let others = self.colours();
        let is_band = matches!(shape, Shape::Band(_));
        let colour = if is_band { others.saturating_sub(1) } else { others };
        self.series.push(Series { label: label.to_owned(), colour, shape });
    }

    pub fn draw(&self, note: Option<&str>) -> Result<Picture, Problem> {
        self.check()?;
        let [x, y] = self.scales()?;
        let legend = Legend::new(&self.series, &self.y.marks, [&x, &y], HEIGHT);
        let marks = Marks::new(&self.x, &x);
        let frame = Frame::new(Parts {
            axes: [&self.x, &self.y],
            scales: [x, y],
            downwards: false,
            right: legend.width(),
            right_title: false,
            above: legend.height(),
            marks: marks.height(),
            plot_height: HEIGHT,
            source: self.source.as_deref(),
            note,
        });
        let pen = Pen::new(frame.size());
        frame.draw_grid(&pen);
        self.draw_series(&frame, &pen);
        frame.draw_axis(&pen);
        frame.draw_labels(&pen);
        frame.draw_titles(&pen);
        marks::draw_levels(&self.y, &frame, &pen);
        marks.draw(&frame, &pen);
        legend.draw(&frame, &pen);
        let style = style::sheet(&frame, ["", ""]);
        Ok(frame.picture(style, clip(&frame) + &pen.into_elements()))
    }

    fn colours(&self) -> usize {
        self.series.iter().filter(|series| !series.is_band()).count()
    }

    fn check(&self) -> Result<(), Problem> {
        self.x.check()?;
        self.y.check()?;
        if self.series.is_empty() {
            return Err(Problem::Nothing);
        }
        let count = self.colours();
        if count > MAX_COLOURS {
            return Err(Problem::TooMany { what: "series", count, limit: MAX_COLOURS });
        }
        self.series.iter().try_for_each(|series| series.check(&self.x, &self.y))?;
        self.check_labels()
    }

    fn check_labels(&self) -> Result<(), Problem> {
        let series = self.series.iter().map(|series| &series.label);
        let marks = self.x.marks.iter().chain(&self.y.marks).map(|(_, label)| label);
        let mut labels = series.chain(marks).chain([&self.x.label, &self.y.label]);
        if let Some(label) = labels.find(|label| width(label) > WIDTH - 200) {
            return Err(Problem::TooLong { label: label.clone() });
        }
        let last = self.points().iter().map(|(x, _)| *x).fold(0.0, f64::max);
        self.x.check_names((last.round() as usize).saturating_add(1))
    }

    fn points(&self) -> Vec<Point> {
        self.series.iter().flat_map(Series::points).collect()
    }

    /// What is seen of each series. A line that runs out above or below is at the edge.
    pub fn seen(&self) -> Result<Vec<Curve>, Problem> {
        let [x, y] = self.scales()?;
        let share = |(at, height)| (x.position(at), y.position(height).clamp(0.0, 1.0));
        let seen = |series: &Series| {
            let points = series.points().into_iter().filter(|point| x.holds(point.0));
            let mut points: Vec<Point> = points.map(share).collect();
            if matches!(series.shape, Shape::Dots(_)) {
                points.sort_by(|a, b| a.0.total_cmp(&b.0));
            }
            Curve { label: series.label.clone(), points, zero: y.position(0.0) }
        };
        let curves = self.series.iter().map(seen);
        Ok(curves.filter(|curve| !curve.points.is_empty()).collect())
    }

    /// The ranges of both axes.
    fn scales(&self) -> Result<[Scale; 2], Problem> {
        let (xs, mut ys): (Vec<f64>, Vec<f64>) = self.points().into_iter().unzip();
        let has_bars = self.series.iter().any(Series::is_bars);
        let has_lines = self.series.iter().any(|series| series.is_line() || series.is_band());
        if has_bars {
            ys.push(0.0);
        }
        let fit = match (has_bars, has_lines) {
            (true, _) => Fit::Beside(bar_room(&self.series) / 2.0),
            (false, true) => Fit::Tight,
            (false, false) => Fit::Padded,
        };
        Ok([self.x.scale(&xs, fit)?, self.y.scale(&ys, Fit::Round)?])
    }

    fn draw_series(&self, frame: &Frame, pen: &Pen) {
        // Areas lie below, so that they hide nothing.
        let is_area = |series: &&Series| series.is_band() || series.is_bars();
        let areas = self.series.iter().filter(is_area);
        let others = self.series.iter().filter(|series| !is_area(series));
        for series in areas.chain(others) {
            let label = escape(&series.label);
            let attributes = format!("data-series=\"{label}\" clip-path=\"url(#plot)\"");
            pen.group(&attributes, || shapes::draw(series, &self.series, frame, pen));
        }
    }
}

/// Series are not drawn outside the plot, except for what lies half on its edge.
fn clip(frame: &Frame) -> String {
    const ROOM: i32 = 6;
    format!(
        "<clipPath id=\"plot\">\n<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n\
         </clipPath>\n",
        px(frame.left - ROOM),
        px(frame.top - ROOM),
        px(frame.right - frame.left + 2 * ROOM),
        px(frame.bottom - frame.top + 2 * ROOM)
    )
}
