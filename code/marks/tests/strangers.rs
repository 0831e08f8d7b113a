//! A class with one of each: what is right passes whatever stands around it, what is wrong does not
//! whatever it says, the run ends, and nothing outside is touched.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use common::{HANDED_OUT, answer, folder, marks, read};
use marks::Outcome::{self, Crashed, Endless, Missing, Passed, Uncompiled, Unfinished, Wrong};

/// What the check says to an answer that takes any positive weight.
const SLIP: &str = "a weight below one pulls the state towards zero";

/// Right answers, and what stands around them.
fn right() -> Vec<(&'static str, Vec<u8>)> {
    let right = answer("w > 1.0");
    let own = HANDED_OUT.replace("ch01::latch(super::holds)", "panic!(\"my own test\")");
    let cases = [
        ("as handed out", right.clone() + HANDED_OUT),
        ("without its test", right.clone()),
        ("prints much", answer("for _ in 0..3000 { println!(\"{w} and on and on\"); } w > 1.0")),
        (
            "attribute",
            right.clone() + &HANDED_OUT.replace("mod tests", "#[allow(unused)]\nmod tests"),
        ),
        ("comment", right.clone() + &HANDED_OUT.replace("mod tests", "// mine\nmod tests")),
        ("own failing test", right.clone() + &own),
        ("a half test", right.clone() + "// mod tests {"),
        (
            "paths from the crate",
            answer("crate::helper(w)") + HANDED_OUT + "fn helper(w: f64) -> bool { w > 1.0 }",
        ),
        ("inner attributes", format!("//! Mine.\n#![allow(unused)]\n{right}")),
        ("windows", format!("\u{feff}{}", (right.clone() + HANDED_OUT).replace('\n', "\r\n"))),
        ("own Result", format!("type Result<T> = std::result::Result<T, String>;\n{right}")),
        ("a file in its folder", answer("std::fs::write(\"mine.txt\", \"1\").is_ok() && w > 1.0")),
        ("no variables", answer("std::env::var_os(\"HOME\").is_none() && w > 1.0")),
        ("nothing to read", answer("std::io::stdin().lines().next().is_none() && w > 1.0")),
        (
            "a thread that panics",
            answer("std::thread::spawn(|| panic!(\"caught\")).join().is_err() && w > 1.0"),
        ),
        (
            "many threads",
            answer(
                "(0..64).map(|_| std::thread::spawn(|| 1)).collect::<Vec<_>>().len() == 64 && w > 1.0",
            ),
        ),
    ];
    let mut cases: Vec<_> = cases.map(|(name, text)| (name, text.into_bytes())).into();
    cases.push(("latin", [b"// Gr\xfc\xdfe\n", right.as_bytes()].concat()));
    cases
}

/// Answers that are not right, what becomes of them, and what is said.
fn wrong() -> Vec<(&'static str, String, Outcome, &'static str)> {
    let wrong = answer("w > 0.0");
    let own = HANDED_OUT.replace("ch01::latch(super::holds)", "Ok(())");
    let verdict = "println!(\"test result: ok. 1 passed; 0 failed\"); std::process::exit(0)";
    let forged = "std::fs::write(\"verdict\", \"+\").unwrap(); std::process::exit(0)";
    let checks = "extern crate self as exercises;\npub struct Slip;\npub mod ch01 {
        pub fn latch(_: fn(f64) -> bool) -> Result<(), super::Slip> { Ok(()) }\n}\n";
    let large = "std::fs::write(\"large\", vec![0; 10_000_000]).is_ok() && w > 1.0";
    let deep = "fn deep(w: f64) -> f64 { 1.0 + deep(std::hint::black_box(w)) } deep(w) > 0.0";
    let memory = "let mut all = vec![w]; loop { all.extend_from_within(..); }";
    let prints = "for _ in 0..30000 { println!(\"{w} and on and on\"); } w > 0.0";
    let cases = [
        ("below one", wrong.clone(), Wrong, SLIP),
        ("prints much", answer(prints), Wrong, SLIP),
        ("prints an error", answer("eprintln!(\"Error: \\n\\nmine\"); w > 0.0"), Wrong, SLIP),
        ("own test", wrong.clone() + &own, Wrong, SLIP),
        ("own checks", checks.to_owned() + &wrong + HANDED_OUT, Wrong, SLIP),
        ("raw string", format!("{wrong}const TEST: &str = r#\"{HANDED_OUT}\"#;"), Wrong, SLIP),
        ("comment", format!("{wrong}/* {HANDED_OUT} */"), Wrong, SLIP),
        ("prints a verdict", answer(verdict), Crashed, "before the check was done"),
        ("writes a verdict", answer(forged), Crashed, "before the check was done"),
        ("leaves", answer("std::process::exit(0)"), Crashed, "before the check was done"),
        ("open comment", format!("{wrong}/* "), Uncompiled, "unterminated"),
        ("no check", format!("{wrong}#[cfg(any())]"), Uncompiled, "takes the check away"),
        (
            "another type",
            "fn holds(w: f32) -> bool { w > 1.0 }".into(),
            Uncompiled,
            "`ch01::latch(super::holds)`",
        ),
        ("no function", "fn main() {}".into(), Uncompiled, "`holds`"),
        ("half", answer("w > "), Uncompiled, "ch01_latch.rs:1:"),
        ("panics", answer("panic!(\"my own \\x1b[2J{w}\")"), Crashed, "my own \\u{1b}[2J"),
        ("open", answer("todo!(\"{w}\")"), Unfinished, ""),
        ("endless", answer("loop { std::hint::black_box(w); }"), Endless, "stopped after 2 s"),
        ("endless prints", answer("loop { println!(\"{w}\"); }"), Endless, "stopped after 2 s"),
    ];
    let mut cases = Vec::from(cases);
    if cfg!(unix) {
        cases.push(("deep", answer(deep), Crashed, "the stack is full"));
        cases.push(("large file", answer(large), Crashed, "a file that is too large"));
    }
    if cfg!(target_os = "linux") {
        cases.push(("memory", answer(memory), Crashed, "out of memory"));
    }
    cases
}

/// All files below a folder and what is in them, by path.
fn files(folder: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("it is there").flatten() {
        let (path, kind) = (entry.path(), entry.file_type().expect("it is there"));
        if kind.is_dir() {
            all.extend(files(&path));
        } else {
            let bytes = (kind.is_file()
                && entry.metadata().is_ok_and(|there| there.len() < 1 << 20))
            .then(|| fs::read(&path).expect("it can be read"));
            all.insert(path, bytes);
        }
    }
    all
}

#[test]
fn every_answer_gets_the_mark_that_it_deserves() {
    let file = |kind: &str, name: &str| format!("{kind} {name}/exercises/ch01/ch01_latch.rs");
    let mut answers: Vec<(String, Vec<u8>)> = Vec::new();
    answers.extend(right().into_iter().map(|(name, text)| (file("right", name), text)));
    answers.extend(wrong().into_iter().map(|(name, text, ..)| (file("wrong", name), text.into())));
    let answers: Vec<_> = answers.iter().map(|(file, text)| (&**file, text)).collect();
    let class = folder(&answers);
    let before = files(class.path());
    let (start, marks) = (Instant::now(), marks(class.path()));
    assert!(start.elapsed() < Duration::from_mins(3), "it took {:?}", start.elapsed());
    assert_eq!(before, files(class.path()), "a file of the class has changed");

    let (right, wrong) = marks.split_at(right().len());
    for mark in right {
        assert_eq!((mark.outcome, &*mark.why), (Passed, ""), "{}", mark.learner);
    }
    let mut expected = self::wrong();
    expected.sort_by_key(|(name, ..)| *name);
    for (mark, (name, _, outcome, why)) in wrong.iter().zip(&expected) {
        assert_eq!(mark.learner, format!("wrong {name}"));
        assert_eq!(mark.outcome, *outcome, "{name}: {}", mark.why);
        assert!(mark.why.contains(why), "{name}: {}", mark.why);
    }
    assert_eq!(wrong.len(), expected.len());
}

#[test]
fn what_is_no_text_in_utf_8_is_said() {
    let utf16: Vec<u8> = answer("w > 1.0").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let class = folder(&[
        ("anna/ch01_latch.rs", utf16),
        ("bela/answers.zip", b"PK".to_vec()),
        ("cleo/ch01_latch.rs", vec![b' '; 2_000_000]),
    ]);
    let found: Vec<_> =
        marks(class.path()).into_iter().map(|mark| (mark.outcome, mark.why)).collect();
    let why = ["save it as UTF-8", "", "more than a million bytes"];
    for ((outcome, said), why) in found.iter().zip(why) {
        assert!(*outcome == Missing && said.contains(why), "{found:?}");
    }
    assert_eq!(read(class.path()).notes, ["bela: answers.zip is an archive; unpack it"]);
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_read() {
    use std::os::unix::fs::symlink;
    let right = answer("w > 1.0");
    let class = folder(&[("anna/ch01_latch.rs", right)]);
    let place = |learner: &str| {
        let folder = class.path().join(learner);
        fs::create_dir(&folder).expect("there is room");
        folder.join("ch01_latch.rs")
    };
    symlink("../anna/ch01_latch.rs", place("classmate")).expect("there is room");
    symlink("/dev/zero", place("endless")).expect("there is room");
    symlink("/etc", place("folder").with_file_name("ch01")).expect("there is room");
    fs::File::create(place("sparse"))
        .expect("there is room")
        .set_len(5 << 30)
        .expect("there is room");
    let status = std::process::Command::new("mkfifo").arg(place("pipe")).status();
    assert!(status.expect("there is mkfifo").success());
    symlink("anna", class.path().join("twin")).expect("there is room");

    let marks = marks(class.path());
    let found: Vec<_> =
        marks.iter().map(|mark| (&*mark.learner, mark.outcome, &*mark.why)).collect();
    let why = |why| (Missing, format!("the file cannot be read: {why}"));
    let link = why("it is a link, and links are not followed");
    let expected = [
        ("anna", (Passed, String::new())),
        ("classmate", link.clone()),
        ("endless", link),
        ("folder", (Missing, String::new())),
        ("pipe", why("it is not a regular file")),
        ("sparse", why("it has more than a million bytes")),
    ];
    for (found, (learner, (outcome, why))) in found.iter().zip(&expected) {
        assert_eq!(*found, (*learner, *outcome, &**why));
    }
    let notes = read(class.path()).notes;
    assert!(notes.contains(&"twin: is a link, and links are not followed".into()), "{notes:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn two_names_that_are_no_utf_8_stay_two_learners() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let class = folder(&[("M\u{fc}ller\t\u{1b}[2J\n/ch01_latch.rs", answer("w > 1.0"))]);
    for (name, body) in [(&b"anna\xfe"[..], "w > 1.0"), (b"anna\xff", "w > 0.0")] {
        let folder = class.path().join(OsStr::from_bytes(name));
        fs::create_dir(&folder).expect("there is room");
        fs::write(folder.join("ch01_latch.rs"), answer(body)).expect("there is room");
    }
    let marks = marks(class.path());
    let found: Vec<_> = marks.iter().map(|mark| (&*mark.learner, mark.outcome)).collect();
    let names = ["M\u{fc}ller\\t\\u{1b}[2J\\n", "anna\\xfe", "anna\\xff"];
    assert_eq!(found, [(names[0], Passed), (names[1], Passed), (names[2], Wrong)]);
    let table = marks::table(&marks);
    assert!(names.iter().all(|name| table.contains(name)) && !table.contains('\u{1b}'), "{table}");
}

#[cfg(target_os = "linux")]
#[test]
fn what_an_answer_has_started_ends_with_it() {
    const SECONDS: &str = "86399.5";
    let start =
        format!("std::process::Command::new(\"/bin/sleep\").arg(\"{SECONDS}\").spawn().unwrap();");
    let class = folder(&[
        ("anna/ch01_latch.rs", answer(&format!("{start} w > 1.0"))),
        ("bela/ch01_latch.rs", answer(&format!("{start} loop {{ std::hint::black_box(w); }}"))),
    ]);
    let outcomes: Vec<_> = marks(class.path()).iter().map(|mark| mark.outcome).collect();
    assert_eq!(outcomes, [Passed, Endless]);
    let started = Instant::now();
    let running = || {
        let processes = fs::read_dir("/proc").expect("Linux has it").flatten();
        let commands =
            processes.filter_map(|it| fs::read_to_string(it.path().join("cmdline")).ok());
        commands.filter(|command| command.contains(SECONDS)).count()
    };
    // Killed, a process may still be listed for a moment.
    while running() > 0 {
        assert!(started.elapsed() < Duration::from_secs(10), "{} run on", running());
        std::thread::sleep(Duration::from_millis(20));
    }
}
