//! The preprocessor in a book that mdBook builds.

use std::fs;
use std::path::Path;

use mdbook_driver::MDBook;
use preprocess::FoldingTime;
use tempfile::TempDir;

/// A book with the given files in `src`, built; what mdBook said, and the folder it is in.
fn build(files: &[(&str, &str)]) -> (Result<(), String>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("book.toml"), "[book]\ntitle = \"A book\"\n").unwrap();
    for (name, text) in files {
        let path = folder.path().join("src").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    let mut book = MDBook::load(folder.path()).unwrap();
    book.with_preprocessor(FoldingTime);
    let result = book.build().map_err(|error| format!("{error:#}"));
    (result, folder)
}

fn page(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(Path::new(folder.path()).join("book").join(name)).unwrap()
}

#[test]
fn a_page_shows_mathml() {
    let (result, folder) = build(&[
        (
            "SUMMARY.md",
            "[Start](README.md)\n\n- [One](one.md)\n  - [Two](deep/two.md)\n- [Draft]()\n",
        ),
        ("README.md", "It costs $5 and $10, in `$HOME`."),
        ("one.md", "So $`h_t * a_t`$.\n\n{{#include part.txt}}\n"),
        ("part.txt", "Included $`x`$."),
        ("deep/two.md", "- a\n  ```math\n  \\text{\"a*\"}\n  ```\n- b\n"),
    ]);
    result.unwrap();

    let one = page(&folder, "one.html");
    assert!(one.contains(concat!(
        "<p>So <math><msub><mi>h</mi><mi>t</mi></msub>",
        r#"<mo lspace="0.2222em" rspace="0.2222em">∗</mo>"#,
        "<msub><mi>a</mi><mi>t</mi></msub></math>.</p>"
    )));
    assert!(one.contains("Included <math><mi>x</mi></math>."));
    assert!(page(&folder, "deep/two.html").contains(concat!(
        r#"<li>a<!-- --><math tabindex="0" display="block"><mtext>”a*”</mtext></math>"#,
        "\n</li>\n<li>b</li>"
    )));
    assert!(page(&folder, "index.html").contains("It costs $5 and $10, in <code>$HOME</code>."));
}

#[test]
fn a_formula_in_html_a_footnote_and_a_heading_is_shown() {
    let (result, folder) = build(&[
        ("SUMMARY.md", "- [One](one.md)\n"),
        (
            "one.md",
            "# One\n\n## The $`x`$ axis\n\n<details><summary>Why $`x`$?</summary>\n\nSo.[^1]\n\n\
             </details>\n\n[^1]: By $`x`$.\n",
        ),
    ]);
    result.unwrap();

    let x = "<math><mi>x</mi></math>";
    for name in ["one.html", "print.html"] {
        let page = page(&folder, name);
        for part in [format!("The {x} axis"), format!("Why {x}?</summary>"), format!("By {x}.")] {
            assert!(page.contains(&part), "{part} is not in {name}: {page}");
        }
    }
}

#[test]
fn a_number_says_where_it_comes_from() {
    let (result, folder) = build(&[
        ("SUMMARY.md", "- [One](ch01-one.md)\n"),
        (
            "ch01-one.md",
            "Of $`x`$ {{n=7}}, [{{ch02.m(--text \"a b\")=8}}](ch01-one.md), `{{n=7}}` and {{cited=9}}.",
        ),
    ]);
    result.unwrap();
    assert!(page(&folder, "ch01-one.html").contains(concat!(
        r#"<p>Of <math><mi>x</mi></math> <data value="ch01.n">7</data>, "#,
        r#"<a href="ch01-one.html"><data value="ch02.m(--text &quot;a b&quot;)">8</data></a>, "#,
        r#"<code>{{n=7}}</code> and <data class="cited">9</data>.</p>"#
    )));
}

#[test]
fn every_broken_number_is_told_with_the_line_in_the_authors_file() {
    let (result, _folder) = build(&[
        ("SUMMARY.md", "- [One](one.md)\n"),
        ("one.md", "{{#include part.txt}}\n\nSo {{ch01.n=7 and\n\n{{n=7}} {{ch01.n}}\n"),
        ("part.txt", "two\nlines\n"),
    ]);
    let error = result.unwrap_err();
    for line in [
        "src/one.md:3: this number is not closed on its line",
        "src/one.md:5: this page is no chapter",
        "src/one.md:5: this number has no value",
    ] {
        assert!(error.contains(line), "{line} is not in: {error}");
    }
}

const PAPERS: &str = r#"
[bee2001]
authors = ["Ann Bee", "C. Day", "Eve"]
year = 2001
title = "\"A|B\" & <c>"
venue = "Bees"
link = "https://x.org/?a=1&b"

[zoe1999]
authors = ["Zoe"]
year = 1999
title = "Last"
link = "https://z.org"
"#;

#[test]
fn a_paper_is_shown_with_its_link_and_listed_with_the_pages_that_cite_it() {
    let (result, folder) = build(&[
        ("SUMMARY.md", "[Start](start.md)\n\n- [One](ch01-one.md)\n\n---\n\n[All](all.md)\n"),
        ("start.md", "- {{reference:bee2001}}.\n- By {{cite:bee2001}} and {{cite:bee2001}}.\n"),
        ("ch01-one.md", "| a | b |\n|---|---|\n| Of $`x`$ {{cite:bee2001}} | {{cite:zoe1999}} |\n"),
        ("all.md", "# All\n\n{{references}}\n\nAnd $`x`$.\n"),
        ("references.toml", PAPERS),
    ]);
    result.unwrap();

    let cite = concat!(
        r#"<a href="https://x.org/?a=1&amp;b" title="&quot;A|B&quot; &amp; &lt;c&gt;">"#,
        "Bee and others 2001</a>"
    );
    let title = r#"<a href="https://x.org/?a=1&amp;b">"A|B" &amp; &lt;c&gt;</a>, <em>Bees</em>"#;
    let start = page(&folder, "start.html");
    assert!(start.contains(&format!("<li>Bee and others 2001, {title}.</li>")), "{start}");
    assert!(start.contains(&format!("<li>By {cite} and {cite}.</li>")), "{start}");
    let one = page(&folder, "ch01-one.html");
    assert!(one.contains(&format!("<td>Of <math><mi>x</mi></math> {cite}</td>")), "{one}");
    let all = page(&folder, "all.html");
    let (start, one) =
        (r#"<a href="start.html">Start</a>"#, r#"<a href="ch01-one.html">chapter 1</a>"#);
    for part in [
        format!("<li id=\"bee2001\">Ann Bee, C. Day and Eve 2001, {title} ({start}; {one}).</li>"),
        format!("<li id=\"zoe1999\">Zoe 1999, <a href=\"https://z.org\">Last</a> ({one}).</li>"),
        "<p>And <math><mi>x</mi></math>.</p>".to_owned(),
    ] {
        assert!(all.contains(&part), "{part} is not in {all}");
    }
}

#[test]
fn a_paper_that_is_none_is_told_with_those_like_it() {
    let (result, _folder) = build(&[
        ("SUMMARY.md", "- [One](one.md)\n"),
        ("one.md", "{{#include part.txt}}\n\nSo {{cite:bee2002}}\nand {{reference:cat2001}}\n"),
        ("part.txt", "two\nlines\n"),
        ("references.toml", PAPERS),
    ]);
    let expected = "src/one.md:3: src/references.toml has no paper `bee2002`; correct the key (bee2001), \
                    or write it there\n\
                    src/one.md:4: src/references.toml has no paper `cat2001`; write it there";
    assert_eq!(result.unwrap_err(), expected);
}

#[test]
fn a_flaw_of_the_papers_is_told_with_its_line() {
    let (result, _folder) = build(&[
        ("SUMMARY.md", "- [One](one.md)\n"),
        ("one.md", "{{cite:bee2001}}\n"),
        ("references.toml", &PAPERS.replace("1999", "1998").replace("zoe1998", "ann1999")),
    ]);
    let error = result.unwrap_err();
    for line in ["src/references.toml:9: the key `ann1999`", "9: `ann1999` stands behind `bee2001`"]
    {
        assert!(error.contains(line), "{line} is not in: {error}");
    }
}

#[test]
fn a_formula_in_a_title_is_told() {
    let (result, _folder) = build(&[
        ("SUMMARY.md", "# Summary\n\n- [The state $`h`$](one.md)\n- [A $x$](two.md)\n"),
        ("one.md", "# One\n\n$`\\one`$\n"),
        ("two.md", "# Two\n"),
    ]);
    let title = "the sidebar shows a title as plain text: say it in words";
    let expected = format!(
        "src/SUMMARY.md:3: {title}\nsrc/SUMMARY.md:4: {title}\n\
         src/one.md:3: cannot read the formula \\one: Unknown command \"\\one\"."
    );
    assert_eq!(result.unwrap_err(), expected);
}

#[test]
fn every_broken_formula_is_told_with_the_line_in_the_authors_file() {
    let (result, _folder) = build(&[
        ("SUMMARY.md", "[Start](README.md)\n\n- [One](one.md)\n  - [Two](deep/two.md)\n"),
        ("README.md", "# Start\n\n$`\\start`$"),
        (
            "one.md",
            "# One\n\n{{#include long.txt}}\n\n$`\\one`$ and $`\\two`$\n\n```math\nx\n\\three\n```\n",
        ),
        ("long.txt", "a\n\nb\n\nc\n\nd $`\\included`$\n"),
        ("deep/two.md", "$`\\deep`$"),
    ]);
    let unknown = |place: &str, latex: &str, command: &str| {
        format!("{place}: cannot read the formula {latex}: Unknown command \"\\{command}\".")
    };
    let expected = [
        unknown("src/README.md:3", r"\start", "start"),
        unknown("src/deep/two.md:1", r"\deep", "deep"),
        unknown("src/one.md:5", r"\one", "one"),
        unknown("src/one.md:5", r"\two", "two"),
        unknown("src/one.md:9", r"x \three", "three"),
        unknown("src/one.md: in an included file", r"\included", "included"),
    ];
    assert_eq!(result.unwrap_err(), expected.join("\n"));
}
