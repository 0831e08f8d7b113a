//! A small book, broken on purpose: each check goes red, names the place and says what to do.

use std::{fs, path::Path, sync::LazyLock};

use tempfile::TempDir;
use tests::{
    Book, Computed, Fault, Programs, chapters, figures, formulas, html, includes, length, lines,
    links, listings,
    names::{self, Names},
    numbers, records, references, sources, versions,
};

const PAGE: &str = r"# One chapter

A ring of {{units=20}} units keeps {{ch01.capacity=19.0148}}
inputs ({{cite:elman1990}}), found by [two authors](https://example.org), with 16 seeds.
With a decay of `0.5` it keeps {{capacity(--decay 0.5)=4}}.

See [further below](#further-below).

<figure>

![A line falls](figures/ch01-ring.svg)

</figure>

## Further below

```rust
assert_eq!(1 + 1, 2);
```

```rust,ignore
{{#include ../code/ch01/src/lib.rs:ring}}
```

As with `load_state_dict`, change `ring` in `code/ch01` or <code>fn ring</code>, and with Rust 1.91
`--weight 2` changes `ch01.units`.

```console
$ cargo run -p ch01 -- --weight 2
```

Reading takes 1 minute.
";

const PAPERS: &str = r#"# The papers

[elman1990]
authors = ["Jeffrey Elman"]
year = 1990
title = "Finding structure in time"
link = "https://doi.org/10.1207/s15516709cog1402_1"
"#;

const CRATE: &str = r#"//! A chapter.
#[cfg(doctest)]
#[doc = include_str!("../../../src/ch01-one.md")]
struct Page;
// ANCHOR: ring
fn ring() {}
// ANCHOR_END: ring
"#;

const FIGURE: &str = "<svg viewBox=\"0 0 10 10\">\n<desc>A line falls</desc>\n\
                      <text x=\"1\" y=\"2\">r = 0.9</text>\n</svg>\n";

const WORKSPACE: &str = "[workspace]\n\n[workspace.package]\nrust-version = \"1.91\"\n\n\
                         [workspace.lints.rust]\nunsafe_code = \"deny\"\n";

const MANIFEST: &str = "[package]\nname = \"ch01\"\n\n[lints]\nworkspace = true\n";

const FOREIGN: &str = "# PyTorch's\nload_state_dict\n";

const HELP: &str = "Options:
      --decay <DECAY>
          From 0 to 1 [default: 0.5]
      --weight <W>
          The weight
";

const RUNS: &str = r#"{"rings": {"command": "cargo run --release -p ch01 -- --record-runs",
"machine": {"processor": "P", "cores": 2, "date": "2026-01-02"}, "seed": 1,
"sources": ["code/ch01/src"], "hash": "HASH", "rows": {}}}"#;

const BOOK_TOML: &str = "[book]
title = \"Small\"
language = \"en\"

[preprocessor.folding-time]
command = \"cargo run --package preprocess\"
renderers = [\"html\"]
";

/// The preprocessor is this repository's.
static PROGRAMS: LazyLock<Programs> = LazyLock::new(|| Programs::build(&Book::this()));

/// A small book that is right in every way.
fn small_book() -> TempDir {
    let folder = TempDir::new().unwrap();
    let files = [
        ("book.toml", BOOK_TOML),
        ("src/SUMMARY.md", "# Summary\n\n- [One chapter](ch01-one.md)\n"),
        ("src/ch01-one.md", PAGE),
        ("src/references.toml", PAPERS),
        ("src/figures/ch01-ring.svg", FIGURE),
        ("Cargo.toml", WORKSPACE),
        ("code/ch01/Cargo.toml", MANIFEST),
        ("code/ch01/src/lib.rs", CRATE),
        (".ci/run", "cargo +1.91 test\n"),
        (names::FOREIGN, FOREIGN),
        ("README.md", "# Small\n\nIt holds <data value=\"ch01.units\">20</data>.\n"),
    ];
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    let hash = recorded::hash(folder.path(), &["code/ch01/src".to_owned()]).unwrap();
    write(folder.path(), RECORD, &RUNS.replace("HASH", &hash));
    folder
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// What the small book's chapter computes, read from a folder.
fn computed(folder: &Path) -> Computed {
    write(folder, "ch01.json", r#"{"units": "20", "capacity": "19.0148"}"#);
    write(folder, "ch01-ring.svg", FIGURE);
    let mut computed = Computed::in_folder(folder);
    computed.numbers.insert("ch01.capacity(--decay 0.5)".into(), "4".into());
    computed.failed.insert("ch01 --decay 2".into(), "must be from 0 to 1".into());
    computed.help.insert("ch01".into(), HELP.into());
    computed
}

/// All faults of a book; the last check builds it.
fn faults(root: &Path) -> Vec<Fault> {
    let book = Book::open(root);
    let folder = TempDir::new().unwrap();
    let computed = computed(folder.path());
    let mut faults = [
        numbers::check(&book, &computed),
        references::check(&book),
        figures::check(&book, &computed),
        includes::check(&book),
        lines::check(&book),
        length::check(&book),
        listings::check(&book),
        chapters::check(&book),
        formulas::check(&book),
        sources::check(&book),
        names::check(&book, &Names::of(&book, &computed)),
        versions::check(&book),
        records::check(&book),
        html::preprocessors(&book),
    ]
    .concat();
    match html::build(&book, &PROGRAMS) {
        Ok(html) => faults.extend([html::leftovers(&html), links::check(&book, &html)].concat()),
        Err(warnings) => faults.extend(warnings),
    }
    faults
}

/// Replaces a piece of a file and expects a fault at a place that says all these words.
fn breaks(path: &str, piece: &str, broken: &str, place: &str, words: &[&str]) {
    let folder = small_book();
    let whole = fs::read_to_string(folder.path().join(path)).unwrap();
    assert!(whole.contains(piece), "{path} has no {piece}");
    write(folder.path(), path, &whole.replacen(piece, broken, 1));
    expect(&faults(folder.path()), place, words);
}

/// One of the faults must be at the place and say all the words.
fn expect(faults: &[Fault], place: &str, words: &[&str]) {
    let found = faults.iter().any(|fault| {
        let text = fault.to_string();
        fault.place == place && !fault.mend.is_empty() && words.iter().all(|w| text.contains(w))
    });
    let all: Vec<String> = faults.iter().map(Fault::to_string).collect();
    assert!(found, "no fault at {place} says {words:?}, only:\n{}", all.join("\n"));
}

const CHAPTER: &str = "src/ch01-one.md";

const RECORD: &str = "code/ch01/runs.json";

#[test]
fn the_small_book_is_right() {
    assert_eq!(faults(small_book().path()), []);
}

#[test]
fn a_changed_digit() {
    let words = ["ch01.capacity", "19.0149", "computed as 19.0148", "cargo run -p ch01 -- --sync"];
    breaks(CHAPTER, "19.0148", "19.0149", "src/ch01-one.md:3", &words);
    let words = ["ch01.capacity(--decay 0.5)", "printed as five, computed as 4"];
    breaks(CHAPTER, "0.5)=4", "0.5)=five", "src/ch01-one.md:5", &words);
    let words = ["`ch01.units` is printed as 21, and is 20"];
    breaks("README.md", ">20<", ">21<", "README.md:3", &words);
    breaks("README.md", "ch01.units", "ch01.unit", "README.md:3", &["computed nowhere"]);
}

#[test]
fn a_chapter_that_is_too_long_or_does_not_say_how_long() {
    let words = ["does not say how long it takes", "Reading takes 1 minutes"];
    for other in ["One reads it.", "Reading takes 9 minutes.", "Reading takes a minute."] {
        breaks(CHAPTER, "Reading takes 1 minute.", other, CHAPTER, &words);
    }
    let long = "Long.\n".repeat(4_500);
    let words = ["words, and 4500 are the most", "Second reading"];
    breaks(
        CHAPTER,
        "Reading takes 1 minute.\n",
        &format!("Reading takes 31 minutes.\n\n{long}"),
        CHAPTER,
        &words,
    );
    let folded = format!("\n<details><summary>Second reading</summary>\n\n{long}\n</details>\n");
    let folder = small_book();
    let page = fs::read_to_string(folder.path().join(CHAPTER)).unwrap();
    write(folder.path(), CHAPTER, &(page + &folded));
    assert_eq!(length::check(&Book::open(folder.path())), []);
}

#[test]
fn a_recorded_run_of_other_sources() {
    let again = "cargo run --release -p ch01 -- --record-runs";
    let words = ["the runs `rings`", "before their sources changed", again];
    breaks("code/ch01/src/lib.rs", "fn ring() {}", "fn ring() { step() }", RECORD, &words);
    breaks(RECORD, "code/ch01/src\"", "code/ch01/none\"", RECORD, &["cannot be read", "none"]);
    breaks(RECORD, "{\"rings\"", "{rings", RECORD, &["no recorded runs", again]);
}

#[test]
fn a_key_that_names_nothing() {
    let words = ["no chapter computes `ch01.cap`", "code/ch01"];
    breaks(CHAPTER, "ch01.capacity", "ch01.cap", "src/ch01-one.md:3", &words);
    breaks(CHAPTER, "{{units", "{{unit", "src/ch01-one.md:3", &["`ch01.unit`"]);
}

#[test]
fn a_number_of_a_run_that_fails() {
    let words = ["(--decay 2)", "must be from 0 to 1", "cargo run -p ch01 -- --help"];
    breaks(CHAPTER, "(--decay 0.5)", "(--decay 2)", "src/ch01-one.md:5", &words);
}

#[test]
fn a_number_without_a_key() {
    for number in ["0.5", "128", "1,000", "−3.25"] {
        let place = "src/ch01-one.md:4";
        breaks(CHAPTER, "16 seeds", number, place, &[number.trim_matches('−'), "{{name=value}}"]);
    }
}

#[test]
fn a_mark_that_cannot_be_read() {
    for (broken, words) in [
        ("{{units=20", "not closed on its line"),
        ("{{units=\n20}}", "not closed on its line"),
        ("{{units}}", "no value"),
        ("{{ring units=20}}", "no name"),
        ("{{units(--decay=20}}", "arguments are not closed"),
    ] {
        breaks(CHAPTER, "{{units=20}}", broken, "src/ch01-one.md:3", &[words]);
    }
}

#[test]
fn a_mark_that_reads_as_a_part_of_another_number_or_as_code() {
    for broken in ["2{{units=20}}", "{{units=20}}00", "{{units=20}}.75", "−{{units=20}}"] {
        breaks(CHAPTER, "{{units=20}}", broken, "src/ch01-one.md:3", &["reads as a part of it"]);
    }
    let words = ["is shown with its braces", "stray"];
    breaks(CHAPTER, "{{units=20}}", "`{{units=20}}`", "src/ch01-one.md:3", &words);
}

#[test]
fn a_cited_number_without_a_reference() {
    let broken = "A cited {{cited=0.2}} alone.\n\n## Further below";
    breaks(CHAPTER, "## Further below", broken, "src/ch01-one.md:15", &["no reference"]);
    let folder = small_book();
    let right = PAGE
        .replace("with 16", "with {{cited=0.2}} and 16")
        .replace("[two authors](https://example.org)", "two");
    write(folder.path(), CHAPTER, &right);
    assert_eq!(faults(folder.path()), []);
}

#[test]
fn a_paper_that_is_none_or_that_no_page_cites() {
    let words = ["no paper has the key `elman1991`", "elman1990", "src/references.toml"];
    breaks(CHAPTER, "elman1990", "elman1991", "src/ch01-one.md:4", &words);
    breaks(CHAPTER, "{{cite:elman1990}}", "one", "src/references.toml:3", &["no page cites"]);
    breaks(
        CHAPTER,
        "{{cite:elman1990}}",
        "{{cite:Elman}}",
        "src/ch01-one.md:4",
        &["small letters"],
    );
}

#[test]
fn a_flaw_of_a_paper() {
    let file = "src/references.toml";
    let recipe = "\"A reference\"";
    breaks(file, "year = 1990\n", "", "src/references.toml:3", &["missing field `year`", recipe]);
    breaks(file, "1990\n", "1991\n", "src/references.toml:3", &["with 1991 behind it"]);
    let twice = PAPERS.replace("# The papers", "").replace("elman1990", "adams1990");
    let papers = format!("{PAPERS}{twice}");
    breaks(file, PAPERS, &papers, "src/references.toml:10", &["behind `elman1990`; sort"]);
    breaks(file, PAPERS, &papers, "src/references.toml:10", &["has the link of `elman1990`"]);
}

#[test]
fn an_address_or_a_year_beside_its_paper() {
    let place = "src/ch01-one.md:4";
    for address in ["https://doi.org/10.1/2", "http://arxiv.org/abs/1", "https://openreview.net/x"]
    {
        breaks(
            CHAPTER,
            "https://example.org",
            address,
            place,
            &["address of a paper", "A reference"],
        );
    }
    for year in ["found in 1994", "found ([1994](#one-chapter))"] {
        breaks(CHAPTER, "found", year, place, &["1994", "without its paper", "{{cite:key}}"]);
    }
    let html = "<p>Of 1994.</p>\n</figure>";
    breaks(CHAPTER, "</figure>", html, "src/ch01-one.md:13", &["the year 1994"]);
}

#[test]
fn a_number_in_backticks_that_is_no_code() {
    for number in ["0.6", "19", "10⁻⁵", "65.5 KB", "[4, 2, 20]", "-1"] {
        let broken = format!("`{number}`");
        breaks(CHAPTER, "`0.5`", &broken, "src/ch01-one.md:5", &[number, "leave the backticks"]);
    }
}

#[test]
fn a_number_in_an_html_block() {
    breaks(CHAPTER, "</figure>", "<p>0.25</p>\n</figure>", "src/ch01-one.md:13", &["0.25"]);
}

#[test]
fn a_line_that_is_too_long_or_holds_two_sentences() {
    let long = "and so on, ".repeat(12);
    breaks(CHAPTER, "See [", &format!("See {long}["), "src/ch01-one.md:7", &["columns"]);
    breaks(CHAPTER, "See [", "Two. Or one. See [", "src/ch01-one.md:7", &["begins inside a line"]);
}

#[test]
fn a_missing_image() {
    let words = ["figures/ch01-rings.svg is not there"];
    breaks(CHAPTER, "ch01-ring.svg", "ch01-rings.svg", "src/ch01-one.md:11", &words);
}

#[test]
fn an_image_without_alternative_text_or_with_digits_in_it() {
    let other = "![](references.toml)\n\n## Further below";
    breaks(CHAPTER, "## Further below", other, "src/ch01-one.md:15", &["no alternative text"]);
    breaks(CHAPTER, "A line falls", "A line falls by 3", "src/ch01-one.md:11", &["by 3"]);
    let broken = "A line falls by {{units=20}}";
    breaks(CHAPTER, "A line falls", broken, "src/ch01-one.md:11", &["{{units=20}}", "picture"]);
}

#[test]
fn an_alternative_text_that_is_not_the_figure_s_description() {
    let words =
        ["ch01-ring.svg is not its description: A line falls", "cargo run -p ch01 -- --sync"];
    for other in ["A line rises", "", "A line falls."] {
        let broken = format!("![{other}]");
        breaks(CHAPTER, "![A line falls]", &broken, "src/ch01-one.md:11", &words);
    }
    let shown = "# Small\n\n![It rises](src/figures/ch01-ring.svg)\n";
    breaks("README.md", "# Small\n", shown, "README.md:3", &words[..1]);
}

#[test]
fn a_figure_without_a_description() {
    let folder = small_book();
    let drawn = TempDir::new().unwrap();
    let computed = computed(drawn.path());
    write(drawn.path(), "ch01-ring.svg", &FIGURE.replace("desc", "title"));
    let faults = figures::check(&Book::open(folder.path()), &computed);
    expect(&faults, "src/figures/ch01-ring.svg", &["has no description", "`describe`"]);
}

#[test]
fn a_figure_that_no_page_shows() {
    let image = "![A line falls](figures/ch01-ring.svg)";
    breaks(CHAPTER, image, "", "src/figures/ch01-ring.svg", &["no page shows it"]);
}

#[test]
fn a_figure_that_the_code_draws_otherwise() {
    let file = "src/figures/ch01-ring.svg";
    breaks(file, "r = 0.9", "r = 0.8", file, &["differs", "cargo run -p ch01"]);
    breaks(file, "x=\"1\"", "x=\"7\"", file, &["differs", "cargo run -p ch01"]);
}

#[test]
fn a_figure_of_other_parameters() {
    let file = "src/figures/ch01-ring.svg";
    let broken = "<svg data-parameters=\"--decay 0.5\" ";
    breaks(file, "<svg ", broken, file, &["--decay 0.5", "brings the book's own back"]);
}

#[test]
fn a_figure_that_is_missing_or_drawn_by_nobody() {
    let folder = small_book();
    let figures = folder.path().join("src/figures");
    fs::rename(figures.join("ch01-ring.svg"), figures.join("ch01-old.svg")).unwrap();
    let faults = faults(folder.path());
    expect(&faults, "src/figures/ch01-ring.svg", &["not there", "cargo run -p ch01"]);
    expect(&faults, "src/figures/ch01-old.svg", &["no chapter draws it"]);
}

#[test]
fn a_missing_anchor() {
    let words = ["no anchor `rings`", "ANCHOR"];
    breaks(CHAPTER, "lib.rs:ring", "lib.rs:rings", "src/ch01-one.md:22", &words);
    let file = "code/ch01/src/lib.rs";
    breaks(file, "// ANCHOR_END: ring", "", "src/ch01-one.md:22", &["no anchor `ring`"]);
}

#[test]
fn an_empty_anchor() {
    let words = ["`ring`", "is empty"];
    breaks("code/ch01/src/lib.rs", "fn ring() {}\n", "", "src/ch01-one.md:22", &words);
}

#[test]
fn a_missing_include_or_one_without_an_anchor() {
    let words = ["lib2.rs is not there"];
    breaks(CHAPTER, "lib.rs:ring", "lib2.rs:ring", "src/ch01-one.md:22", &words);
    breaks(CHAPTER, "lib.rs:ring", "lib.rs", "src/ch01-one.md:22", &["names no anchor"]);
    let blank = "{{ #include ../code/ch01/src/lib.rs:rings";
    let place = "src/ch01-one.md:22";
    breaks(CHAPTER, "{{#include ../code/ch01/src/lib.rs:ring", blank, place, &["no anchor"]);
}

#[test]
fn a_rust_block_that_nobody_compiles() {
    let broken = "fn main() {}\n";
    let include = "{{#include ../code/ch01/src/lib.rs:ring}}\n";
    breaks(CHAPTER, include, broken, "src/ch01-one.md:21", &["nothing compiles this block"]);
    let words = ["no crate runs the Rust blocks", "code/ch01/src/lib.rs"];
    breaks("code/ch01/src/lib.rs", "ch01-one.md", "ch01-two.md", "src/ch01-one.md", &words);
}

#[test]
fn a_source_that_knows_where_it_was_compiled() {
    let file = "code/ch01/src/lib.rs";
    // In two halves, or this file would be such a source.
    for rest in
        ["!(\"CARGO_MANIFEST_DIR\")", " ! [ \"CARGO_BIN_EXE_ch01\" ]", "!{\"CARGO_TARGET_TMPDIR\"}"]
    {
        let broken = format!("const HERE: &str = env{rest};");
        let words = ["where the book was compiled", "chapter::book_root"];
        breaks(file, "fn ring() {}", &broken, "code/ch01/src/lib.rs:6", &words);
    }
}

#[test]
fn a_source_with_something_unchecked() {
    let (file, place) = ("code/ch01/src/lib.rs", "code/ch01/src/lib.rs:6");
    for broken in
        ["const X: () = unsafe { };", "unsafe fn ring() {}", "unsafe impl Send for Page {}"]
    {
        breaks(file, "fn ring() {}", broken, place, &["no `unsafe`", "write it without"]);
    }
    for level in ["allow", "warn", "forbid"] {
        let broken = format!("#[{level}(unsafe_code)]");
        breaks(file, "fn ring() {}", &broken, place, &["`unsafe_code`", "leave it out"]);
    }
}

#[test]
fn a_crate_or_a_workspace_without_the_lint() {
    let words = ["does not deny `unsafe_code`", "[lints]"];
    breaks("code/ch01/Cargo.toml", "workspace = true", "", "code/ch01/Cargo.toml", &words);
    let allows = "[lints.rust]\nunsafe_code = \"allow\"";
    breaks(
        "code/ch01/Cargo.toml",
        "[lints]\nworkspace = true",
        allows,
        "code/ch01/Cargo.toml",
        &words,
    );
    let words = ["the workspace does not deny", "[workspace.lints.rust]"];
    breaks("Cargo.toml", "\"deny\"", "\"warn\"", "Cargo.toml", &words);
}

#[test]
fn a_block_without_a_label_or_a_fence() {
    breaks(CHAPTER, "```rust\n", "```\n", "src/ch01-one.md:17", &["label"]);
    let indented = "## Further below\n\n    let x = 1;\n";
    breaks(CHAPTER, "## Further below\n", indented, "src/ch01-one.md:17", &["indented"]);
}

#[test]
fn a_rust_block_that_does_not_compile_or_whose_assertion_fails() {
    for broken in ["assert_eq!(1 + 1, 3);", "assert_eq!(1 + 1, \"2\");"] {
        let folder = small_book();
        let page = PAGE.replace("assert_eq!(1 + 1, 2);", broken);
        write(folder.path(), CHAPTER, &page);
        let manifest = "[package]\nname = \"ch01\"\nedition = \"2024\"\n[workspace]\n";
        write(folder.path(), "code/ch01/Cargo.toml", manifest);
        let output = std::process::Command::new(env!("CARGO"))
            .args(["test", "--doc", "--quiet", "--offline"])
            .current_dir(folder.path().join("code/ch01"))
            .env_remove("CARGO_TARGET_DIR")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(!output.status.success());
        assert!(text.contains("ch01-one.md") && text.contains("(line 17)"), "{text}");
    }
}

#[test]
fn a_broken_link_or_fragment() {
    let words = ["#further-above", "no heading"];
    breaks(CHAPTER, "(#further-below)", "(#further-above)", "src/ch01-one.md:7", &words);
    let words = ["ch02-two.md", "leads nowhere"];
    breaks(CHAPTER, "(#further-below)", "(ch02-two.md)", "src/ch01-one.md:7", &words);
    let raw = "<a href=\"#further-above\">here</a>.\n\nSee";
    breaks(CHAPTER, "See", raw, "src/ch01-one.md:7", &["#further-above", "no heading"]);
}

#[test]
fn a_chapter_without_a_crate() {
    let folder = small_book();
    write(folder.path(), "src/SUMMARY.md", "- [One](ch01-one.md)\n- [Two](ch02-two.md)\n");
    write(folder.path(), "src/ch02-two.md", "# Two\n");
    expect(&faults(folder.path()), "src/ch02-two.md", &["no crate", "code/ch02"]);
}

#[test]
fn a_crate_without_a_chapter() {
    let folder = small_book();
    write(folder.path(), "code/ch02/src/lib.rs", "");
    expect(&faults(folder.path()), "code/ch02", &["no chapter", "SUMMARY.md"]);
}

#[test]
fn a_page_that_the_summary_leaves_out() {
    let folder = small_book();
    write(folder.path(), "src/lost.md", "# Lost\n");
    expect(&faults(folder.path()), "src/lost.md", &["does not list"]);
}

#[test]
fn what_mdbook_only_warns_of() {
    let broken = "[output.html]\nno-such-key = 1\n\n[book]";
    breaks("book.toml", "[book]", broken, "book.toml", &["no-such-key"]);
    breaks(CHAPTER, "See [", "<p><b>See</p> [", "book.toml", &["mdBook warns"]);
}

#[test]
fn a_preprocessor_that_mdbook_would_skip() {
    let words = ["preprocessor.folding-time", "renderers"];
    breaks("book.toml", "renderers = [\"html\"]", "", "book.toml", &words);
}

#[test]
fn a_preprocessor_that_does_not_build() {
    let folder = small_book();
    let toml = "\n[preprocessor.bad]\ncommand = \"cargo run --quiet --offline --manifest-path \
                bad/Cargo.toml\"\nrenderers = [\"html\"]\n";
    write(folder.path(), "book.toml", &format!("{BOOK_TOML}{toml}"));
    write(folder.path(), "bad/Cargo.toml", "[package]\nname = \"bad\"\n[workspace]\n");
    write(folder.path(), "bad/src/main.rs", "fn main() { no such thing }\n");
    expect(&faults(folder.path()), "book.toml", &["the build fails", "bad"]);
}

#[test]
fn a_broken_formula() {
    let folder = small_book();
    write(folder.path(), CHAPTER, &PAGE.replace("See", "Be $`x_t`$.\nSee"));
    assert_eq!(faults(folder.path()), []);

    write(folder.path(), CHAPTER, &PAGE.replace("See", "Be $`\\frac{x}`$.\nSee"));
    let faults = faults(folder.path());
    expect(&faults, "src/ch01-one.md:7", &["\\frac{x}", "correct the LaTeX"]);
    expect(&faults, "book.toml", &["the build fails", "folding-time"]);
}

#[test]
fn what_looks_like_a_formula_and_is_none() {
    let words = ["$x$", "stands between $` and `$", "code/preprocess/src/lib.rs"];
    breaks(CHAPTER, "See", "Be $x$. See", "src/ch01-one.md:7", &words);
    let summary = "<details>\n<summary>Be $`\\foo`$</summary>\n\nSo.\n\n</details>\n\nSee";
    breaks(CHAPTER, "See", summary, "src/ch01-one.md:8", &["\\foo", "correct the LaTeX"]);
}

#[test]
fn a_name_that_is_nowhere() {
    let place = "src/ch01-one.md:25";
    for (name, broken, unknown) in [
        ("`ring` in", "`rings` in", "`rings`"),
        ("`ring` in", "`Ring::ring` in", "`Ring`"),
        ("`ring` in", "`ring.add_back` in", "`add_back`"),
        // A word in a comment alone is no name.
        ("`ring` in", "`ANCHOR` in", "`ANCHOR`"),
        ("`code/ch01`", "`code/ch02`", "`code/ch02`"),
        ("<code>fn ring", "<code>fn rings", "`rings`"),
    ] {
        let words = [unknown, "is nowhere in the code", "write what the code says"];
        breaks(CHAPTER, name, broken, place, &words);
    }
    let place = "src/ch01-one.md:26";
    breaks(CHAPTER, "`--weight 2`", "`--weights 2`", place, &["`--weights` is named here"]);
    breaks(CHAPTER, "`ch01.units`", "`ch01.unit`", place, &["`ch01.unit` is named here"]);
    let summary =
        "<details>\n<summary>So <code>add_back</code></summary>\n\nSo.\n\n</details>\n\nSee";
    breaks(CHAPTER, "See", summary, "src/ch01-one.md:8", &["`add_back` is named here"]);
}

#[test]
fn a_command_that_names_what_is_nowhere() {
    let command = "cargo run -p ch01 -- --weight 2\n";
    let place = "src/ch01-one.md:29";
    for (broken, unknown) in [
        ("cargo run -p ch02 -- --weight 2\n", "`ch02`"),
        ("cargo run -p ch01 -- --wait 2\n", "`--wait`"),
        ("cargo run --loked -p ch01 -- --weight 2\n", "`--loked`"),
        ("sh .ci/runs\n", "`.ci/runs`"),
    ] {
        breaks(CHAPTER, command, broken, place, &[unknown, "is nowhere in the code"]);
    }
}

#[test]
fn a_name_of_others_that_is_listed_in_vain_or_without_a_reason() {
    let vain = format!("{FOREIGN}ring\n");
    let place = "tests/foreign-names.txt:3";
    breaks(names::FOREIGN, FOREIGN, &vain, place, &["`ring` need not be listed", "take it out"]);
    let words = ["have no reason", "behind a #"];
    breaks(names::FOREIGN, "# PyTorch's\n", "", "tests/foreign-names.txt:1", &words);
    breaks(names::FOREIGN, "load_state_dict\n", "", "src/ch01-one.md:25", &["`load_state_dict`"]);
}

#[test]
fn another_version_than_the_one_written_down() {
    let words = ["Rust is 1.90 here and 1.91 in Cargo.toml", "the same version in both places"];
    breaks(CHAPTER, "Rust 1.91", "Rust 1.90", "src/ch01-one.md:25", &words);
    breaks(CHAPTER, "Rust 1.91", "[Rust](https://example.org), 1.90", "src/ch01-one.md:25", &words);
    breaks(".ci/run", "+1.91", "+1.90", ".ci/run:1", &words);
    breaks("Cargo.toml", "1.91", "1.92", "src/ch01-one.md:25", &["Rust is 1.91 here and 1.92 in"]);
    let words = ["2.0.1 is a version of nothing", "tests/src/versions.rs"];
    breaks(CHAPTER, "Rust 1.91", "Ruby 2.0.1", "src/ch01-one.md:25", &words);
}

#[test]
fn a_formula_or_a_number_that_nobody_renders() {
    let folder = small_book();
    let toml = BOOK_TOML.split("[preprocessor").next().unwrap();
    write(folder.path(), "book.toml", toml);
    write(folder.path(), CHAPTER, &PAGE.replace("See", "Be $`x_t`$.\nSee"));
    let faults = faults(folder.path());
    expect(&faults, "ch01-one.html", &["formula is not rendered"]);
    expect(&faults, "ch01-one.html", &["number is not rendered"]);
}
