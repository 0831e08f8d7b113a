//! Which parameters are not the book's.

use clap::{ArgMatches, Command, parser::ValueSource};

use crate::arguments::OUTPUT;

/// The parameters that differ from the book's, as they would be typed: `--radius 1.3 --seed 2`.
pub fn changed_parameters(command: &Command, matches: &ArgMatches) -> Option<String> {
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
