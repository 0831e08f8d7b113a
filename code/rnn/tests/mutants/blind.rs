//! The other way round: which mistakes does each vector let through?

use super::common::MUTANTS as COMMON;
use super::plain::plain;
use super::rnn::MUTANTS as RNN;
use super::stacks::{DIRECTIONS, LAYERS, sees};
use super::stacks_plain::{RIGHT, run};
use super::table::{Mutant, REJECTION, line};
use crate::vectors::stacks::{CellArrays, StackVector};
use crate::vectors::{F64_TOLERANCE, Network, Shape, Vector, Vectors};

/// A name and a table of all vectors of the RNN: of one cell, and of several.
pub fn tables() -> [(String, String); 2] {
    let cell = Vectors::rnn().vectors;
    let stacks = Vectors::stacks().vectors;
    let stacks = stacks.iter().filter(|vector| vector.network() == Network::Rnn);
    [
        ("blind-rnn".into(), table(&HEADINGS, cell.iter().map(of_cell))),
        ("blind-stacks".into(), table(&STACK_HEADINGS, stacks.map(of_stack))),
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
    cells.extend(sight(COMMON.iter().chain(&RNN).filter(|(_, fits, _)| fits(vector.shape)).map(
        |&(name, _, mutant): &Mutant| (name, mutant(vector).deviation(&vector.float64) > REJECTION),
    )));
    cells
}

fn of_stack(vector: &StackVector) -> Vec<String> {
    let Shape { n, t, d, h } = vector.shape;
    let sizes = [vector.layers(), vector.directions(), n, t, d, h];
    let mut cells = sizes.map(|size| size.to_string()).to_vec();
    let lengths = vector.lengths.iter().flatten().map(ToString::to_string).collect::<Vec<_>>();
    cells.push(if lengths.is_empty() { "all T".into() } else { lengths.join(", ") });
    cells.push(given(vector.h_0.as_ref()));
    let mutants = DIRECTIONS.iter().chain(&LAYERS).filter(|(_, fits, _)| fits(vector));
    cells.extend(sight(mutants.map(|&(name, _, mutant)| (name, sees(vector, mutant)))));
    cells
}

/// All alike, they may stand anywhere: in another row, gate or direction.
#[test]
fn equal_weights_say_nothing_about_their_places() {
    for mut vector in [Vectors::rnn(), Vectors::lstm(), Vectors::gru()].map(|v| v.vectors).concat()
    {
        let (name, _, transposed) = COMMON[2];
        assert_eq!(name, "W_hh transposed");
        for weights in [&mut vector.w_ih, &mut vector.w_hh, &mut vector.b_ih, &mut vector.b_hh] {
            weights.fill(0.25);
        }
        assert!(transposed(&vector).deviation(&plain(&vector)) <= F64_TOLERANCE);
    }
    for mut vector in Vectors::stacks().vectors.into_iter().filter(|v| v.bidirectional) {
        for CellArrays { w_ih, w_hh, b_ih, b_hh } in &mut vector.cells {
            for weights in [w_ih, w_hh, b_ih, b_hh] {
                weights.fill(0.25);
            }
        }
        let right = run(&vector, &RIGHT);
        for name in ["forward weights in both directions", "weights of the directions swapped"] {
            let mutant = DIRECTIONS.iter().find(|(mutant, ..)| *mutant == name);
            let (_, _, mutant) = mutant.expect("the mistake is in the table");
            assert!(mutant(&vector).deviation(&right) <= F64_TOLERANCE, "{name}");
        }
    }
}

/// From each mistake and whether the vector sees it.
fn sight<'a>(mistakes: impl Iterator<Item = (&'a str, bool)>) -> [String; 2] {
    let mistakes: Vec<_> = mistakes.collect();
    let through: Vec<_> =
        mistakes.iter().filter(|(_, seen)| !seen).map(|(name, _)| *name).collect();
    let seen = format!("{} of {}", mistakes.len() - through.len(), mistakes.len());
    [seen, if through.is_empty() { "nothing".into() } else { through.join(" · ") }]
}

fn given(h_0: Option<&Vec<f64>>) -> String {
    if h_0.is_some() { "given".into() } else { "zero".into() }
}
