//! Where the answers of a class are found, and what is said of the rest.

mod common;

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use common::{answer, folder, read, set};
use marks::limited::Limits;
use marks::{Class, Outcome, mark};
use tempfile::TempDir;

#[test]
fn the_same_answer_is_marked_once() {
    let (right, wrong) = (answer("w > 1.0"), answer("w > 0.0"));
    let class = folder(&[
        ("a/ch01_latch.rs", &*right),
        ("b/exercises/ch01/ch01_latch.rs", &wrong),
        ("c/ch01/ch01_latch.rs", &right),
        ("d/readme.txt", ""),
    ]);
    let learners = read(class.path()).learners;
    let counts = Mutex::new(Vec::new());
    let after_each = |count| counts.lock().expect("nobody panics").push(count);
    let marks = mark(&set(), &learners, &Limits::default(), after_each).expect("it compiles");
    let mut counts = counts.into_inner().expect("nobody panics");
    counts.sort_unstable();
    assert_eq!(counts, [1, 1, 2]);
    let found: Vec<_> = marks.iter().map(|mark| (&*mark.learner, mark.outcome)).collect();
    let (passed, wrong) = (Outcome::Passed, Outcome::Wrong);
    assert_eq!(found, [("a", passed), ("b", wrong), ("c", passed), ("d", Outcome::Missing)]);
}

#[test]
fn one_learner_s_folder_is_a_class_of_one() {
    let right = answer("w > 1.0");
    let class = folder(&[("anna/exercises/ch01/ch01_latch.rs", right)]);
    assert_eq!(read(&class.path().join("anna")).learners, read(class.path()).learners);
}

#[test]
fn answers_are_found_in_whatever_folders_they_are_handed_in() {
    let (right, wrong) = (answer("w > 1.0"), answer("w > 0.0"));
    let class = folder(&[
        ("flat/ch01_latch.rs", &right),
        ("folders/ch01/ch01_latch.rs", &right),
        ("book/code/exercises/exercises/ch01/ch01_latch.rs", &right),
        ("book/code/exercises/solutions/ch01/ch01_latch.rs", &wrong),
        ("unpacked/folding-time-main/code/exercises/exercises/ch01/ch01_latch.rs", &right),
        ("unpacked/folding-time-main/target/ch01_latch.rs", &wrong),
        ("unpacked/.Trash/ch01_latch.rs", &wrong),
        ("with-a-copy/exercises/ch01/ch01_latch.rs", &right),
        ("with-a-copy/backup/exercises/ch01/ch01_latch.rs", &wrong),
        ("nothing/readme.txt", &right),
    ]);
    // A folder in place of a file cannot be read.
    fs::create_dir_all(class.path().join("odd/ch01_latch.rs")).expect("there is room");
    let Class { learners, notes } = read(class.path());
    let marks = mark(&set(), &learners, &Limits::default(), |_| ()).expect("the set compiles");
    let found: Vec<_> = marks.iter().map(|mark| (&*mark.learner, mark.outcome)).collect();
    let (passed, missing) = (Outcome::Passed, Outcome::Missing);
    let expected = [
        ("book", passed),
        ("flat", passed),
        ("folders", passed),
        ("nothing", missing),
        ("odd", missing),
        ("unpacked", passed),
        ("with-a-copy", passed),
    ];
    assert_eq!(found, expected);
    assert!(marks[4].why.contains("cannot be read"), "{}", marks[4].why);
    for learner in ["flat", "folders", "book", "with-a-copy"] {
        let alone = read(&class.path().join(learner)).learners;
        assert_eq!((alone.len(), &*alone[0].name), (1, learner));
    }
    let copy = Path::new("backup/exercises/ch01/ch01_latch.rs").display();
    let copy = format!("with-a-copy: 1 answers twice, and not the same; not marked: {copy}");
    assert_eq!(notes, ["nothing: no answers in this folder".to_string(), copy]);
}

#[test]
fn what_lies_where_or_is_named_as_it_should_not_be_is_said() {
    let (right, wrong) = (answer("w > 1.0"), answer("w > 0.0"));
    let class = folder(&[
        ("group/anna/ch01_latch.rs", &right),
        ("group/bela/ch01_latch.rs", &wrong),
        ("pair/one/ch01_latch.rs", &right),
        ("pair/two/ch01_latch.rs", &right),
        ("copy/ch01_latch (1).rs", &right),
        ("short/ch1_latch.rs", &right),
        ("cleo.zip", &right),
    ]);
    let Class { learners, notes } = read(class.path());
    let marks = mark(&set(), &learners, &Limits::default(), |_| ()).expect("the set compiles");
    let whys = [
        ("copy", "ch01_latch (1).rs should be named ch01_latch.rs"),
        ("group", "it is not clear which one counts: anna/ch01_latch.rs or bela/ch01_latch.rs"),
        ("pair", ""),
        ("short", "ch1_latch.rs should be named ch01_latch.rs"),
    ];
    for (mark, (learner, why)) in marks.iter().zip(whys) {
        let (found, outcome) = (mark.why.replace('\\', "/"), mark.outcome);
        assert_eq!((&*mark.learner, &*found), (learner, why));
        assert_eq!(outcome, if why.is_empty() { Outcome::Passed } else { Outcome::Missing });
    }
    assert_eq!(notes[0], "cleo.zip: an archive; unpack it into a folder of its own");
    assert!(notes[1].starts_with("group: 1 answers twice"), "{notes:?}");
}

/// What lies loose on top of a class does not make one learner of it.
#[test]
fn what_lies_on_top_of_a_class_is_named_and_is_nobody_s() {
    let (right, wrong) = (answer("w > 1.0"), answer("w > 0.0"));
    let learners = [("anna/ch01_latch.rs", &right), ("bela/exercises/ch01/ch01_latch.rs", &right)];
    for (stray, name) in [
        ("ch01_latch.rs", "ch01_latch.rs: lies in nobody's folder"),
        ("ch01/ch01_latch.rs", "ch01: answers that lie in nobody's folder"),
        ("exercises/ch01/ch01_latch.rs", "exercises: answers that lie in nobody's folder"),
        (
            "code/exercises/exercises/ch01/ch01_latch.rs",
            "code: answers that lie in nobody's folder",
        ),
    ] {
        let class = folder(&[learners[0], learners[1], (stray, &wrong)]);
        let Class { learners, notes } = read(class.path());
        let names: Vec<_> = learners.iter().map(|learner| &*learner.name).collect();
        assert_eq!((&names[..], &notes[..]), (&["anna", "bela"][..], &[name.to_owned()][..]));
    }
}

#[test]
fn moodle_s_flat_names_are_said() {
    let right = answer("w > 1.0");
    let class = folder(&[
        ("Anna Muster_101_assignsubmission_file_ch01_latch.rs", &*right),
        ("Bela Muster_102_assignsubmission_file_ch01_latch.rs", &right),
        ("Bela Muster_102_assignsubmission_file_answers.zip", "PK"),
    ]);
    let error = Class::read(&set(), class.path()).expect_err("no folders").to_string();
    let lines: Vec<_> = error.lines().map(str::trim).collect();
    assert_eq!(lines.len(), 4, "{error}");
    assert!(
        lines[1].starts_with("Anna Muster")
            && lines[1].contains("(Moodle), download them in folders"),
        "{error}"
    );
    assert!(lines[2].ends_with("an archive; unpack it into a folder of its own"), "{error}");
}

#[test]
fn a_folder_without_learners_is_an_error_that_names_it() {
    let empty = TempDir::new().expect("there is room");
    let error = Class::read(&set(), empty.path()).expect_err("nobody is in it").to_string();
    assert!(error.contains(&empty.path().display().to_string()), "{error}");
}
