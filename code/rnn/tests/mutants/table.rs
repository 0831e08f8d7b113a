//! Which vectors reject which mutant, and which accept the right formula.

use crate::vectors::{F32_TOLERANCE, F64_TOLERANCE, Network, Outcome, Shape, Vector, Vectors};

/// A mutant is rejected where it is off by this much: a thousand times what the tests allow in f32.
pub const REJECTION: f64 = 1000.0 * F32_TOLERANCE;

pub const NETWORKS: [(&str, Network); 3] =
    [("RNN", Network::Rnn), ("LSTM", Network::Lstm), ("GRU", Network::Gru)];

/// A name, the shapes that hide the mistake (others end in an error), and the wrong formula.
pub type Mutant = (&'static str, fn(Shape) -> bool, fn(&Vector) -> Outcome);

/// A table of the book: for each mistake, and under each heading, how many vectors reject it.
pub struct Table {
    /// Its anchor in `table.md`.
    pub name: String,
    pub columns: Vec<(&'static str, Vec<Row>)>,
}

/// How many vectors reject a mistake, of those that it fits.
pub struct Row {
    pub mistake: String,
    pub rejected: usize,
    pub of: usize,
}

impl Table {
    pub fn new(name: &str, columns: Vec<(&'static str, Vec<Row>)>) -> Self {
        Self { name: name.into(), columns }
    }

    /// Of one network.
    pub fn single(name: &str, rows: Vec<Row>) -> Self {
        Self::new(name, vec![("rejected by", rows)])
    }

    pub fn assert_all_rejected(&self) {
        for (column, rows) in &self.columns {
            for Row { mistake, rejected, of } in rows {
                let table = &self.name;
                assert!(*rejected > 0, "{table}, {column}: none of {of} vectors sees `{mistake}`");
            }
        }
    }

    pub fn markdown(&self) -> String {
        let mut headings = vec!["mistake"];
        headings.extend(self.columns.iter().map(|(column, _)| column));
        let mut lines = vec![line(&headings), "|---".repeat(headings.len()) + "|"];
        lines.extend(self.mistakes().into_iter().map(|mistake| {
            let mut cells = vec![mistake.to_owned()];
            cells.extend(self.columns.iter().map(|(_, rows)| cell(rows, mistake)));
            line(&cells)
        }));
        lines.join("\n")
    }

    /// Those of all columns, each once.
    fn mistakes(&self) -> Vec<&str> {
        let mut mistakes = Vec::new();
        for row in self.columns.iter().flat_map(|(_, rows)| rows) {
            if !mistakes.contains(&row.mistake.as_str()) {
                mistakes.push(row.mistake.as_str());
            }
        }
        mistakes
    }
}

impl Row {
    /// From how far the mistake is off in each vector.
    pub fn new(mistake: &str, deviations: impl Iterator<Item = f64>, rejection: f64) -> Self {
        let (mut rejected, mut of) = (0, 0);
        for off in deviations {
            rejected += usize::from(off > rejection);
            of += 1;
        }
        Self { mistake: mistake.into(), rejected, of }
    }
}

pub fn line(cells: &[impl AsRef<str>]) -> String {
    let cells: Vec<_> = cells.iter().map(AsRef::as_ref).collect();
    format!("| {} |", cells.join(" | "))
}

fn cell(rows: &[Row], mistake: &str) -> String {
    let row = rows.iter().find(|row| row.mistake == mistake);
    row.map_or_else(|| "–".into(), |Row { rejected, of, .. }| format!("{rejected} of {of}"))
}

pub fn any(_: Shape) -> bool {
    true
}

pub fn d_is_h(shape: Shape) -> bool {
    shape.d == shape.h
}

pub fn n_is_t(shape: Shape) -> bool {
    shape.n == shape.t
}

pub fn accept(vectors: &Vectors<Vector>, formula: impl Fn(&Vector) -> Outcome) {
    for vector in &vectors.vectors {
        let outcome = formula(vector);
        let wide = outcome.deviation(&vector.float64);
        let narrow = outcome.deviation(&vector.float32);
        assert!(
            wide <= F64_TOLERANCE && narrow <= F32_TOLERANCE,
            "{}: off by {wide:e} and {narrow:e} from {}",
            vector.name,
            vectors.made_with(),
        );
    }
}

pub fn rows(vectors: &[Vector], mutants: &[Mutant]) -> Vec<Row> {
    let row = |&(name, fits, mutant): &Mutant| {
        row(vectors.iter().filter(|vector| fits(vector.shape)), name, mutant)
    };
    mutants.iter().map(row).collect()
}

pub fn row<'a>(
    vectors: impl Iterator<Item = &'a Vector>,
    name: &str,
    mutant: impl Fn(&Vector) -> Outcome,
) -> Row {
    Row::new(name, vectors.map(|v| mutant(v).deviation(&v.float64)), REJECTION)
}
