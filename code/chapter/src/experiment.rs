//! A chapter and its experiments.

use clap::{
    Args, Command, FromArgMatches,
    builder::{PossibleValue, PossibleValuesParser},
    parser::ValueSource,
};

use crate::{
    Error, Report, Result,
    arguments::{OUTPUT, Shared, one_line},
};

/// A chapter: its parameters with their defaults, and what is computed from them.
pub trait Chapter: Args + 'static {
    /// The name of the crate: `ch01`.
    const NAME: &'static str;
    /// The title, as the first line of `--help` shows it.
    const TITLE: &'static str;
    /// The experiments in the order of the prose.
    const EXPERIMENTS: &'static [Experiment<Self>];

    /// Refuses parameters that are fine one by one and too much together, before anything is
    /// computed: what no single range can refuse. Whatever runs experiments calls it before.
    ///
    /// # Errors
    /// Where these parameters cannot be run; it should read as one line and say what to change.
    fn check(&self) -> Result {
        Ok(())
    }
}

/// An experiment of a chapter. Its random numbers are its own, from the report's seed: alone it finds
/// what it finds among the others.
#[derive(Clone, Copy, Debug)]
pub struct Experiment<C> {
    /// The names of its figures, in the order in which it draws them.
    pub figures: &'static [&'static str],
    /// Reports what it finds; nothing where a parameter leaves it out. An error should read as one
    /// line.
    pub run: fn(&C, &mut Report) -> Result,
}

impl<C: Chapter> Experiment<C> {
    /// Runs it, and holds its figures against their names.
    pub(crate) fn report(&self, chapter: &C, report: &mut Report) -> Result {
        let (numbers, figures) = (report.numbers().len(), report.drawings().len());
        (self.run)(chapter, report)?;
        let drawn: Vec<&str> = report.drawings()[figures..].iter().map(|d| &*d.name).collect();
        let left_out = drawn.is_empty() && report.numbers().len() == numbers;
        if drawn == self.figures || left_out {
            return Ok(());
        }
        let names = self.figures.join(", ");
        Err(Error::OtherFigures { names, drawn: drawn.join(", ") }.into())
    }
}

/// Runs the one experiment that draws a figure, and adds all that it finds to the report.
///
/// # Errors
/// Where no experiment draws it, the chapter refuses its parameters, or the experiment fails.
pub fn draw<C: Chapter>(figure: &str, chapter: &C, report: Report) -> Result<Report> {
    chapter.check()?;
    found(chapter, report, Some(figure))
}

/// What a chapter finds, or its one experiment that draws the figure `only`.
pub(crate) fn found<C: Chapter>(
    chapter: &C,
    mut report: Report,
    only: Option<&str>,
) -> Result<Report> {
    let meant = |experiment: &&Experiment<C>| only.is_none_or(|f| experiment.figures.contains(&f));
    let mut experiments = C::EXPERIMENTS.iter().filter(meant).peekable();
    if let (Some(figure), None) = (only, experiments.peek()) {
        return Err(format!("no experiment of {} draws {figure}", C::NAME).into());
    }
    experiments.try_for_each(|experiment| experiment.report(chapter, &mut report))?;
    report.check_names()?;
    Ok(report)
}

/// A chapter with these parameters, which are quoted as in a shell, and the seed.
///
/// # Errors
/// Where one is refused.
pub fn parse<C: Chapter>(arguments: &str) -> Result<(C, u64)> {
    let arguments = shlex::split(arguments).ok_or("a quotation mark is not closed")?;
    let words = std::iter::once(C::NAME.to_owned()).chain(arguments);
    let matches = command::<C>().try_get_matches_from(words).map_err(|error| one_line(&error))?;
    for flag in OUTPUT {
        if matches.value_source(flag) == Some(ValueSource::CommandLine) {
            let flag = flag.replace('_', "-");
            return Err(format!("--{flag} is no parameter: leave it out").into());
        }
    }
    Ok((C::from_arg_matches(&matches)?, Shared::from_arg_matches(&matches)?.seed))
}

/// The whole command line of a chapter.
pub(crate) fn command<C: Chapter>() -> Command {
    let command = Command::new(C::NAME).about(C::TITLE).term_width(90).next_line_help(true);
    let figures = C::EXPERIMENTS.iter().flat_map(|experiment| experiment.figures).copied();
    Shared::augment_args(C::augment_args(command))
        .about(C::TITLE)
        .mut_arg("only", |only| only.value_parser(PossibleValuesParser::new(figures)))
        .mut_args(|argument| {
            // Of a range the ends are no list to choose from.
            let values = argument.get_possible_values();
            let is_range = values.iter().all(PossibleValue::is_hide_set);
            // A negative number is a value that may be refused, not a flag.
            argument.hide_possible_values(is_range).allow_negative_numbers(true)
        })
}
