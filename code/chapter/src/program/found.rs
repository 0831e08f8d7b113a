//! What a chapter finds, for its tests.

use std::{any::type_name, collections::BTreeMap, env, fs, path::Path};

use super::{Kept, by_name, find};
use crate::{Chapter, Result};

/// The numbers that a chapter finds with these arguments, by their names. The arguments are quoted as
/// in a shell. It is for tests: what they find is [`Kept`], so that an unchanged chapter does not run
/// again.
///
/// ```
/// # use chapter::{Chapter, Experiment, Report};
/// #[derive(clap::Args)]
/// struct Parameters {
///     /// Weight of the state on itself.
///     #[arg(long, default_value_t = 2)]
///     weight: usize,
/// }
///
/// impl Chapter for Parameters {
///     const NAME: &'static str = "ch00";
///     const TITLE: &'static str = "Squares";
///
///     const EXPERIMENTS: &'static [Experiment<Self>] =
///         &[Experiment { figures: &[], run: Self::square }];
/// }
///
/// impl Parameters {
///     fn square(&self, report: &mut Report) -> chapter::Result {
///         report.number("square", chapter::format::count(self.weight * self.weight));
///         Ok(())
///     }
/// }
///
/// assert_eq!(chapter::numbers::<Parameters>("--weight 3").unwrap()["square"], "9");
/// ```
///
/// # Errors
/// As the program: an argument that is refused, or what the experiments fail with.
pub fn numbers<C: Chapter>(arguments: &str) -> Result<BTreeMap<String, String>> {
    found::<C>(arguments, NUMBERS)
}

/// The figures that a chapter draws with these arguments, by their names, as SVG. For the rest it is
/// like [`numbers`].
///
/// # Errors
/// As [`numbers`].
pub fn figures<C: Chapter>(arguments: &str) -> Result<BTreeMap<String, String>> {
    found::<C>(arguments, FIGURES)
}

const NUMBERS: &str = "numbers.json";
const FIGURES: &str = "figures.json";

/// One of the files of a run, which is kept beside the program of the test.
fn found<C: Chapter>(arguments: &str, file: &str) -> Result<BTreeMap<String, String>> {
    let kept = Kept::of(&env::current_exe()?)?;
    let folder =
        kept.result(&[type_name::<C>(), arguments], |folder| run::<C>(arguments, folder))?;
    Ok(serde_json::from_str(&fs::read_to_string(folder.join(file))?)?)
}

fn run<C: Chapter>(arguments: &str, folder: &Path) -> Result {
    let report = find::<C>(arguments)?;
    let drawings = report.drawings().iter();
    let figures: BTreeMap<_, _> =
        drawings.map(|drawing| (drawing.name.clone(), drawing.svg.clone())).collect();
    fs::write(folder.join(NUMBERS), serde_json::to_string(&by_name(&report))?)?;
    fs::write(folder.join(FIGURES), serde_json::to_string(&figures)?)?;
    Ok(())
}
