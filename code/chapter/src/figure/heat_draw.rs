//! Draws a [`HeatMap`].

use plotters::style::text_anchor::{HPos, VPos};

use super::axis::{Axis, Fit};
use super::canvas::{Canvas, Drawn, Pen};
use super::document::{Document, check_name};
use super::error::Problem;
use super::frame::{Frame, Parts};
use super::heat_map::HeatMap;
use super::labels::{TEXT, WIDTH, px, width};
use super::ramp::{LEVELS, level};
use super::scale::Scale;
use super::ticks::{Ticks, ticks};

/// The tallest plot, and the tallest row of a flat one, in units.
const HEIGHT: i32 = 340;
const TALLEST_ROW: i32 = 44;

/// The width of the scale of colours, and its distance from the plot.
const BAR: i32 = 16;
const BESIDE: i32 = 18;

/// Each cell is an element of the file.
const MAX_CELLS: usize = 6_000;

pub(super) fn draw(map: &HeatMap, note: Option<&str>) -> Result<String, Problem> {
    check(map)?;
    let values: Vec<f64> = map.rows.concat();
    let colours = map.value.scale(&values, Fit::Tight)?;
    let bar = ColourBar::new(&map.value, &colours);
    let frame = Frame::new(Parts {
        axes: [&map.x, &map.y],
        scales: [places(map.rows[0].len()), places(map.rows.len())],
        downwards: true,
        right: bar.width(),
        right_title: !map.value.label.is_empty(),
        above: 0,
        marks: 0,
        plot_height: plot_height(map.rows.len()),
        source: None,
        note,
    });
    let mut canvas = Canvas::new(frame.size());
    canvas
        .group(" shape-rendering=\"crispEdges\"", |pen| draw_cells(map, &frame, &colours, pen))?;
    canvas.group(" shape-rendering=\"crispEdges\"", |pen| ColourBar::draw_levels(&frame, pen))?;
    canvas.group(" class=\"x\"", |pen| frame.draw_x_labels(pen))?;
    canvas.group(" class=\"y\"", |pen| frame.draw_y_labels(pen))?;
    canvas.draw(|pen| {
        bar.draw_labels(&frame, pen)?;
        frame.draw_titles(pen)
    })?;
    let document = Document {
        name: &map.name,
        title: &map.title,
        description: &map.description,
        note,
        frame: &frame,
        ramp: Some(map.ramp),
    };
    Ok(document.write(canvas))
}

fn check(map: &HeatMap) -> Drawn {
    check_name(&map.name)?;
    map.value.check()?;
    let expected = map.rows.first().map_or(0, Vec::len);
    if expected == 0 {
        return Err(Problem::Nothing);
    }
    let count = expected * map.rows.len();
    if count > MAX_CELLS {
        return Err(Problem::TooMany { what: "cells", count, limit: MAX_CELLS });
    }
    for (row, values) in map.rows.iter().enumerate() {
        if values.len() != expected {
            return Err(Problem::Ragged { row, expected, found: values.len() });
        }
        for (column, value) in values.iter().enumerate() {
            map.value.check_value(*value, || format!("row {row}, column {column}"))?;
        }
    }
    let rows = map.rows.len();
    check_count(map.x.categories.as_deref(), expected)?;
    check_count(map.y.categories.as_deref(), rows)?;
    map.x.check_names(expected)?;
    map.y.check_names(rows)?;
    match [&map.x, &map.y, &map.value].into_iter().find(|axis| width(&axis.label) > WIDTH / 2) {
        Some(axis) => Err(Problem::TooLong { label: axis.label.clone() }),
        None => Ok(()),
    }
}

/// Refuses more names than there are rows or columns.
fn check_count(names: Option<&[String]>, places: usize) -> Drawn {
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

fn draw_cells(map: &HeatMap, frame: &Frame, colours: &Scale, pen: &Pen) -> Drawn {
    for (row, values) in map.rows.iter().enumerate() {
        for (column, value) in values.iter().enumerate() {
            let (x, y) = (column as f64, row as f64);
            let class = format!("l{}", level(colours.position(*value)));
            pen.rectangle(&class, frame.at(x - 0.5, y - 0.5), frame.at(x + 0.5, y + 0.5))?;
        }
    }
    Ok(())
}

/// The scale of colours on the right.
struct ColourBar {
    title: String,
    scale: Scale,
    ticks: Ticks,
}

impl ColourBar {
    fn new(axis: &Axis, scale: &Scale) -> Self {
        let ticks = ticks(scale, 5, false);
        Self { title: axis.label.clone(), scale: scale.clone(), ticks }
    }

    fn width(&self) -> i32 {
        BESIDE + BAR + 8 + self.ticks.width()
    }

    fn draw_levels(frame: &Frame, pen: &Pen) -> Drawn {
        let height = px(frame.bottom - frame.top);
        let y = |level: i32| px(frame.bottom) - height * level / LEVELS;
        let left = px(frame.right + BESIDE);
        (0..LEVELS).try_for_each(|level| {
            let corners = [(left, y(level + 1)), (left + px(BAR), y(level))];
            pen.rectangle(&format!("l{level}"), corners[0], corners[1])
        })
    }

    fn draw_labels(&self, frame: &Frame, pen: &Pen) -> Drawn {
        let length = f64::from(px(frame.bottom - frame.top));
        for (value, label) in &self.ticks.labelled {
            let y = px(frame.bottom) - (self.scale.position(*value) * length) as i32;
            let at = (px(frame.right + BESIDE + BAR + 8), y);
            pen.text("", label, at, (HPos::Left, VPos::Center))?;
        }
        let at = (px(WIDTH - 4), px(frame.top - TEXT / 2));
        pen.text("title", &self.title, at, (HPos::Right, VPos::Bottom))
    }
}
