//! The computed numbers and the figures' descriptions, written into the book's pages.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    result::Result,
};

use page::{Key, Mark};

use super::output::{check_regular, files, reading, write_whole, writing};
use crate::Error;

/// Numbers' texts by their names.
pub(crate) type Numbers = BTreeMap<String, String>;

/// Figures' descriptions by their files' names: `ch01-ring.svg`.
pub(crate) type Descriptions = BTreeMap<String, String>;

/// A number that was written anew, and its sentence for the author to read again. Of an alternative
/// text the key is the figure's file, and it is read by itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// From the root: `src/ch01-hidden-state.md`.
    pub page: String,
    pub line: usize,
    pub key: String,
    pub before: String,
    pub after: String,
    pub sentence: String,
}

/// The pages of the book. All of them can be read: one that cannot is found before a long run.
pub(crate) struct Pages {
    root: PathBuf,
    pages: Vec<Page>,
}

struct Page {
    /// From the root: `src/ch01-hidden-state.md`.
    name: String,
    path: PathBuf,
    markdown: String,
}

impl Pages {
    /// Reads the pages of the book in a folder.
    ///
    /// # Errors
    /// Where a page cannot be read, or has a mark that cannot.
    pub fn read(root: &Path) -> Result<Self, Error> {
        let mut pages = Vec::new();
        // The summary holds no numbers: its titles are plain text.
        let is_page =
            |name: &str| Path::new(name).extension() == Some("md".as_ref()) && name != "SUMMARY.md";
        for path in files(&root.join("src"), is_page)? {
            let markdown = check_regular(&path)
                .and_then(|()| fs::read_to_string(&path))
                .map_err(reading(&path))?;
            let file = path.file_name().unwrap_or_default();
            let name = format!("src/{}", file.to_string_lossy());
            let page = Page { name, path, markdown };
            page.marks()?;
            pages.push(page);
        }
        Ok(Self { root: root.to_owned(), pages })
    }

    /// Tries the arguments of a chapter's numbers, before anything is computed or written.
    ///
    /// # Errors
    /// The first that `check` refuses, with its place.
    pub fn check(&self, chapter: &str, check: impl Fn(&Key) -> crate::Result) -> crate::Result {
        self.each_key(chapter, |key| check(key))
    }

    fn each_key(
        &self,
        chapter: &str,
        mut with: impl FnMut(&Key) -> crate::Result,
    ) -> crate::Result {
        for page in &self.pages {
            for mark in page.marks()? {
                let Some(key) = mark.key().filter(|key| key.chapter == chapter) else { continue };
                with(key).map_err(|error| {
                    let line = 1 + page.markdown[..mark.range.start].matches('\n').count();
                    format!("{}:{line}: {key}: {error}; no page was written", page.name)
                })?;
            }
        }
        Ok(())
    }

    /// Writes a chapter's numbers into all pages, those of runs with other arguments too, which `run`
    /// computes, and the descriptions of its figures. Other chapters' numbers and figures stay.
    ///
    /// # Errors
    /// Where a run fails, and then nothing is written, or a page cannot be written.
    pub fn sync(
        &self,
        chapter: &str,
        (numbers, descriptions): (Numbers, &Descriptions),
        run: impl Fn(&Key) -> crate::Result<Numbers>,
    ) -> crate::Result<Vec<Change>> {
        let mut runs = BTreeMap::from([(String::new(), numbers)]);
        self.each_key(chapter, |key| {
            if !runs.contains_key(key.arguments) {
                runs.insert(key.arguments.to_owned(), run(key)?);
            }
            Ok(())
        })?;
        let mut synced = Vec::new();
        // The author may have gone on writing meanwhile.
        for page in &Self::read(&self.root)?.pages {
            let marks = page.marks()?;
            let (text, mut changes) = page.with(&marks, |key| {
                let own = Some(key).filter(|key| key.chapter == chapter)?;
                runs.get(own.arguments)?.get(own.name)
            });
            let (text, described) = page.describing(&text, descriptions);
            changes.extend(described);
            if !changes.is_empty() {
                synced.push((page.path.clone(), text, changes));
            }
        }
        for (i, (path, text, _)) in synced.iter().enumerate() {
            // Of a link the file is replaced to which it leads.
            let file = path.canonicalize().unwrap_or_else(|_| path.clone());
            write_whole(&file, text, &self.root.join("target")).map_err(writing(path)).map_err(
                |error| {
                    let pages: Vec<&str> =
                        synced[..i].iter().map(|(_, _, changes)| &*changes[0].page).collect();
                    format!("{error}; written before: {}", pages.join(", "))
                },
            )?;
        }
        Ok(synced.into_iter().flat_map(|(_, _, changes)| changes).collect())
    }
}

impl Page {
    fn marks(&self) -> Result<Vec<Mark<'_>>, Error> {
        page::marks(&self.markdown, page::chapter(&self.name)).map_err(|errors| {
            let error = errors[0].clone();
            Error::Mark { place: format!("{}:{}", self.name, error.line), error }
        })
    }

    /// The text with its numbers as they were computed, and what has changed.
    fn with<'a>(
        &self,
        marks: &[Mark],
        computed: impl Fn(&Key) -> Option<&'a String>,
    ) -> (String, Vec<Change>) {
        // What a reader sees: values without their marks.
        let mut shown = String::with_capacity(self.markdown.len());
        let (mut pieces, mut changes) = (Vec::new(), Vec::new());
        let mut copied = 0;
        for mark in marks {
            shown += &self.markdown[copied..mark.range.start];
            copied = mark.range.end;
            let after = mark.key().and_then(&computed).map_or(mark.value, String::as_str);
            if after != mark.value {
                pieces.push((mark.value_range.clone(), after.to_owned()));
                changes.push((shown.len(), mark, after));
            }
            shown += after;
        }
        shown += &self.markdown[copied..];
        let changes = changes.into_iter().map(|(place, mark, after)| Change {
            page: self.name.clone(),
            line: 1 + shown[..place].matches('\n').count(),
            key: mark.key().map_or_else(String::new, Key::to_string),
            before: mark.value.to_owned(),
            after: after.to_owned(),
            sentence: page::sentence(&shown, place),
        });
        (page::splice(&self.markdown, pieces), changes.collect())
    }

    /// A text of this page with the figures' descriptions as their alternative texts, and what has
    /// changed.
    fn describing(&self, text: &str, descriptions: &Descriptions) -> (String, Vec<Change>) {
        let (mut pieces, mut changes) = (Vec::new(), Vec::new());
        for image in page::images(text) {
            let file = image.destination.rsplit('/').next().unwrap_or_default();
            let Some(after) = descriptions.get(file).filter(|after| *after != image.text) else {
                continue;
            };
            changes.push(Change {
                page: self.name.clone(),
                line: 1 + text[..image.start].matches('\n').count(),
                key: file.to_owned(),
                before: image.text.to_owned(),
                after: after.clone(),
                sentence: String::new(),
            });
            pieces.push((image.text_range, after.clone()));
        }
        (page::splice(text, pieces), changes)
    }
}

#[cfg(test)]
mod tests;
