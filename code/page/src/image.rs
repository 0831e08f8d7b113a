//! The images of a page.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Parser, Tag};

use crate::options;

/// An image with its alternative text, as they stand in a page: `![A line falls.](figures/ch01-ring.svg)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image<'a> {
    /// The file or address.
    pub destination: &'a str,
    /// What is read out in its place.
    pub text: &'a str,
    /// Where the text stands, in bytes.
    pub text_range: Range<usize>,
    /// Where the image begins.
    pub start: usize,
}

/// The images of a page in their order.
///
/// ```
/// let page = "One.\n\n![A line falls.](figures/ch01-ring.svg)\n";
/// let images = page::images(page);
/// assert_eq!((images[0].text, images[0].destination), ("A line falls.", "figures/ch01-ring.svg"));
/// assert_eq!(&page[images[0].text_range.clone()], "A line falls.");
/// ```
pub fn images(markdown: &str) -> Vec<Image<'_>> {
    let events = Parser::new_ext(markdown, options()).into_offset_iter();
    let inline = events.filter_map(|(event, range)| match event {
        Event::Start(Tag::Image { link_type: LinkType::Inline, .. }) => Some(range),
        _ => None,
    });
    inline.filter_map(|range| image(markdown, range)).collect()
}

fn image(markdown: &str, range: Range<usize>) -> Option<Image<'_>> {
    let start = range.start;
    let (text, address) =
        markdown[range].strip_prefix("![")?.strip_suffix(')')?.rsplit_once("](")?;
    let destination = address.split(' ').next().unwrap_or_default();
    let text_start = start + "![".len();
    Some(Image { destination, text, text_range: text_start..text_start + text.len(), start })
}

#[cfg(test)]
mod tests {
    use super::images;

    #[test]
    fn images_in_code_are_none_and_all_others_are_found() {
        let page =
            "`![a](b)` ![one](c.svg) and\n![two `of` three](d.svg \"title\")\n\n> ![](e.svg)\n";
        let found: Vec<_> =
            images(page).into_iter().map(|image| (image.text, image.destination)).collect();
        assert_eq!(found, [("one", "c.svg"), ("two `of` three", "d.svg"), ("", "e.svg")]);
    }
}
