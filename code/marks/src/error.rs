use std::io;
use std::path::{Path, PathBuf};

/// What stops marking altogether. What is wrong with an answer is a mark, not an error.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The list of exercises is not what it should be.
    #[error("{}: {source}", path.display())]
    Info {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: toml::de::Error,
    },
    /// The checks of the set do not compile.
    #[error("the set's own checks do not compile:\n{0}")]
    Set(String),
    /// There is nothing to mark.
    #[error("{}: no answers here (files such as ch01_step.rs), nor in folders of learners", .0.display())]
    NoLearners(PathBuf),
    /// The marks cannot be written.
    #[error("{}: {reason}", path.display())]
    Write {
        /// Where.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}

/// Says which file it was.
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::File { path: path.into(), source }
}
