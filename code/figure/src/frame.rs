//! Where things stand: the axes, their ticks and titles, and the room around them.
//!
//! All numbers here are units of the figure; text takes the room that it has on a narrow page.

use plotters::coord::CoordTranslate;
use plotters::coord::cartesian::Cartesian2d;

use crate::{
    axis::Axis,
    document::{Picture, drawn_with},
    labels::{EDGE, LINE, TEXT, WIDTH, count, px, wrapped},
    pen::{HPos, Pen, Pixel, VPos},
    scale::Scale,
    side::Side,
};

/// From an axis to its labels.
const GAP: i32 = 9;

/// What a frame is made from.
pub(crate) struct Parts<'a> {
    pub axes: [&'a Axis; 2],
    pub scales: [Scale; 2],
    /// Row 0 of a heat map is on top.
    pub downwards: bool,
    /// Room for labels on the right, and is there a title above them?
    pub right: i32,
    pub right_title: bool,
    /// Room for a legend on top.
    pub above: i32,
    /// Room for the labels of marks, right above the plot.
    pub marks: i32,
    pub plot_height: i32,
    /// Where the values come from, if not from the seed.
    pub source: Option<&'a str>,
    pub note: Option<&'a str>,
}

/// The axes of a figure in their places.
pub(crate) struct Frame {
    pub left: i32,
    pub right: i32,
    pub top: i32,
    pub bottom: i32,
    height: i32,
    marks: i32,
    plane: Cartesian2d<Scale, Scale>,
    x: Side,
    y: Side,
    /// The lines below the figure, each with its class.
    notes: Vec<(&'static str, String)>,
}

impl Frame {
    pub fn new(parts: Parts) -> Self {
        let [x_axis, y_axis] = parts.axes;
        let [x_scale, y_scale] = parts.scales;
        let y = Side::vertical(y_axis, &y_scale, parts.plot_height, parts.downwards);
        let left = EDGE + y.widest() + GAP;
        let right = WIDTH - EDGE - parts.right.max(TEXT / 2);
        let x = Side::horizontal(x_axis, &x_scale, right - left, parts.downwards);
        let [left, right] = x.inwards(&x_scale, left, right);

        let has_title = parts.right_title || !y.title.is_empty();
        let title = if has_title { LINE + 6 } else { TEXT / 2 };
        let top = EDGE + parts.above + title + parts.marks;
        let bottom = top + parts.plot_height;
        let lines = |class, text: String| {
            wrapped(&text, WIDTH - 2 * EDGE).into_iter().map(move |line| (class, line))
        };
        let source = parts.source.map(|source| lines("source", source.to_owned()));
        let note = parts.note.map(|note| lines("note", drawn_with(note)));
        let notes: Vec<_> =
            source.into_iter().flatten().chain(note.into_iter().flatten()).collect();
        let title = if x.title.is_empty() { 0 } else { LINE };
        let height = bottom + GAP + x.height() + title + LINE * count(&notes) + EDGE;

        let (upper, lower) = (px(top), px(bottom));
        let rows = if parts.downwards { upper..lower } else { lower..upper };
        let plane = Cartesian2d::new(x_scale, y_scale, (px(left)..px(right), rows));
        Self { left, right, top, bottom, height, marks: parts.marks, plane, x, y, notes }
    }

    /// The pixel at which values are drawn.
    pub fn at(&self, x: f64, y: f64) -> Pixel {
        self.plane.translate(&(x, y))
    }

    fn x_scale(&self) -> &Scale {
        self.plane.x_spec()
    }

    pub fn y_scale(&self) -> &Scale {
        self.plane.y_spec()
    }

    /// The size of the whole figure in pixels.
    pub fn size(&self) -> Pixel {
        (px(WIDTH), px(self.height))
    }

    /// The figure with these elements.
    pub fn picture(&self, style: String, elements: String) -> Picture {
        let (width, height) = self.size();
        Picture { size: (width.into(), height.into()), text: px(TEXT).into(), style, elements }
    }

    /// The largest sizes of the labels at the two axes.
    pub fn limits(&self) -> [Option<f64>; 2] {
        [self.x.limit, self.y.limit]
    }

    /// How much closer to its axis the horizontal title can stand where text has this size.
    pub fn title_shift(&self, text: i32) -> i32 {
        self.x.height() - self.x.height_at(text)
    }

    /// Faint lines at the ticks.
    pub fn draw_grid(&self, pen: &Pen) {
        let across = |y: i32| vec![(px(self.left), y), (px(self.right), y)];
        let upwards = |x: i32| vec![(x, px(self.top)), (x, px(self.bottom))];
        let (x, y) = (&self.x.grid(), &self.y.grid());
        for (class, xs, ys) in [("minor", &x[1], &y[1]), ("grid", &x[0], &y[0])] {
            for value in xs {
                pen.line(class, upwards(self.at(*value, self.y_low()).0));
            }
            for value in ys {
                pen.line(class, across(self.at(self.x_low(), *value).1));
            }
        }
    }

    /// The horizontal axis with its ticks.
    pub fn draw_axis(&self, pen: &Pen) {
        let bottom = px(self.bottom);
        pen.line("axis", vec![(px(self.left), bottom), (px(self.right), bottom)]);
        for (value, _) in self.x.ticks.labelled.iter().filter(|_| !self.x.named) {
            let x = self.at(*value, self.y_low()).0;
            pen.line("axis", vec![(x, bottom), (x, bottom + px(5))]);
        }
    }

    /// The labels of both axes.
    pub fn draw_labels(&self, pen: &Pen) {
        pen.group("class=\"x\"", || self.draw_x_labels(pen));
        pen.group("class=\"y\"", || self.draw_y_labels(pen));
    }

    fn draw_x_labels(&self, pen: &Pen) {
        for (value, label) in &self.x.ticks.labelled {
            let at = (self.at(*value, self.y_low()).0, px(self.bottom + GAP));
            if self.x.turned {
                pen.text_below("", label, at);
            } else {
                pen.text("", label, at, (HPos::Center, VPos::Top));
            }
        }
    }

    fn draw_y_labels(&self, pen: &Pen) {
        for (value, label) in &self.y.ticks.labelled {
            let at = (px(self.left - GAP), self.at(self.x_low(), *value).1);
            pen.text("", label, at, (HPos::Right, VPos::Center));
        }
    }

    /// What the axes show, and the notes.
    pub fn draw_titles(&self, pen: &Pen) {
        if !self.y.title.is_empty() {
            let at = (px(self.left), px(self.top - self.marks - TEXT / 2));
            pen.text("title", &self.y.title, at, (HPos::Left, VPos::Bottom));
        }
        let below = self.bottom + GAP + self.x.height();
        if !self.x.title.is_empty() {
            let at = (px(i32::midpoint(self.left, self.right)), px(below + 2));
            pen.text("title below", &self.x.title, at, (HPos::Center, VPos::Top));
        }
        for (row, (class, note)) in (0..).zip(self.notes.iter().rev()) {
            let at = (px(WIDTH - EDGE), px(self.height - EDGE - 4 - LINE * row));
            pen.text(class, note, at, (HPos::Right, VPos::Bottom));
        }
    }

    fn x_low(&self) -> f64 {
        self.x_scale().value(self.x_scale().low)
    }

    fn y_low(&self) -> f64 {
        self.y_scale().value(self.y_scale().low)
    }
}
