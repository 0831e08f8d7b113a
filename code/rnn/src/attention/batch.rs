//! All sequences of a batch, the short ones by the plain formula and the long ones in blocks.

use std::iter::zip;

use ndarray::{Array3, s};

use super::blocks::{QUERIES, SHORT, Softmax, attend_block, blocks, ready_keys};
use super::projected::Projected;
use super::threads::each;
use crate::error::check_finite;
use crate::{Error, Real};

/// What became of a batch.
pub(super) struct Attended<F> {
    /// `[N, T, d]`, zero at padding.
    pub output: Array3<F>,
    /// For each sequence that was computed in blocks, one for each step.
    pub softmax: Vec<Vec<Softmax<F>>>,
}

/// The outputs of all steps. A piece of work is a block of queries, or a short sequence.
pub(super) fn attend_all<F: Real>(projected: &Projected<F>) -> Result<Attended<F>, Error> {
    let lengths = &projected.lengths;
    let multiply_adds = projected.multiply_adds();
    let keys = each((0..lengths.len()).collect(), multiply_adds, |n| {
        if lengths[n] <= SHORT { vec![] } else { ready_keys(&projected.sequence(n)) }
    });
    let work = zip(0.., lengths)
        .flat_map(|(n, &length)| blocks(0..length, QUERIES).map(move |queries| (n, queries)));
    let done = each(work.collect(), multiply_adds, |(n, queries)| {
        let sequence = projected.sequence(n);
        let (output, softmax) = if sequence.steps() <= SHORT {
            (sequence.attend().0, vec![])
        } else {
            attend_block(&sequence, &keys[n], queries.clone())
        };
        (n, queries, output, softmax)
    });
    let mut output = Array3::zeros((lengths.len(), projected.count(), projected.v.ncols()));
    let mut softmax = vec![vec![]; lengths.len()];
    for (n, queries, of_block, softmax_of_block) in done {
        output.slice_mut(s![n, queries, ..]).assign(&of_block);
        softmax[n].extend(softmax_of_block);
    }
    check_finite("output", &output)?;
    Ok(Attended { output, softmax })
}
