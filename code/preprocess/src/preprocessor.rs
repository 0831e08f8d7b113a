//! The preprocessor: every chapter of a book, and where what is broken in it stands.

use std::fs;
use std::path::Path;

use mdbook_preprocessor::book::{Book, Chapter};
use mdbook_preprocessor::errors::Result;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use thiserror::Error;

use crate::{Place, References, formula::line_of, formulas, render, render_marks};

/// Turns the formulas of all chapters into `MathML`, and numbers by name and papers by key into HTML.
#[derive(Debug, Clone, Copy, Default)]
pub struct FoldingTime;

/// What is broken in a book: one formula, number or paper a line, with file and line.
#[derive(Debug, Error)]
#[error("{}", .0.join("\n"))]
pub struct Broken(Vec<String>);

impl Preprocessor for FoldingTime {
    fn name(&self) -> &'static str {
        "folding-time"
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> Result<Book> {
        let references = references(context, &book)?;
        let mut broken = titles(context);
        book.for_each_chapter_mut(|chapter| {
            let path = source_path(context, chapter);
            match rendered(&chapter.content, path.as_deref(), &references) {
                Ok(rendered) => chapter.content = rendered,
                Err(faults) => broken.extend(locate(context, chapter, &references, &faults)),
            }
        });

        if broken.is_empty() { Ok(book) } else { Err(Broken(broken).into()) }
    }

    fn supports_renderer(&self, renderer: &str) -> Result<bool> {
        Ok(renderer == "html")
    }
}

/// A line of a text, counted from 1, and what is wrong there.
type Fault = (usize, String);

/// The papers, and which chapters cite them. A book without the file cites nothing.
fn references(
    context: &PreprocessorContext,
    book: &Book,
) -> std::result::Result<References, Broken> {
    let file = context.root.join(References::FILE);
    let read = References::read(&fs::read_to_string(file).unwrap_or_default());
    let mut references = read.map_err(|errors| {
        let errors = errors.iter();
        Broken(errors.map(|e| format!("{}:{}: {e}", References::FILE, e.line)).collect())
    })?;
    for chapter in book.chapters() {
        if let Some(place) = place(chapter) {
            references.add_page(&place, &chapter.content);
        }
    }
    Ok(references)
}

/// Marks first: each stands on one line, so that no formula moves to another.
fn rendered(
    markdown: &str,
    path: Option<&str>,
    references: &References,
) -> std::result::Result<String, Vec<Fault>> {
    let chapter = path.and_then(page::chapter);
    let markdown = render_marks(markdown, chapter, references).map_err(|errors| {
        errors.into_iter().map(|error| (error.line(), error.to_string())).collect::<Vec<_>>()
    })?;
    render(&markdown)
        .map_err(|errors| errors.into_iter().map(|error| (error.line, error.to_string())).collect())
}

/// The faults with their lines in the author's file.
///
/// When we see a chapter, its `{{#include}}`s are expanded and its lines have moved. So the author's
/// file is read once more. What is not broken there came in from an included file.
fn locate(
    context: &PreprocessorContext,
    chapter: &Chapter,
    references: &References,
    faults: &[Fault],
) -> Vec<String> {
    let Some(path) = source_path(context, chapter) else {
        return faults.iter().map(|(_, what)| format!("{}: {what}", chapter.name)).collect();
    };
    let source = fs::read_to_string(context.root.join(&path)).unwrap_or_default();
    let in_file = rendered(&source, Some(&path), references).err().unwrap_or_default();
    let included = faults.iter().filter(|(_, what)| in_file.iter().all(|(_, known)| known != what));

    in_file
        .iter()
        .map(|(line, what)| format!("{path}:{line}: {what}"))
        .chain(included.map(|(_, what)| format!("{path}: in an included file: {what}")))
        .collect()
}

/// How the list of papers calls a chapter: by its number, if it has one.
fn place(chapter: &Chapter) -> Option<Place> {
    let address = shown(&chapter.path.as_ref()?.with_extension("html"));
    let name = match &chapter.number {
        Some(number) => format!("chapter {}", number.to_string().trim_end_matches('.')),
        None => chapter.name.clone(),
    };
    Some(Place { name, address })
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

/// Formulas, numbers and papers in the summary. mdBook takes the chapters' titles from there and shows them as plain text
/// in the sidebar and on top of the window.
fn titles(context: &PreprocessorContext) -> Vec<String> {
    let path = context.config.book.src.join("SUMMARY.md");
    let summary = fs::read_to_string(context.root.join(&path)).unwrap_or_default();
    let formulas = formulas::formulas(&summary)
        .into_iter()
        .map(|found| found.map_or_else(|error| error.line, |formula| formula.line(&summary)));
    let numbers = match page::marks(&summary, Some("ch00")) {
        Ok(marks) => marks.iter().map(|mark| line_of(&summary, mark.range.start)).collect(),
        Err(errors) => errors.iter().map(|error| error.line).collect::<Vec<_>>(),
    };
    let path = shown(&path);
    formulas
        .chain(numbers)
        .map(|line| {
            format!("{path}:{line}: the sidebar shows a title as plain text: say it in words")
        })
        .collect()
}
