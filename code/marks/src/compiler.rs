use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use tempfile::TempDir;

use crate::error::at;
use crate::limited::{self, Limits};
use crate::program::{self, Program};
use crate::{Error, Exercise, Set, shown};

/// What an answer may use besides the standard library.
const CRATES: [&str; 4] = ["exercises", "ndarray", "rand", "rnn"];

/// Makes programs of answers. The crates that they use are compiled once, and no answer sees
/// another one's files.
pub struct Compiler {
    /// The compiler itself. What rustup puts in its place needs the variables of the environment.
    rustc: PathBuf,
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
        let mut compiler = Self { rustc: rustc()?, crates: BTreeMap::new(), folders: Vec::new() };
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

    /// Compiles an answer with the check of its exercise, or says what the compiler says.
    ///
    /// The answer is a crate of its own. To see functions that are not public, the check is a module in
    /// it, with names that the answer cannot know: nothing in it can be taken for the check.
    ///
    /// # Errors
    /// Where the set's own exercise calls no check, there is no compiler, or no room for its files.
    pub fn compile(
        &self,
        set: &Set,
        exercise: &Exercise,
        text: &str,
        limits: &Limits,
    ) -> Result<Result<Program, String>, Error> {
        let folder = TempDir::new().map_err(at(&env::temp_dir()))?;
        let call = exercise.call(&set.folder)?;
        let checks = format!("checks_{:016x}", rand::random::<u64>());
        let exercises = self.crates.get("exercises").ok_or(Error::NoChecks)?;

        let lines = text.lines().count();
        let text = format!("{text}\n{}", program::check(&checks, &call));
        let (source, library) = (format!("{}.rs", exercise.name), "libanswer.rlib");
        let externs = [(&*checks, &**exercises)];
        if let Err(error) = self.rustc(folder.path(), &source, &text, library, &externs, limits)? {
            return Ok(Err(of_learner(&error, lines, &call)));
        }
        let library = folder.path().join(library);
        let secret: [u8; 16] = rand::random();
        let (text, externs) = (program::main(&checks, secret), [("answer", &*library)]);
        Ok(match self.rustc(folder.path(), "main.rs", &text, program::FILE, &externs, limits)? {
            Ok(()) => Ok(Program { folder, secret }),
            Err(error) if error.contains(&checks) => {
                Err("what stands at the end of the file takes the check away".into())
            }
            Err(error) => Err(error),
        })
    }

    /// Compiles a file. What the compiler says first, where it refuses.
    fn rustc(
        &self,
        folder: &Path,
        source: &str,
        text: &str,
        made: &str,
        externs: &[(&str, &Path)],
        limits: &Limits,
    ) -> Result<Result<(), String>, Error> {
        let path = folder.join(source);
        fs::write(&path, text).map_err(at(&path))?;
        let kind = if made == program::FILE { "bin" } else { "lib" };
        let mut command = limited::compiler(&self.rustc);
        command.args(["--crate-type", kind, "--edition", "2024", "--error-format", "short"]);
        // Not optimised: answers run for milliseconds, and take the longest to compile.
        command.args(["--cap-lints", "allow", "-C", "overflow-checks=on"]);
        for deps in &self.folders {
            command.arg("-L").arg(format!("dependency={}", deps.display()));
        }
        let of_all = self.crates.iter().map(|(name, library)| (&**name, &**library));
        for (name, library) in of_all.chain(externs.iter().copied()) {
            command.arg("--extern").arg(format!("{name}={}", library.display()));
        }
        command.arg("-o").arg(made).arg(source).current_dir(folder);
        let ended = limited::run(&mut command, limits.compile).map_err(at(&path))?;
        Ok(match ended.status {
            Some(status) if status.success() => Ok(()),
            Some(_) => Err(first_error(&ended.output)),
            None => Err("the compiler does not come to an end".into()),
        })
    }
}

/// Where the compiler lies that cargo uses.
fn rustc() -> Result<PathBuf, Error> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(&rustc)
        .args(["--print", "sysroot"])
        .output()
        .map_err(at(Path::new(&rustc)))?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let file = sysroot.join("bin").join(format!("rustc{}", env::consts::EXE_SUFFIX));
    Ok(if file.is_file() { file } else { rustc.into() })
}

/// The first error of the compiler.
fn first_error(output: &str) -> String {
    let error = output.lines().find(|line| line.contains("error"));
    shown::words(error.unwrap_or("the compiler says nothing"))
}

/// An error in the lines of the check, which stand behind the learner's, is one of what it calls.
fn of_learner(error: &str, lines: usize, call: &str) -> String {
    let line = error.split(':').nth(1).and_then(|line| line.parse::<usize>().ok());
    match (line, error.split_once("]: ")) {
        (Some(line), Some((_, error))) if line > lines => format!("the check is `{call}`: {error}"),
        _ => error.into(),
    }
}
