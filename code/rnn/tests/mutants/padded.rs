//! Mistakes with sequences of unequal lengths.

use super::plain::{edited, plain};
use super::table::{Mutant, Table, any, columns};
use crate::vectors::{Outcome, Shape, Vector, Vectors};

const MUTANTS: [Mutant<Outcome>; 7] = [
    ("lengths ignored", any, full),
    ("last state after the padding", any, last_state_after_the_padding),
    ("output not zero after the end", any, output_not_zero),
    ("output goes on with the last state", any, output_goes_on),
    ("last state a step too early", any, last_state_too_early),
    ("last states in the order of lengths", any, last_states_sorted),
    ("the longest length for all", any, longest_for_all),
];

pub fn tables() -> Vec<Table> {
    let mut vectors = Vectors::gradients().vectors;
    vectors.retain(|vector| vector.lengths.is_some());
    vec![Table::new("padded", columns(&vectors, &MUTANTS))]
}

/// Padding taken for input.
fn full(vector: &Vector) -> Outcome {
    edited(vector, |v| v.lengths = None)
}

fn last_state_after_the_padding(vector: &Vector) -> Outcome {
    Outcome { output: plain(vector).output, ..full(vector) }
}

fn output_not_zero(vector: &Vector) -> Outcome {
    Outcome { output: full(vector).output, ..plain(vector) }
}

fn output_goes_on(vector: &Vector) -> Outcome {
    let Shape { n, t, h, .. } = vector.shape;
    let mut outcome = plain(vector);
    for sequence in 0..n {
        for step in vector.length(sequence)..t {
            let last = &outcome.h_n[sequence * h..][..h];
            outcome.output[(sequence * t + step) * h..][..h].copy_from_slice(last);
        }
    }
    outcome
}

fn last_state_too_early(vector: &Vector) -> Outcome {
    let early = edited(vector, |v| v.lengths.iter_mut().flatten().for_each(|length| *length -= 1));
    Outcome { output: plain(vector).output, ..early }
}

/// Sorted by length, as in the packed batch, and not sorted back.
fn last_states_sorted(vector: &Vector) -> Outcome {
    let Shape { n, h, .. } = vector.shape;
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|&sequence| std::cmp::Reverse(vector.length(sequence)));
    let outcome = plain(vector);
    let h_n = order.iter().flat_map(|sequence| &outcome.h_n[sequence * h..][..h]).copied();
    Outcome { h_n: h_n.collect(), ..outcome }
}

fn longest_for_all(vector: &Vector) -> Outcome {
    edited(vector, |v| {
        let lengths = v.lengths.as_mut().expect("the vectors here are padded");
        let longest = lengths.iter().copied().max().unwrap_or_default();
        lengths.fill(longest);
    })
}
