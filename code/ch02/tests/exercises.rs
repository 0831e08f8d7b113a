//! What the chapter promises of its parameters. The answers that it gives to "Predict, change,
//! rerun" are numbers of the page, which the tests of the book compare with the program.

use ch02::Parameters;

/// The numbers of a run.
fn run(arguments: &str) -> impl Fn(&str) -> String {
    let numbers = chapter::numbers::<Parameters>(arguments).unwrap();
    move |name| numbers[name].clone()
}

#[test]
fn with_sizes_of_ones_own_the_lines_cross_where_the_formula_says() {
    let number = run("--input 300 --hidden 512 --length 50");
    assert_eq!(number("more_work"), number("crossover"));
}

#[test]
fn a_kernel_as_long_as_the_sequence_has_the_weights_of_the_feed_forward_network() {
    let number = run("--kernel 10");
    assert_eq!(number("cnn_weights"), number("fnn_weights"));
}

#[test]
fn where_the_lines_meet_on_a_whole_step_the_next_one_has_fewer() {
    let number = run("--input 20 --hidden 20 --length 4");
    assert_eq!((number("crossover").as_str(), number("fewer_from").as_str()), ("2.00", "3"));
}

#[test]
fn another_seed_gives_another_gradient() {
    let (one, two) = (run("--seed 1"), run("--seed 2"));
    assert_ne!(one("gradient_shared"), two("gradient_shared"));
    for number in [one, two] {
        assert_eq!(number("gradient_sum"), number("gradient_shared"));
    }
}

#[test]
fn sizes_that_do_not_fit_are_refused_in_one_line() {
    for (arguments, words) in [
        ("--kernel 11", "--kernel must not be larger than --length"),
        ("--length 10000", "choose sizes that give at most 50,000,000"),
        ("--length 2000", "choose sizes that give at most 50,000,000"),
    ] {
        let error = chapter::numbers::<Parameters>(arguments).unwrap_err().to_string();
        assert!(error.contains(words) && error.lines().count() == 1, "{error}");
    }
}

#[test]
fn sizes_at_their_bounds_are_refused_at_once_or_soon_done() {
    let [low, high] = chapter::refused_at_bounds::<Parameters>("").unwrap();
    assert_eq!(low, None);
    let high = high.expect("the largest sizes are too large together");
    assert!(high.contains("50,000,000") && high.lines().count() == 1, "{high}");
}

#[test]
fn every_experiment_finds_alone_what_it_finds_among_the_others() {
    chapter::each_alone::<Parameters>("--length 5").unwrap();
}
