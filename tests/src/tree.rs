//! The files of the repository that somebody wrote, and the words of their code.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Folders of what is built or fetched, and hidden folders other than these two.
const PASSED_OVER: [&str; 4] = ["target", "book", "node_modules", "__pycache__"];
const NOT_HIDDEN: [&str; 2] = [".ci", ".github"];

/// The files, in their order, as paths from the root.
pub fn files(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if !path.is_dir() {
                files.extend(path.strip_prefix(root).map(Path::to_owned));
            } else if is_written(&entry.file_name().to_string_lossy()) {
                folders.push(path);
            }
        }
    }
    files.sort();
    files
}

fn is_written(folder: &str) -> bool {
    !PASSED_OVER.contains(&folder) && (!folder.starts_with('.') || NOT_HIDDEN.contains(&folder))
}

/// How the source files of a kind write what is no code.
struct Language {
    endings: &'static [&'static str],
    comment: &'static str,
    has_block_comments: bool,
}

const LANGUAGES: [Language; 2] = [
    Language {
        endings: &["rs", "js", "mjs", "css", "wgsl"],
        comment: "//",
        has_block_comments: true,
    },
    // A script has no ending.
    Language { endings: &["toml", "py", "yml", ""], comment: "#", has_block_comments: false },
];

/// The code of a source file without comments and prose, or nothing if it is no source file.
pub fn code(root: &Path, path: &Path) -> Option<String> {
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    let language = LANGUAGES.iter().find(|language| language.endings.contains(&&*ending))?;
    let text = fs::read_to_string(root.join(path)).ok()?;
    Some(without_prose(&text, language))
}

/// The words of a text: `h_n`, but neither numbers nor single letters.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.starts_with(|c: char| c.is_ascii_digit()))
        .filter(|word| word.trim_matches('_').chars().count() > 1)
}

/// A source text without comments, and without strings that read like prose: a word there proves
/// nothing.
fn without_prose(text: &str, language: &Language) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (length, is_code) = if rest.starts_with(language.comment) {
            (rest.find('\n').unwrap_or(rest.len()), false)
        } else if language.has_block_comments && rest.starts_with("/*") {
            (rest.find("*/").map_or(rest.len(), |end| end + 2), false)
        } else if rest.starts_with("'\"'") || rest.starts_with("b'\"'") {
            (3, false)
        } else if first == '"' {
            string(rest)
        } else {
            (first.len_utf8(), true)
        };
        code.push_str(if is_code { &rest[..length] } else { " " });
        rest = &rest[length..];
    }
    code
}

/// How long the string is that begins a text, and whether it is a name rather than prose.
fn string(text: &str) -> (usize, bool) {
    let mut escaped = false;
    let end = text[1..].find(|c| {
        let is_end = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        is_end
    });
    let length = end.map_or(text.len(), |end| end + 2);
    (length, !text[..length].contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_prose_are_no_code() {
        let rust = "/// Of prose.\nlet a_b = \"name\"; // why\ncall(\"two words\", '\"', \"\\\"x y\");\n\
                    /* more */ let last = 1e9_f64;";
        let found: Vec<_> = words(&without_prose(rust, &LANGUAGES[0])).map(str::to_owned).collect();
        assert_eq!(found, ["let", "a_b", "name", "call", "let", "last"]);
        let shell = "# prose\nrun --flag # why\n";
        let found: Vec<_> =
            words(&without_prose(shell, &LANGUAGES[1])).map(str::to_owned).collect();
        assert_eq!(found, ["run", "flag"]);
    }
}
