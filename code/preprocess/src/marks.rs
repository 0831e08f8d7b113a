//! Numbers by name and papers by key, as HTML that says where they come from.

use page::{Mark, MarkError, Source};
use thiserror::Error;

use crate::{References, citations, citations::escaped, formula::line_of};

/// A mark that cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unshown {
    /// It cannot be read.
    #[error(transparent)]
    Unread(#[from] MarkError),
    /// It names a paper that is none.
    #[error("{} has no paper `{key}`; {}", References::FILE, mend(.near))]
    NoPaper {
        /// The line of the page, counted from 1.
        line: usize,
        /// The key of the mark.
        key: String,
        /// The keys that are like it.
        near: Vec<String>,
    },
}

impl Unshown {
    /// The line of the page, counted from 1.
    pub fn line(&self) -> usize {
        match self {
            Self::Unread(error) => error.line,
            Self::NoPaper { line, .. } => *line,
        }
    }
}

fn mend(near: &[String]) -> String {
    match near {
        [] => "write it there".to_owned(),
        _ => format!("correct the key ({}), or write it there", near.join(", ")),
    }
}

/// The Markdown with `<data>` in place of its numbers by name and `<a>` in place of its papers, or
/// every mark that cannot be shown. A name without a chapter belongs to the page's own.
///
/// ```
/// use preprocess::{References, render_marks};
///
/// let page = "It keeps {{ring_capacity=19.0148}}.";
/// let html = render_marks(page, Some("ch01"), &References::default());
/// assert_eq!(html.unwrap(), r#"It keeps <data value="ch01.ring_capacity">19.0148</data>."#);
/// ```
///
/// # Errors
/// One [`Unshown`] for each mark that cannot be read, in their order in the text; where all can, for
/// each that names no paper.
pub fn render_marks(
    markdown: &str,
    chapter: Option<&str>,
    references: &References,
) -> Result<String, Vec<Unshown>> {
    let marks = page::marks(markdown, chapter)
        .map_err(|errors| errors.into_iter().map(Unshown::from).collect::<Vec<_>>())?;
    let mut errors = Vec::new();
    for mark in &marks {
        if let Some(key) = mark.paper().filter(|key| references.get(key).is_none()) {
            let near = references.near(key).into_iter().map(str::to_owned).collect();
            let line = line_of(markdown, mark.range.start);
            errors.push(Unshown::NoPaper { line, key: key.to_owned(), near });
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(page::replace(markdown, &marks, |mark| element(mark, references)))
}

fn element(mark: &Mark, references: &References) -> String {
    let value = escaped(mark.value);
    let paper = || references.get(mark.value);
    match &mark.source {
        Source::Computed(key) => {
            format!("<data value=\"{}\">{value}</data>", escaped(&key.to_string()))
        }
        Source::Cited => format!("<data class=\"cited\">{value}</data>"),
        Source::Cite => paper().map_or(value, citations::short),
        Source::Reference => paper().map_or(value, citations::reference),
        Source::References => references.list(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(markdown: &str) -> String {
        render_marks(markdown, Some("ch01"), &References::default()).unwrap()
    }

    #[test]
    fn a_number_says_whose_it_is() {
        assert_eq!(rendered("{{ch02.n=7}}"), r#"<data value="ch02.n">7</data>"#);
        assert_eq!(rendered("{{cited=665}}"), r#"<data class="cited">665</data>"#);
        assert_eq!(rendered("[a {{n=7}}](b)"), r#"[a <data value="ch01.n">7</data>](b)"#);
    }

    #[test]
    fn signs_of_html_stay_signs() {
        let html = r#"<data value="ch01.n(--text &quot;a &lt; b&quot;)">&lt; 7</data>"#;
        assert_eq!(rendered(r#"{{n(--text "a < b")=< 7}}"#), html);
    }

    #[test]
    fn code_stays_as_it_is() {
        assert_eq!(rendered("`{{n=7}}`"), "`{{n=7}}`");
    }
}
