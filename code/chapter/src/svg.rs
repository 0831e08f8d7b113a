//! Reading generated figures back: do two of them show the same, and with which parameters was one drawn?
//!
//! `tanh` and `exp` differ between platforms in the last digits and a figure is rounded to whole pixels, so the same
//! program draws a point here or one pixel beside. Two figures count as equal when their texts are equal and no
//! coordinate has moved visibly.

mod parse;

pub(crate) use parse::{Piece, Tag, escape, pieces, unescape};

/// How far a coordinate may move: two of the pixels that a figure is drawn in, half a unit of its size on the page.
const TOLERANCE: f64 = 2.0;

/// The attributes that hold coordinates; all others must be equal to the letter.
const GEOMETRY: [&str; 15] = [
    "x",
    "y",
    "x1",
    "y1",
    "x2",
    "y2",
    "cx",
    "cy",
    "r",
    "d",
    "width",
    "height",
    "points",
    "transform",
    "viewBox",
];

/// The first visible difference between the committed figure and the one just drawn, as a sentence; `None` if they show
/// the same.
///
/// Texts must be equal, coordinates within half a unit of the figure, levels of a heat map within one step. Ends of
/// lines and spaces around a text do not count.
///
/// ```
/// use chapter::svg::difference;
///
/// let committed = r#"<circle cx="100" cy="40" r="9"/>"#;
/// assert_eq!(difference(committed, r#"<circle cx="101" cy="40" r="9"/>"#), None);
/// assert!(difference(committed, r#"<circle cx="140" cy="40" r="9"/>"#).is_some());
/// ```
pub fn difference(committed: &str, drawn: &str) -> Option<String> {
    let (old, new) = (pieces(committed), pieces(drawn));
    let mut place = Place::default();
    for (old, new) in old.iter().zip(&new) {
        place.enter(old);
        if let Some(what) = piece_difference(old, new) {
            return Some(format!("{place}{what}"));
        }
    }
    length_difference(&old, &new)
}

/// The changed parameters that a figure was drawn with, or `None` if it was drawn with the defaults.
///
/// ```
/// use chapter::svg::parameters;
///
/// assert_eq!(parameters(r#"<svg data-parameters="--text &quot;a&quot;">"#).as_deref(), Some(r#"--text "a""#));
/// assert_eq!(parameters("<svg>"), None);
/// ```
pub fn parameters(svg: &str) -> Option<String> {
    pieces(svg).into_iter().find_map(|piece| match piece {
        Piece::Tag(tag) if tag.name == "svg" => tag.attribute("data-parameters").map(unescape),
        _ => None,
    })
}

/// Which series of a figure the comparison has reached, for the message.
#[derive(Default)]
struct Place(Option<String>);

impl Place {
    fn enter(&mut self, piece: &Piece) {
        if let Piece::Tag(tag) = piece {
            match tag.name {
                "g" => self.0 = tag.attribute("data-series").map(unescape),
                "/g" => self.0 = None,
                _ => (),
            }
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match &self.0 {
            Some(series) => write!(f, "in `{series}`: "),
            None => Ok(()),
        }
    }
}

fn piece_difference(old: &Piece, new: &Piece) -> Option<String> {
    match (old, new) {
        (Piece::Text(old), Piece::Text(new)) => text_difference(old, new),
        (Piece::Tag(old), Piece::Tag(new)) if old.name == new.name => tag_difference(old, new),
        _ => Some(format!("there is {} where {} was", name(new), name(old))),
    }
}

fn text_difference(old: &str, new: &str) -> Option<String> {
    let lines = |text: &str| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    let (old, new) = (lines(old), lines(new));
    if old == new {
        return None;
    }
    let (was, is) =
        old.iter().zip(&new).find(|(old, new)| old != new).unwrap_or((&old[0], &new[0]));
    Some(format!("the text `{}` is now `{}`", unescape(was), unescape(is)))
}

fn tag_difference(old: &Tag, new: &Tag) -> Option<String> {
    let names =
        |tag: &Tag| tag.attributes.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>();
    let (old_names, new_names) = (names(old), names(new));
    if old_names != new_names {
        let changed = changed_names(&old_names, &new_names);
        return Some(format!("<{}> has other attributes: {changed}", old.name));
    }
    old.attributes.iter().zip(&new.attributes).find_map(|((name, was), (_, is))| {
        attribute_difference(name, was, is).map(|what| format!("{name} of <{}> {what}", old.name))
    })
}

fn changed_names(old: &[String], new: &[String]) -> String {
    let without = |these: &[String], those: &[String], sign: &str| {
        these
            .iter()
            .filter(|name| !those.contains(name))
            .map(|name| format!("{sign}{name}"))
            .collect::<Vec<_>>()
    };
    let changed = [without(old, new, "-"), without(new, old, "+")].concat();
    if changed.is_empty() { "their order".to_owned() } else { changed.join(" ") }
}

fn attribute_difference(name: &str, was: &str, is: &str) -> Option<String> {
    if GEOMETRY.contains(&name) {
        return geometry_difference(was, is);
    }
    let close = was == is || (name == "class" && levels_are_close(was, is));
    (!close).then(|| format!("is `{}`, was `{}`", unescape(is), unescape(was)))
}

/// The classes `l0` to `l40` are the levels of a heat map; a rounding error can cross from one to the next.
fn levels_are_close(was: &str, is: &str) -> bool {
    let level = |class: &str| class.strip_prefix('l').and_then(|level| level.parse::<i32>().ok());
    matches!((level(was), level(is)), (Some(was), Some(is)) if (was - is).abs() <= 1)
}

/// Compares `"12,34 56,78"` number by number; what stands between the numbers must be equal.
fn geometry_difference(was: &str, is: &str) -> Option<String> {
    let (old, new) = (parse::numbers(was), parse::numbers(is));
    if old.len() != new.len() {
        return Some(format!("has {} numbers, had {}", new.len(), old.len()));
    }
    if parse::between_numbers(was) != parse::between_numbers(is) {
        return Some(format!("is `{is}`, was `{was}`"));
    }
    let moved = old.iter().zip(&new).position(|(old, new)| (old - new).abs() > TOLERANCE)?;
    let which = if old.len() > 1 {
        format!(" in number {} of {}", moved + 1, old.len())
    } else {
        String::new()
    };
    Some(format!("is {}, was {}{which}", new[moved], old[moved]))
}

fn length_difference(old: &[Piece], new: &[Piece]) -> Option<String> {
    match (old.get(new.len()), new.get(old.len())) {
        (Some(missing), _) => Some(format!("the figure ends before {}", name(missing))),
        (_, Some(more)) => Some(format!("the figure goes on with {}", name(more))),
        (None, None) => None,
    }
}

fn name(piece: &Piece) -> String {
    match piece {
        Piece::Tag(tag) => match tag.attribute("data-series") {
            Some(series) => format!("<{}> of `{}`", tag.name, unescape(series)),
            None => format!("<{}>", tag.name),
        },
        Piece::Text(text) => format!("the text `{}`", unescape(text.trim())),
    }
}
