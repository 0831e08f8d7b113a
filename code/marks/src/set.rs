use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;

use crate::Error;
use crate::error::at;
use crate::files::check_regular;

/// A set of exercises as it was handed out.
#[derive(Clone, Debug)]
pub struct Set {
    /// Its folder, with `info.toml`.
    pub folder: PathBuf,
    /// In the order of `info.toml`.
    pub exercises: Vec<Exercise>,
}

/// An exercise of a set.
#[derive(Clone, Debug, Deserialize)]
pub struct Exercise {
    /// Such as `ch01_step`.
    pub name: String,
    /// The folder in which it stands, such as `ch01`.
    pub dir: String,
    /// First a push and then nearly the answer, each with its name in front.
    pub hint: String,
}

#[derive(Deserialize)]
struct Info {
    exercises: Vec<Exercise>,
}

impl Set {
    /// The folder of the book's own set: around the program that cargo runs, or else around the
    /// folder that it is started in.
    ///
    /// # Errors
    /// Where neither lies in a book.
    pub fn folder_in_book() -> Result<PathBuf, Error> {
        let run_by_cargo = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let starts: Vec<PathBuf> = run_by_cargo.into_iter().chain(env::current_dir()).collect();
        let mut sets = starts
            .iter()
            .flat_map(|start| start.ancestors())
            .map(|folder| folder.join("code/exercises"));
        sets.find(|set| set.join("info.toml").is_file()).ok_or(Error::NoSet)
    }

    /// Reads the list of exercises of a folder.
    ///
    /// # Errors
    /// Where there is no `info.toml`, or it lists no exercises as Rustlings would have them.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("info.toml");
        check_regular(&path).map_err(at(&path))?;
        let text = fs::read_to_string(&path).map_err(at(&path))?;
        let info: Info = toml::from_str(&text).map_err(|source| Error::Info { path, source })?;
        Ok(Self { folder: folder.into(), exercises: info.exercises })
    }
}

impl Exercise {
    /// Its file in a learner's set.
    #[must_use]
    pub fn file(&self, folder: &Path) -> PathBuf {
        folder.join("exercises").join(&self.dir).join(self.file_name())
    }

    /// The name of its file.
    pub(crate) fn file_name(&self) -> String {
        format!("{}.rs", self.name)
    }

    /// How its test calls the check: `ch01::latch(super::holds)`.
    ///
    /// # Errors
    /// Where the exercise of the set cannot be read, or calls it otherwise.
    pub(crate) fn call(&self, set: &Path) -> Result<String, Error> {
        let path = self.file(set);
        let text = fs::read_to_string(&path).map_err(at(&path))?;
        let tests = text.rsplit("mod tests").next().unwrap_or_default();
        let call = tests.lines().map(str::trim).find(|line| line.contains("(super::"));
        let is_call = |call: &&str| call.starts_with(&self.dir) && call.ends_with(')');
        call.filter(is_call).map(str::to_owned).ok_or(Error::NoCall(path))
    }
}
