//! Files, written whole or not at all.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::book_root;
use crate::{Drawing, Error, Number, svg};

/// Where files are written, and where they are made before they are moved there.
pub(crate) struct Folder {
    path: PathBuf,
    workshop: PathBuf,
}

impl Folder {
    /// The book's figures. They are made under `target`, because `mdbook serve` watches `src`.
    pub fn of_the_book() -> Result<Self, Error> {
        let root = book_root()?;
        Self::new(root.join("src/figures"), root.join("target"))
    }

    /// A folder of the reader's, made if there is none.
    pub fn of_the_reader(path: &Path) -> Result<Self, Error> {
        Self::new(path.to_owned(), path.to_owned())
    }

    /// Tries at once whether files can be written: better now than after a long experiment.
    fn new(path: PathBuf, workshop: PathBuf) -> Result<Self, Error> {
        let writable =
            |folder: &Path| fs::create_dir_all(folder).and(NamedTempFile::new_in(folder));
        // The book's own folder is not tried with a file: an open `mdbook serve` would see it.
        fs::create_dir_all(&path)
            .and(writable(&workshop))
            .map_err(|source| Error::Write { path: path.clone(), source })?;
        Ok(Self { path, workshop })
    }

    /// Refuses, before anything is computed, what stands in the place of a chapter's file and is
    /// none.
    pub fn check_files(&self, chapter: &str) -> Result<(), Error> {
        let (figures, numbers) = (format!("{chapter}-"), format!("{chapter}.json"));
        files(&self.path, |name| name == numbers || name.starts_with(&figures))?
            .iter()
            .try_for_each(|path| check_regular(path).map_err(writing(path)))
    }

    /// Writes a figure, unless the one that is there is equal within tolerance: then a run with
    /// the book's parameters on another machine would only dirty the checkout.
    pub fn write_figure(&self, chapter: &str, drawing: &Drawing) -> Result<Written, Error> {
        let path = self.path.join(format!("{chapter}-{}.svg", drawing.name));
        check_regular(&path).map_err(writing(&path))?;
        let unchanged = fs::read_to_string(&path)
            .is_ok_and(|committed| svg::difference(&committed, &drawing.svg).is_none());
        if !unchanged {
            self.write(&path, &drawing.svg)?;
        }
        Ok(Written { path, unchanged })
    }

    /// Writes the named numbers as JSON: `{"ring_capacity": "19.0148"}`.
    pub fn write_numbers(&self, chapter: &str, numbers: &[Number]) -> Result<Written, Error> {
        let path = self.path.join(format!("{chapter}.json"));
        let numbers: serde_json::Map<_, _> =
            numbers.iter().map(|n| (n.name.clone(), n.text.clone().into())).collect();
        let json = serde_json::Value::Object(numbers);
        self.write(&path, &format!("{json:#}\n"))?;
        Ok(Written { path, unchanged: false })
    }

    fn write(&self, path: &Path, text: &str) -> Result<(), Error> {
        write_whole(path, text, &self.workshop).map_err(writing(path))
    }
}

pub(crate) fn writing(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Write { path, source }
}

pub(crate) fn reading(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Read { path, source }
}

/// What a folder holds under such names.
pub(crate) fn files(folder: &Path, is_meant: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(reading(folder))? {
        let entry = entry.map_err(reading(folder))?;
        if is_meant(&entry.file_name().to_string_lossy()) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Refuses what is there and is no file: a pipe would wait for its other end for ever.
pub(crate) fn check_regular(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(there) if !there.is_file() => Err(io::Error::other("it is not a regular file")),
        _ => Ok(()),
    }
}

/// A file that holds what it should.
pub(crate) struct Written {
    pub path: PathBuf,
    pub unchanged: bool,
}

/// Writes a text file: an interrupted run leaves the old one whole.
///
/// # Errors
/// Where the file cannot be written.
pub fn write_file(path: &Path, text: &str) -> Result<(), Error> {
    // Of a link the file is replaced to which it leads.
    let file = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    write_whole(&file, text, folder_of(&file)).map_err(writing(path))
}

/// Finds out whether [`write_file`] can write there: better now than after a long measurement.
///
/// # Errors
/// Where it cannot.
pub fn check_writable(path: &Path) -> Result<(), Error> {
    let file = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    check_regular(&file)
        .and_then(|()| NamedTempFile::new_in(folder_of(&file)))
        .map(drop)
        .map_err(writing(path))
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

/// Writes to a temporary file and renames it: an interrupted run leaves the old file whole.
pub(crate) fn write_whole(path: &Path, text: &str, workshop: &Path) -> io::Result<()> {
    let temporary = |folder: &Path| -> io::Result<NamedTempFile> {
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        readable_by_all(file.as_file())?;
        Ok(file)
    };
    match temporary(workshop)?.persist(path) {
        Ok(_) => Ok(()),
        // The workshop lies on another disk than the file.
        Err(error) if error.error.kind() == io::ErrorKind::CrossesDevices => {
            temporary(path.parent().unwrap_or(workshop))?.persist(path)?;
            Ok(())
        }
        Err(error) => Err(error.error),
    }
}

/// Temporary files are private; a figure is not.
#[cfg(unix)]
fn readable_by_all(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_: &fs::File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_replaced_stays_as_it_was_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        // A folder in the place of the file: the rename fails after the text has been written.
        let path = folder.path().join("figure.svg");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("old"), "old").unwrap();

        assert!(write_whole(&path, "new", folder.path()).is_err());

        assert_eq!(fs::read_to_string(path.join("old")).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn a_figure_equal_within_tolerance_is_left_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let out = Folder::of_the_reader(folder.path()).unwrap();
        let drawing =
            |x: &str| Drawing { name: "a".into(), svg: format!("<svg><g x=\"{x}\"/></svg>\n") };

        assert!(!out.write_figure("ch00", &drawing("10.00")).unwrap().unchanged);
        assert!(out.write_figure("ch00", &drawing("10.01")).unwrap().unchanged);
        assert!(!out.write_figure("ch00", &drawing("99.00")).unwrap().unchanged);
        let text = fs::read_to_string(folder.path().join("ch00-a.svg")).unwrap();
        assert!(text.contains("99.00"));
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let file = NamedTempFile::new().unwrap();
        let error = Folder::of_the_reader(&file.path().join("below")).err().unwrap().to_string();
        assert!(error.contains("below") && error.starts_with("cannot write to"), "{error}");
    }
}
