//! Classes of one exercise, in folders that are deleted afterwards.

#![allow(dead_code)] // Each program of tests uses some of it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use marks::limited::Limits;
use marks::{Class, Mark, Set, mark};
use tempfile::TempDir;

/// The book's set, of which only `ch01_latch` is left.
pub fn set() -> Set {
    let folder = Set::folder_in_book().expect("the tests run in the book");
    let mut set = Set::read(&folder).expect("the set can be read");
    set.exercises.retain(|exercise| exercise.name == "ch01_latch");
    set
}

/// An answer whose function has this body.
pub fn answer(body: &str) -> String {
    format!("fn holds(w: f64) -> bool {{ {body} }}\nfn main() {{}}\n")
}

/// The test as it is handed out.
pub const HANDED_OUT: &str = "
#[cfg(test)]
mod tests {
    use exercises::{Slip, ch01};

    #[test]
    fn ch01_latch() -> Result<(), Slip> {
        ch01::latch(super::holds)
    }
}
";

/// A folder with these files.
pub fn folder<T: AsRef<[u8]>>(files: &[(&str, T)]) -> TempDir {
    let folder = TempDir::new().expect("there is room");
    for (file, text) in files {
        let file = folder.path().join(file);
        fs::create_dir_all(file.parent().expect("it lies in a folder")).expect("there is room");
        fs::write(file, text).expect("there is room");
    }
    folder
}

pub fn read(folder: &Path) -> Class {
    Class::read(&set(), folder).expect("there are learners")
}

/// The marks of a class, whose answers may run for two seconds.
pub fn marks(folder: &Path) -> Vec<Mark> {
    let limits = Limits { run: Duration::from_secs(2), ..Limits::default() };
    mark(&set(), &read(folder).learners, &limits, |_| ()).expect("the set compiles")
}
