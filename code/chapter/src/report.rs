//! What a chapter's experiments hand over: named numbers and figures.

use figure::Problem;
use rand::rngs::ChaCha8Rng;

use crate::{Draw, Error, Progress, Result, Spread, format::Value, rng};

/// A named number with its text as the book prints it.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// The name, unique in its chapter: `ring_capacity`.
    pub name: String,
    /// The text, to the letter: `19.0148`.
    pub text: String,
    /// What was computed, where it is a number: `19.01478`.
    pub value: Option<f64>,
}

/// A figure as SVG, with its name: `ring` becomes `ch01-ring.svg`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// The name, unique in its chapter.
    pub name: String,
    /// The whole file.
    pub svg: String,
}

/// What is written into a figure that does not show what the book says of it.
const CHANGED_CODE: &str = "changed code";

/// What the experiments of a chapter found.
#[derive(Debug, Default)]
pub struct Report {
    seed: u64,
    note: Option<String>,
    sections: Vec<(String, usize)>,
    numbers: Vec<Number>,
    drawings: Vec<Drawing>,
}

impl Report {
    /// An empty report of a run with this seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// The parameters that were changed, `--radius 1.3`, to be written into the figures. Their titles and
    /// descriptions speak of the book's own, and are left out then.
    #[must_use]
    pub fn with_note(self, note: Option<String>) -> Self {
        Self { note, ..self }
    }

    /// The seed of all random numbers.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Random numbers for one run of an experiment: [`rng`](crate::rng) of the seed.
    pub fn rng(&self, run: usize) -> ChaCha8Rng {
        rng(self.seed, run)
    }

    /// Starts a section of the printed table, one for each experiment.
    pub fn section(&mut self, title: &str) {
        self.sections.push((title.to_owned(), self.numbers.len()));
    }

    /// Adds a number as the book prints it, which [`crate::format`] makes, or a text.
    pub fn number(&mut self, name: &str, value: impl Into<Value>) {
        let Value { value, text } = value.into();
        self.numbers.push(Number { name: name.to_owned(), text, value });
    }

    /// Adds the median of several runs, and as `name_low` and `name_high` the lowest and the highest.
    pub fn spread(&mut self, name: &str, spread: &Spread, format: impl Fn(f64) -> Value) {
        self.number(name, format(spread.median));
        self.number(&format!("{name}_low"), format(spread.low));
        self.number(&format!("{name}_high"), format(spread.high));
    }

    /// Draws a figure and keeps it. One whose description is not so any more, as after a change of
    /// the code, is drawn without title and description, and a warning says what is not so.
    ///
    /// # Errors
    /// Where there is nothing to draw.
    pub fn figure(&mut self, figure: &impl Draw) -> Result {
        let svg = match figure.to_svg(self.note.as_deref()) {
            Err(error) if matches!(error.problem, Problem::NotSo { .. }) => {
                eprintln!("warning: {error}");
                figure.to_svg(Some(CHANGED_CODE))?
            }
            drawn => drawn?,
        };
        self.drawings.push(Drawing { name: figure.name().to_owned(), svg });
        Ok(())
    }

    /// Shows the progress of so many steps of work over a second.
    pub fn progress(&self, steps: usize, what: &str) -> Progress {
        Progress::new(steps, what)
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
    #[cfg(not(target_arch = "wasm32"))]
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Figure, svg};

    /// A learner who changes the code sees what comes of it, and no sentence that is not so.
    #[test]
    fn a_figure_that_is_not_as_described_is_drawn_all_the_same() {
        let drawn = |points: [(f64, f64); 2]| {
            let figure = Figure::new("one", "It falls").describe("It {falls}.").line("it", points);
            let mut report = Report::new(1);
            report.figure(&figure).unwrap();
            report.drawings()[0].svg.clone()
        };
        let falling = drawn([(0.0, 1.0), (1.0, 0.0)]);
        assert_eq!(svg::description(&falling).as_deref(), Some("It falls."));
        assert_eq!(svg::parameters(&falling), None);
        let rising = drawn([(0.0, 0.0), (1.0, 1.0)]);
        assert_eq!(svg::description(&rising), None);
        assert_eq!(svg::parameters(&rising).as_deref(), Some(CHANGED_CODE));
    }
}
