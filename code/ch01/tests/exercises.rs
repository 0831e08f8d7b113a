//! The answers that the chapter gives to "Predict, change, rerun" are what its program finds.

use ch01::Parameters;
use chapter::{Chapter, Report};
use clap::{Args, Command, FromArgMatches};

/// The numbers of a run, as typed: `--weight 1.5`.
fn run(arguments: &str) -> impl Fn(&str) -> String {
    let words = ["ch01"].into_iter().chain(arguments.split(' '));
    let matches = Parameters::augment_args(Command::new("ch01")).get_matches_from(words);
    let mut report = Report::new(None);
    Parameters::from_arg_matches(&matches).unwrap().run(1, &mut report).unwrap();
    let numbers = report.numbers().to_vec();
    move |name| numbers.iter().find(|number| number.name == name).unwrap().text.clone()
}

#[test]
fn a_weaker_latch_loses_its_bit() {
    let number = run("--weight 1.5");
    assert_eq!(number("latch_flipped_uniform"), "20");
    assert!(number("latch_margin").parse::<f64>().unwrap() < 0.5);
}

#[test]
fn just_above_the_margin_nothing_flips() {
    let number = run("--noise 0.54");
    assert!(number("latch_margin").parse::<f64>().unwrap() < 0.54);
    assert_eq!(number("latch_flipped_uniform"), "0");
}

#[test]
fn a_larger_state_helps_the_orthogonal_network_only() {
    let number = run("--hidden 150");
    assert_eq!(number("apart_pytorch_below"), "9");
    assert_eq!(number("apart_orthogonal_below"), "never");
}

#[test]
fn the_edge_lies_near_a_radius_of_one_and_a_half() {
    for (radius, stretch) in [("1.4", "10⁻²"), ("1.6", "10⁰")] {
        let found = run(&format!("--radius {radius}"))("bounded_gaussian_stretch");
        assert!(found.ends_with(stretch), "{radius}: {found}");
    }
}
