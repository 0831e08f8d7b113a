//! What a program has found need not be found again while the program is the same.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

/// The results of a program. They lie beside it, in `target`, under the hash of its file, and go when
/// another version of it asks.
#[derive(Clone, Debug)]
pub struct Kept {
    folder: PathBuf,
}

impl Kept {
    /// The results of a program, and those of its older versions removed.
    ///
    /// # Errors
    /// Where the program cannot be read, or there is no room beside it.
    pub fn of(program: &Path) -> io::Result<Self> {
        let all = program.with_file_name("kept");
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        let version = format!("{name}.{:016x}", hash(&fs::read(program)?));
        fs::create_dir_all(&all)?;
        for other in fs::read_dir(&all)?.flatten() {
            let other_version = other.file_name().to_string_lossy().into_owned();
            if other_version.starts_with(&format!("{name}.")) && other_version != version {
                let _ = fs::remove_dir_all(other.path());
            }
        }
        let folder = all.join(version);
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    /// The folder with a result, under the words that it depends on. If there is none, `make` writes
    /// it into a folder, which is kept whole or not at all.
    ///
    /// # Errors
    /// What `make` fails with, or where there is no room.
    pub fn result<E: From<io::Error>>(
        &self,
        words: &[&str],
        make: impl FnOnce(&Path) -> Result<(), E>,
    ) -> Result<PathBuf, E> {
        let kept = self.folder.join(format!("{:016x}", hash(words)));
        if kept.is_dir() {
            return Ok(kept);
        }
        let workshop = TempDir::new_in(&self.folder)?;
        make(workshop.path())?;
        match fs::rename(workshop.path(), &kept) {
            // Another thread was first.
            Err(error) if !kept.is_dir() => Err(error.into()),
            _ => Ok(kept),
        }
    }
}

fn hash<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often a result is made: it is asked for twice in each version of a program.
    fn made(versions: &[&str], words: &[&[&str]]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("program");
        let mut made = Vec::new();
        for version in versions {
            fs::write(&program, version).unwrap();
            for words in words {
                let kept = Kept::of(&program).unwrap();
                let result = kept.result(words, |folder| {
                    made.push(format!("{version} {}", words.join(" ")));
                    fs::write(folder.join("text"), *version)
                });
                let text = fs::read_to_string(result.unwrap().join("text")).unwrap();
                assert_eq!(text, *version);
            }
        }
        made
    }

    #[test]
    fn a_result_is_made_once_for_each_version_and_its_words() {
        let words: [&[&str]; 3] = [&["a"], &["a"], &["a", "b"]];
        assert_eq!(made(&["1", "1"], &words), ["1 a", "1 a b"]);
        assert_eq!(made(&["1", "2", "1"], &words[..2]), ["1 a", "2 a", "1 a"]);
    }

    #[test]
    fn a_result_that_fails_is_not_kept_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("program");
        fs::write(&program, "1").unwrap();
        let kept = Kept::of(&program).unwrap();
        let failing = |folder: &Path| {
            fs::write(folder.join("half"), "")?;
            Err(io::Error::other("no"))
        };
        assert!(kept.result(&["a"], failing).is_err());
        assert_eq!(fs::read_dir(&kept.folder).unwrap().count(), 0);
        kept.result(&["a"], |_| io::Result::Ok(())).unwrap();
    }
}
