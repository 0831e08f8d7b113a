//! What the pages name is there: in the code, in a program's help, in a report, or in the tree.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    ops::Range,
    path::PathBuf,
};

use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};

use crate::{Book, Computed, Fault, Page, tree};

/// Where the names of others stand, each below the reason why a page says it.
pub const FOREIGN: &str = "tests/foreign-names.txt";

/// Sources that name on purpose what is not there.
const NO_SOURCES: &str = "tests/tests";

/// What a page may name.
#[derive(Debug)]
pub struct Names {
    root: PathBuf,
    /// The words of the code and of the paths.
    words: BTreeSet<String>,
    /// The flags of each program by its package, and of each script by its path.
    flags: BTreeMap<String, BTreeSet<String>>,
    /// The numbers of the reports: `ch01.ring_capacity`.
    keys: BTreeSet<String>,
}

impl Names {
    /// The names of a book, with the programs' own.
    pub fn of(book: &Book, computed: &Computed) -> Self {
        let mut words = BTreeSet::new();
        let mut flags: BTreeMap<_, _> =
            computed.help.iter().map(|(package, help)| (package.clone(), flags_in(help))).collect();
        for path in tree::files(&book.root) {
            let name = path.to_string_lossy();
            words.extend(tree::words(&name).map(str::to_owned));
            if path.starts_with(NO_SOURCES) {
                continue;
            }
            let Some(code) = tree::code(&book.root, &path) else { continue };
            words.extend(tree::words(&code).map(str::to_owned));
            if name.ends_with(".py") {
                flags.insert(name.into_owned(), flags_in(&code));
            }
        }
        let keys = computed.numbers.keys().cloned().collect();
        Self { root: book.root.clone(), words, flags, keys }
    }
}

/// Names on the pages that are nowhere, and names of others that need not be listed.
pub fn check(book: &Book, names: &Names) -> Vec<Fault> {
    let foreign = Foreign::read(book);
    let mut needed = BTreeSet::new();
    let mut faults = Vec::new();
    for page in book.all_pages() {
        let mine = Mine { names, page, listed: listed(page) };
        for (text, byte) in named(page) {
            for unknown in text.split("&&").flat_map(|command| mine.unknown(command)) {
                if !foreign.names.contains_key(&unknown) {
                    let what = format!("`{unknown}` is named here and is nowhere in the code");
                    let mend = format!("write what the code says, or list it in {FOREIGN}");
                    faults.push(Fault::new(page.place(byte), what, mend));
                }
                needed.insert(unknown);
            }
        }
    }
    faults.extend(foreign.faults(&needed));
    faults
}

/// What stands in backticks, in `<code>` and in the commands of a page, and where; no formulas.
fn named(page: &Page) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let (mut in_console, mut in_code) = (false, false);
    for (event, range) in page.events() {
        let mut add = |text: &str| found.push((text.to_owned(), range.start));
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(label))) => {
                in_console = &*label == "console";
            }
            Event::End(TagEnd::CodeBlock) => in_console = false,
            Event::Text(text) if in_console => text.lines().for_each(add),
            Event::Text(text) if in_code => add(&text),
            Event::Code(text) if !is_formula(page, &range) => add(&text),
            Event::InlineHtml(html) => in_code = &*html == "<code>",
            Event::Html(html) => {
                let codes = html.split("<code>").skip(1);
                codes.filter_map(|rest| rest.split("</code>").next()).for_each(add);
            }
            _ => {}
        }
    }
    found
}

fn is_formula(page: &Page, code: &Range<usize>) -> bool {
    page.markdown[..code.start].ends_with('$') && page.markdown[code.end..].starts_with('$')
}

/// The words of a page's Rust blocks, which the compiler has read.
fn listed(page: &Page) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut in_rust = false;
    for (event, _) in page.events() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(label))) => {
                in_rust = label.starts_with("rust");
            }
            Event::End(TagEnd::CodeBlock) => in_rust = false,
            Event::Text(text) if in_rust => words.extend(tree::words(&text).map(str::to_owned)),
            _ => {}
        }
    }
    words
}

/// What a page of ours may name.
struct Mine<'b> {
    names: &'b Names,
    page: &'b Page,
    listed: BTreeSet<String>,
}

impl Mine<'_> {
    /// The names in a text that are nowhere.
    fn unknown(&self, text: &str) -> Vec<String> {
        let text = without_prose(text);
        let (command, program) = run(&text).unwrap_or((text.trim_start(), None));
        let mut unknown: Vec<&str> = pieces(command).flat_map(|p| self.unknown_in(p)).collect();
        if let Some((program, arguments)) = program {
            // The values are free; the check of the commands tries them.
            let flags = pieces(arguments).filter(|piece| piece.starts_with("--"));
            unknown.extend(flags.filter(|flag| !self.has_flag(Some(program), flag)));
        } else if command.starts_with("--") {
            unknown.retain(|name| !self.has_flag(self.page.chapter(), name));
        }
        unknown.into_iter().map(str::to_owned).collect()
    }

    fn unknown_in<'t>(&self, piece: &'t str) -> Vec<&'t str> {
        let names = self.names;
        if is_path(piece) {
            let is_there = ["", "src", "code/exercises"]
                .iter()
                .any(|folder| names.root.join(folder).join(piece).exists());
            return if is_there { vec![] } else { vec![piece] };
        }
        if piece.starts_with("--") {
            return piece.split('=').take(1).collect();
        }
        if is_key(piece) {
            return if names.keys.contains(piece) { vec![] } else { vec![piece] };
        }
        tree::words(piece).filter(|word| !self.knows(word)).collect()
    }

    fn knows(&self, word: &str) -> bool {
        let is_reported = |chapter| self.names.keys.contains(&format!("{chapter}.{word}"));
        self.names.words.contains(word)
            || self.listed.contains(word)
            || self.page.chapter().is_some_and(is_reported)
    }

    /// Whether a program has a flag, or any if none is meant.
    fn has_flag(&self, program: Option<&str>, flag: &str) -> bool {
        let flags = &self.names.flags;
        match program {
            Some(program) => flags.get(program).is_some_and(|flags| flags.contains(flag)),
            None => flags.values().any(|flags| flags.contains(flag)),
        }
    }
}

/// A text without the prompt and without strings that read like prose.
fn without_prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('"').collect();
    let last = parts.len() - 1;
    // A mark without its second one begins no string.
    let is_prose = |place: usize, part: &str| {
        place % 2 == 1 && place != last && part.contains(char::is_whitespace)
    };
    let kept = (0..).zip(parts).filter(|(place, part)| !is_prose(*place, part));
    let kept: Vec<&str> = kept.map(|(_, part)| part).collect();
    kept.join("\"").trim_start_matches("$ ").to_owned()
}

/// A command that runs a program of ours: what stands before the arguments, and with the arguments
/// the package or the script that they go to.
fn run(command: &str) -> Option<(&str, Option<(&str, &str)>)> {
    let command = command.trim_start();
    if let Some(script) = command.strip_prefix("python ") {
        let (script, arguments) = script.split_once(' ')?;
        return Some((script, Some((script, arguments))));
    }
    let (run, arguments) = command.strip_prefix("cargo run ")?.split_once(" -- ")?;
    let package = run.split_once("-p ")?.1.split_whitespace().next()?;
    Some((run, Some((package, arguments))))
}

/// What stands between blanks, without brackets and stops around it.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .map(|piece| piece.trim_start_matches(['(', '"', '\'', '[']))
        .map(|piece| piece.trim_end_matches(['.', ',', ';', ':', ')', ']', '"', '\'']))
}

/// `code/ch01`, but not `1/6`.
fn is_path(piece: &str) -> bool {
    piece.contains('/')
        && piece.contains(char::is_alphabetic)
        && piece.chars().all(|c| c.is_alphanumeric() || "/._-~".contains(c))
}

/// `ch01.units`, a number in a report.
fn is_key(piece: &str) -> bool {
    let Some((chapter, name)) = piece.split_once('.') else { return false };
    let digits = chapter.strip_prefix("ch").unwrap_or_default();
    digits.len() == 2
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// `--hidden` and the like in a text.
fn flags_in(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .filter(|word| word.starts_with("--") && word.len() > 2)
        .map(str::to_owned)
        .collect()
}

/// The list of the names of others.
struct Foreign {
    /// The names with their lines.
    names: BTreeMap<String, usize>,
    /// The lines of names that have no reason above them.
    without_reason: Vec<usize>,
}

impl Foreign {
    /// A reason begins with `#` and holds for the names below it, up to an empty line.
    fn read(book: &Book) -> Self {
        let list = fs::read_to_string(book.root.join(FOREIGN)).unwrap_or_default();
        let mut foreign = Self { names: BTreeMap::new(), without_reason: Vec::new() };
        let mut has_reason = false;
        for (line, number) in list.lines().zip(1..) {
            if line.starts_with('#') || line.is_empty() {
                has_reason = line.starts_with('#');
                continue;
            }
            if !has_reason {
                foreign.without_reason.push(number);
            }
            foreign.names.extend(line.split_whitespace().map(|name| (name.to_owned(), number)));
        }
        foreign
    }

    fn faults(&self, needed: &BTreeSet<String>) -> Vec<Fault> {
        let place = |line: usize| format!("{FOREIGN}:{line}");
        let unneeded = self.names.iter().filter(|(name, _)| !needed.contains(*name));
        let unneeded = unneeded.map(|(name, line)| {
            let what = format!("`{name}` need not be listed: no page names it, or the code has it");
            Fault::new(place(*line), what, "take it out")
        });
        let without_reason = self.without_reason.iter().map(|line| {
            let mend = "say above it, behind a #, why a page names it";
            Fault::new(place(*line), "the names in this line have no reason", mend)
        });
        unneeded.chain(without_reason).collect()
    }
}
