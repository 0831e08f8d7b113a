//! One mark: `{{ch01.until_pytorch(--hidden 150)=9}}` or `{{cite:elman1990}}`.

use std::{fmt, ops::Range};

use crate::{Reason, is_chapter};

/// A number by name or a reference by key as it stands in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark<'a> {
    /// Where it comes from.
    pub source: Source<'a>,
    /// What the page prints of a number; the key of a paper.
    pub value: &'a str,
    /// Where the mark stands, in bytes, braces included.
    pub range: Range<usize>,
    /// Where its value stands, in bytes.
    pub value_range: Range<usize>,
}

/// Where a number comes from, or how a paper is cited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source<'a> {
    /// A chapter computes it.
    Computed(Key<'a>),
    /// A paper has it.
    Cited,
    /// Author and year of the paper with this key.
    Cite,
    /// Author, year, title and venue of the paper with this key.
    Reference,
    /// All papers.
    References,
}

/// Which number of which run: `ch01.until_pytorch(--hidden 150)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key<'a> {
    /// The chapter: `ch01`.
    pub chapter: &'a str,
    /// The name in the chapter's report.
    pub name: &'a str,
    /// The arguments of the run as typed; empty for the book's own.
    pub arguments: &'a str,
}

impl Mark<'_> {
    /// The key of a computed number.
    pub fn key(&self) -> Option<&Key<'_>> {
        match &self.source {
            Source::Computed(key) => Some(key),
            _ => None,
        }
    }

    /// The key of the paper that is cited here.
    pub fn paper(&self) -> Option<&str> {
        matches!(self.source, Source::Cite | Source::Reference).then_some(self.value)
    }
}

impl Key<'_> {
    /// The arguments in words, as a shell reads them.
    pub fn words(&self) -> Vec<String> {
        // What cannot be split is no mark.
        shlex::split(self.arguments).unwrap_or_default()
    }
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.chapter, self.name)?;
        if self.arguments.is_empty() { Ok(()) } else { write!(f, "({})", self.arguments) }
    }
}

/// Reads the mark that begins at a byte with `{{`.
pub(crate) fn read<'a>(
    markdown: &'a str,
    start: usize,
    page_chapter: Option<&'a str>,
) -> Result<Mark<'a>, Reason> {
    let line = markdown[start..].lines().next().unwrap_or_default();
    let inside = &line[2..];
    let name_end = inside.find(|c| !is_name(c)).unwrap_or(inside.len());
    let (full_name, rest) = inside.split_at(name_end);
    let key = line.len() - rest.len() + 1;
    match full_name {
        "cite" if rest.starts_with(':') => return paper(Source::Cite, start, key, line),
        "reference" if rest.starts_with(':') => return paper(Source::Reference, start, key, line),
        "references" if rest.starts_with("}}") => return papers(markdown, start),
        _ => {}
    }
    let (arguments, rest) = match rest.strip_prefix('(') {
        Some(rest) => {
            let end = closing_bracket(rest).ok_or(Reason::OpenArguments)?;
            (&rest[..end], &rest[end + 1..])
        }
        None => ("", rest),
    };
    // A second mark before the end: this one has none.
    let length = rest.find("}}").filter(|end| !rest[..*end].contains("{{")).ok_or(Reason::Open)?;
    if full_name.is_empty() {
        return Err(Reason::NoName);
    }
    let value = match rest[..length].strip_prefix('=') {
        Some(value) if !value.trim().is_empty() => value,
        _ if rest.starts_with(['=', '}']) => return Err(Reason::NoValue),
        _ => return Err(Reason::NoName),
    };
    if shlex::split(arguments).is_none() {
        return Err(Reason::OpenArguments);
    }
    let source = source(full_name, arguments, page_chapter)?;
    let end = start + line.len() - rest.len() + length;
    let value_range = end - value.len()..end;
    Ok(Mark { source, value, range: start..end + 2, value_range })
}

/// A mark that names a paper: what stands before its key, and the key up to the end of the line.
fn paper<'a>(
    source: Source<'a>,
    start: usize,
    before: usize,
    line: &'a str,
) -> Result<Mark<'a>, Reason> {
    let end = line.find("}}").ok_or(Reason::NoPaper)?;
    let key = line.get(before..end).filter(|key| !key.is_empty()).ok_or(Reason::NoPaper)?;
    if !key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return Err(Reason::NoPaper);
    }
    let value_range = start + before..start + end;
    Ok(Mark { source, value: key, range: start..start + end + 2, value_range })
}

/// The list of all papers, which becomes a block.
fn papers(markdown: &str, start: usize) -> Result<Mark<'_>, Reason> {
    const MARK: &str = "{{references}}";
    let lines: Vec<&str> = markdown.lines().map(str::trim).collect();
    let number = markdown[..start].matches('\n').count();
    let is_blank =
        |line: Option<usize>| line.and_then(|line| lines.get(line)).is_none_or(|l| l.is_empty());
    let is_alone =
        lines[number] == MARK && is_blank(number.checked_sub(1)) && is_blank(Some(number + 1));
    let end = start + MARK.len();
    is_alone
        .then_some(Mark {
            source: Source::References,
            value: "",
            range: start..end,
            value_range: end..end,
        })
        .ok_or(Reason::NotAlone)
}

fn source<'a>(
    full_name: &'a str,
    arguments: &'a str,
    page_chapter: Option<&'a str>,
) -> Result<Source<'a>, Reason> {
    match (full_name, arguments) {
        ("cited", "") => return Ok(Source::Cited),
        ("cited", _) => return Err(Reason::NoName),
        _ => {}
    }
    let (chapter, name) = match full_name.split_once('.') {
        Some((chapter, name)) if is_chapter(chapter) => (chapter, name),
        Some(_) => return Err(Reason::NoName),
        None => (page_chapter.ok_or(Reason::NoChapter)?, full_name),
    };
    let is_plain = !name.is_empty() && !name.contains('.');
    is_plain
        .then_some(Source::Computed(Key { chapter, name, arguments: arguments.trim() }))
        .ok_or(Reason::NoName)
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '.'
}

/// The byte of the bracket that closes the arguments, which may hold others in pairs or quoted.
fn closing_bracket(text: &str) -> Option<usize> {
    let (mut open, mut quote, mut escaped) = (1, None, false);
    for (place, c) in text.char_indices() {
        match (c, quote) {
            _ if escaped => escaped = false,
            ('\\', None | Some('"')) => escaped = true,
            (_, Some(closing)) if c == closing => quote = None,
            ('"' | '\'', None) => quote = Some(c),
            ('(', None) => open += 1,
            (')', None) => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(place);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks;

    fn one(markdown: &str) -> (String, String) {
        let marks = marks(markdown, Some("ch03")).unwrap();
        assert_eq!(marks.len(), 1, "{markdown}");
        let mark = &marks[0];
        assert_eq!(&markdown[mark.value_range.clone()], mark.value);
        assert!(markdown[mark.range.clone()].starts_with("{{"));
        assert!(markdown[mark.range.clone()].ends_with("}}"));
        (mark.key().map_or("cited".into(), Key::to_string), mark.value.to_owned())
    }

    fn reason(markdown: &str) -> Reason {
        marks(markdown, None).unwrap_err()[0].reason
    }

    #[test]
    fn a_key_is_the_chapter_s_own_another_s_or_a_paper_s() {
        let texts = ["a {{n=7}} b", "{{ch02.n_2=29,184}}", "a {{cited=665}}"].map(one);
        let expected = [("ch03.n", "7"), ("ch02.n_2", "29,184"), ("cited", "665")];
        assert_eq!(texts, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_paper_is_cited_by_its_key() {
        for (markdown, source) in [
            ("a ({{cite:elman1990}})", Source::Cite),
            ("- {{reference:elman1990}}.", Source::Reference),
        ] {
            assert_eq!(one(markdown).1, "elman1990");
            let marks = marks(markdown, None).unwrap();
            assert_eq!((&marks[0].source, marks[0].paper()), (&source, Some("elman1990")));
        }
        assert_eq!(marks("{{cite=1}}", Some("ch03")).unwrap()[0].paper(), None);
        for alone in ["{{references}}", "a\n\n{{references}}\n\nb", "a\r\n\r\n{{references}}\r\n"] {
            assert_eq!(marks(alone, None).unwrap()[0].source, Source::References, "{alone}");
        }
    }

    #[test]
    fn arguments_are_quoted_as_in_a_shell_and_may_hold_brackets_and_equal_signs() {
        for (mark, key, words) in [
            ("{{n(--hidden 150)=9}}", "ch03.n(--hidden 150)", vec!["--hidden", "150"]),
            ("{{n( --a=1 )=9}}", "ch03.n(--a=1)", vec!["--a=1"]),
            ("{{n(--text \"a) = b\")=9}}", "ch03.n(--text \"a) = b\")", vec!["--text", "a) = b"]),
            ("{{n(--text '(')=9}}", "ch03.n(--text '(')", vec!["--text", "("]),
            ("{{n(--text \"\\\")\")=9}}", "ch03.n(--text \"\\\")\")", vec!["--text", "\")"]),
        ] {
            assert_eq!(one(mark), (key.to_owned(), "9".to_owned()));
            let marks = marks(mark, Some("ch03")).unwrap();
            assert_eq!(marks[0].key().unwrap().words(), words);
        }
    }

    #[test]
    fn a_value_may_be_a_word_and_hold_an_equal_sign() {
        assert_eq!(one("{{ratio=five}}").1, "five");
        assert_eq!(one("{{sizes=N = 1, T = 20}}").1, "N = 1, T = 20");
        assert_eq!(one("{{h=10⁻³}} and }}").1, "10⁻³");
    }

    #[test]
    fn a_mark_that_cannot_be_read_says_why() {
        for (broken, expected) in [
            ("{{ch01.n=7", Reason::Open),
            ("{{ch01.n=7\n}}", Reason::Open),
            ("{{ch01.n=7}", Reason::Open),
            ("{{ch01.n=7 and {{ch01.m=8}}", Reason::Open),
            ("{{ch01.n}}", Reason::NoValue),
            ("{{ch01.n=}}", Reason::NoValue),
            ("{{ch01.n= }}", Reason::NoValue),
            ("{{=7}}", Reason::NoName),
            ("{{ch01.=7}}", Reason::NoName),
            ("{{one.n=7}}", Reason::NoName),
            ("{{cited(--a 1)=7}}", Reason::NoName),
            ("{{ch01.n.m=7}}", Reason::NoName),
            ("{{two words=7}}", Reason::NoName),
            ("{{ch01.n-m=7}}", Reason::NoName),
            ("{{n=7}}", Reason::NoChapter),
            ("{{cite:}}", Reason::NoPaper),
            ("{{cite:elman1990", Reason::NoPaper),
            ("{{cite:Elman 1990}}", Reason::NoPaper),
            ("{{cite}}", Reason::NoValue),
            ("{{papers}}", Reason::NoValue),
            ("All: {{references}}", Reason::NotAlone),
            ("a\n{{references}}", Reason::NotAlone),
            ("{{references}}\nb", Reason::NotAlone),
            ("{{ch01.n(--a 1=7}}", Reason::OpenArguments),
            ("{{ch01.n(--a \"1)=7}}", Reason::OpenArguments),
        ] {
            assert_eq!(reason(broken), expected, "{broken}");
        }
    }
}
