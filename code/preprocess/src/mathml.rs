//! LaTeX to `MathML` that survives being read as Markdown.

use math_core::{LatexToMathML, MathDisplay};

use crate::Reason;

/// The formula as one line of HTML.
pub(crate) fn from_latex(latex: &str, display: MathDisplay) -> Result<String, Reason> {
    let result = LatexToMathML::default().convert_with_local_state(latex, display)?;
    if result.warnings.has_undefined_references() {
        return Err(Reason::Reference);
    }
    let mathml = hide_from_markdown(&result.mathml);

    Ok(match display {
        MathDisplay::Inline => mathml,
        MathDisplay::Block => as_block(&mathml),
    })
}

/// A wide formula scrolls within itself; `tabindex` lets the keyboard reach and scroll it.
///
/// Markdown ends a block that begins with a comment on the comment's own line. So the block needs no
/// blank line around it, which would loosen a list or leave a block quote.
fn as_block(mathml: &str) -> String {
    let focusable = mathml.replacen("<math", r#"<math tabindex="0""#, 1);
    format!("<!-- -->{focusable}")
}

/// mdBook parses our output as Markdown. To Markdown tags and character references are opaque;
/// `*`, `_` or `|` between them are not, and quotation marks would be curled.
fn hide_from_markdown(mathml: &str) -> String {
    let mut hidden = String::with_capacity(2 * mathml.len());
    let mut in_tag = false;

    for character in mathml.chars() {
        in_tag |= character == '<';
        if is_markup(character) && !in_tag {
            hidden.push_str(&reference(character));
        } else {
            hidden.push(character);
        }
        in_tag &= character != '>';
    }
    hidden
}

/// Whether Markdown may read the character as more than itself. `&`, `#` and `;` make up the
/// character references that are there already, and are nothing else within a line.
fn is_markup(character: char) -> bool {
    character.is_ascii_punctuation() && !matches!(character, '&' | '#' | ';')
}

/// The character as HTML's numeric character reference.
fn reference(character: char) -> String {
    format!("&#{};", u32::from(character))
}
