use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::class::is_archive;
use crate::{Exercise, Set, files, shown};

/// Folders in which there are no answers.
const PASSED_OVER: [&str; 2] = ["solutions", "target"];

/// A learner, and the files that they handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learner {
    /// The name of their folder, in which what cannot be printed is escaped.
    pub name: String,
    folder: PathBuf,
    /// The files in it whose names are like those of exercises, the least deep first.
    files: Vec<PathBuf>,
    /// The files in which others may be packed.
    archives: Vec<PathBuf>,
    /// What could not be read.
    errors: Vec<String>,
}

/// What a learner has made of an exercise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// There is no such file, or it cannot be read, for this reason.
    Missing(String),
    /// Their code.
    Written(String),
}

impl Learner {
    /// Finds the answers in a folder, in whatever folders they lie there.
    pub(crate) fn read(set: &Set, name: String, folder: &Path) -> Self {
        let mut found: Vec<DirEntry> = Vec::new();
        let mut errors = Vec::new();
        for entry in WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(is_searched)
        {
            match entry {
                Ok(entry) => found.push(entry),
                Err(error) => errors.push(shown::words(&error.to_string())),
            }
        }
        found.sort_by_key(DirEntry::depth);
        let those = |wanted: &dyn Fn(&Path) -> bool| {
            let paths = found.iter().map(DirEntry::path).filter(|path| wanted(path));
            paths.map(Path::to_path_buf).collect()
        };
        let files = those(&|path| set.exercises.iter().any(|exercise| is_like(path, exercise)));
        let archives = those(&|path| is_archive(&file_name(path)) && path.is_file());
        Self { name, folder: folder.into(), files, archives, errors }
    }

    /// Whether there is a file that is named like an answer.
    pub(crate) fn has_answers(&self) -> bool {
        !self.files.is_empty()
    }

    /// Reads an answer.
    pub(crate) fn answer(&self, exercise: &Exercise) -> Answer {
        let path = match self.file(exercise) {
            Ok(path) => path,
            Err(why) => return Answer::Missing(why),
        };
        let bytes = match files::read(path) {
            Ok(bytes) => bytes,
            Err(error) => return Answer::Missing(format!("the file cannot be read: {error}")),
        };
        if bytes.contains(&0) {
            let why = "this is no text in UTF-8 (UTF-16?): save it as UTF-8";
            return Answer::Missing(why.into());
        }
        // Another encoding is the learner's slip: outside of a comment, the compiler says where.
        let text = String::from_utf8_lossy(&bytes);
        Answer::Written(text.strip_prefix('\u{feff}').unwrap_or(&text).into())
    }

    /// The files that have the name of an exercise, the least deep first.
    fn named(&self, exercise: &Exercise) -> Vec<&Path> {
        let file = exercise.file_name();
        self.files.iter().map(PathBuf::as_path).filter(|path| file_name(path) == file).collect()
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

    /// What a teacher should know of this learner's folder.
    pub(crate) fn notes(&self, set: &Set) -> Vec<String> {
        let mut notes = self.errors.clone();
        match (self.has_answers(), self.archives.first()) {
            (true, _) => {}
            (false, Some(archive)) => {
                notes.push(format!("{} is an archive; unpack it", self.within(archive)));
            }
            (false, None) => notes.push("no answers in this folder".into()),
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
        shown::path(path.strip_prefix(&self.folder).unwrap_or(path))
    }
}

/// Whether answers may be in this folder, or this file may be one.
fn is_searched(entry: &DirEntry) -> bool {
    entry.depth() == 0 || !is_passed_over(entry.file_name())
}

/// Whether nobody looks into a folder of this name: it is hidden, or holds no answers.
pub(crate) fn is_passed_over(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".") || PASSED_OVER.iter().any(|it| name == *it)
}

/// Whether a file is named like that of an exercise: `ch1_step.rs` and `ch01_step (2).rs` are like
/// `ch01_step.rs`.
fn is_like(path: &Path, exercise: &Exercise) -> bool {
    let letters = |text: &str| {
        let kept = text.chars().filter(|letter| letter.is_alphanumeric() && *letter != '0');
        kept.flat_map(char::to_lowercase).collect::<String>()
    };
    letters(&file_name(path)).starts_with(&letters(&exercise.name))
}

fn are_same(one: &Path, other: &Path) -> bool {
    matches!((files::read(one), files::read(other)), (Ok(one), Ok(other)) if one == other)
}

fn depth(path: &Path) -> usize {
    path.components().count()
}

fn file_name(path: &Path) -> String {
    shown::name(path.file_name().unwrap_or_default())
}
