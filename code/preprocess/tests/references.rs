//! The file of the papers: what is read, and what is told.

use preprocess::{Flaw, References};

fn paper(key: &str, authors: &str, link: &str) -> String {
    let year = key.trim_matches(|c: char| c.is_ascii_lowercase());
    format!("[{key}]\nauthors = {authors}\nyear = {year}\ntitle = \"T\"\nlink = \"{link}\"\n")
}

/// Line and flaw of each error.
fn flaws(text: &str) -> Vec<(usize, Flaw)> {
    let errors = References::read(text).unwrap_err();
    errors.into_iter().map(|error| (error.line, error.flaw)).collect()
}

#[test]
fn a_paper_is_named_by_one_two_or_the_first_of_its_authors() {
    for (authors, short, long) in [
        (r#"["Ann Bee"]"#, "Bee 2001", "Ann Bee 2001"),
        (r#"["Ann Bee", "C. Day"]"#, "Bee and Day 2001", "Ann Bee and C. Day 2001"),
        (r#"["Ann Bee", "C. Day", "Eve"]"#, "Bee and others 2001", "Ann Bee, C. Day and Eve 2001"),
    ] {
        let text = paper("bee2001", authors, "https://x.org");
        let references = References::read(&text).unwrap();
        let paper = references.get("bee2001").unwrap();
        assert_eq!((paper.short().as_str(), paper.long().as_str()), (short, long));
    }
    assert_eq!(References::read("").unwrap().iter().count(), 0);
    assert!(References::read(&paper("bee2001", r#"["Ann Bee"]"#, "http://x.org")).is_ok());
}

#[test]
fn keys_like_a_wrong_one_are_found() {
    let text: String = ["bee2001", "bee2001b", "beer1999", "cat2001"]
        .map(|key| paper(key, r#"["Ann Bee"]"#, &format!("https://{key}.org")))
        .concat();
    let references = References::read(&text).unwrap();
    assert_eq!(references.near("bee2002"), ["bee2001", "bee2001b", "beer1999"]);
    assert_eq!(references.near("dog2001"), [""; 0]);
}

#[test]
fn a_field_that_is_missing_unknown_or_no_value_is_told_with_its_line() {
    let right = paper("bee2001", r#"["Ann Bee"]"#, "https://x.org");
    for (piece, broken, line, words) in [
        ("title = \"T\"\n", "", 1, "missing field `title`"),
        ("year = 2001", "year = \"2001\"", 3, "expected u16"),
        ("title", "tilte", 4, "unknown field `tilte`"),
        ("[bee2001]", "[bee2001", 1, "table"),
    ] {
        let errors = References::read(&right.replace(piece, broken)).unwrap_err();
        assert_eq!((errors.len(), errors[0].line), (1, line), "{broken}: {errors:?}");
        let message = errors[0].to_string();
        assert!(message.contains(words) && message.contains("authors, year, title"), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
    let twice = References::read(&right.repeat(2)).unwrap_err();
    assert!(twice[0].to_string().contains("duplicate key"), "{}", twice[0]);
}

#[test]
fn a_paper_without_author_or_address_or_with_another_key_is_told() {
    let bee = r#"["Ann Bee"]"#;
    let key = |key: &str| Flaw::Key { key: key.into(), year: 2001 };
    for (text, flaw) in [
        (paper("bee2001", "[]", "https://x.org"), Flaw::NoAuthor("bee2001".into())),
        (paper("bee2001", bee, "doi:10.1/2"), Flaw::NoLink("bee2001".into())),
        (paper("Bee2001", bee, "https://x.org").replace("= Bee2001", "= 2001"), key("Bee2001")),
        (paper("2001", bee, "https://x.org"), key("2001")),
        (paper("bee2002", bee, "https://x.org").replace("= 2002", "= 2001"), key("bee2002")),
    ] {
        assert_eq!(flaws(&text), [(1, flaw)], "{text}");
    }
}

#[test]
fn papers_that_are_not_sorted_or_stand_twice_are_told() {
    let each = |keys: [(&str, &str); 3]| {
        keys.map(|(key, link)| paper(key, r#"["Ann Bee"]"#, link)).concat()
    };
    let (key, before) = ("bee2001".into(), "cat2001".into());
    let text = each([("cat2001", "https://x"), ("bee2001", "https://y"), ("dog2001", "https://z")]);
    assert_eq!(flaws(&text), [(6, Flaw::NotSorted { key, before })]);
    let (key, other) = ("dog2001".into(), "bee2001".into());
    let text = each([("bee2001", "https://x"), ("cat2001", "https://y"), ("dog2001", "https://x")]);
    assert_eq!(flaws(&text), [(11, Flaw::Twice { key, other })]);
}
