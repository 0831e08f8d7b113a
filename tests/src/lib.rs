//! What holds the book against the code.
//!
//! mdBook is silent about a missing anchor, image or include, and knows nothing of numbers. Each
//! module here is one check: a function from a book to its [`Fault`]s, which name the place and
//! the mend. `tests/book.rs` runs them on this book; `tests/broken.rs` breaks a small book on
//! purpose and sees each check go red. No chapter is named here: they are found by their names.

pub mod book;
pub mod chapters;
pub mod commands;
pub mod computed;
pub mod fault;
pub mod figures;
pub mod formulas;
pub mod html;
pub mod includes;
pub mod length;
pub mod lines;
pub mod links;
pub mod listings;
pub mod names;
pub mod numbers;
pub mod programs;
pub mod records;
pub mod references;
pub mod sources;
pub mod tree;
pub mod versions;

pub use book::{Book, Page};
pub use computed::Computed;
pub use fault::{Fault, assert_none};
pub use programs::Programs;

/// The doc-tests of the pages that are no chapter.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../src/primer.md")]
    struct Primer;
    #[doc = include_str!("../../src/notation.md")]
    struct Notation;
    #[doc = include_str!("../../src/names.md")]
    struct Names;
    #[doc = include_str!("../../src/proof.md")]
    struct Proof;
}
