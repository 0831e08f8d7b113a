//! A paper stands once, in `src/references.toml`, and the pages name it by its key.

use std::{collections::BTreeSet, fs};

use preprocess::References;
use pulldown_cmark::{Event, Tag, TagEnd};

use crate::{Book, Fault, Page};

const RECIPE: &str = "CONTRIBUTING.md says in \"A reference\" how a paper is cited";

/// Where papers lie, and how their numbers begin.
const ADDRESSES: [&str; 5] =
    ["doi.org/", "arxiv.org/", "arXiv:", "openreview.net/", "proceedings.mlr.press/"];

/// The papers, the keys on the pages, and what stands on a page and belongs to a paper.
pub fn check(book: &Book) -> Vec<Fault> {
    let text = fs::read_to_string(book.root.join(References::FILE)).unwrap_or_default();
    let references = match References::read(&text) {
        Ok(references) => references,
        Err(errors) => {
            let faults = errors.iter().map(|error| {
                Fault::new(
                    format!("{}:{}", References::FILE, error.line),
                    error.to_string(),
                    RECIPE,
                )
            });
            return faults.collect();
        }
    };
    let mut cited = BTreeSet::new();
    let mut faults = Vec::new();
    for page in &book.pages {
        faults.extend(unknown(page, &references, &mut cited));
        faults.extend(addresses(page, &references));
        faults.extend(years(page));
    }
    let uncited = references.iter().filter(|(key, _)| !cited.contains(*key));
    faults.extend(uncited.map(|(key, _)| {
        let line = 1 + text.lines().take_while(|line| *line != format!("[{key}]")).count();
        let what = format!("no page cites `{key}`");
        Fault::new(format!("{}:{line}", References::FILE), what, "cite it, or take it out")
    }));
    faults
}

/// Keys of a page that no paper has.
fn unknown(page: &Page, references: &References, cited: &mut BTreeSet<String>) -> Vec<Fault> {
    let mut faults = Vec::new();
    // A mark that cannot be read is told by the check of the numbers.
    for mark in page.marks().unwrap_or_default() {
        let Some(key) = mark.paper() else { continue };
        cited.insert(key.to_owned());
        if references.get(key).is_none() {
            let near = references.near(key).join(", ");
            let what = format!("no paper has the key `{key}`; those like it: {near}");
            let mend = format!("correct it, or write the paper into {}", References::FILE);
            faults.push(Fault::new(page.place(mark.range.start), what, mend));
        }
    }
    faults
}

/// Addresses of papers, in links and in the text.
fn addresses(page: &Page, references: &References) -> Vec<Fault> {
    let code = page.code();
    let links = references.iter().map(|(_, paper)| &*paper.link);
    let found = links.chain(ADDRESSES).flat_map(|address| page.markdown.match_indices(address));
    found
        .filter(|(start, _)| !code.iter().any(|range| range.contains(start)))
        .map(|(start, address)| {
            let what = format!("the address of a paper stands here: {address}");
            Fault::new(page.place(start), what, RECIPE)
        })
        .collect()
}

/// Years in prose. Those of headings are names, and a date is none.
fn years(page: &Page) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut free = 0;
    for (event, range) in page.events() {
        match event {
            Event::Start(Tag::Heading { .. } | Tag::CodeBlock(_)) => free += 1,
            Event::End(TagEnd::Heading(_) | TagEnd::CodeBlock) => free -= 1,
            Event::Text(text) | Event::Html(text) if free == 0 => {
                faults.extend(years_in(&text).map(|year| {
                    let what = format!("the year {year} stands here without its paper");
                    let mend = "write {{cite:key}}, which shows author and year, or leave it out";
                    Fault::new(page.place(range.start), what, mend)
                }));
            }
            _ => {}
        }
    }
    faults
}

fn years_in(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '.' | ',')));
    let is_date = |word: &&str| word.split('-').map(str::len).eq([4, 2, 2]);
    let words = words.map(|word| word.trim_matches(['.', ','])).filter(move |word| !is_date(word));
    words.flat_map(|word| word.split('-')).filter(|word| {
        let is_recent = word.starts_with("19") || word.starts_with("20");
        word.len() == 4 && is_recent && word.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_has_four_digits_and_is_no_date() {
        let found: Vec<_> = years_in("In 1994, and (2013). Then 2017; 1997-2000.").collect();
        assert_eq!(found, ["1994", "2013", "2017", "1997", "2000"]);
        assert_eq!(years_in("2026-11-24, 2,000 steps, 1860, 20005 and v2014").count(), 0);
    }
}
