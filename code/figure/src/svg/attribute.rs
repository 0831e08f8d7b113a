//! When two values of an attribute show the same.

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

/// How a value has changed visibly: `is 3, was 12`.
pub(crate) fn difference(name: &str, was: &str, is: &str) -> Option<String> {
    if GEOMETRY.contains(&name) {
        return geometry_difference(was, is);
    }
    let close = was == is || (name == "class" && levels_are_close(was, is));
    (!close).then(|| format!("is `{is}`, was `{was}`"))
}

/// The classes `l0` to `l40` are the levels of a heat map; a rounding error can cross from one to the next.
fn levels_are_close(was: &str, is: &str) -> bool {
    let level = |class: &str| class.strip_prefix('l').and_then(|level| level.parse::<i32>().ok());
    matches!((level(was), level(is)), (Some(was), Some(is)) if (was - is).abs() <= 1)
}

/// Compares `"12,34 56,78"` number by number; what stands between the numbers must be equal.
fn geometry_difference(was: &str, is: &str) -> Option<String> {
    let (old, new) = (numbers(was), numbers(is));
    if old.len() != new.len() {
        return Some(format!("has {} numbers, had {}", new.len(), old.len()));
    }
    if between_numbers(was) != between_numbers(is) {
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

/// The numbers in `"12,-3.5 rotate(90)"`.
fn numbers(text: &str) -> Vec<f64> {
    text.split(|c| !is_part_of_number(c)).filter_map(|word| word.parse().ok()).collect()
}

/// What stands between the numbers, with each number as `#`.
fn between_numbers(text: &str) -> String {
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
