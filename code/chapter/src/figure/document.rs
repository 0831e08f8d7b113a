//! What stands around the drawn elements in the file.

use super::canvas::Canvas;
use super::error::Problem;
use super::frame::Frame;
use super::labels::px;
use super::ramp::Ramp;
use super::style;
use crate::svg::escape;

/// The head of the file.
pub(super) struct Document<'a> {
    pub name: &'a str,
    pub title: &'a str,
    pub description: &'a str,
    pub note: Option<&'a str>,
    pub frame: &'a Frame,
    /// The colours of a heat map.
    pub ramp: Option<Ramp>,
}

impl Document<'_> {
    /// The whole file, one element on each line.
    pub fn write(&self, canvas: Canvas) -> String {
        let parts = [
            self.root(),
            self.texts(),
            format!("<style>\n{}</style>\n", style::sheet(self.frame, self.ramp)),
            self.clip(),
            canvas.into_elements(),
            "</svg>\n".to_owned(),
        ];
        parts.concat()
    }

    fn root(&self) -> String {
        let (width, height) = self.frame.size();
        let name = self.name;
        let description = if self.description.is_empty() {
            String::new()
        } else {
            format!(" aria-describedby=\"{name}-desc\"")
        };
        let parameters = self
            .note
            .map_or_else(String::new, |note| format!(" data-parameters=\"{}\"", escape(note)));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             role=\"img\" aria-labelledby=\"{name}-title\"{description}{parameters}>\n"
        )
    }

    fn texts(&self) -> String {
        let (name, title) = (self.name, escape(self.title));
        let title = format!("<title id=\"{name}-title\">{title}</title>\n");
        if self.description.is_empty() {
            return title;
        }
        let description = escape(self.description);
        format!("{title}<desc id=\"{name}-desc\">{description}</desc>\n")
    }

    /// Series are not drawn outside the plot, except for what lies half on its edge.
    fn clip(&self) -> String {
        const ROOM: i32 = 6;
        let frame = self.frame;
        if self.ramp.is_some() {
            return String::new();
        }
        format!(
            "<clipPath id=\"plot\">\n<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n\
             </clipPath>\n",
            px(frame.left - ROOM),
            px(frame.top - ROOM),
            px(frame.right - frame.left + 2 * ROOM),
            px(frame.bottom - frame.top + 2 * ROOM)
        )
    }
}

/// A name becomes part of a file's name and of the file's identifiers.
pub(super) fn check_name(name: &str) -> Result<(), Problem> {
    let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
    if begins && name.chars().all(is_good) { Ok(()) } else { Err(Problem::Name) }
}
