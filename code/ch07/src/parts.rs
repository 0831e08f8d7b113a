//! What a layer consists of, each part run alone.

use std::iter::zip;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayRef3, Axis};
use rnn::{RnnCell, tanh_in_place};
use serde::{Deserialize, Serialize};

use crate::ladder::{add_product, block, by_step, obvious};

/// A part of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// `W_ih x` for all steps in one product.
    Inputs,
    /// `W_hh h` step by step: a product of matrices, or with a vector for one sequence.
    Recurrence,
    /// As many multiply-adds as in the recurrence, in one product, as if no step had to wait.
    WithoutWaiting,
    /// The standard library's tanh of every sum.
    StandardTanh,
    /// The library's tanh of every sum.
    LibraryTanh,
    /// Filling fresh memory of the size of all states.
    FreshMemory,
    /// Filling memory of that size that is kept.
    KeptMemory,
}

impl Part {
    /// The work of a layer.
    pub const WORK: [Self; 5] = [
        Self::Inputs,
        Self::Recurrence,
        Self::WithoutWaiting,
        Self::StandardTanh,
        Self::LibraryTanh,
    ];

    /// What memory costs beside.
    pub const MEMORY: [Self; 2] = [Self::FreshMemory, Self::KeptMemory];
}

/// What the parts read, and where they write.
#[derive(Clone, Debug)]
pub struct Bench<'a> {
    cell: &'a RnnCell<f32>,
    batch: usize,
    /// `[T N, D]`
    rows: Array2<f32>,
    /// `[T N, H]`
    states: Array2<f32>,
    sums: Array2<f32>,
    z: Array2<f32>,
    kept: Vec<f32>,
}

impl<'a> Bench<'a> {
    /// The parts of a layer that reads `x` `[N, T, D]`.
    pub fn new(cell: &'a RnnCell<f32>, x: &ArrayRef3<f32>) -> Self {
        let states = by_step(&obvious(cell, x));
        let sums = states.mapv(f32::atanh);
        let (z, kept) = (Array2::zeros(states.dim()), vec![0.0; states.len()]);
        Self { cell, batch: x.dim().0, rows: by_step(x), states, sums, z, kept }
    }

    // ANCHOR: run
    /// Does one part of the work.
    pub fn run(&mut self, part: Part) {
        let Self { cell, rows, states, sums, z, kept, .. } = self;
        match part {
            Part::Inputs => general_mat_mul(1.0, rows, &cell.w_ih.t(), 0.0, z),
            Part::Recurrence => {
                for t in 0..rows.nrows() / self.batch {
                    let h = states.slice_axis(Axis(0), block(t, self.batch));
                    let mut z = z.slice_axis_mut(Axis(0), block(t, self.batch));
                    z.fill(0.0);
                    add_product(&h, &cell.w_hh, &mut z);
                }
            }
            Part::WithoutWaiting => {
                general_mat_mul(1.0, states, &cell.w_hh.t(), 0.0, z);
            }
            Part::StandardTanh => {
                for (z, sum) in zip(z, sums) {
                    *z = sum.tanh();
                }
            }
            Part::LibraryTanh => {
                z.assign(sums);
                tanh_in_place(z);
            }
            Part::FreshMemory => *kept = vec![1.0; kept.len()],
            Part::KeptMemory => kept.fill(1.0),
        }
    }
    // ANCHOR_END: run

    /// The last of the numbers `[T N, H]` that the parts write, memory apart.
    pub fn last(&self) -> Option<f32> {
        self.z.last().copied()
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use chapter::rng;

    use super::*;
    use crate::sizes::Sizes;

    #[test]
    fn the_parts_are_those_of_the_layer() {
        for batch in [1, 3] {
            let sizes = Sizes { batch, steps: 7, input: 4, hidden: 9 };
            let (rnn, x) = sizes.draw(&mut rng(1, 0)).unwrap();
            let cell = &rnn.cells[0];
            let mut bench = Bench::new(cell, &x);
            let mut z = |part| {
                bench.run(part);
                bench.z.clone()
            };
            assert_abs_diff_eq!(z(Part::Recurrence), z(Part::WithoutWaiting), epsilon = 1e-5);
            assert_abs_diff_eq!(z(Part::StandardTanh), z(Part::LibraryTanh), epsilon = 1e-6);
            // The sums are the inputs' part, the recurrence's of the step before, and the biases.
            let (inputs, recurrence) = (z(Part::Inputs), z(Part::Recurrence));
            let after = |a: &Array2<f32>| a.slice_axis(Axis(0), (batch..).into()).to_owned();
            let before = recurrence.slice_axis(Axis(0), (..6 * batch).into()).to_owned();
            let sums = after(&inputs) + before + &cell.b_ih + &cell.b_hh;
            assert_abs_diff_eq!(sums, after(&bench.sums), epsilon = 1e-4);
            for part in [Part::FreshMemory, Part::KeptMemory] {
                bench.kept.fill(0.0);
                bench.run(part);
                assert_eq!(bench.kept, vec![1.0; batch * 7 * 9], "{part:?}");
            }
        }
    }

    #[test]
    fn parts_that_compute_the_same_round_in_their_own_ways() {
        let sizes = Sizes { batch: 1, steps: 7, input: 9, hidden: 33 };
        let (rnn, x) = sizes.draw(&mut rng(1, 0)).unwrap();
        let w = rnn.cells[0].w_hh.clone();
        let mut bench = Bench::new(&rnn.cells[0], &x);
        let mut z = |part| {
            bench.run(part);
            bench.z.clone()
        };
        let [step_by_step, at_once] = [Part::Recurrence, Part::WithoutWaiting].map(&mut z);
        let [standard, library] = [Part::StandardTanh, Part::LibraryTanh].map(&mut z);
        assert!(step_by_step != at_once && standard != library);
        assert_eq!(at_once, bench.states.dot(&w.t()));
        for (h, z) in zip(bench.states.rows(), step_by_step.rows()) {
            assert_eq!(z, w.dot(&h));
        }
        assert_eq!(standard, bench.sums.mapv(f32::tanh));
        let mut sums = bench.sums.clone();
        tanh_in_place(&mut sums);
        assert_eq!(library, sums);
    }

    #[test]
    fn only_fresh_memory_moves() {
        let (rnn, x) =
            Sizes { batch: 1, steps: 2, input: 3, hidden: 4 }.draw(&mut rng(1, 0)).unwrap();
        let mut bench = Bench::new(&rnn.cells[0], &x);
        for part in Part::WORK.into_iter().chain(Part::MEMORY) {
            let before = bench.kept.as_ptr();
            bench.run(part);
            assert_eq!(bench.kept.as_ptr() != before, part == Part::FreshMemory, "{part:?}");
        }
    }
}
