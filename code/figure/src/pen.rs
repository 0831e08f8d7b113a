//! Drawing with plotters, element by element.
//!
//! plotters gives every element a colour and a font. The style sheet of the book must decide on
//! both, for a light and for a dark page, so its elements are written here with a class instead.

use std::{
    cell::RefCell,
    fmt::{self, Write},
    rc::Rc,
};

use plotters::{
    coord::Shift,
    element::{Drawable, PointCollection},
    prelude::*,
    style::text_anchor::Pos,
};
use plotters_backend::{BackendColor, BackendStyle, BackendTextStyle, DrawingErrorKind};

pub(crate) use plotters::style::text_anchor::{HPos, VPos};

use crate::escape::escape;

/// A point in pixels.
pub(crate) type Pixel = (i32, i32);

/// Draws elements of a class, in pixels.
pub(crate) struct Pen {
    area: DrawingArea<Elements, Shift>,
    elements: Rc<RefCell<Elements>>,
}

impl Pen {
    /// For a drawing of this size; what lies outside is drawn at its edge.
    pub fn new((width, height): Pixel) -> Self {
        let size = (width.unsigned_abs(), height.unsigned_abs());
        let elements = Rc::new(RefCell::new(Elements { size, ..Elements::default() }));
        Self { area: DrawingArea::from(&elements), elements }
    }

    /// The elements so far, one on each line.
    pub fn into_elements(self) -> String {
        self.elements.take().written
    }

    /// Makes one group, with these attributes, of all that is drawn meanwhile.
    pub fn group(&self, attributes: &str, draw: impl FnOnce()) {
        self.elements.borrow_mut().written += &["<g ", attributes, ">\n"].concat();
        draw();
        self.elements.borrow_mut().written += "</g>\n";
    }

    pub fn line(&self, class: &str, points: Vec<Pixel>) {
        self.put(class, &PathElement::new(points, BLACK));
    }

    pub fn area(&self, class: &str, corners: Vec<Pixel>) {
        self.put(class, &Polygon::new(corners, BLACK));
    }

    pub fn circle(&self, class: &str, centre: Pixel, radius: i32) {
        self.put(class, &Circle::new(centre, radius, BLACK));
    }

    pub fn rectangle(&self, class: &str, corners: [Pixel; 2]) {
        self.put(class, &Rectangle::new(corners, BLACK));
    }

    /// Writes a text beside a point, or across it.
    pub fn text(&self, class: &str, text: &str, at: Pixel, (h, v): (HPos, VPos)) {
        self.put(class, &Text::new(text, at, letters().pos(Pos::new(h, v))));
    }

    /// Writes a text upwards that ends below a point.
    pub fn text_below(&self, class: &str, text: &str, at: Pixel) {
        let upwards = letters().transform(FontTransform::Rotate270);
        self.put(class, &Text::new(text, at, upwards.pos(Pos::new(HPos::Right, VPos::Center))));
    }

    fn put<'a, E>(&self, class: &str, element: &'a E)
    where
        &'a E: PointCollection<'a, Pixel>,
        E: Drawable<Elements>,
    {
        class.clone_into(&mut self.elements.borrow_mut().class);
        self.area.draw(element).expect("writing to a text cannot fail");
    }
}

/// plotters asks for a font and its size; the style sheet's are used.
fn letters() -> TextStyle<'static> {
    ("sans-serif", 1.0).into()
}

/// What plotters draws on: a text that grows by an element with the pen's class.
#[derive(Default)]
struct Elements {
    size: (u32, u32),
    class: String,
    written: String,
}

type Drawn = Result<(), DrawingErrorKind<fmt::Error>>;

impl Elements {
    fn write(&mut self, element: fmt::Arguments) -> Drawn {
        self.written.write_fmt(element).map_err(DrawingErrorKind::DrawingError)
    }

    fn shape(&mut self, name: &str, geometry: fmt::Arguments) -> Drawn {
        self.write(format_args!("<{name}{} {geometry}/>\n", self.class()))
    }

    fn class(&self) -> String {
        if self.class.is_empty() { String::new() } else { format!(" class=\"{}\"", self.class) }
    }
}

/// Colours, widths and whether a shape is filled are the style sheet's to say.
impl DrawingBackend for Elements {
    type ErrorType = fmt::Error;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, _: Pixel, _: BackendColor) -> Drawn {
        unreachable!("the pen draws whole shapes")
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = Pixel>>(
        &mut self,
        path: I,
        _: &S,
    ) -> Drawn {
        self.shape("polyline", format_args!("points=\"{}\"", joined(path)))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = Pixel>>(
        &mut self,
        corners: I,
        _: &S,
    ) -> Drawn {
        self.shape("polygon", format_args!("points=\"{}\"", joined(corners)))
    }

    fn draw_circle<S: BackendStyle>(&mut self, (x, y): Pixel, r: u32, _: &S, _: bool) -> Drawn {
        self.shape("circle", format_args!("cx=\"{x}\" cy=\"{y}\" r=\"{r}\""))
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (x, y): Pixel,
        (right, bottom): Pixel,
        _: &S,
        _: bool,
    ) -> Drawn {
        let (width, height) = (right - x, bottom - y);
        let size = format_args!("width=\"{width}\" height=\"{height}\"");
        self.shape("rect", format_args!("x=\"{x}\" y=\"{y}\" {size}"))
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): Pixel) -> Drawn {
        let anchor = match style.anchor().h_pos {
            HPos::Left => "start",
            HPos::Right => "end",
            HPos::Center => "middle",
        };
        let dy = match style.anchor().v_pos {
            VPos::Top => "0.76em",
            VPos::Center => "0.5ex",
            VPos::Bottom => "-0.5ex",
        };
        let turn = match style.transform() {
            FontTransform::Rotate270 => format!(" transform=\"rotate(270, {x}, {y})\""),
            _ => String::new(),
        };
        let place = format_args!("x=\"{x}\" y=\"{y}\" dy=\"{dy}\" text-anchor=\"{anchor}\"{turn}");
        // A picture shows no spaces at the ends of a text.
        let text = escape(text.trim());
        self.write(format_args!("<text{} {place}>{text}</text>\n", self.class()))
    }
}

fn joined(points: impl IntoIterator<Item = Pixel>) -> String {
    let points: Vec<_> = points.into_iter().map(|(x, y)| format!("{x},{y}")).collect();
    points.join(" ")
}
