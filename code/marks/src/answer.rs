use std::path::{Path, PathBuf};
use std::{fs, io};

use walkdir::{DirEntry, WalkDir};

use crate::error::{at, check_regular};
use crate::{Error, Exercise, Set};

/// Folders in which there are no answers.
const PASSED_OVER: [&str; 2] = ["solutions", "target"];

/// Those who handed in answers.
#[derive(Clone, Debug)]
pub struct Class {
    /// By name. Who has handed in nothing is a learner too.
    pub learners: Vec<Learner>,
    /// What a teacher should know before he trusts the marks: which files are nobody's, which are
    /// passed over or cannot be read, and who has no answers.
    pub notes: Vec<String>,
}

/// A learner, and the files that he handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learner {
    /// The name of his folder.
    pub name: String,
    folder: PathBuf,
    /// The files in it whose names are like those of exercises, the least deep first.
    files: Vec<PathBuf>,
    /// What could not be read.
    errors: Vec<String>,
}

/// What a learner has made of an exercise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// There is no such file, or it cannot be read, for this reason.
    Missing(String),
    /// His code, with the test of the set behind it.
    Written(String),
}

impl Class {
    /// Reads a folder: that of one learner, where answers lie in it as in the set or in the book, or
    /// else one with a folder for each learner.
    ///
    /// # Errors
    /// Where nobody has handed in anything, or the folder cannot be read.
    pub fn read(set: &Set, folder: &Path) -> Result<Self, Error> {
        let mut class = if is_learners(set, folder) {
            let path = folder.canonicalize().map_err(at(folder))?;
            let learners = vec![Learner::read(set, name(&path), folder)];
            Self { learners, notes: Vec::new() }
        } else {
            Self::of_folders(set, folder)?
        };
        if class.learners.iter().all(|learner| learner.files.is_empty()) {
            return Err(Error::NoLearners(folder.into()));
        }
        class.notes.extend(class.learners.iter().flat_map(|learner| learner.notes(set)));
        Ok(class)
    }

    fn of_folders(set: &Set, folder: &Path) -> Result<Self, Error> {
        let mut class = Self { learners: Vec::new(), notes: Vec::new() };
        for entry in fs::read_dir(folder).map_err(at(folder))? {
            let path = entry.map_err(at(folder))?.path();
            let name = name(&path);
            if name.starts_with('.') {
                continue;
            }
            if path.is_dir() {
                class.learners.push(Learner::read(set, name, &path));
            } else {
                class.notes.push(format!("{name}: lies in nobody's folder"));
            }
        }
        class.learners.sort_by(|one, other| one.name.cmp(&other.name));
        class.notes.sort();
        Ok(class)
    }
}

/// Whether a folder holds one learner's answers: the files themselves, their folders, the set or the
/// whole book.
fn is_learners(set: &Set, folder: &Path) -> bool {
    set.exercises.iter().any(|exercise| {
        let file = exercise.file_name();
        [
            folder.join(&file),
            folder.join(&exercise.dir).join(&file),
            exercise.file(folder),
            exercise.file(&folder.join("code/exercises")),
        ]
        .iter()
        .any(|path| path.is_file())
    })
}

impl Learner {
    /// Finds the answers in a folder, in whatever folders they lie there.
    fn read(set: &Set, name: String, folder: &Path) -> Self {
        let mut learner = Self { name, folder: folder.into(), files: vec![], errors: vec![] };
        let mut found: Vec<DirEntry> = Vec::new();
        for entry in WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(searched) {
            match entry {
                Ok(entry) => found.push(entry),
                Err(error) => learner.errors.push(error.to_string()),
            }
        }
        found.retain(|entry| set.exercises.iter().any(|exercise| is_like(entry.path(), exercise)));
        found.sort_by_key(DirEntry::depth);
        learner.files = found.into_iter().map(DirEntry::into_path).collect();
        learner
    }

    /// The files that have the name of an exercise, the least deep first.
    fn named(&self, exercise: &Exercise) -> Vec<&Path> {
        let file = exercise.file_name();
        self.files.iter().map(PathBuf::as_path).filter(|path| name(path) == file).collect()
    }

    /// The file of an answer, or why it is not clear which. Of several files with its name it is the
    /// one that lies less deep than the others: those are copies that somebody has put aside.
    fn file(&self, exercise: &Exercise) -> Result<&Path, String> {
        match self.named(exercise)[..] {
            [] => Err(self.like(exercise)),
            [one, other, ..] if depth(one) == depth(other) && !are_same(one, other) => {
                Err(format!(
                    "it is not clear which one counts: {} or {}",
                    self.within(one),
                    self.within(other)
                ))
            }
            [one, ..] => Ok(one),
        }
    }

    /// Names a file that may have been meant.
    fn like(&self, exercise: &Exercise) -> String {
        let like = self.files.iter().find(|path| is_like(path, exercise));
        like.map_or(String::new(), |path| {
            format!("{} should be named {}", self.within(path), exercise.file_name())
        })
    }

    fn notes(&self, set: &Set) -> Vec<String> {
        let mut notes = self.errors.clone();
        if self.files.is_empty() {
            notes.push("no answers in this folder".into());
        }
        let passed_over: Vec<&Path> = set
            .exercises
            .iter()
            .map(|exercise| self.named(exercise))
            .filter_map(|named| {
                named.iter().skip(1).find(|path| !are_same(named[0], path)).copied()
            })
            .collect();
        if let Some(first) = passed_over.first() {
            let count = passed_over.len();
            let first = self.within(first);
            notes.push(format!("{count} answers twice, and not the same; not marked: {first}"));
        }
        notes.into_iter().map(|note| format!("{}: {note}", self.name)).collect()
    }

    /// The path of a file in the learner's folder.
    fn within(&self, path: &Path) -> String {
        path.strip_prefix(&self.folder).unwrap_or(path).display().to_string()
    }
}

impl Answer {
    /// Reads a learner's answer.
    ///
    /// # Errors
    /// Where the set's own file cannot be read.
    pub fn read(set: &Set, exercise: &Exercise, learner: &Learner) -> Result<Self, Error> {
        let original = exercise.file(&set.folder);
        let original = fs::read_to_string(&original).map_err(at(&original))?;
        let path = match learner.file(exercise) {
            Ok(path) => path,
            Err(why) => return Ok(Self::Missing(why)),
        };
        let bytes = match read(path) {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Self::Missing(format!("the file cannot be read: {error}"))),
        };
        // A file in another encoding is the learner's slip: the compiler will say where.
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        let (code, test) = before_and_behind(&text);
        // A learner may have written more behind the test.
        let behind = test.split_once("\n}\n").map_or("", |(_, behind)| behind);
        let (_, test) = before_and_behind(&original);
        Ok(Self::Written(format!("{code}\n#[cfg(test)]\nmod tests{test}{behind}")))
    }
}

/// What stands before the last `mod tests` of a file, and behind these words.
fn before_and_behind(text: &str) -> (&str, &str) {
    let mut modules = text.rmatch_indices("mod tests");
    let parts = modules.find_map(|(place, words)| {
        let code = text[..place].trim_end().strip_suffix("#[cfg(test)]")?;
        Some((code, &text[place + words.len()..]))
    });
    parts.unwrap_or((text, ""))
}

/// Whether answers may be in this folder, or this file may be one.
fn searched(entry: &DirEntry) -> bool {
    let name = name(entry.path());
    entry.depth() == 0 || !(name.starts_with('.') || PASSED_OVER.contains(&&*name))
}

/// Whether a file is named like that of an exercise: `ch1_step.rs` and `ch01_step (2).rs` are like
/// `ch01_step.rs`.
fn is_like(path: &Path, exercise: &Exercise) -> bool {
    let letters = |text: &str| {
        let kept = text.chars().filter(|letter| letter.is_alphanumeric() && *letter != '0');
        kept.flat_map(char::to_lowercase).collect::<String>()
    };
    letters(&name(path)).starts_with(&letters(&exercise.name))
}

fn are_same(one: &Path, other: &Path) -> bool {
    matches!((read(one), read(other)), (Ok(one), Ok(other)) if one == other)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    check_regular(path)?;
    fs::read(path)
}

fn depth(path: &Path) -> usize {
    path.components().count()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
