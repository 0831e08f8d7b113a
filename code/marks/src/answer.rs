use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::at;
use crate::{Error, Exercise, Set};

/// Where the test of an exercise begins.
const TEST: &str = "#[cfg(test)]";

/// What a learner has made of an exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// There is no such file.
    Missing,
    /// His code, with the test of the set behind it.
    Written(String),
}

impl Answer {
    /// Reads the answer of the learner whose set is in a folder.
    ///
    /// # Errors
    /// Where a file is there and cannot be read.
    pub fn read(set: &Set, exercise: &Exercise, folder: &Path) -> Result<Self, Error> {
        let path = exercise.file(&set.folder);
        let original = fs::read_to_string(&path).map_err(at(&path))?;
        let path = exercise.file(folder);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::Missing),
            bytes => bytes.map_err(at(&path))?,
        };
        // A file in another encoding is the learner's slip: the compiler will say where.
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        let code = text.rsplit_once(TEST).map_or(&*text, |(code, _)| code);
        let test = original.rsplit_once(TEST).map_or("", |(_, test)| test);
        Ok(Self::Written(format!("{code}{TEST}{test}")))
    }
}

/// The learners of a folder, by name: the folder itself where it is a learner's set, or else its
/// subfolders that are.
///
/// # Errors
/// Where there is none, or a folder cannot be read.
pub fn learners(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    if let Some(set) = learners_set(folder) {
        let name = folder.canonicalize().map_err(at(folder))?;
        let name = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Ok(vec![(name, set)]);
    }
    let mut learners = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        if let Some(set) = learners_set(&entry.path()) {
            learners.push((entry.file_name().to_string_lossy().into_owned(), set));
        }
    }
    learners.sort();
    if learners.is_empty() { Err(Error::NoLearners(folder.into())) } else { Ok(learners) }
}

/// A learner hands in his set, or the whole book with it.
fn learners_set(folder: &Path) -> Option<PathBuf> {
    [folder.to_path_buf(), folder.join("code/exercises")]
        .into_iter()
        .find(|set| set.join("exercises").is_dir())
}
