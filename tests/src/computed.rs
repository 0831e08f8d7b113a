//! What the chapters compute: their numbers and figures, with the book's parameters and with those
//! that an answer on a page has.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use page::Key;

use crate::{Book, Fault, Programs, programs::Run};

/// The numbers and figures of all chapters.
#[derive(Debug, Default)]
pub struct Computed {
    /// The numbers' texts by their keys: `ch01.ring_capacity`, `ch01.until(--hidden 150)`.
    pub numbers: BTreeMap<String, String>,
    /// The figures' files by their names: `ch01-ring.svg`.
    pub figures: BTreeMap<String, PathBuf>,
    /// Runs that a page asks for and that fail: `ch01 --hidden none`, and what they say.
    pub failed: BTreeMap<String, String>,
    /// What each program of the book prints for `--help`, by its name.
    pub help: BTreeMap<String, String>,
}

impl Computed {
    /// Runs every chapter with its defaults, and once for each other set of arguments in the pages.
    ///
    /// # Errors
    /// The chapters that fail with their defaults.
    pub fn by_running(book: &Book, programs: &Programs) -> Result<Self, Vec<Fault>> {
        let (mut computed, mut faults) = (Self::default(), Vec::new());
        for name in programs.chapters() {
            match programs.kept(name, &[]) {
                Ok(run) => computed.add(name, "", &run),
                Err(error) => faults.push(Fault::new(
                    format!("code/{name}"),
                    format!("its program fails: {error}"),
                    format!("`cargo run -p {name}` shows it; NAME is the crate's name"),
                )),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        for name in programs.all() {
            let help = programs.run(name, ["--help"]).stdout;
            computed.help.insert(name.clone(), String::from_utf8_lossy(&help).into_owned());
        }
        for (chapter, arguments) in other_runs(book) {
            let words = Key { chapter: &chapter, name: "", arguments: &arguments }.words();
            match programs.kept(&chapter, &words) {
                Ok(run) => computed.add(&chapter, &arguments, &run),
                Err(error) => drop(computed.failed.insert(format!("{chapter} {arguments}"), error)),
            }
        }
        Ok(computed)
    }

    /// Adds what a run has written.
    fn add(&mut self, chapter: &str, arguments: &str, run: &Run) {
        for (name, text) in read_numbers(&run.folder.join(format!("{chapter}.json"))) {
            self.numbers.insert(Key { chapter, name: &name, arguments }.to_string(), text);
        }
        if arguments.is_empty() {
            self.figures.extend(figures(&run.folder));
        }
    }

    /// Reads what the chapters have written into a folder with `--out`.
    ///
    /// # Panics
    /// If a file cannot be read.
    pub fn in_folder(folder: &Path) -> Self {
        let mut computed = Self { figures: figures(folder), ..Self::default() };
        for path in files(folder) {
            if let Some(chapter) = file_name(&path).strip_suffix(".json") {
                let numbers = read_numbers(&path).into_iter();
                computed.numbers.extend(numbers.map(|(n, text)| (format!("{chapter}.{n}"), text)));
            }
        }
        computed
    }
}

/// The runs with other arguments that the pages quote: chapter and arguments.
fn other_runs(book: &Book) -> BTreeSet<(String, String)> {
    let mut runs = BTreeSet::new();
    for page in book.all_pages() {
        // What cannot be read is a fault of its own.
        for mark in page.marks().unwrap_or_default() {
            if let Some(key) = mark.key().filter(|key| !key.arguments.is_empty()) {
                runs.insert((key.chapter.to_owned(), key.arguments.to_owned()));
            }
        }
    }
    runs
}

/// The last part of a path.
pub fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a readable folder");
    entries.map(|entry| entry.expect("a readable folder").path()).collect()
}

fn figures(folder: &Path) -> BTreeMap<String, PathBuf> {
    let drawn = files(folder).into_iter().filter(|path| path.extension() == Some("svg".as_ref()));
    drawn.map(|path| (file_name(&path), path)).collect()
}

fn read_numbers(path: &Path) -> BTreeMap<String, String> {
    let json = fs::read_to_string(path).expect("a readable file");
    serde_json::from_str(&json).expect("names and texts in JSON")
}
