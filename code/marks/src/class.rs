use std::fs;
use std::path::Path;

use crate::error::at;
use crate::learner::{Learner, is_passed_over};
use crate::{Error, Set, shown};

/// Those who handed in answers.
#[derive(Clone, Debug)]
pub struct Class {
    /// By name. Who has handed in nothing is a learner too.
    pub learners: Vec<Learner>,
    /// What a teacher should know before they trust the marks: which files are nobody's, which are
    /// passed over or cannot be read, and who has no answers.
    pub notes: Vec<String>,
}

/// Where the answers lie in a folder that looks like one learner's.
#[derive(PartialEq, Eq)]
enum Layout {
    /// The files themselves, or the folders of the chapters.
    Loose,
    /// The folder of the set, or the whole book.
    Set,
}

impl Class {
    /// Reads a folder: that of one learner, where answers lie in it as in the set or in the book, or
    /// else one with a folder for each learner. Links are not followed: they may lead to somebody
    /// else's answers, or to what never ends.
    ///
    /// Loose answers do not make one learner of a class: where other folders hold answers too, they
    /// are named as nobody's. Beside a whole set, one such folder is that learner's copy.
    ///
    /// # Errors
    /// Where nobody has handed in anything, or the folder cannot be read.
    pub fn read(set: &Set, folder: &Path) -> Result<Self, Error> {
        let class = Self::of_folders(set, folder)?;
        let with_answers = class.learners.iter().filter(|learner| learner.has_answers()).count();
        let is_one = match layout(set, folder) {
            None => false,
            Some(Layout::Loose) => with_answers == 0,
            Some(Layout::Set) => with_answers <= 1,
        };
        let mut class = if is_one { Self::of_one(set, folder)? } else { class };
        class.notes.extend(class.learners.iter().flat_map(|learner| learner.notes(set)));
        if !class.learners.iter().any(Learner::has_answers) {
            return Err(Error::NoLearners { folder: folder.into(), notes: class.notes });
        }
        Ok(class)
    }

    fn of_one(set: &Set, folder: &Path) -> Result<Self, Error> {
        let path = folder.canonicalize().map_err(at(folder))?;
        let name = shown::name(path.file_name().unwrap_or_default());
        Ok(Self { learners: vec![Learner::read(set, name, folder)], notes: Vec::new() })
    }

    fn of_folders(set: &Set, folder: &Path) -> Result<Self, Error> {
        let mut class = Self { learners: Vec::new(), notes: Vec::new() };
        for entry in fs::read_dir(folder).map_err(at(folder))? {
            let entry = entry.map_err(at(folder))?;
            let (file, path) = (entry.file_name(), entry.path());
            let name = shown::name(&file);
            let kind = entry.file_type().map_err(at(&path))?;
            if is_passed_over(&file) {
                continue;
            }
            if kind.is_symlink() {
                class.notes.push(format!("{name}: is a link, and links are not followed"));
            } else if !kind.is_dir() {
                class.notes.push(format!("{name}: {}", of_nobody(set, &name)));
            } else if !is_part(set, &name) {
                class.learners.push(Learner::read(set, name, &path));
            } else if Learner::read(set, String::new(), &path).has_answers() {
                class.notes.push(format!("{name}: answers that lie in nobody's folder"));
            }
        }
        class.learners.sort_by(|one, other| one.name.cmp(&other.name));
        class.notes.sort();
        Ok(class)
    }
}

/// How answers lie in a folder, if it looks like one learner's.
fn layout(set: &Set, folder: &Path) -> Option<Layout> {
    let any = |place: fn(&crate::Exercise, &Path) -> std::path::PathBuf| {
        set.exercises.iter().any(|exercise| is_file(&place(exercise, folder)))
    };
    let whole = any(crate::Exercise::file)
        || any(|exercise, folder| exercise.file(&folder.join("code/exercises")));
    let loose = any(|exercise, folder| folder.join(exercise.file_name()))
        || any(|exercise, folder| folder.join(&exercise.dir).join(exercise.file_name()));
    if whole { Some(Layout::Set) } else { loose.then_some(Layout::Loose) }
}

/// Without following a link.
fn is_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|there| there.is_file())
}

/// Whether a folder is named like a part of the set or of the book, and not like a learner.
fn is_part(set: &Set, name: &str) -> bool {
    ["exercises", "code"].contains(&name) || set.exercises.iter().any(|it| it.dir == name)
}

/// What a file is that lies beside the folders of the learners.
fn of_nobody(set: &Set, name: &str) -> &'static str {
    if is_archive(name) {
        "an archive; unpack it into a folder of its own"
    } else if set.exercises.iter().any(|it| name.ends_with(&format!("_{}", it.file_name()))) {
        "lies in nobody's folder; where names stand before those of the files (Moodle), download them in folders"
    } else {
        "lies in nobody's folder"
    }
}

/// Whether files are packed in it.
pub(crate) fn is_archive(name: &str) -> bool {
    const ENDINGS: [&str; 9] =
        [".zip", ".tar", ".gz", ".tgz", ".xz", ".bz2", ".zst", ".7z", ".rar"];
    let name = name.to_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}
