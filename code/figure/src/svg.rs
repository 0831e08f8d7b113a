//! Reading figures back: do two of them show the same, and with which parameters was one drawn?
//!
//! `tanh` and `exp` differ between platforms in the last digits and a figure is rounded to whole pixels, so the same
//! program draws a point here or one pixel beside. Two figures count as equal when their texts are equal and no
//! coordinate has moved visibly.

mod attribute;

use roxmltree::{Document, Node};

/// The first visible difference between the committed figure and the one just drawn, as a sentence; `None` if they show
/// the same.
///
/// Texts must be equal, coordinates within half a unit of the figure, levels of a heat map within one step. Ends of
/// lines and spaces around a text do not count.
///
/// ```
/// use figure::svg::difference;
///
/// let committed = r#"<circle cx="100" cy="40" r="9"/>"#;
/// assert_eq!(difference(committed, r#"<circle cx="101" cy="40" r="9"/>"#), None);
/// assert!(difference(committed, r#"<circle cx="140" cy="40" r="9"/>"#).is_some());
/// ```
pub fn difference(committed: &str, drawn: &str) -> Option<String> {
    if committed == drawn {
        return None;
    }
    match (Document::parse(committed), Document::parse(drawn)) {
        (Ok(old), Ok(new)) => node_difference(Some(old.root_element()), Some(new.root_element())),
        (Err(error), _) => Some(format!("the committed figure cannot be read: {error}")),
        (_, Err(error)) => Some(format!("the drawn figure cannot be read: {error}")),
    }
}

/// The changed parameters that a figure was drawn with, or `None` if it was drawn with the defaults.
///
/// ```
/// use figure::svg::parameters;
///
/// assert_eq!(parameters(r#"<svg data-parameters="--text &quot;a&quot;"/>"#).as_deref(), Some(r#"--text "a""#));
/// assert_eq!(parameters("<svg/>"), None);
/// ```
pub fn parameters(svg: &str) -> Option<String> {
    let document = Document::parse(svg).ok()?;
    document.root_element().attribute("data-parameters").map(str::to_owned)
}

/// What a figure is described by, or `None` if it is not.
///
/// ```
/// use figure::svg::description;
///
/// assert_eq!(description("<svg><desc>It rises.</desc></svg>").as_deref(), Some("It rises."));
/// assert_eq!(description("<svg/>"), None);
/// ```
pub fn description(svg: &str) -> Option<String> {
    let document = Document::parse(svg).ok()?;
    let described = document.descendants().find(|node| node.has_tag_name("desc"))?;
    described.text().map(str::to_owned)
}

fn node_difference(old: Option<Node>, new: Option<Node>) -> Option<String> {
    match (old, new) {
        (Some(old), Some(new)) if old.is_text() && new.is_text() => text_difference(old, new),
        (Some(old), Some(new)) if old.tag_name().name() == new.tag_name().name() => {
            element_difference(old, new)
        }
        _ => Some(format!("there is {} where {} was", name(new), name(old))),
    }
}

/// A difference within a series says which one.
fn element_difference(old: Node, new: Node) -> Option<String> {
    let what = attributes_difference(old, new).or_else(|| children_difference(old, new))?;
    Some(match old.attribute("data-series") {
        Some(series) => format!("in `{series}`: {what}"),
        None => what,
    })
}

fn children_difference(old: Node, new: Node) -> Option<String> {
    let (old, new) = (children(old), children(new));
    let child = |of: &[_], place| of.get(place).copied();
    (0..old.len().max(new.len()))
        .find_map(|place| node_difference(child(&old, place), child(&new, place)))
}

/// Elements, and texts that are more than white space.
fn children<'a, 'text>(node: Node<'a, 'text>) -> Vec<Node<'a, 'text>> {
    let is_text = |node: &Node| node.is_text() && !text(*node).trim().is_empty();
    node.children().filter(|node| node.is_element() || is_text(node)).collect()
}

fn text<'a>(node: Node<'a, '_>) -> &'a str {
    node.text().unwrap_or_default()
}

fn text_difference(old: Node, new: Node) -> Option<String> {
    let (mut old, mut new) = (text(old).trim().lines(), text(new).trim().lines());
    loop {
        match (old.next().map(str::trim), new.next().map(str::trim)) {
            (None, None) => return None,
            (was, is) if was == is => (),
            (was, is) => {
                let [was, is] = [was, is].map(Option::unwrap_or_default);
                return Some(format!("the text `{was}` is now `{is}`"));
            }
        }
    }
}

fn attributes_difference(old: Node, new: Node) -> Option<String> {
    let element = old.tag_name().name();
    let (old, new) = (attributes(old), attributes(new));
    let names = |of: &[(_, _)]| of.iter().map(|(name, _)| *name).collect::<Vec<&str>>();
    let (old_names, new_names) = (names(&old), names(&new));
    if old_names != new_names {
        let changed = changed_names(&old_names, &new_names);
        return Some(format!("<{element}> has other attributes: {changed}"));
    }
    old.iter().zip(&new).find_map(|((name, was), (_, is))| {
        attribute::difference(name, was, is).map(|what| format!("{name} of <{element}> {what}"))
    })
}

/// Names and values in their order, that of the namespace among them.
fn attributes<'a>(node: Node<'a, '_>) -> Vec<(&'a str, &'a str)> {
    let namespace = node.default_namespace().map(|namespace| ("xmlns", namespace));
    let others = node.attributes().map(|attribute| (attribute.name(), attribute.value()));
    namespace.into_iter().chain(others).collect()
}

fn changed_names(old: &[&str], new: &[&str]) -> String {
    let without = |these: &[&str], those: &[&str], sign: &str| {
        these
            .iter()
            .filter(|name| !those.contains(name))
            .map(|name| format!("{sign}{name}"))
            .collect::<Vec<_>>()
    };
    let changed = [without(old, new, "-"), without(new, old, "+")].concat();
    if changed.is_empty() { "their order".to_owned() } else { changed.join(" ") }
}

fn name(node: Option<Node>) -> String {
    let Some(node) = node else { return "nothing".to_owned() };
    match (node.is_text(), node.attribute("data-series")) {
        (true, _) => format!("the text `{}`", text(node).trim()),
        (_, Some(series)) => format!("<{}> of `{series}`", node.tag_name().name()),
        _ => format!("<{}>", node.tag_name().name()),
    }
}
