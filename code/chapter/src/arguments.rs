//! The command line that every chapter shares, and how its errors read.

use std::path::PathBuf;

use clap::Args;

/// What every chapter takes beside its own parameters.
#[derive(Args, Debug)]
pub(crate) struct Shared {
    /// Seed of all random numbers: the same seed gives the same numbers on every machine
    #[arg(long, default_value_t = 1)]
    pub seed: u64,

    /// Run only the experiment that draws this figure; its numbers are printed and not written
    #[arg(long, value_name = "FIGURE", conflicts_with = "sync", help_heading = "Output")]
    pub only: Option<String>,

    /// Write the figures and the numbers (as JSON) into this folder and leave the book alone
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,

    /// Write the computed numbers and the figures' descriptions into the book's pages
    #[arg(long, help_heading = "Output")]
    pub sync: bool,

    /// Only check the parameters: compute nothing and write nothing
    #[arg(long, help_heading = "Output")]
    pub dry_run: bool,
}

/// What says which results of a run go where, and changes none of them.
pub(crate) const OUTPUT: [&str; 4] = ["only", "out", "sync", "dry_run"];

/// clap explains an error over several lines; one is enough.
pub(crate) fn one_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let first = text.split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = first.split_whitespace().collect();
    words.join(" ").trim_start_matches("error: ").to_owned()
}
