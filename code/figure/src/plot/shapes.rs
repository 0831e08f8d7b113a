//! How a series is drawn, between the axes and as a sample in the legend.

use super::{
    series::{Point, Series, Shape, bar_room},
    thin,
};
use crate::{
    frame::Frame,
    labels::px,
    pen::{Pen, Pixel},
};

/// The radius of a marker in pixels.
const RADIUS: i32 = px(4) + 1;

/// Draws one of the series of a plot.
pub(crate) fn draw(series: &Series, all: &[Series], frame: &Frame, pen: &Pen) {
    match &series.shape {
        Shape::Lines(paths) => paths.iter().for_each(|path| draw_line(series, path, frame, pen)),
        Shape::MarkedLine(points) => {
            draw_line(series, points, frame, pen);
            draw_dots(series, points, frame, pen);
        }
        Shape::Dots(points) => draw_dots(series, points, frame, pen),
        Shape::Band(points) => draw_band(series, points, frame, pen),
        Shape::Bars(bars) => draw_bars(series, bars, all, frame, pen),
    }
}

/// Draws what stands for a series in the legend, from here so far to the right.
pub(crate) fn draw_sample(series: &Series, (x, y): Pixel, length: i32, pen: &Pen) {
    let line = || vec![(x, y), (x + length, y)];
    let middle = (x + length / 2, y);
    let field = [(x + px(4), y - px(8)), (x + length - px(4), y + px(8))];
    match &series.shape {
        Shape::Lines(_) => pen.line(&line_class(series), line()),
        Shape::MarkedLine(_) => {
            pen.line(&line_class(series), line());
            draw_marker(series, middle, pen);
        }
        Shape::Dots(_) => draw_marker(series, middle, pen),
        Shape::Band(_) => pen.rectangle(&format!("band s{}", series.colour), field),
        Shape::Bars(_) => pen.rectangle(&format!("bar s{}", series.colour), field),
    }
}

fn draw_line(series: &Series, points: &[Point], frame: &Frame, pen: &Pen) {
    if let [(x, y)] = points {
        return draw_marker(series, frame.at(*x, *y), pen);
    }
    let pixels = points.iter().map(|&(x, y)| frame.at(x, y)).collect();
    pen.line(&line_class(series), thin::line(pixels));
}

/// Many paths of one series are thinner.
fn line_class(series: &Series) -> String {
    let is_path = matches!(&series.shape, Shape::Lines(paths) if paths.len() > 1);
    format!("{} s{}", if is_path { "path" } else { "line" }, series.colour)
}

fn draw_dots(series: &Series, points: &[Point], frame: &Frame, pen: &Pen) {
    for &(x, y) in points {
        draw_marker(series, frame.at(x, y), pen);
    }
}

/// Each colour has its own form, for those who do not see the colours.
fn draw_marker(series: &Series, (x, y): Pixel, pen: &Pen) {
    let (r, colour) = (RADIUS, series.colour);
    let class = format!("dot s{colour}");
    let corners = |corners: &[Pixel]| corners.iter().map(|(dx, dy)| (x + dx, y + dy)).collect();
    match colour {
        0 => pen.circle(&class, (x, y), r),
        1 => pen.rectangle(&class, [(x - r, y - r), (x + r, y + r)]),
        2 => pen.area(&class, corners(&[(0, -r - 4), (r + 3, r), (-r - 3, r)])),
        3 => pen.area(&class, corners(&[(0, -r - 6), (r + 6, 0), (0, r + 6), (-r - 6, 0)])),
        4 => pen.area(&class, corners(&[(0, r + 4), (r + 3, -r), (-r - 3, -r)])),
        _ => pen.circle(&format!("ring s{colour}"), (x, y), r),
    }
}

fn draw_band(series: &Series, points: &[(f64, f64, f64)], frame: &Frame, pen: &Pen) {
    let edges = |&(x, low, high): &(f64, f64, f64)| {
        (frame.at(x, low).0, frame.at(x, low).1, frame.at(x, high).1)
    };
    let edges = thin::band(points.iter().map(edges).collect());
    let low = edges.iter().map(|(x, low, _)| (*x, *low));
    let high = edges.iter().rev().map(|(x, _, high)| (*x, *high));
    let class = format!("band s{}", series.colour);
    if let [(x, low, high)] = edges[..] {
        return pen.rectangle(&class, [(x - RADIUS, low), (x + RADIUS, high)]);
    }
    pen.area(&class, low.chain(high).collect());
}

fn draw_bars(series: &Series, bars: &[Point], all: &[Series], frame: &Frame, pen: &Pen) {
    let colours: Vec<usize> =
        all.iter().filter(|series| series.is_bars()).map(|bars| bars.colour).collect();
    let place = colours.iter().position(|colour| *colour == series.colour).unwrap_or(0) as f64;
    let room = 0.8 * bar_room(all) / colours.len().max(1) as f64;
    let first = -0.5 * room * colours.len() as f64 + room * place;
    for &(x, height) in bars {
        let (left, foot) = frame.at(x + first, 0.0);
        let (right, head) = frame.at(x + first + room, height);
        pen.rectangle(
            &format!("bar s{}", series.colour),
            [(left, foot), (right.max(left + 2), head)],
        );
    }
}
