//! The other way round: which mistakes does each vector let through?

use super::common::MUTANTS as COMMON;
use super::plain::plain;
use super::rnn::MUTANTS as RNN;
use super::stacks::{DIRECTIONS, LAYERS};
use super::stacks_plain::{RIGHT, run};
use super::table::{Mutant, line, of_network};
use crate::vectors::{
    CellArrays, Computed, F64_TOLERANCE, Network, Outcome, Shape, Vector, Vectors,
};

/// A name and a table of all vectors of the RNN: of one cell, and of several.
pub fn tables() -> [(String, String); 2] {
    let cell = Vectors::rnn().vectors;
    let stacks = of_network(&Vectors::stacks().vectors, Network::Rnn);
    [
        ("blind-rnn".into(), table(&HEADINGS, cell.iter().map(of_cell))),
        ("blind-stacks".into(), table(&STACK_HEADINGS, stacks.iter().map(of_stack))),
    ]
}

const HEADINGS: [&str; 7] = ["N", "T", "D", "H", "h_0", "sees", "lets through"];

const STACK_HEADINGS: [&str; 10] =
    ["L", "K", "N", "T", "D", "H", "lengths", "h_0", "sees", "lets through"];

fn table(headings: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut lines = vec![line(headings), "|---".repeat(headings.len()) + "|"];
    lines.extend(rows.map(|cells| line(&cells)));
    lines.join("\n")
}

fn of_cell(vector: &Vector) -> Vec<String> {
    let Shape { n, t, d, h } = vector.shape;
    let mut cells = [n, t, d, h].map(|size| size.to_string()).to_vec();
    cells.push(given(vector.h_0.as_ref()));
    cells.extend(sight(vector, COMMON.iter().chain(&RNN)));
    cells
}

fn of_stack(vector: &Vector) -> Vec<String> {
    let Shape { n, t, d, h } = vector.shape;
    let sizes = [vector.layers(), vector.directions(), n, t, d, h];
    let mut cells = sizes.map(|size| size.to_string()).to_vec();
    let lengths = vector.lengths.iter().flatten().map(ToString::to_string).collect::<Vec<_>>();
    cells.push(if lengths.is_empty() { "all T".into() } else { lengths.join(", ") });
    cells.push(given(vector.h_0.as_ref()));
    cells.extend(sight(vector, DIRECTIONS.iter().chain(&LAYERS)));
    cells
}

/// All alike, they may stand anywhere: in another row, gate or direction.
#[test]
fn equal_weights_say_nothing_about_their_places() {
    for mut vector in [Vectors::rnn(), Vectors::lstm(), Vectors::gru()].map(|v| v.vectors).concat()
    {
        let (name, _, transposed) = COMMON[2];
        assert_eq!(name, "W_hh transposed");
        equal_weights(&mut vector);
        assert!(transposed(&vector).deviation(&plain(&vector)) <= F64_TOLERANCE);
    }
    for mut vector in Vectors::stacks().vectors.into_iter().filter(|v| v.bidirectional) {
        equal_weights(&mut vector);
        let right = run(&vector, &RIGHT);
        for name in ["forward weights in both directions", "weights of the directions swapped"] {
            let mutant = DIRECTIONS.iter().find(|(mutant, ..)| *mutant == name);
            let (_, _, mutant) = mutant.expect("the mistake is in the table");
            assert!(mutant(&vector).deviation(&right) <= F64_TOLERANCE, "{name}");
        }
    }
}

fn equal_weights(vector: &mut Vector) {
    for weights in vector.cells.iter_mut().flat_map(CellArrays::arrays_mut) {
        weights.fill(0.25);
    }
}

/// How many of the mistakes that fit it a vector sees, and those that it does not.
fn sight<'a>(vector: &Vector, mutants: impl Iterator<Item = &'a Mutant<Outcome>>) -> [String; 2] {
    let fitting: Vec<_> = mutants.filter(|(_, fits, _)| fits(vector)).collect();
    let through = fitting.iter().filter(|(_, _, mutant)| !mutant(vector).is_rejected(vector));
    let through: Vec<_> = through.map(|(name, ..)| *name).collect();
    let seen = format!("{} of {}", fitting.len() - through.len(), fitting.len());
    [seen, if through.is_empty() { "nothing".into() } else { through.join(" · ") }]
}

fn given(h_0: Option<&Vec<f64>>) -> String {
    if h_0.is_some() { "given".into() } else { "zero".into() }
}
