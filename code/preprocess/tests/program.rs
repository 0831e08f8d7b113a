//! The program as mdBook starts it, and as a curious reader does.

use std::env::{self, consts::EXE_SUFFIX};
use std::fs::{self, File};
use std::io::{self, Write};
use std::process::{Command, Output, Stdio};

use mdbook_preprocessor::MDBOOK_VERSION;

fn preprocess(arguments: &[&str], input: &str) -> Output {
    preprocess_into(Stdio::piped(), arguments, input)
}

/// The program lies beside the folder of its tests, wherever both have been moved to.
fn preprocess_into(stdout: impl Into<Stdio>, arguments: &[&str], input: &str) -> Output {
    let test = env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join(format!("preprocess{EXE_SUFFIX}"));
    let mut program = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that reads no input may have ended already.
    let _ = program.stdin.take().unwrap().write_all(input.as_bytes());
    program.wait_with_output().unwrap()
}

/// A book of one chapter, `src/one.md`, as mdBook hands it over.
fn book(root: &str, version: &str, markdown: &str) -> String {
    serde_json::json!([
        {
            "root": root,
            "config": { "book": { "title": "A book", "src": "src" } },
            "renderer": "html",
            "mdbook_version": version,
        },
        {
            "items": [{
                "Chapter": {
                    "name": "One",
                    "content": markdown,
                    "number": [1],
                    "sub_items": [],
                    "path": "one.md",
                    "source_path": "one.md",
                    "parent_names": [],
                }
            }]
        }
    ])
    .to_string()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn it_supports_html_only() {
    assert_eq!(preprocess(&["supports", "html"], "").status.code(), Some(0));
    for other in ["markdown", "epub", "test", ""] {
        assert_eq!(preprocess(&["supports", other], "").status.code(), Some(1), "{other}");
    }
}

#[test]
fn it_says_what_it_is() {
    for argument in ["--help", "-h"] {
        let output = preprocess(&[argument], "");
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).starts_with("preprocess: the mdBook preprocessor"));
    }
    for wrong in [&["--hlep"][..], &["supports"], &["supports", "html", "markdown"]] {
        let output = preprocess(wrong, "");
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).starts_with("preprocess: the mdBook preprocessor"));
        assert_eq!(stdout(&output), "");
    }
}

#[test]
fn a_book_comes_out_with_mathml() {
    let output = preprocess(&[], &book("/nowhere", MDBOOK_VERSION, "So $`x`$."));
    assert_eq!(stderr(&output), "");
    assert_eq!(output.status.code(), Some(0));

    let book: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let content = &book["items"][0]["Chapter"]["content"];
    assert_eq!(content, "So <math><mi>x</mi></math>.");
}

#[test]
fn a_broken_formula_fails_with_one_line_each() {
    let folder = tempfile::tempdir().unwrap();
    let markdown = "a\n\n$`\\foo{x}`$\n\n```math\n```\n";
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("src/one.md"), markdown).unwrap();

    let output = preprocess(&[], &book(folder.path().to_str().unwrap(), MDBOOK_VERSION, markdown));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output), "");
    assert_eq!(
        stderr(&output),
        "src/one.md:3: cannot read the formula \\foo{x}: Unknown command \"\\foo\".\n\
         src/one.md:6: cannot read the formula: it is empty\n"
    );
}

#[test]
fn what_is_no_book_fails_with_one_line() {
    for input in ["", "{", "[]", "[{}, {}]", "h_t\n"] {
        let output = preprocess(&[], input);
        assert_eq!(output.status.code(), Some(1), "{input}");
        assert_eq!(stdout(&output), "");
        assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    }
}

#[test]
fn another_mdbook_is_warned_of() {
    let other = preprocess(&[], &book("/nowhere", "0.99.0", "a"));
    assert_eq!(other.status.code(), Some(0));
    assert!(stderr(&other).starts_with("Warning: "), "{}", stderr(&other));
    assert!(stderr(&other).contains("0.99.0"));

    let (series, _) = MDBOOK_VERSION.rsplit_once('.').unwrap();
    let patched = preprocess(&[], &book("/nowhere", &format!("{series}.99"), "a"));
    assert_eq!(stderr(&patched), "");
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_an_error_in_one_line() {
    let book = book("/nowhere", MDBOOK_VERSION, "So $`x`$.");
    for (arguments, input) in [(&["--help"][..], ""), (&[], &book)] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = preprocess_into(full, arguments, input);
        assert_eq!(output.status.code(), Some(1), "{arguments:?} on a full disk");
        assert!(stderr(&output).starts_with("preprocess cannot print: "), "{}", stderr(&output));
        assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    }
}

#[test]
fn a_reader_who_stops_reading_is_no_error() {
    let book = book("/nowhere", MDBOOK_VERSION, "So $`x`$.");
    for (arguments, input) in [(&["--help"][..], ""), (&[], &book)] {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let output = preprocess_into(writer, arguments, input);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
    }
}
