//! Gates in a wrong order: the weights of one gate taken for those of another.

use super::plain::edited;
use super::table::{Row, row};
use crate::vectors::{Outcome, Vector};

/// Every order but that of `names`.
pub fn wrong_orders(vectors: &[Vector], names: &str) -> Vec<Row> {
    let right: Vec<usize> = (0..names.len()).collect();
    let wrong = orders(names.len()).into_iter().filter(|order| *order != right);
    wrong
        .map(|order| {
            let gate = |&gate: &usize| names[gate..=gate].to_owned();
            let name = order.iter().map(gate).collect::<Vec<_>>().join(", ");
            row(vectors.iter(), &name, |v| reordered(v, &order))
        })
        .collect()
}

/// Every order of the numbers below `count`.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let Some(last) = count.checked_sub(1) else { return vec![Vec::new()] };
    let put_last = |order: Vec<usize>| {
        (0..count).map(move |place| [&order[..place], &[last], &order[place..]].concat())
    };
    orders(last).into_iter().flat_map(put_last).collect()
}

fn reordered(vector: &Vector, order: &[usize]) -> Outcome {
    edited(vector, |v| {
        for weights in v.cells[0].arrays_mut() {
            let size = weights.len() / order.len();
            let gate = |gate: &usize| &weights[gate * size..][..size];
            *weights = order.iter().map(gate).collect::<Vec<_>>().concat();
        }
    })
}
