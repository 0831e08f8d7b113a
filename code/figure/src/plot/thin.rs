//! Long lines with fewer points, and no visible change.

use crate::pen::Pixel;

/// Shorter lines are drawn as they are.
const FEW: usize = 1_500;

/// Lines that run to and fro keep this many points.
const MANY: usize = 4_000;

/// The pixels of the figure that are one column: less than one of a screen.
const COLUMN: i32 = 2;

/// Drops the points of a long line that cannot be seen.
///
/// What remains depends on the horizontal places and the number of points, which are exact in
/// most figures, so that the same number remains on every machine.
pub(crate) fn line(points: Vec<Pixel>) -> Vec<Pixel> {
    if points.len() <= FEW {
        points
    } else if points.is_sorted_by_key(|(x, _)| *x) {
        columns(&points, |(x, _)| *x).flat_map(ends_and_extremes).collect()
    } else {
        every_nth(points)
    }
}

/// Drops the points of a long band (x, low, high) that cannot be seen.
pub(crate) fn band(points: Vec<(i32, i32, i32)>) -> Vec<(i32, i32, i32)> {
    if points.len() <= FEW || !points.is_sorted_by_key(|(x, ..)| *x) {
        return points;
    }
    // Pixels count downwards: the low edge is the larger number.
    columns(&points, |(x, ..)| *x)
        .map(|column| {
            let low = column.iter().map(|(_, low, _)| *low).max();
            let high = column.iter().map(|(.., high)| *high).min();
            (column[0].0, low.unwrap_or(column[0].1), high.unwrap_or(column[0].2))
        })
        .collect()
}

/// The points by columns; no column is empty.
fn columns<T>(points: &[T], x: impl Fn(&T) -> i32) -> impl Iterator<Item = &[T]> {
    points.chunk_by(move |a, b| x(a).div_euclid(COLUMN) == x(b).div_euclid(COLUMN))
}

/// The first, lowest, highest and last point of a column, in their order; always four of many.
fn ends_and_extremes(column: &[Pixel]) -> Vec<Pixel> {
    if column.len() <= 4 {
        return column.to_vec();
    }
    let inner = 1..column.len() - 1;
    let lowest = inner.clone().min_by_key(|&i| column[i].1).unwrap_or(0);
    let highest = inner.max_by_key(|&i| column[i].1).unwrap_or(0);
    let (one, other) = (lowest.min(highest), lowest.max(highest));
    vec![column[0], column[one], column[other], column[column.len() - 1]]
}

fn every_nth(points: Vec<Pixel>) -> Vec<Pixel> {
    let step = points.len().div_ceil(MANY);
    let last = points.len() - 1;
    points
        .into_iter()
        .enumerate()
        .filter(|(i, _)| i % step == 0 || *i == last)
        .map(|(_, point)| point)
        .collect()
}
