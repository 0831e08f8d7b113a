//! The command line that every chapter shares, and how its errors read.

use std::path::PathBuf;

use clap::{ArgMatches, Args, Command, parser::ValueSource};

/// What every chapter takes beside its own parameters.
#[derive(Args, Debug)]
pub(crate) struct Shared {
    /// Seed of all random numbers: the same seed gives the same numbers on every machine
    #[arg(long, default_value_t = 1)]
    pub seed: u64,

    /// Write the figures and the numbers (as JSON) into this folder and leave the book alone
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,

    /// Write the computed numbers into the book's pages
    #[arg(long, help_heading = "Output")]
    pub sync: bool,

    /// Only check the parameters: compute nothing and write nothing
    #[arg(long, help_heading = "Output")]
    pub dry_run: bool,
}

/// A parser for a real number from `low` to `high`, both included.
///
/// # Errors
/// The parser refuses what is no number or out of range, and says which range.
pub fn between(
    low: f64,
    high: f64,
) -> impl Fn(&str) -> Result<f64, String> + Clone + Send + Sync + 'static {
    move |text| match text.parse::<f64>() {
        Ok(value) if (low..=high).contains(&value) => Ok(value),
        Ok(_) => Err(format!("must be from {low} to {high}")),
        Err(_) => Err("must be a number".to_owned()),
    }
}

/// A parser for a whole number from `low` to `high`, both included.
///
/// # Errors
/// The parser refuses what is no whole number or out of range, and says which range.
pub fn at_least(
    low: usize,
    high: usize,
) -> impl Fn(&str) -> Result<usize, String> + Clone + Send + Sync + 'static {
    move |text| match text.parse::<usize>() {
        Ok(value) if (low..=high).contains(&value) => Ok(value),
        _ => Err(format!("must be a whole number from {low} to {high}")),
    }
}

/// What says where a run goes, and changes nothing that it computes.
const OUTPUT: [&str; 3] = ["out", "sync", "dry_run"];

/// The parameters that differ from the book's, as they would be typed: `--radius 1.3 --seed 2`.
pub(crate) fn changed_parameters(command: &Command, matches: &ArgMatches) -> Option<String> {
    let mut changed = Vec::new();
    for argument in command.get_arguments() {
        let id = argument.get_id().as_str();
        let given = matches.try_contains_id(id).unwrap_or(false)
            && matches.value_source(id) == Some(ValueSource::CommandLine);
        if !given || OUTPUT.contains(&id) {
            continue;
        }
        let values: Vec<String> = matches
            .get_raw(id)
            .into_iter()
            .flatten()
            .map(|value| value.to_string_lossy().into_owned())
            .collect();
        let defaults = argument.get_default_values().iter().map(|value| value.to_string_lossy());
        if !values.iter().zip(defaults).all(|(value, default)| same(value, &default))
            || argument.get_default_values().len() != values.len()
        {
            let name = format!("--{}", id.replace('_', "-"));
            // A flag is typed without its value.
            let values =
                if argument.get_action().takes_values() { quoted(&values) } else { vec![] };
            changed.push([&[name], &values[..]].concat().join(" "));
        }
    }
    (!changed.is_empty()).then(|| changed.join(" "))
}

/// `0.90` is `0.9`.
fn same(value: &str, default: &str) -> bool {
    value == default
        || matches!((value.parse::<f64>(), default.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}

fn quoted(values: &[String]) -> Vec<String> {
    let quote = |value: &String| format!("\"{}\"", value.replace('"', "\\\""));
    let plain = |value: &String| !value.is_empty() && !value.contains([' ', '"']);
    values.iter().map(|v| if plain(v) { v.clone() } else { quote(v) }).collect()
}

/// clap explains an error over several lines; one is enough.
pub(crate) fn one_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let first = text.split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = first.split_whitespace().collect();
    words.join(" ").trim_start_matches("error: ").to_owned()
}
