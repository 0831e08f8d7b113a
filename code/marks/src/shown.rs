//! Names and words of strangers, as they can be printed.

use std::ffi::OsStr;
use std::path::Path;

/// A name in which nothing moves the cursor, ends the line or turns the direction of writing, and of
/// which each byte is told: two names that differ are shown differently.
pub(crate) fn name(name: &OsStr) -> String {
    let mut shown = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        for letter in chunk.valid().chars() {
            if letter == '\\' || is_unprintable(letter) {
                shown.extend(letter.escape_default());
            } else {
                shown.push(letter);
            }
        }
        shown += &chunk.invalid().escape_ascii().to_string();
    }
    shown
}

/// A path within a learner's folder, with `/` on every system.
pub(crate) fn path(path: &Path) -> String {
    let parts: Vec<String> = path.iter().map(name).collect();
    parts.join("/")
}

/// What a program or the compiler says, line by line.
pub(crate) fn words(words: &str) -> String {
    let mut shown = String::new();
    for letter in words.chars() {
        match letter {
            '\n' => shown.push(letter),
            '\t' => shown.push(' '),
            _ if is_unprintable(letter) => shown.extend(letter.escape_default()),
            _ => shown.push(letter),
        }
    }
    shown
}

/// Control characters, and those that turn the direction of writing or separate lines.
fn is_unprintable(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_moves_the_cursor() {
        assert_eq!(name(OsStr::new("Zoë Müller")), "Zoë Müller");
        assert_eq!(name(OsStr::new("a\tb\nc\u{1b}[2J")), "a\\tb\\nc\\u{1b}[2J");
        assert_eq!(name(OsStr::new("\u{202e}anna")), "\\u{202e}anna");
        assert_eq!(path(Path::new("a b/ch01_latch (1).rs")), "a b/ch01_latch (1).rs");
        assert_eq!(words("one\n\ttwo\r\u{7}"), "one\n two\\r\\u{7}");
    }

    #[cfg(unix)]
    #[test]
    fn two_names_stay_two() {
        use std::os::unix::ffi::OsStrExt;
        let names = [&b"anna\xff"[..], b"anna\xfe", b"anna\\xff", "anna\u{fffd}".as_bytes()];
        let shown = names.map(|bytes| name(OsStr::from_bytes(bytes)));
        assert_eq!(shown, ["anna\\xff", "anna\\xfe", "anna\\\\xff", "anna\u{fffd}"]);
    }
}
