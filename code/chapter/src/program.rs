//! The program around a chapter's experiments.

use std::{
    ffi::OsString,
    fmt::Write as _,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Command, FromArgMatches, parser::ValueSource};
use page::Key;

use crate::{
    Error, Report, Result,
    arguments::{Shared, changed_parameters, one_line},
    book_root,
    output::{Folder, Written},
    sync::{Change, Numbers, Pages},
};

/// A chapter: its parameters with their defaults, and what is computed from them.
pub trait Chapter: Args {
    /// The name of the crate: `ch01`.
    const NAME: &'static str;
    /// The title, as the first line of `--help` shows it.
    const TITLE: &'static str;

    /// Refuses parameters that are fine one by one and too much together, before anything is
    /// computed: what no single range can refuse. [`main`] and [`crate::numbers`] call it before `run`.
    ///
    /// # Errors
    /// Where these parameters cannot be run; it should read as one line and say what to change.
    fn check(&self) -> Result {
        Ok(())
    }

    /// Runs the experiments in the order of the prose and reports what they found.
    ///
    /// # Errors
    /// What the experiments fail with; it should read as one line.
    fn run(&self, seed: u64, report: &mut Report) -> Result;
}

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
    let report = report_of(&chapter, shared.seed, changed.clone())?;
    let mut done = write::<C>(&shared, &folder, &report)?;
    if let Some(pages) = pages {
        let run = |key: &Key| find::<C>(key.arguments).map(|report| by_name(&report));
        let changes = pages.sync(C::NAME, by_name(&report), run)?;
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
    if shared.out.is_some() {
        files.push(folder.write_numbers(C::NAME, report.numbers())?);
    }
    let text = table(C::TITLE, report) + &listed(&files);
    let changed = files.into_iter().filter(|file| !file.unchanged);
    let written = changed.map(|file| shown(&file.path)).collect();
    Ok(Done { help: None, text, written })
}

/// What a chapter finds with these arguments, which are quoted as in a shell.
pub(crate) fn find<C: Chapter>(arguments: &str) -> Result<Report> {
    let (chapter, seed) = parse::<C>(arguments)?;
    chapter.check()?;
    report_of(&chapter, seed, None)
}

pub(crate) fn by_name(report: &Report) -> Numbers {
    let numbers = report.numbers().iter();
    numbers.map(|number| (number.name.clone(), number.text.clone())).collect()
}

/// A chapter with these parameters, and the seed.
pub(crate) fn parse<C: Chapter>(arguments: &str) -> Result<(C, u64)> {
    let arguments = shlex::split(arguments).ok_or("a quotation mark is not closed")?;
    let words = std::iter::once(C::NAME.to_owned()).chain(arguments);
    let matches = command::<C>().try_get_matches_from(words).map_err(|error| one_line(&error))?;
    for flag in ["out", "sync", "dry_run"] {
        if matches.value_source(flag) == Some(ValueSource::CommandLine) {
            let flag = flag.replace('_', "-");
            return Err(format!("--{flag} is no parameter: leave it out").into());
        }
    }
    Ok((C::from_arg_matches(&matches)?, Shared::from_arg_matches(&matches)?.seed))
}

/// What a chapter finds; it is written nowhere.
pub(crate) fn report_of<C: Chapter>(
    chapter: &C,
    seed: u64,
    changed: Option<String>,
) -> Result<Report> {
    let mut report = Report::new(changed);
    chapter.run(seed, &mut report)?;
    report.check_names()?;
    Ok(report)
}

pub(crate) fn command<C: Chapter>() -> Command {
    let command = Command::new(C::NAME).about(C::TITLE).term_width(90).next_line_help(true);
    // A negative number is a value that may be refused, not a flag.
    Shared::augment_args(C::augment_args(command))
        .about(C::TITLE)
        .mut_args(|argument| argument.allow_negative_numbers(true))
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
        text += "  all numbers were up to date\n";
    }
    for (i, change) in changes.iter().enumerate() {
        let Change { page, line, key, before, after, sentence } = change;
        let _ = writeln!(text, "  {page}:{line}: {key} was {before}, is {after}");
        // Of several numbers of a sentence the last one shows it.
        if changes.get(i + 1).is_none_or(|next| next.sentence != *sentence) {
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
mod tests {
    use std::fs;

    use super::*;
    use crate::{Figure, arguments::between, numbers, svg};

    /// A chapter of one number and one figure.
    #[derive(Args)]
    struct Small {
        /// Weight
        #[arg(long, default_value_t = 0.5, value_parser = between(0.0, 1.0))]
        weight: f64,
        /// Reports the number so many times
        #[arg(long, default_value_t = 1)]
        times: usize,
        /// Reports no number
        #[arg(long)]
        skip: bool,
        /// Does nothing
        #[arg(long, default_value = "a")]
        two_words: String,
    }

    impl Chapter for Small {
        const NAME: &'static str = "ch00";
        const TITLE: &'static str = "Small";

        fn check(&self) -> Result {
            if self.times > 9 { Err("at most 9 --times".into()) } else { Ok(()) }
        }

        fn run(&self, _seed: u64, report: &mut Report) -> Result {
            let times = if self.skip { 0 } else { self.times };
            for _ in 0..times {
                report.number("weight", self.weight.to_string());
            }
            report.figure(&Figure::new("a", "A").line("a", [(0.0, 0.0), (1.0, self.weight)]))
        }
    }

    /// Runs the chapter into a folder; what it prints, and the parameters in the figure.
    fn typed(arguments: &str) -> Result<(String, Option<String>)> {
        let folder = tempfile::tempdir()?;
        let out = folder.path().display().to_string();
        let words = ["ch00", "--out", &out].map(str::to_owned).into_iter();
        let words = words.chain(arguments.split_whitespace().map(str::to_owned));
        let text = run::<Small>(words.map(OsString::from))?.text;
        let drawn = fs::read_to_string(folder.path().join("ch00-a.svg"))?;
        let numbers = fs::read_to_string(folder.path().join("ch00.json"))?;
        let skipped = arguments.contains("--skip");
        assert_ne!(numbers.contains("\"weight\""), skipped, "{numbers}");
        Ok((text, svg::parameters(&drawn)))
    }

    #[test]
    fn a_changed_parameter_is_written_into_the_figure_and_an_equal_one_is_not() {
        let parameters = |arguments| typed(arguments).unwrap().1;
        assert_eq!(parameters(""), None);
        assert_eq!(parameters("--weight 0.50"), None);
        assert_eq!(parameters("--weight 0.7"), Some("--weight 0.7".into()));
        assert_eq!(parameters("--seed 7 --weight 0.7").as_deref(), Some("--weight 0.7 --seed 7"));
        assert_eq!(parameters("--skip --weight 0.7").as_deref(), Some("--weight 0.7 --skip"));
        assert_eq!(parameters("--two-words b").as_deref(), Some("--two-words b"));
    }

    #[test]
    fn a_value_of_several_words_is_quoted() {
        let command = command::<Small>();
        let words = ["ch00", "--two-words", "a \"b\""];
        let matches = command.clone().try_get_matches_from(words).unwrap();
        let changed = changed_parameters(&command, &matches);
        assert_eq!(changed.as_deref(), Some(r#"--two-words "a \"b\"""#));
    }

    /// A chapter that reports its seed, twice where it is asked to.
    #[derive(Args)]
    struct Seed {
        /// Reports it twice
        #[arg(long)]
        twice: bool,
    }

    impl Chapter for Seed {
        const NAME: &'static str = "ch00";
        const TITLE: &'static str = "Seed";

        fn run(&self, seed: u64, report: &mut Report) -> Result {
            for _ in 0..=usize::from(self.twice) {
                report.number("seed", seed.to_string());
            }
            Ok(())
        }
    }

    #[test]
    fn the_numbers_are_those_of_the_seed_and_have_names_of_their_own() {
        assert_eq!(numbers::<Seed>("").unwrap()["seed"], "1");
        assert_eq!(numbers::<Seed>("--seed 7").unwrap()["seed"], "7");
        assert!(numbers::<Seed>("--twice").is_err());
    }

    #[test]
    fn what_is_no_parameter_is_refused_where_a_number_is_asked_for() {
        for flag in ["--out here", "--sync", "--dry-run"] {
            let error = numbers::<Seed>(flag).unwrap_err().to_string();
            let name = flag.split(' ').next().unwrap();
            assert_eq!(error, format!("{name} is no parameter: leave it out"));
        }
    }

    #[test]
    fn a_dry_run_checks_the_parameters_and_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("figures").display().to_string();
        let dry = |arguments: &[&str]| {
            let words = [&["ch00", "--dry-run", "--out", &out], arguments].concat();
            let done = run::<Small>(words.into_iter().map(OsString::from));
            done.map(|done| done.text).map_err(|error| error.to_string())
        };
        assert_eq!(dry(&["--times", "9"]).unwrap(), "ch00: these parameters can be run\n");
        assert_eq!(dry(&["--times", "10"]).unwrap_err(), "at most 9 --times");
        assert!(dry(&["--weight", "2"]).unwrap_err().contains("must be from 0 to 1"));
        assert!(dry(&["--sync"]).unwrap_err().contains("leave out --out"));
        assert!(!folder.path().join("figures").exists(), "a dry run makes a folder");
    }

    #[test]
    fn what_cannot_be_run_is_refused_before_anything_is_computed() {
        assert_eq!(typed("--times 10").unwrap_err().to_string(), "at most 9 --times");
        assert_eq!(numbers::<Small>("--times 10").unwrap_err().to_string(), "at most 9 --times");
    }

    #[test]
    fn the_numbers_are_printed() {
        assert!(typed("--weight 0.7").unwrap().0.contains("weight  0.7"));
    }

    #[test]
    fn what_is_wrong_is_said_in_one_line() {
        for (arguments, words) in [
            ("--weight 2", "must be from 0 to 1"),
            ("--weight -1", "must be from 0 to 1"),
            ("--weight x", "must be a number"),
            ("--times 2", "two numbers named weight"),
            ("--no-such 1", "unexpected argument"),
            ("--sync", "leave out --out"),
            ("--sync --weight 0.7", "leave out --weight 0.7"),
        ] {
            let error = typed(arguments).unwrap_err().to_string();
            assert!(error.contains(words) && error.lines().count() == 1, "{arguments}: {error}");
        }
    }
}
