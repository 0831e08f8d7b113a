//! What sources compute, without what they say about it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use chapter::Result;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

/// A hash of the Rust files among these files and folders, which are given from the root of the book.
/// Comments, documentation, layout and tests may change: they compute nothing.
///
/// # Errors
/// Where a path is not there, or a file is no Rust.
pub fn hash<S: AsRef<str>>(root: &Path, paths: &[S]) -> Result<String> {
    let mut hash = Sha256::new();
    for path in paths {
        for file in files(&root.join(path.as_ref()))? {
            let text = fs::read_to_string(&file)?;
            let tokens: TokenStream =
                text.parse().map_err(|error| format!("{}: {error}", file.display()))?;
            hash.update(computing(tokens).to_string());
        }
    }
    let hash = hash.finalize();
    let start = hash.first_chunk().ok_or("a hash is longer")?;
    Ok(format!("{:016x}", u64::from_be_bytes(*start)))
}

fn files(path: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in WalkDir::new(path).sort_by_file_name() {
        let entry = entry?;
        if entry.path().extension().is_some_and(|extension| extension == "rs") {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// The tokens without documentation and tests.
fn computing(tokens: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if is_sign(&token, '#') {
            let inner = tokens.next_if(|token| is_sign(token, '!')); // as in `#![…]`
            let attribute = tokens.next();
            match attribute.as_ref().map(without_blanks) {
                Some(doc) if doc.starts_with("[doc") => {}
                Some(cfg) if cfg == "[cfg(test)]" || cfg == "[cfg(doc)]" => skip_item(&mut tokens),
                _ => kept.extend([Some(token), inner, attribute].into_iter().flatten()),
            }
        } else if let TokenTree::Group(group) = token {
            kept.push(Group::new(group.delimiter(), computing(group.stream())).into());
        } else {
            kept.push(token);
        }
    }
    kept.into_iter().collect()
}

/// An item ends with a block or a semicolon.
fn skip_item(tokens: &mut impl Iterator<Item = TokenTree>) {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        other => is_sign(other, ';'),
    };
    tokens.find(ends);
}

fn without_blanks(token: &TokenTree) -> String {
    token.to_string().replace(' ', "")
}

fn is_sign(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash_of(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.rs"), text).unwrap();
        hash(folder.path(), &["a.rs"]).unwrap()
    }

    #[test]
    fn what_computes_counts_and_what_is_said_of_it_does_not() {
        let written = "/// Adds.\npub fn add(a: f64) -> f64 {\n    // one\n    a + 1.0\n}\n";
        let right = hash_of(written);
        for same in [
            "pub fn add(a: f64) -> f64 { a + 1.0 }",
            "//! Of a sum.\n\n/** Adds. */ pub fn add(a: f64) -> f64 { /* two */ a + 1.0 }",
            "pub fn add(a: f64) -> f64 { a + 1.0 }\n#[cfg(test)]\nmod tests { fn f() {} }",
            "#[cfg(test)]\nuse std::fs;\npub fn add(a: f64) -> f64 { a + 1.0 }",
            "#[cfg(doc)]\n#[doc = \"More\"]\npub mod more {}\npub fn add(a: f64) -> f64 { a + 1.0 }",
        ] {
            assert_eq!(hash_of(same), right, "{same}");
        }
        for other in [
            "pub fn add(a: f64) -> f64 { a + 1.5 }",
            "pub fn add(a: f64) -> f64 { a - 1.0 }",
            "#[inline]\npub fn add(a: f64) -> f64 { a + 1.0 }",
            "#![allow(unused)]\npub fn add(a: f64) -> f64 { a + 1.0 }",
            "pub fn add(a: f64) -> f64 { a + 1.0 }\nmod tests { fn f() {} }",
        ] {
            assert_ne!(hash_of(other), right, "{other}");
        }
    }

    #[test]
    fn all_files_of_a_folder_count() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("b")).unwrap();
        let hash = || hash(folder.path(), &["b"]).unwrap();
        let write = |name: &str, text| fs::write(folder.path().join("b").join(name), text).unwrap();
        let none = hash();
        write("one.rs", "fn one() {}");
        let one = hash();
        write("notes.txt", "of no interest");
        assert_eq!(hash(), one);
        write("two.rs", "fn two() {}");
        assert!(none != one && one != hash());
    }

    #[test]
    fn what_is_not_there_or_no_rust_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.rs"), "fn (").unwrap();
        for path in ["a.rs", "b.rs"] {
            let error = hash(folder.path(), &[path]).unwrap_err().to_string();
            assert!(error.contains(path) && error.lines().count() == 1, "{error}");
        }
    }
}
