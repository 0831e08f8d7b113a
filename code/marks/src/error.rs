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
    /// The set has no library of the name `exercises`.
    #[error("the set has no checks: its package is not `exercises`")]
    NoChecks,
    /// An exercise of the set does not call a check as they all do.
    #[error("{}: its test does not call `chNN::check(super::function)`", .0.display())]
    NoCall(PathBuf),
    /// There is nothing to mark.
    #[error(
        "{}: no answers here (files such as ch01_step.rs), nor in folders of learners{}",
        folder.display(),
        listed(notes)
    )]
    NoLearners {
        /// Where.
        folder: PathBuf,
        /// What is there instead.
        notes: Vec<String>,
    },
    /// The program runs outside of the book, and is not told where the exercises are.
    #[error("the book is not here: run it in the book's folder, or name FOLDER and --set FOLDER")]
    NoSet,
    /// Standard output takes no more: its disk is full, for instance.
    #[error("cannot print the marks: {source}{}", nevertheless(.written))]
    Print {
        /// What the system says.
        source: io::Error,
        /// The files that hold the marks.
        written: Vec<PathBuf>,
    },
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

/// Each note on a line of its own.
fn listed(notes: &[String]) -> String {
    notes.iter().map(|note| ["\n  ", note].concat()).collect()
}

fn nevertheless(written: &[PathBuf]) -> String {
    if written.is_empty() {
        return String::new();
    }
    let paths: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
    format!("; written nevertheless: {}", paths.join(", "))
}
