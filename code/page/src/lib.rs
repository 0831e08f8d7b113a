//! Numbers by name and references by key in a page's Markdown.
//!
//! An author writes what a number is called and what it is: `{{ring_capacity=19.0148}}`. The value
//! keeps the sentence readable, and the name lets a test hold it against the code.
//!
//! | mark | the value is |
//! |---|---|
//! | `{{ring_capacity=19.0148}}` | a number of the page's own chapter |
//! | `{{ch02.rnn_weights=29,184}}` | a number of another chapter |
//! | `{{until_pytorch(--hidden 150)=9}}` | a number of a run with other parameters |
//! | `{{cited=665}}` | a number from a paper, which the sentence names |
//!
//! A paper stands once, in `src/references.toml`, and its key wherever it is cited:
//!
//! | mark | the page shows |
//! |---|---|
//! | `{{cite:elman1990}}` | author and year, with a link |
//! | `{{reference:elman1990}}` | author, year, title, with a link, and venue |
//! | `{{references}}` | all papers in full, and where each is cited; it stands alone |
//!
//! The key ends at the first `=` outside brackets, so a value may hold one. The arguments in
//! brackets are quoted as in a shell. A mark stands on one line. Code holds none, formulas, addresses and
//! pictures cannot, and `\{{` is no mark.
//!
//! ```
//! let page = page::marks("It keeps {{ring_capacity=19.0148}} inputs.", Some("ch01")).unwrap();
//! assert_eq!(page[0].key().unwrap().to_string(), "ch01.ring_capacity");
//! assert_eq!(page[0].value, "19.0148");
//! ```

mod image;
mod mark;
mod places;
mod sentence;

use std::ops::Range;

use thiserror::Error;

pub use image::{Image, images};
pub use mark::{Key, Mark, Source};
pub use places::options;
pub use sentence::sentence;

/// A mark that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{reason}: {text}")]
pub struct MarkError {
    /// The line of the page, counted from 1.
    pub line: usize,
    /// The mark, or its beginning.
    pub text: String,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Reason {
    /// There is no `}}` on its line.
    #[error("this number is not closed on its line; write {{{{name=value}}}}")]
    Open,
    /// There is no `=`, or nothing behind it.
    #[error("this number has no value; write {{{{name=value}}}}")]
    NoValue,
    /// The name is none.
    #[error("this number has no name of letters, digits and `_`; write {{{{name=value}}}}")]
    NoName,
    /// A quotation mark or a bracket of the arguments is not closed.
    #[error("its arguments are not closed; write {{{{name(--flag value)=value}}}}")]
    OpenArguments,
    /// The name does not say which chapter, and the page is none.
    #[error("this page is no chapter; write {{{{chNN.name=value}}}}")]
    NoChapter,
    /// The key of a paper is none.
    #[error("a paper's key has small letters and digits; write {{{{cite:elman1990}}}}")]
    NoPaper,
    /// A paper is cited in the text of a link.
    #[error("a reference is a link, and cannot stand inside of one")]
    InLink,
    /// The list of all papers has something beside it.
    #[error("{{{{references}}}} stands alone, between blank lines")]
    NotAlone,
    /// It stands between `<` and `>`, in a formula, in an address or in the text of a picture.
    #[error("a number cannot be shown inside a tag, a formula, an address or a picture's text")]
    NoPlace,
}

/// The chapter that a page is, by its file's name: `ch01-hidden-state.md` is `ch01`.
///
/// ```
/// assert_eq!(page::chapter("src/ch01-hidden-state.md"), Some("ch01"));
/// assert_eq!(page::chapter("src/chapters.md"), None);
/// ```
pub fn chapter(path: &str) -> Option<&str> {
    let file = path.rsplit(['/', '\\']).next()?;
    file.split('-').next().filter(|name| is_chapter(name))
}

/// Whether a name is a chapter's: `ch01` is, `chapter` is not.
pub fn is_chapter(name: &str) -> bool {
    let digits = name.strip_prefix("ch").unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The marks of a page in their order. A name without a chapter is the page's own.
///
/// # Errors
/// Every mark that cannot be read.
pub fn marks<'a>(
    markdown: &'a str,
    chapter: Option<&'a str>,
) -> Result<Vec<Mark<'a>>, Vec<MarkError>> {
    let places = places::Places::of(markdown);
    let (mut marks, mut errors) = (Vec::new(), Vec::new());
    let mut from = 0;
    while let Some(found) = markdown[from..].find("{{") {
        let start = from + found;
        from = start + 2;
        if let Some(end) = places.end_of_code(start) {
            from = end.max(from);
            continue;
        }
        // mdBook's own directives, and two braces that are meant.
        let is_directive = markdown[from..].trim_start_matches(' ').starts_with('#');
        if is_directive || markdown[..start].ends_with('\\') {
            continue;
        }
        match (mark::read(markdown, start, chapter), places.shows_none(start)) {
            (Ok(mark), false) if mark.paper().is_some() && places.is_link(start) => {
                errors.push(error(markdown, start, Reason::InLink));
            }
            (Ok(mark), false) => {
                from = mark.range.end;
                marks.push(mark);
            }
            (Ok(_), true) => errors.push(error(markdown, start, Reason::NoPlace)),
            // Two braces of a formula.
            (Err(_), true) => {}
            (Err(reason), false) => errors.push(error(markdown, start, reason)),
        }
    }
    if errors.is_empty() { Ok(marks) } else { Err(errors) }
}

fn error(markdown: &str, start: usize, reason: Reason) -> MarkError {
    const SHOWN: usize = 60;
    let line = 1 + markdown[..start].matches('\n').count();
    let rest = markdown[start..].lines().next().unwrap_or_default();
    let end = rest.find("}}").map_or(rest.len(), |end| end + 2);
    MarkError { line, text: rest[..end].chars().take(SHOWN).collect(), reason }
}

/// The page with each mark replaced.
pub fn replace(markdown: &str, marks: &[Mark], with: impl Fn(&Mark) -> String) -> String {
    splice(markdown, marks.iter().map(|mark| (mark.range.clone(), with(mark))))
}

/// A text with pieces replaced, which are given in their order.
pub fn splice(text: &str, pieces: impl IntoIterator<Item = (Range<usize>, String)>) -> String {
    let mut spliced = String::with_capacity(text.len());
    let mut copied = 0;
    for (range, piece) in pieces {
        spliced += &text[copied..range.start];
        spliced += &piece;
        copied = range.end;
    }
    spliced + &text[copied..]
}
