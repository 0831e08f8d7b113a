//! The formulas of a page: where they stand, and what looks like one and is none.
//!
//! mdBook would print the latter as they are, and say nothing.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::formula::{Formula, FormulaError, Reason, is_escaped, line_of};
use crate::html::{Html, Piece};

/// All formulas of a Markdown text, and all that cannot be one, in their order.
pub(crate) fn formulas(markdown: &str) -> Vec<Result<Formula, FormulaError>> {
    let page = Page::read(markdown);
    let mut strays = page.strays;
    for (prose, place) in &page.prose {
        strays.extend(strays_in(markdown, prose, *place, &page.formulas));
    }
    strays.sort_by_key(|stray| stray.start);
    // What begins on a line and what ends there are one mistake.
    strays.dedup_by_key(|stray| line_of(markdown, stray.start));

    let mut all: Vec<_> = page.formulas.into_iter().map(|f| (f.range.start, Ok(f))).collect();
    all.extend(strays.into_iter().map(|stray| (stray.start, Err(stray.error(markdown)))));
    all.sort_by_key(|(start, _)| *start);
    all.into_iter().map(|(_, found)| found).collect()
}

/// What looks like a formula, where it stands, and why it is none.
struct Stray {
    start: usize,
    reason: Reason,
}

/// What prose is part of.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Text,
    Table,
    Image,
}

#[derive(Default)]
struct Page {
    formulas: Vec<Formula>,
    strays: Vec<Stray>,
    prose: Vec<(Range<usize>, Place)>,
}

impl Page {
    fn read(markdown: &str) -> Self {
        let mut page = Self::default();
        let (mut images, mut tables) = (0, 0);
        let mut html = Html::default();
        let mut events = Parser::new_ext(markdown, mdbook_options()).into_offset_iter();

        while let Some((event, range)) = events.next() {
            match event {
                Event::Start(tag @ (Tag::Image { .. } | Tag::Link { .. })) => {
                    images += usize::from(matches!(tag, Tag::Image { .. }));
                    page.title(&tag, range.start);
                }
                Event::End(TagEnd::Image) => images -= 1,
                Event::Start(Tag::Table(_)) => tables += 1,
                Event::End(TagEnd::Table) => tables -= 1,
                Event::Code(latex) => page.code(markdown, &range, &latex, images > 0),
                Event::Start(Tag::CodeBlock(kind)) => {
                    let text = events
                        .by_ref()
                        .map_while(|(event, _)| match event {
                            Event::Text(line) => Some(line.into_string()),
                            _ => None,
                        })
                        .collect();
                    page.block(markdown, &range, &kind, text);
                }
                Event::Html(_) | Event::InlineHtml(_) => {
                    page.html(markdown, &mut html, range);
                }
                Event::Text(_) if !html.is_verbatim() => {
                    let place = match (images, tables) {
                        (1.., _) => Place::Image,
                        (_, 1..) => Place::Table,
                        _ => Place::Text,
                    };
                    page.prose.push((range, place));
                }
                _ => {}
            }
        }
        page
    }

    /// A title becomes an attribute.
    fn title(&mut self, tag: &Tag, start: usize) {
        if let Tag::Image { title, .. } | Tag::Link { title, .. } = tag
            && title.match_indices('$').any(|(place, _)| !is_amount(title, place))
        {
            self.strays.push(Stray { start, reason: Reason::Attribute });
        }
    }

    fn code(&mut self, markdown: &str, range: &Range<usize>, latex: &str, in_image: bool) {
        let free_from = self.formulas.last().map_or(0, |formula| formula.range.end);
        match with_dollars(markdown, range, free_from) {
            Some(range) if in_image => {
                self.strays.push(Stray { start: range.start, reason: Reason::Attribute });
            }
            Some(range) => self.formulas.push(Formula::inline(markdown, range, latex)),
            None => {}
        }
    }

    fn block(&mut self, markdown: &str, range: &Range<usize>, kind: &CodeBlockKind, text: String) {
        let CodeBlockKind::Fenced(label) = kind else { return };
        let first_word = label.trim().split([' ', ',']).next().unwrap_or_default();
        if label.trim() == "math" {
            self.formulas.push(Formula::display(markdown, range, text));
        } else if first_word.eq_ignore_ascii_case("math") {
            self.strays.push(Stray { start: range.start, reason: Reason::Label });
        }
    }

    fn html(&mut self, markdown: &str, html: &mut Html, range: Range<usize>) {
        for (place, piece) in html.read(&markdown[range.clone()]) {
            let start = range.start + place.start;
            match piece {
                Piece::Formula(latex) => {
                    let range = start..range.start + place.end;
                    self.formulas.push(Formula::inline(markdown, range, latex));
                }
                Piece::Stray(reason) => self.strays.push(Stray { start, reason }),
            }
        }
    }
}

impl Stray {
    /// With the rest of the line, up to the next dollar sign.
    fn error(self, markdown: &str) -> FormulaError {
        let line = markdown[self.start..].lines().next().unwrap_or_default();
        let end = line.char_indices().skip(1).find(|(_, c)| *c == '$').map(|(place, _)| place + 1);
        FormulaError {
            line: line_of(markdown, self.start),
            latex: line[..end.unwrap_or(line.len())].trim().to_owned(),
            reason: self.reason,
        }
    }
}

/// What mdBook switches on, and the curled quotation marks that it makes of straight ones.
fn mdbook_options() -> Options {
    page::options() | Options::ENABLE_SMART_PUNCTUATION
}

/// The code span and the dollar signs around it, if both are there. A dollar sign before `free_from`
/// belongs to the formula before, and `\$` is a plain dollar sign.
fn with_dollars(markdown: &str, code: &Range<usize>, free_from: usize) -> Option<Range<usize>> {
    let opened = markdown[free_from..code.start].ends_with('$');
    let closed = markdown[code.end..].starts_with('$');
    (opened && closed && !is_escaped(markdown, code.start - 1))
        .then_some(code.start - 1..code.end + 1)
}

/// Dollar signs and brackets that begin no formula.
fn strays_in(
    markdown: &str,
    prose: &Range<usize>,
    place: Place,
    formulas: &[Formula],
) -> Vec<Stray> {
    let mut strays = Vec::new();
    for (offset, character) in markdown[prose.clone()].char_indices() {
        let start = prose.start + offset;
        let reason = match character {
            '$' if is_amount(markdown, start) || is_escaped(markdown, start) => continue,
            '$' if place == Place::Image => Reason::Attribute,
            '$' if place == Place::Table && touches_backtick(markdown, start) => Reason::Bar,
            '$' => Reason::Dollar,
            '(' | '[' if markdown[..start].ends_with('\\') => Reason::Bracket,
            _ => continue,
        };
        // The last formula that begins before this byte is the only one that may hold it.
        let before = formulas.partition_point(|formula| formula.range.start <= start);
        if before == 0 || !formulas[before - 1].range.contains(&start) {
            strays.push(Stray { start, reason });
        }
    }
    strays
}

/// Whether a dollar sign is one of money: `$5`.
pub(crate) fn is_amount(text: &str, dollar: usize) -> bool {
    text[dollar + 1..].starts_with(|next: char| next.is_ascii_digit())
}

fn touches_backtick(text: &str, dollar: usize) -> bool {
    text[..dollar].ends_with('`') || text[dollar + 1..].starts_with('`')
}
