//! Numbers by name, as HTML that says where they come from.

use page::{Mark, MarkError, Source};

/// The Markdown with `<data>` in place of its numbers by name, or every mark that cannot be read. A
/// name without a chapter belongs to the page's own.
///
/// ```
/// let page = preprocess::render_numbers("It keeps {{ring_capacity=19.0148}}.", Some("ch01"));
/// let html = r#"It keeps <data value="ch01.ring_capacity">19.0148</data>."#;
/// assert_eq!(page.unwrap(), html);
/// ```
///
/// # Errors
/// One [`MarkError`] for each mark that cannot be read, in their order in the text.
pub fn render_numbers(markdown: &str, chapter: Option<&str>) -> Result<String, Vec<MarkError>> {
    let marks = page::marks(markdown, chapter)?;
    Ok(page::replace(markdown, &marks, element))
}

fn element(mark: &Mark) -> String {
    let value = escaped(mark.value);
    match &mark.source {
        Source::Computed(key) => {
            let key = escaped(&key.to_string()).replace('"', "&quot;");
            format!("<data value=\"{key}\">{value}</data>")
        }
        Source::Cited => format!("<data class=\"cited\">{value}</data>"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(markdown: &str) -> String {
        render_numbers(markdown, Some("ch01")).unwrap()
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
