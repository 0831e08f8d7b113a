//! Prose lines break at sentences, so that a change of one sentence is a change of one line.

use pulldown_cmark::{Event, Tag, TagEnd};

use crate::{Book, Fault, Page};

/// The longest line of prose, in characters.
const COLUMNS: usize = 120;

/// Full stops that end no sentence.
const ABBREVIATIONS: [&str; 5] = ["al.", "cf.", "e.g.", "i.e.", "vs."];

/// Every line of prose of the pages.
pub fn check(book: &Book) -> Vec<Fault> {
    book.pages.iter().flat_map(|page| [too_long(page), sentences(page)].concat()).collect()
}

/// Lines of prose that are too long. Code, tables, headings, pictures and HTML are none.
fn too_long(page: &Page) -> Vec<Fault> {
    let mut free = Vec::new();
    for (event, range) in page.events() {
        if let Event::Html(_)
        | Event::Start(
            Tag::CodeBlock(_) | Tag::Table(_) | Tag::Heading { .. } | Tag::Image { .. },
        ) = event
        {
            free.push(range);
        }
    }
    let mut faults = Vec::new();
    let mut start = 0;
    for line in page.markdown.split_inclusive('\n') {
        let is_free =
            free.iter().any(|range| range.start < start + line.len() && range.end > start);
        let columns = line.trim_end().chars().count();
        if columns > COLUMNS && !is_free {
            faults.push(Fault::new(
                page.place(start),
                format!("this line has {columns} columns"),
                format!("break it at a sentence, or between words; {COLUMNS} columns at most"),
            ));
        }
        start += line.len();
    }
    faults
}

/// Lines on which a second sentence begins.
fn sentences(page: &Page) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut free = 0;
    for (event, range) in page.events() {
        match event {
            Event::Start(tag) if is_free(&tag) => free += 1,
            Event::End(
                TagEnd::Heading(_)
                | TagEnd::Table
                | TagEnd::Image
                | TagEnd::CodeBlock
                | TagEnd::Link,
            ) => free -= 1,
            Event::Text(text) if free == 0 => {
                if let Some(next) = second_sentence(&text) {
                    faults.push(Fault::new(
                        page.place(range.start),
                        format!("a sentence begins inside a line: {next}"),
                        "begin it on a line of its own",
                    ));
                }
            }
            _ => {}
        }
    }
    faults
}

fn is_free(tag: &Tag) -> bool {
    matches!(
        tag,
        Tag::Heading { .. }
            | Tag::Table(_)
            | Tag::Image { .. }
            | Tag::CodeBlock(_)
            | Tag::Link { .. }
    )
}

/// The beginning of a sentence behind another one.
fn second_sentence(text: &str) -> Option<&str> {
    let stops =
        text.match_indices(". ").chain(text.match_indices("? ")).chain(text.match_indices("! "));
    stops
        .filter(|(place, _)| {
            let word = text[..=*place].split([' ', '(']).next_back().unwrap_or_default();
            let is_initial = word.chars().count() == 2 && word.starts_with(char::is_uppercase);
            let number = word.trim_end_matches('.');
            let is_item = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            !is_initial && !is_item && !ABBREVIATIONS.contains(&word)
        })
        .map(|(place, stop)| &text[place + stop.len()..])
        .find(|next| next.starts_with(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_begins_with_a_capital_behind_a_full_stop() {
        for (text, next) in [
            ("One. Two", Some("Two")),
            ("one? Two.", Some("Two.")),
            (". Two", Some("Two")),
            ("Merrill et al. Then", None),
            ("by J. Elman", None),
            ("about 0.5 of it, e.g. Keras", None),
            ("1. One and only.", None),
            ("It says ... and goes on", None),
        ] {
            assert_eq!(second_sentence(text), next, "{text}");
        }
    }
}
