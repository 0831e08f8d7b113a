//! Sources that stay right when a checkout is moved, and that hold nothing unsafe.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{Book, Fault, computed::file_name};

/// What cargo tells the compiler of where the checkout and its programs lie. It is part of the
/// compiled program, and stays there when the folder is copied.
const PLACES: [&str; 3] = ["CARGO_MANIFEST_", "CARGO_TARGET_TMPDIR", "CARGO_BIN_EXE_"];

/// The lint that keeps the book's own code safe.
const LINT: &str = "unsafe_code";

/// All sources and manifests of the book's crates.
pub fn check(book: &Book) -> Vec<Fault> {
    let mut files = Vec::new();
    for folder in ["code", "tests"] {
        collect(&book.root.join(folder), &mut files);
    }
    files.sort();
    let mut faults: Vec<Fault> = lint_of_workspace(&book.root).into_iter().collect();
    for file in files {
        let path = path_in(&book.root, &file);
        let text = fs::read_to_string(&file).unwrap_or_default();
        if is_rust(&file) {
            faults.extend(of_source(&path, &text));
        } else {
            faults.extend(lint_of_crate(&path, &text));
        }
    }
    faults
}

/// Rust files and manifests, in whatever folders but those that cargo fills.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), file_name(&entry.path()));
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            collect(&path, files);
        } else if path.is_file() && (is_rust(&path) || name == "Cargo.toml") {
            files.push(path);
        }
    }
}

fn is_rust(file: &Path) -> bool {
    file.extension() == Some("rs".as_ref())
}

fn path_in(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/")
}

/// What stands in front of a comment.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// A line without what stands between its quotation marks.
fn without_texts(line: &str) -> String {
    let line = line.replace("\\\"", "").replace("'\"'", "");
    line.split('"').step_by(2).collect::<Vec<_>>().join(" ")
}

fn of_source(path: &str, text: &str) -> Vec<Fault> {
    let mut faults = baked_places(path, text);
    for (number, line) in (1..).zip(text.lines()) {
        let place = || format!("{path}:{number}");
        let line = without_texts(line);
        let mut words = code(&line).split(|c: char| !c.is_alphanumeric() && c != '_');
        if words.clone().any(|word| word == LINT) {
            let what = format!("this source changes what the lint `{LINT}` says");
            faults.push(Fault::new(place(), what, "leave it out: the workspace denies it for all"));
        } else if words.any(|word| word == "unsafe") {
            let mend = "write it without, or use a crate that has it inside";
            faults.push(Fault::new(place(), "the book's own code has no `unsafe`", mend));
        }
    }
    faults
}

/// `env!("CARGO_MANIFEST_DIR")`, however it is spaced; for a doc-test's `include_str!` a path will
/// do.
fn baked_places(path: &str, text: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let dense: String = code(line).chars().filter(|c| !c.is_whitespace()).collect();
        let opened =
            dense.split("env!").skip(1).map(|rest| rest.trim_start_matches(['(', '[', '{']));
        for name in opened.filter_map(|rest| rest.strip_prefix('"')) {
            if PLACES.iter().any(|place| name.starts_with(place)) {
                faults.push(Fault::new(
                    format!("{path}:{number}"),
                    format!("env!(\"{}\") is where the book was compiled", until_quote(name)),
                    "ask at run time: `chapter::book_root`, or `std::env::var_os` of that name",
                ));
            }
        }
    }
    faults
}

fn until_quote(text: &str) -> &str {
    text.split('"').next().unwrap_or_default()
}

/// The root's `[workspace.lints.rust]`, from which the crates take the lint.
fn lint_of_workspace(root: &Path) -> Option<Fault> {
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap_or_default();
    let mend = format!("write `{LINT} = \"deny\"` into its [workspace.lints.rust]");
    let denies = says(&manifest, "workspace.lints.rust", &format!("{LINT}=\"deny\""));
    (!denies)
        .then(|| Fault::new("Cargo.toml", format!("the workspace does not deny `{LINT}`"), mend))
}

fn lint_of_crate(path: &str, manifest: &str) -> Option<Fault> {
    let denies = says(manifest, "lints", "workspace=true")
        || says(manifest, "lints.rust", &format!("{LINT}=\"deny\""));
    let mend = format!(
        "write `workspace = true` into its [lints], or `{LINT} = \"deny\"` into its [lints.rust]"
    );
    (!denies).then(|| Fault::new(path, format!("this crate does not deny `{LINT}`"), mend))
}

/// Whether a manifest has this line, blanks and comments aside, in this table.
fn says(manifest: &str, table: &str, line: &str) -> bool {
    let mut here = String::new();
    manifest.lines().any(|written| {
        let code = written.split('#').next().unwrap_or_default();
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if let Some(name) = code.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            name.clone_into(&mut here);
        }
        here == table && code == line
    })
}
