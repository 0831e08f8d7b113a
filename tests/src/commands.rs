//! The commands that the pages show can be typed.

use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};
use tempfile::TempDir;

use crate::{Book, Fault, Page, computed::run_chapter};

/// Runs every `cargo run -p chNN …` of the pages into a folder that is thrown away.
///
/// # Panics
/// If there is no temporary folder to be had.
pub fn check(book: &Book) -> Vec<Fault> {
    let folder = TempDir::new().expect("a temporary folder");
    let mut done: Vec<String> = Vec::new();
    let mut faults = Vec::new();
    for page in book.all_pages() {
        for (command, place) in commands(page) {
            if done.contains(&command) {
                continue;
            }
            if let Err(what) = run(&command, &folder) {
                let mend = "type it and correct it, or the program";
                faults.push(Fault::new(place, format!("`{command}` fails: {what}"), mend));
            }
            done.push(command);
        }
    }
    faults
}

/// The page's commands for chapters, with where they stand.
pub fn commands(page: &Page) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut console = false;
    for (event, range) in page.events() {
        let text = match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(label))) => {
                console = &*label == "console";
                continue;
            }
            Event::End(TagEnd::CodeBlock) => {
                console = false;
                continue;
            }
            Event::Text(text) if console => text,
            Event::Code(text) => text,
            _ => continue,
        };
        // `chNN` stands for any chapter, and a command with an ellipsis for many.
        let typed = text
            .lines()
            .map(|line| line.trim().trim_start_matches("$ "))
            .filter(|line| line.starts_with("cargo run -p ch") && !line.contains(['N', '…']));
        found.extend(typed.map(|line| (line.to_owned(), page.place(range.start))));
    }
    found
}

fn run(command: &str, folder: &TempDir) -> Result<(), String> {
    let words = words(command);
    let name = words.get(3).ok_or("it names no chapter")?;
    let mut arguments = words.get(5..).unwrap_or_default().to_vec();
    // With `--help` nothing is written; `--sync` would write the author's pages.
    if arguments.iter().any(|word| word == "--sync") {
        return Ok(());
    }
    arguments.extend(["--out".to_owned(), folder.path().display().to_string()]);
    let output = run_chapter(name, arguments);
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}

/// A command in words as a shell reads them: double quotes keep blanks.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().into_iter().for_each(|word| word.push(c)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
