//! The mdBook preprocessor of the book. It turns LaTeX into `MathML`, so that a page needs no script
//! and no network, and each number by name and paper by key into what says where it comes from
//! ([`render_marks`]). What the papers are stands in one file ([`References`]).
//!
//! Inline math is a code span between dollar signs, ``$`h_t`$``. Display math is a fence:
//!
//! ````markdown
//! ```math
//! h_t = \tanh(W x_t + b)
//! ```
//! ````
//!
//! In raw HTML inline math is written the same way and ends on its line. An amount, `$5`, stays what
//! it is, and so does what stands in code. Every other dollar sign must be written `\$`, so that no
//! formula is printed as its LaTeX: what looks like one and is none fails the build, and so does a
//! formula that cannot be read.
//!
//! The way of a chapter: [`render`] finds its formulas, turns each into `MathML` and puts that where
//! the formula stood. [`FoldingTime`] does so for all chapters, and says in which file and line what is
//! broken stands.

mod citations;
mod formula;
mod formulas;
mod html;
mod marks;
mod mathml;
mod preprocessor;
mod references;

pub use citations::Place;
pub use formula::{FormulaError, Reason};
pub use marks::{Unshown, render_marks};
pub use preprocessor::{Broken, FoldingTime};
pub use references::{Flaw, Reference, ReferenceError, References};

/// The Markdown with `MathML` in place of its formulas, or every formula that cannot be read.
///
/// # Errors
///
/// One [`FormulaError`] for each broken formula, in their order in the text.
pub fn render(markdown: &str) -> Result<String, Vec<FormulaError>> {
    let mut rendered = String::with_capacity(markdown.len());
    let mut errors = Vec::new();
    let mut copied = 0;

    for formula in formulas::formulas(markdown) {
        match formula.and_then(|formula| Ok((formula.mathml()?, formula.range))) {
            Ok((mathml, range)) => {
                rendered.push_str(&markdown[copied..range.start]);
                rendered.push_str(&mathml);
                copied = range.end;
            }
            Err(error) => errors.push(error),
        }
    }
    rendered.push_str(&markdown[copied..]);

    if errors.is_empty() { Ok(rendered) } else { Err(errors) }
}
