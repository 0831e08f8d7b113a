//! The book as mdBook builds it, with everything that mdBook logs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use mdbook_driver::{MDBook, config::Config};
use tempfile::TempDir;
use tracing_subscriber::fmt::MakeWriter;

use crate::{Book, Fault, Programs};

/// A built book.
#[derive(Debug)]
pub struct Html {
    /// The fragments of each page: what can stand behind `#` in a link.
    pub fragments: BTreeMap<PathBuf, BTreeSet<String>>,
    /// The folder with the pages.
    pub folder: TempDir,
}

/// Builds the book into a temporary folder, as `mdbook build` does. The preprocessors are those of
/// `book.toml`, as they are built already: `cargo run` would compile them anew.
///
/// # Errors
/// Whatever mdBook fails with or warns of: an include that is not there, an unknown key in
/// `book.toml`, unclosed HTML, a preprocessor that fails.
///
/// # Panics
/// If there is no temporary folder to be had.
pub fn build(book: &Book, programs: &Programs) -> Result<Html, Vec<Fault>> {
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
        let mut mdbook = MDBook::load_with_config(&book.root, config(book, programs)?)?;
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

/// The book's configuration. Where it runs a preprocessor by `cargo run --package`, it names the
/// program that cargo has built.
fn config(book: &Book, programs: &Programs) -> mdbook_driver::errors::Result<Config> {
    let text = fs::read_to_string(book.root.join("book.toml"))?;
    let lines = text.lines().map(|line| {
        let package = line.strip_prefix("command = \"cargo run --package ");
        match package.map(|rest| programs.path(rest.trim_end_matches('"'))) {
            Some(path) => format!("command = {:?}", path.display().to_string()),
            None => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n").parse()
}

/// What the authors wrote and mdBook left as it was: formulas, numbers and directives.
pub fn leftovers(html: &Html) -> Vec<Fault> {
    let mut faults = Vec::new();
    for path in html.fragments.keys() {
        let text = fs::read_to_string(html.folder.path().join(path)).unwrap_or_default();
        let prose = without_code(&text);
        let preprocessor = "see [preprocessor.folding-time] in book.toml";
        for (mark, text, what, mend) in [
            ("$<code>", &text, "a formula is not rendered", preprocessor),
            ("language-math", &text, "a formula is not rendered", preprocessor),
            ("{{#", &text, "a directive is not expanded", "write {{#include path:anchor}}"),
            ("{{", &prose, "a number is not rendered", preprocessor),
        ] {
            if text.contains(mark) {
                faults.push(Fault::new(path.display().to_string(), what, mend));
            }
        }
    }
    faults
}

/// What a page shows besides code.
fn without_code(html: &str) -> String {
    let main = html.split("<main>").nth(1).and_then(|rest| rest.split("</main>").next());
    let pieces = main
        .unwrap_or_default()
        .split("<code")
        .map(|piece| piece.split_once("</code>").map_or(piece, |(_, behind)| behind));
    pieces.collect()
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
