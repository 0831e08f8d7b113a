//! Sketches: boxes, signs and arrows wherever they shall stand.

use std::fmt::Write;

use crate::{
    diagram::{DARK, LIGHT, arrow_head, direction},
    document::{Head, Picture, drawn_with},
    draw::Draw,
    error::FigureError,
    escape::escape,
    style,
};

/// Height of a box, radius of a sign, and how far an arrow's line ends before its point.
const BOX_HEIGHT: f64 = 46.0;
const RADIUS: f64 = 15.0;
const HEAD: f64 = 10.0;

/// More height where a note stands below.
const NOTE: f64 = 26.0;

/// What a sketch has besides a diagram's rules. A text that is new or dashed stands in the same colour
/// as its line; weight and dashes differ as well.
const MORE_LIGHT: &str = "\
text{font-size:20px}
circle{fill:none;stroke:currentColor;stroke-width:2}
.heading{font-weight:600;text-anchor:start}
circle.strong,path.strong{stroke-width:3.5}
.dashed{stroke:#a83800;stroke-width:3;stroke-dasharray:8 6}
.head.strong{fill:#00579b}
.head.dashed{fill:#a83800}
.head.strong,.head.dashed,text.strong,text.dashed{stroke:none}
text.strong{fill:#00579b}
.beside.strong{font-weight:600}
text.dashed{fill:#a83800}
";

/// What is different on a dark page.
const MORE_DARK: &str = "\
.dashed{stroke:#f39a5b}
.head.strong,text.strong{fill:#6cb6f2}
.head.dashed,text.dashed{fill:#f39a5b}
";

/// A drawing in pixels, from the top left, with all its texts large enough for a phone where it is no
/// wider than 750.
///
/// ```
/// use figure::{Draw, Look, Sketch};
///
/// let svg = Sketch::new("gate", "A gate multiplies", (300.0, 80.0))
///     .node(Look::Plain, (50.0, 40.0), 80.0, "c = 2")
///     .sign(Look::Strong, (150.0, 40.0), "×")
///     .arrow(Look::Strong, &[(90.0, 40.0), (135.0, 40.0)])
///     .to_svg(None)
///     .unwrap();
/// assert!(svg.contains("<circle class=\"strong\" cx=\"150\""));
/// ```
#[derive(Clone, Debug)]
pub struct Sketch {
    head: Head,
    elements: String,
    size: Point,
}

/// How far right and how far down.
type Point = (f64, f64);

/// How something is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// As the text of the page.
    Plain,
    /// It stands out: blue, and heavier.
    Strong,
    /// It is of another kind: orange, and dashed.
    Dashed,
}

impl Look {
    const fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Strong => "strong",
            Self::Dashed => "dashed",
        }
    }
}

impl Sketch {
    /// An empty sketch of this width and height. The name becomes part of the file's name.
    pub fn new(name: &str, title: &str, size: (f64, f64)) -> Self {
        Self { head: Head::new(name, title), elements: String::new(), size }
    }

    /// What is to be seen, in a sentence or two, for those who do not see it. It is the page's
    /// alternative text.
    #[must_use]
    pub fn describe(mut self, description: &str) -> Self {
        description.clone_into(&mut self.head.description);
        self
    }

    /// A line that says what a part shows, and begins here.
    #[must_use]
    pub fn heading(self, at: (f64, f64), text: &str) -> Self {
        self.text_of("heading", at, text)
    }

    /// A text without a box, around this point.
    #[must_use]
    pub fn text(self, look: Look, at: (f64, f64), text: &str) -> Self {
        self.text_of(&format!("beside {}", look.class()), at, text)
    }

    /// A box of this width with a text, around this point.
    #[must_use]
    pub fn node(mut self, look: Look, (x, y): (f64, f64), width: f64, text: &str) -> Self {
        let _ = writeln!(
            self.elements,
            "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{BOX_HEIGHT}\" rx=\"8\"/>",
            look.class(),
            x - width / 2.0,
            y - BOX_HEIGHT / 2.0,
        );
        self.text_of(look.class(), (x, y), text)
    }

    /// A sign in a circle: `×`, `+`.
    #[must_use]
    pub fn sign(mut self, look: Look, (x, y): (f64, f64), text: &str) -> Self {
        let class = look.class();
        let _ = writeln!(
            self.elements,
            "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{RADIUS}\"/>"
        );
        self.text_of(class, (x, y), text)
    }

    /// An arrow along level and upright lines from the first point to the last, which its head touches.
    #[must_use]
    pub fn arrow(mut self, look: Look, points: &[(f64, f64)]) -> Self {
        if let [.., from, to] = points {
            let towards = (direction(from.0, to.0), direction(from.1, to.1));
            let end = (to.0 - towards.0 * HEAD, to.1 - towards.1 * HEAD);
            let line = [&points[..points.len() - 1], &[end]].concat();
            self = self.line(look, &line);
            let (class, head) = (look.class(), arrow_head(end, towards));
            let _ = writeln!(self.elements, "<path class=\"head {class}\" d=\"{head}\"/>");
        }
        self
    }

    /// A line from point to point.
    #[must_use]
    pub fn line(mut self, look: Look, points: &[(f64, f64)]) -> Self {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x} {y}")).collect();
        let (class, points) = (look.class(), points.join("L"));
        let _ = writeln!(self.elements, "<path class=\"{class}\" d=\"M{points}\"/>");
        self
    }

    fn text_of(mut self, class: &str, (x, y): Point, text: &str) -> Self {
        let text = escape(text);
        let _ =
            writeln!(self.elements, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>");
        self
    }
}

impl Draw for Sketch {
    fn name(&self) -> &str {
        &self.head.name
    }

    fn to_svg(&self, note: Option<&str>) -> Result<String, FigureError> {
        let (width, mut height) = self.size;
        let mut elements = self.elements.clone();
        if let Some(note) = note {
            height += NOTE;
            let (x, y, note) = (width - 10.0, height - 12.0, escape(&drawn_with(note)));
            let _ = writeln!(elements, "<text class=\"note\" x=\"{x}\" y=\"{y}\">{note}</text>");
        }
        let rules = [format!("{LIGHT}{MORE_LIGHT}"), format!("{DARK}{MORE_DARK}")];
        let style = style::of_diagrams(&rules[0], &rules[1]);
        self.head.file(
            note,
            Ok(Picture { size: (width, height), text: style::DIAGRAM_TEXT, style, elements }),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty() -> Sketch {
        Sketch::new("sketch", "A sketch", (200.0, 100.0))
    }

    #[test]
    fn an_arrow_turns_and_its_head_touches_the_last_point() {
        let points = [(10.0, 20.0), (10.0, 60.0), (90.0, 60.0)];
        let svg = empty().arrow(Look::Plain, &points).to_svg(None).unwrap();
        assert!(svg.contains("d=\"M10 20L10 60L80 60\""), "{svg}");
        assert!(svg.contains("class=\"head plain\" d=\"M90 60L80 54L80 66Z\""), "{svg}");
    }

    #[test]
    fn an_arrow_from_nowhere_is_none() {
        let path = |points: &[Point]| empty().arrow(Look::Plain, points).elements;
        assert_eq!([path(&[]), path(&[(1.0, 2.0)])], [const { String::new() }; 2]);
    }

    #[test]
    fn boxes_and_signs_stand_around_their_point() {
        let svg = empty()
            .node(Look::Strong, (100.0, 50.0), 80.0, "a < b")
            .sign(Look::Dashed, (30.0, 40.0), "×")
            .to_svg(None)
            .unwrap();
        assert!(
            svg.contains("<rect class=\"strong\" x=\"60\" y=\"27\" width=\"80\" height=\"46\"")
        );
        assert!(svg.contains("<text class=\"strong\" x=\"100\" y=\"50\">a &lt; b</text>"), "{svg}");
        assert!(svg.contains("<circle class=\"dashed\" cx=\"30\" cy=\"40\""), "{svg}");
    }

    #[test]
    fn a_note_has_room_below() {
        let sketch = empty();
        // Above it, a line for the title.
        assert!(sketch.to_svg(None).unwrap().contains("viewBox=\"0 -41 200 141\""));
        let svg = sketch.to_svg(Some("--w 2")).unwrap();
        assert!(svg.contains("viewBox=\"0 0 200 126\""), "{svg}");
        assert!(svg.contains("y=\"114\">drawn with --w 2</text>"), "{svg}");
    }
}
