//! Numbers and alternative texts on their way into pages.

use tempfile::TempDir;

use super::*;

fn numbers(texts: &[(&str, &str)]) -> Numbers {
    texts.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect()
}

fn book(pages: &[(&str, &str)]) -> TempDir {
    let root = TempDir::new().unwrap();
    for folder in ["src", "target"] {
        fs::create_dir(root.path().join(folder)).unwrap();
    }
    for (name, text) in pages {
        fs::write(root.path().join("src").join(name), text).unwrap();
    }
    root
}

/// Syncs chapter 1 of a book of these pages; also the pages as they are then.
fn sync(pages: &[(&str, &str)]) -> (crate::Result<Vec<Change>>, Vec<String>) {
    let root = book(pages);
    let path = |name: &str| root.path().join("src").join(name);
    let run = |key: &Key| match key.arguments {
        "--hidden none" => Err("no such size".into()),
        arguments => Ok(numbers(&[("until", &key.words().concat()), ("run", arguments)])),
    };
    let book = numbers(&[("a", "10,000"), ("b", "2")]);
    let described = Descriptions::from([("ch01-ring.svg".into(), "It falls.".into())]);
    let pages_read = Pages::read(root.path()).map_err(Into::into);
    let changes = pages_read.and_then(|p| p.sync("ch01", (book, &described), run));
    (changes, pages.iter().map(|(name, _)| fs::read_to_string(path(name)).unwrap()).collect())
}

#[test]
fn the_chapter_s_numbers_are_written_into_all_pages_and_others_stay() {
    let (_, pages) = sync(&[
        ("ch01-one.md", "{{a=1}} {{ch02.a=1}} {{unknown=1}} {{cited=1}} `{{a=1}}` {{b=2}}"),
        ("ch02-two.md", "{{a=1}} {{ch01.a=1}}"),
    ]);
    let first = "{{a=10,000}} {{ch02.a=1}} {{unknown=1}} {{cited=1}} `{{a=1}}` {{b=2}}";
    assert_eq!(pages, [first, "{{a=1}} {{ch01.a=10,000}}"]);
}

#[test]
fn each_change_is_told_with_its_sentence_as_a_reader_sees_it() {
    let page = "# One\n\nFirst. Then {{b=2}} of\n{{a=1}} units. Last.\n";
    let (changes, _) = sync(&[("ch01-one.md", page)]);
    let change = Change {
        page: "src/ch01-one.md".into(),
        line: 4,
        key: "ch01.a".into(),
        before: "1".into(),
        after: "10,000".into(),
        sentence: "Then 2 of 10,000 units.".into(),
    };
    assert_eq!(changes.unwrap(), [change]);
}

#[test]
fn a_figure_s_description_becomes_its_alternative_text_and_others_stay() {
    let page = "{{a=1}}\n\n![It rises.](figures/ch01-ring.svg)\n\n![One.](figures/ch02-ring.svg)\n";
    let (changes, pages) =
        sync(&[("ch02-two.md", "![](figures/ch01-ring.svg)"), ("ch01-one.md", page)]);
    assert_eq!(pages[0], "![It falls.](figures/ch01-ring.svg)");
    assert_eq!(
        pages[1],
        "{{a=10,000}}\n\n![It falls.](figures/ch01-ring.svg)\n\n![One.](figures/ch02-ring.svg)\n"
    );
    let change = Change {
        page: "src/ch01-one.md".into(),
        line: 3,
        key: "ch01-ring.svg".into(),
        before: "It rises.".into(),
        after: "It falls.".into(),
        sentence: String::new(),
    };
    assert_eq!(changes.unwrap()[1], change);
    let (changes, _) = sync(&[("ch01-one.md", "![It falls.](figures/ch01-ring.svg)")]);
    assert_eq!(changes.unwrap(), []);
}

#[test]
fn a_number_of_a_run_with_other_arguments_is_computed() {
    let (_, pages) = sync(&[("ch01-one.md", "{{until(--hidden \"1 2\")=9}}")]);
    assert_eq!(pages, ["{{until(--hidden \"1 2\")=--hidden1 2}}"]);
}

#[test]
fn what_is_written_while_the_chapter_runs_stays() {
    let root = book(&[("ch01-one.md", "{{a=1}} {{until(--hidden 2)=9}}")]);
    let page = root.path().join("src/ch01-one.md");
    let run = |_: &Key| {
        fs::write(&page, "{{a=1}} and more")?;
        Ok(Numbers::new())
    };
    let pages = Pages::read(root.path()).unwrap();
    pages.sync("ch01", (numbers(&[("a", "2")]), &Descriptions::new()), run).unwrap();
    assert_eq!(fs::read_to_string(page).unwrap(), "{{a=2}} and more");
}

#[test]
fn nothing_is_written_if_a_mark_cannot_be_read_or_a_run_fails() {
    for (broken, words) in [
        ("One.\n\n{{b=2 and {{a=1}", "src/ch02-two.md:3"),
        ("{{ch01.run(--hidden none)=1}}", "src/ch02-two.md:1: ch01.run(--hidden none): no such"),
    ] {
        let (changes, pages) = sync(&[("ch01-one.md", "{{a=1}}"), ("ch02-two.md", broken)]);
        let error = changes.unwrap_err().to_string();
        assert!(error.contains(words) && error.lines().count() == 1, "{error}");
        assert_eq!(pages, ["{{a=1}}", broken]);
    }
}
