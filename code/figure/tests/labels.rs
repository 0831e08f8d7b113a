//! Where labels and marks stand.

use figure::{Draw, Figure, HeatMap};

fn figure() -> Figure {
    Figure::new("figure", "A figure")
}

#[test]
fn labels_stand_at_the_ends_of_lines_or_in_the_legend() {
    let line = |end: f64| [(0.0, 0.0), (1.0, end)];
    let beside = |figure: Figure| {
        let svg = figure.to_svg(None).unwrap();
        assert!(svg.contains(">same end</text>") || !svg.contains("\"same end\""), "{svg}");
        svg.matches("class=\"label s").count()
    };
    let apart = figure().line("a", line(1.0)).line("b", line(0.0));
    assert_eq!(beside(apart.clone()), 2);
    let crossing = (0..5).fold(figure(), |figure, _| figure.line("same end", line(0.5)));
    assert_eq!(beside(crossing.line("b", line(1.0))), 0);
    let too_short = apart.line("c", [(0.0, 0.0), (0.5, 0.5)]);
    assert_eq!(beside(too_short), 0, "not some here and some there");
}

#[test]
fn a_level_is_named_beside_it_also_where_the_lines_have_a_legend() {
    let line = [(0.0, 0.0), (1.0, 0.0)];
    let crossing = (0..5).fold(figure(), |figure, _| figure.line("same end", line));
    let places = |level: f64, label: &str| {
        let svg = crossing.clone().mark_y(level, label).y_range(0.0, 1.0).to_svg(None).unwrap();
        let text = svg.lines().find(|element| element.ends_with(&format!(">{label}</text>")));
        let place = |name| text.unwrap().split(name).nth(1).unwrap().split('"').next().unwrap();
        [" x=\"", " y=\""].map(|name| place(name).parse::<i32>().unwrap())
    };
    let [low, high, long] =
        [places(0.2, "level"), places(0.8, "level"), places(0.2, "level ".repeat(4).trim_end())];
    assert!(low[0] == high[0] && low[1] > high[1], "{low:?} {high:?}");
    assert!(long[0] < low[0], "too long to stand beside: {long:?}");
}

#[test]
fn named_places_are_written_upwards_where_they_do_not_fit() {
    let named = |name: &str| {
        let bars = figure().x_labels([name; 5]).bars("a", (0..5).map(|x| (f64::from(x), 1.0)));
        bars.to_svg(None).unwrap().matches("rotate(270").count()
    };
    assert_eq!(named("GRU"), 0);
    assert_eq!(named("bidirectional GRU"), 5);
    assert_eq!(named("0.12345678901234"), 0, "numbers are left out instead");
}

#[test]
fn a_mark_on_a_heat_map_runs_from_cell_to_cell() {
    let map = HeatMap::new("map", "A map").values([[0.0, 1.0], [2.0, 3.0]]);
    let line = |corners: [(f64, f64); 2]| {
        let svg = map.clone().mark(corners, "front", (0.0, 1.0)).to_svg(None).unwrap();
        assert!(svg.contains(">front</text>"), "{svg}");
        let points = svg.split("class=\"line s1\" points=\"").nth(1).unwrap();
        let pixels = points.split(['"', ' ', ',']).take(4).map(|pixel| pixel.parse().unwrap());
        pixels.collect::<Vec<i32>>()
    };
    let [level, upright] = [[(-0.5, 0.5), (1.5, 0.5)], [(0.5, -0.5), (0.5, 1.5)]].map(line);
    assert!(level[0] < level[2] && level[1] == level[3], "{level:?}");
    assert!(upright[0] == upright[2] && upright[1] < upright[3], "{upright:?}");
    assert_eq!(upright[0], i32::midpoint(level[0], level[2]));
}
