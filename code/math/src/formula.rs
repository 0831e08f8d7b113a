//! The formulas of a Markdown text: where they stand and what they become.

use std::ops::Range;

use math_core::{LatexError, MathDisplay};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use thiserror::Error;

use crate::mathml;

/// A formula that cannot be read.
#[derive(Debug, Clone, Error)]
#[error("cannot read the formula{}{latex}: {reason}", if latex.is_empty() { "" } else { " " })]
pub struct FormulaError {
    /// The line of the Markdown text, counted from 1. In display math it is the line of the fault.
    pub line: usize,
    /// The formula on one line.
    pub latex: String,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with a formula.
#[derive(Debug, Clone, Error)]
pub enum Reason {
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// The fence runs to the end of the page, of the list item or of the block quote.
    #[error("its fence is never closed")]
    OpenFence,
    /// `\ref` or `\eqref` to what is not in the same formula. It would print question marks.
    #[error("it refers to an equation outside of it")]
    Reference,
    /// The LaTeX is at fault.
    #[error(transparent)]
    Latex(#[from] Box<LatexError>),
}

/// A formula and its place in the Markdown text.
pub(crate) struct Formula {
    /// The bytes to replace, dollar signs or fences included.
    pub(crate) range: Range<usize>,
    latex: String,
    display: MathDisplay,
    /// The line on which the LaTeX begins, counted from 1.
    first_line: usize,
    open_fence: bool,
}

/// All formulas of a Markdown text, in their order.
pub(crate) fn find(markdown: &str) -> Vec<Formula> {
    let mut formulas: Vec<Formula> = Vec::new();
    let mut images = 0;
    let mut events = Parser::new_ext(markdown, mdbook_options()).into_offset_iter();

    while let Some((event, range)) = events.next() {
        match event {
            // The text of an image becomes an attribute, which holds no markup.
            Event::Start(Tag::Image { .. }) => images += 1,
            Event::End(TagEnd::Image) => images -= 1,
            Event::Code(latex) if images == 0 => {
                let free_from = formulas.last().map_or(0, |formula| formula.range.end);
                if let Some(range) = with_dollars(markdown, &range, free_from) {
                    formulas.push(Formula::inline(markdown, range, latex.into_string()));
                }
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if info.trim() == "math" => {
                let latex = events
                    .by_ref()
                    .map_while(|(event, _)| match event {
                        Event::Text(line) => Some(line.into_string()),
                        _ => None,
                    })
                    .collect();
                formulas.push(Formula::display(markdown, &range, latex));
            }
            _ => {}
        }
    }
    formulas
}

/// What mdBook switches on: we must see the same code spans and fences that it sees.
fn mdbook_options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_SMART_PUNCTUATION
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM
}

/// The code span and the dollar signs around it, if both are there. A dollar sign before `free_from`
/// belongs to the formula before, and `\$` is a plain dollar sign.
fn with_dollars(markdown: &str, code: &Range<usize>, free_from: usize) -> Option<Range<usize>> {
    let before = markdown[free_from..code.start].strip_suffix('$')?;
    let backslashes = before.len() - before.trim_end_matches('\\').len();
    let plain_dollar = backslashes % 2 == 1;
    let closed = markdown[code.end..].starts_with('$');

    (closed && !plain_dollar).then_some(code.start - 1..code.end + 1)
}

impl Formula {
    fn inline(markdown: &str, range: Range<usize>, latex: String) -> Self {
        Self {
            first_line: line_of(markdown, range.start),
            display: MathDisplay::Inline,
            open_fence: false,
            latex,
            range,
        }
    }

    fn display(markdown: &str, block: &Range<usize>, latex: String) -> Self {
        let fence = markdown[block.clone()].trim_end();
        Self {
            range: block.start..block.start + fence.len(),
            first_line: line_of(markdown, block.start) + 1,
            display: MathDisplay::Block,
            open_fence: !is_closed(fence),
            latex,
        }
    }

    /// The formula as HTML on one line, which may stand in Markdown where the formula stood.
    pub(crate) fn mathml(&self) -> Result<String, FormulaError> {
        self.check()
            .and_then(|()| mathml::from_latex(&self.latex, self.display))
            .map_err(|reason| self.error(reason))
    }

    /// What `math-core` would accept in silence.
    fn check(&self) -> Result<(), Reason> {
        if self.open_fence {
            Err(Reason::OpenFence)
        } else if self.latex.trim().is_empty() {
            Err(Reason::Empty)
        } else {
            Ok(())
        }
    }

    fn error(&self, reason: Reason) -> FormulaError {
        let fault = match &reason {
            Reason::Latex(error) => error.0.start,
            _ => 0,
        };
        // What is missing at the end is missing on the last line that holds something.
        let latex = self.latex.trim_end();
        let before_fault = &latex[..latex.floor_char_boundary(fault)];

        FormulaError {
            line: self.first_line + newlines(before_fault),
            latex: self.latex.split_whitespace().collect::<Vec<_>>().join(" "),
            reason,
        }
    }
}

/// Whether the last line of a fenced block closes it.
fn is_closed(fence: &str) -> bool {
    fence.rsplit_once('\n').is_some_and(|(_, last)| last.ends_with("```") || last.ends_with("~~~"))
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + newlines(&text[..offset])
}

fn newlines(text: &str) -> usize {
    text.matches('\n').count()
}
