//! Which steps the head reads.

use std::iter::zip;

use ndarray::{Array2, Array3, ArrayRef2, ArrayRef3, Axis};
use rnn::Real;

/// Which features of a sequence become rows for the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// Those of the last step: a row for each sequence.
    Last,
    /// The mean over all steps: a row for each sequence.
    Mean,
    /// Those of every step: a row for each, sequence by sequence.
    Every,
}

impl Read {
    /// The rows for the head, from the features `[N, T, C]`. What stands behind the end of a
    /// sequence is not read.
    pub fn rows<F: Real>(self, features: &ArrayRef3<F>, lengths: &[usize]) -> Array2<F> {
        let mut rows = Array2::zeros((self.row_count(lengths), features.dim().2));
        self.each(lengths, |row, (n, t), weight| {
            rows.row_mut(row)
                .scaled_add(F::from_f64(weight), &features.index_axis(Axis(0), n).row(t));
        });
        rows
    }

    /// The gradient `[N, T, C]` by the features, with T steps, from that by the rows: zero where
    /// nothing is read.
    pub fn back<F: Real>(
        self,
        d_rows: &ArrayRef2<F>,
        lengths: &[usize],
        steps: usize,
    ) -> Array3<F> {
        let mut d_features = Array3::zeros((lengths.len(), steps, d_rows.ncols()));
        self.each(lengths, |row, (n, t), weight| {
            let weight = F::from_f64(weight);
            d_features.index_axis_mut(Axis(0), n).row_mut(t).scaled_add(weight, &d_rows.row(row));
        });
        d_features
    }

    fn row_count(self, lengths: &[usize]) -> usize {
        match self {
            Self::Last | Self::Mean => lengths.len(),
            Self::Every => lengths.iter().sum(),
        }
    }

    /// Calls with a row, a step that goes into it, and what it weighs there.
    fn each(self, lengths: &[usize], mut call: impl FnMut(usize, (usize, usize), f64)) {
        let mut first = 0; // row of the sequence, where each step has one
        for (n, &length) in zip(0.., lengths) {
            match self {
                Self::Last => call(n, (n, length - 1), 1.0),
                Self::Mean => (0..length).for_each(|t| call(n, (n, t), 1.0 / length as f64)),
                Self::Every => (0..length).for_each(|t| call(first + t, (n, t), 1.0)),
            }
            first += length;
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn padding_is_not_read() {
        let features = array![[[1.0], [3.0]], [[5.0], [f64::NAN]]];
        let rows = |read: Read| read.rows(&features, &[2, 1]).into_raw_vec_and_offset().0;
        assert_eq!(rows(Read::Last), [3.0, 5.0]);
        assert_eq!(rows(Read::Mean), [2.0, 5.0]);
        assert_eq!(rows(Read::Every), [1.0, 3.0, 5.0]);
    }
}
