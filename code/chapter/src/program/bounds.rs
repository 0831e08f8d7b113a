//! A chapter at the bounds of its parameters, for tests.

use super::numbers;
use crate::{Chapter, Kind, Result, parameters, parse};

/// Runs a chapter with every parameter that has a range at its lower bound, and then with every one
/// at its upper bound: what [`Chapter::check`] says where it refuses them. The `others` are typed
/// behind, such as `--skip-training`.
///
/// # Errors
/// Where parameters fail that are not refused beforehand: no reader should wait for that.
pub fn refused_at_bounds<C: Chapter>(others: &str) -> Result<[Option<String>; 2]> {
    let [low, high] = bounds::<C>().map(|bounds| format!("{bounds} {others}"));
    Ok([refused::<C>(&low)?, refused::<C>(&high)?])
}

fn refused<C: Chapter>(arguments: &str) -> Result<Option<String>> {
    let (chapter, _) = parse::<C>(arguments)?;
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
fn bounds<C: Chapter>() -> [String; 2] {
    let mut bounds = [Vec::new(), Vec::new()];
    for parameter in parameters::<C>() {
        let ends = match parameter.kind {
            Kind::Real(low, high) => [low.to_string(), high.to_string()],
            Kind::Whole(low, high) => [low.to_string(), high.to_string()],
            _ => continue,
        };
        let typed = ends.map(|end| format!(" --{}={end}", parameter.name));
        bounds.iter_mut().zip(typed).for_each(|(bounds, typed)| bounds.push(typed));
    }
    bounds.map(|bounds| bounds.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Experiment, Report, at_least, between};

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
        const EXPERIMENTS: &'static [Experiment<Self>] =
            &[Experiment { figures: &[], run: Self::bars }];

        fn check(&self) -> Result {
            if self.a_size < self.refused { Ok(()) } else { Err("too large".into()) }
        }
    }

    impl Sizes {
        fn bars(&self, _report: &mut Report) -> Result {
            if self.a_size < 30 && self.word == "word" { Ok(()) } else { Err("no bars".into()) }
        }
    }

    #[test]
    fn the_bounds_are_those_of_the_ranges() {
        let [low, high] = bounds::<Sizes>();
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
