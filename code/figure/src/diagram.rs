//! Diagrams: boxes with text and arrows between them.

use std::fmt::Write;

use crate::{
    document::{Head, Picture, drawn_with},
    draw::Draw,
    error::FigureError,
    escape::escape,
    style,
};

/// Width and height of a box, and the gaps between boxes.
const BOX: (f64, f64) = (128.0, 46.0);
const GAP: (f64, f64) = (66.0, 58.0);
const MARGIN: f64 = 10.0;

/// Lines of the light page, and of pages that know no schemes.
pub(crate) const LIGHT: &str = "\
text{fill:currentColor;text-anchor:middle;dominant-baseline:central}
rect,path{fill:none;stroke:currentColor;stroke-width:2}
.strong{stroke:#00579b;stroke-width:3}
.label{fill:#a83800;font-size:19px}
.note{fill:#a83800;font-size:16px;text-anchor:end}
.head{fill:currentColor;stroke:none}
";

/// What is different on a dark page.
pub(crate) const DARK: &str = "\
.strong{stroke:#6cb6f2}
.label,.note{fill:#f39a5b}
";

/// A diagram on a grid of columns and rows.
///
/// ```
/// use figure::{Diagram, Draw};
///
/// let svg = Diagram::new("loop", "A state hands itself on")
///     .node((0, 0), "h₀")
///     .strong_node((1, 0), "h₁ = 0.76")
///     .arrow((0, 0), (1, 0), "w")
///     .to_svg(None)
///     .unwrap();
/// assert!(svg.contains("h₁ = 0.76"));
/// ```
#[derive(Clone, Debug)]
pub struct Diagram {
    head: Head,
    elements: String,
    size: (u32, u32),
    box_width: f64,
}

/// Column and row, from the top left.
type Place = (u32, u32);

impl Diagram {
    /// An empty diagram. The name becomes part of the file's name.
    pub fn new(name: &str, title: &str) -> Self {
        Self {
            head: Head::new(name, title),
            elements: String::new(),
            size: (1, 1),
            box_width: BOX.0,
        }
    }

    /// What is to be seen, in a sentence or two, for those who do not see it. It is the page's
    /// alternative text.
    #[must_use]
    pub fn describe(mut self, description: &str) -> Self {
        description.clone_into(&mut self.head.description);
        self
    }

    /// Boxes for longer texts, this many times as wide. To be called before any is drawn.
    #[must_use]
    pub fn wide(mut self, times: f64) -> Self {
        self.box_width = times * BOX.0;
        self
    }

    /// A box with a text.
    #[must_use]
    pub fn node(self, place: Place, text: &str) -> Self {
        self.boxed(place, text, "")
    }

    /// A box that stands out.
    #[must_use]
    pub fn strong_node(self, place: Place, text: &str) -> Self {
        self.boxed(place, text, " class=\"strong\"")
    }

    /// An arrow from one box to its neighbour, with a label.
    #[must_use]
    pub fn arrow(mut self, from: Place, to: Place, label: &str) -> Self {
        let ((x1, y1), (x2, y2)) = (self.centre(from), self.centre(to));
        let (dx, dy) = (direction(x1, x2), direction(y1, y2));
        // From edge to edge, and the head just before the box.
        let start = (x1 + dx * self.box_width / 2.0, y1 + dy * BOX.1 / 2.0);
        let end = (x2 - dx * (self.box_width / 2.0 + 10.0), y2 - dy * (BOX.1 / 2.0 + 10.0));
        let middle = (f64::midpoint(start.0, end.0), f64::midpoint(start.1, end.1));
        // Beside an upright arrow, above a level one.
        let label_at = (middle.0 + 30.0 * dy.abs(), middle.1 - 16.0 * dx.abs());
        let head = arrow_head(end, (dx, dy));
        let _ = writeln!(
            self.elements,
            "<path d=\"M{} {}L{} {}\"/>\n<path class=\"head\" d=\"{head}\"/>\n\
             <text class=\"label\" x=\"{}\" y=\"{}\">{}</text>",
            start.0,
            start.1,
            end.0,
            end.1,
            label_at.0,
            label_at.1,
            escape(label)
        );
        self
    }

    fn centre(&self, (column, row): Place) -> (f64, f64) {
        (
            MARGIN + self.box_width / 2.0 + (self.box_width + GAP.0) * f64::from(column),
            MARGIN + BOX.1 / 2.0 + (BOX.1 + GAP.1) * f64::from(row),
        )
    }

    fn boxed(mut self, place: Place, text: &str, class: &str) -> Self {
        let (x, y) = self.centre(place);
        let (width, height) = (self.box_width, BOX.1);
        let _ = writeln!(
            self.elements,
            "<rect{class} x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\n\
             <text x=\"{x}\" y=\"{y}\">{}</text>",
            x - width / 2.0,
            y - height / 2.0,
            escape(text)
        );
        self.size = (self.size.0.max(place.0 + 1), self.size.1.max(place.1 + 1));
        self
    }
}

impl Draw for Diagram {
    fn name(&self) -> &str {
        &self.head.name
    }

    fn to_svg(&self, note: Option<&str>) -> Result<String, FigureError> {
        let (right, bottom) = self.centre((self.size.0 - 1, self.size.1 - 1));
        let (width, height) = (right + self.box_width / 2.0 + MARGIN, bottom + BOX.1 / 2.0 + 30.0);
        let note_below = note.map_or_else(String::new, |note| {
            let (x, y, note) = (width - 10.0, height - 12.0, escape(&drawn_with(note)));
            format!("<text class=\"note\" x=\"{x}\" y=\"{y}\">{note}</text>\n")
        });
        let picture = Picture {
            size: (width, height),
            text: style::DIAGRAM_TEXT,
            style: style::of_diagrams(LIGHT, DARK),
            elements: format!("{}{note_below}", self.elements),
        };
        self.head.file(note, Ok(picture))
    }
}

/// The outline of an arrow's head at the end of a level or upright line in this direction.
pub(crate) fn arrow_head(end: (f64, f64), (dx, dy): (f64, f64)) -> String {
    let (across, along) = (6.0, 10.0);
    let outline = [
        (end.0 + dx * along, end.1 + dy * along),
        (end.0 - dy * across, end.1 - dx * across),
        (end.0 + dy * across, end.1 + dx * across),
    ];
    format!("M{}Z", outline.map(|(x, y)| format!("{x} {y}")).join("L"))
}

/// -1, 0 or 1; the sign of a float knows no zero.
pub(crate) fn direction(from: f64, to: f64) -> f64 {
    f64::from(i8::from(to > from) - i8::from(to < from))
}
