//! What the chapters compute, found by running each as a reader does.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

use crate::Book;

/// The numbers and figures of all chapters.
#[derive(Debug)]
pub struct Computed {
    /// The numbers' texts by their keys: `ch01.ring_capacity`.
    pub numbers: BTreeMap<String, String>,
    /// The figures' files by their names: `ch01-ring.svg`.
    pub figures: BTreeMap<String, PathBuf>,
    /// Keeps the files for as long as this lives.
    _folder: TempDir,
}

impl Computed {
    /// Runs every chapter with its defaults.
    ///
    /// # Panics
    /// If a chapter fails.
    pub fn by_running(book: &Book) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        for name in book.crates() {
            let output = run_chapter(&name, ["--out".as_ref(), folder.path().as_os_str()]);
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "code/{name}: its program fails\n{error}");
        }
        Self::in_folder(folder)
    }

    /// Reads what chapters have written with `--out`.
    ///
    /// # Panics
    /// If a file cannot be read.
    pub fn in_folder(folder: TempDir) -> Self {
        let (mut numbers, mut figures) = (BTreeMap::new(), BTreeMap::new());
        for entry in fs::read_dir(folder.path()).expect("a readable folder") {
            let path = entry.expect("a readable folder").path();
            let name = file_name(&path);
            match name.strip_suffix(".json") {
                Some(chapter) => numbers.extend(read_numbers(chapter, &path)),
                None => drop(figures.insert(name, path)),
            }
        }
        Self { numbers, figures, _folder: folder }
    }
}

/// Runs a chapter's program with arguments, as typed.
///
/// # Panics
/// If cargo cannot be run.
pub fn run_chapter<S: AsRef<std::ffi::OsStr>>(
    name: &str,
    arguments: impl IntoIterator<Item = S>,
) -> Output {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Command::new(cargo)
        .args(["run", "--quiet", "--package", name, "--"])
        .args(arguments)
        .current_dir(chapter::book_root().expect("the tests run in the book"))
        .output()
        .expect("cargo runs")
}

/// The last part of a path.
pub fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn read_numbers(chapter: &str, path: &Path) -> Vec<(String, String)> {
    let json = fs::read_to_string(path).expect("a readable file");
    let numbers: BTreeMap<String, String> =
        serde_json::from_str(&json).expect("names and texts in JSON");
    numbers.into_iter().map(|(name, text)| (format!("{chapter}.{name}"), text)).collect()
}
