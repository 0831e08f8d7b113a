//! What is timed: each job returns what it has computed.

use std::{cell::RefCell, iter::zip};

use machine::{Job, Timed, seconds_in_turn};
use ndarray::Array3;
use rnn::{Error, Rnn};

use crate::{
    parts::{Bench, Part},
    rung::Rung,
};

/// A pass, or a part of its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    Pass(Rung),
    Part(Part),
}

/// What it gives.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    /// All states, `[N, T, H]`.
    States(Array3<f32>),
    /// Which part was done, since some compute the same, and the last number that is there now: a
    /// copy of all would take time.
    Part(Part, Option<f32>),
}

/// Each work with its times.
pub(super) type Times = Vec<(Work, Timed<Outcome>)>;

const ALL: [Work; 11] = [
    Work::Pass(Rung::Obvious),
    Work::Pass(Rung::InputsAtOnce),
    Work::Pass(Rung::InPlace),
    Work::Pass(Rung::Vector),
    Work::Pass(Rung::Tanh),
    Work::Pass(Rung::Ready),
    Work::Part(Part::Inputs),
    Work::Part(Part::Recurrence),
    Work::Part(Part::WithoutWaiting),
    Work::Part(Part::StandardTanh),
    Work::Part(Part::LibraryTanh),
];

/// Times all rungs and all parts of their work.
pub(super) fn rungs_and_parts(
    rounds: usize,
    rnn: &Rnn<f32>,
    x: &Array3<f32>,
    bench: &RefCell<Bench<'_>>,
) -> Result<Times, Error> {
    let job = |work| match work {
        Work::Pass(rung) => pass(rung, rnn, x),
        Work::Part(which) => part(which, bench),
    };
    zip(ALL, seconds_in_turn(rounds, ALL.map(job))).map(with_result).collect()
}

/// Times what memory costs.
pub(super) fn memory(rounds: usize, bench: &RefCell<Bench<'_>>) -> Result<Times, Error> {
    let jobs = Part::MEMORY.map(|which| part(which, bench));
    zip(Part::MEMORY.map(Work::Part), seconds_in_turn(rounds, jobs)).map(with_result).collect()
}

/// Times the last rung alone.
pub(super) fn ready(
    rounds: usize,
    rnn: &Rnn<f32>,
    x: &Array3<f32>,
) -> Result<Timed<Outcome>, Error> {
    let [ready] = seconds_in_turn(rounds, [pass(Rung::Ready, rnn, x)]);
    ready.transpose()
}

fn with_result(
    (work, timed): (Work, Timed<Result<Outcome, Error>>),
) -> Result<(Work, Timed<Outcome>), Error> {
    Ok((work, timed.transpose()?))
}

fn pass<'a>(rung: Rung, rnn: &'a Rnn<f32>, x: &'a Array3<f32>) -> Job<'a, Result<Outcome, Error>> {
    Box::new(move || rung.run(rnn, x).map(Outcome::States))
}

fn part<'a>(part: Part, bench: &'a RefCell<Bench<'_>>) -> Job<'a, Result<Outcome, Error>> {
    Box::new(move || {
        let mut bench = bench.borrow_mut();
        bench.run(part);
        Ok(Outcome::Part(part, bench.last()))
    })
}

#[cfg(test)]
mod tests {
    use chapter::rng;
    use rnn::tanh_in_place;

    use super::*;
    use crate::{
        ladder::{add_matrices, add_product, in_place, inputs_at_once, obvious, standard_tanh},
        sizes::Sizes,
    };

    /// One sequence: there the product with a vector rounds otherwise than that of matrices.
    const SIZES: Sizes = Sizes { batch: 1, steps: 7, input: 9, hidden: 33 };

    /// What each work must give, to the last bit, written out without [`Rung::run`].
    fn right(rnn: &Rnn<f32>, x: &Array3<f32>) -> [Outcome; 11] {
        let cell = &rnn.cells[0];
        let outcome = |part| {
            let mut bench = Bench::new(cell, x);
            bench.run(part);
            Outcome::Part(part, bench.last())
        };
        [
            Outcome::States(obvious(cell, x)),
            Outcome::States(inputs_at_once(cell, x)),
            Outcome::States(in_place(cell, x, add_matrices, standard_tanh)),
            Outcome::States(in_place(cell, x, add_product, standard_tanh)),
            Outcome::States(in_place(cell, x, add_product, tanh_in_place)),
            Outcome::States(rnn.forward(x, None).unwrap().0),
            outcome(Part::Inputs),
            outcome(Part::Recurrence),
            outcome(Part::WithoutWaiting),
            outcome(Part::StandardTanh),
            outcome(Part::LibraryTanh),
        ]
    }

    #[test]
    fn each_time_is_of_its_own_rung_or_part() {
        let (rnn, x) = SIZES.draw(&mut rng(1, 0)).unwrap();
        let right = right(&rnn, &x);
        for (i, one) in right.iter().enumerate() {
            assert!(!right[..i].contains(one), "{:?} not told", ALL[i]);
        }
        let bench = RefCell::new(Bench::new(&rnn.cells[0], &x));
        let found = rungs_and_parts(1, &rnn, &x, &bench).unwrap();
        assert_eq!(found.len(), right.len());
        for ((work, timed), (right_work, right)) in zip(found, zip(ALL, &right)) {
            assert_eq!(work, right_work);
            assert!(timed.result == *right, "the job of {work:?} is another");
        }
        assert!(ready(1, &rnn, &x).unwrap().result == right[5], "the job is not the last rung");
    }

    #[test]
    fn each_time_of_memory_is_of_its_own_kind() {
        let (rnn, x) = SIZES.draw(&mut rng(1, 0)).unwrap();
        let found = memory(1, &RefCell::new(Bench::new(&rnn.cells[0], &x))).unwrap();
        let found: Vec<_> = found.into_iter().map(|(work, timed)| (work, timed.result)).collect();
        let right = Part::MEMORY.map(|part| (Work::Part(part), Outcome::Part(part, Some(0.0))));
        assert_eq!(found, right);
    }
}
