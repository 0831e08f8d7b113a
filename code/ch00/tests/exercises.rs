//! What the page promises of its parameters.

use ch00::Parameters;

#[test]
fn a_negative_weight_makes_the_state_change_sides_and_a_small_one_lets_it_fade() {
    for (weight, rest) in [("-2", 0.958), ("0.5", 0.0)] {
        let arguments = format!("--weight={weight} --skip-training");
        let numbers = chapter::numbers::<Parameters>(&arguments).unwrap();
        let found: f64 = numbers["web_rest"].parse().unwrap();
        assert!((found - rest).abs() < 0.002, "{weight}: {found}");
    }
}

#[test]
fn at_the_lowest_point_there_is_nothing_to_learn() {
    let numbers =
        chapter::numbers::<Parameters>("--start-w 1 --start-u 1 --skip-training").unwrap();
    assert_eq!((numbers["start_loss"].as_str(), numbers["plain_best"].as_str()), ("0.0", "0"));
}

#[test]
fn sizes_at_their_bounds_are_soon_done() {
    let [low, high] = chapter::refused_at_bounds::<Parameters>("--skip-training").unwrap();
    assert_eq!((low, high), (None, None));
}

#[test]
fn every_experiment_finds_alone_what_it_finds_among_the_others() {
    chapter::each_alone::<Parameters>("--skip-training").unwrap();
}
