//! A chapter as it is typed.

use std::fs;

use clap::Args;

use super::*;
use crate::{
    Experiment, Figure, between,
    format::{count, exact},
    svg,
};

/// A chapter of one number and three figures.
#[derive(Args)]
struct Small {
    /// Weight
    #[arg(long, default_value_t = 0.5, value_parser = between(0.0, 1.0))]
    weight: f64,
    /// Reports the number so many times
    #[arg(long, default_value_t = 1)]
    times: usize,
    /// Reports no number
    #[arg(long)]
    skip: bool,
    /// Names a figure where it is `other`
    #[arg(long, default_value = "a")]
    two_words: String,
}

impl Chapter for Small {
    const NAME: &'static str = "ch00";
    const TITLE: &'static str = "Small";
    const EXPERIMENTS: &'static [Experiment<Self>] = &[
        Experiment { figures: &["a"], run: Self::line },
        Experiment { figures: &["b", "c"], run: Self::two_lines },
    ];

    fn check(&self) -> Result {
        if self.times > 9 { Err("at most 9 --times".into()) } else { Ok(()) }
    }
}

impl Small {
    fn line(&self, report: &mut Report) -> Result {
        let times = if self.skip { 0 } else { self.times };
        for _ in 0..times {
            report.number("weight", exact(self.weight));
        }
        report.figure(&self.figure("a"))
    }

    fn two_lines(&self, report: &mut Report) -> Result {
        report.figure(&self.figure("b"))?;
        report.figure(&self.figure(if self.two_words == "other" { "d" } else { "c" }))
    }

    fn figure(&self, name: &str) -> Figure {
        Figure::new(name, "A line").line("a", [(0.0, 0.0), (1.0, self.weight)])
    }
}

/// Runs the chapter into a folder; what it prints, and the parameters in the figure.
fn typed(arguments: &str) -> Result<(String, Option<String>)> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().display().to_string();
    let words = ["ch00", "--out", &out].map(str::to_owned).into_iter();
    let words = words.chain(arguments.split_whitespace().map(str::to_owned));
    let text = run::<Small>(words.map(OsString::from))?.text;
    let drawn = fs::read_to_string(folder.path().join("ch00-a.svg"))?;
    let numbers = fs::read_to_string(folder.path().join("ch00.json")).ok();
    assert_eq!(numbers.is_none(), arguments.contains("--only"), "a part takes no whole's place");
    let skipped = arguments.contains("--skip");
    assert!(numbers.is_none_or(|numbers| numbers.contains("\"weight\"") != skipped));
    Ok((text, svg::parameters(&drawn)))
}

#[test]
fn a_changed_parameter_is_written_into_the_figure_and_an_equal_one_is_not() {
    let parameters = |arguments| typed(arguments).unwrap().1;
    assert_eq!(parameters(""), None);
    assert_eq!(parameters("--weight 0.50"), None);
    assert_eq!(parameters("--weight 0.7"), Some("--weight 0.7".into()));
    assert_eq!(parameters("--seed 7 --weight 0.7").as_deref(), Some("--weight 0.7 --seed 7"));
    assert_eq!(parameters("--skip --weight 0.7").as_deref(), Some("--weight 0.7 --skip"));
    assert_eq!(parameters("--two-words b").as_deref(), Some("--two-words b"));
}

#[test]
fn a_value_of_several_words_is_quoted() {
    let command = command::<Small>();
    let words = ["ch00", "--two-words", "a \"b\""];
    let matches = command.clone().try_get_matches_from(words).unwrap();
    let changed = changed_parameters(&command, &matches);
    assert_eq!(changed.as_deref(), Some(r#"--two-words "a \"b\"""#));
}

/// A chapter that reports its seed, twice where it is asked to.
#[derive(Args)]
struct Seed {
    /// Reports it twice
    #[arg(long)]
    twice: bool,
}

impl Chapter for Seed {
    const NAME: &'static str = "ch00";
    const TITLE: &'static str = "Seed";
    const EXPERIMENTS: &'static [Experiment<Self>] = &[Experiment {
        figures: &[],
        run: |own, report| {
            for _ in 0..=usize::from(own.twice) {
                report.number("seed", count(report.seed()));
            }
            Ok(())
        },
    }];
}

#[test]
fn the_numbers_are_those_of_the_seed_and_have_names_of_their_own() {
    assert_eq!(numbers::<Seed>("").unwrap()["seed"], "1");
    assert_eq!(numbers::<Seed>("--seed 7").unwrap()["seed"], "7");
    assert!(numbers::<Seed>("--twice").is_err());
}

#[test]
fn what_is_no_parameter_is_refused_where_a_number_is_asked_for() {
    for flag in ["--out here", "--sync", "--dry-run", "--only a"] {
        let error = numbers::<Small>(flag).unwrap_err().to_string();
        let name = flag.split(' ').next().unwrap();
        assert_eq!(error, format!("{name} is no parameter: leave it out"));
    }
}

#[test]
fn a_dry_run_checks_the_parameters_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("figures").display().to_string();
    let dry = |arguments: &[&str]| {
        let words = [&["ch00", "--dry-run", "--out", &out], arguments].concat();
        let done = run::<Small>(words.into_iter().map(OsString::from));
        done.map(|done| done.text).map_err(|error| error.to_string())
    };
    assert_eq!(dry(&["--times", "9"]).unwrap(), "ch00: these parameters can be run\n");
    assert_eq!(dry(&["--times", "10"]).unwrap_err(), "at most 9 --times");
    assert!(dry(&["--weight", "2"]).unwrap_err().contains("must be a number from 0 to 1"));
    assert!(dry(&["--sync"]).unwrap_err().contains("leave out --out"));
    assert!(!folder.path().join("figures").exists(), "a dry run makes a folder");
}

#[test]
fn what_cannot_be_run_is_refused_before_anything_is_computed() {
    assert_eq!(typed("--times 10").unwrap_err().to_string(), "at most 9 --times");
    assert_eq!(numbers::<Small>("--times 10").unwrap_err().to_string(), "at most 9 --times");
}

#[test]
fn one_experiment_can_run_alone() {
    let drawn = |report: Report| -> Vec<String> {
        report.drawings().iter().map(|drawing| drawing.name.clone()).collect()
    };
    let (small, seed) = crate::parse::<Small>("--seed 7").unwrap();
    let alone = crate::draw("c", &small, Report::new(seed)).unwrap();
    assert_eq!((alone.seed(), alone.numbers()), (7, &[][..]));
    assert_eq!(drawn(alone), ["b", "c"]);
    assert_eq!(
        crate::draw("d", &small, Report::new(1)).unwrap_err().to_string(),
        "no experiment of ch00 draws d"
    );
    let (text, parameters) = typed("--only a").unwrap();
    assert!(text.contains("ch00-a.svg") && !text.contains("ch00-b.svg"), "{text}");
    assert_eq!(parameters, None, "which figure is drawn changes nothing in it");
}

#[test]
fn the_numbers_are_printed() {
    assert!(typed("--weight 0.7").unwrap().0.contains("weight  0.7"));
}

#[test]
fn what_is_wrong_is_said_in_one_line() {
    for (arguments, words) in [
        ("--weight 2", "must be a number from 0 to 1"),
        ("--weight -1", "must be a number from 0 to 1"),
        ("--weight x", "must be a number from 0 to 1"),
        ("--times 2", "two numbers named weight"),
        ("--no-such 1", "unexpected argument"),
        ("--only d", "[possible values: a, b, c]"),
        ("--only a --sync", "cannot be used with"),
        ("--two-words other", "draws b, d and declares b, c"),
        ("--sync", "leave out --out"),
        ("--sync --weight 0.7", "leave out --weight 0.7"),
    ] {
        let error = typed(arguments).unwrap_err().to_string();
        assert!(error.contains(words) && error.lines().count() == 1, "{arguments}: {error}");
    }
}
