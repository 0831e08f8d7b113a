//! What a description says in braces is tried on the series, and each verb can fail.

use figure::{Draw, Figure, Problem, svg};

/// A few values at 0, 1, 2, …
type Values = &'static [f64];

/// A figure from 0 to 1 of these series, which says this.
fn saying(description: &str, series: &[(&str, Values)]) -> Figure {
    let figure = Figure::new("test", "A title").describe(description).y_range(0.0, 1.0);
    series.iter().fold(figure, |figure, (label, values)| {
        figure.line(label, (0..).map(f64::from).zip(values.iter().copied()))
    })
}

/// What is wrong with a description of these series.
fn problem(description: &str, series: &[(&str, Values)]) -> Problem {
    saying(description, series).to_svg(None).expect_err(description).problem
}

#[test]
fn each_verb_of_one_series_holds_here_and_not_there() {
    let falling: Values = &[0.9, 0.5, 0.1];
    let rising: Values = &[0.1, 0.5, 0.9];
    let level: Values = &[0.5, 0.52, 0.5];
    let peak: Values = &[0.1, 0.9, 0.2];
    let valley: Values = &[0.8, 0.1, 0.9];
    for (verb, right, wrong) in [
        ("falls", falling, [rising, level, peak, valley]),
        ("rises", rising, [falling, level, peak, valley]),
        ("stays level", level, [falling, rising, peak, &[0.5, 0.6, 0.5]]),
        ("changes little", &[0.5, 0.6, 0.5], [falling, rising, peak, valley]),
        ("falls straight", falling, [rising, level, peak, &[0.9, 0.2, 0.1]]),
        ("falls back", peak, [falling, rising, valley, level]),
        ("dips", valley, [falling, rising, peak, level]),
        ("highest at the end", &[0.5, 0.1, 0.9], [falling, level, peak, &[0.1, 0.9, 0.8]]),
        ("flattens", &[0.1, 0.6, 0.9, 0.9, 0.9], [falling, rising, peak, level]),
        (
            "leaps up and down",
            &[0.1, 0.9, 0.1, 0.9, 0.1, 0.9],
            [falling, rising, level, &[0.1, 0.5, 0.9, 0.5, 0.1]],
        ),
    ] {
        let said = |values| saying(&format!("It {{{verb}: a}}."), &[("a", values)]).to_svg(None);
        assert!(said(right).unwrap().contains(&format!(">It {verb}.</desc>")), "{verb}");
        for values in wrong {
            assert!(said(values).is_err(), "{verb} {values:?}");
        }
    }
}

#[test]
fn zero_is_crossed_or_not() {
    let said = |verb: &str, values: [f64; 3]| {
        let points = (0..).map(f64::from).zip(values);
        let figure = Figure::new("test", "A title").bars("a", points);
        figure.describe(&format!("{{{verb}}}")).to_svg(None).is_ok()
    };
    for (values, stays, falls) in [
        ([2.0, 1.0, 0.5], true, false),
        ([2.0, 1.0, -1.0], false, true),
        ([1.0, -1.0, 2.0], false, false),
        ([-1.0, 1.0, -1.0], false, false),
    ] {
        assert_eq!(said("stays above zero", values), stays, "{values:?}");
        assert_eq!(said("falls below zero", values), falls, "{values:?}");
    }
}

/// Said of the one and the other way round, of which one is right.
#[test]
fn each_verb_of_two_series_holds_one_way_and_not_the_other() {
    let one: Values = &[0.9, 0.5, 0.1];
    let other: Values = &[0.5, 0.4, 0.3];
    let lower: Values = &[0.5, 0.3, 0.1];
    let level: Values = &[0.5, 0.5, 0.5];
    let rising: Values = &[0.1, 0.5, 0.9];
    for (verb, a, b) in [
        ("lies above", one, lower),
        ("lies below", lower, one),
        ("the highest bar", one, other),
        ("begins above", one, other),
        ("ends above", other, one),
        ("ends far above", other, one),
        ("ends far below", one, other),
        ("rises above", rising, level),
        ("falls steeply", one, other),
        ("falls steeply", one, rising),
        ("rises steeply", rising, level),
        ("reaches further", &[0.9, 0.9, 0.1], lower),
    ] {
        let said = |said: &str| saying(said, &[("a", a), ("b", b)]).to_svg(None);
        assert!(said(&format!("{{{verb}: a > b}}")).is_ok(), "{verb}");
        assert!(said(&format!("{{{verb}: b > a}}")).is_err(), "{verb}");
        assert!(said(&format!("{{{verb}: a}}")).is_ok(), "{verb} of all others");
    }
    assert!(saying("{lies above: a}", &[("a", one), ("b", other)]).to_svg(None).is_err());
    for (verb, right, wrong) in [
        ("begin together", level, one),
        ("begin together", lower, rising),
        ("end together", one, other),
    ] {
        let said =
            |values| saying(&format!("{{{verb}}}"), &[("a", lower), ("b", values)]).to_svg(None);
        assert!(said(right).is_ok() && said(wrong).is_err(), "{verb}");
    }
}

#[test]
fn what_counts_is_what_is_seen() {
    let figure = || Figure::new("test", "A title").describe("{falls straight}");
    let powers = || (0..=4).map(f64::from).map(|x| (x, 0.1_f64.powf(x)));
    assert!(figure().line("a", powers()).to_svg(None).is_err());
    assert!(figure().log_y().line("a", powers()).to_svg(None).is_ok());
    let up_to_two = figure().x_range(0.0, 2.0).line("a", [(0.0, 2.0), (2.0, 0.0), (3.0, 9.0)]);
    assert!(up_to_two.to_svg(None).is_ok());
    let dots = [(2.0, 0.0), (0.0, 2.0), (1.0, 1.0)];
    assert!(figure().scatter("a", dots).to_svg(None).is_ok());
}

#[test]
fn a_series_is_named_by_its_label_or_by_a_part_that_no_other_has() {
    let series: [(&str, Values); 3] =
        [("tanh", &[0.9, 0.1]), ("tanh, mean", &[0.9, 0.1]), ("level", &[0.5, 0.5])];
    let said = |named: &str| saying(&format!("Two {{fall: {named}}}."), &series).to_svg(None);
    assert!(said("tanh & mean").unwrap().contains(">Two fall.</desc>"));
    let labels = "`tanh`, `tanh, mean`, `level`".to_owned();
    for named in ["tan", "gru", "tanh, max"] {
        let no_series = Problem::NoSeries { series: named.into(), labels: labels.clone() };
        assert_eq!(problem(&format!("{{fall: {named}}}"), &series), no_series);
    }
    assert!(problem("All {fall}.", &series).to_string().contains("`level`"));
    for nothing in ["{lies above: tanh > tanh}", "{falls: tanh > level}"] {
        assert!(matches!(problem(nothing, &series), Problem::NoSeries { .. }), "{nothing}");
    }
    assert!(matches!(problem("{lies above}", &series[..1]), Problem::NoSeries { .. }));
}

#[test]
fn an_error_says_what_is_not_so_and_what_to_do() {
    let series: [(&str, Values); 2] = [("state", &[0.5, 0.5]), ("gradient", &[0.9, 0.1])];
    for (description, words) in [
        (
            "It {falls: state}.",
            ["says `falls` of `state`, but it is not so", "begins in the highest"],
        ),
        (
            "It {lies above: state > gradient}.",
            ["`lies above` of `state > gradient`", "nowhere below"],
        ),
        ("It {sinks: state}.", ["`{sinks}` in the description is no verb", "falls, rises,"]),
        ("It {falls: stat.", ["`stat.`", "the series are `state`, `gradient`"]),
    ] {
        let error = saying(description, &series).to_svg(None).unwrap_err().to_string();
        assert!(error.starts_with("figure `test`: "), "{error}");
        assert!(words.iter().all(|words| error.contains(words)), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

/// With other parameters something else may be seen.
#[test]
fn of_other_parameters_nothing_is_said() {
    let figure = saying("It {falls}.", &[("a", &[0.1, 0.9])]);
    assert!(figure.to_svg(None).is_err());
    let svg = figure.to_svg(Some("--radius 2")).unwrap();
    assert!(svg::description(&svg).is_none() && !svg.contains("describedby"), "{svg}");
}
