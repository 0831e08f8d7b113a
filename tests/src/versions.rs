//! Versions are written down in one place, and all other places say the same.

use std::{fs, path::Path};

use pulldown_cmark::{Event, Tag, TagEnd};

use crate::{Book, Fault, Page, tree};

/// What has a version.
struct Subject {
    /// How the pages and the scripts call it.
    names: &'static [&'static str],
    /// The file that decides its version, and what stands before it there.
    file: &'static str,
    mark: &'static str,
}

/// The program whose versions of other libraries the book's words and vectors come from.
const CONVENTIONS: &str = "code/rnn/tests/pytorch/conventions.py";

const SUBJECTS: [Subject; 8] = [
    Subject {
        names: &["Rust", "cargo", "toolchain install"],
        file: "Cargo.toml",
        mark: "rust-version = \"",
    },
    Subject { names: &["mdBook", "mdbook"], file: "Cargo.toml", mark: "mdbook-preprocessor = \"" },
    Subject {
        names: &["Rustlings", "rustlings"],
        file: ".ci/run",
        mark: "cargo install rustlings --version ",
    },
    Subject { names: &["PyTorch", "torch"], file: CONVENTIONS, mark: "torch==" },
    Subject { names: &["numpy"], file: CONVENTIONS, mark: "numpy==" },
    Subject { names: &["Keras", "keras"], file: CONVENTIONS, mark: "keras==" },
    Subject { names: &["ONNX", "onnx"], file: CONVENTIONS, mark: "onnx==" },
    Subject { names: &["ONNX Runtime", "onnxruntime"], file: CONVENTIONS, mark: "onnxruntime==" },
];

/// The endings of the files that are held to the versions, beside the pages. Scripts have none.
/// `Cargo.toml` may say what other crates need.
const ENDINGS: [&str; 7] = ["rs", "py", "js", "mjs", "css", "yml", ""];

/// What stood on a page when it was measured, and stays.
const RECORD: &str = "Measured on";

/// Versions of the pages and of the code that are not the ones written down.
pub fn check(book: &Book) -> Vec<Fault> {
    let mut faults: Vec<Fault> = book.all_pages().flat_map(|page| on_page(book, page)).collect();
    for path in tree::files(&book.root) {
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        if ENDINGS.contains(&&*ending) && !path.starts_with("tests") {
            faults.extend(in_file(book, &path));
        }
    }
    faults
}

fn on_page(book: &Book, page: &Page) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (text, byte) in blocks(page) {
        if text.contains(RECORD) {
            continue;
        }
        let said = versions_in(&text);
        for unknown in triples(&text).filter(|number| said.iter().all(|(_, v)| v != number)) {
            let what = format!("{unknown} is a version of nothing that the code names");
            let mend = "write the name before it, and where its version is written down into \
                        tests/src/versions.rs";
            faults.push(Fault::new(page.place(byte), what, mend));
        }
        faults.extend(wrong(book, &said, &page.place(byte)));
    }
    faults
}

fn in_file(book: &Book, path: &Path) -> Vec<Fault> {
    let text = fs::read_to_string(book.root.join(path)).unwrap_or_default();
    let lines = text.lines().zip(1..);
    lines
        .flat_map(|(line, number)| {
            wrong(book, &versions_in(line), &format!("{}:{number}", path.display()))
        })
        .collect()
}

fn wrong(book: &Book, said: &[(&Subject, &str)], place: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (Subject { names, file, mark }, version) in said {
        let text = fs::read_to_string(book.root.join(file)).unwrap_or_default();
        let right = text.split_once(mark).map_or("", |(_, rest)| number(rest));
        // `2.15` is `2.15.0`.
        if right != *version && !right.starts_with(&format!("{version}.")) {
            let what = format!("{} is {version} here and {right} in {file}", names[0]);
            faults.push(Fault::new(place, what, "write the same version in both places"));
        }
    }
    faults
}

/// The text and the code of each paragraph, cell, heading and block of a page, as it is read, and
/// where. Computed numbers, `{{key=1.2.3}}`, are checked elsewhere.
fn blocks(page: &Page) -> Vec<(String, usize)> {
    let mut blocks: Vec<(String, usize)> = Vec::new();
    for (event, range) in page.events() {
        match event {
            Event::Start(
                Tag::Paragraph
                | Tag::Heading { .. }
                | Tag::TableCell
                | Tag::Item
                | Tag::CodeBlock(_),
            )
            | Event::End(TagEnd::Item) => blocks.push((String::new(), range.start)),
            Event::Text(text) | Event::Code(text) => add(&mut blocks, &text),
            Event::SoftBreak => add(&mut blocks, " "),
            _ => {}
        }
    }
    blocks.iter().map(|(text, byte)| (without_marks(text), *byte)).collect()
}

fn add(blocks: &mut [(String, usize)], text: &str) {
    if let Some((block, _)) = blocks.last_mut() {
        block.push_str(text);
    }
}

fn without_marks(text: &str) -> String {
    let mut pieces = text.split("{{");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + piece.split_once("}}").map_or("", |(_, rest)| rest))
}

/// The versions that a text gives of what has one.
/// The versions of a text, without their names: `Rust 1.91` has one.
pub(crate) fn numbers(text: &str) -> Vec<&str> {
    versions_in(text).into_iter().map(|(_, version)| version.trim_end_matches('.')).collect()
}

fn versions_in(text: &str) -> Vec<(&'static Subject, &str)> {
    let mut found = Vec::new();
    for subject in &SUBJECTS {
        for name in subject.names {
            for (start, _) in text.match_indices(name) {
                let is_whole = !text[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_');
                let version = number(behind(&text[start + name.len()..]));
                if is_whole && version.contains('.') {
                    found.push((subject, version));
                }
            }
        }
    }
    found
}

/// What follows a name and the signs between it and its version.
fn behind(text: &str) -> &str {
    let text = text.strip_prefix(" --version").unwrap_or(text);
    let version = text.trim_start_matches([' ', ',', '=', '+', ':', '`', '"']);
    if version.len() == text.len() { "" } else { version.strip_prefix('v').unwrap_or(version) }
}

/// The number with points at the beginning of a text.
fn number(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}

/// Numbers with two points or more, but no ranges.
fn triples(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '.'))
        .map(|word| number(word.strip_prefix('v').unwrap_or(word)))
        .filter(|number| number.matches('.').count() > 1 && !number.contains(".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_follows_its_name() {
        let said = |text| -> Vec<_> {
            versions_in(text)
                .iter()
                .map(|(subject, version)| (subject.names[0], *version))
                .collect()
        };
        assert_eq!(said("Rust, 1.91 or newer"), [("Rust", "1.91")]);
        assert_eq!(said("cargo install mdbook --version 0.5.4"), [("mdBook", "0.5.4")]);
        assert_eq!(
            said("`rustlings 6.5.0`, mdbook v0.5.4."),
            [("mdBook", "0.5.4"), ("Rustlings", "6.5.0")]
        );
        assert_eq!(said("cargo +1.91 check, onnx==1.2.3"), [("Rust", "1.91"), ("ONNX", "1.2.3")]);
        assert_eq!(said("ONNX Runtime 1.32.0"), [("ONNX Runtime", "1.32.0")]);
        assert_eq!(said("Rust 2024, Rustc 1.2, PyTorch in 0.5 s, ONNX 22"), []);
    }
}
