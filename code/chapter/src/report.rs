//! What a chapter's experiments hand over: named numbers and figures.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

use crate::{Error, Result, figure::FigureError};

/// A named number with its text as the book prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// The name, unique in its chapter: `ring_capacity`.
    pub name: String,
    /// The text, to the letter: `19.0148`.
    pub text: String,
}

/// A figure as SVG, with its name: `ring` becomes `ch01-ring.svg`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// The name, unique in its chapter.
    pub name: String,
    /// The whole file.
    pub svg: String,
}

/// Anything that a chapter can put into its report as a figure.
pub trait Draw {
    /// The name, which becomes part of the file's.
    fn name(&self) -> &str;

    /// The figure as SVG; a note about changed parameters is written into the picture.
    ///
    /// # Errors
    /// Where there is nothing to draw: no points, or points that are not finite.
    fn to_svg(&self, note: Option<&str>) -> std::result::Result<String, FigureError>;
}

/// What the experiments of a chapter found.
#[derive(Debug, Default)]
pub struct Report {
    note: Option<String>,
    sections: Vec<(String, usize)>,
    numbers: Vec<Number>,
    drawings: Vec<Drawing>,
}

impl Report {
    /// An empty report. The note names the parameters that were changed: `--radius 1.3`.
    pub fn new(note: Option<String>) -> Self {
        Self { note, ..Self::default() }
    }

    /// Starts a section of the printed table, one for each experiment.
    pub fn section(&mut self, title: &str) {
        self.sections.push((title.to_owned(), self.numbers.len()));
    }

    /// Adds a number with its text as the book prints it; [`crate::format`] makes the text.
    pub fn number(&mut self, name: &str, text: impl Into<String>) {
        self.numbers.push(Number { name: name.to_owned(), text: text.into() });
    }

    /// Draws a figure and keeps it.
    ///
    /// # Errors
    /// Where there is nothing to draw.
    pub fn figure(&mut self, figure: &impl Draw) -> Result {
        let svg = figure.to_svg(self.note.as_deref())?;
        self.drawings.push(Drawing { name: figure.name().to_owned(), svg });
        Ok(())
    }

    /// A progress bar for work over a second. It is drawn on a terminal only, and goes when it is
    /// dropped.
    pub fn progress(&self, steps: usize, what: &str) -> ProgressBar {
        let bar = ProgressBar::new(steps as u64)
            .with_message(what.to_owned())
            .with_finish(ProgressFinish::AndClear);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }

    /// The numbers so far, in their order.
    pub fn numbers(&self) -> &[Number] {
        &self.numbers
    }

    /// The figures so far, in their order.
    pub fn drawings(&self) -> &[Drawing] {
        &self.drawings
    }

    /// The numbers by section, for printing. Numbers before the first section have no title.
    pub(crate) fn table(&self) -> Vec<(&str, &[Number])> {
        let first = self.sections.first().map_or(self.numbers.len(), |section| section.1);
        let mut table = vec![("", &self.numbers[..first])];
        for (i, (title, start)) in self.sections.iter().enumerate() {
            let end = self.sections.get(i + 1).map_or(self.numbers.len(), |next| next.1);
            table.push((title, &self.numbers[*start..end]));
        }
        table
    }

    /// Refuses two numbers or two figures of one name: one would hide the other.
    pub(crate) fn check_names(&self) -> std::result::Result<(), Error> {
        let numbers = self.numbers.iter().map(|number| &number.name);
        if let Some(name) = twice(numbers) {
            return Err(Error::DuplicateNumber(name));
        }
        let figures = self.drawings.iter().map(|drawing| &drawing.name);
        twice(figures).map_or(Ok(()), |name| Err(Error::DuplicateFigure(name)))
    }
}

fn twice<'a>(names: impl Iterator<Item = &'a String>) -> Option<String> {
    let mut seen = std::collections::HashSet::new();
    names.into_iter().find(|name| !seen.insert(*name)).cloned()
}
