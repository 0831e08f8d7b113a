//! What all figures have in common: the file around what is drawn.

use std::fmt::Write;

use crate::{
    error::{FigureError, Problem},
    escape::escape,
    labels::{LINE, TEXT, wrapped},
};

/// How much wider bold letters are.
const BOLD: f64 = 1.15;

/// The title stands on the left, whatever a figure does with its other texts.
const HEADLINE: &str = ".headline{font-weight:600;text-anchor:start;dominant-baseline:auto}\n";

/// How a figure is named, and what is read out in its place.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub name: String,
    title: String,
    pub description: String,
}

/// What the file holds.
pub(crate) struct Picture {
    /// Width and height in pixels of the drawing.
    pub size: (f64, f64),
    /// The largest size of its text, in the same pixels.
    pub text: f64,
    pub style: String,
    pub elements: String,
}

impl Head {
    pub fn new(name: &str, title: &str) -> Self {
        Self { name: name.to_owned(), title: title.to_owned(), description: String::new() }
    }

    /// The whole file, one element on each line.
    pub fn file(
        &self,
        note: Option<&str>,
        picture: Result<Picture, Problem>,
    ) -> Result<String, FigureError> {
        match self.check_name().and(picture) {
            Ok(picture) => Ok(self.write(note, &picture)),
            Err(problem) => Err(FigureError { figure: self.name.clone(), problem }),
        }
    }

    /// A name becomes part of a file's name and of the file's identifiers.
    fn check_name(&self) -> Result<(), Problem> {
        let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let begins = self.name.starts_with(|c: char| c.is_ascii_lowercase());
        if begins && self.name.chars().all(is_good) { Ok(()) } else { Err(Problem::Name) }
    }

    fn write(&self, note: Option<&str>, picture: &Picture) -> String {
        let Picture { size: (width, height), style, elements, .. } = picture;
        let (name, title) = (&self.name, escape(&self.title));
        // What a picture says, it says of the book's own parameters.
        let ((room, headline), [described, description]) = match note {
            None => (self.headline(picture), self.description()),
            Some(_) => Default::default(),
        };
        let (top, height) = (0.0 - room, height + room);
        let parameters =
            note.map_or_else(String::new, |note| format!(" data-parameters=\"{}\"", escape(note)));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 {top} {width} {height}\" \
             role=\"img\" aria-labelledby=\"{name}-title\"{described}{parameters}>\n\
             <title id=\"{name}-title\">{title}</title>\n{description}\
             <style>\n{style}{HEADLINE}</style>\n{headline}{elements}</svg>\n"
        )
    }

    /// The title above the picture, and the room that it takes.
    fn headline(&self, picture: &Picture) -> (f64, String) {
        let Picture { size: (width, _), text, .. } = picture;
        let lines = wrapped(&self.title, (width / text * f64::from(TEXT) / BOLD) as i32);
        let line = text * f64::from(LINE) / f64::from(TEXT);
        let room = (line * (lines.len() as f64 + 0.4)).round();
        let mut elements = String::new();
        for (row, words) in (1..).map(f64::from).zip(&lines) {
            let y = (line * (row - 0.2) - room).round();
            let _ = writeln!(
                elements,
                "<text class=\"headline\" x=\"0\" y=\"{y}\">{}</text>",
                escape(words)
            );
        }
        (room, elements)
    }

    /// The description, and the attribute that leads to it.
    fn description(&self) -> [String; 2] {
        if self.description.is_empty() {
            return Default::default();
        }
        let (name, description) = (&self.name, escape(&self.description));
        [
            format!(" aria-describedby=\"{name}-desc\""),
            format!("<desc id=\"{name}-desc\">{description}</desc>\n"),
        ]
    }
}

/// The note as it is written into the picture.
pub(crate) fn drawn_with(note: &str) -> String {
    format!("drawn with {note}")
}
