//! Numbers in prose are those that the chapters compute.

use std::ops::Range;

use chapter::printed_numbers;
use pulldown_cmark::{Event, Tag, TagEnd};

use crate::{Book, Computed, Fault, Page};

/// Every number of a page: right, known, and marked as computed or cited.
pub fn check(book: &Book, computed: &Computed) -> Vec<Fault> {
    let mut faults = Vec::new();
    for page in &book.pages {
        faults.extend(wrong_numbers(page, computed));
        faults.extend(malformed_elements(page));
        faults.extend(unmarked_numbers(page));
    }
    faults
}

/// Printed numbers that differ from the computed ones, and keys that name nothing.
fn wrong_numbers(page: &Page, computed: &Computed) -> Vec<Fault> {
    let code = page.code();
    let mut faults = Vec::new();
    for printed in printed_numbers(&page.markdown) {
        if within(&code, printed.range.start) {
            continue;
        }
        let (key, text) = (printed.key, printed.text);
        let place = page.place(printed.range.start);
        let chapter = key.split('.').next().unwrap_or_default();
        match computed.numbers.get(key) {
            Some(right) if right == text => {}
            Some(right) => faults.push(Fault::new(
                place,
                format!("`{key}` is printed as {text}, computed as {right}"),
                format!("run `cargo run -p {chapter} -- --sync`, and read the sentence again"),
            )),
            None => faults.push(Fault::new(
                place,
                format!("no chapter computes `{key}`"),
                format!("report it in code/{chapter}, or correct the key"),
            )),
        }
    }
    faults
}

/// `<data>` elements in another form than the one that can be read and synced.
fn malformed_elements(page: &Page) -> Vec<Fault> {
    let code = page.code();
    let good: Vec<usize> =
        printed_numbers(&page.markdown).iter().map(|printed| printed.range.start).collect();
    let elements = page.markdown.match_indices("<data").map(|(start, _)| start);
    elements
        .filter(|start| !within(&code, *start))
        .filter(|start| {
            let element = &page.markdown[*start..];
            let text = element.find('>').map_or(0, |end| start + end + 1);
            !good.contains(&text) && !element.starts_with(CITED)
        })
        .map(|start| {
            Fault::new(
                page.place(start),
                "this element is no computed number",
                "write <data value=\"chNN.name\">text</data> or <data class=\"cited\">text</data>",
            )
        })
        .collect()
}

const CITED: &str = "<data class=\"cited\">";

/// Numbers that stand in prose without saying where they come from.
fn unmarked_numbers(page: &Page) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut walk = Walk::default();
    for (event, range) in page.events() {
        match &event {
            Event::Start(tag) => walk.open(tag),
            Event::End(tag) => faults.extend(walk.close(*tag, page)),
            Event::InlineHtml(html) => walk.element(html, range.start),
            Event::FootnoteReference(_) => walk.has_reference = true,
            Event::Text(text) if walk.image > 0 && text.contains(|c: char| c.is_ascii_digit()) => {
                faults.push(Fault::new(
                    page.place(range.start),
                    format!("the alternative text holds a number: {text}"),
                    "say in words what is seen; numbers belong into the caption",
                ));
            }
            Event::Text(text) if walk.is_prose() => {
                faults.extend(numbers_in(text).map(|number| {
                    Fault::new(
                        page.place(range.start),
                        format!("{number} stands in prose without saying where it comes from"),
                        "compute it in the chapter and print it as <data value=\"chNN.name\">, \
                         or cite it as <data class=\"cited\"> with a reference",
                    )
                }));
            }
            Event::Html(html) => {
                faults.extend(numbers_in(&without_tags(html)).map(|number| {
                    Fault::new(
                        page.place(range.start),
                        format!("{number} stands inside an HTML block, where it is not checked"),
                        "leave blank lines around the prose inside the HTML element",
                    )
                }));
            }
            _ => {}
        }
    }
    faults
}

/// Where the walk through a page is.
#[derive(Default)]
struct Walk {
    /// Headings, links, code blocks: numbers are free there.
    free: usize,
    image: usize,
    inside_data: bool,
    cited: Option<usize>,
    inside_cite: bool,
    has_reference: bool,
}

impl Walk {
    fn is_prose(&self) -> bool {
        self.free == 0 && self.image == 0 && !self.inside_data && !self.inside_cite
    }

    fn open(&mut self, tag: &Tag) {
        match tag {
            Tag::Link { .. } => {
                self.has_reference = true;
                self.free += 1;
            }
            Tag::Heading { .. } | Tag::CodeBlock(_) => self.free += 1,
            Tag::Image { .. } => self.image += 1,
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd, page: &Page) -> Option<Fault> {
        match tag {
            TagEnd::Link | TagEnd::Heading(_) | TagEnd::CodeBlock => self.free -= 1,
            TagEnd::Image => self.image -= 1,
            TagEnd::Paragraph | TagEnd::TableRow | TagEnd::Item => {
                let cited = self.cited.take();
                let referenced = std::mem::take(&mut self.has_reference);
                return cited.filter(|_| !referenced).map(|start| {
                    Fault::new(
                        page.place(start),
                        "this cited number has no reference beside it",
                        "link the source in the same sentence",
                    )
                });
            }
            _ => {}
        }
        None
    }

    fn element(&mut self, html: &str, start: usize) {
        if html == CITED {
            self.cited = Some(start);
        }
        match html {
            _ if html.starts_with("<data") => self.inside_data = true,
            "</data>" => self.inside_data = false,
            "<cite>" => (self.inside_cite, self.has_reference) = (true, true),
            "</cite>" => self.inside_cite = false,
            _ => {}
        }
    }
}

/// The numbers of a text that need a source: three digits or more, or a decimal point; years,
/// versions (two points) and names (`f64`, `ch01`) do not.
fn numbers_in(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | ',' | '_')))
        .map(|word| word.trim_matches(['.', ',']))
        .filter(|word| needs_a_source(word))
}

fn needs_a_source(word: &str) -> bool {
    let is_number = word.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
        && word.chars().any(|c| c.is_ascii_digit());
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let points = word.matches('.').count();
    let is_year = word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
    is_number && points < 2 && (digits >= 3 || points == 1) && !is_year
}

/// What an HTML block shows as prose: no tags, no code.
fn without_tags(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<').filter(|piece| !piece.starts_with("code>")) {
        text += piece.split_once('>').map_or(piece, |(_, shown)| shown);
        text.push(' ');
    }
    text
}

fn within(ranges: &[Range<usize>], byte: usize) -> bool {
    ranges.iter().any(|range| range.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_versions_names_and_small_counts_are_free() {
        let free = "In 1994 two of 16 neurons, f64 and ch01, with mdBook 0.5.4 in 2,3 or 10-12.";
        assert_eq!(numbers_in(free).count(), 0);
    }

    #[test]
    fn decimals_and_long_numbers_are_found() {
        let found: Vec<_> = numbers_in("It is 0.5, not 1,000 or 640; −3.25 (128).").collect();
        assert_eq!(found, ["0.5", "1,000", "640", "3.25", "128"]);
    }
}
