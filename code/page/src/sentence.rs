//! The sentence around a byte, for an author who is to read it again.

/// The sentence in which a byte stands, on one line: of a paragraph, a list item or a quotation, or
/// the row of a table.
///
/// ```
/// let page = "One.\nTwo has {{a=1}},\nor not. Three.\n\nFour.";
/// assert_eq!(page::sentence(page, 10), "Two has {{a=1}}, or not.");
/// ```
pub fn sentence(markdown: &str, byte: usize) -> String {
    let lines: Vec<&str> = markdown.split_inclusive('\n').collect();
    let number = markdown[..byte].matches('\n').count();
    let Some(line) = lines.get(number) else { return String::new() };
    if line.trim_start().starts_with('|') {
        return on_one_line(line);
    }
    let is_blank = |line: &&&str| line.trim_matches(['>', ' ', '\r', '\n']).is_empty();
    let first = (0..=number)
        .rev()
        .find(|i| *i == 0 || begins(lines[*i]) || is_blank(&&lines[*i - 1]))
        .unwrap_or(number);
    let text: String = lines[first..=number]
        .iter()
        .chain(lines[number + 1..].iter().take_while(|line| !begins(line) && !is_blank(line)))
        .copied()
        .collect();
    let start: usize = lines[..first].iter().map(|line| line.len()).sum();
    let place = byte - start;
    let ends = sentence_ends(&text);
    let from = ends.iter().copied().rfind(|end| *end <= place).unwrap_or(0);
    let to = ends.iter().copied().find(|end| *end > place).unwrap_or(text.len());
    on_one_line(&text[from..to])
}

/// Whether a list item begins on a line, whose sentences are its own.
fn begins(line: &str) -> bool {
    let line = line.trim_start_matches(['>', ' ']);
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with("- ") || line.starts_with("* ") || (number != line && number.starts_with(". "))
}

/// Without the signs of lists and quotations.
fn on_one_line(text: &str) -> String {
    let lines = text.lines().map(|line| line.trim_start_matches(['>', ' ']));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    words.join(" ").trim_start_matches("- ").to_owned()
}

/// Where the sentences of a paragraph end, behind their full stops and what these close.
fn sentence_ends(paragraph: &str) -> Vec<usize> {
    let stops = paragraph.match_indices(['.', '?', '!']);
    stops
        .map(|(place, stop)| {
            let rest = &paragraph[place + stop.len()..];
            let closed = rest.trim_start_matches(['*', '_', ')', '"', '”']);
            place + stop.len() + rest.len() - closed.len()
        })
        .filter(|end| paragraph[*end..].starts_with([' ', '\n', '\r']))
        .filter(|end| {
            let next = paragraph[*end..].trim_start().chars().next();
            next.is_some_and(|c| !c.is_lowercase())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(markdown: &str) -> String {
        sentence(markdown, markdown.find("{{").unwrap())
    }

    #[test]
    fn a_sentence_ends_at_a_full_stop_before_a_capital_or_at_a_blank_line() {
        assert_eq!(around("A b. C {{a=1.5}} d e.g. f? G."), "C {{a=1.5}} d e.g. f?");
        assert_eq!(around("A.\n\n{{a=1}} b\nc\n\nD."), "{{a=1}} b c");
        assert_eq!(around("A.\r\n\r\n{{a=1}} b\r\nc\r\n\r\nD."), "{{a=1}} b c");
        assert_eq!(around("{{a=1}}"), "{{a=1}}");
        assert_eq!(around("A b. {{a=1}} c. D."), "{{a=1}} c.");
        assert_eq!(around("So it is: {{a=1}} c. D."), "So it is: {{a=1}} c.");
        assert_eq!(around("**1. A layer.** One has {{a=1}}. D."), "One has {{a=1}}.");
    }

    #[test]
    fn a_row_an_item_and_a_quotation_stand_alone() {
        assert_eq!(around("| a |\n|---|\n| {{a=1}} |\n| b |\n"), "| {{a=1}} |");
        assert_eq!(around("A:\n- b\n- {{a=1}}\n  c\n- d\n"), "{{a=1}} c");
        assert_eq!(around("> A b\n> {{a=1}} c.\n> D."), "A b {{a=1}} c.");
    }
}
