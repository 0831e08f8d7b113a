//! What the chapter promises of its parameters. The answers that it gives to "Predict, change,
//! rerun" are numbers of the page, which the tests of the book compare with the program.

use std::{collections::BTreeMap, sync::LazyLock};

use ch07::Parameters;

type Numbers = BTreeMap<String, String>;

/// The numbers of the book.
static BOOK: LazyLock<Numbers> = LazyLock::new(|| run(""));

fn run(arguments: &str) -> Numbers {
    chapter::numbers::<Parameters>(arguments).unwrap()
}

#[test]
fn more_units_have_more_multiply_adds_for_a_tanh() {
    let wide = run("--hidden 1024");
    assert_eq!([&*BOOK["own_for_a_tanh"], &*wide["own_for_a_tanh"]], ["228", "1,124"]);
    assert_eq!([&*BOOK["own_recurrence"], &*wide["own_recurrence"]], ["65.5 KB", "4.2 MB"]);
}

#[test]
fn one_sequence_uses_a_weight_once_where_a_batch_uses_it_for_each() {
    let alone = run("--batch 1");
    assert_eq!([&*BOOK["own_uses"], &*alone["own_uses"]], ["32", "1"]);
    assert_eq!(alone["own_recurrence"], BOOK["own_recurrence"]);
}

#[test]
fn a_hundred_times_the_steps_take_a_hundred_times_the_memory() {
    let long = run("--steps 10000");
    assert_eq!([&*BOOK["own_states"], &*long["own_states"]], ["1.6 MB", "163.8 MB"]);
    assert_eq!(long["own_for_a_tanh"], BOOK["own_for_a_tanh"]);
}

#[test]
fn a_rounding_grows_only_where_the_weights_are_large() {
    let small = run("--gain 2");
    assert_eq!([&*small["enlarged_far"], &*BOOK["enlarged_far"]], ["0", "20"]);
    assert_eq!(small["enlarged_library_within"], "10⁻⁵");
    assert!((5..20).contains(&run("--gain 3")["enlarged_far"].parse::<usize>().unwrap()));
}

#[test]
fn parameters_and_seed_reach_the_experiments() {
    let other = run("--batch 2 --steps 5 --input 10 --hidden 20");
    for what in ["sizes", "multiply_adds", "tanhs", "for_a_tanh", "states", "recurrence", "uses"] {
        assert_eq!(other[&format!("own_{what}")], BOOK[&format!("tiny_{what}")], "{what}");
    }
    assert_eq!(other["own_total"], BOOK["tiny_total"]);
    assert!(run("--hidden 64")["own_total"].starts_with("not measured"));
    assert_ne!(run("--gain 3 --seed 1")["gain"], BOOK["gain"]);
}

#[test]
fn a_layer_that_would_take_all_day_is_not_measured() {
    let error = chapter::numbers::<Parameters>("--measure --steps 100000 --hidden 10000");
    let error = error.unwrap_err().to_string();
    assert!(error.contains("10 billion") && error.lines().count() == 1, "{error}");
}

#[test]
fn sizes_at_their_bounds_are_soon_counted_and_too_large_to_measure() {
    assert_eq!(chapter::refused_at_bounds::<Parameters>("").unwrap(), [None, None]);
    for (sizes, words) in [
        ("--batch 990 --steps 1000 --input 10000 --hidden 1", "inputs and states"),
        ("--batch 1 --steps 1 --input 10000 --hidden 10000", "weights to measure"),
        ("--batch 1 --steps 100 --input 1 --hidden 7000", "weights to read"),
    ] {
        let error = chapter::numbers::<Parameters>(&format!("--measure {sizes}"));
        let error = error.unwrap_err().to_string();
        assert!(error.contains(words) && error.lines().count() == 1, "{sizes}: {error}");
    }
}

#[test]
fn every_experiment_finds_alone_what_it_finds_among_the_others() {
    chapter::each_alone::<Parameters>("").unwrap();
}
