//! What the chapter promises of its parameters. The answers that it gives to "Predict, change,
//! rerun" are numbers of the page, which the tests of the book compare with the program.

use ch06::Parameters;

/// The numbers of a run.
fn run(arguments: &str) -> impl Fn(&str) -> String {
    let numbers = chapter::numbers::<Parameters>(arguments).unwrap();
    move |name| numbers[name].clone()
}

#[test]
fn a_second_layer_reads_more() {
    let (one, two) = (run(""), run("--layers 2"));
    assert_eq!((one("parameters").as_str(), two("parameters").as_str()), ("640", "1,480"));
    assert_eq!(two("weight_ih_l0"), "[20, 10]");
    assert_eq!(two("weight_ih_l1"), "[20, 20]");
}

#[test]
fn two_layers_of_two_directions() {
    let number = run("--layers 2 --bidirectional");
    assert_eq!(number("weight_ih_l1"), "[20, 40]");
    assert_eq!(number("weight_ih_l1_reverse"), "[20, 40]");
    assert_eq!([number("h_0"), number("h_n")], ["[4, 2, 20]", "[4, 2, 20]"]);
    for alone in ["--layers 2", "--bidirectional"] {
        assert_eq!(run(alone)("h_n"), "[2, 2, 20]");
    }
    assert_eq!(number("parameters"), "3,760");
    assert_eq!(run("--bidirectional")("weight_ih_l0"), "[20, 10]");
}

#[test]
fn only_input_and_output_know_the_length() {
    let own = |arguments| {
        let mut numbers = chapter::numbers::<Parameters>(arguments).unwrap();
        numbers.retain(|name, _| !name.starts_with("stacked"));
        numbers
    };
    let (short, long) = (own(""), own("--steps 1000"));
    let changed: Vec<_> =
        short.iter().filter(|(name, text)| long[*name] != **text).map(|(name, _)| name).collect();
    assert_eq!(changed, ["input", "output"]);
}

#[test]
fn an_lstm_has_a_second_state() {
    let number = run("--cell lstm");
    assert_eq!(number("parameters"), "2,560");
    assert_eq!([number("c_0"), number("c_n")], ["[1, 2, 20]", "[1, 2, 20]"]);
    assert_eq!(number("output"), run("")("output"));
    assert_eq!(run("--cell gru")("parameters"), "1,920");
}

#[test]
fn sizes_at_their_bounds_are_refused_at_once_or_soon_done() {
    let [low, high] = chapter::refused_at_bounds::<Parameters>("").unwrap();
    assert_eq!(low, None);
    let high = high.expect("the largest sizes are too large together");
    assert!(
        high.contains("--batch, --steps, --input or --hidden") && high.lines().count() == 1,
        "{high}"
    );
}

#[test]
fn each_limit_is_said_with_the_parameters_that_help() {
    for (arguments, words) in [
        ("--batch 1000 --steps 1000 --input 1000", "inputs and gates"),
        ("--hidden 1000 --layers 8 --bidirectional --cell lstm", "weights"),
        ("--batch 100 --steps 1000 --hidden 400 --layers 8", "multiply-adds"),
    ] {
        let error = chapter::numbers::<Parameters>(arguments).unwrap_err().to_string();
        assert!(error.contains(words) && error.contains("are the most"), "{arguments}: {error}");
    }
}

#[test]
fn every_experiment_finds_alone_what_it_finds_among_the_others() {
    chapter::each_alone::<Parameters>("").unwrap();
}
