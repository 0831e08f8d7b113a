//! What an attention remembers from step to step.

use ndarray::{Array2, ArrayRef1};

use super::projected::first;
use crate::{Error, Real};

/// The keys and values of all steps so far, for [`SelfAttention::step`](crate::SelfAttention::step): what a causal attention
/// remembers while it goes on. Unlike a state it grows with every step.
#[derive(Debug, Clone, PartialEq)]
pub struct KvCache<F> {
    /// `[t, d]`.
    pub(super) keys: Array2<F>,
    /// `[t, d]`.
    pub(super) values: Array2<F>,
}

impl<F: Real> KvCache<F> {
    /// A cache of no steps, for an attention of this size d.
    pub fn new(size: usize) -> Self {
        Self { keys: Array2::zeros((0, size)), values: Array2::zeros((0, size)) }
    }

    /// The steps that it holds, t.
    pub fn len(&self) -> usize {
        self.keys.nrows()
    }

    /// Whether it holds no step.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers that it holds: `2 t d`.
    pub fn float_count(&self) -> usize {
        self.keys.len() + self.values.len()
    }

    // Keys and values are equally wide, so what fits the one fits the other.
    pub(super) fn push(&mut self, key: &ArrayRef1<F>, value: &ArrayRef1<F>) -> Result<(), Error> {
        let pushed = self.keys.push_row(key.view());
        pushed.and_then(|()| self.values.push_row(value.view())).map_err(|_| {
            let (expected, found) = (vec![self.len(), key.len()], self.keys.shape().to_vec());
            Error::Shape { name: "cache", expected, found }
        })
    }

    pub(super) fn pop(&mut self) {
        let before = self.len() - 1;
        self.keys = first(&self.keys, before).to_owned();
        self.values = first(&self.values, before).to_owned();
    }
}
