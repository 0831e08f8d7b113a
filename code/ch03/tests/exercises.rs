//! The answers that the chapter gives to "Predict, change, rerun" are what its program finds.

use ch03::Parameters;

/// The numbers of a run without training.
fn run(arguments: &str) -> impl Fn(&str) -> String {
    let numbers = chapter::numbers::<Parameters>(&format!("{arguments} --skip-training")).unwrap();
    move |name| numbers[name].clone()
}

#[test]
fn a_forget_bias_of_1_6_lasts_for_about_fifty_steps() {
    let steps: usize = run("--cell lstm --forget-bias 1.6")("until_own").parse().unwrap();
    assert!((40..60).contains(&steps), "{steps}");
}

#[test]
fn a_shut_forget_gate_forgets_faster_than_tanh() {
    let number = run("--cell lstm --forget-bias -1");
    let steps = |name: &str| number(name).parse::<usize>().unwrap();
    assert!(steps("until_own") < steps("until_pytorch"));
}

#[test]
fn the_edge_lies_between_1_6_and_1_7() {
    for (radius, norm) in [("1.6", "10⁻¹"), ("1.7", "10⁰")] {
        let found = run(&format!("--radius {radius}"))("jacobian_radius");
        assert!(found.ends_with(norm), "{radius}: {found}");
    }
}

#[test]
fn a_quarter_of_the_units_forgets_two_steps_sooner() {
    assert_eq!(run("")("until_pytorch"), "7");
    assert_eq!(run("--hidden 32")("until_pytorch"), "5");
}

#[test]
fn the_cell_of_ones_own_is_the_one_that_is_named() {
    assert_eq!(run("--cell gru")("until_own"), run("")("until_gru"));
    assert_eq!(run("--cell rnn --radius 2")("until_own"), run("")("until_gaussian"));
    assert_eq!(run("--cell lstm --forget-bias 2")("until_own"), run("")("until_bias_2"));
}

#[test]
fn sizes_and_seed_reach_the_experiments() {
    let (book, small, other) = (run(""), run("--hidden 32 --steps 60"), run("--seed 2"));
    assert_eq!(small("until_bias_3"), "over 60");
    for name in ["jacobian_radius_2", "padding_apart_5"] {
        assert_ne!(small(name), book(name), "{name}: --hidden");
    }
    for name in ["until_soft_high", "jacobian_radius_2", "padding_apart_5"] {
        assert_ne!(other(name), book(name), "{name}: --seed");
    }
}

#[test]
fn sizes_at_their_bounds_are_refused_at_once_or_soon_done() {
    let [low, high] = chapter::refused_at_bounds::<Parameters>("--skip-training").unwrap();
    assert_eq!(low, None);
    let high = high.expect("the largest sizes are too large together");
    assert!(high.contains("--hidden or --steps") && high.lines().count() == 1, "{high}");
}
