//! The answers that the chapter gives to "Predict, change, rerun" are what its program finds.

use ch01::Parameters;
use chapter::{Chapter, Report};
use clap::{Args, Command, FromArgMatches};

/// The parameters as typed: `--weight 1.5`.
fn parameters(arguments: &str) -> Parameters {
    let words = ["ch01"].into_iter().chain(arguments.split_whitespace());
    let matches = Parameters::augment_args(Command::new("ch01")).get_matches_from(words);
    Parameters::from_arg_matches(&matches).unwrap()
}

/// The numbers of a run.
fn run(arguments: &str) -> impl Fn(&str) -> String {
    let mut report = Report::new(None);
    parameters(arguments).run(1, &mut report).unwrap();
    let numbers = report.numbers().to_vec();
    move |name| numbers.iter().find(|number| number.name == name).unwrap().text.clone()
}

#[test]
fn the_page_shows_the_two_sentences_that_are_read() {
    let page = include_str!("../../../src/ch01-hidden-state.md");
    let Parameters { text, first_word, .. } = parameters("");
    let pair = ch01::sentence::Pair::new(&text, &first_word).unwrap();
    assert!(page.contains(&format!("{}\n{}\n", pair.sentence, pair.other)));
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
