//! Where the book is: found at run time, for a checkout can be copied or moved after it was compiled.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::Error;

/// The folder of the book: the root of the repository.
///
/// It is the one that cargo runs the program in, and else the one that the program is started in.
///
/// # Errors
/// [`Error::NoBook`] where neither lies in a book.
pub fn book_root() -> Result<PathBuf, Error> {
    let run_by_cargo = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let started_in = env::current_dir().ok();
    run_by_cargo
        .into_iter()
        .chain(started_in)
        .find_map(|folder| book_around(&folder))
        .ok_or(Error::NoBook)
}

/// The book that a folder is or lies in.
fn book_around(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find(|folder| is_book(folder)).map(Path::to_owned)
}

/// Other mdBooks have a `book.toml` too, and their figures are none of ours.
fn is_book(folder: &Path) -> bool {
    folder.join("book.toml").is_file() && folder.join("code/chapter").is_dir()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_book_is_found_from_every_folder_in_it_and_another_mdbook_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("book");
        let deep = root.join("code/chapter/src");
        fs::create_dir_all(&deep).unwrap();
        assert_eq!(book_around(&deep), None, "without book.toml");
        fs::write(root.join("book.toml"), "").unwrap();
        assert_eq!(book_around(&deep), Some(root.clone()));
        assert_eq!(book_around(&root), Some(root));
        fs::write(folder.path().join("book.toml"), "").unwrap();
        assert_eq!(book_around(folder.path()), None, "without code/chapter");
    }
}
