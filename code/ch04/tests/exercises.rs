//! The answers that the chapter gives to "Predict, change, rerun" are what its program finds.

use std::{collections::BTreeMap, sync::LazyLock};

use ch04::Parameters;
use chapter::{Chapter, Report, Stopwatch};

type Numbers = BTreeMap<String, String>;

/// The numbers of the book.
static BOOK: LazyLock<Numbers> = LazyLock::new(|| run(""));

fn run(arguments: &str) -> Numbers {
    chapter::numbers::<Parameters>(arguments).unwrap()
}

fn whole(text: &str) -> usize {
    text.replace(',', "").parse().unwrap()
}

#[test]
fn a_network_that_forgets_fast_needs_eleven_sweeps() {
    let number = run("--radius 0.3 --steps 200");
    assert_eq!(number["own_sweeps"], "11");
    assert!(number["own_exponent"].starts_with("−1.4"), "{}", number["own_exponent"]);
}

#[test]
fn the_latch_needs_a_sweep_for_each_step_of_silence() {
    let number = run("--gap 300 --steps 20");
    assert_eq!(number["latch_sweeps"], "307");
    assert_eq!(number["latch_exponent"], "−1.79");
}

#[test]
fn twice_the_digits_cost_twice_the_sweeps_and_one_iteration() {
    let finer = run("--tolerance 1e-12");
    assert_eq!(BOOK["pytorch_sweeps"], "21");
    assert_eq!(finer["pytorch_sweeps"], "39");
    assert_eq!(whole(&finer["pytorch_iterations"]), whole(&BOOK["pytorch_iterations"]) + 1);
}

#[test]
fn more_steps_lengthen_the_loop_and_not_the_sweeps() {
    let longer = run("--steps 2000");
    let (short, long) = (whole(&BOOK["step_span"]), whole(&longer["step_span"]));
    assert!((4 * short - long) < short / 100, "{short} {long}");
    assert_eq!(longer["pytorch_jacobi_span"], BOOK["pytorch_jacobi_span"]);
    assert_eq!([&*longer["edge_sweeps"], &*BOOK["edge_sweeps"]], ["270", "270"]);
    assert_eq!([&*longer["own_sweeps"], &*BOOK["own_sweeps"]], ["100", "86"]);
}

#[test]
fn sizes_and_seed_reach_the_experiments() {
    let other = run("--seed 2 --hidden 64 --steps 100");
    let another = run("--seed 3 --hidden 64 --steps 100");
    assert_eq!(other["units"], "64");
    assert_ne!(other["own_exponent"], another["own_exponent"], "--seed");
}

#[test]
fn every_experiment_takes_the_parameters() {
    let small = run("--hidden 16 --steps 40 --gap 20");
    for (arguments, names) in [
        (
            "--hidden 16 --steps 40 --gap 20 --tolerance 0.002",
            "tolerance pytorch_expected pytorch_sweeps pytorch_iterations length_1_sweeps \
             length_3_sweeps latch_expected latch_sweeps latch_first_iterations",
        ),
        (
            "--hidden 32 --steps 40 --gap 20",
            "step_span pytorch_jacobi_span pytorch_newton_work length_1_sweeps",
        ),
        ("--hidden 16 --steps 60 --gap 20", "step_span own_newton_span own_newton_work"),
        (
            "--hidden 16 --steps 40 --gap 20 --seed 2",
            "orthogonal_exponent length_1_sweeps length_3_sweeps",
        ),
    ] {
        let changed = run(arguments);
        for name in names.split_whitespace() {
            assert_ne!(changed[name], small[name], "{arguments} does not reach {name}");
        }
    }
}

/// The figures, by name.
fn figures(seed: u64, tolerance: f64, gap: usize) -> BTreeMap<String, String> {
    let stopwatch = Stopwatch { measure: false, record: None };
    let parameters = Parameters { radius: 1.2, hidden: 16, steps: 40, tolerance, gap, stopwatch };
    let mut report = Report::new(None);
    parameters.run(seed, &mut report).unwrap();
    let drawings = report.drawings().iter();
    drawings.map(|drawing| (drawing.name.clone(), drawing.svg.clone())).collect()
}

#[test]
fn every_figure_is_drawn_with_the_parameters() {
    let small = figures(1, 1e-6, 20);
    for (what, changed, names) in [
        ("seed", figures(2, 1e-6, 20), &["front-forgets", "exponent"][..]),
        ("tolerance", figures(1, 0.002, 20), &["exponent", "latch"]),
        ("gap", figures(1, 1e-6, 30), &["latch"]),
    ] {
        for name in names {
            assert!(changed[*name] != small[*name], "{what} does not reach {name}");
        }
    }
}
