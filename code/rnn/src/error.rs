//! What can be wrong with a network's arguments, and the checks that find it.

use ndarray::{ArrayRef, Dimension};
use thiserror::Error;

use crate::Real;

/// Why a network could not be built or run.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// An array does not have the shape that the others ask for.
    #[error("`{name}` has shape {found:?}, expected {expected:?}")]
    Shape {
        /// The argument or the field of the cell.
        name: &'static str,
        /// The shape that it should have.
        expected: Vec<usize>,
        /// The shape that it has.
        found: Vec<usize>,
    },

    /// `x` or `tokens` holds no step (T = 0): there is nothing to answer with.
    #[error("the sequence is empty: it has no steps")]
    EmptySequence,

    /// A size that must be at least one is zero.
    #[error("`{name}` is zero")]
    ZeroSize {
        /// `batch_size` (N), `input_size` (D), `hidden_size` (H) or another size.
        name: &'static str,
    },

    /// The length of a sequence is zero, or more than the batch has steps.
    #[error("`lengths` is {length} at [{index}], expected 1 to {steps}")]
    Length {
        /// Which sequence of the batch.
        index: usize,
        /// Its length.
        length: usize,
        /// The steps of the batch, T.
        steps: usize,
    },

    /// A sequence is shorter than the kernel that moves over it.
    #[error("the sequence has {length} steps, the kernel {kernel_size}")]
    TooShort {
        /// The steps of the sequence.
        length: usize,
        /// The steps that the kernel sees at once.
        kernel_size: usize,
    },

    /// A target names a class that the logits do not have.
    #[error("`targets` is {class} at [{index}], expected less than {classes}")]
    Class {
        /// Which row of the batch.
        index: usize,
        /// The class that it names.
        class: usize,
        /// The number of classes, C.
        classes: usize,
    },

    /// A token is none of those that an embedding has a row for.
    #[error("`tokens` is {token} at {index:?}, expected less than {num_embeddings}")]
    Token {
        /// Which sequence of the batch, and which step of it.
        index: [usize; 2],
        /// The token that stands there.
        token: usize,
        /// The rows of the table, V.
        num_embeddings: usize,
    },

    /// A bidirectional network has an odd number of cells.
    #[error("a bidirectional network has two cells in each layer, this one {cells} in all")]
    Directions {
        /// The number of cells.
        cells: usize,
    },

    /// One of several cells is wrong.
    #[error("in `{name}`: {error}")]
    Cell {
        /// Which one: `l0`, `l0_reverse`, `l1`, …
        name: String,
        /// What is wrong with it.
        error: Box<Error>,
    },

    /// An attention that is not causal was asked for one step after another. Each of its outputs
    /// depends on the steps behind it too, so those that it gave before would have to change.
    #[error("attention that is not causal cannot go step by step")]
    NotCausal,

    /// A number is infinite or not a number.
    #[error("`{name}` is not finite at {index:?}: {value}")]
    NonFinite {
        /// The argument, or `output` for a state that could not be computed.
        name: &'static str,
        /// Where the number stands, one index for each axis: the first one found.
        index: Vec<usize>,
        /// The number: positive or negative infinity, or NaN.
        value: f64,
    },

    /// A number that is at least zero by its meaning is below.
    #[error("`{name}` is negative: {value}")]
    Negative {
        /// The argument.
        name: &'static str,
        /// The number.
        value: f64,
    },
}

pub(crate) fn check_size(name: &'static str, size: usize) -> Result<(), Error> {
    if size == 0 {
        return Err(Error::ZeroSize { name });
    }
    Ok(())
}

pub(crate) fn check_shape<F, D: Dimension>(
    name: &'static str,
    array: &ArrayRef<F, D>,
    expected: &[usize],
) -> Result<(), Error> {
    if array.shape() != expected {
        let (expected, found) = (expected.to_vec(), array.shape().to_vec());
        return Err(Error::Shape { name, expected, found });
    }
    Ok(())
}

pub(crate) fn check_not_negative<F: Real>(name: &'static str, value: F) -> Result<(), Error> {
    if value < F::zero() {
        return Err(Error::Negative { name, value: value.into() });
    }
    Ok(())
}

pub(crate) fn check_finite<F: Real, D: Dimension>(
    name: &'static str,
    array: &ArrayRef<F, D>,
) -> Result<(), Error> {
    // Indices of any number of axes are slow to count: only where there is something to report. And
    // looking at all numbers of a block in memory, without an early end, is many at a time.
    let all_finite = match array.as_slice_memory_order() {
        Some(numbers) => numbers.iter().fold(true, |all, value| all & value.is_finite()),
        None => array.iter().all(|value| value.is_finite()),
    };
    if all_finite {
        return Ok(());
    }
    let array = array.view().into_dyn();
    match array.indexed_iter().find(|(_, value)| !value.is_finite()) {
        Some((index, &value)) => {
            let (index, value) = (index.slice().to_vec(), value.into());
            Err(Error::NonFinite { name, index, value })
        }
        None => Ok(()),
    }
}
