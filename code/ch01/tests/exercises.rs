//! The answers that the chapter gives to "Predict, change, rerun" are what its program finds.

use ch01::Parameters;
use clap::{Args, Command, FromArgMatches};

/// The numbers of a run.
fn run(arguments: &str) -> impl Fn(&str) -> String {
    let numbers = chapter::numbers::<Parameters>(arguments).unwrap();
    move |name| numbers[name].clone()
}

#[test]
fn the_page_shows_the_two_sentences_that_are_read() {
    let page = include_str!("../../../src/ch01-hidden-state.md");
    let defaults = Parameters::augment_args(Command::new("ch01")).get_matches_from(["ch01"]);
    let Parameters { text, first_word, .. } = Parameters::from_arg_matches(&defaults).unwrap();
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

#[test]
fn sizes_at_their_bounds_are_refused_at_once_or_soon_done() {
    assert_eq!(chapter::refused_at_bounds::<Parameters>("").unwrap(), [None, None]);
    let long = "an ".repeat(50_000);
    let signs = (0..10_000).filter_map(|sign| char::from_u32(0x4e00 + sign % 3_000));
    let many_signs: String = "A ".chars().chain(signs).collect();
    for (text, hidden, words) in [
        (&long, 256, "multiply-adds"),
        (&long, 32, "multiply-adds"),
        (&many_signs, 1, "inputs and states"),
    ] {
        let defaults = Parameters::augment_args(Command::new("ch01"));
        let typed = ["ch01", "--text", text, "--hidden", &hidden.to_string()];
        let typed = Parameters::from_arg_matches(&defaults.get_matches_from(typed)).unwrap();
        let refused = chapter::Chapter::check(&typed).unwrap_err().to_string();
        assert!(refused.contains(words) && refused.contains("--hidden or --text"), "{refused}");
        assert_eq!(refused.lines().count(), 1, "{refused}");
    }
}
