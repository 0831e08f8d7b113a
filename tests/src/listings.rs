//! Code blocks say what they are, and every Rust block is run.

use std::{fs, path::Path};

use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};

use crate::{Book, Fault, Page};

/// The labels that a code block may carry beside Rust's.
const LABELS: [&str; 7] = ["text", "math", "console", "toml", "html", "markdown", "python"];

/// Every code block of the pages, and the crates that run them.
pub fn check(book: &Book) -> Vec<Fault> {
    let mut faults: Vec<Fault> = book.all_pages().flat_map(labels).collect();
    for page in &book.pages {
        faults.extend(unrun(book, page));
    }
    faults
}

/// Blocks without a label are Rust to `cargo test`; blocks that are ignored must be included.
fn labels(page: &Page) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut ignored = None;
    for (event, range) in page.events() {
        let place = page.place(range.start);
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => faults.push(Fault::new(
                place,
                "this indented block is Rust to `cargo test`",
                "fence it and label it",
            )),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(label))) => {
                if label.starts_with("rust") && label.contains("ignore") {
                    ignored = Some((place, false));
                } else if !label.starts_with("rust") && !LABELS.contains(&&*label) {
                    let what = format!("this block has the label `{label}`");
                    let mend = format!("label it rust, or one of {}", LABELS.join(", "));
                    faults.push(Fault::new(place, what, mend));
                }
            }
            Event::Text(text) => {
                if let Some((_, included)) = &mut ignored {
                    *included |= text.contains("{{#include");
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((place, false)) = ignored.take() {
                    faults.push(Fault::new(
                        place,
                        "nothing compiles this block",
                        "leave `ignore` out, or include the listing from the code",
                    ));
                }
            }
            _ => {}
        }
    }
    faults
}

/// A page whose Rust blocks no crate runs as doc-tests.
fn unrun(book: &Book, page: &Page) -> Option<Fault> {
    let has_rust = page.events().any(|(event, _)| {
        matches!(event, Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(label)))
            if label.starts_with("rust") && !label.contains("ignore"))
    });
    let (folder, carrier) = match page.chapter() {
        Some(chapter) => (format!("code/{chapter}"), format!("code/{chapter}/src/lib.rs")),
        None => ("tests".to_owned(), "tests/src/lib.rs".to_owned()),
    };
    let depth = "../".repeat(folder.split('/').count() + 1);
    let line = format!("include_str!(\"{depth}{}\")", page.path);
    let code = fs::read_to_string(Path::new(&book.root).join(&carrier)).unwrap_or_default();
    let must_carry = has_rust || page.chapter().is_some();
    (must_carry && !code.contains(&line)).then(|| {
        Fault::new(
            &page.path,
            "no crate runs the Rust blocks of this page",
            format!("write `#[cfg(doctest)] #[doc = {line}] struct Page;` into {carrier}"),
        )
    })
}
