//! What all figures have in common: the file around what is drawn.

use crate::{
    error::{FigureError, Problem},
    escape::escape,
};

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
        let Picture { size: (width, height), style, elements } = picture;
        let (name, title) = (&self.name, escape(&self.title));
        let [described, description] = self.description();
        let parameters =
            note.map_or_else(String::new, |note| format!(" data-parameters=\"{}\"", escape(note)));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             role=\"img\" aria-labelledby=\"{name}-title\"{described}{parameters}>\n\
             <title id=\"{name}-title\">{title}</title>\n{description}\
             <style>\n{style}</style>\n{elements}</svg>\n"
        )
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
