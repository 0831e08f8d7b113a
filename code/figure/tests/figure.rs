//! Every figure is drawn, or refused with a reason; none hangs, and all files are well-formed.

use figure::{Draw, Figure, FigureError, HeatMap, Problem, svg::difference};
use roxmltree::Document;

fn figure() -> Figure {
    Figure::new("test", "A title")
}

#[track_caller]
fn problem(figure: &Figure) -> Problem {
    figure.to_svg(None).expect_err("refused").problem
}

/// Checks that a file is XML and that all its numbers are finite.
#[track_caller]
fn assert_well_formed(svg: &str) {
    assert_eq!(Document::parse(svg).err(), None, "{svg}");
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
}

/// Draws these points in each way, on each kind of axes.
fn all_types(points: &[(f64, f64)]) -> Vec<Figure> {
    let points = || points.iter().copied();
    let on_any_axes = [
        figure().line("a", points()),
        figure().marked_line("a", points()),
        figure().paths("a", [points(), points()]),
        figure().scatter("a", points()),
        figure().band("a", points().map(|(x, y)| (x, y, y))),
    ];
    let on_linear_axes = [
        figure().bars("a", points()),
        figure().line("a", points()).mark_x(1.0, "x").mark_y(1.0, "y"),
    ];
    let logs = on_any_axes.iter().flat_map(|figure| {
        let figure = || figure.clone();
        [figure().log_x(), figure().log_y(), figure().log_x().log_y()]
    });
    on_any_axes.iter().cloned().chain(on_linear_axes).chain(logs).collect()
}

#[test]
fn every_type_draws_few_equal_huge_and_tiny_values() {
    let huge = [1e-300, 1e-12, 1.0, 1.0 + 1e-15, 1e6, 1e15, 1e100, 1e299];
    let mut all =
        vec![vec![(0.0, 0.0)], vec![(0.0, 0.0), (1.0, 0.0)], vec![(1.0, 2.0), (1.0, 2.0)]];
    for a in huge {
        all.push(vec![(a, a)]);
        all.extend(huge.map(|b| vec![(a, b), (b, a)]));
        all.extend(huge.map(|b| vec![(1.0, a), (2.0, b), (3.0, a)]));
    }
    for figure in all.iter().flat_map(|points| all_types(points)) {
        match figure.to_svg(None) {
            Ok(svg) => assert_well_formed(&svg),
            // A zero alone is nowhere on a logarithmic axis.
            Err(error) => assert_eq!(error.problem, Problem::Nothing),
        }
    }
}

/// What is less than the smallest normal number has few digits left: its labels may be poor.
#[test]
fn the_smallest_numbers_of_all_end_no_program() {
    let points = [(0.0, 5e-324), (1.0, 1e-323)];
    assert!(figure().log_y().line("a", points).to_svg(None).is_ok());
    assert!(figure().line("a", points).to_svg(None).is_ok());
}

#[test]
fn negative_values_draw_on_linear_axes() {
    for size in [1e-300, 1e-5, 1.0, 1e299] {
        let points = [(-size, -size), (0.0, size), (size, 0.0)];
        assert_well_formed(&figure().line("a", points).to_svg(None).unwrap());
        assert_well_formed(&figure().bars("a", points).to_svg(None).unwrap());
    }
}

#[test]
fn heat_maps_of_any_size_draw() {
    let value = |i: usize, j: usize| (i * j) as f64;
    for (rows, columns) in [(1, 1), (1, 60), (60, 1), (2, 2), (32, 60), (77, 77)] {
        let values = || (0..rows).map(move |i| (0..columns).map(move |j| value(i, j)));
        let names = |n: usize| (0..n).map(|i| format!("name {i}"));
        let map = HeatMap::new("map", "A map").values(values());
        for map in [
            map.clone(),
            map.clone().sequential(0.0, 1e300),
            map.clone().diverging(-1e-200, 1e-200),
            map.clone().logarithmic(1e-300, 1e300),
            map.x_labels(names(columns)).y_labels(names(rows)),
        ] {
            assert_well_formed(&map.to_svg(Some("--a 1")).unwrap());
        }
    }
}

#[test]
fn files_are_small() {
    let states = (0..32).map(|i| (0..60).map(move |j| f64::from(i * j)));
    let map = HeatMap::new("map", "A map").values(states).to_svg(None).unwrap();
    assert!(map.len() < 150_000, "{}", map.len());
    let wave = (0..10_000).map(f64::from).map(|t| (t, (t * 12.9898).sin() * t));
    let long = figure().line("a", wave.clone()).to_svg(None).unwrap();
    assert!(long.len() < 60_000, "{}", long.len());
    let circle = wave.map(|(t, _)| ((t / 50.0).cos(), (t / 50.0).sin()));
    let phase = figure().line("a", circle).to_svg(None).unwrap();
    assert!(phase.len() < 100_000, "{}", phase.len());
}

#[test]
fn a_long_line_keeps_its_extremes_and_its_number_of_points() {
    let spike = |t: i32| {
        if t == 7_003 { 1.0 } else { 1e-17 * f64::from(t % 7) }
    };
    let wave = |noise: f64| {
        let points = (0..10_000).map(|t| (f64::from(t), spike(t) + noise * f64::from(t % 3)));
        figure().y_range(0.0, 1.0).line("a", points).to_svg(None).unwrap()
    };
    let (first, second) = (wave(0.0), wave(1e-16));
    let line = first.lines().find(|line| line.contains("class=\"line")).unwrap();
    let top = first.lines().rfind(|line| line.contains("class=\"grid")).unwrap();
    let y = top.split(',').nth(1).unwrap().split(' ').next().unwrap();
    assert!(line.contains(&format!(",{y} ")), "the spike reaches the top");
    assert_eq!(difference(&first, &second), None);
}

#[test]
fn zero_leaves_a_logarithmic_axis_and_a_negative_value_is_refused() {
    let svg =
        figure().log_y().line("a", [(0.0, 1.0), (1.0, 0.1), (2.0, 0.0)]).to_svg(None).unwrap();
    assert_well_formed(&svg);
    let zeros = figure().log_y().line("a", [(0.0, 0.0), (1.0, 0.0)]);
    assert_eq!(problem(&zeros), Problem::Nothing);
    let negative = figure().log_x().line("a", [(1.0, 1.0), (-1.0, 1.0)]).to_svg(None);
    assert_eq!(
        negative.unwrap_err().to_string(),
        "figure `test`: the x of point 1 of `a` is -1, which a logarithmic axis cannot show"
    );
}

#[test]
fn what_cannot_be_drawn_is_refused_by_name() {
    let bad = figure().band("b", [(0.0, 0.0, 1.0), (1.0, 0.0, f64::NAN)]).to_svg(None);
    assert_eq!(
        bad.unwrap_err().to_string(),
        "figure `test`: the y of point 1 of `b` is NaN, which no axis can show"
    );
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e301] {
        let bad = [
            figure().line("a", [(0.0, value)]),
            figure().scatter("a", [(value, 0.0)]),
            figure().bars("a", [(0.0, value)]),
            figure().line("a", [(0.0, 0.0)]).mark_y(value, "m"),
            figure().line("a", [(0.0, 0.0)]).x_range(0.0, value),
        ];
        for figure in bad {
            assert!(matches!(problem(&figure), Problem::NotDrawable { .. }));
        }
    }
}

#[test]
fn empty_and_crowded_figures_are_refused() {
    let none: [(f64, f64); 0] = [];
    assert_eq!(problem(&figure()), Problem::Nothing);
    assert_eq!(problem(&figure().line("a", none)), Problem::Empty { series: "a".to_owned() });
    let no_path = figure().paths("a", [vec![(0.0, 0.0)], Vec::new()]);
    assert_eq!(problem(&no_path), Problem::Empty { series: "a".to_owned() });
    let seven = (0..7).fold(figure(), |figure, _| figure.line("a", [(0.0, 0.0)]));
    assert!(matches!(problem(&seven), Problem::TooMany { count: 7, limit: 6, .. }));
    let dots = figure().scatter("a", (0..3_000).map(|i| (f64::from(i), 0.0)));
    assert!(matches!(problem(&dots), Problem::TooMany { count: 3_000, .. }));
}

#[test]
fn contradictions_are_refused() {
    let line = || figure().line("a", [(0.0, 0.0), (1.0, 1.0)]);
    for (low, high) in [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0 + 1e-15)] {
        assert_eq!(problem(&line().y_range(low, high)), Problem::Range { low, high });
    }
    assert!(matches!(problem(&line().log_y().y_range(0.0, 1.0)), Problem::Range { .. }));
    assert_eq!(problem(&figure().bars("a", [(1.0, 1.0)]).log_y()), Problem::BarsOnLog);
    let upside_down = figure().band("a", [(0.0, 1.0, 0.0)]);
    assert!(matches!(problem(&upside_down), Problem::BandUpsideDown { .. }));
    assert!(matches!(problem(&line().x_labels(["one"])), Problem::Labels { labels: 1, places: 2 }));
    assert!(matches!(problem(&line().x_axis(&"long ".repeat(20))), Problem::TooLong { .. }));
    for name in ["", "a b", "../a", "Ring", "1st"] {
        let named = Figure::new(name, "").line("a", [(0.0, 0.0)]);
        assert_eq!(problem(&named), Problem::Name, "{name}");
    }
}

#[test]
fn heat_maps_are_checked() {
    let of = |rows: &[&[f64]]| {
        HeatMap::new("map", "").values(rows.iter().map(|row| row.iter().copied()))
    };
    let problem = |map: &HeatMap| map.to_svg(None).expect_err("refused").problem;
    assert_eq!(problem(&of(&[])), Problem::Nothing);
    assert_eq!(problem(&of(&[&[]])), Problem::Nothing);
    let ragged = of(&[&[1.0, 2.0], &[3.0]]).to_svg(None).unwrap_err();
    let expected = Problem::Ragged { row: 1, expected: 2, found: 1 };
    assert_eq!(ragged, FigureError { figure: "map".to_owned(), problem: expected });
    assert!(matches!(problem(&of(&[&[f64::NAN]])), Problem::NotDrawable { .. }));
    assert!(matches!(problem(&of(&[&[1.0]]).diverging(1.0, -1.0)), Problem::Range { .. }));
    assert!(matches!(problem(&of(&[&[1.0]]).logarithmic(0.0, 1.0)), Problem::Range { .. }));
    let negative = of(&[&[-1.0]]).logarithmic(0.1, 1.0);
    assert!(matches!(problem(&negative), Problem::NotPositive { .. }));
    for labels in [vec!["a"], vec!["a", "b", "c"]] {
        let wrong = of(&[&[1.0, 2.0]]).x_labels(labels);
        assert!(matches!(problem(&wrong), Problem::Labels { places: 2, .. }));
    }
    let marked = |place, label| of(&[&[1.0]]).mark([(0.0, 0.0), place], label, (0.0, 0.0));
    let nowhere = marked((0.0, f64::NAN), "mark");
    assert!(matches!(problem(&nowhere), Problem::NotDrawable { .. }));
    let long = marked((0.0, 0.0), &"long".repeat(20));
    assert!(matches!(problem(&long), Problem::TooLong { .. }));
    let crowded = HeatMap::new("map", "").values(vec![vec![0.0; 100]; 100]);
    assert!(matches!(problem(&crowded), Problem::TooMany { .. }));
}

#[test]
fn any_text_makes_a_well_formed_file() {
    for odd in
        ["<&>\"'", "]]>", "\u{0}\u{1b}\u{ffff}", "a\nb\r\n\tc", "<!--", "π 文字 🦀", " ", "a  b"]
    {
        let svg = Figure::new("odd", odd)
            .describe(odd)
            .x_axis(odd)
            .y_axis(odd)
            .x_labels([odd])
            .line(odd, [(0.0, 0.0)])
            .mark_x(0.0, odd)
            .mark_y(0.0, odd)
            .to_svg(Some(odd))
            .unwrap();
        assert_well_formed(&svg);
        let map = HeatMap::new("odd", odd).x_labels([odd]).value_axis(odd).values([[0.0]]);
        assert_well_formed(&map.to_svg(Some(odd)).unwrap());
    }
}

/// A title says what holds for the book's parameters, so a figure of others has none.
#[test]
fn the_title_stands_above_the_figure_of_the_books_own_parameters() {
    let svg = |title: &str, note| {
        let figure = Figure::new("test", title).line("a", [(0.0, 0.0)]);
        figure.to_svg(note).unwrap()
    };
    let headlines = |svg: &str| svg.matches("class=\"headline\"").count();
    let long = "A title that is too long for a single line of the figure, even of the widest";
    assert_eq!([headlines(&svg("Short", None)), headlines(&svg(long, None))], [1, 2]);
    let changed = svg("Short", Some("--radius 1.3"));
    assert!(headlines(&changed) == 0 && changed.contains("viewBox=\"0 0 3040 "));
}

#[test]
fn the_head_names_and_describes_the_figure() {
    let line = || figure().line("a", [(0.0, 0.0)]);
    let svg = line().describe("It rises.").to_svg(None).unwrap();
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 -179 3040 "));
    for part in [
        "role=\"img\"",
        "aria-labelledby=\"test-title\"",
        "aria-describedby=\"test-desc\"",
        "<title id=\"test-title\">A title</title>",
        "<desc id=\"test-desc\">It rises.</desc>",
        "@media(prefers-color-scheme:dark)",
    ] {
        assert!(svg.contains(part), "{part}");
    }
    assert!(!line().to_svg(None).unwrap().contains("desc"));
    assert_eq!(line().to_svg(None), line().to_svg(None));
}
