//! Figures are compared by what they show.

use figure::{
    Draw, Figure, HeatMap,
    svg::{difference, parameters},
};

fn figure(end: f64) -> Figure {
    Figure::new("test", "A title").x_axis("x").line("a", [(0.0, 0.0), (1.0, 0.5), (2.0, end)])
}

fn drawn(figure: &Figure) -> String {
    figure.to_svg(None).unwrap()
}

fn map(value: f64) -> String {
    let map = HeatMap::new("map", "A map").values([[0.0, 0.2], [value, 1.0]]).sequential(0.0, 1.0);
    map.to_svg(None).unwrap()
}

/// What the comparison of two figures says; they must differ, both ways.
#[track_caller]
fn found(committed: &str, drawn: &str) -> String {
    assert!(difference(drawn, committed).is_some());
    difference(committed, drawn).expect("a difference")
}

#[test]
fn a_figure_equals_itself_with_any_ends_of_lines() {
    let svg = drawn(&figure(1.0));
    assert_eq!(difference(&svg, &svg), None);
    assert_eq!(difference(&svg.replace('\n', "\r\n"), &svg), None);
    assert_eq!(difference(svg.trim_end(), &svg), None);
}

#[test]
fn a_pixel_of_jitter_is_no_difference() {
    let svg = drawn(&figure(1.0));
    let (before, points) = svg.split_once("class=\"line s0\" points=\"").unwrap();
    let first: i32 = points.split(',').next().unwrap().parse().unwrap();
    let moved = |by: i32| {
        let rest = points.split_once(',').unwrap().1;
        format!("{before}class=\"line s0\" points=\"{},{rest}", first + by)
    };
    assert_eq!(difference(&svg, &moved(0)), None);
    assert_eq!(difference(&svg, &moved(1)), None);
    assert_eq!(difference(&svg, &moved(-2)), None);
    let found = found(&svg, &moved(3));
    assert!(found.starts_with("in `a`: points of <polyline> is "), "{found}");
    assert!(found.ends_with("in number 1 of 6"), "{found}");
}

#[test]
fn an_error_in_the_last_digit_is_no_difference() {
    for (value, other) in [(1.0_f64, 1.0_f64.next_up()), (0.75, 0.75_f64.next_down())] {
        assert_eq!(difference(&drawn(&figure(value)), &drawn(&figure(other))), None);
    }
}

#[test]
fn a_moved_point_is_found() {
    let found = found(&drawn(&figure(1.0)), &drawn(&figure(0.98)));
    assert!(found.starts_with("in `a`: points of <polyline> is "), "{found}");
}

#[test]
fn a_missing_series_is_found() {
    let two = figure(1.0).line("", [(0.0, 1.0), (2.0, 0.0)]);
    let found = found(&drawn(&two), &drawn(&figure(1.0)));
    assert!(found.contains("<polyline>"), "{found}");
}

#[test]
fn a_missing_end_is_found() {
    let svg = drawn(&figure(1.0));
    let cut = svg.strip_suffix("</svg>\n").unwrap();
    assert_eq!(
        found(&svg, cut),
        "the drawn figure cannot be read: the root node was opened but never closed"
    );
}

#[test]
fn a_missing_element_is_found_where_it_was() {
    let svg = "<svg><g data-series=\"a\"><circle r=\"1\"/><circle r=\"2\"/></g><text/></svg>";
    let outside = svg.replace("<circle r=\"2\"/></g>", "</g><circle r=\"2\"/>");
    assert_eq!(found(svg, &outside), "in `a`: there is nothing where <circle> was");
    assert_eq!(found(svg, &svg.replace("<text/>", "")), "there is nothing where <text> was");
    assert_eq!(
        found(svg, &svg.replace("<svg>", "<svg xmlns=\"http://www.w3.org/2000/svg\">")),
        "<svg> has other attributes: +xmlns"
    );
}

#[test]
fn a_missing_point_is_found() {
    let shorter = figure(1.0);
    let longer = Figure::new("test", "A title")
        .x_axis("x")
        .line("a", [(0.0, 0.0), (1.0, 0.5), (1.5, 0.75), (2.0, 1.0)]);
    assert_eq!(
        found(&drawn(&shorter), &drawn(&longer)),
        "in `a`: points of <polyline> has 8 numbers, had 6"
    );
}

#[test]
fn a_changed_label_is_found() {
    let found = found(&drawn(&figure(1.0)), &drawn(&figure(1.0).x_axis("<y>")));
    assert_eq!(found, "the text `x` is now `<y>`");
}

#[test]
fn a_changed_title_is_found() {
    let svg = drawn(&figure(1.0));
    assert_eq!(found(&svg, &svg.replace("A title", "12")), "the text `A title` is now `12`");
}

#[test]
fn a_changed_colour_is_found() {
    let svg = drawn(&figure(1.0));
    let found = found(&svg, &svg.replace("line s0", "line s1"));
    assert_eq!(found, "in `a`: class of <polyline> is `line s1`, was `line s0`");
}

#[test]
fn a_changed_style_sheet_is_found() {
    let svg = drawn(&figure(1.0));
    let other = found(&svg, &svg.replace("opacity:.16", "opacity:.17"));
    assert_eq!(other, "the text `.grid{opacity:.16}` is now `.grid{opacity:.17}`");
    let longer = found(&svg, &svg.replace("</style>", ".a{}\n</style>"));
    assert_eq!(longer, "the text `` is now `.a{}`");
}

#[test]
fn a_level_may_change_by_one() {
    let levels = 41.0;
    assert_eq!(difference(&map(20.4 / levels), &map(21.4 / levels)), None);
    let found = found(&map(20.4 / levels), &map(22.4 / levels));
    assert_eq!(found, "class of <rect> is `l22`, was `l20`");
}

#[test]
fn changed_parameters_are_a_difference_and_can_be_read() {
    let (plain, note) = (drawn(&figure(1.0)), "--text \"a < b & \\\"c\\\"\" --π 'd'\n--e &amp;");
    let noted = figure(1.0).to_svg(Some(note)).unwrap();
    assert_eq!(parameters(&noted).as_deref(), Some(note));
    assert_eq!(parameters(&plain), None);
    assert!(difference(&plain, &noted).is_some());
    assert!(noted.contains("drawn with --text &quot;a &lt; b"));
    assert!(!plain.contains("drawn with") && !plain.contains("data-parameters"));
}

#[test]
fn what_is_no_figure_differs_and_does_no_harm() {
    let svg = drawn(&figure(1.0));
    for broken in
        ["", "<", "<svg", "<<>>", "<svg =\"\" x=\">", "&", "a > b", "<svg data-parameters=\""]
    {
        found(&svg, broken);
        assert_eq!(difference(broken, broken), None);
        parameters(broken);
    }
}
