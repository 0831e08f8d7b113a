//! Which colour means what: labels at the ends of lines where there is room, else a legend above.

use super::{series::Series, shapes};
use crate::{
    frame::Frame,
    labels::{EDGE, LINE, TEXT, WIDTH, count, px, width},
    pen::{HPos, Pen, VPos},
    scale::Scale,
};

/// The longest label that may stand beside the plot, in units.
const WIDEST: i32 = 190;

/// The length of a sample in the legend.
const SAMPLE: i32 = 42;

/// From an end of a line to its label.
const BESIDE: i32 = 10;

/// How far a label may be moved away from the end of its line.
const FARTHEST: i32 = 20;

/// A label with its class, and a sample of what it means.
#[derive(Clone, Debug)]
struct Entry<'a> {
    label: &'a str,
    class: String,
    /// The series; a mark has none.
    series: Option<&'a Series>,
    /// Where it would stand beside the plot: 0 is the low end of the axis.
    position: Option<f64>,
}

/// The labels of a figure in their places.
pub(crate) struct Legend<'a> {
    /// Entries of the legend with their left ends, row by row.
    rows: Vec<Vec<(i32, Entry<'a>)>>,
    /// Entries beside the plot with their distance from its top.
    beside: Vec<(i32, Entry<'a>)>,
}

impl<'a> Legend<'a> {
    /// Places the labels of series and of marked levels beside or above a plot of this height. Series
    /// have theirs at their ends or in the legend, never some here and some there; levels in the
    /// legend only where there is no room at theirs.
    pub fn new(
        series: &'a [Series],
        levels: &'a [(f64, String)],
        scales: [&Scale; 2],
        plot_height: i32,
    ) -> Self {
        let (series, levels) = entries(series, levels, scales);
        let all = [series.clone(), levels.clone()].concat();
        for (ends, others) in [(all.clone(), Vec::new()), (levels, series)] {
            if let Some(places) = beside(&ends, plot_height) {
                return Self { rows: rows(others), beside: places.into_iter().zip(ends).collect() };
            }
        }
        Self { rows: rows(all), beside: Vec::new() }
    }

    /// The height of the rows above the plot.
    pub fn height(&self) -> i32 {
        if self.rows.is_empty() { 0 } else { LINE * count(&self.rows) + 6 }
    }

    /// The room that the labels beside the plot take.
    pub fn width(&self) -> i32 {
        let widest = self.beside.iter().map(|(_, entry)| width(entry.label)).max();
        widest.map_or(0, |widest| widest + BESIDE + 4)
    }

    pub fn draw(&self, frame: &Frame, pen: &Pen) {
        for (place, entry) in &self.beside {
            let at = (px(frame.right + BESIDE), px(frame.top + place));
            pen.text(&entry.class, entry.label, at, (HPos::Left, VPos::Center));
        }
        for (i, row) in (0..).zip(&self.rows) {
            let y = px(EDGE + LINE * i + LINE / 2);
            for (x, entry) in row {
                let at = (px(x + SAMPLE + 8), y);
                pen.text("", entry.label, at, (HPos::Left, VPos::Center));
                match entry.series {
                    Some(series) => shapes::draw_sample(series, (px(*x), y), px(SAMPLE), pen),
                    None => pen.line("mark", vec![(px(*x), y), (px(x + SAMPLE), y)]),
                }
            }
        }
    }
}

/// All labels that are not empty, of series and of levels.
fn entries<'a>(
    series: &'a [Series],
    levels: &'a [(f64, String)],
    [x, y]: [&Scale; 2],
) -> (Vec<Entry<'a>>, Vec<Entry<'a>>) {
    let series = series.iter().map(|series| Entry {
        label: &series.label,
        class: format!("label s{}", series.colour),
        series: Some(series),
        position: end(series, x, y),
    });
    let levels = levels.iter().map(|(value, label)| Entry {
        label,
        class: "title".to_owned(),
        series: None,
        position: Some(y.position(*value)),
    });
    let is_named = |entry: &Entry| !entry.label.is_empty();
    (series.filter(is_named).collect(), levels.filter(is_named).collect())
}

/// Where a line ends, if that is at the right edge of the plot.
fn end(series: &Series, x: &Scale, y: &Scale) -> Option<f64> {
    let (end_x, end_y) = series.end()?;
    let is_at_the_edge = x.position(end_x) > 0.93 && x.holds(end_x) && y.holds(end_y);
    is_at_the_edge.then(|| y.position(end_y))
}

/// The places of the labels beside the plot, as distances from its top; `None` if there is no room
/// for all of them, or one of them has no end there.
fn beside(ends: &[Entry], plot_height: i32) -> Option<Vec<i32>> {
    let positions = ends.iter().map(|entry| entry.position.map(round));
    let positions: Vec<f64> = positions.collect::<Option<_>>()?;
    let is_out = |position: &f64| !(0.0..=1.0).contains(position);
    if ends.iter().any(|entry| width(entry.label) > WIDEST) || positions.iter().any(is_out) {
        return None;
    }
    let wanted: Vec<i32> = positions
        .iter()
        .map(|position| (f64::from(plot_height) * (1.0 - position)).round() as i32)
        .collect();
    let places = spread(&wanted, TEXT + 2, plot_height);
    let farthest = wanted.iter().zip(&places).map(|(wanted, place)| (wanted - place).abs()).max();
    (farthest.unwrap_or(0) <= FARTHEST).then_some(places)
}

/// A position without the rounding errors at the ends of the axis.
fn round(position: f64) -> f64 {
    (position * 1e6).round() / 1e6
}

/// Moves places apart until neighbours have a distance, as little as possible.
fn spread(wanted: &[i32], distance: i32, limit: i32) -> Vec<i32> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|&i| wanted[i]);
    let mut places = wanted.to_vec();
    for _ in 0..100 {
        for pair in order.windows(2) {
            let (upper, lower) = (pair[0], pair[1]);
            let overlap = distance - (places[lower] - places[upper]);
            if overlap > 0 {
                places[upper] -= overlap / 2;
                places[lower] += overlap - overlap / 2;
            }
        }
        for place in &mut places {
            *place = (*place).clamp(0, limit);
        }
    }
    places
}

/// The entries from left to right, on as many rows as they need.
fn rows(entries: Vec<Entry>) -> Vec<Vec<(i32, Entry)>> {
    let mut rows: Vec<Vec<(i32, Entry)>> = Vec::new();
    let mut x = WIDTH;
    // A single series needs no legend: the axis says what it shows.
    if entries.len() == 1 && entries[0].series.is_some_and(Series::is_bars) {
        return rows;
    }
    for entry in entries {
        let room = SAMPLE + 8 + width(entry.label) + TEXT;
        if let Some(row) = rows.last_mut().filter(|_| x + room <= WIDTH) {
            row.push((x, entry));
        } else {
            x = EDGE;
            rows.push(vec![(x, entry)]);
        }
        x += room;
    }
    rows
}
