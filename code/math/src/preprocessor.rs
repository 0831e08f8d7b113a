//! The preprocessor: every chapter of a book, and where its broken formulas stand.

use std::fs;
use std::path::Path;

use mdbook_preprocessor::book::{Book, Chapter};
use mdbook_preprocessor::errors::Result;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use thiserror::Error;

use crate::{FormulaError, page, render};

/// Turns the formulas of all chapters into `MathML`.
#[derive(Debug, Clone, Copy, Default)]
pub struct MathPreprocessor;

/// The broken formulas of a book: one a line, with file and line.
#[derive(Debug, Error)]
#[error("{}", .0.join("\n"))]
pub struct BrokenFormulas(Vec<String>);

impl Preprocessor for MathPreprocessor {
    fn name(&self) -> &'static str {
        "math"
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> Result<Book> {
        let mut broken = titles(context);
        book.for_each_chapter_mut(|chapter| match render(&chapter.content) {
            Ok(rendered) => chapter.content = rendered,
            Err(errors) => broken.extend(locate(context, chapter, &errors)),
        });

        if broken.is_empty() { Ok(book) } else { Err(BrokenFormulas(broken).into()) }
    }

    fn supports_renderer(&self, renderer: &str) -> Result<bool> {
        Ok(renderer == "html")
    }
}

/// The broken formulas with their lines in the author's file.
///
/// When we see a chapter, its `{{#include}}`s are expanded and its lines have moved. So the author's
/// file is read once more. What is not broken there came in from an included file.
fn locate(
    context: &PreprocessorContext,
    chapter: &Chapter,
    errors: &[FormulaError],
) -> Vec<String> {
    let Some(path) = source_path(context, chapter) else {
        return errors.iter().map(|error| format!("{}: {error}", chapter.name)).collect();
    };
    let in_file = fs::read_to_string(context.root.join(&path))
        .map_or(Vec::new(), |source| render(&source).err().unwrap_or_default());
    let included =
        errors.iter().filter(|error| in_file.iter().all(|known| known.latex != error.latex));

    in_file
        .iter()
        .map(|error| format!("{path}:{}: {error}", error.line))
        .chain(included.map(|error| format!("{path}: in an included file: {error}")))
        .collect()
}

/// The chapter's file, relative to the book's root.
fn source_path(context: &PreprocessorContext, chapter: &Chapter) -> Option<String> {
    Some(shown(&context.config.book.src.join(chapter.source_path.as_ref()?)))
}

/// A path that reads the same on all systems.
fn shown(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// Formulas in the summary. mdBook takes the chapters' titles from there and shows them as plain text
/// in the sidebar and on top of the window.
fn titles(context: &PreprocessorContext) -> Vec<String> {
    let path = context.config.book.src.join("SUMMARY.md");
    let summary = fs::read_to_string(context.root.join(&path)).unwrap_or_default();
    page::formulas(&summary)
        .into_iter()
        .map(|found| found.map_or_else(|error| error.line, |formula| formula.line(&summary)))
        .map(|line| {
            let path = shown(&path);
            format!(
                "{path}:{line}: the sidebar shows a title as plain text: say the formula in words"
            )
        })
        .collect()
}
