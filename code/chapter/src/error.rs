//! What can go wrong in a chapter program.

use std::{io, path::PathBuf};

/// What an experiment may fail with: its own errors pass through as they are.
pub type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// An error of the program around the experiments. Each reads as one line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A folder or a file cannot be written.
    #[error("cannot write to {path}: {source}")]
    Write {
        /// The folder or the file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A page cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The folder or the file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A page has a number by name that cannot be read.
    #[error("{place}: {error}; no page was written")]
    Mark {
        /// File and line.
        place: String,
        /// What is wrong there.
        error: page::MarkError,
    },
    /// The program runs outside of the book, whose figures it would draw.
    #[error("the book is not here: run it in the book's folder, or write elsewhere with --out DIR")]
    NoBook,
    /// Standard output takes no more: its disk is full, for instance.
    #[error("cannot print: {source}{}", nevertheless(.written))]
    Print {
        /// Why not.
        source: io::Error,
        /// The files that were written before.
        written: Vec<PathBuf>,
    },
    /// `--sync` with parameters that are not the book's.
    #[error("--sync writes the book's own numbers, so it takes no parameters; leave out {0}")]
    SyncWithParameters(String),
    /// `--sync` with `--out`.
    #[error("--sync writes into the book's pages; leave out --out")]
    SyncElsewhere,
    /// Parameters that are fine one by one make too much together.
    #[error("this makes {found} {what}, and {most} are the most: make {smaller} smaller")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How much of it.
        found: String,
        /// How much of it there may be.
        most: String,
        /// The parameters that help.
        smaller: &'static str,
    },
    /// Two numbers of a chapter have one name.
    #[error("the chapter reports two numbers named {0}")]
    DuplicateNumber(String),
    /// An experiment draws other figures than it declares.
    #[error("an experiment draws {drawn} and declares {names}")]
    OtherFigures {
        /// What it declares.
        names: String,
        /// What it draws.
        drawn: String,
    },
    /// Two figures of a chapter have one name.
    #[error("the chapter draws two figures named {0}")]
    DuplicateFigure(String),
}

fn nevertheless(written: &[PathBuf]) -> String {
    if written.is_empty() {
        return String::new();
    }
    let paths: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
    format!("; written nevertheless: {}", paths.join(", "))
}
