//! A formula: what stands in the Markdown, and what becomes of it.

use std::ops::Range;

use math_core::{LatexError, MathDisplay};
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
    /// A dollar sign within it, as TeX has it in `\text`.
    #[error("it holds a dollar sign: end \\text{{…}} before a symbol, or write \\$ for a dollar")]
    DollarInside,
    /// A dollar sign that neither begins nor ends a formula, and is no amount.
    #[error(
        "a formula stands between $` and `$; a plain dollar sign is \\$, in HTML &#36;, and one in \
         code stands in backticks"
    )]
    Dollar,
    /// A bar has ended the cell of a table, and the formula with it.
    #[error("a bar ends the cell of a table: write \\| in the formula")]
    Bar,
    /// TeX's brackets, of which Markdown takes the backslash away.
    #[error(
        "\\( and \\[ begin no formula: write $`…`$, or a fence with the label math; a bracket \
         needs no backslash, or is &#40; or &#91;"
    )]
    Bracket,
    /// An attribute holds no markup, and the text of an image becomes one.
    #[error("an attribute or the text of an image holds no formula: say it in words")]
    Attribute,
    /// Markdown reads no fence inside raw HTML.
    #[error("a fence in raw HTML is no fence: leave a blank line before and behind it")]
    FenceInHtml,
    /// In raw HTML a formula ends on its own line.
    #[error("in raw HTML it must end on its line, with `$")]
    OpenInHtml,
    /// A label like `math`, which mdBook would show as code.
    #[error("the label of its fence must be math and nothing else")]
    Label,
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

impl Formula {
    pub(crate) fn inline(markdown: &str, range: Range<usize>, latex: &str) -> Self {
        Self {
            first_line: line_of(markdown, range.start),
            display: MathDisplay::Inline,
            open_fence: false,
            latex: latex.to_owned(),
            range,
        }
    }

    pub(crate) fn display(markdown: &str, block: &Range<usize>, latex: String) -> Self {
        let fence = markdown[block.clone()].trim_end();
        Self {
            range: block.start..block.start + fence.len(),
            first_line: line_of(markdown, block.start) + 1,
            display: MathDisplay::Block,
            open_fence: !is_closed(fence),
            latex,
        }
    }

    /// The line of its first byte, counted from 1.
    pub(crate) fn line(&self, markdown: &str) -> usize {
        line_of(markdown, self.range.start)
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
        } else if self.dollar().is_some() {
            Err(Reason::DollarInside)
        } else {
            Ok(())
        }
    }

    /// Where a dollar sign stands in the LaTeX, if one does.
    fn dollar(&self) -> Option<usize> {
        let dollars = self.latex.match_indices('$').map(|(place, _)| place);
        dollars.into_iter().find(|place| !is_escaped(&self.latex, *place))
    }

    fn error(&self, reason: Reason) -> FormulaError {
        let fault = match &reason {
            Reason::Latex(error) => error.0.start,
            Reason::DollarInside => self.dollar().unwrap_or_default(),
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

/// Whether a backslash takes its meaning from the character at a place.
pub(crate) fn is_escaped(text: &str, place: usize) -> bool {
    let before = &text[..place];
    (before.len() - before.trim_end_matches('\\').len()) % 2 == 1
}

/// The line of a byte, counted from 1.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    1 + newlines(&text[..offset])
}

fn newlines(text: &str) -> usize {
    text.matches('\n').count()
}
