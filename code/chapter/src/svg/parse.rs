//! As much of XML as the figures of this book use: tags, attributes and texts.

/// A tag or the text between two tags.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Piece<'a> {
    /// `<circle r="3"/>` or `</g>`
    Tag(Tag<'a>),
    /// Text that is more than white space, still escaped.
    Text(&'a str),
}

/// A tag with its attributes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tag<'a> {
    /// The name, with a leading `/` if the tag closes an element.
    pub name: &'a str,
    /// Names and values in their order, the values still escaped.
    pub attributes: Vec<(&'a str, &'a str)>,
}

impl<'a> Tag<'a> {
    /// The value of an attribute, still escaped.
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(other, _)| *other == name).map(|(_, value)| *value)
    }

    /// Reads what stands between `<` and `>`.
    fn read(inside: &'a str) -> Self {
        let inside = inside.trim_end_matches('/').trim();
        let (name, rest) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
        Self { name, attributes: attributes(rest) }
    }
}

/// Cuts a document into its tags and texts. Whatever is no tag is text: nothing is refused.
pub(crate) fn pieces(svg: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = svg;
    while let Some((text, tag, after)) = next_tag(rest) {
        push_text(&mut found, text);
        found.push(Piece::Tag(Tag::read(tag)));
        rest = after;
    }
    push_text(&mut found, rest);
    found
}

/// The text before the next tag, the inside of the tag, and what follows.
fn next_tag(rest: &str) -> Option<(&str, &str, &str)> {
    let (text, tag) = rest.split_once('<')?;
    let (inside, after) = tag.split_once('>')?;
    Some((text, inside, after))
}

fn push_text<'a>(found: &mut Vec<Piece<'a>>, text: &'a str) {
    if !text.trim().is_empty() {
        found.push(Piece::Text(text));
    }
}

fn attributes(mut rest: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    while let Some((name, quoted)) = rest.split_once("=\"") {
        let (value, after) = quoted.split_once('"').unwrap_or((quoted, ""));
        found.push((name.trim(), value));
        rest = after;
    }
    found
}

/// The numbers in `"12,-3.5 rotate(90)"`.
pub(crate) fn numbers(text: &str) -> Vec<f64> {
    text.split(|c| !is_part_of_number(c)).filter_map(|word| word.parse().ok()).collect()
}

/// What stands between the numbers, with each number as `#`.
pub(crate) fn between_numbers(text: &str) -> String {
    let mut shape = String::new();
    for c in text.trim().chars() {
        let sign = if is_part_of_number(c) { '#' } else { c };
        if sign != '#' || !shape.ends_with('#') {
            shape.push(sign);
        }
    }
    shape
}

fn is_part_of_number(c: char) -> bool {
    c.is_ascii_digit() || c == '.' || c == '-'
}

/// Makes any text fit for XML: the five special signs and ends of lines become entities, and the control characters
/// that XML has no way to write become U+FFFD.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            c if is_forbidden(c) => escaped.push(char::REPLACEMENT_CHARACTER),
            c => escaped.push(c),
        }
    }
    escaped
}

/// XML 1.0 has no place for these, not even as an entity.
pub(crate) fn is_forbidden(c: char) -> bool {
    (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Undoes [`escape`], in one pass: `&amp;lt;` is the text `&lt;`.
pub(crate) fn unescape(text: &str) -> String {
    const ENTITIES: [(&str, &str); 8] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&#9;", "\t"),
        ("&#10;", "\n"),
        ("&#13;", "\r"),
        ("&amp;", "&"),
    ];
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let (entity, sign) =
            ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity)).unwrap_or(&("&", "&"));
        plain.push_str(sign);
        rest = &rest[entity.len()..];
    }
    plain.push_str(rest);
    plain
}
