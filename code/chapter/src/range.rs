//! Numbers within a range, as parameters.

use std::{
    ffi::OsStr,
    fmt::{Debug, Display},
    str::FromStr,
};

use clap::{
    Arg, Command,
    builder::{PossibleValue, TypedValueParser},
};

/// A parser for a number from `low` to `high`, both included. [`parameters`](crate::parameters) reads
/// the two back.
#[derive(Clone, Copy, Debug)]
pub struct Range<T> {
    low: T,
    high: T,
    number: &'static str,
}

/// A parser for a real number from `low` to `high`, both included. It refuses what is no number or out
/// of range, and says which range.
pub fn between(low: f64, high: f64) -> Range<f64> {
    Range { low, high, number: "number" }
}

/// A parser for a whole number from `low` to `high`, both included. It refuses what is no whole number
/// or out of range, and says which range.
pub fn at_least(low: usize, high: usize) -> Range<usize> {
    Range { low, high, number: "whole number" }
}

impl<T> TypedValueParser for Range<T>
where
    T: Clone + Display + FromStr + PartialOrd + Send + Sync + 'static,
{
    type Value = T;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        text: &OsStr,
    ) -> Result<T, clap::Error> {
        let Self { low, high, number } = self.clone();
        let parse = move |text: &str| {
            let value = text.parse::<T>().ok().filter(|value| (&low..=&high).contains(&value));
            value.ok_or_else(|| format!("must be a {number} from {low} to {high}"))
        };
        parse.parse_ref(command, argument, text)
    }

    /// Lowest and highest, for [`parameters`](crate::parameters): what lies between is possible too,
    /// so `--help` does not list them.
    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let end = |name, end: &T| PossibleValue::new(name).help(end.to_string()).hide(true);
        Some(Box::new([end("lowest", &self.low), end("highest", &self.high)].into_iter()))
    }
}
