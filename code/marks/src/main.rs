//! Marks the exercises of one learner or of a class: `cargo run -p marks -- FOLDER`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use marks::limited::Limits;
use marks::{Class, Error, Mark, Set, check_writable, mark, table, write_csv, write_json};

/// Marks the exercises of one learner or of a class.
///
/// Every answer is compiled with the check of the set as it was handed out, and runs in a process of
/// its own. It needs no network.
#[derive(Parser)]
#[command(name = "marks")]
struct Arguments {
    /// A learner's answers, or a class: a folder with a folder for each learner
    folder: Option<PathBuf>,

    /// The set as it was handed out, with the checks, if it is not the one of this book
    #[arg(long, value_name = "FOLDER")]
    set: Option<PathBuf>,

    /// Also write all marks as CSV, one line for each answer
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,

    /// Also write all marks as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// How many seconds an answer may run
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,

    /// Repeat the marks of this seed, which draws the numbers of the checks. The reports name it
    #[arg(long)]
    seed: Option<u64>,
}

fn main() -> ExitCode {
    match arguments().and_then(|arguments| run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error takes no more either, there is nobody left to tell.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The arguments as typed; where they are `--help` or wrong, this prints it and ends the program.
fn arguments() -> Result<Arguments, Error> {
    Arguments::try_parse().or_else(|error| {
        if error.use_stderr() {
            error.exit();
        }
        printed(error.print(), Vec::new())?;
        std::process::exit(0);
    })
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let set = Set::read(&arguments.set.clone().map_or_else(Set::folder_in_book, Ok)?)?;
    let folder = arguments.folder.clone().map_or_else(Set::folder_in_book, Ok)?;
    let Class { learners, notes } = Class::read(&set, &folder)?;
    for path in arguments.csv.iter().chain(&arguments.json) {
        check_writable(path)?;
    }
    for note in notes {
        let _ = writeln!(io::stderr(), "note: {note}");
    }
    let run = Duration::from_secs(arguments.seconds);
    let seed = arguments.seed.unwrap_or_else(|| rand::random::<u32>().into());
    let limits = Limits { run, seed, ..Limits::default() };
    let bar = ProgressBar::new((learners.len() * set.exercises.len()) as u64);
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:40} {pos} of {len}, {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message("compiling the checks");
    bar.enable_steady_tick(Duration::from_secs(1));
    let marks = mark(&set, &learners, &limits, |learners| {
        bar.set_message("marking");
        bar.inc(learners as u64);
    })?;
    bar.finish_and_clear();
    // Of the table and the files each is there even where the other cannot be.
    let written = write(arguments, &marks);
    let table = io::stdout().write_all(table(&marks).as_bytes());
    printed(table, written?)
}

/// Writes the files that were asked for, and says which.
fn write(arguments: &Arguments, marks: &[Mark]) -> Result<Vec<PathBuf>, Error> {
    if let Some(path) = &arguments.csv {
        write_csv(path, marks)?;
    }
    if let Some(path) = &arguments.json {
        write_json(path, marks)?;
    }
    Ok(arguments.csv.iter().chain(&arguments.json).cloned().collect())
}

/// Whether all was printed. Whoever reads may have stopped (`| head`): that is no error of ours.
fn printed(printing: io::Result<()>, written: Vec<PathBuf>) -> Result<(), Error> {
    match printing.and_then(|()| io::stdout().flush()) {
        Err(source) if source.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::Print { source, written })
        }
        _ => Ok(()),
    }
}
