//! One axis of a frame: its title, its ticks, and the room that their labels take.

use crate::labels::{EDGE, TEXT, WIDTH, count, width};
use crate::ticks::{Ticks, most_that_fit};
use crate::{axis::Axis, scale::Scale};

/// One axis with what stands beside it.
pub(crate) struct Side {
    pub title: String,
    pub ticks: Ticks,
    /// Are the ticks named places? Then they have no lines.
    pub named: bool,
    /// Are the labels written upwards?
    pub turned: bool,
    /// The largest size of the labels.
    pub limit: Option<f64>,
}

impl Side {
    /// The vertical axis, of this height; whole-numbered places are rows.
    pub fn vertical(axis: &Axis, scale: &Scale, height: i32, whole: bool) -> Self {
        let title = axis.label.clone();
        let Some(labels) = &axis.categories else {
            let most = (4 * height / (7 * TEXT)).max(2);
            let fits = |ticks: &Ticks| count(&ticks.labelled) <= most;
            let ticks = most_that_fit(scale, whole, fits);
            return Self { title, ticks, named: whole, turned: false, limit: None };
        };
        let slot = f64::from(height) / labels.len().max(1) as f64;
        let (limit, stride) =
            if slot < 14.0 { (None, stride(slot, TEXT)) } else { (Some(slot), 1) };
        Self { title, ticks: named(labels, stride), named: true, turned: false, limit }
    }

    /// The horizontal axis, of this width; whole-numbered places are columns.
    pub fn horizontal(axis: &Axis, scale: &Scale, room: i32, whole: bool) -> Self {
        let title = axis.label.clone();
        let Some(labels) = &axis.categories else {
            let fits = |ticks: &Ticks| count(&ticks.labelled) * (ticks.width() + TEXT) <= room;
            let ticks = most_that_fit(scale, whole, fits);
            return Self { title, ticks, named: whole, turned: false, limit: None };
        };
        let slot = f64::from(room) / labels.len().max(1) as f64;
        let widest = named(labels, 1).width().max(1);
        // Beside a wide letter there is hardly ever another one.
        let is_letter = labels.iter().all(|label| label.chars().count() <= 1);
        let needed = if is_letter { widest.min(17) } else { widest };
        let flat = 0.95 * slot * f64::from(TEXT) / f64::from(needed);
        let numbers = labels.iter().all(|label| label.replace('−', "-").parse::<f64>().is_ok());
        let is_short = labels.iter().all(|label| label.chars().count() <= 2);
        let (turned, limit, stride) = if flat >= 23.0 || (is_short && !numbers) {
            (false, Some(flat), 1)
        } else if slot >= 14.0 && !numbers {
            (true, Some(0.95 * slot), 1)
        } else {
            (false, None, stride(slot, widest + TEXT / 2))
        };
        Self { title, ticks: named(labels, stride), named: true, turned, limit }
    }

    /// The width of the widest label.
    pub fn widest(&self) -> i32 {
        self.limited(self.ticks.width())
    }

    /// The ends of the axis moved inwards, so that the labels at its ends are not cut.
    pub fn inwards(&self, scale: &Scale, left: i32, right: i32) -> [i32; 2] {
        let (mut free_left, mut free_right) = (left, right);
        for (value, label) in self.ticks.labelled.iter().filter(|_| !self.turned) {
            let at = left + (scale.position(*value) * f64::from(right - left)) as i32;
            let half = self.limited(width(label)) / 2;
            free_left = free_left.max(left + EDGE + half - at);
            free_right = free_right.min(right + WIDTH - EDGE - half - at);
        }
        [free_left, free_right]
    }

    /// The height of the labels below the axis.
    pub fn height(&self) -> i32 {
        self.height_at(TEXT)
    }

    /// The same where text has this size.
    pub fn height_at(&self, text: i32) -> i32 {
        let text = self.limit.map_or(text, |limit| text.min(limit as i32));
        if self.turned { self.ticks.width() * text / TEXT + 6 } else { text + 4 }
    }

    fn limited(&self, length: i32) -> i32 {
        let text = f64::from(TEXT);
        let share = self.limit.map_or(1.0, |limit| limit.min(text) / text);
        (f64::from(length) * share).ceil() as i32
    }

    /// The values at labelled lines and at lines between.
    pub fn grid(&self) -> [Vec<f64>; 2] {
        if self.named {
            return [Vec::new(), Vec::new()];
        }
        let labelled = self.ticks.labelled.iter().map(|(value, _)| *value).collect();
        [labelled, self.ticks.minor.clone()]
    }
}

/// One label for each so many places.
fn stride(slot: f64, room: i32) -> usize {
    (f64::from(room) / slot).ceil().max(1.0) as usize
}

fn named(labels: &[String], stride: usize) -> Ticks {
    let labelled = labels.iter().enumerate().step_by(stride);
    let labelled = labelled.map(|(i, label)| (i as f64, label.clone())).collect();
    Ticks { labelled, minor: Vec::new() }
}
