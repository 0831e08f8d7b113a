//! The book's programs, found as `cargo test` builds them, and run once for all checks.

use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{Mutex, PoisonError},
    time::Instant,
};

use chapter::Kept;
use serde_json::Value;

use crate::Book;

/// The programs of the book: the chapters', and what they come with.
#[derive(Debug)]
pub struct Programs {
    executables: BTreeMap<String, PathBuf>,
    /// One run at a time, so that no two checks run the same.
    running: Mutex<()>,
}

/// What a run has written, and how long it took when it ran.
#[derive(Debug)]
pub struct Run {
    /// The folder with the numbers as JSON and the figures.
    pub folder: PathBuf,
    /// The time of the run.
    pub seconds: f64,
}

impl Programs {
    /// Finds the programs that `cargo test` builds. It has done so already when it runs a test: then
    /// this takes no time.
    ///
    /// # Panics
    /// If cargo cannot be run, or a program does not compile.
    pub fn build(book: &Book) -> Self {
        // `cargo build` would choose other features for what the programs share with the tests, and
        // compile all of that once more.
        let mut executables = built(book, &["test", "--no-run"]);
        for name in book.crates() {
            // Of a package without a folder `tests` cargo builds no program for tests.
            if !executables.contains_key(&name) {
                executables.extend(built(book, &["build", "--package", &name]));
            }
            assert!(executables.contains_key(&name), "code/{name} has no program of its name");
        }
        Self { executables, running: Mutex::new(()) }
    }

    /// The programs' names in their order.
    pub fn all(&self) -> impl Iterator<Item = &String> {
        self.executables.keys()
    }

    /// The chapters' names in their order.
    pub fn chapters(&self) -> impl Iterator<Item = &String> {
        self.executables.keys().filter(|name| page::is_chapter(name))
    }

    /// Where a program is.
    ///
    /// # Panics
    /// If there is no such program.
    pub fn path(&self, name: &str) -> &Path {
        self.executables.get(name).unwrap_or_else(|| panic!("no program {name}"))
    }

    /// Runs a chapter's program with arguments as typed, in the book's folder.
    ///
    /// # Panics
    /// If there is no such program, or it cannot be started.
    pub fn run<S: AsRef<std::ffi::OsStr>>(
        &self,
        name: &str,
        arguments: impl IntoIterator<Item = S>,
    ) -> Output {
        let program = self.path(name);
        Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()))
    }

    /// What a chapter writes with these arguments. A result is kept beside the programs, in
    /// `target`, under the hash of the program and the arguments: what has not changed does not run
    /// again.
    ///
    /// # Errors
    /// What the program says where it fails.
    ///
    /// # Panics
    /// If there is no such program, or its results cannot be kept.
    pub fn kept(&self, name: &str, arguments: &[String]) -> Result<Run, String> {
        let _one_at_a_time = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = Kept::of(self.path(name)).expect("room in target");
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let folder = kept
            .result(&words, |folder| self.run_into(folder, name, &words))
            .map_err(|error| error.to_string())?;
        let seconds = fs::read_to_string(folder.join(SECONDS)).unwrap_or_default();
        Ok(Run { folder, seconds: seconds.parse().unwrap_or(f64::INFINITY) })
    }

    fn run_into(&self, folder: &Path, name: &str, words: &[&str]) -> io::Result<()> {
        let out = ["--out".as_ref(), folder.as_os_str()];
        let start = Instant::now();
        let output = self.run(name, words.iter().map(AsRef::as_ref).chain(out));
        let seconds = start.elapsed().as_secs_f64();
        if !output.status.success() {
            return Err(io::Error::other(
                String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            ));
        }
        if !folder.join(format!("{name}.json")).is_file() {
            let what =
                format!("it writes no {name}.json: it computes nothing, or has another NAME");
            return Err(io::Error::other(what));
        }
        fs::write(folder.join(SECONDS), seconds.to_string())
    }
}

/// The programs that cargo builds with a command, by their names.
fn built(book: &Book, command: &[&str]) -> BTreeMap<String, PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(command)
        .args(["--quiet", "--message-format", "json"])
        .current_dir(&book.root)
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "the programs do not compile; `cargo build` says why");
    String::from_utf8_lossy(&output.stdout).lines().filter_map(program).collect()
}

/// Name and path of a program in a line of what cargo tells of a build. Programs of tests are none.
fn program(line: &str) -> Option<(String, PathBuf)> {
    let message: Value = serde_json::from_str(line).ok()?;
    let path = message["executable"].as_str()?;
    let is_test = message["profile"]["test"].as_bool()?;
    let name = message["target"]["name"].as_str()?;
    let is_program = message["target"]["kind"][0] == "bin" && !is_test;
    is_program.then(|| (name.to_owned(), PathBuf::from(path)))
}

/// The file that holds a run's time.
const SECONDS: &str = "seconds";
