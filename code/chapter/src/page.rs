//! Computed numbers in a page's Markdown: `<data value="ch01.ring_capacity">19.0148</data>`.

use std::ops::Range;

use crate::Number;

const OPEN: &str = "<data value=\"";
const CLOSE: &str = "</data>";

/// A computed number as it stands in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintedNumber<'a> {
    /// Chapter and name: `ch01.ring_capacity`.
    pub key: &'a str,
    /// What the page prints.
    pub text: &'a str,
    /// Where the text stands, in bytes.
    pub range: Range<usize>,
}

/// All computed numbers of a page, in their order.
pub fn printed_numbers(markdown: &str) -> Vec<PrintedNumber<'_>> {
    let mut numbers = Vec::new();
    let mut position = 0;
    while let Some(found) = markdown[position..].find(OPEN) {
        let key_start = position + found + OPEN.len();
        let Some(key_length) = markdown[key_start..].find("\">") else {
            break;
        };
        let start = key_start + key_length + "\">".len();
        let Some(length) = markdown[start..].find(CLOSE) else {
            break;
        };
        numbers.push(PrintedNumber {
            key: &markdown[key_start..key_start + key_length],
            text: &markdown[start..start + length],
            range: start..start + length,
        });
        position = start + length;
    }
    numbers
}

/// The page with the chapter's numbers as they were computed; other chapters' stay.
pub(crate) fn sync(markdown: &str, chapter: &str, numbers: &[Number]) -> String {
    let mut synced = markdown.to_owned();
    // From the end, so that the ranges in front stay true.
    for printed in printed_numbers(markdown).into_iter().rev() {
        let name = printed.key.strip_prefix(chapter).and_then(|rest| rest.strip_prefix('.'));
        if let Some(number) = numbers.iter().find(|number| Some(number.name.as_str()) == name) {
            synced.replace_range(printed.range, &number.text);
        }
    }
    synced
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "A <data value=\"ch01.a\">1</data>, <data value=\"ch02.a\">2</data>, \
                        <data value=\"ch01.unknown\">3</data>, <data value=\"ch01.a\">4</data>.";

    #[test]
    fn finds_every_number_with_its_key() {
        let found: Vec<_> = printed_numbers(PAGE).iter().map(|n| (n.key, n.text)).collect();
        let expected = [("ch01.a", "1"), ("ch02.a", "2"), ("ch01.unknown", "3"), ("ch01.a", "4")];
        assert_eq!(found, expected);
    }

    #[test]
    fn sync_replaces_this_chapter_s_numbers_only() {
        let numbers = [Number { name: "a".into(), text: "10,000".into() }];
        let synced = sync(PAGE, "ch01", &numbers);
        let texts: Vec<_> = printed_numbers(&synced).iter().map(|n| n.text).collect();
        assert_eq!(texts, ["10,000", "2", "3", "10,000"]);
    }

    #[test]
    fn a_number_without_an_end_is_no_number() {
        assert!(printed_numbers("<data value=\"ch01.a\">1").is_empty());
        assert!(printed_numbers("<data value=\"ch01.a").is_empty());
    }
}
