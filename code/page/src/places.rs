//! Where marks may stand: not in code, not in formulas, addresses and pictures, not inside HTML tags.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

/// What mdBook switches on: our checks must see the same code, links and tables that it sees.
pub fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM
}

/// The places of a page that are no plain prose.
#[derive(Default)]
pub(crate) struct Places {
    /// Code and comments: what looks like a mark there is none.
    code: Vec<Range<usize>>,
    /// Where a number could not be shown.
    others: Vec<Range<usize>>,
    /// Links, which hold no other.
    links: Vec<Range<usize>>,
}

impl Places {
    pub fn of(markdown: &str) -> Self {
        let mut places = Self::default();
        // The text of each open link ends here; what follows is its address.
        let mut text_ends: Vec<usize> = Vec::new();
        for (event, range) in Parser::new_ext(markdown, options()).into_offset_iter() {
            match &event {
                Event::Code(_) if markdown[..range.start].ends_with('$') => {
                    places.others.push(range.clone());
                }
                Event::Code(_) | Event::Start(Tag::CodeBlock(_)) => places.code.push(range.clone()),
                Event::Html(html) | Event::InlineHtml(html) if html.starts_with("<!--") => {
                    places.code.push(range.clone());
                }
                Event::Html(_) | Event::InlineHtml(_) => places.add_tags(markdown, &range),
                // The text of `<https://…>` is its address.
                Event::Start(
                    Tag::Image { .. } | Tag::Link { link_type: LinkType::Autolink, .. },
                ) => places.others.push(range.clone()),
                _ => {}
            }
            match event {
                Event::Start(Tag::Link { .. }) => {
                    places.links.push(range.clone());
                    text_ends.push(range.start);
                    continue;
                }
                Event::End(TagEnd::Link) => {
                    let text_end = text_ends.pop().unwrap_or(range.start);
                    places.others.push(text_end..range.end);
                }
                _ => {}
            }
            if let Some(text_end) = text_ends.last_mut() {
                *text_end = range.end.max(*text_end);
            }
        }
        places
    }

    fn add_tags(&mut self, markdown: &str, range: &Range<usize>) {
        let html = &markdown[range.clone()];
        for (open, _) in html.match_indices('<') {
            let end = html[open..].find('>').map_or(html.len(), |end| open + end);
            self.others.push(range.start + open..range.start + end);
        }
    }

    /// The end of the code around a byte.
    pub fn end_of_code(&self, byte: usize) -> Option<usize> {
        self.code.iter().find(|range| range.contains(&byte)).map(|range| range.end)
    }

    /// Whether a number that stands there could not be shown.
    pub fn shows_none(&self, byte: usize) -> bool {
        self.others.iter().any(|range| range.contains(&byte))
    }

    /// Whether it stands in a link.
    pub fn is_link(&self, byte: usize) -> bool {
        self.links.iter().any(|range| range.contains(&byte))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Reason, marks};

    fn values(markdown: &str) -> Vec<&str> {
        marks(markdown, Some("ch01")).unwrap().iter().map(|mark| mark.value).collect()
    }

    #[test]
    fn code_comments_directives_and_braces_of_formulas_hold_no_marks() {
        for free in [
            "`{{a=1}}`",
            "``` text\n{{a=1}}\n```",
            "``` math\n{{a\n```",
            "$`{{a}}`$",
            "$`\\frac{{a + b}}{c}`$",
            "<!-- {{a=1}} -->",
            "{{#include ../code/a.rs:b}}",
            "{{ #include ../code/a.rs:b}}",
            "\\{{a=1}}",
        ] {
            assert!(values(free).is_empty(), "{free}");
        }
    }

    #[test]
    fn prose_tables_link_texts_headings_and_html_blocks_do() {
        for (markdown, value) in [
            ("a {{a=1}}.", "1"),
            ("**{{a=2}}**", "2"),
            ("| a |\n|---|\n| {{a=3}} |\n", "3"),
            ("[b {{a=4}} c](d)", "4"),
            ("## {{a=5}} units", "5"),
            ("<details><summary>Is it {{a=6}}?</summary>\n\n</details>", "6"),
            ("> - {{a=7}}", "7"),
            ("`b` {{a=8}} `c`", "8"),
            ("[{{a=9}}](`b`)", "9"),
        ] {
            assert_eq!(values(markdown), [value], "{markdown}");
        }
        assert_eq!(values("{{a=1}}{{b=2}} [{{c=3}}](d) {{e=4}}"), ["1", "2", "3", "4"]);
    }

    #[test]
    fn a_mark_where_no_number_can_be_shown_is_an_error_with_its_line() {
        for markdown in [
            "\n\na <b title=\"{{a=1}}\">c</b>",
            "\n\n<p id=\"{{a=1}}\">\n</p>",
            "\n\n$`{{a=1}}`$",
            "\n\n[b](c{{a=1}})",
            "\n\n![b {{a=1}}](c)",
            "\n\n![b](c{{a=1}})",
            "\n\n<https://x.org/{{a=1}}>",
        ] {
            let errors = marks(markdown, Some("ch01")).unwrap_err();
            assert_eq!((errors[0].line, errors[0].reason), (3, Reason::NoPlace), "{markdown}");
        }
    }

    #[test]
    fn a_paper_is_cited_where_a_link_can_stand() {
        for markdown in ["({{cite:a1}})", "| {{cite:a1}} |\n|---|", "<p>{{reference:a1}}</p>"] {
            assert_eq!(values(markdown), ["a1"], "{markdown}");
        }
        for (markdown, reason) in [
            ("[as in {{cite:a1}}](b.md)", Reason::InLink),
            ("![as in {{cite:a1}}](b.svg)", Reason::NoPlace),
            ("[b](c{{cite:a1}})", Reason::NoPlace),
        ] {
            assert_eq!(marks(markdown, None).unwrap_err()[0].reason, reason, "{markdown}");
        }
        assert!(values("`{{cite:a1}}`").is_empty());
    }

    #[test]
    fn every_broken_mark_is_told_with_its_line() {
        let errors = marks("{{a=1}}\n{{b=2\n\n{{c}} {{d=4}}", Some("ch01")).unwrap_err();
        let found: Vec<_> = errors.iter().map(|error| (error.line, &*error.text)).collect();
        assert_eq!(found, [(2, "{{b=2"), (4, "{{c}}")]);
        assert!(errors[0].to_string().contains("not closed on its line"));
        assert!(errors[0].to_string().ends_with(": {{b=2"));
    }
}
