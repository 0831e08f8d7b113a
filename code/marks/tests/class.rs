//! A class whose answers are right, wrong, endless, too large, and worse.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use marks::limited::{self, Limits};
use marks::{Class, Mark, Outcome, Set, check_writable, mark, table, write_csv, write_json};
use tempfile::TempDir;

fn set() -> Set {
    let folder = Set::folder_in_book().expect("the tests run in the book");
    let mut set = Set::read(&folder).expect("the set can be read");
    set.exercises.retain(|exercise| exercise.name == "ch01_latch");
    set
}

/// A class in a folder: each learner's answer to `ch01_latch`, or none.
fn class(answers: &[(&str, Option<&str>)]) -> TempDir {
    let class = TempDir::new().expect("there is room");
    for (learner, answer) in answers {
        let folder = class.path().join(learner).join("exercises/ch01");
        fs::create_dir_all(&folder).expect("there is room");
        if let Some(answer) = answer {
            fs::write(folder.join("ch01_latch.rs"), answer).expect("there is room");
        }
    }
    class
}

/// An answer whose function has this body.
fn answer(body: &str) -> String {
    format!("fn holds(w: f64) -> bool {{ {body} }}\nfn main() {{}}\n")
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("there is room");
    for (file, text) in files {
        let file = folder.path().join(file);
        fs::create_dir_all(file.parent().expect("it lies in a folder")).expect("there is room");
        fs::write(file, text).expect("there is room");
    }
    folder
}

fn read(folder: &Path) -> Class {
    Class::read(&set(), folder).expect("there are learners")
}

fn marks(answers: &[(&str, Option<&str>)]) -> Vec<Mark> {
    let class = class(answers);
    let learners = read(class.path()).learners;
    let limits = Limits { run: Duration::from_secs(2), ..Limits::default() };
    mark(&set(), &learners, &limits, |_| ()).expect("the set compiles")
}

fn outcomes(answers: &[(&str, Option<&str>)]) -> Vec<(Outcome, String)> {
    marks(answers).into_iter().map(|mark| (mark.outcome, mark.why)).collect()
}

#[test]
fn each_answer_gets_its_own_mark_whatever_the_others_do() {
    let bodies = [
        "w > 1.0",
        "eprintln!(\"Error: mine\"); w > 0.0",
        "loop { std::hint::black_box(w); }",
        "loop { println!(\"{w}\"); }",
        "panic!(\"my own {w}\")",
        "let mut all = vec![w]; loop { all.extend_from_within(..); }",
        "fn deep(w: f64) -> f64 { 1.0 + deep(std::hint::black_box(w)) } deep(w) > 0.0",
        "w > ",
        "std::process::exit(0)",
        "todo!(\"{w}\")",
    ];
    let answers = bodies.map(answer);
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let mut class: Vec<(&str, Option<&str>)> =
        names.into_iter().zip(answers.iter().map(|answer| Some(&**answer))).collect();
    class.push(("k", None));
    let start = Instant::now();
    let found = outcomes(&class);
    assert!(start.elapsed() < Duration::from_secs(100), "an endless answer was not stopped");
    let expected = [
        (Outcome::Passed, ""),
        (Outcome::Wrong, "a weight below one pulls the state towards zero"),
        (Outcome::Endless, "stopped after 2 s"),
        (Outcome::Endless, "stopped after 2 s"),
        (Outcome::Crashed, "my own"),
        (Outcome::Crashed, if cfg!(target_os = "linux") { "out of memory" } else { "" }),
        (Outcome::Crashed, if cfg!(unix) { "the stack is full" } else { "" }),
        (Outcome::Uncompiled, "ch01_latch.rs:1:"),
        (Outcome::Crashed, "before the check was done"),
        (Outcome::Unfinished, ""),
        (Outcome::Missing, ""),
    ];
    for ((name, found), (outcome, why)) in
        class.iter().map(|(name, _)| name).zip(found).zip(expected)
    {
        assert_eq!(found.0, outcome, "learner {name}: {}", found.1);
        assert!(found.1.contains(why), "learner {name}: {}", found.1);
    }
}

#[test]
fn the_same_answer_is_marked_once() {
    let (right, wrong) = (answer("w > 1.0"), answer("w > 0.0"));
    let class =
        class(&[("a", Some(&right)), ("b", Some(&wrong)), ("c", Some(&right)), ("d", None)]);
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
fn a_test_that_a_learner_has_changed_changes_no_marks() {
    let cheat = answer("w < 0.0") + "#[cfg(test)]\nmod tests { #[test] fn ch01_latch() {} }\n";
    assert_eq!(outcomes(&[("cheat", Some(&cheat))])[0].0, Outcome::Wrong);
}

#[test]
fn a_learner_s_own_tests_change_no_marks() {
    let handed_out = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn ch01_latch() {}\n}\n";
    let own = "#[cfg(test)]\nmod mine {\n    #[test]\n    fn ch01_latch() { assert!(!super::holds(0.0)); }\n}\n";
    let before = answer("w > 1.0") + own + handed_out;
    let behind = answer("w > 1.0") + handed_out + own;
    let instead = answer("w > 1.0") + own;
    let failing = answer("w > 1.0") + &own.replace("assert!(!", "assert!(") + handed_out;
    let helper = answer("helper(w)") + handed_out + "fn helper(w: f64) -> bool { w > 1.0 }\n";
    for text in [before, behind, instead, failing, helper] {
        let (outcome, why) = &outcomes(&[("anna", Some(&text))])[0];
        assert_eq!(*outcome, Outcome::Passed, "{text}\n{why}");
    }
}

#[test]
fn one_learner_s_folder_is_a_class_of_one() {
    let right = answer("w > 1.0");
    let class = class(&[("anna", Some(&right))]);
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
    assert_eq!(notes[0], "cleo.zip: lies in nobody's folder");
    assert!(notes[1].starts_with("group: 1 answers twice"), "{notes:?}");

    // A loose file makes one learner's folder of a class: the others are passed over, which is said.
    fs::write(class.path().join("ch01_latch.rs"), &wrong).expect("there is room");
    let Class { learners, notes } = read(class.path());
    assert_eq!((learners.len(), notes.len()), (1, 1), "{notes:?}");
}

#[test]
fn a_test_written_in_other_lines_is_replaced_too() {
    let right = answer("w > 1.0");
    for test in
        ["#[cfg(test)]\nmod tests\n{\n}\n", "  #[cfg(test)]\n  mod tests {\n  }\n", "// mod tests"]
    {
        assert_eq!(outcomes(&[("anna", Some(&(right.clone() + test)))])[0].0, Outcome::Passed);
    }
}

#[cfg(unix)]
#[test]
fn what_an_answer_has_started_ends_too() {
    let limits = Limits { run: Duration::from_millis(200), ..Limits::default() };
    let mut command = limited::command("sh", &limits);
    command.args(["-c", "while :; do :; done >/dev/null 2>&1 & echo $!"]);
    let ended = limited::run(&mut command, limits.run).expect("there is a shell");
    let alive = || {
        let mut ask = std::process::Command::new("kill");
        ask.args(["-0", ended.output.trim()]).output().expect("there is kill").status.success()
    };
    assert!(alive(), "{ended:?}");
    let start = Instant::now();
    while alive() {
        assert!(start.elapsed() < Duration::from_mins(2), "it runs on");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_folder_without_learners_is_an_error_that_names_it() {
    let empty = TempDir::new().expect("there is room");
    let error = Class::read(&set(), empty.path()).expect_err("nobody is in it").to_string();
    assert!(error.contains(&empty.path().display().to_string()), "{error}");
}

#[test]
fn the_reports_hold_every_mark() {
    let (right, wrong) = (answer("w > 1.0"), answer("w > 0.0"));
    let marks = marks(&[("anna", Some(&right)), ("bela", Some(&wrong)), ("cleo", None)]);
    let shown = table(&marks);
    assert!(shown.contains("anna        1/1     1/1"), "{shown}");
    assert!(shown.contains("bela        0/1     0/1"), "{shown}");
    assert!(shown.contains("ch01_latch               1/3   1 x a weight below one"), "{shown}");
    assert!(table(&marks[1..2]).contains("pulls the state towards zero"));

    let folder = TempDir::new().expect("there is room");
    let [csv, json]: [PathBuf; 2] =
        ["marks.csv", "marks.json"].map(|name| folder.path().join(name));
    write_csv(&csv, &marks).expect("it can be written");
    write_json(&json, &marks).expect("it can be written");
    let csv = fs::read_to_string(csv).expect("it is there");
    assert!(
        csv.starts_with("learner,exercise,passed,outcome,why\nanna,ch01_latch,true,passed,"),
        "{csv}"
    );
    let json = fs::read_to_string(json).expect("it is there");
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(json[1]["outcome"], "wrong");
    assert_eq!(json[2]["outcome"], "missing");
}

#[test]
fn a_spreadsheet_finds_no_formula() {
    let mark = Mark {
        learner: "=1+1".into(),
        exercise: "ch01_latch".into(),
        passed: false,
        outcome: Outcome::Crashed,
        why: "@SUM(1)".into(),
    };
    let folder = TempDir::new().expect("there is room");
    let csv = folder.path().join("marks.csv");
    write_csv(&csv, &[mark]).expect("it can be written");
    let csv = fs::read_to_string(csv).expect("it is there");
    assert!(csv.ends_with("'=1+1,ch01_latch,false,crashed,'@SUM(1)\n"), "{csv}");
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_that_names_it() {
    let path = Path::new("/no/such/folder/marks.csv");
    for result in [check_writable(path), write_csv(path, &[]), write_json(path, &[])] {
        let error = result.expect_err("there is no folder").to_string();
        assert!(error.starts_with("/no/such/folder/marks.csv: "), "{error}");
        assert!(!error.contains(".tmp"), "{error}");
    }
    let folder = TempDir::new().expect("there is room");
    check_writable(folder.path()).expect_err("it is a folder");
    check_writable(&folder.path().join("marks.csv")).expect("it can be written");
    assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 0);
}

#[cfg(unix)]
#[test]
fn a_report_is_an_ordinary_file_and_is_written_where_a_link_leads() {
    let folder = TempDir::new().expect("there is room");
    let [plain, marks, link] =
        ["plain", "marks.csv", "link.csv"].map(|name| folder.path().join(name));
    fs::write(&plain, "").expect("there is room");
    write_csv(&marks, &[]).expect("it can be written");
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions();
    assert_eq!(mode(&marks), mode(&plain));
    std::os::unix::fs::symlink(&plain, &link).expect("there is room");
    write_json(&link, &[]).expect("it can be written");
    assert_eq!(fs::read_to_string(&plain).expect("it is there"), "[]\n");
}
