//! A series as it is seen, with what can be asked about it.

use crate::plot::series::Point;

/// What is seen of a series: its points in shares of the axes, from 0 at the left or lower end to 1 at
/// the other, on a logarithmic axis as they are drawn.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    pub label: String,
    /// At least one, in the order in which they are joined; of dots from left to right.
    pub points: Vec<Point>,
    /// Where zero lies on the vertical axis.
    pub zero: f64,
}

impl Curve {
    pub fn low(&self) -> f64 {
        self.heights().fold(f64::INFINITY, f64::min)
    }

    /// From the lowest point to the highest.
    pub fn range(&self) -> f64 {
        self.heights().fold(f64::NEG_INFINITY, f64::max) - self.low()
    }

    pub fn first(&self) -> f64 {
        self.ends()[0].1
    }

    pub fn last(&self) -> f64 {
        self.ends()[1].1
    }

    /// Where it begins and ends in its own range: 0 is its lowest point, 1 the highest.
    pub fn ends_in_range(&self) -> [f64; 2] {
        self.ends().map(|(_, y)| self.in_range(y))
    }

    /// From its first point to the last.
    pub fn slope(&self) -> f64 {
        let [from, to] = self.ends();
        (to.1 - from.1) / (to.0 - from.0)
    }

    /// How far it is at most from the line between its ends.
    pub fn bulge(&self) -> f64 {
        let line = |x: f64| self.first() + self.slope() * (x - self.points[0].0);
        self.points.iter().map(|(x, y)| (y - line(*x)).abs()).fold(0.0, f64::max)
    }

    /// Where it is last seen in the upper half of its own range.
    pub fn reach(&self) -> f64 {
        let upper = self.points.iter().filter(|(_, y)| self.in_range(*y) >= 0.5);
        upper.map(|(x, _)| *x).fold(0.0, f64::max)
    }

    /// Without its left half.
    pub fn right_half(&self) -> Self {
        let [from, to] = self.ends();
        let middle = f64::midpoint(from.0, to.0);
        let points = self.points.iter().filter(|(x, _)| *x >= middle);
        Self { points: points.copied().collect(), ..self.clone() }
    }

    /// Does more than a third of its steps lead back against the one before?
    pub fn turns_back(&self) -> bool {
        let steps: Vec<Point> = self
            .points
            .windows(2)
            .map(|pair| (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1))
            .collect();
        let back =
            steps.windows(2).filter(|pair| pair[0].0 * pair[1].0 + pair[0].1 * pair[1].1 < 0.0);
        3 * back.count() > steps.len()
    }

    /// How far each of its points is above another curve, where there is one.
    pub fn above(&self, other: &Self) -> Vec<f64> {
        self.points.iter().filter_map(|(x, y)| Some(y - other.at(*x)?)).collect()
    }

    /// Where a curve from left to right is at x, between its points too.
    fn at(&self, x: f64) -> Option<f64> {
        let after = self.points.partition_point(|point| point.0 < x);
        let right = self.points.get(after)?;
        if right.0 <= x {
            return Some(right.1);
        }
        let left = self.points.get(after.checked_sub(1)?)?;
        Some(left.1 + (right.1 - left.1) * (x - left.0) / (right.0 - left.0))
    }

    fn heights(&self) -> impl Iterator<Item = f64> {
        self.points.iter().map(|(_, y)| *y)
    }

    fn ends(&self) -> [Point; 2] {
        [self.points[0], self.points[self.points.len() - 1]]
    }

    fn in_range(&self, y: f64) -> f64 {
        (y - self.low()) / self.range()
    }
}
