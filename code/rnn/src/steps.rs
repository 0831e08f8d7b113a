//! A batch of sequences laid out for the loop over time, and the products that every recurrent
//! layer shares.
//!
//! All arrays here have one row for each step and sequence. Step t is the *block* of N rows that
//! starts at `t * N`, so that a product over all steps is one product of matrices.

use std::iter::zip;
use std::ops::Range;

use ndarray::{Array2, ArrayRef1, ArrayRef2, ArrayRef3, ArrayView2, ArrayViewMut3, Axis, Slice};

use crate::error::{check_shape, check_size};
use crate::product::Product;
use crate::shares::{Share, by_rows, dot, running, share_count};
use crate::sums::sum_rows;
use crate::weights::FourArrays;
use crate::{Error, Real};

/// The inputs of a batch, step after step, in the order in which a cell reads them.
#[derive(Debug, Clone, PartialEq)]
pub struct Steps<F> {
    /// The inputs `[T N, D]`; padding is finite, whatever it was.
    pub rows: Array2<F>,
    /// N.
    pub batch_size: usize,
    /// How many steps each sequence has; the rest is padding.
    lengths: Vec<usize>,
    /// Whether each sequence is read from its end to its beginning. Padding stays behind it.
    pub reverse: bool,
    /// Whether all threads may work on it: there is enough to do, and they are not at work already.
    pub spread: bool,
}

impl<F: Real> Steps<F> {
    /// Lays out the inputs `x` `[N, T, D]` of sequences that have been checked.
    pub fn new(x: &ArrayRef3<F>, lengths: Vec<usize>, spread: bool) -> Self {
        let rows = by_step(x, &lengths);
        Self { rows, batch_size: x.dim().0, lengths, reverse: false, spread }
    }

    /// T.
    pub fn count(&self) -> usize {
        self.rows.nrows() / self.batch_size
    }

    /// The block of rows that is step t.
    pub fn block(&self, t: usize) -> Slice {
        block(t, self.batch_size)
    }

    /// The sequences that have a step t.
    pub fn running(&self, t: usize) -> impl Iterator<Item = usize> + '_ {
        running(&self.lengths, t)
    }

    /// Has `work` done on shares of the sequences, side by side on the threads that there are. Of each
    /// array `[S N, C]`, with N rows for each of S steps, a share has the rows of its n sequences,
    /// `[S, n, C]`.
    pub fn in_shares<const K: usize>(
        &self,
        arrays: [&mut Array2<F>; K],
        work: impl Fn(Share<'_>, [ArrayViewMut3<'_, F>; K]) + Sync,
    ) {
        let arrays = arrays.map(|rows| {
            let shape = (rows.nrows() / self.batch_size, self.batch_size, rows.ncols());
            rows.view_mut().into_shape_with_order(shape).expect("N rows for each step")
        });
        let shares = if self.spread { share_count(self.batch_size) } else { 1 };
        Share::all(&self.lengths).split(shares, arrays, &work);
    }

    /// Zeros rows `[T N, C]` where a sequence has ended.
    pub fn clear_padding(&self, rows: &mut Array2<F>) {
        for (n, &length) in zip(0.., &self.lengths) {
            for t in length..self.count() {
                rows.row_mut(t * self.batch_size + n).fill(F::zero());
            }
        }
    }

    /// The steps forward and, of two directions, the same in reverse.
    pub fn in_directions(self, directions: usize) -> Vec<Self> {
        if directions == 1 {
            return vec![self];
        }
        let mut reverse = Self { reverse: true, ..self.clone() };
        reverse.rows = reverse.in_order(reverse.rows.clone());
        vec![self, reverse]
    }

    /// The same sequences with other inputs `[T N, D]`.
    pub fn with_rows(&self, rows: Array2<F>) -> Self {
        Self { rows, lengths: self.lengths.clone(), ..*self }
    }

    /// Rows `[T N, C]` from the order in time to that of reading, or back: the same thing, because
    /// what is reversed twice is as it was.
    pub fn in_order(&self, rows: Array2<F>) -> Array2<F> {
        if !self.reverse {
            return rows;
        }
        let mut ordered = rows.clone(); // padding stays where it is
        for t in 0..self.count() {
            for n in self.running(t) {
                let mirrored = (self.lengths[n] - 1 - t) * self.batch_size + n;
                ordered.row_mut(t * self.batch_size + n).assign(&rows.row(mirrored));
            }
        }
        ordered
    }

    /// Room for the states `[(T + 1) N, H]`, in front the initial ones `[N, H]`.
    pub fn states(&self, initial: &ArrayRef2<F>) -> Array2<F> {
        let mut states = Array2::zeros((self.rows.nrows() + self.batch_size, initial.ncols()));
        states.slice_axis_mut(Axis(0), self.block(0)).assign(initial);
        states
    }

    /// `W_ih x_t + b` for some steps, in one product, into the first rows of `z`: it needs no state. A
    /// row is an input here, so the matrix is given transposed, `[D, G H]`.
    pub fn project(
        &self,
        steps: Range<usize>,
        w_ih: &F::Ready,
        b: &ArrayRef1<F>,
        z: &mut ArrayRef2<F>,
    ) {
        let rows = Slice::from(steps.start * self.batch_size..steps.end * self.batch_size);
        let rows = self.rows.slice_axis(Axis(0), rows);
        let z = z.slice_axis_mut(Axis(0), (..rows.nrows()).into());
        by_rows(self.spread, &rows, z, &|rows, mut z| {
            z.assign(b);
            w_ih.add_to(rows, &mut z);
        });
    }

    /// How many steps to project at once, a row of the result having so many numbers: all of them
    /// where the results are kept. Where they are not, as many as stay in the cache, or one.
    pub fn at_once(&self, width: usize, keep: bool) -> usize {
        const IN_CACHE: usize = 1 << 17;
        if keep {
            self.count()
        } else {
            (IN_CACHE / (self.batch_size * width)).clamp(1, self.count())
        }
    }

    /// The last block `[N, H]` of states `[(T + 1) N, H]`. A sequence that ended before has carried
    /// its last state up to there.
    pub fn last(&self, states: &ArrayRef2<F>) -> Array2<F> {
        states.slice_axis(Axis(0), self.block(self.count())).to_owned()
    }

    /// The states `[T N, H]` after each step, of states `[(T + 1) N, H]` from the initial one on.
    pub fn after_first<'s>(&self, states: &'s ArrayRef2<F>) -> ArrayView2<'s, F> {
        states.slice_axis(Axis(0), (self.batch_size..).into())
    }

    /// From rows `[T N, C]` in the order of reading to `sequences` `[N, T, C]` in that of time, which
    /// stay as they are where a sequence has ended.
    pub fn by_sequence(&self, rows: &ArrayRef2<F>, sequences: &mut ArrayRef3<F>) {
        for (n, &length) in self.lengths.iter().enumerate() {
            let mut sequence = sequences.index_axis_mut(Axis(0), n);
            for (t, mut row) in zip(0..length, sequence.rows_mut()) {
                let t = if self.reverse { length - 1 - t } else { t };
                row.assign(&rows.row(t * self.batch_size + n));
            }
        }
    }

    /// From gradients `d_output` `[N, T, C]` to `[T N, C]`, zero at padding, and everywhere if none
    /// are given.
    pub fn gradient_rows(
        &self,
        d_output: Option<&ArrayRef3<F>>,
        features: usize,
    ) -> Result<Array2<F>, Error> {
        let Some(d_output) = d_output else {
            return Ok(Array2::zeros((self.rows.nrows(), features)));
        };
        check_shape("d_output", d_output, &[self.batch_size, self.count(), features])?;
        check_finite_steps("d_output", d_output, &self.lengths)?;
        Ok(by_step(d_output, &self.lengths))
    }

    /// The gradients of the four arrays of weights, each product over all steps at once: every step
    /// adds its part because every step used the same weights.
    ///
    /// `d_input` and `d_hidden` `[T N, G H]` are the gradients by `W_ih x + b_ih` and by
    /// `W_hh h + b_hh`; `states` `[(T + 1) N, H]` are those of the forward pass.
    // ANCHOR: weight_gradients
    pub fn weight_gradients(
        &self,
        d_input: &ArrayRef2<F>,
        d_hidden: &ArrayRef2<F>,
        states: &ArrayRef2<F>,
    ) -> FourArrays<F> {
        let before = states.slice_axis(Axis(0), (..self.rows.nrows()).into());
        let w_ih = dot(self.spread, &d_input.t(), &self.rows);
        let w_hh = dot(self.spread, &d_hidden.t(), &before);
        (w_ih, w_hh, sum_rows(d_input), sum_rows(d_hidden))
    }
    // ANCHOR_END: weight_gradients
}

/// From `[N, T, C]` to `[T N, C]`, zero where a sequence has ended.
fn by_step<F: Real>(sequences: &ArrayRef3<F>, lengths: &[usize]) -> Array2<F> {
    let (batch_size, count, features) = sequences.dim();
    let mut rows = Array2::zeros((count * batch_size, features));
    for (n, &length) in lengths.iter().enumerate() {
        let sequence = sequences.index_axis(Axis(0), n);
        for (t, row) in zip(0..length, sequence.rows()) {
            rows.row_mut(t * batch_size + n).assign(&row);
        }
    }
    rows
}

fn block(t: usize, batch_size: usize) -> Slice {
    (t * batch_size..(t + 1) * batch_size).into()
}

/// Checks the inputs `x` `[N, T, D]`, and says how many steps each sequence has: all T where no
/// `lengths` are given.
pub(crate) fn check_sequences<F: Real>(
    x: &ArrayRef3<F>,
    lengths: Option<&[usize]>,
    input_size: usize,
) -> Result<Vec<usize>, Error> {
    let (batch_size, t, _) = x.dim();
    check_shape("x", x, &[batch_size, t, input_size])?;
    check_size("batch_size", batch_size)?;
    if t == 0 {
        return Err(Error::EmptySequence);
    }
    let lengths = lengths.map_or_else(|| vec![t; batch_size], <[usize]>::to_vec);
    check_lengths(&lengths, batch_size, t)?;
    check_finite_steps("x", x, &lengths)?;
    Ok(lengths)
}

fn check_lengths(lengths: &[usize], batch_size: usize, steps: usize) -> Result<(), Error> {
    if lengths.len() != batch_size {
        let (expected, found) = (vec![batch_size], vec![lengths.len()]);
        return Err(Error::Shape { name: "lengths", expected, found });
    }
    match zip(0.., lengths).find(|(_, length)| !(1..=steps).contains(*length)) {
        Some((index, &length)) => Err(Error::Length { index, length, steps }),
        None => Ok(()),
    }
}

/// Checks what counts of sequences `[N, T, C]`: padding may be anything.
pub(crate) fn check_finite_steps<F: Real>(
    name: &'static str,
    sequences: &ArrayRef3<F>,
    lengths: &[usize],
) -> Result<(), Error> {
    for (n, &length) in zip(0.., lengths) {
        let rows = sequences.index_axis(Axis(0), n);
        for (t, row) in zip(0..length, rows.rows()) {
            // Without an early end, many are looked at at a time.
            if row.fold(true, |finite, value| finite & value.is_finite()) {
                continue;
            }
            if let Some((c, &value)) = row.indexed_iter().find(|(_, v)| !v.is_finite()) {
                let (index, value) = (vec![n, t, c], value.into());
                return Err(Error::NonFinite { name, index, value });
            }
        }
    }
    Ok(())
}
