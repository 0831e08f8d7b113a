//! What the chapter promises of its parameters. The answers that it gives to "Predict, change,
//! rerun" are numbers of the page, which the tests of the book compare with the program.

use std::collections::BTreeMap;

use ch03::Parameters;

/// The numbers of a small network without training.
fn run(arguments: &str) -> BTreeMap<String, String> {
    chapter::numbers::<Parameters>(&format!("--skip-training --steps 60 {arguments}")).unwrap()
}

#[test]
fn the_cell_of_ones_own_is_the_one_that_is_named() {
    let named = run("--hidden 8");
    for (own, name) in
        [("--cell gru", "until_gru"), ("--cell lstm --forget-bias 2", "until_bias_2")]
    {
        let own = &run(&format!("--hidden 8 {own}"))["until_own"];
        assert_eq!(*own, named[name], "{name}");
    }
    assert_eq!(named["steps"], "60");
}

#[test]
fn sizes_and_seed_reach_the_experiments() {
    let (small, large, other) = (run("--hidden 8"), run("--hidden 12"), run("--hidden 8 --seed 2"));
    for name in ["jacobian_radius_2", "padding_apart_5"] {
        assert_ne!(large[name], small[name], "{name}: --hidden");
    }
    for name in ["until_soft_high", "jacobian_radius_2", "padding_apart_5"] {
        assert_ne!(other[name], small[name], "{name}: --seed");
    }
}

#[test]
fn sizes_at_their_bounds_are_refused_at_once_or_soon_done() {
    let [low, high] = chapter::refused_at_bounds::<Parameters>("--skip-training").unwrap();
    assert_eq!(low, None);
    let high = high.expect("the largest sizes are too large together");
    assert!(high.contains("--hidden or --steps") && high.lines().count() == 1, "{high}");
}

#[test]
fn every_experiment_finds_alone_what_it_finds_among_the_others() {
    chapter::each_alone::<Parameters>("--skip-training --hidden 8 --steps 60").unwrap();
}
