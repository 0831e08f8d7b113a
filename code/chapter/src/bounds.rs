//! A chapter at the bounds of its parameters, for tests.

use std::fmt::Write;

use clap::Command;

use crate::{Chapter, Result, arguments::one_line, numbers, program};

/// Runs a chapter with every parameter that has a range at its lower bound, and then with every one
/// at its upper bound: what [`Chapter::check`] says where it refuses them. The `others` are typed
/// behind, such as `--skip-training`.
///
/// # Errors
/// Where parameters fail that are not refused beforehand: no reader should wait for that.
pub fn refused_at_bounds<C: Chapter>(others: &str) -> Result<[Option<String>; 2]> {
    let [low, high] = bounds(&program::command::<C>()).map(|bounds| format!("{bounds} {others}"));
    Ok([refused::<C>(&low)?, refused::<C>(&high)?])
}

fn refused<C: Chapter>(arguments: &str) -> Result<Option<String>> {
    let (chapter, _) = program::parse::<C>(arguments)?;
    if let Err(error) = chapter.check() {
        return Ok(Some(error.to_string()));
    }
    match numbers::<C>(arguments) {
        Ok(_) => Ok(None),
        Err(error) => {
            Err(format!("{}{arguments} fails only after a while: {error}", C::NAME).into())
        }
    }
}

/// The lowest and the highest values of all ranges, as they would be typed.
fn bounds(command: &Command) -> [String; 2] {
    let mut bounds = [String::new(), String::new()];
    for argument in command.get_arguments() {
        let name = argument.get_id().as_str().replace('_', "-");
        let ends = range(command, &name).into_iter().flatten();
        for (bounds, end) in bounds.iter_mut().zip(ends) {
            let _ = write!(bounds, " --{name}={end}");
        }
    }
    bounds
}

/// The range of an argument, which stands in what it says to a value that is in none.
fn range(command: &Command, name: &str) -> Option<[String; 2]> {
    let typed = ["program".to_owned(), format!("--{name}=inf")];
    let error = command.clone().try_get_matches_from(typed).err()?;
    let line = one_line(&error);
    let (low, high) = line.rsplit_once(" from ")?.1.split_once(" to ")?;
    Some([low, high].map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Report, at_least, between};

    #[derive(clap::Args)]
    struct Sizes {
        /// A size
        #[arg(long, default_value_t = 2, value_parser = at_least(1, 30))]
        a_size: usize,
        /// A share
        #[arg(long, default_value_t = 0.5, value_parser = between(1e-12, 1.0))]
        share: f64,
        /// A word
        #[arg(long, default_value = "word")]
        word: String,
        /// From which size on it is refused
        #[arg(long, default_value_t = 30)]
        refused: usize,
    }

    impl Chapter for Sizes {
        const NAME: &'static str = "ch00";
        const TITLE: &'static str = "Sizes";

        fn check(&self) -> Result {
            if self.a_size < self.refused { Ok(()) } else { Err("too large".into()) }
        }

        fn run(&self, _seed: u64, _report: &mut Report) -> Result {
            if self.a_size < 30 && self.word == "word" { Ok(()) } else { Err("no bars".into()) }
        }
    }

    #[test]
    fn the_bounds_are_those_of_the_ranges() {
        let [low, high] = bounds(&program::command::<Sizes>());
        assert_eq!(low, " --a-size=1 --share=0.000000000001");
        assert_eq!(high, " --a-size=30 --share=1");
    }

    #[test]
    fn what_is_refused_beforehand_is_told_from_what_fails() {
        let refused = refused_at_bounds::<Sizes>("").unwrap();
        assert_eq!(refused, [None, Some("too large".to_owned())]);
        for fails in ["--refused 31", "--word other"] {
            let error = refused_at_bounds::<Sizes>(fails).unwrap_err().to_string();
            assert!(error.contains("fails only after a while: no bars"), "{fails}: {error}");
        }
    }
}
