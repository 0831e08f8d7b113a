//! Thin lines at values that matter. The labels of vertical ones stand above the plot; those of
//! horizontal ones are part of the [legend](super::legend).

use crate::{
    axis::Axis,
    frame::Frame,
    labels::{EDGE, TEXT, WIDTH, count, px, width},
    pen::{HPos, Pen, VPos},
    scale::Scale,
};

/// From one row of labels to the next.
const ROW: i32 = 26;

/// A plot is hardly ever narrower than this.
const NARROW: i32 = 520;

/// The marks of the horizontal axis, with the row of each label: 0 is next to the plot.
pub(crate) struct Marks<'a> {
    labels: Vec<(f64, &'a str, i32)>,
}

impl<'a> Marks<'a> {
    /// Finds a row for each label, so that none hides another.
    pub fn new(axis: &'a Axis, scale: &Scale) -> Self {
        let mut labels: Vec<(f64, &str, i32)> = Vec::new();
        for (value, label) in axis.marks.iter().filter(|(value, _)| scale.holds(*value)) {
            let collides = |row: i32| {
                labels.iter().any(|&(other, text, of)| {
                    let apart = (scale.position(*value) - scale.position(other)).abs();
                    let halves = i32::midpoint(width(label), width(text)) + TEXT / 2;
                    of == row && !label.is_empty() && apart * f64::from(NARROW) < f64::from(halves)
                })
            };
            let row = (0..count(&labels)).find(|row| !collides(*row)).unwrap_or(count(&labels));
            labels.push((*value, label, row));
        }
        Self { labels }
    }

    /// The height of the rows.
    pub fn height(&self) -> i32 {
        let named = self.labels.iter().filter(|(_, label, _)| !label.is_empty());
        named.map(|(.., row)| ROW * (row + 1)).max().unwrap_or(0)
    }

    pub fn draw(&self, frame: &Frame, pen: &Pen) {
        for &(value, label, row) in &self.labels {
            let x = frame.at(value, 1.0).0;
            let top = px(frame.top - ROW * row);
            pen.line("mark", vec![(x, top), (x, px(frame.bottom))]);
            let half = px(width(label)) / 2;
            let middle = x.min(px(WIDTH - EDGE) - half).max(px(EDGE) + half);
            let above = (middle, top - px(TEXT / 4));
            pen.text("title", label, above, (HPos::Center, VPos::Bottom));
        }
    }
}

/// Draws the marks of the vertical axis.
pub(crate) fn draw_levels(axis: &Axis, frame: &Frame, pen: &Pen) {
    for (value, _) in axis.marks.iter().filter(|(value, _)| frame.y_scale().holds(*value)) {
        let y = frame.at(1.0, *value).1;
        pen.line("mark", vec![(px(frame.left), y), (px(frame.right), y)]);
    }
}
