//! The program around a chapter's experiments: files and a terminal, which a page has none of.

mod alone;
mod bounds;
mod changed;
mod found;
mod kept;
mod output;
mod root;
mod sync;

use std::{
    ffi::OsString,
    fmt::Write as _,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::FromArgMatches;
use page::Key;

pub use self::{
    alone::each_alone,
    bounds::refused_at_bounds,
    found::{figures, numbers},
    kept::Kept,
    output::{check_writable, write_file},
    root::book_root,
};
use self::{
    changed::changed_parameters,
    output::{Folder, Written},
    sync::{Change, Descriptions, Numbers, Pages},
};
use crate::{
    Chapter, Drawing, Error, Report, Result,
    arguments::{Shared, one_line},
    experiment::{command, found, parse},
    svg,
};

/// The whole program of a chapter: exit code 0, or one line on standard error and 2.
pub fn main<C: Chapter>() -> ExitCode {
    match run::<C>(std::env::args_os()).and_then(|done| Ok(done.print()?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error takes no more either, there is nobody left to tell.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

/// What a run prints, and what it has written.
#[derive(Default)]
struct Done {
    /// `--help` or `--version`, which clap prints in colour.
    help: Option<clap::Error>,
    text: String,
    written: Vec<PathBuf>,
}

impl Done {
    fn saying(text: String) -> Self {
        Self { text, ..Self::default() }
    }

    fn print(&self) -> std::result::Result<(), Error> {
        let help = self.help.as_ref().map_or(Ok(()), clap::Error::print);
        let mut output = io::stdout();
        let printed = help.and_then(|()| output.write_all(self.text.as_bytes()));
        match printed.and_then(|()| output.flush()) {
            // Whoever reads may have stopped (`| head`): that is no error of ours.
            Err(source) if source.kind() != io::ErrorKind::BrokenPipe => {
                Err(Error::Print { source, written: self.written.clone() })
            }
            _ => Ok(()),
        }
    }
}

/// Runs a chapter as typed.
fn run<C: Chapter>(arguments: impl IntoIterator<Item = OsString>) -> Result<Done> {
    let command = command::<C>();
    let matches = match command.clone().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) if !error.use_stderr() => {
            return Ok(Done { help: Some(error), ..Done::default() });
        }
        Err(error) => return Err(format!("{} (see --help)", one_line(&error)).into()),
    };
    let chapter = C::from_arg_matches(&matches)?;
    let shared = Shared::from_arg_matches(&matches)?;
    let changed = changed_parameters(&command, &matches);

    if shared.sync {
        refuse_sync(&shared, changed.as_deref())?;
    }
    chapter.check()?;
    if shared.dry_run {
        return Ok(Done::saying(format!("{}: these parameters can be run\n", C::NAME)));
    }
    let pages = if shared.sync { Some(Pages::read(&book_root()?)?) } else { None };
    if let Some(pages) = &pages {
        pages.check(C::NAME, |key| parse::<C>(key.arguments)?.0.check())?;
    }
    let folder = folder::<C>(&shared)?;
    let report = Report::new(shared.seed).with_note(changed.clone());
    let report = found(&chapter, report, shared.only.as_deref())?;
    let mut done = write::<C>(&shared, &folder, &report)?;
    if let Some(pages) = pages {
        let run = |key: &Key| find::<C>(key.arguments).map(|report| by_name(&report));
        let own = (by_name(&report), &descriptions::<C>(&report));
        let changes = pages.sync(C::NAME, own, run)?;
        done.text += &synced(&changes);
        done.written.extend(changes.iter().map(|change| PathBuf::from(&change.page)));
        done.written.dedup();
    }
    if let (Some(changed), None) = (changed, &shared.out) {
        let name = C::NAME;
        let _ = writeln!(
            done.text,
            "\nThe book's figures now show your run ({changed}): an open page reloads.\n\
             `cargo run -p {name}` brings the book's own back."
        );
    }
    Ok(done)
}

/// Where the files go: better an error now than after a long experiment.
fn folder<C: Chapter>(shared: &Shared) -> std::result::Result<Folder, Error> {
    let folder = match &shared.out {
        Some(path) => Folder::of_the_reader(path)?,
        None => Folder::of_the_book()?,
    };
    folder.check_files(C::NAME)?;
    Ok(folder)
}

/// Writes what a run has found, and says so.
fn write<C: Chapter>(
    shared: &Shared,
    folder: &Folder,
    report: &Report,
) -> std::result::Result<Done, Error> {
    let mut files = Vec::new();
    for drawing in report.drawings() {
        files.push(folder.write_figure(C::NAME, drawing)?);
    }
    if shared.out.is_some() && shared.only.is_none() {
        files.push(folder.write_numbers(C::NAME, report.numbers())?);
    }
    let text = table(C::TITLE, report) + &listed(&files);
    let changed = files.into_iter().filter(|file| !file.unchanged);
    let written = changed.map(|file| shown(&file.path)).collect();
    Ok(Done { help: None, text, written })
}

/// What a chapter finds with these arguments, which are quoted as in a shell.
fn find<C: Chapter>(arguments: &str) -> Result<Report> {
    let (chapter, seed) = parse::<C>(arguments)?;
    chapter.check()?;
    found(&chapter, Report::new(seed).with_note(note(arguments)), None)
}

/// That there are arguments, and not which: two figures must not differ by it alone.
fn note(arguments: &str) -> Option<String> {
    (!arguments.is_empty()).then(|| "other parameters".to_owned())
}

fn by_name(report: &Report) -> Numbers {
    let numbers = report.numbers().iter();
    numbers.map(|number| (number.name.clone(), number.text.clone())).collect()
}

/// What the figures are described by, which are named as their files.
fn descriptions<C: Chapter>(report: &Report) -> Descriptions {
    let drawings = report.drawings().iter();
    let file = |drawing: &Drawing| format!("{}-{}.svg", C::NAME, drawing.name);
    drawings.filter_map(|drawing| Some((file(drawing), svg::description(&drawing.svg)?))).collect()
}

fn refuse_sync(shared: &Shared, changed: Option<&str>) -> std::result::Result<(), Error> {
    if let Some(changed) = changed {
        return Err(Error::SyncWithParameters(changed.to_owned()));
    }
    if shared.out.is_some() { Err(Error::SyncElsewhere) } else { Ok(()) }
}

/// The named numbers, a section for each experiment.
fn table(title: &str, report: &Report) -> String {
    let width = report.numbers().iter().map(|n| n.name.chars().count()).max().unwrap_or(0);
    let mut text = format!("{title}\n");
    for (section, numbers) in report.table() {
        if numbers.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{section}");
        for number in numbers {
            let _ = writeln!(text, "  {:width$}  {}", number.name, number.text);
        }
    }
    text
}

fn listed(files: &[Written]) -> String {
    let mut text = String::from("\nFiles\n");
    for file in files {
        let state = if file.unchanged { "unchanged" } else { "written  " };
        let _ = writeln!(text, "  {state}  {}", shown(&file.path).display());
    }
    text
}

/// Each sentence that has changed: the author must read it again.
fn synced(changes: &[Change]) -> String {
    let mut text = String::from("\nPages\n");
    if changes.is_empty() {
        text += "  all numbers and alternative texts were up to date\n";
    }
    for (i, change) in changes.iter().enumerate() {
        let Change { page, line, key, before, after, sentence } = change;
        let _ = writeln!(text, "  {page}:{line}: {key} was {before}, is {after}");
        // Of several numbers of a sentence the last one shows it.
        let is_last = changes.get(i + 1).is_none_or(|next| next.sentence != *sentence);
        if is_last && !sentence.is_empty() {
            let _ = writeln!(text, "      {sentence}");
        }
    }
    text
}

/// A path as the reader knows it: from the book's folder where it lies there.
fn shown(path: &Path) -> PathBuf {
    let root = book_root().unwrap_or_default();
    path.strip_prefix(root).unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests;
