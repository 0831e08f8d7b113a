//! Which vectors reject which mutant, and which accept the right formula.

use crate::vectors::{Computed, Network, Vector, Vectors};

pub const NETWORKS: [(&str, Network); 3] =
    [("RNN", Network::Rnn), ("LSTM", Network::Lstm), ("GRU", Network::Gru)];

/// A name, the vectors that have a place for the mistake (in others it hides, or ends in an error),
/// and what comes of it.
pub type Mutant<O, V = Vector> = (&'static str, fn(&V) -> bool, fn(&V) -> O);

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

pub fn line(cells: &[impl AsRef<str>]) -> String {
    let cells: Vec<_> = cells.iter().map(AsRef::as_ref).collect();
    format!("| {} |", cells.join(" | "))
}

fn cell(rows: &[Row], mistake: &str) -> String {
    let row = rows.iter().find(|row| row.mistake == mistake);
    row.map_or_else(|| "–".into(), |Row { rejected, of, .. }| format!("{rejected} of {of}"))
}

pub fn any<V>(_: &V) -> bool {
    true
}

pub fn d_is_h(vector: &Vector) -> bool {
    vector.shape.d == vector.shape.h
}

pub fn n_is_t(vector: &Vector) -> bool {
    vector.shape.n == vector.shape.t
}

pub fn both(vector: &Vector) -> bool {
    vector.bidirectional
}

pub fn layers(vector: &Vector) -> bool {
    vector.layers() > 1
}

pub fn both_layers(vector: &Vector) -> bool {
    both(vector) && layers(vector)
}

pub fn several(vector: &Vector) -> bool {
    vector.cells.len() > 1
}

/// Layers that could stand in each other's places.
pub fn alike(vector: &Vector) -> bool {
    layers(vector) && vector.shape.d == vector.directions() * vector.shape.h
}

pub fn padded(vector: &Vector) -> bool {
    vector.lengths.is_some()
}

pub fn both_padded(vector: &Vector) -> bool {
    both(vector) && padded(vector)
}

pub fn layers_padded(vector: &Vector) -> bool {
    layers(vector) && padded(vector)
}

pub fn layers_n_is_t(vector: &Vector) -> bool {
    layers(vector) && n_is_t(vector)
}

/// The right formula gives what PyTorch computed, in both precisions.
pub fn accept<V, O: Computed<V>>(
    vectors: &Vectors<V>,
    name: fn(&V) -> &str,
    formula: impl Fn(&V) -> O,
) {
    for vector in &vectors.vectors {
        let off = formula(vector).off(vector);
        let accepted = off[0] <= O::TOLERANCES[0] && off[1] <= O::TOLERANCES[1];
        assert!(accepted, "{}: off by {off:?} from {}", name(vector), vectors.made_with());
    }
}

pub fn rows<V, O: Computed<V>>(vectors: &[V], mutants: &[Mutant<O, V>]) -> Vec<Row> {
    let row = |&(name, fits, mutant): &Mutant<O, V>| {
        row(vectors.iter().filter(|vector| fits(vector)), name, mutant)
    };
    mutants.iter().map(row).collect()
}

pub fn row<'a, V: 'a, O: Computed<V>>(
    vectors: impl Iterator<Item = &'a V>,
    mistake: &str,
    mutant: impl Fn(&V) -> O,
) -> Row {
    let (mut rejected, mut of) = (0, 0);
    for vector in vectors {
        rejected += usize::from(mutant(vector).is_rejected(vector));
        of += 1;
    }
    Row { mistake: mistake.into(), rejected, of }
}

/// A column for each network.
pub fn columns<O: Computed<Vector>>(
    vectors: &[Vector],
    mutants: &[Mutant<O>],
) -> Vec<(&'static str, Vec<Row>)> {
    let column = |(name, network)| (name, rows(&of_network(vectors, network), mutants));
    NETWORKS.map(column).into()
}

pub fn of_network(vectors: &[Vector], network: Network) -> Vec<Vector> {
    vectors.iter().filter(|vector| vector.network() == network).cloned().collect()
}
