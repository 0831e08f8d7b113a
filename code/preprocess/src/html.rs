//! Raw HTML in Markdown, which hands it on as it is: there we look for formulas ourselves.

use std::ops::Range;

use crate::formula::Reason;
use crate::formulas::is_amount;

/// Elements whose text is no prose.
const VERBATIM: [&str; 6] = ["code", "pre", "script", "style", "textarea", "kbd"];

/// Reads the pieces of HTML of a page, in their order.
#[derive(Default)]
pub(crate) struct Html {
    inside: Inside,
}

/// What the last piece has left open.
#[derive(Default)]
enum Inside {
    #[default]
    Text,
    Comment,
    /// A tag: its name, and the quotation mark of the attribute that is open.
    Tag(String, Option<char>),
    /// An element of [`VERBATIM`].
    Verbatim(String),
}

/// What is found in a piece.
pub(crate) enum Piece<'h> {
    Formula(&'h str),
    Stray(Reason),
}

type Found<'h> = (Range<usize>, Piece<'h>);

impl Html {
    /// Whether the text that follows is no prose.
    pub(crate) fn is_verbatim(&self) -> bool {
        matches!(self.inside, Inside::Verbatim(_))
    }

    /// What a piece holds, at most a line of a block or an inline tag.
    pub(crate) fn read<'h>(&mut self, piece: &'h str) -> Vec<Found<'h>> {
        let mut found = Vec::new();
        let mut place = 0;
        while place < piece.len() {
            place = match &mut self.inside {
                Inside::Comment => self.leave_at(piece, place, "-->"),
                Inside::Verbatim(name) => {
                    let end = format!("</{name}");
                    self.leave_at(piece, place, &end)
                }
                Inside::Tag(name, quote) => {
                    let (end, is_closed) = tag_end(piece, place, quote);
                    found.extend(attribute_dollars(piece, place..end));
                    if is_closed {
                        self.inside = behind(name);
                    }
                    end
                }
                Inside::Text => self.text(piece, place, &mut found),
            };
        }
        found
    }

    /// Goes on behind an end, or to the end of the piece.
    fn leave_at(&mut self, piece: &str, place: usize, end: &str) -> usize {
        let Some(found) = piece[place..].to_ascii_lowercase().find(end) else {
            return piece.len();
        };
        self.inside = match end {
            "-->" => Inside::Text,
            _ => Inside::Tag(String::new(), None),
        };
        place + found + end.len()
    }

    /// Reads what begins at a place of the text; returns where to go on.
    fn text<'h>(&mut self, piece: &'h str, place: usize, found: &mut Vec<Found<'h>>) -> usize {
        let rest = &piece[place..];
        if rest.starts_with("<!--") {
            self.inside = Inside::Comment;
            return place + 4;
        }
        if rest.starts_with('<') && rest[1..].starts_with(|c: char| c.is_alphabetic() || c == '/') {
            let name = rest[1..].split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            self.inside = Inside::Tag(name.to_ascii_lowercase(), None);
            return place + 1 + name.len();
        }
        if let Some(latex) = formula(rest) {
            let ticks = ticks(rest);
            let end = place + latex.len() + 2 * (ticks + 1);
            found.push((place..end, Piece::Formula(latex)));
            return end;
        }
        if let Some(reason) = stray(piece, place) {
            found.push((place..place + 1, Piece::Stray(reason)));
        }
        place + rest.chars().next().map_or(1, char::len_utf8)
    }
}

/// What follows a tag of this name.
fn behind(name: &str) -> Inside {
    if VERBATIM.contains(&name) { Inside::Verbatim(name.to_owned()) } else { Inside::Text }
}

/// Where a tag ends in a piece, and whether it does; `quote` is what is open there.
fn tag_end(piece: &str, place: usize, quote: &mut Option<char>) -> (usize, bool) {
    for (offset, character) in piece[place..].char_indices() {
        match (character, *quote) {
            ('"' | '\'', None) => *quote = Some(character),
            (_, Some(mark)) if mark == character => *quote = None,
            ('>', None) => return (place + offset + 1, true),
            _ => {}
        }
    }
    (piece.len(), false)
}

fn attribute_dollars(piece: &str, range: Range<usize>) -> impl Iterator<Item = Found<'_>> {
    let dollars = piece[range.clone()].match_indices('$');
    dollars
        .map(move |(offset, _)| range.start + offset)
        .filter(|dollar| !is_amount(piece, *dollar))
        .map(|dollar| (dollar..dollar + 1, Piece::Stray(Reason::Attribute)))
}

/// The LaTeX at the beginning of a text, where a formula stands there.
fn formula(text: &str) -> Option<&str> {
    let fence = "`".repeat(ticks(text));
    let (latex, _) = text.get(1 + fence.len()..)?.split_once(&format!("{fence}$"))?;
    (!fence.is_empty()).then_some(latex)
}

/// How many backticks follow the dollar sign at the beginning of a text.
fn ticks(text: &str) -> usize {
    let Some(behind) = text.strip_prefix('$') else { return 0 };
    behind.len() - behind.trim_start_matches('`').len()
}

fn stray(piece: &str, place: usize) -> Option<Reason> {
    let (before, rest) = piece.split_at(place);
    let begins_a_line = before.rsplit('\n').next().is_some_and(|line| line.trim().is_empty());
    if rest.starts_with("$`") {
        Some(Reason::OpenInHtml)
    } else if rest.starts_with('$') && !is_amount(piece, place) {
        Some(Reason::Dollar)
    } else if rest.starts_with("\\(") || rest.starts_with("\\[") {
        Some(Reason::Bracket)
    } else if begins_a_line && (rest.starts_with("```math") || rest.starts_with("~~~math")) {
        Some(Reason::FenceInHtml)
    } else {
        None
    }
}
