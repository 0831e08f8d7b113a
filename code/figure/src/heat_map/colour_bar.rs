//! The scale of colours beside a heat map.

use super::ramp::LEVELS;
use crate::{
    axis::Axis,
    frame::Frame,
    labels::{EDGE, TEXT, WIDTH, px},
    pen::{HPos, Pen, VPos},
    scale::Scale,
    ticks::{Ticks, ticks},
};

/// The width of the scale of colours, and its distance from the plot.
const BAR: i32 = 16;
const BESIDE: i32 = 18;

/// The scale of colours on the right.
pub(crate) struct ColourBar {
    title: String,
    scale: Scale,
    ticks: Ticks,
}

impl ColourBar {
    pub fn new(axis: &Axis, scale: &Scale) -> Self {
        let ticks = ticks(scale, 5, false);
        Self { title: axis.label.clone(), scale: scale.clone(), ticks }
    }

    pub fn width(&self) -> i32 {
        BESIDE + BAR + 8 + self.ticks.width()
    }

    pub fn draw_levels(frame: &Frame, pen: &Pen) {
        let height = px(frame.bottom - frame.top);
        let y = |level: i32| px(frame.bottom) - height * level / LEVELS;
        let left = px(frame.right + BESIDE);
        for level in 0..LEVELS {
            let corners = [(left, y(level + 1)), (left + px(BAR), y(level))];
            pen.rectangle(&format!("l{level}"), corners);
        }
    }

    pub fn draw_labels(&self, frame: &Frame, pen: &Pen) {
        let length = f64::from(px(frame.bottom - frame.top));
        for (value, label) in &self.ticks.labelled {
            let y = px(frame.bottom) - (self.scale.position(*value) * length) as i32;
            let at = (px(frame.right + BESIDE + BAR + 8), y);
            pen.text("", label, at, (HPos::Left, VPos::Center));
        }
        let at = (px(WIDTH - EDGE), px(frame.top - TEXT / 2));
        pen.text("title", &self.title, at, (HPos::Right, VPos::Bottom));
    }
}
