//! What can be wrong with a weight file.

use std::fmt::Display;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a model could not be saved or loaded. The message is one line.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FileError {
    /// One of the others, with the file that it is about, as it was given.
    #[error("in `{}`: {}", .0.display(), .1)]
    File(PathBuf, Box<FileError>),

    /// The operating system could not read or write.
    #[error(transparent)]
    Io(#[from] io::Error),

    /// The file does not say in the format's words which tensors it holds and where: it is damaged,
    /// or of another kind. The text says what does not fit.
    #[error("no intact safetensors file: {0}")]
    Format(String),

    /// The file ends too early.
    #[error("{part} is cut off after {found} of its {expected} bytes: the file is not complete")]
    Truncated {
        /// Where it ends: in the header or in a tensor.
        part: String,
        /// The bytes that this should have.
        expected: usize,
        /// The bytes that are there.
        found: usize,
    },

    /// A tensor of the model is not in the file.
    #[error("`{name}` is missing{}", instead(.extra.as_deref()))]
    Missing {
        /// The first one that is missing.
        name: String,
        /// The first tensor of the file that is not in the model: it may be the same under another
        /// name.
        extra: Option<String>,
    },

    /// A tensor of the file is not in the model: the first one.
    #[error("`{}` is in the file, but not in the model", line(.0))]
    Extra(String),

    /// Two tensors have this name.
    #[error("`{}` is there twice", line(.0))]
    Duplicate(String),

    /// A tensor does not have the shape that it has in the model.
    #[error("`{name}` has shape {}, expected {expected:?}", line(&format!("{found:?}")))]
    Shape {
        /// Which tensor.
        name: String,
        /// Its shape in the model.
        expected: Vec<usize>,
        /// Its shape in the file.
        found: Vec<usize>,
    },

    /// A tensor is not of the number type that the model computes in. It is not converted: that
    /// would change its numbers, or pretend a precision that they do not have.
    #[error("`{name}` has type {}, expected {expected}", line(.found))]
    Dtype {
        /// Which tensor.
        name: String,
        /// The model's type, as the format calls it: `F32` or `F64`.
        expected: String,
        /// The type in the file.
        found: String,
    },

    /// A weight is infinite or not a number: no layer can compute with it.
    #[error("`{name}` is not finite at {index:?}: {value}")]
    NonFinite {
        /// Which tensor.
        name: String,
        /// Where the number stands, one index for each axis: the first one found.
        index: Vec<usize>,
        /// The number: positive or negative infinity, or NaN.
        value: f64,
    },
}

impl FileError {
    pub(super) fn format(reason: impl Display) -> Self {
        Self::Format(line(&reason.to_string()))
    }
}

fn instead(extra: Option<&str>) -> String {
    extra.map_or_else(String::new, |name| {
        format!("; the file has `{}`, which is not in the model", line(name))
    })
}

/// What a file says may be anything, also very long. What is shown of it is one line.
fn line(text: &str) -> String {
    const LONGEST: usize = 200;
    let shown = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    let mut line: String = text.chars().take(LONGEST).map(shown).collect();
    if text.chars().nth(LONGEST).is_some() {
        line.push('…');
    }
    line
}
