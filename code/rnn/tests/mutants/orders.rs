//! Gates in a wrong order: the weights of one gate taken for those of another.

use crate::plain::edited;
use crate::table::reject;
use crate::vectors::{Outcome, Vector};

/// Tries every order but that of `names`; returns how many they are.
pub fn reject_wrong_orders(vectors: &[Vector], names: &str) -> usize {
    let right: Vec<usize> = (0..names.len()).collect();
    let wrong: Vec<_> = orders(names.len()).into_iter().filter(|order| *order != right).collect();
    for order in &wrong {
        let name: String = order.iter().map(|&gate| char::from(names.as_bytes()[gate])).collect();
        let vectors: Vec<_> = vectors.iter().collect();
        reject(&vectors, &format!("gates {name} for {names}"), |v| reordered(v, order));
    }
    wrong.len()
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
        for weights in [&mut v.w_ih, &mut v.w_hh, &mut v.b_ih, &mut v.b_hh] {
            let size = weights.len() / order.len();
            let gate = |gate: &usize| &weights[gate * size..][..size];
            *weights = order.iter().map(gate).collect::<Vec<_>>().concat();
        }
    })
}
