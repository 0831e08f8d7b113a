//! The program as a teacher starts it: where it finds the exercises, and what becomes of its output.

use std::env::{self, consts::EXE_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use tempfile::TempDir;

/// The program lies beside the folder of its tests, wherever both have been moved to.
fn program() -> PathBuf {
    let test = env::current_exe().expect("it runs");
    let folder = test.ancestors().nth(2).expect("it lies in two folders");
    folder.join(format!("marks{EXE_SUFFIX}"))
}

/// The program, started in a folder by hand: not by cargo, which would say where its package lies.
fn marks(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(arguments).current_dir(folder);
    // Small books share no folder of what is compiled.
    command.env_remove("CARGO_MANIFEST_DIR").env_remove("CARGO_TARGET_DIR");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What it prints. A program that opens a pipe waits for ever.
fn output(command: &mut Command) -> Output {
    let (mut program, start) = (command.spawn().expect("it starts"), Instant::now());
    while program.try_wait().expect("it starts").is_none() {
        if start.elapsed() > Duration::from_secs(30) {
            program.kill().expect("it starts");
            panic!("it does not come to an end: {command:?}");
        }
        thread::sleep(Duration::from_millis(5));
    }
    program.wait_with_output().expect("it starts")
}

/// It must fail with one line that says all these words.
fn refused(command: &mut Command, words: &[&str]) {
    let Output { status, stderr, .. } = output(command);
    let error = String::from_utf8_lossy(&stderr);
    assert_eq!(status.code(), Some(1), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(words.iter().all(|word| error.contains(word)), "no {words:?} in: {error}");
}

/// What the check of the set says is the seed of its numbers.
const CHECKS: &str = "
pub struct Slip(String);
impl Slip { pub fn to_string(&self) -> String { self.0.clone() } }
pub mod ch01 {
    pub fn one(f: fn() -> u64) -> Result<(), super::Slip> {
        if f() == 1 { Ok(()) } else { Err(super::Slip(std::env::var(\"EXERCISES_SEED\").unwrap())) }
    }
}
";

/// A book with a set of one exercise, which is done.
fn small_book() -> TempDir {
    let book = TempDir::new().expect("there is room");
    for (path, text) in [
        ("Cargo.toml", "[package]\nname = \"exercises\"\nedition = \"2024\"\n[workspace]\n"),
        ("src/lib.rs", CHECKS),
        ("info.toml", "[[exercises]]\nname = \"ch01_one\"\ndir = \"ch01\"\nhint = \"\"\n"),
        (
            "exercises/ch01/ch01_one.rs",
            "fn one() -> u64 { 1 }\n#[cfg(test)]\nmod tests {\n    fn ch01_one() {\n        ch01::one(super::one)\n    }\n}\n",
        ),
    ] {
        let path = book.path().join("code/exercises").join(path);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("there is room");
        fs::write(path, text).expect("there is room");
    }
    book
}

#[test]
fn the_exercises_are_those_of_the_book_that_the_program_is_started_in() {
    let book = small_book();
    let exercises = book.path().join("code/exercises/exercises");
    for command in [
        &mut marks(&exercises, &[]),
        marks(env::temp_dir().as_path(), &[]).env("CARGO_MANIFEST_DIR", &exercises),
    ] {
        let Output { status, stdout, stderr } = command.output().expect("it starts");
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        let stdout = String::from_utf8_lossy(&stdout);
        assert!(stdout.contains("1 of 1 passed\n"), "these are other exercises: {stdout}");
    }
}

#[test]
fn without_a_book_it_says_where_to_run_it() {
    let folder = TempDir::new().expect("there is room");
    refused(&mut marks(folder.path(), &[]), &["in the book's folder", "--set FOLDER"]);
}

/// A pipe waits for its other end: whoever opens it hangs.
#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_file_is_named_and_not_opened() {
    let book = small_book();
    let pipe = |path: &str| {
        let path = book.path().join(path);
        let _ = fs::remove_file(&path);
        assert!(Command::new("mkfifo").arg(path).status().expect("there is mkfifo").success());
    };
    pipe("pipe");
    for report in ["--csv", "--json"] {
        refused(&mut marks(book.path(), &[report, "pipe"]), &["pipe", "not a regular file"]);
    }
    fs::create_dir(book.path().join("class")).expect("there is room");
    pipe("class/ch01_one.rs");
    let output = output(&mut marks(book.path(), &["."]));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("cannot be read: it is not a regular file"), "{stdout}");
    pipe("code/exercises/info.toml");
    let set = ["--set", "code/exercises", "."];
    refused(&mut marks(book.path(), &set), &["info.toml", "not a regular file"]);
}

#[test]
fn a_seed_is_drawn_and_repeats_the_marks() {
    let book = small_book();
    fs::write(book.path().join("ch01_one.rs"), "fn one() -> u64 { 2 }").expect("there is room");
    let seed = |arguments: &[&str]| {
        let output = output(&mut marks(book.path(), &[&["."], arguments].concat()));
        let table = String::from_utf8_lossy(&output.stdout).into_owned();
        let seed = table.rsplit(' ').next().expect("a table").trim().to_owned();
        let lines: Vec<_> = table.lines().map(str::trim).collect();
        assert_eq!(lines[..2], ["ch01_one             wrong", &seed], "{table}");
        seed
    };
    let drawn = seed(&[]);
    assert_ne!(drawn, seed(&[]));
    assert_eq!(drawn, seed(&["--seed", &drawn]));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_output_is_an_error_that_says_what_was_written() {
    let book = small_book();
    let full = || fs::File::options().write(true).open("/dev/full").expect("Linux has it");
    let run = |arguments: &[&str], words: &[&str]| {
        refused(marks(book.path(), arguments).stdout(full()), words);
    };
    let reports = ["--csv", "marks.csv", "--json", "marks.json"];
    run(&reports, &["cannot print", "written nevertheless: marks.csv, marks.json"]);
    run(&["--help"], &["cannot print"]);
    assert!(book.path().join("marks.json").is_file());
    // With nowhere to say it, the exit code says it.
    let status = marks(book.path(), &[]).stdout(full()).stderr(full()).status();
    assert_eq!(status.expect("it starts").code(), Some(1));
}

#[test]
fn a_reader_who_stops_reading_is_no_error() {
    let book = small_book();
    for arguments in [&[][..], &["--help"]] {
        let (reader, writer) = io::pipe().expect("there are pipes");
        drop(reader);
        let output = marks(book.path(), arguments).stdout(writer).output().expect("it starts");
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{error}");
    }
}
