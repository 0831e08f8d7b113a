//! What a reader may change, read back from a chapter's command line.

use std::any::TypeId;

use clap::{Arg, Command, builder::PossibleValue};

use crate::Chapter;

/// A parameter of a chapter.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// As it is typed, without the dashes: `forget-bias`.
    pub name: String,
    /// As `--help` explains it.
    pub help: String,
    /// As it would be typed; empty where it may be left out.
    pub default: String,
    /// What it may be.
    pub kind: Kind,
}

/// What a parameter may be.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A real number, from the lowest to the highest.
    Real(f64, f64),
    /// A whole number, from the lowest to the highest.
    Whole(usize, usize),
    /// One of these words.
    Choice(Vec<String>),
    /// There or not.
    Switch,
    /// Any text, or a number without a range.
    Text,
}

/// The parameters of a chapter in their order, without those that all chapters share.
///
/// ```
/// # use chapter::{Chapter, Experiment, Kind, at_least, parameters};
/// #[derive(clap::Args)]
/// struct Parameters {
///     /// Number of units
///     #[arg(long, default_value_t = 32, value_parser = at_least(1, 256))]
///     hidden: usize,
/// }
/// # impl Chapter for Parameters {
/// #     const NAME: &'static str = "ch00";
/// #     const TITLE: &'static str = "Units";
/// #     const EXPERIMENTS: &'static [Experiment<Self>] = &[];
/// # }
///
/// let hidden = &parameters::<Parameters>()[0];
/// assert_eq!((&*hidden.help, &*hidden.default), ("Number of units", "32"));
/// assert_eq!(hidden.kind, Kind::Whole(1, 256));
/// ```
pub fn parameters<C: Chapter>() -> Vec<Parameter> {
    let command = C::augment_args(Command::new(C::NAME));
    command.get_arguments().map(parameter).collect()
}

fn parameter(argument: &Arg) -> Parameter {
    let text = |text: Option<String>| text.unwrap_or_default();
    let default = argument.get_default_values().first();
    Parameter {
        name: text(argument.get_long().map(str::to_owned)),
        help: text(argument.get_help().map(ToString::to_string)),
        default: text(default.map(|default| default.to_string_lossy().into_owned())),
        kind: kind(argument),
    }
}

fn kind(argument: &Arg) -> Kind {
    if !argument.get_action().takes_values() {
        return Kind::Switch;
    }
    let values = argument.get_possible_values();
    let value = argument.get_value_parser().type_id();
    match &values[..] {
        [low, high] if value == TypeId::of::<f64>() => Kind::Real(end(low), end(high)),
        [low, high] if value == TypeId::of::<usize>() => Kind::Whole(end(low), end(high)),
        [] => Kind::Text,
        words => Kind::Choice(words.iter().map(|word| word.get_name().to_owned()).collect()),
    }
}

/// An end of a [`Range`](crate::Range), which wrote it.
fn end<T: std::str::FromStr + Default>(end: &PossibleValue) -> T {
    let text = end.get_help().map(ToString::to_string);
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Experiment, between};

    #[derive(clap::ValueEnum, Clone)]
    enum Cell {
        Rnn,
        Lstm,
    }

    #[derive(clap::Args)]
    struct All {
        /// A share
        #[arg(long, default_value_t = 0.5, value_parser = between(-1e-12, 1.0))]
        a_share: f64,
        /// A cell
        #[arg(long, value_enum, default_value_t = Cell::Lstm)]
        cell: Cell,
        /// A switch
        #[arg(long)]
        switch: bool,
        /// A text
        #[arg(long)]
        text: Option<String>,
    }

    impl Chapter for All {
        const NAME: &'static str = "ch00";
        const TITLE: &'static str = "All kinds";
        const EXPERIMENTS: &'static [Experiment<Self>] = &[];
    }

    #[test]
    fn every_kind_of_parameter_is_read_back() {
        let found = parameters::<All>();
        let found: Vec<_> = found.iter().map(|p| (&*p.name, &*p.default, &p.kind)).collect();
        let cells = Kind::Choice(vec!["rnn".into(), "lstm".into()]);
        let right = [
            ("a-share", "0.5", &Kind::Real(-1e-12, 1.0)),
            ("cell", "lstm", &cells),
            ("switch", "", &Kind::Switch),
            ("text", "", &Kind::Text),
        ];
        assert_eq!(found, right);
    }
}
