//! Marks the exercises of one learner or of a class: `cargo run -p marks -- FOLDER`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use marks::limited::Limits;
use marks::{Class, Error, Set, check_writable, mark, table, write_csv, write_json};

/// The exercises of the book that this program was compiled in.
const BOOK_SET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../exercises");

/// Marks the exercises of one learner or of a class.
///
/// Every answer is compiled with the test of the set as it was handed out, and runs in a process of
/// its own. It needs no network.
#[derive(Parser)]
#[command(name = "marks")]
struct Arguments {
    /// A learner's answers, or a class: a folder with a folder for each learner
    #[arg(default_value = BOOK_SET, hide_default_value = true)]
    folder: PathBuf,

    /// The set as it was handed out, with the checks, if it is not the one of this book
    #[arg(long, value_name = "FOLDER", default_value = BOOK_SET, hide_default_value = true)]
    set: PathBuf,

    /// Also write all marks as CSV, one line for each answer
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,

    /// Also write all marks as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// How many seconds an answer may run
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,

    /// The seed of the numbers that the checks draw
    #[arg(long, default_value_t = Limits::default().seed)]
    seed: u64,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let set = Set::read(&arguments.set)?;
    let Class { learners, notes } = Class::read(&set, &arguments.folder)?;
    for path in arguments.csv.iter().chain(&arguments.json) {
        check_writable(path)?;
    }
    for note in notes {
        eprintln!("note: {note}");
    }
    let run = Duration::from_secs(arguments.seconds);
    let limits = Limits { run, seed: arguments.seed, ..Limits::default() };
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
    print!("{}", table(&marks));
    if let Some(path) = &arguments.csv {
        write_csv(path, &marks)?;
    }
    if let Some(path) = &arguments.json {
        write_json(path, &marks)?;
    }
    Ok(())
}
