//! Numbers in prose are those that the chapters compute.

use std::{
    fs,
    path::{Path, PathBuf},
};

use page::{Key, Mark, Source};
use pulldown_cmark::{Event, Tag, TagEnd};

use crate::{Book, Computed, Fault, Page, includes, tree, versions};

/// Every number of a page: right, known, and marked as computed or cited.
pub fn check(book: &Book, computed: &Computed) -> Vec<Fault> {
    let files = tree::files(&book.root);
    let mut faults = Vec::new();
    for page in &book.pages {
        match page.marks() {
            Ok(marks) => {
                faults.extend(marks.iter().filter_map(|mark| wrong_number(page, mark, computed)));
                faults.extend(marks.iter().filter_map(|mark| touched(page, mark)));
                faults.extend(marks_in_code(page));
                faults.extend(unmarked_numbers(page, &marks));
                faults.extend(numbers_in_code(book, &files, page, computed));
            }
            Err(errors) => faults.extend(errors.into_iter().map(|error| {
                let place = format!("{}:{}", page.path, error.line);
                Fault::new(
                    place,
                    error.to_string(),
                    "CONTRIBUTING.md says in \"A chapter\" how a number is written",
                )
            })),
        }
    }
    faults.extend(book.guides.iter().flat_map(|guide| in_elements(guide, computed)));
    faults
}

/// Numbers of a guide, which is read as it is written: `<data value="ch03.until_pytorch">7</data>`.
fn in_elements(guide: &Page, computed: &Computed) -> Vec<Fault> {
    const BEGIN: &str = "<data value=\"";
    let elements = guide.markdown.match_indices(BEGIN).filter_map(|(at, _)| {
        let (key, rest) = guide.markdown[at + BEGIN.len()..].split_once("\">")?;
        Some((at, key, rest.split_once("</data>")?.0))
    });
    let wrong = elements.filter_map(|(at, key, text)| {
        let right = computed.numbers.get(key).map_or("computed nowhere", String::as_str);
        let what = format!("`{key}` is printed as {text}, and is {right}");
        (text != right).then(|| Fault::new(guide.place(at), what, "write what is computed"))
    });
    wrong.collect()
}

/// A printed number that differs from the computed one, or whose key names nothing.
fn wrong_number(page: &Page, mark: &Mark, computed: &Computed) -> Option<Fault> {
    let key @ Key { chapter, arguments, .. } = mark.key()?;
    let fault = |what, mend| Some(Fault::new(page.place(mark.range.start), what, mend));
    if let Some(error) = computed.failed.get(&format!("{chapter} {arguments}")) {
        let what = format!("`{key}`: the run with these arguments fails: {error}");
        return fault(what, format!("correct the arguments; `cargo run -p {chapter} -- --help`"));
    }
    match computed.numbers.get(&key.to_string()) {
        Some(right) if right == mark.value => None,
        Some(right) => fault(
            format!("`{key}` is printed as {}, computed as {right}", mark.value),
            format!("run `cargo run -p {chapter} -- --sync`, and read the sentence again"),
        ),
        None => fault(
            format!("no chapter computes `{key}`"),
            format!("report it in code/{chapter}, or correct the name"),
        ),
    }
}

/// A mark with a digit, a point or a sign beside it: a reader sees them as one number.
fn touched(page: &Page, mark: &Mark) -> Option<Fault> {
    let before = page.markdown[..mark.range.start].chars().next_back();
    let mut behind = page.markdown[mark.range.end..].chars();
    let (after, second) = (behind.next(), behind.next());
    let is_digit = |c: Option<char>| c.is_some_and(char::is_numeric);
    let touches = is_digit(before)
        || matches!(before, Some('.' | ',' | '-' | '−' | '}'))
        || is_digit(after)
        || (matches!(after, Some('.' | ',')) && is_digit(second));
    touches.then(|| {
        let what = "what stands beside this number reads as a part of it";
        Fault::new(page.place(mark.range.start), what, "write all of it as the value of one name")
    })
}

/// Marks inside backticks, which stay as they are written.
fn marks_in_code(page: &Page) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (event, range) in page.events() {
        if let Event::Code(text) = event
            && !page.markdown[..range.start].ends_with('$')
            && text.contains("{{")
        {
            let what = format!("`{text}` is shown with its braces");
            let mend = "write a number by name outside of backticks, and look for a stray one";
            faults.push(Fault::new(page.place(range.start), what, mend));
        }
    }
    faults
}

/// Numbers that stand in prose without saying where they come from.
fn unmarked_numbers(page: &Page, marks: &[Mark]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut walk = Walk::default();
    for (event, range) in page.events() {
        let inside = || marks.iter().filter(|mark| range.contains(&mark.range.start));
        match &event {
            Event::Start(tag) => walk.open(tag),
            Event::End(tag) => faults.extend(walk.close(*tag, page)),
            Event::InlineHtml(html) => walk.element(html),
            Event::FootnoteReference(_) => walk.has_reference = true,
            Event::Text(text) if walk.image > 0 && text.contains(|c: char| c.is_ascii_digit()) => {
                faults.push(Fault::new(
                    page.place(range.start),
                    format!("the alternative text holds a number: {text}"),
                    "say in words what is seen; numbers belong into the caption",
                ));
            }
            Event::Text(text) if walk.is_prose() => {
                let cited = inside().find(|mark| mark.source == Source::Cited);
                walk.cited = cited.map(|mark| mark.range.start).or(walk.cited);
                walk.has_reference |= inside().any(|mark| mark.paper().is_some());
                let versions = versions::numbers(text);
                let numbers = numbers_in(text).filter(|number| !versions.contains(number));
                faults.extend(numbers.map(|number| {
                    Fault::new(
                        page.place(range.start),
                        format!("{number} stands in prose without saying where it comes from"),
                        "compute it in the chapter and write {{name=value}}, or cite it as \
                         {{cited=value}} with a reference",
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
    cited: Option<usize>,
    inside_cite: bool,
    has_reference: bool,
}

impl Walk {
    fn is_prose(&self) -> bool {
        self.free == 0 && self.image == 0 && !self.inside_cite
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

    fn element(&mut self, html: &str) {
        match html {
            "<cite>" => (self.inside_cite, self.has_reference) = (true, true),
            "</cite>" => self.inside_cite = false,
            _ => {}
        }
    }
}

/// Numbers in backticks that no listing, command, parameter or file has which the page shows or
/// names: they are results, not code.
fn numbers_in_code(book: &Book, files: &[PathBuf], page: &Page, computed: &Computed) -> Vec<Fault> {
    let mut spans = Vec::new();
    for (event, range) in page.events() {
        let is_formula = || page.markdown[..range.start].ends_with('$');
        match event {
            Event::Code(text) if !is_formula() => spans.push((text, range.start)),
            _ => {}
        }
    }
    let (numbers, names): (Vec<_>, Vec<_>) =
        spans.into_iter().partition(|(text, _)| is_number(text));
    if numbers.is_empty() {
        return Vec::new();
    }
    let mut code = listings(book, page);
    code.extend(page.chapter().and_then(|chapter| computed.help.get(chapter)).cloned());
    code.extend(names.iter().filter_map(|(name, _)| named_file(book, files, name)));
    let unknown = numbers.into_iter().filter(|(number, _)| !holds(&code, number));
    let faults = unknown.map(|(number, byte)| {
        Fault::new(
            page.place(byte),
            format!("`{number}` stands in no listing, command, parameter or file of this page"),
            "write {{name=value}}, or leave the backticks out",
        )
    });
    faults.collect()
}

/// The text of the file that a page names: `code/rnn/src/rnn.rs`, or `ch01_latch`, an exercise.
fn named_file(book: &Book, files: &[PathBuf], name: &str) -> Option<String> {
    let is_meant = |file: &&PathBuf| {
        let stem = file.file_stem().is_some_and(|stem| stem == name);
        file.as_path() == Path::new(name) || (stem && file.starts_with("code/exercises"))
    };
    let texts: Vec<String> = files
        .iter()
        .filter(is_meant)
        .filter_map(|file| fs::read_to_string(book.root.join(file)).ok())
        .collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

/// The code blocks of a page, with what they include.
fn listings(book: &Book, page: &Page) -> String {
    let mut listings = String::new();
    let mut inside = false;
    for (event, _) in page.events() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => inside = true,
            Event::End(TagEnd::CodeBlock) => inside = false,
            Event::Text(text) if inside => {
                listings += &text;
                listings += &includes::included(book, page, &text);
            }
            _ => {}
        }
    }
    listings
}

/// A number or several, maybe with a unit: `0.5`, `-1`, `10⁻⁵`, `65.5 KB`, `[4, 2, 20]`.
fn is_number(text: &str) -> bool {
    const UNITS: [&str; 9] = ["s", "ms", "µs", "%", "B", "KB", "MB", "GB", "bytes"];
    let mut words = text.split([' ', ',', '[', ']', '\u{a0}']).filter(|word| !word.is_empty());
    let is_one = |word: &str| {
        let digits = word.trim_start_matches(['-', '−', '+', '±']);
        let is_part = |c: char| c.is_numeric() || matches!(c, '.' | ',' | 'e' | '-' | '⁻' | '×');
        digits.starts_with(|c: char| c.is_ascii_digit()) && digits.chars().all(is_part)
    };
    words.next().is_some_and(is_one) && words.all(|word| is_one(word) || UNITS.contains(&word))
}

/// Whether a text stands in code as words of its own.
fn holds(code: &str, text: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '.';
    code.match_indices(text).any(|(start, _)| {
        let before = code[..start].chars().next_back();
        let mut behind = code[start + text.len()..].chars();
        let after = behind.next();
        // A full stop ends a sentence of `--help`, and is no decimal point there.
        let is_end = after == Some('.') && !behind.next().is_some_and(char::is_numeric);
        !before.is_some_and(joins) && (is_end || !after.is_some_and(joins))
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_versions_names_and_small_counts_are_free() {
        let free = "In 1994 two of 16 neurons, f64 and ch01, with mdBook 0.5.4 in 2,3 or 10-12.";
        assert_eq!(numbers_in(free).count(), 0);
    }

    #[test]
    fn a_number_in_backticks_is_no_other_code() {
        for number in ["0.5", "-1", "1e-12", "10⁻⁵", "65.5 KB", "[4, 2, 20]", "2000", "1,480"] {
            assert!(is_number(number), "{number}");
        }
        for code in ["h[t - 1]", "1.0 - f * f", "[1, N, H]", "2x", "[f32; 4]", "--radius 1.4", "x"]
        {
            assert!(!is_number(code), "{code}");
        }
    }

    #[test]
    fn a_number_stands_in_code_as_a_word_of_its_own() {
        let code = "let x = 0.5; // [default: 2] and 300.\n--radius 1.3";
        for (number, found) in [("0.5", true), ("2", true), ("300", true), ("1.3", true)] {
            assert_eq!(holds(code, number), found, "{number}");
        }
        for number in ["5", "0", "30", "1", "3"] {
            assert!(!holds(code, number), "{number}");
        }
    }

    #[test]
    fn decimals_and_long_numbers_are_found() {
        let found: Vec<_> = numbers_in("It is 0.5, not 1,000 or 640; −3.25 (128).").collect();
        assert_eq!(found, ["0.5", "1,000", "640", "3.25", "128"]);
    }
}
