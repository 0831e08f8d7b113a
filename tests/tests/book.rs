//! This book, held against its code.

use std::{collections::BTreeSet, fs, sync::LazyLock};

use tests::{
    Book, Computed, assert_none, chapters, commands,
    computed::{file_name, run_chapter},
    figures, formulas,
    html::{self, Html},
    includes, links, listings, names, numbers, sources, versions,
};

static BOOK: LazyLock<Book> = LazyLock::new(Book::this);
static COMPUTED: LazyLock<Computed> = LazyLock::new(|| Computed::by_running(&BOOK));
static HTML: LazyLock<Html> = LazyLock::new(|| {
    html::build(&BOOK).unwrap_or_else(|faults| {
        assert_none(&faults);
        unreachable!("a build fails with faults")
    })
});

#[test]
fn numbers_in_prose_are_the_computed_ones() {
    assert_none(&numbers::check(&BOOK, &COMPUTED));
}

#[test]
fn what_the_pages_name_is_there() {
    let names = names::Names::of(&BOOK, &COMPUTED, &names::help(&BOOK));
    assert_none(&names::check(&BOOK, &names));
}

#[test]
fn versions_are_the_ones_written_down() {
    assert_none(&versions::check(&BOOK));
}

#[test]
fn figures_are_there_and_as_the_code_draws_them() {
    assert_none(&figures::check(&BOOK, &COMPUTED));
}

#[test]
fn listings_are_included_from_anchors() {
    assert_none(&includes::check(&BOOK));
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
    assert_none(&html::leftovers(&HTML));
}

#[test]
fn links_lead_somewhere() {
    assert_none(&links::check(&BOOK, &HTML));
}

#[test]
fn commands_can_be_typed() {
    assert_none(&commands::check(&BOOK));
}

/// A run with the defaults must not dirty a clean checkout, on whatever machine.
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
    assert_none(&figures::check(&BOOK, &COMPUTED));
    let before = stamps();
    for name in BOOK.crates() {
        assert!(run_chapter(&name, [""; 0]).status.success(), "{name} fails");
    }
    let touched: Vec<_> = stamps().difference(&before).map(|(path, _)| file_name(path)).collect();
    assert!(touched.is_empty(), "a default run writes {touched:?}");
}

/// Bad input is one line and exit code 2, in every chapter.
#[test]
fn a_bad_value_or_folder_is_one_line_and_exit_code_2() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let below_a_file = file.path().join("figures").display().to_string();
    for name in BOOK.crates() {
        for arguments in [
            vec!["--seed", "many"],
            vec!["--seed", "-1"],
            vec!["--no-such-parameter", "1"],
            vec!["--sync", "--seed", "7"],
            vec!["--sync", "--out", "figures"],
            vec!["--out", &below_a_file],
        ] {
            let output = run_chapter(&name, &arguments);
            let error = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{name} {arguments:?}: {error}");
            assert_eq!(error.lines().count(), 1, "{name} {arguments:?}: {error}");
            assert!(output.stdout.is_empty(), "{name} {arguments:?} prints on standard output");
        }
    }
}

#[test]
fn help_explains_every_parameter() {
    for name in BOOK.crates() {
        let output = run_chapter(&name, ["--help"]);
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
