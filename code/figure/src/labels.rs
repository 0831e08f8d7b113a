//! The sizes that all figures share, and how much room a text takes. No font is at hand when a figure
//! is drawn, so this is an estimate for the usual sans-serif fonts, on the wide side.

/// The size of text, in units of the figure, on a narrow page: there it is largest, and the figure
/// leaves room for it.
pub(crate) const TEXT: i32 = 24;

/// The pixels that are drawn for each unit of the figure, which is 760 units wide.
pub(crate) const UNIT: i32 = 4;

/// The width of the figure in units.
pub(crate) const WIDTH: i32 = 760;

/// From the edge of the figure to what is next to it.
pub(crate) const EDGE: i32 = 4;

/// From the top of a line of text to the top of the next.
pub(crate) const LINE: i32 = 32;

/// Units in pixels.
pub(crate) const fn px(units: i32) -> i32 {
    units * UNIT
}

/// How many there are, as a number to multiply units with.
pub(crate) fn count<T>(things: &[T]) -> i32 {
    i32::try_from(things.len()).unwrap_or(i32::MAX)
}

/// The width of a text in units at the largest size.
pub(crate) fn width(text: &str) -> i32 {
    (text.chars().map(ems).sum::<f64>() * f64::from(TEXT)).ceil() as i32
}

/// The width of a letter in multiples of its size.
fn ems(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.34,
        'f' | 't' | 'r' | '-' | '(' | ')' | '[' | ']' | '⁰'..='⁹' | '⁻' | '¹' | '²' | '³' => {
            0.42
        }
        '+' | '=' | '<' | '>' | '×' | '−' | '±' => 0.84,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '—' | '\u{1100}'.. => 1.0,
        'A'..='Z' => 0.72,
        _ => 0.63,
    }
}

/// Cuts a text into lines of this width at most, at spaces where there are any.
pub(crate) fn wrapped(text: &str, width_of_line: i32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_inclusive(' ') {
        let line = lines.last().map_or("", String::as_str);
        if !line.is_empty() && width(line) + width(word.trim_end()) > width_of_line {
            lines.push(String::new());
        }
        for c in word.chars() {
            let line = lines.last().map_or(0, |line| width(line));
            if line + width(&c.to_string()) > width_of_line {
                lines.push(String::new());
            }
            lines.last_mut().into_iter().for_each(|line| line.push(c));
        }
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}
