//! The pages of a book as its authors wrote them.

use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

use page::{Image, Mark, MarkError};
use pulldown_cmark::{Event, Parser, Tag};

/// A book: its folder and its pages.
#[derive(Debug)]
pub struct Book {
    /// The root of the repository.
    pub root: PathBuf,
    /// The pages of the summary in their order, without the summary.
    pub pages: Vec<Page>,
    /// README and CONTRIBUTING, which are no pages of the book but have names, links and commands too.
    pub guides: Vec<Page>,
}

/// A page in Markdown.
#[derive(Clone, Debug)]
pub struct Page {
    /// The path from the root: `src/ch01-hidden-state.md`.
    pub path: String,
    /// The text.
    pub markdown: String,
    /// The text with each number by name covered by letters: as long, and no digit in it.
    covered: String,
}

impl Book {
    /// Reads the pages that `src/SUMMARY.md` names.
    ///
    /// # Panics
    /// If the summary or one of its pages cannot be read.
    pub fn open(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        let summary = Page::read(&root, "src/SUMMARY.md");
        let pages = summary
            .events()
            .filter_map(|(event, _)| match event {
                Event::Start(Tag::Link { dest_url, .. }) => Some(format!("src/{dest_url}")),
                _ => None,
            })
            .map(|path| Page::read(&root, &path))
            .collect();
        let guides = ["README.md", "CONTRIBUTING.md"].into_iter();
        let guides = guides.filter(|guide| root.join(guide).exists());
        let guides = guides.map(|guide| Page::read(&root, guide)).collect();
        Self { root, pages, guides }
    }

    /// This repository's book.
    ///
    /// # Panics
    /// As [`open`](Self::open), and if the tests run outside of the book.
    pub fn this() -> Self {
        Self::open(chapter::book_root().expect("the tests run in the book"))
    }

    /// The pages and the guides.
    pub fn all_pages(&self) -> impl Iterator<Item = &Page> {
        self.pages.iter().chain(&self.guides)
    }

    /// The names of the chapters' crates in `code`, in their order: `ch01`.
    pub fn crates(&self) -> Vec<String> {
        let folders = fs::read_dir(self.root.join("code")).into_iter().flatten().flatten();
        let mut names: Vec<String> = folders
            .map(|folder| folder.file_name().to_string_lossy().into_owned())
            .filter(|name| page::is_chapter(name))
            .collect();
        names.sort();
        names
    }
}

impl Page {
    fn read(root: &Path, path: &str) -> Self {
        let markdown = fs::read_to_string(root.join(path))
            .unwrap_or_else(|error| panic!("{path}: {error}\n    mend: write it or unlist it"));
        let marks = page::marks(&markdown, page::chapter(path)).unwrap_or_default();
        let covered = page::replace(&markdown, &marks, |mark| "x".repeat(mark.range.len()));
        Self { path: path.to_owned(), markdown, covered }
    }

    /// The chapter that the page is, if it is one: `src/ch01-hidden-state.md` is `ch01`.
    pub fn chapter(&self) -> Option<&str> {
        page::chapter(&self.path)
    }

    /// The numbers by name, in their order.
    ///
    /// # Errors
    /// Every mark that cannot be read.
    pub fn marks(&self) -> Result<Vec<Mark<'_>>, Vec<MarkError>> {
        page::marks(&self.markdown, self.chapter())
    }

    /// The Markdown in pieces, with where each stands in bytes. Numbers by name are covered.
    pub fn events(&self) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
        Parser::new_ext(&self.covered, page::options()).into_offset_iter()
    }

    /// File and line of a byte: `src/ch01-hidden-state.md:12`.
    pub fn place(&self, byte: usize) -> String {
        let line = 1 + self.markdown[..byte].matches('\n').count();
        format!("{}:{line}", self.path)
    }

    /// Where code stands: what looks like a number, a link or an element there is none.
    pub fn code(&self) -> Vec<Range<usize>> {
        self.events()
            .filter(|(event, _)| matches!(event, Event::Code(_) | Event::Start(Tag::CodeBlock(_))))
            .map(|(_, range)| range)
            .collect()
    }

    /// The page's images. Numbers by name are covered.
    pub fn images(&self) -> Vec<Image<'_>> {
        page::images(&self.covered)
    }
}
