//! The computed numbers, written into the book's pages.

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

/// A number that was written anew, and its sentence for the author to read again.
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
    /// computes. Other chapters' numbers stay.
    ///
    /// # Errors
    /// Where a run fails, and then nothing is written, or a page cannot be written.
    pub fn sync(
        &self,
        chapter: &str,
        numbers: Numbers,
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
            let (text, changes) = page.with(&marks, |key| {
                let own = Some(key).filter(|key| key.chapter == chapter)?;
                runs.get(own.arguments)?.get(own.name)
            });
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
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn numbers(texts: &[(&str, &str)]) -> Numbers {
        texts.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect()
    }

    fn book(pages: &[(&str, &str)]) -> TempDir {
        let root = TempDir::new().unwrap();
        for folder in ["src", "target"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        for (name, text) in pages {
            fs::write(root.path().join("src").join(name), text).unwrap();
        }
        root
    }

    /// Syncs chapter 1 of a book of these pages; also the pages as they are then.
    fn sync(pages: &[(&str, &str)]) -> (crate::Result<Vec<Change>>, Vec<String>) {
        let root = book(pages);
        let path = |name: &str| root.path().join("src").join(name);
        let run = |key: &Key| match key.arguments {
            "--hidden none" => Err("no such size".into()),
            arguments => Ok(numbers(&[("until", &key.words().concat()), ("run", arguments)])),
        };
        let book = numbers(&[("a", "10,000"), ("b", "2")]);
        let changes =
            Pages::read(root.path()).map_err(Into::into).and_then(|p| p.sync("ch01", book, run));
        (changes, pages.iter().map(|(name, _)| fs::read_to_string(path(name)).unwrap()).collect())
    }

    #[test]
    fn the_chapter_s_numbers_are_written_into_all_pages_and_others_stay() {
        let (_, pages) = sync(&[
            ("ch01-one.md", "{{a=1}} {{ch02.a=1}} {{unknown=1}} {{cited=1}} `{{a=1}}` {{b=2}}"),
            ("ch02-two.md", "{{a=1}} {{ch01.a=1}}"),
        ]);
        let first = "{{a=10,000}} {{ch02.a=1}} {{unknown=1}} {{cited=1}} `{{a=1}}` {{b=2}}";
        assert_eq!(pages, [first, "{{a=1}} {{ch01.a=10,000}}"]);
    }

    #[test]
    fn each_change_is_told_with_its_sentence_as_a_reader_sees_it() {
        let page = "# One\n\nFirst. Then {{b=2}} of\n{{a=1}} units. Last.\n";
        let (changes, _) = sync(&[("ch01-one.md", page)]);
        let change = Change {
            page: "src/ch01-one.md".into(),
            line: 4,
            key: "ch01.a".into(),
            before: "1".into(),
            after: "10,000".into(),
            sentence: "Then 2 of 10,000 units.".into(),
        };
        assert_eq!(changes.unwrap(), [change]);
    }

    #[test]
    fn a_number_of_a_run_with_other_arguments_is_computed() {
        let (_, pages) = sync(&[("ch01-one.md", "{{until(--hidden \"1 2\")=9}}")]);
        assert_eq!(pages, ["{{until(--hidden \"1 2\")=--hidden1 2}}"]);
    }

    #[test]
    fn what_is_written_while_the_chapter_runs_stays() {
        let root = book(&[("ch01-one.md", "{{a=1}} {{until(--hidden 2)=9}}")]);
        let page = root.path().join("src/ch01-one.md");
        let run = |_: &Key| {
            fs::write(&page, "{{a=1}} and more")?;
            Ok(Numbers::new())
        };
        let pages = Pages::read(root.path()).unwrap();
        pages.sync("ch01", numbers(&[("a", "2")]), run).unwrap();
        assert_eq!(fs::read_to_string(page).unwrap(), "{{a=2}} and more");
    }

    #[test]
    fn nothing_is_written_if_a_mark_cannot_be_read_or_a_run_fails() {
        for (broken, words) in [
            ("One.\n\n{{b=2 and {{a=1}", "src/ch02-two.md:3"),
            (
                "{{ch01.run(--hidden none)=1}}",
                "src/ch02-two.md:1: ch01.run(--hidden none): no such",
            ),
        ] {
            let (changes, pages) = sync(&[("ch01-one.md", "{{a=1}}"), ("ch02-two.md", broken)]);
            let error = changes.unwrap_err().to_string();
            assert!(error.contains(words) && error.lines().count() == 1, "{error}");
            assert_eq!(pages, ["{{a=1}}", broken]);
        }
    }
}
