//! Drawing with plotters, and the SVG around it.
//!
//! plotters writes colours and fonts into every element. The style sheet of the book must decide on
//! both, for a light and for a dark page, so a colour given to plotters is just the number of a
//! class, and the element gets that class instead.

use std::cell::RefCell;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{error::Problem, thin::Pixel};
use crate::svg::{Piece, Tag, escape, pieces, unescape};

pub(super) type Drawn = Result<(), Problem>;

/// A drawing that grows element by element.
pub(super) struct Canvas {
    size: (i32, i32),
    elements: Vec<String>,
}

impl Canvas {
    /// An empty drawing of this size in pixels.
    pub fn new(size: (i32, i32)) -> Self {
        Self { size, elements: Vec::new() }
    }

    /// Draws something.
    pub fn draw(&mut self, paint: impl FnOnce(&Pen) -> Drawn) -> Drawn {
        let mut drawn = String::new();
        let size = (self.size.0.unsigned_abs(), self.size.1.unsigned_abs());
        let area = SVGBackend::with_string(&mut drawn, size).into_drawing_area();
        let pen = Pen { area, classes: RefCell::default() };
        paint(&pen)?;
        pen.area.present().map_err(|error| Problem::Drawing(error.to_string()))?;
        let classes = pen.classes.take();
        drop(pen);
        self.elements.push(restyled(&drawn, &classes));
        Ok(())
    }

    /// Draws something as one group, with these attributes.
    pub fn group(&mut self, attributes: &str, paint: impl FnOnce(&Pen) -> Drawn) -> Drawn {
        self.elements.push(format!("<g{attributes}>\n"));
        self.draw(paint)?;
        self.elements.push("</g>\n".to_owned());
        Ok(())
    }

    /// The elements so far.
    pub fn into_elements(self) -> String {
        self.elements.concat()
    }
}

/// Draws elements of a class, in pixels.
pub(super) struct Pen<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    classes: RefCell<Vec<String>>,
}

impl Pen<'_> {
    pub fn line(&self, class: &str, points: Vec<Pixel>) -> Drawn {
        self.put(&PathElement::new(points, self.ink(class)))
    }

    pub fn area(&self, class: &str, corners: Vec<Pixel>) -> Drawn {
        self.put(&Polygon::new(corners, self.ink(class)))
    }

    pub fn circle(&self, class: &str, centre: Pixel, radius: i32) -> Drawn {
        self.put(&Circle::new(centre, radius, self.ink(class).filled()))
    }

    pub fn rectangle(&self, class: &str, (x0, y0): Pixel, (x1, y1): Pixel) -> Drawn {
        let corners = [(x0.min(x1), y0.min(y1)), (x0.max(x1), y0.max(y1))];
        self.put(&Rectangle::new(corners, self.ink(class).filled()))
    }

    /// Writes a text beside a point, or across it.
    pub fn text(&self, class: &str, text: &str, at: Pixel, (h, v): (HPos, VPos)) -> Drawn {
        self.put(&Text::new(text, at, self.letters(class).pos(Pos::new(h, v))))
    }

    /// Writes a text upwards that ends below a point.
    pub fn text_below(&self, class: &str, text: &str, at: Pixel) -> Drawn {
        let upwards = self.letters(class).transform(FontTransform::Rotate270);
        self.put(&Text::new(text, at, upwards.pos(Pos::new(HPos::Right, VPos::Center))))
    }

    fn put<'b, E>(&self, element: &'b E) -> Drawn
    where
        &'b E: plotters::element::PointCollection<'b, Pixel>,
        E: for<'c> plotters::element::Drawable<SVGBackend<'c>>,
    {
        self.area.draw(element).map_err(|error| Problem::Drawing(error.to_string()))
    }

    /// The size is the style sheet's.
    fn letters(&self, class: &str) -> TextStyle<'static> {
        let mut style = TextStyle::from(("sans-serif", 1.0));
        style.color = self.ink(class).to_backend_color();
        style
    }

    /// The number of the class, as a colour.
    fn ink(&self, class: &str) -> RGBColor {
        let mut classes = self.classes.borrow_mut();
        let known = classes.iter().position(|other| other == class);
        let number = known.unwrap_or_else(|| {
            classes.push(class.to_owned());
            classes.len() - 1
        });
        RGBColor((number >> 16) as u8, (number >> 8) as u8, number as u8)
    }
}

/// plotters' elements with classes instead of colours and fonts, one on each line.
fn restyled(drawn: &str, classes: &[String]) -> String {
    let mut lines = String::new();
    for piece in pieces(drawn) {
        match piece {
            Piece::Tag(Tag { name: "svg" | "/svg", .. }) => (),
            Piece::Tag(Tag { name: "/text", .. }) => lines += "</text>\n",
            Piece::Tag(tag) => lines += &restyled_tag(&tag, classes),
            Piece::Text(text) => lines += &escape(&unescape(text.trim_matches('\n'))),
        }
    }
    lines
}

fn restyled_tag(tag: &Tag, classes: &[String]) -> String {
    const DROPPED: [&str; 6] =
        ["opacity", "fill", "stroke", "stroke-width", "font-family", "font-size"];
    let kept = tag.attributes.iter().copied().filter(|(name, _)| !DROPPED.contains(name));
    let class = Some(("class", class(tag, classes))).filter(|(_, class)| !class.is_empty());
    let write = |(name, value): (&str, &str)| format!(" {name}=\"{}\"", value.trim_end());
    let attributes = class.into_iter().chain(kept).map(write).collect::<Vec<_>>().concat();
    let end = if tag.name == "text" { ">" } else { "/>\n" };
    format!("<{}{attributes}{end}", tag.name)
}

fn class<'a>(tag: &Tag, classes: &'a [String]) -> &'a str {
    let colours = ["fill", "stroke"].map(|name| tag.attribute(name).unwrap_or_default());
    let number = colours.iter().find_map(|colour| colour.strip_prefix('#'));
    let number = number.and_then(|number| usize::from_str_radix(number, 16).ok());
    number.and_then(|number| classes.get(number)).map_or("", String::as_str)
}
