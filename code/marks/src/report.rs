use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use tempfile::NamedTempFile;

use crate::files::check_regular;
use crate::{Error, Outcome};

/// A learner's mark for an exercise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// The name of their folder.
    pub learner: String,
    /// Such as `ch01_step`.
    pub exercise: String,
    /// Whether the answer passes.
    pub passed: bool,
    /// What became of it.
    pub outcome: Outcome,
    /// What the check, the compiler or the panic says.
    pub why: String,
    /// The seed of the numbers that the check drew: with it the mark can be repeated.
    pub seed: u64,
}

/// A table for people: each answer of a single learner. Of a class, how many passed in each chapter,
/// and what was said most often of each exercise.
#[must_use]
pub fn table(marks: &[Mark]) -> String {
    let mut learners: Vec<&str> = marks.iter().map(|mark| &*mark.learner).collect();
    learners.dedup();
    let table = if learners.len() == 1 { of_one(marks) } else { of_class(&learners, marks) };
    let seed =
        marks.first().map(|mark| format!("\nThe same numbers again: --seed {}\n", mark.seed));
    table + &seed.unwrap_or_default()
}

fn of_one(marks: &[Mark]) -> String {
    let mut table = String::new();
    for mark in marks {
        let _ = writeln!(table, "{:<20} {}", mark.exercise, mark.outcome.text());
        for line in mark.why.lines() {
            let _ = writeln!(table, "{:20}   {}", "", line.trim_end());
        }
    }
    let passed = marks.iter().filter(|mark| mark.passed).count();
    let _ = writeln!(table, "\n{passed} of {} passed", marks.len());
    table
}

fn of_class(learners: &[&str], marks: &[Mark]) -> String {
    let mut chapters: Vec<&str> = marks.iter().map(chapter).collect();
    chapters.sort_unstable();
    chapters.dedup();
    let width = learners.iter().map(|name| name.chars().count()).max().unwrap_or(0).max(8);
    let mut table = format!("{:<width$}", "learner");
    for chapter in &chapters {
        let _ = write!(table, " {chapter:>6}");
    }
    table += "     all\n";
    for learner in learners {
        let own: Vec<&Mark> = marks.iter().filter(|mark| mark.learner == *learner).collect();
        let _ = write!(table, "{learner:<width$}");
        for name in &chapters {
            let _ =
                write!(table, " {:>6}", share(own.iter().filter(|mark| chapter(mark) == *name)));
        }
        let _ = writeln!(table, " {:>7}", share(own.iter()));
    }
    table + "\n" + &of_exercises(marks)
}

/// Where a class is stuck.
fn of_exercises(marks: &[Mark]) -> String {
    let mut exercises: Vec<&str> = Vec::new();
    for mark in marks {
        if !exercises.contains(&&*mark.exercise) {
            exercises.push(&mark.exercise);
        }
    }
    let mut table = format!("{:<20} {:>7}   said most often\n", "exercise", "passed");
    for exercise in exercises {
        let own: Vec<&Mark> = marks.iter().filter(|mark| mark.exercise == exercise).collect();
        let (often, said) = most_often(own.iter().filter(|mark| tried(mark)));
        let said = if often == 0 { String::new() } else { format!("   {often} x {said}") };
        let _ = writeln!(table, "{exercise:<20} {:>7}{said}", share(own.iter()));
    }
    table
}

/// What most of the answers have in common, and how many. Of several, what the first learner has.
fn most_often<'m>(wrong: impl Iterator<Item = &'m &'m Mark>) -> (usize, &'m str) {
    let mut counts: Vec<(usize, &str)> = Vec::new();
    for said in wrong.map(|mark| in_short(mark)) {
        match counts.iter_mut().find(|(_, other)| *other == said) {
            Some((count, _)) => *count += 1,
            None => counts.push((1, said)),
        }
    }
    counts.into_iter().rev().max_by_key(|(count, _)| *count).unwrap_or_default()
}

/// Whether there is an answer that does not pass. Who has not come so far is no reason to go back.
fn tried(mark: &Mark) -> bool {
    !matches!(mark.outcome, Outcome::Passed | Outcome::Missing | Outcome::Unfinished)
}

/// The likely slip, where the check knows it.
fn in_short(mark: &Mark) -> &str {
    let likely = mark.why.lines().find_map(|line| line.strip_prefix("Likely: "));
    likely.unwrap_or(mark.outcome.text())
}

/// `ch01` of `ch01_step`.
fn chapter(mark: &Mark) -> &str {
    mark.exercise.split('_').next().unwrap_or_default()
}

/// How many of the marks are passed: `3/5`.
fn share<'m>(marks: impl Iterator<Item = &'m &'m Mark> + Clone) -> String {
    format!("{}/{}", marks.clone().filter(|mark| mark.passed).count(), marks.count())
}

/// Writes one line for each answer.
///
/// # Errors
/// Where the file cannot be written. It is then as it was before.
pub fn write_csv(path: &Path, marks: &[Mark]) -> Result<(), Error> {
    write(path, |file| {
        // By this mark spreadsheets see that it is UTF-8, and read the ü of Müller.
        file.write_all("\u{feff}".as_bytes())?;
        let mut csv = csv::Writer::from_writer(file);
        marks.iter().try_for_each(|mark| csv.serialize(plain(mark))).map_err(io::Error::other)?;
        csv.flush()
    })
}

/// A mark none of whose texts a spreadsheet takes for a formula.
fn plain(mark: &Mark) -> Mark {
    let quoted = |text: &str| {
        let apostrophe = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
        format!("{apostrophe}{text}")
    };
    Mark { learner: quoted(&mark.learner), why: quoted(&mark.why), ..mark.clone() }
}

/// Writes the same as JSON.
///
/// # Errors
/// Where the file cannot be written. It is then as it was before.
pub fn write_json(path: &Path, marks: &[Mark]) -> Result<(), Error> {
    write(path, |file| {
        serde_json::to_writer_pretty(&mut *file, marks)?;
        writeln!(file)
    })
}

/// Writes a file beside the old one, which it replaces when it is whole.
fn write(
    path: &Path,
    content: impl FnOnce(&mut NamedTempFile) -> io::Result<()>,
) -> Result<(), Error> {
    // Of a link the file is replaced to which it leads.
    let path = path.canonicalize().unwrap_or_else(|_| path.into());
    let mut file = beside(&path)?;
    content(&mut file).map_err(cannot_write(&path))?;
    file.persist(&path).map_err(|persist| cannot_write(&path)(persist.error))?;
    Ok(())
}

/// Finds out whether a file can be written, so that nobody marks for minutes and then loses it.
///
/// # Errors
/// Where it cannot.
pub fn check_writable(path: &Path) -> Result<(), Error> {
    check_regular(path).map_err(cannot_write(path))?;
    beside(path).map(drop)
}

/// A temporary file in the folder of another one, which others may read as they may any new file.
fn beside(path: &Path) -> Result<NamedTempFile, Error> {
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder).map_err(cannot_write(path))
}

/// Says which file it was, and not which temporary one.
fn cannot_write(path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |error| {
        // What the system says may name the temporary file.
        let from_system = error.kind() != io::ErrorKind::Other;
        let reason = if from_system { error.kind().to_string() } else { error.to_string() };
        Error::Write { path: path.into(), reason }
    }
}
