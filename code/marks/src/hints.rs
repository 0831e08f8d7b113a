use std::fmt::Write;

use crate::Set;

const HEAD: &str = "\
# Hints

Each exercise has two hints.
Open the first, try again, and open the second only if you still have no idea.
In Rustlings the key `h` shows both.
";

/// The book's page of hints, in which each is folded away. A hint of the set is two paragraphs, each
/// behind its name: `A push: …`.
#[must_use]
pub fn hints_page(set: &Set) -> String {
    let mut page = HEAD.to_owned();
    let mut chapter = "";
    for exercise in &set.exercises {
        if exercise.dir != chapter {
            chapter = &exercise.dir;
            let _ = writeln!(page, "\n## Chapter {}", number_of(chapter));
        }
        let _ = writeln!(page, "\n### `{}`", exercise.name);
        for hint in exercise.hint.split("\n\n") {
            let (name, text) = hint.split_once(": ").unwrap_or_default();
            let text = capitalised(text);
            let _ = writeln!(page, "\n<details><summary>{name}</summary>\n\n{text}\n\n</details>");
        }
    }
    page
}

/// `ch01` is chapter 1, `ch10` chapter 10.
fn number_of(chapter: &str) -> &str {
    chapter.trim_start_matches("ch").trim_start_matches('0')
}

fn capitalised(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn chapters_have_one_digit_or_two() {
        assert_eq!(["ch01", "ch09", "ch10", "ch20"].map(super::number_of), ["1", "9", "10", "20"]);
    }
}
