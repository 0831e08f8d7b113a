//! The commands that the pages show can be typed.

use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};

use crate::{Book, Fault, Page, Programs};

/// A command for a chapter as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The whole command: `cargo run -p ch01 -- --weight 1.5`.
    pub typed: String,
    /// The chapter.
    pub chapter: String,
    /// What stands behind `--`.
    pub arguments: Vec<String>,
    /// Where it stands.
    pub place: String,
}

/// A chapter that takes longer than this with its defaults is not run for its commands.
const SHORT_SECONDS: f64 = 2.0;

/// Lets each chapter's own program read its commands, and runs those of the chapters that are done
/// in a moment. A longer run is known by the answers that quote it.
pub fn check(book: &Book, programs: &Programs) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut done: Vec<String> = Vec::new();
    for command in book.all_pages().flat_map(commands) {
        if done.contains(&command.typed) {
            continue;
        }
        if let Err(what) = try_out(&command, programs) {
            let what = format!("`{}` fails: {what}", command.typed);
            let mend = "type it and correct it, or the program";
            faults.push(Fault::new(&command.place, what, mend));
        }
        done.push(command.typed);
    }
    faults
}

fn try_out(command: &Command, programs: &Programs) -> Result<(), String> {
    let Command { chapter, arguments, .. } = command;
    if !programs.chapters().any(|name| name == chapter) {
        return Err(format!("there is no code/{chapter}"));
    }
    let dry = programs.run(chapter, arguments.iter().map(String::as_str).chain(["--dry-run"]));
    if !dry.status.success() {
        return Err(String::from_utf8_lossy(&dry.stderr).trim().to_owned());
    }
    // Another run, another time; pages; nothing to compute; another folder.
    let is_special =
        |word: &str| matches!(word, "--measure" | "--record" | "--sync" | "--help" | "--out");
    if arguments.iter().any(|word| is_special(word)) {
        return Ok(());
    }
    if programs.kept(chapter, &[])?.seconds < SHORT_SECONDS {
        programs.kept(chapter, arguments)?;
    }
    Ok(())
}

/// The page's commands for chapters.
pub fn commands(page: &Page) -> Vec<Command> {
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
        let typed = text.lines().map(|line| line.trim().trim_start_matches("$ "));
        found.extend(typed.filter_map(|line| Command::read(line, page.place(range.start))));
    }
    found
}

impl Command {
    /// Reads `cargo run -p ch01 -- …`. `chNN` stands for any chapter, and a command with an ellipsis
    /// for many.
    fn read(line: &str, place: String) -> Option<Self> {
        let words = shlex::split(line)?;
        if words.first()? != "cargo" || words.get(1)? != "run" || line.contains('…') {
            return None;
        }
        let separator = words.iter().position(|word| word == "--").unwrap_or(words.len());
        let (cargo, arguments) = words.split_at(separator);
        let flag = cargo.iter().position(|word| word == "-p" || word == "--package")?;
        let chapter = cargo.get(flag + 1).filter(|name| page::is_chapter(name))?;
        Some(Self {
            typed: line.to_owned(),
            chapter: chapter.clone(),
            arguments: arguments.iter().skip(1).cloned().collect(),
            place,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(String, Vec<String>)> {
        Command::read(line, String::new()).map(|command| (command.chapter, command.arguments))
    }

    #[test]
    fn a_command_names_a_chapter_and_its_arguments_as_a_shell_reads_them() {
        let command = |arguments: &[&str]| {
            Some(("ch01".to_owned(), arguments.iter().map(|word| (*word).to_owned()).collect()))
        };
        assert_eq!(read("cargo run -p ch01"), command(&[]));
        assert_eq!(read("cargo run --release -p ch01 -- --seed 2"), command(&["--seed", "2"]));
        assert_eq!(read("cargo run -p ch01 -- --text \"a b.\""), command(&["--text", "a b."]));
    }

    #[test]
    fn other_commands_are_none_of_a_chapter() {
        for line in ["cargo test", "cargo run -p marks", "cargo run -p chNN", "mdbook build"] {
            assert_eq!(read(line), None, "{line}");
        }
        assert_eq!(read("cargo run -p ch01 -- --seed …"), None);
    }
}
