//! A chapter's experiments one by one, for tests.

use super::note;
use crate::{Chapter, Report, Result, experiment::found, parse};

/// Runs a chapter with these arguments, and then each of its experiments alone, with a report of its
/// own: a page runs one of them, and must show what the book shows.
///
/// # Errors
/// Where an experiment finds something else alone, or fails.
pub fn each_alone<C: Chapter>(arguments: &str) -> Result {
    let (chapter, seed) = parse::<C>(arguments)?;
    let new_report = || Report::new(seed).with_note(note(arguments));
    let among_others = results(&found(&chapter, new_report(), None)?);
    let mut alone = Vec::new();
    for experiment in C::EXPERIMENTS {
        let mut report = new_report();
        experiment.report(&chapter, &mut report)?;
        alone.extend(results(&report));
    }
    alone.sort();
    match among_others.iter().zip(&alone).find(|(among_others, alone)| among_others != alone) {
        Some(((name, _), _)) => Err(format!("{name} is another one alone").into()),
        None => Ok(()),
    }
}

/// Names and texts of all numbers and figures, in the order of their names.
fn results(report: &Report) -> Vec<(String, String)> {
    let numbers = report.numbers().iter().map(|number| (number.name.clone(), number.text.clone()));
    let drawings = report.drawings().iter();
    let drawings = drawings.map(|drawing| (format!("{}.svg", drawing.name), drawing.svg.clone()));
    let mut results: Vec<_> = numbers.chain(drawings).collect();
    results.sort();
    results
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::{Experiment, format::count};

    #[derive(clap::Args)]
    struct Runs {
        /// Counts on from one run to the next
        #[arg(long)]
        count_on: bool,
    }

    impl Chapter for Runs {
        const NAME: &'static str = "ch00";
        const TITLE: &'static str = "Runs";
        const EXPERIMENTS: &'static [Experiment<Self>] = &[Experiment {
            figures: &[],
            run: |own, report| {
                report.number("runs", count(own.runs()));
                Ok(())
            },
        }];
    }

    impl Runs {
        fn runs(&self) -> usize {
            static RUNS: AtomicUsize = AtomicUsize::new(0);
            if self.count_on { RUNS.fetch_add(1, Ordering::Relaxed) } else { 0 }
        }
    }

    #[test]
    fn what_depends_on_earlier_runs_is_named() {
        assert!(each_alone::<Runs>("").is_ok());
        let error = each_alone::<Runs>("--count-on").unwrap_err().to_string();
        assert_eq!(error, "runs is another one alone");
    }
}
