//! What the chapter promises of its parameters. The answers that it gives to "Predict, change,
//! rerun" are numbers of the page, which the tests of the book compare with the program.

use std::collections::BTreeMap;

use ch04::Parameters;

type Numbers = BTreeMap<String, String>;

fn run(arguments: &str) -> Numbers {
    chapter::numbers::<Parameters>(arguments).unwrap()
}

fn whole(text: &str) -> usize {
    text.replace(',', "").parse().unwrap()
}

/// What the page says of four times as many steps, of a longer silence and of twice as many digits.
#[test]
fn what_lengthens_the_loop_and_what_the_sweeps() {
    let short = run("--hidden 16 --steps 100 --gap 20");
    let long = run("--hidden 16 --steps 400 --gap 50");
    assert_eq!(whole(&long["latch_sweeps"]), whole(&short["latch_sweeps"]) + 30);
    assert_eq!(long["latch_exponent"], short["latch_exponent"]);
    let (few, many) = (whole(&short["step_span"]), whole(&long["step_span"]));
    assert!((4 * few - many) < few / 20, "{few} {many}");
    assert_eq!(long["pytorch_jacobi_span"], short["pytorch_jacobi_span"]);
    let finer = run("--hidden 16 --steps 100 --gap 20 --tolerance 1e-12");
    let (coarse, fine) = (whole(&short["pytorch_sweeps"]), whole(&finer["pytorch_sweeps"]));
    assert!((3 * coarse / 2..=2 * coarse).contains(&fine), "{coarse} {fine}");
    let [coarse, fine] = [&short, &finer].map(|run| whole(&run["pytorch_iterations"]));
    assert_eq!(fine, coarse + 1);
}

/// What a run finds and draws, by name.
fn all(arguments: &str) -> BTreeMap<String, String> {
    let figures = chapter::figures::<Parameters>(arguments).unwrap().into_iter();
    let figures = figures.map(|(name, svg)| (format!("{name}.svg"), svg));
    run(arguments).into_iter().chain(figures).collect()
}

#[test]
fn every_experiment_and_figure_takes_the_parameters() {
    let small = all("--hidden 16 --steps 40 --gap 20");
    for (arguments, names) in [
        (
            "--hidden 16 --steps 40 --gap 20 --tolerance 0.002",
            "tolerance pytorch_expected pytorch_sweeps pytorch_iterations length_1_sweeps \
             length_3_sweeps latch_expected latch_sweeps latch_first_iterations exponent.svg \
             latch.svg",
        ),
        (
            "--hidden 32 --steps 40 --gap 20",
            "step_span pytorch_jacobi_span pytorch_newton_work length_1_sweeps",
        ),
        (
            "--hidden 16 --steps 60 --gap 30",
            "step_span own_newton_span own_newton_work latch_sweeps latch.svg",
        ),
        (
            "--hidden 16 --steps 40 --gap 20 --seed 2",
            "orthogonal_exponent length_1_sweeps length_3_sweeps front-forgets.svg exponent.svg",
        ),
    ] {
        let changed = all(arguments);
        for name in names.split_whitespace() {
            assert!(changed[name] != small[name], "{arguments} does not reach {name}");
        }
    }
}

#[test]
fn every_experiment_finds_alone_what_it_finds_among_the_others() {
    chapter::each_alone::<Parameters>("--hidden 16 --steps 40 --gap 20").unwrap();
}
