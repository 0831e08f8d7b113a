//! A chapter's program as a reader starts it: where it draws, and what becomes of its output.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// The example `small`, which `cargo test` has built beside the tests.
static SMALL: LazyLock<PathBuf> = LazyLock::new(|| {
    let test = env::current_exe().expect("the test knows where it is");
    let folder = test.ancestors().nth(2).expect("it lies in target/debug/deps");
    let small = folder.join("examples/small").with_extension(env::consts::EXE_EXTENSION);
    assert!(small.is_file(), "there is no {}: run `cargo test -p chapter`", small.display());
    small
});

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The program, started in a folder by hand: not by cargo, which would say where its package lies.
fn small(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(&*SMALL);
    command.args(arguments).current_dir(folder).env_remove("CARGO_MANIFEST_DIR");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What it prints. A program that opens a pipe waits for ever.
fn output(command: &mut Command) -> Output {
    let (mut program, start) = (command.spawn().unwrap(), Instant::now());
    while program.try_wait().unwrap().is_none() {
        if start.elapsed() > Duration::from_secs(30) {
            program.kill().unwrap();
            panic!("it does not come to an end: {command:?}");
        }
        thread::sleep(Duration::from_millis(5));
    }
    program.wait_with_output().unwrap()
}

/// It must end with 2 and one line that says all these words; returns the line.
fn refused(command: &mut Command, words: &[&str]) -> String {
    let Output { status, stderr, .. } = output(command);
    let error = text(&stderr);
    assert_eq!(status.code(), Some(2), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(words.iter().all(|word| error.contains(word)), "no {words:?} in: {error}");
    error
}

/// A folder that is a book as far as a chapter's program needs one.
fn small_book() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join("code/chapter")).unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("book.toml"), "[book]\n").unwrap();
    fs::write(folder.path().join("src/page.md"), "{{ch00.weight=1}}\n").unwrap();
    folder
}

#[test]
fn the_book_is_the_one_that_the_program_is_started_in() {
    let book = small_book();
    let output = small(&book.path().join("code/chapter"), &["--sync"]).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(
        book.path().join("src/figures/ch00-fading.svg").is_file(),
        "the figure is not in the book that the program was started in, but: {}",
        text(&output.stdout)
    );
    let page = fs::read_to_string(book.path().join("src/page.md")).unwrap();
    assert!(page.contains("=0.50}}"), "the page is not synced: {page}");
}

#[test]
fn the_book_is_the_one_whose_program_cargo_runs() {
    let (book, other) = (small_book(), small_book());
    let package = book.path().join("code/ch00");
    let output = small(other.path(), &[]).env("CARGO_MANIFEST_DIR", package).output().unwrap();
    assert!(output.status.success());
    assert!(book.path().join("src/figures/ch00-fading.svg").is_file());
    assert!(!other.path().join("src/figures").exists());
}

#[test]
fn without_a_book_it_says_where_to_run_it_and_with_out_it_needs_none() {
    let folder = TempDir::new().unwrap();
    for arguments in [&[][..], &["--sync"]] {
        refused(&mut small(folder.path(), arguments), &["in the book's folder", "--out DIR"]);
    }
    assert!(small(folder.path(), &["--out", "here"]).output().unwrap().status.success());
    assert!(folder.path().join("here/ch00-fading.svg").is_file());
    assert!(folder.path().join("here/ch00.json").is_file());
}

/// A pipe waits for its other end: whoever opens it hangs.
#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_file_is_named_and_not_opened() {
    let book = small_book();
    let pipe = |path: &str| {
        let path = book.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    };
    let out = |folder: &str| small(book.path(), &["--out", folder]);
    pipe("figure/ch00-fading.svg");
    refused(&mut out("figure"), &["figure/ch00-fading.svg", "not a regular file"]);
    pipe("numbers/ch00.json");
    refused(&mut out("numbers"), &["numbers/ch00.json", "not a regular file"]);
    assert!(!book.path().join("numbers/ch00-fading.svg").exists(), "it has begun");
    pipe("src/figures/ch00-fading.svg");
    refused(&mut small(book.path(), &[]), &["src/figures/ch00-fading.svg", "not a regular file"]);
    fs::remove_dir_all(book.path().join("src/figures")).unwrap();
    pipe("src/pipe.md");
    refused(&mut small(book.path(), &["--sync"]), &["src/pipe.md", "not a regular file"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_output_is_an_error_that_says_what_was_written() {
    let folder = TempDir::new().unwrap();
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    let run = |arguments: &[&str], words: &[&str]| {
        refused(small(folder.path(), arguments).stdout(full()), words)
    };
    run(&["--out", "out"], &["cannot print", "out/ch00-fading.svg", "out/ch00.json"]);
    // Now the figure is there as it is drawn, and only the numbers are written again.
    let error = run(&["--out", "out"], &["cannot print", "out/ch00.json"]);
    assert!(!error.contains("fading"), "{error}");
    for arguments in ["--help", "--dry-run"] {
        assert!(!run(&[arguments], &["cannot print"]).contains("written"));
    }
    // With nowhere to say it, the exit code says it.
    let status = small(folder.path(), &["--out", "out"]).stdout(full()).stderr(full()).status();
    assert_eq!(status.unwrap().code(), Some(2));
}

#[test]
fn a_reader_who_stops_reading_is_no_error() {
    let folder = TempDir::new().unwrap();
    for arguments in [&["--out", "out"][..], &["--help"], &["--dry-run"]] {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let output = small(folder.path(), arguments).stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert_eq!(text(&output.stderr), "");
    }
}
