//! Seconds for the recurrence of a single number: several side by side, and one in pieces.

use std::{cell::RefCell, iter::zip, rc::Rc};

use machine::{Job, Timed, seconds_in_turn};
use rand::{RngExt, rngs::ChaCha8Rng};

use super::ROUNDS;
use crate::latency::{in_a_row, in_pieces, side_by_side};

/// How many recurrences run side by side, and into how many pieces one is cut.
const MANY: [usize; 6] = [1, 2, 4, 8, 16, 32];

/// How many recurrences or pieces a job has, and the states that it has written: shared, because a
/// copy would take time.
type Outcome = (usize, Rc<RefCell<Vec<f64>>>);

/// The seconds of all steps.
pub(super) struct Numbers<T> {
    /// By how many recurrences run side by side.
    pub side_by_side: Vec<(usize, Timed<T>)>,
    /// By how many pieces one is cut into.
    pub in_pieces: Vec<(usize, Timed<T>)>,
}

/// The factors and what is added: so many of each.
pub(super) fn draw(count: usize, rng: &mut ChaCha8Rng) -> [Vec<f64>; 2] {
    // Near one, so that nothing vanishes.
    let a = (0..count).map(|_| rng.random_range(0.9..1.0)).collect();
    let b = (0..count).map(|_| rng.random_range(-1.0..1.0)).collect();
    [a, b]
}

/// Times all steps, for each number of recurrences and of pieces.
pub(super) fn timed(a: &[f64], b: &[f64]) -> Numbers<Outcome> {
    let jobs = [
        beside::<1>(b),
        beside::<2>(b),
        beside::<4>(b),
        beside::<8>(b),
        beside::<16>(b),
        beside::<32>(b),
        one_piece(a, b),
        pieces::<2>(a, b),
        pieces::<4>(a, b),
        pieces::<8>(a, b),
        pieces::<16>(a, b),
        pieces::<32>(a, b),
    ];
    let mut timed = zip(MANY.into_iter().cycle(), seconds_in_turn(ROUNDS, jobs));
    let side_by_side = timed.by_ref().take(MANY.len()).collect();
    Numbers { side_by_side, in_pieces: timed.collect() }
}

fn beside<const N: usize>(b: &[f64]) -> Job<'_, Outcome> {
    let (a, states) = ([0.9; N], Rc::new(RefCell::new(vec![0.0; N])));
    Box::new(move || {
        let mut h = [0.0; N];
        side_by_side(&a, b, &mut h);
        states.borrow_mut().copy_from_slice(&h);
        (N, states.clone())
    })
}

fn one_piece<'a>(a: &'a [f64], b: &'a [f64]) -> Job<'a, Outcome> {
    let states = Rc::new(RefCell::new(vec![0.0; a.len()]));
    Box::new(move || {
        in_a_row(a, b, &mut states.borrow_mut());
        (1, states.clone())
    })
}

fn pieces<'a, const N: usize>(a: &'a [f64], b: &'a [f64]) -> Job<'a, Outcome> {
    let states = Rc::new(RefCell::new(vec![0.0; a.len()]));
    Box::new(move || {
        in_pieces::<N>(a, b, &mut states.borrow_mut());
        (N, states.clone())
    })
}

#[cfg(test)]
mod tests {
    use chapter::rng;

    use super::*;

    /// Few, so that the second half of each piece still shows how its beginning was rounded.
    const COUNT: usize = 64;

    fn states_beside<const N: usize>(b: &[f64]) -> (usize, Vec<f64>) {
        let mut h = [0.0; N];
        side_by_side(&[0.9; N], b, &mut h);
        (N, h.to_vec())
    }

    fn states_in_pieces<const N: usize>(a: &[f64], b: &[f64]) -> (usize, Vec<f64>) {
        let mut states = vec![0.0; a.len()];
        in_pieces::<N>(a, b, &mut states);
        (N, states)
    }

    /// The states of all jobs, to the last bit.
    fn right(a: &[f64], b: &[f64]) -> [[(usize, Vec<f64>); 6]; 2] {
        let mut in_one = vec![0.0; a.len()];
        in_a_row(a, b, &mut in_one);
        [
            [
                states_beside::<1>(b),
                states_beside::<2>(b),
                states_beside::<4>(b),
                states_beside::<8>(b),
                states_beside::<16>(b),
                states_beside::<32>(b),
            ],
            [
                (1, in_one),
                states_in_pieces::<2>(a, b),
                states_in_pieces::<4>(a, b),
                states_in_pieces::<8>(a, b),
                states_in_pieces::<16>(a, b),
                states_in_pieces::<32>(a, b),
            ],
        ]
    }

    #[test]
    fn each_time_is_of_its_own_recurrences_or_pieces() {
        let [a, b] = draw(COUNT, &mut rng(1, 0));
        let right = right(&a, &b);
        // Two pieces begin with no state and with one that is rounded as in a row: only their
        // number tells them from one.
        let states: Vec<_> = right.iter().flatten().map(|(_, states)| states).collect();
        for (i, one) in states.iter().enumerate() {
            let alike = |j: &usize| states[*j] == *one;
            assert_eq!(
                (0..i).filter(alike).collect::<Vec<_>>(),
                if i == 7 { vec![6] } else { vec![] }
            );
        }
        let Numbers { side_by_side, in_pieces } = timed(&a, &b);
        for (found, right) in zip([side_by_side, in_pieces], right) {
            for ((many, timed), right) in zip(&found, &right) {
                let (n, states) = &timed.result;
                assert_eq!((*n, *many), (right.0, right.0));
                assert_eq!(*states.borrow(), right.1, "{many}: the job is another");
            }
            assert_eq!(found.len(), right.len());
        }
    }
}
