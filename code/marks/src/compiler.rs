use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use serde::Deserialize;
use tempfile::TempDir;

use crate::error::at;
use crate::limited::{self, Limits};
use crate::{Error, Exercise, Outcome, Set};

/// What an answer may use besides the standard library.
const CRATES: [&str; 4] = ["exercises", "ndarray", "rand", "rnn"];

/// Makes programs of answers. The crates that they use are compiled once, and no answer sees
/// another one's files.
pub struct Compiler {
    /// The compiled crates, by name.
    crates: BTreeMap<String, PathBuf>,
    /// The folders in which these find what they are made of.
    folders: Vec<PathBuf>,
}

/// A line of what cargo tells of a build.
#[derive(Deserialize)]
struct Message {
    target: Option<Target>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// An answer with its test, compiled.
pub struct Program {
    /// It is deleted with this folder.
    folder: TempDir,
    file: PathBuf,
    /// The test of the set among those that a learner may have added.
    test: String,
}

impl Compiler {
    /// Compiles the checks of a set, and what they need.
    ///
    /// # Errors
    /// Where they do not compile.
    pub fn new(set: &Set) -> Result<Self, Error> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["build", "--lib", "--message-format", "json"])
            .current_dir(&set.folder)
            .output()
            .map_err(at(&set.folder))?;
        if !output.status.success() {
            return Err(Error::Set(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        let mut compiler = Self { crates: BTreeMap::new(), folders: Vec::new() };
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(Message { target: Some(target), filenames }) = serde_json::from_str(line) else {
                continue; // another kind of message
            };
            let library =
                filenames.into_iter().find(|file| file.extension() == Some("rlib".as_ref()));
            let Some(library) = library else { continue };
            compiler.folders.extend(library.parent().map(|folder| folder.join("deps")));
            compiler.folders.extend(library.parent().map(Path::to_path_buf));
            if CRATES.contains(&&*target.name) {
                compiler.crates.insert(target.name, library);
            }
        }
        compiler.folders.sort();
        compiler.folders.dedup();
        Ok(compiler)
    }

    /// Compiles an answer, or says what the compiler says.
    ///
    /// # Errors
    /// Where there is no compiler, or no room for its files.
    pub fn compile(
        &self,
        exercise: &Exercise,
        text: &str,
        limits: &Limits,
    ) -> Result<Result<Program, String>, Error> {
        let folder = TempDir::new().map_err(at(&env::temp_dir()))?;
        let source = folder.path().join(format!("{}.rs", exercise.name));
        let file = folder.path().join("answer");
        fs::write(&source, text).map_err(at(&source))?;
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let mut command = Command::new(rustc);
        command.args(["--test", "--edition", "2024", "--error-format", "short"]);
        // Not optimised: answers run for milliseconds, and take the longest to compile.
        command.args(["--cap-lints", "allow", "-C", "overflow-checks=on"]);
        for deps in &self.folders {
            command.arg("-L").arg(format!("dependency={}", deps.display()));
        }
        for (name, library) in &self.crates {
            command.arg("--extern").arg(format!("{name}={}", library.display()));
        }
        command.arg("-o").arg(&file).arg(&source);
        let ended = limited::run(&mut command, limits.compile).map_err(at(&source))?;
        Ok(match ended.status {
            Some(status) if status.success() => Ok(Program { folder, file, test: exercise.test() }),
            Some(_) => Err(first_error(&ended.output, folder.path())),
            None => Err("the compiler does not come to an end".into()),
        })
    }
}

/// The first error of the compiler, without the name of a folder that is gone.
fn first_error(output: &str, folder: &Path) -> String {
    let error =
        output.lines().find(|line| line.contains("error")).unwrap_or("the compiler says nothing");
    error.replace(&format!("{}/", folder.display()), "")
}

impl Program {
    /// Runs the test.
    ///
    /// # Errors
    /// Where the program cannot be started.
    pub fn run(&self, limits: &Limits) -> Result<(Outcome, String), Error> {
        let mut command = limited::command(&self.file, limits);
        // Uncaptured: an endless output would otherwise be kept in memory.
        command.args(["--nocapture", "--exact", &self.test]).current_dir(self.folder.path());
        command.env("EXERCISES_SEED", limits.seed.to_string()).env("RUST_BACKTRACE", "0");
        let ended = limited::run(&mut command, limits.run).map_err(at(&self.file))?;
        let passed = ended.output.contains("test result: ok. 1 passed; 0 failed");
        Ok(match ended.status {
            None => (Outcome::Endless, format!("stopped after {} s", limits.run.as_secs())),
            Some(status) if status.success() && passed => (Outcome::Passed, String::new()),
            Some(status) => match (slip(&ended.output), panic(&ended.output)) {
                (Some(slip), _) => (Outcome::Wrong, slip),
                (None, Some(panic)) if panic.starts_with("not yet implemented") => {
                    (Outcome::Unfinished, String::new())
                }
                (None, Some(panic)) => (Outcome::Crashed, panic),
                (None, None) => (Outcome::Crashed, end(status, &ended.output)),
            },
        })
    }
}

/// Why a program has ended without a word of its test.
fn end(status: ExitStatus, output: &str) -> String {
    if status.success() {
        "the program ended before the check was done".into()
    } else if output.contains("has overflowed its stack") {
        "the stack is full: does a function call itself without an end?".into()
    } else if output.contains("memory allocation of") {
        "out of memory".into()
    } else {
        status.to_string()
    }
}

/// What the check says: the error that the test returned. A `Slip` begins with an empty line, unlike
/// what a learner may print.
fn slip(output: &str) -> Option<String> {
    let (_, slip) = output.rsplit_once("Error: \n\n")?;
    let slip = slip.split("\n\n").map(str::trim).find(|part| !part.is_empty())?;
    Some(slip.to_string())
}

/// What a panic says.
fn panic(output: &str) -> Option<String> {
    let (_, panic) = output.split_once("panicked at ")?;
    let (_, message) = panic.split_once('\n')?;
    message.lines().next().map(str::to_string)
}
