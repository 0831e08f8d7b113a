//! Truncated back-propagation through time, chunk by chunk.

use ndarray::{Array1, Array2, Array3, Axis};
use rand::{Rng, RngExt};
use rnn::{Rnn, RnnCell};

use super::{Library, library, numbers, parts, rows};
use crate::{Slip, compare::compare, rng};

/// The gradient of `W_hh` over a sequence that is trained on in chunks.
///
/// # Errors
/// Where an answer is wrong, or the answer itself reports an error.
pub fn carry(
    gradient: impl Fn(
        &Rnn<f64>,
        &Array3<f64>,
        &Array3<f64>,
        &Array3<f64>,
        usize,
    ) -> Result<Array2<f64>, rnn::Error>,
) -> Result<(), Slip> {
    let mut rng = rng()?;
    // In the first all slips part. In the second the last chunk is shorter, in the third the only one.
    for (steps, chunk) in [(12, 4), (10, 4), (5, 8), (6, 1)] {
        let run = Run::draw(steps, &mut rng)?;
        let slips = run.slips(chunk)?;
        let batch = |table: &Array2<f64>| table.clone().insert_axis(Axis(0));
        let h_0 = batch(&run.h_0.clone().insert_axis(Axis(0)));
        let rnn = Rnn::from(run.cell.clone());
        let found = gradient(&rnn, &batch(&run.x), &batch(&run.d_output), &h_0, chunk)?;
        let case = format!("A sequence of {steps} steps, in chunks of {chunk}:");
        compare(case, &found, &sum(&run.right(chunk)?), &slips)?;
    }
    Ok(())
}

/// A cell, a sequence, and what the loss asks of each state.
#[derive(Clone)]
struct Run {
    cell: RnnCell<f64>,
    /// `[T, D]`.
    x: Array2<f64>,
    h_0: Array1<f64>,
    /// `[T, H]`.
    d_output: Array2<f64>,
}

impl Run {
    fn draw(steps: usize, rng: &mut impl Rng) -> Result<Self, rnn::Error> {
        let mut table =
            |width| Array2::from_shape_simple_fn((steps, width), || rng.random_range(-1.0..1.0));
        let (x, d_output) = (table(2), table(3));
        Ok(Self { cell: RnnCell::new(2, 3, rng)?, x, h_0: numbers(3, rng), d_output })
    }

    /// The gradient of each chunk. All states are those of one run, and on the way back nothing
    /// crosses a cut.
    fn right(&self, chunk: usize) -> Result<Vec<Array2<f64>>, rnn::Error> {
        let states = library(&self.cell, &self.x, &self.h_0, &self.d_output)?.states;
        let (steps, w_hh) = (self.x.nrows(), &self.cell.w_hh);
        let of_chunk = |start: usize| {
            let end = steps.min(start + chunk);
            let slopes = 1.0 - rows(&states, start + 1..end + 1).pow2();
            let d_output = rows(&self.d_output, start..end);
            sum(&parts(w_hh, &rows(&states, start..end), &slopes, &d_output))
        };
        Ok((0..steps).step_by(chunk).map(of_chunk).collect())
    }

    fn slips(&self, chunk: usize) -> Result<Vec<(Array2<f64>, &'static str)>, rnn::Error> {
        let right = self.right(chunk)?;
        let (first, last) = (&right[0], &right[right.len() - 1]);
        let whole = self.x.nrows() / chunk;
        Ok(vec![
            (
                self.begun_at(chunk, |ends| ends[0].clone())?,
                "each chunk begins at h_0. The state is carried over: only its derivative is cut.",
            ),
            (
                self.begun_at(chunk, |ends| {
                    if ends.len() == 1 { ends[0].clone() } else { &ends[0] * 0.0 }
                })?,
                "behind a cut the state begins at zeros. It is carried over: only its derivative is cut.",
            ),
            (self.begun_at(chunk, |ends| &ends[0] * 0.0)?, "every chunk begins at zeros."),
            (
                self.begun_at(chunk, |ends| ends[ends.len().min(2) - 1].clone())?,
                "all chunks behind the first begin at the state after the first.",
            ),
            (
                self.begun_at(chunk, |ends| ends[ends.len().saturating_sub(2)].clone())?,
                "a chunk begins at the state with which the one before it began, not at the one with \
                 which it ended.",
            ),
            (
                library(&self.cell, &self.x, &self.h_0, &self.d_output)?.by_w_hh,
                "nothing is cut: that is the gradient through all steps.",
            ),
            (
                last.clone(),
                "that is the gradient of the last chunk alone. The others count as well.",
            ),
            (first.clone(), "that is the gradient of the first chunk alone."),
            (
                sum(&right) / right.len() as f64,
                "that is the mean over the chunks. The loss is a sum over all steps, and so is its gradient.",
            ),
            (sum(&right[..whole]), "the steps behind the last full chunk are left out."),
            (
                sum(&self.asked_at_ends(chunk).right(chunk)?),
                "the loss asks something of every step, not only of a chunk's last.",
            ),
        ])
    }

    /// The same, where the loss asks only of the last state of each whole chunk.
    fn asked_at_ends(&self, chunk: usize) -> Self {
        let mut ends = self.clone();
        for t in (0..self.x.nrows()).filter(|t| (t + 1) % chunk != 0) {
            ends.d_output.row_mut(t).fill(0.0);
        }
        ends
    }

    /// The gradient where `begin` chooses among `h_0` and the last states of the chunks so far.
    fn begun_at(
        &self,
        chunk: usize,
        begin: impl Fn(&[Array1<f64>]) -> Array1<f64>,
    ) -> Result<Array2<f64>, rnn::Error> {
        let (mut ends, mut gradients) = (vec![self.h_0.clone()], Vec::new());
        for start in (0..self.x.nrows()).step_by(chunk) {
            let steps = start..self.x.nrows().min(start + chunk);
            let (x, d_output) = (rows(&self.x, steps.clone()), rows(&self.d_output, steps));
            let Library { states, by_w_hh, .. } =
                library(&self.cell, &x, &begin(&ends), &d_output)?;
            gradients.push(by_w_hh);
            ends.push(states.row(x.nrows()).to_owned());
        }
        Ok(sum(&gradients))
    }
}

fn sum(parts: &[Array2<f64>]) -> Array2<f64> {
    parts.iter().fold(Array2::zeros((3, 3)), |sum, part| sum + part)
}
