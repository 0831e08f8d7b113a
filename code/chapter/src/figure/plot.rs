//! Draws a [`Figure`].

use super::axis::Fit;
use super::canvas::{Canvas, Drawn, Pen};
use super::document::{Document, check_name};
use super::frame::{Frame, Parts};
use super::labels::{WIDTH, px, width};
use super::legend::Legend;
use super::marks::{self, Marks};
use super::scale::Scale;
use super::series::{MAX_COLOURS, Point, Series, Shape};
use super::thin::{self, Pixel};
use super::{Figure, error::Problem};
use crate::svg::escape;

/// The height of the plot in units.
const HEIGHT: i32 = 310;

/// The radius of a marker in pixels.
const RADIUS: i32 = px(4) + 1;

pub(super) fn draw(figure: &Figure, note: Option<&str>) -> Result<String, Problem> {
    check(figure)?;
    let (x, y) = scales(figure)?;
    let legend = Legend::new(figure, &x, &y, HEIGHT);
    let marks = Marks::new(&figure.x, &x);
    let frame = Frame::new(Parts {
        axes: [&figure.x, &figure.y],
        scales: [x, y],
        downwards: false,
        right: legend.width(),
        right_title: false,
        above: legend.height(),
        marks: marks.height(),
        plot_height: HEIGHT,
        source: figure.source.as_deref(),
        note,
    });
    let mut canvas = Canvas::new(frame.size());
    canvas.draw(|pen| frame.draw_grid(pen))?;
    draw_series(figure, &frame, &mut canvas)?;
    canvas.draw(|pen| frame.draw_axis(pen))?;
    canvas.group(" class=\"x\"", |pen| frame.draw_x_labels(pen))?;
    canvas.group(" class=\"y\"", |pen| frame.draw_y_labels(pen))?;
    canvas.draw(|pen| {
        frame.draw_titles(pen)?;
        marks::draw_levels(&figure.y, &frame, pen)?;
        marks.draw(&frame, pen)?;
        legend.draw(pen, &frame)
    })?;
    let document = Document {
        name: &figure.name,
        title: &figure.title,
        description: &figure.description,
        note,
        frame: &frame,
        ramp: None,
    };
    Ok(document.write(canvas))
}

fn check(figure: &Figure) -> Drawn {
    check_name(&figure.name)?;
    figure.x.check()?;
    figure.y.check()?;
    let colours = figure.series.iter().filter(|series| !series.is_band()).count();
    if figure.series.is_empty() {
        return Err(Problem::Nothing);
    }
    if colours > MAX_COLOURS {
        return Err(Problem::TooMany { what: "series", count: colours, limit: MAX_COLOURS });
    }
    figure.series.iter().try_for_each(|series| series.check(&figure.x, &figure.y))?;
    check_labels(figure)
}

fn check_labels(figure: &Figure) -> Drawn {
    let series = figure.series.iter().map(|series| &series.label);
    let marks = figure.x.marks.iter().chain(&figure.y.marks).map(|(_, label)| label);
    let mut labels = series.chain(marks).chain([&figure.x.label, &figure.y.label]);
    if let Some(label) = labels.find(|label| width(label) > WIDTH - 200) {
        return Err(Problem::TooLong { label: label.clone() });
    }
    let last = figure.series.iter().flat_map(Series::points).map(|(x, _)| x).fold(0.0, f64::max);
    figure.x.check_names((last.round() as usize).saturating_add(1))
}

/// The ranges of both axes.
fn scales(figure: &Figure) -> Result<(Scale, Scale), Problem> {
    let points: Vec<Point> = figure.series.iter().flat_map(Series::points).collect();
    let xs: Vec<f64> = points.iter().map(|(x, _)| *x).collect();
    let mut ys: Vec<f64> = points.iter().map(|(_, y)| *y).collect();
    let has_bars = figure.series.iter().any(Series::is_bars);
    let has_lines = figure.series.iter().any(|series| series.is_line() || series.is_band());
    if has_bars {
        ys.push(0.0);
    }
    let fit = match (has_bars, has_lines) {
        (true, _) => Fit::Beside(bar_room(figure) / 2.0),
        (false, true) => Fit::Tight,
        (false, false) => Fit::Padded,
    };
    Ok((figure.x.scale(&xs, fit)?, figure.y.scale(&ys, Fit::Round)?))
}

/// The smallest distance of two bars of a series.
fn bar_room(figure: &Figure) -> f64 {
    let bars = figure.series.iter().filter(|series| series.is_bars());
    let mut xs: Vec<f64> = bars.flat_map(Series::points).map(|(x, _)| x).collect();
    xs.sort_by(f64::total_cmp);
    let length = xs.last().zip(xs.first()).map_or(0.0, |(last, first)| last - first);
    let steps = xs.windows(2).map(|pair| pair[1] - pair[0]);
    let room = steps.filter(|step| *step > 1e-6 * length).fold(f64::INFINITY, f64::min);
    if room.is_finite() { room } else { 1.0 }
}

fn draw_series(figure: &Figure, frame: &Frame, canvas: &mut Canvas) -> Drawn {
    // Areas lie below, so that they hide nothing.
    let is_area = |series: &&Series| series.is_band() || series.is_bars();
    let areas = figure.series.iter().filter(is_area);
    let others = figure.series.iter().filter(|series| !is_area(series));
    for series in areas.chain(others) {
        let label = escape(&series.label);
        let attributes = format!(" data-series=\"{label}\" clip-path=\"url(#plot)\"");
        canvas.group(&attributes, |pen| draw_one(figure, series, frame, pen))?;
    }
    Ok(())
}

fn draw_one(figure: &Figure, series: &Series, frame: &Frame, pen: &Pen) -> Drawn {
    match &series.shape {
        Shape::Lines(paths) => {
            paths.iter().try_for_each(|path| draw_line(pen, series, frame, path))
        }
        Shape::MarkedLine(points) => {
            draw_line(pen, series, frame, points)?;
            draw_dots(pen, series, frame, points)
        }
        Shape::Dots(points) => draw_dots(pen, series, frame, points),
        Shape::Band(points) => draw_band(pen, series, frame, points),
        Shape::Bars(bars) => draw_bars(pen, figure, series, frame, bars),
    }
}

fn draw_line(pen: &Pen, series: &Series, frame: &Frame, points: &[Point]) -> Drawn {
    if let [(x, y)] = points {
        return draw_marker(pen, series.colour, frame.at(*x, *y));
    }
    let pixels = points.iter().map(|&(x, y)| frame.at(x, y)).collect();
    pen.line(&line_class(series), thin::line(pixels))
}

/// Many paths of one series are thinner.
pub(super) fn line_class(series: &Series) -> String {
    let is_path = matches!(&series.shape, Shape::Lines(paths) if paths.len() > 1);
    format!("{} s{}", if is_path { "path" } else { "line" }, series.colour)
}

fn draw_dots(pen: &Pen, series: &Series, frame: &Frame, points: &[Point]) -> Drawn {
    points.iter().try_for_each(|&(x, y)| draw_marker(pen, series.colour, frame.at(x, y)))
}

/// Each colour has its own form, for those who do not see the colours.
pub(super) fn draw_marker(pen: &Pen, colour: usize, (x, y): Pixel) -> Drawn {
    let r = RADIUS;
    let class = format!("dot s{colour}");
    let corners = |corners: &[Pixel]| corners.iter().map(|(dx, dy)| (x + dx, y + dy)).collect();
    match colour {
        0 => pen.circle(&class, (x, y), r),
        1 => pen.rectangle(&class, (x - r, y - r), (x + r, y + r)),
        2 => pen.area(&class, corners(&[(0, -r - 4), (r + 3, r), (-r - 3, r)])),
        3 => pen.area(&class, corners(&[(0, -r - 6), (r + 6, 0), (0, r + 6), (-r - 6, 0)])),
        4 => pen.area(&class, corners(&[(0, r + 4), (r + 3, -r), (-r - 3, -r)])),
        _ => pen.circle(&format!("ring s{colour}"), (x, y), r),
    }
}

fn draw_band(pen: &Pen, series: &Series, frame: &Frame, points: &[(f64, f64, f64)]) -> Drawn {
    let edges = |&(x, low, high): &(f64, f64, f64)| {
        (frame.at(x, low).0, frame.at(x, low).1, frame.at(x, high).1)
    };
    let edges = thin::band(points.iter().map(edges).collect());
    let low = edges.iter().map(|(x, low, _)| (*x, *low));
    let high = edges.iter().rev().map(|(x, _, high)| (*x, *high));
    let class = format!("band s{}", series.colour);
    if let [(x, low, high)] = edges[..] {
        return pen.rectangle(&class, (x - RADIUS, low), (x + RADIUS, high));
    }
    pen.area(&class, low.chain(high).collect())
}

fn draw_bars(pen: &Pen, figure: &Figure, series: &Series, frame: &Frame, bars: &[Point]) -> Drawn {
    let colours: Vec<usize> =
        figure.series.iter().filter(|series| series.is_bars()).map(|bars| bars.colour).collect();
    let place = colours.iter().position(|colour| *colour == series.colour).unwrap_or(0) as f64;
    let room = 0.8 * bar_room(figure) / colours.len().max(1) as f64;
    let first = -0.5 * room * colours.len() as f64 + room * place;
    for &(x, height) in bars {
        let (left, foot) = frame.at(x + first, 0.0);
        let (right, head) = frame.at(x + first + room, height);
        let class = format!("bar s{}", series.colour);
        pen.rectangle(&class, (left, foot), (right.max(left + 2), head))?;
    }
    Ok(())
}
