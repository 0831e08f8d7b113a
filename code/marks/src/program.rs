//! The program that is made of an answer and its check.

use std::process::ExitStatus;

use tempfile::TempDir;

use crate::error::at;
use crate::limited::{self, Ended, Limits};
use crate::{Error, Outcome, files, shown};

/// Its name, without a folder.
pub(crate) const FILE: &str = if cfg!(windows) { "main.exe" } else { "main" };

/// The file in which it says how the check ended.
const VERDICT: &str = "verdict";

/// How the check ended: the byte behind the secret, in front of the words.
const PASSED: u8 = b'+';
const WRONG: u8 = b'-';
const PANICKED: u8 = b'!';

/// An answer with its check, compiled.
pub struct Program {
    /// It is deleted with this folder.
    pub(crate) folder: TempDir,
    /// What a verdict begins with, which the answer cannot know when it is compiled.
    pub(crate) secret: [u8; 16],
}

/// The module of the check, as it stands behind an answer. Its paths begin at other crates: whatever
/// names the answer gives to its own, they are not these.
pub(crate) fn check(checks: &str, call: &str) -> String {
    format!(
        "#[doc(hidden)] pub mod {checks} {{ \
         pub fn run() -> ::core::result::Result<(), ::{checks}::Slip> {{ ::{checks}::{call} }} }}\n"
    )
}

/// The main function: it runs the check and writes down how it ended. A panic is written down where
/// it happens, for it may end the program; if the check goes on, it has the last word.
pub(crate) fn main(checks: &str, secret: [u8; 16]) -> String {
    format!(
        "fn main() {{
            let place = std::env::current_dir().expect(\"it is started in a folder\").join({VERDICT:?});
            let say = move |how: u8, words: &str| {{
                let _ = std::fs::write(&place, [&{secret:?}[..], &[how], words.as_bytes()].concat());
            }};
            let say_panic = say.clone();
            std::panic::set_hook(Box::new(move |panic| {{
                say_panic({PANICKED}, panic.payload_as_str().unwrap_or(\"a panic without words\"));
            }}));
            match answer::{checks}::run() {{
                Ok(()) => say({PASSED}, \"\"),
                Err(slip) => say({WRONG}, &slip.to_string()),
            }}
        }}"
    )
}

impl Program {
    /// Runs the check.
    ///
    /// # Errors
    /// Where the program cannot be started.
    pub fn run(&self, limits: &Limits) -> Result<(Outcome, String), Error> {
        let file = self.folder.path().join(FILE);
        let mut command = limited::command(&file, limits);
        command.current_dir(self.folder.path());
        command.env("EXERCISES_SEED", limits.seed.to_string());
        let ended = limited::run(&mut command, limits.run).map_err(at(&file))?;
        let Some(status) = ended.status else {
            return Ok((Outcome::Endless, format!("stopped after {} s", limits.run.as_secs())));
        };
        Ok(match self.verdict() {
            Some((PASSED, _)) => (Outcome::Passed, String::new()),
            Some((WRONG, words)) => (Outcome::Wrong, words),
            Some((_, words)) if words.starts_with("not yet implemented") => {
                (Outcome::Unfinished, String::new())
            }
            Some((_, words)) if !words.is_empty() => (Outcome::Crashed, words),
            _ => (Outcome::Crashed, end(status, &ended)),
        })
    }

    /// What the program has written down, if it has come so far.
    fn verdict(&self) -> Option<(u8, String)> {
        let bytes = files::read(&self.folder.path().join(VERDICT)).ok()?;
        let (how, words) = bytes.strip_prefix(&self.secret)?.split_first()?;
        let words = shown::words(String::from_utf8_lossy(words).trim());
        // Of a panic the first line; a slip may have several.
        let first = || words.lines().next().unwrap_or_default().to_owned();
        Some((*how, if *how == PANICKED { first() } else { words }))
    }
}

/// Why a program has ended without a word of its check.
fn end(status: ExitStatus, ended: &Ended) -> String {
    if status.success() {
        "the program ended before the check was done".into()
    } else if ended.output.contains("has overflowed its stack") {
        "the stack is full: does a function call itself without an end?".into()
    } else if ended.output.contains("memory allocation of") {
        "out of memory".into()
    } else if limited::wrote_too_much(status) {
        "it writes a file that is too large".into()
    } else {
        status.to_string()
    }
}
