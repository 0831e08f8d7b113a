//! What the chapter promises of its parameters. The answers that it gives to "Predict, change,
//! rerun" are numbers of the page, which the tests of the book compare with the program.

use std::collections::BTreeMap;

use ch05::Parameters;

/// The numbers of a run without training.
fn run(arguments: &str) -> BTreeMap<String, String> {
    chapter::numbers::<Parameters>(&format!("{arguments} --skip-training")).unwrap()
}

fn whole(text: &str) -> usize {
    text.replace(',', "").parse().unwrap()
}

#[test]
fn the_width_does_not_change_how_much_more_is_held() {
    let (narrow, wide) = (run("--size 16 --length 100"), run("--size 32 --length 100"));
    assert_eq!([&*narrow["state"], &*wide["state"]], ["16", "32"]);
    assert_eq!(wide["held_times"], narrow["held_times"]);
    assert_eq!(whole(&narrow["held_times"]), 2 * whole(&narrow["length"]));
}

#[test]
fn after_half_as_many_words_as_numbers_a_word_costs_twice_as_much() {
    let number = run("--length 64");
    assert_eq!(whole(&number["attention_token"]), 2 * whole(&number["rnn_token"]));
}

#[test]
fn without_training_there_is_nothing_trained() {
    assert!(run("--length 10").keys().all(|name| !name.contains("found")));
}

#[test]
fn sizes_at_their_bounds_are_refused_at_once_or_soon_done() {
    let [low, high] = chapter::refused_at_bounds::<Parameters>("--skip-training").unwrap();
    assert_eq!(low, None);
    let high = high.expect("the largest sizes are too large together");
    assert!(high.contains("--size or --length") && high.lines().count() == 1, "{high}");
}

#[test]
fn every_experiment_finds_alone_what_it_finds_among_the_others() {
    chapter::each_alone::<Parameters>("--skip-training --size 16 --length 100").unwrap();
}
