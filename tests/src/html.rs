//! The book as mdBook builds it, with everything that mdBook logs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use mdbook_driver::MDBook;
use tempfile::TempDir;
use tracing_subscriber::fmt::MakeWriter;

use crate::{Book, Fault};

/// A built book.
#[derive(Debug)]
pub struct Html {
    /// The fragments of each page: what can stand behind `#` in a link.
    pub fragments: BTreeMap<PathBuf, BTreeSet<String>>,
    /// The folder with the pages.
    pub folder: TempDir,
}

/// Builds the book into a temporary folder, as `mdbook build` does.
///
/// # Errors
/// Whatever mdBook fails with or warns of: an include that is not there, an unknown key in
/// `book.toml`, unclosed HTML, a preprocessor that fails.
///
/// # Panics
/// If there is no temporary folder to be had.
pub fn build(book: &Book) -> Result<Html, Vec<Fault>> {
    let folder = TempDir::new().expect("a temporary folder");
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .without_time()
        .with_ansi(false)
        .with_target(false)
        .with_writer(log.clone())
        .finish();
    let result = tracing::subscriber::with_default(subscriber, || {
        let mut mdbook = MDBook::load(&book.root)?;
        folder.path().clone_into(&mut mdbook.config.build.build_dir);
        mdbook.build()
    });

    let mut faults = Vec::new();
    if let Err(error) = result {
        let mend = "read what stands above; `mdbook build` shows the same";
        faults.push(Fault::new("book.toml", format!("the build fails: {error:#}"), mend));
    }
    for line in log.text().lines() {
        let what = format!("mdBook warns: {}", line.trim());
        faults.push(Fault::new("book.toml", what, "mdBook goes on, but the page is not right"));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let fragments = html_files(folder.path()).into_iter().map(|path| {
        let html = fs::read_to_string(folder.path().join(&path)).unwrap_or_default();
        (path, ids(&html))
    });
    Ok(Html { fragments: fragments.collect(), folder })
}

/// What the authors wrote and mdBook left as it was: formulas and directives.
pub fn leftovers(html: &Html) -> Vec<Fault> {
    let mut faults = Vec::new();
    for path in html.fragments.keys() {
        let text = fs::read_to_string(html.folder.path().join(path)).unwrap_or_default();
        for (mark, what, mend) in [
            ("$<code>", "a formula is not rendered", "see [preprocessor.math] in book.toml"),
            ("language-math", "a formula is not rendered", "see [preprocessor.math] in book.toml"),
            ("{{#", "a directive is not expanded", "write {{#include path:anchor}}"),
        ] {
            if text.contains(mark) {
                faults.push(Fault::new(path.display().to_string(), what, mend));
            }
        }
    }
    faults
}

/// Preprocessors that mdBook would skip in silence where they do not compile.
pub fn preprocessors(book: &Book) -> Vec<Fault> {
    let toml = fs::read_to_string(book.root.join("book.toml")).unwrap_or_default();
    let mut faults = Vec::new();
    let tables = format!("\n{toml}");
    for table in tables.split("\n[").filter(|table| table.starts_with("preprocessor.")) {
        let name = table.split(']').next().unwrap_or_default();
        if !table.lines().any(|line| line.trim() == "renderers = [\"html\"]") {
            faults.push(Fault::new(
                "book.toml",
                format!("mdBook would skip [{name}] in silence where it does not compile"),
                "write renderers = [\"html\"] into its table",
            ));
        }
    }
    faults
}

fn html_files(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "html") {
                files.extend(path.strip_prefix(root).map(Path::to_owned));
            }
        }
    }
    files
}

fn ids(html: &str) -> BTreeSet<String> {
    html.split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}

/// Where mdBook's log goes.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        let bytes = self.0.lock().map(|bytes| bytes.clone()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().map_err(|_| io::ErrorKind::Other)?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
