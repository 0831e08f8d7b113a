//! This book, held against its code.

use std::{collections::BTreeSet, fs, sync::LazyLock};

use tests::{
    Book, Computed, Fault, Programs, assert_none, chapters, commands,
    computed::file_name,
    figures, formulas,
    html::{self, Html},
    includes, length, lines, links, listings, names, numbers, records, references, sources,
    versions,
};

static BOOK: LazyLock<Book> = LazyLock::new(Book::this);
static PROGRAMS: LazyLock<Programs> = LazyLock::new(|| Programs::build(&BOOK));
static COMPUTED: LazyLock<Result<Computed, Vec<Fault>>> =
    LazyLock::new(|| Computed::by_running(&BOOK, &PROGRAMS));
static HTML: LazyLock<Result<Html, Vec<Fault>>> = LazyLock::new(|| html::build(&BOOK, &PROGRAMS));

fn computed() -> &'static Computed {
    sound(&COMPUTED)
}

fn built() -> &'static Html {
    sound(&HTML)
}

/// What all tests need, or its faults in each of them.
fn sound<T>(made: &'static Result<T, Vec<Fault>>) -> &'static T {
    made.as_ref().unwrap_or_else(|faults| {
        assert_none(faults);
        unreachable!("it fails with faults")
    })
}

#[test]
fn numbers_in_prose_are_the_computed_ones() {
    assert_none(&numbers::check(&BOOK, computed()));
}

#[test]
fn each_reference_stands_once() {
    assert_none(&references::check(&BOOK));
}

#[test]
fn what_the_pages_name_is_there() {
    let names = names::Names::of(&BOOK, computed());
    assert_none(&names::check(&BOOK, &names));
}

#[test]
fn versions_are_the_ones_written_down() {
    assert_none(&versions::check(&BOOK));
}

#[test]
fn recorded_runs_are_of_the_sources_that_there_are() {
    assert_none(&records::check(&BOOK));
}

#[test]
fn figures_are_there_and_as_the_code_draws_them() {
    assert_none(&figures::check(&BOOK, computed()));
}

#[test]
fn listings_are_included_from_anchors() {
    assert_none(&includes::check(&BOOK));
}

#[test]
fn lines_break_at_sentences() {
    assert_none(&lines::check(&BOOK));
}

#[test]
fn chapters_say_how_long_they_take_and_are_no_longer_than_that() {
    assert_none(&length::check(&BOOK));
}

#[test]
fn formulas_can_be_read() {
    assert_none(&formulas::check(&BOOK));
}

#[test]
fn rust_blocks_are_run() {
    assert_none(&listings::check(&BOOK));
}

#[test]
fn chapters_are_pages_with_crates() {
    assert_none(&chapters::check(&BOOK));
}

#[test]
fn sources_know_no_place_and_nothing_unchecked() {
    assert_none(&sources::check(&BOOK));
}

#[test]
fn the_book_builds_without_a_warning() {
    assert_none(&html::preprocessors(&BOOK));
    assert_none(&html::leftovers(built()));
}

#[test]
fn links_lead_somewhere() {
    assert_none(&links::check(&BOOK, built()));
}

#[test]
fn commands_can_be_typed() {
    assert_none(&commands::check(&BOOK, &PROGRAMS));
}

/// A run with the defaults must not dirty a clean checkout, on whatever machine. A program leaves a
/// figure alone that is equal within tolerance, which the test of the figures holds for all of them.
/// Here the chapter that is done first shows that it does.
#[test]
fn a_default_run_leaves_the_figures_untouched() {
    let stamps = || -> BTreeSet<_> {
        let files = fs::read_dir(BOOK.root.join("src/figures")).unwrap();
        files
            .map(|file| file.unwrap())
            .map(|f| (f.path(), f.metadata().unwrap().modified().unwrap()))
            .collect()
    };
    // Where a figure differs, the test of the figures says so: here the run would mend it.
    assert_none(&figures::check(&BOOK, computed()));
    let seconds = |name: &String| PROGRAMS.kept(name, &[]).unwrap().seconds;
    let first = PROGRAMS.chapters().min_by(|a, b| seconds(a).total_cmp(&seconds(b))).unwrap();
    let before = stamps();
    assert!(PROGRAMS.run(first, [""; 0]).status.success(), "{first} fails");
    let touched: Vec<_> = stamps().difference(&before).map(|(path, _)| file_name(path)).collect();
    assert!(touched.is_empty(), "a default run writes {touched:?}");
}

/// Bad input is one line and exit code 2, in every chapter.
#[test]
fn a_bad_value_or_folder_is_one_line_and_exit_code_2() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let below_a_file = file.path().join("figures").display().to_string();
    for name in PROGRAMS.chapters() {
        for arguments in [
            vec!["--seed", "many"],
            vec!["--seed", "-1"],
            vec!["--no-such-parameter", "1"],
            vec!["--sync", "--seed", "7"],
            vec!["--sync", "--out", "figures"],
            vec!["--out", &below_a_file],
        ] {
            let output = PROGRAMS.run(name, &arguments);
            let error = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{name} {arguments:?}: {error}");
            assert_eq!(error.lines().count(), 1, "{name} {arguments:?}: {error}");
            assert!(output.stdout.is_empty(), "{name} {arguments:?} prints on standard output");
        }
    }
}

#[test]
fn help_explains_every_parameter() {
    for name in PROGRAMS.chapters() {
        let output = PROGRAMS.run(name, ["--help"]);
        let help = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success());
        for parameter in ["--seed", "--out", "--sync", "--dry-run"] {
            assert!(help.contains(parameter), "{name} --help leaves out {parameter}");
        }
        // With `next_line_help` an unexplained parameter is a line without an indented one below.
        let lines: Vec<&str> = help.lines().collect();
        for (i, line) in lines.iter().enumerate().filter(|(_, l)| l.trim().starts_with("--")) {
            let explained = lines.get(i + 1).is_some_and(|next| next.starts_with("          "));
            assert!(explained, "{name} --help does not explain {}", line.trim());
        }
    }
}
