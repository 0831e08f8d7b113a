//! An mdBook preprocessor that turns LaTeX into `MathML` while the book is built: the page needs no
//! script and no network.
//!
//! Inline math is a code span between dollar signs, ``$`h_t`$``. Display math is a fence:
//!
//! ````markdown
//! ```math
//! h_t = \tanh(W x_t + b)
//! ```
//! ````
//!
//! Every other dollar sign stays what it is. A formula that cannot be read fails the build.
//!
//! The way of a chapter: [`render`] finds its formulas, turns each into `MathML` and puts that where
//! the formula stood. [`MathPreprocessor`] does so for all chapters, and says in which file and line
//! a broken formula stands.

mod formula;
mod mathml;
mod preprocessor;

pub use formula::{FormulaError, Reason};
pub use preprocessor::{BrokenFormulas, MathPreprocessor};

/// The Markdown with `MathML` in place of its formulas, or every formula that cannot be read.
///
/// # Errors
///
/// One [`FormulaError`] for each broken formula, in their order in the text.
pub fn render(markdown: &str) -> Result<String, Vec<FormulaError>> {
    let mut rendered = String::with_capacity(markdown.len());
    let mut errors = Vec::new();
    let mut copied = 0;

    for formula in formula::find(markdown) {
        match formula.mathml() {
            Ok(mathml) => {
                rendered.push_str(&markdown[copied..formula.range.start]);
                rendered.push_str(&mathml);
                copied = formula.range.end;
            }
            Err(error) => errors.push(error),
        }
    }
    rendered.push_str(&markdown[copied..]);

    if errors.is_empty() { Ok(rendered) } else { Err(errors) }
}
