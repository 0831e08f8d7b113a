//! Several runs of one experiment: their middle and how far they differ.

/// The middle of several values, and the lowest and the highest of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The lowest value.
    pub low: f64,
    /// The median: of an even number of values, the lower one of the two in the middle.
    pub median: f64,
    /// The highest value.
    pub high: f64,
}

impl Spread {
    /// The spread of some values; of none, not a number.
    ///
    /// ```
    /// let spread = chapter::Spread::of([3.0, 1.0, 2.0]);
    /// assert_eq!((spread.low, spread.median, spread.high), (1.0, 2.0, 3.0));
    /// ```
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
        let last = values.len().saturating_sub(1);
        Self { low: at(0), median: at(last / 2), high: at(last) }
    }

    /// The spread at each step of several runs, `runs[run][step]`, as far as the shortest run goes.
    ///
    /// ```
    /// let steps = chapter::Spread::by_step(&[vec![1.0, 5.0], vec![2.0, 4.0], vec![3.0, 3.0]]);
    /// assert_eq!([steps[0].median, steps[1].median], [2.0, 4.0]);
    /// ```
    pub fn by_step(runs: &[Vec<f64>]) -> Vec<Self> {
        let steps = runs.iter().map(Vec::len).min().unwrap_or(0);
        (0..steps).map(|step| Self::of(runs.iter().map(|run| run[step]))).collect()
    }
}
