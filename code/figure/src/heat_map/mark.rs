//! Where one should look on a heat map.

use crate::{
    axis::Axis,
    error::Problem,
    frame::Frame,
    labels::{WIDTH, width},
    pen::{HPos, Pen, VPos},
};

/// Column and row: 0 is the middle of the first, and halves are between two.
pub(crate) type Place = (f64, f64);

/// A line over the cells, and its label around a place of its own.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub line: [Place; 2],
    pub label: String,
    pub at: Place,
}

impl Mark {
    /// Refuses places that no axis has, and a label that would cover the map.
    pub fn check(&self, columns: &Axis, rows: &Axis) -> Result<(), Problem> {
        for (column, row) in [self.line[0], self.line[1], self.at] {
            columns.check_value(column, || format!("a column of the mark `{}`", self.label))?;
            rows.check_value(row, || format!("a row of the mark `{}`", self.label))?;
        }
        if width(&self.label) > WIDTH / 2 {
            return Err(Problem::TooLong { label: self.label.clone() });
        }
        Ok(())
    }

    pub fn draw(&self, frame: &Frame, pen: &Pen) {
        let at = |(column, row): Place| frame.at(column, row);
        pen.line("line s1", self.line.map(at).to_vec());
        pen.text("label s1", &self.label, at(self.at), (HPos::Center, VPos::Center));
    }
}
