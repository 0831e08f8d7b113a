//! What the chapter promises of its parameters. The answers that it gives to "Predict, change,
//! rerun" are numbers of the page, which the tests of the book compare with the program.

use ch01::Parameters;
use clap::{Args, Command, FromArgMatches};

#[test]
fn the_page_shows_the_two_sentences_that_are_read() {
    let page = include_str!("../../../src/ch01-hidden-state.md");
    let defaults = Parameters::augment_args(Command::new("ch01")).get_matches_from(["ch01"]);
    let Parameters { text, first_word, .. } = Parameters::from_arg_matches(&defaults).unwrap();
    let pair = ch01::sentence::Pair::new(&text, &first_word).unwrap();
    assert!(page.contains(&format!("{}\n{}\n", pair.sentence, pair.other)));
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

#[test]
fn every_experiment_finds_alone_what_it_finds_among_the_others() {
    chapter::each_alone::<Parameters>("--hidden 8 --ring 5").unwrap();
}
