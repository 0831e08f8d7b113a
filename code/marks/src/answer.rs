use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::error::at;
use crate::{Error, Exercise, Set};

/// Where the test of an exercise begins.
const TEST: &str = "#[cfg(test)]\nmod tests {";

/// Folders in which there are no answers.
const PASSED_OVER: [&str; 2] = ["solutions", "target"];

/// A learner, and the files that he handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learner {
    /// The name of his folder.
    pub name: String,
    /// Where his answer to an exercise is, by the file's name, such as `ch01_step.rs`.
    answers: BTreeMap<String, PathBuf>,
}

/// What a learner has made of an exercise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// There is no such file, or it cannot be read, for this reason.
    Missing(String),
    /// His code, with the test of the set behind it.
    Written(String),
}

impl Answer {
    /// Reads a learner's answer.
    ///
    /// # Errors
    /// Where the set's own file cannot be read.
    pub fn read(set: &Set, exercise: &Exercise, learner: &Learner) -> Result<Self, Error> {
        let path = exercise.file(&set.folder);
        let original = fs::read_to_string(&path).map_err(at(&path))?;
        let Some(path) = learner.answers.get(&exercise.file_name()) else {
            return Ok(Self::Missing(String::new()));
        };
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Self::Missing(format!("the file cannot be read: {error}"))),
        };
        // A file in another encoding is the learner's slip: the compiler will say where.
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        let (code, test) = text.rsplit_once(TEST).unwrap_or((&text, ""));
        // A learner may have written more behind the test.
        let behind = test.split_once("\n}\n").map_or("", |(_, behind)| behind);
        let test = original.rsplit_once(TEST).map_or("", |(_, test)| test);
        Ok(Self::Written(format!("{code}\n{TEST}{test}{behind}")))
    }
}

impl Learner {
    /// Finds the answers in a folder, in whatever folders they lie there. Of two files with the same
    /// name it takes the one that lies less deep.
    #[must_use]
    pub fn read(set: &Set, name: String, folder: &Path) -> Self {
        let searched = |entry: &DirEntry| {
            let name = entry.file_name().to_string_lossy();
            entry.depth() == 0 || !(name.starts_with('.') || PASSED_OVER.contains(&&*name))
        };
        let walk = WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(searched);
        let mut files: Vec<DirEntry> = walk.filter_map(Result::ok).collect();
        files.sort_by_key(DirEntry::depth);
        let mut answers = BTreeMap::new();
        for file in files {
            let name = file.file_name().to_string_lossy().into_owned();
            if set.exercises.iter().any(|exercise| exercise.file_name() == name) {
                answers.entry(name).or_insert_with(|| file.into_path());
            }
        }
        Self { name, answers }
    }
}

/// The learners of a folder, by name: the folder itself where answers lie in it as in the set or in
/// the book, or else its subfolders. Who has handed in nothing is a learner too.
///
/// # Errors
/// Where nobody has handed in anything, or the folder cannot be read.
pub fn learners(set: &Set, folder: &Path) -> Result<Vec<Learner>, Error> {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if is_learners(set, folder) {
        let path = folder.canonicalize().map_err(at(folder))?;
        return Ok(vec![Learner::read(set, name(&path), folder)]);
    }
    let mut learners = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        if path.is_dir() && !name(&path).starts_with('.') {
            learners.push(Learner::read(set, name(&path), &path));
        }
    }
    learners.sort_by(|one, other| one.name.cmp(&other.name));
    if learners.iter().all(|learner| learner.answers.is_empty()) {
        return Err(Error::NoLearners(folder.into()));
    }
    Ok(learners)
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
