//! The papers that the pages cite, each written down once: `src/references.toml`.
//!
//! ```toml
//! [elman1990]
//! authors = ["Jeffrey Elman"]
//! year = 1990
//! title = "Finding structure in time"
//! venue = "Cognitive Science"
//! link = "https://doi.org/10.1207/s15516709cog1402_1"
//! ```
//!
//! The key is the first author's name and the year, with a letter behind it where two papers share
//! both. The last word of an author's name is the family name. `venue` may be left out.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use crate::{Place, formula::line_of};

/// The papers, and the pages that cite them.
#[derive(Clone, Debug, Default)]
pub struct References {
    papers: BTreeMap<String, Spanned<Reference>>,
    /// The pages that cite the paper with a key.
    pub(crate) cited_in: BTreeMap<String, Vec<Place>>,
}

/// A paper.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The authors' full names in their order.
    pub authors: Vec<String>,
    /// When it came out.
    pub year: u16,
    /// Its title.
    pub title: String,
    /// Where it came out.
    pub venue: Option<String>,
    /// Its address.
    pub link: String,
}

/// What is wrong in `src/references.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{flaw}")]
pub struct ReferenceError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub flaw: Flaw,
}

/// What is wrong with a paper.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Flaw {
    /// It cannot be read, or a field is missing.
    #[error("{0}; a paper has authors, year, title and link, and it may have a venue")]
    Unreadable(String),
    /// Its authors are an empty list.
    #[error("`{0}` has no author; write at least one")]
    NoAuthor(String),
    /// The key is not made of small letters and the year.
    #[error("the key `{key}` is no name in small letters with {year} behind it; write it so")]
    Key {
        /// The key as it stands.
        key: String,
        /// The paper's year.
        year: u16,
    },
    /// The link leads nowhere.
    #[error("the link of `{0}` is no address; write https://…")]
    NoLink(String),
    /// The keys are not in their order.
    #[error("`{key}` stands behind `{before}`; sort the papers by their keys")]
    NotSorted {
        /// The key that stands too late.
        key: String,
        /// The key above it.
        before: String,
    },
    /// A paper stands twice.
    #[error("`{key}` has the link of `{other}`; write a paper once, and cite it by one key")]
    Twice {
        /// The second key.
        key: String,
        /// The first.
        other: String,
    },
}

impl References {
    /// The file, from the book's root.
    pub const FILE: &str = "src/references.toml";

    /// Reads the papers.
    ///
    /// ```
    /// let text = r#"
    /// [elman1990]
    /// authors = ["Jeffrey Elman"]
    /// year = 1990
    /// title = "Finding structure in time"
    /// link = "https://doi.org/10.1207/s15516709cog1402_1"
    /// "#;
    /// let papers = preprocess::References::read(text).unwrap();
    /// assert_eq!(papers.get("elman1990").unwrap().short(), "Elman 1990");
    /// ```
    ///
    /// # Errors
    /// The first place that is no TOML of papers; where there is none, every flaw of a paper.
    pub fn read(text: &str) -> Result<Self, Vec<ReferenceError>> {
        let papers: BTreeMap<String, Spanned<Reference>> =
            toml::from_str(text).map_err(|error| {
                let line = line_of(text, error.span().map_or(0, |span| span.start));
                let message = error.message().lines().collect::<Vec<_>>().join(" ");
                vec![ReferenceError { line, flaw: Flaw::Unreadable(message) }]
            })?;
        let references = Self { papers, cited_in: BTreeMap::new() };
        let flaws = references.flaws().into_iter();
        let errors: Vec<ReferenceError> = flaws
            .map(|(start, flaw)| ReferenceError { line: line_of(text, start), flaw })
            .collect();
        if errors.is_empty() { Ok(references) } else { Err(errors) }
    }

    /// The paper with a key.
    pub fn get(&self, key: &str) -> Option<&Reference> {
        self.papers.get(key).map(Spanned::get_ref)
    }

    /// All papers with their keys, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Reference)> {
        self.papers.iter().map(|(key, paper)| (&**key, paper.get_ref()))
    }

    /// The keys that somebody may have meant who wrote one that is none: of the same author, or of a
    /// name that begins alike.
    pub fn near(&self, key: &str) -> Vec<&str> {
        const LETTERS: usize = 3;
        let beginning: String = key.chars().take(LETTERS).collect();
        let keys = self.papers.keys().map(String::as_str);
        keys.filter(|other| other.starts_with(&beginning)).collect()
    }

    /// What is wrong with the papers, each with the byte where it stands.
    fn flaws(&self) -> Vec<(usize, Flaw)> {
        let mut as_written: Vec<_> = self.papers.iter().collect();
        as_written.sort_by_key(|(_, paper)| paper.span().start);
        let mut flaws = Vec::new();
        let (mut before, mut links) = ("", BTreeMap::new());
        for (key, paper) in as_written {
            let start = paper.span().start;
            flaws.extend(paper.get_ref().flaw(key).map(|flaw| (start, flaw)));
            if let Some(other) = links.insert(&paper.get_ref().link, key) {
                flaws.push((start, Flaw::Twice { key: key.clone(), other: other.clone() }));
            }
            if **key < *before {
                let before = before.to_owned();
                flaws.push((start, Flaw::NotSorted { key: key.clone(), before }));
            }
            before = key;
        }
        flaws
    }
}

impl Reference {
    /// Author and year as a page shows them: one, two, or the first of several.
    pub fn short(&self) -> String {
        let names: Vec<&str> = self.authors.iter().map(|author| family_name(author)).collect();
        match names[..] {
            [one] => format!("{one} {}", self.year),
            [one, two] => format!("{one} and {two} {}", self.year),
            _ => format!("{} and others {}", names.first().unwrap_or(&""), self.year),
        }
    }

    /// All authors and the year.
    pub fn long(&self) -> String {
        let authors = match self.authors.split_last() {
            Some((last, before)) if !before.is_empty() => {
                format!("{} and {last}", before.join(", "))
            }
            _ => self.authors.concat(),
        };
        format!("{authors} {}", self.year)
    }

    fn flaw(&self, key: &str) -> Option<Flaw> {
        if self.authors.is_empty() {
            return Some(Flaw::NoAuthor(key.to_owned()));
        }
        // Some papers lie where there is no other.
        if !["https://", "http://"].iter().any(|scheme| self.link.starts_with(scheme)) {
            return Some(Flaw::NoLink(key.to_owned()));
        }
        let letter = |c: char| c.is_ascii_lowercase();
        let name = key.trim_end_matches(letter).strip_suffix(&self.year.to_string());
        let is_key = name.is_some_and(|name| !name.is_empty() && name.chars().all(letter));
        (!is_key).then(|| Flaw::Key { key: key.to_owned(), year: self.year })
    }
}

fn family_name(author: &str) -> &str {
    author.split(' ').next_back().unwrap_or_default()
}
