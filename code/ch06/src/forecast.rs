//! The next reading of a series: said by the last one, by a line through the last few, and by a GRU.

use std::path::Path;

use chapter::{
    Figure, Report, Spread,
    format::{Value, count, decimals},
};
use nalgebra::{DMatrix, DVector};
use ndarray::{Array2, Array3, s};
use rand::{Rng, RngExt};
use rnn::{Adam, Error, Gru, mse_loss};
use tasks::training::{Answers, Model, draw, gradient};

use crate::series;

/// The last readings that the linear autoregression looks at.
pub const ORDER: usize = 8;

/// Units of the GRU.
pub const HIDDEN: usize = 16;

/// Steps of a piece of the series that it is trained on.
pub const STEPS: usize = 32;
/// Pieces in an update.
pub const BATCH: usize = 16;
/// Updates after which its error is taken: few and many.
pub const UPDATES: [usize; 2] = [200, 1_000];
/// Adam's learning rate.
pub const RATE: f64 = 0.01;

/// A series in two parts: what is learned from, and behind it what is to be said.
#[derive(Clone, Debug)]
pub struct Split {
    /// All readings, less the mean of the first part, over its standard deviation.
    values: Vec<f64>,
    /// How many belong to the first part.
    pub learned: usize,
    /// That deviation, in the unit of the series.
    deviation: f64,
}

impl Split {
    /// The first four fifths are learned from.
    pub fn new(series: &[f64]) -> Self {
        let learned = series.len() * 4 / 5;
        let mean = series[..learned].iter().sum::<f64>() / learned as f64;
        let square = |value: &f64| (value - mean).powi(2);
        let variance = series[..learned].iter().map(square).sum::<f64>() / learned as f64;
        // A first part that is level has no deviation to divide by.
        let deviation = if variance > 0.0 { variance.sqrt() } else { 1.0 };
        let values = series.iter().map(|value| (value - mean) / deviation).collect();
        Self { values, learned, deviation }
    }

    /// The root of the mean squared error of what `next` says of each reading of the second part, in
    /// the unit of the series. `next` is given the place of the reading.
    fn error(&self, next: impl Fn(usize) -> f64) -> f64 {
        let places = self.learned..self.values.len();
        let count = places.len() as f64;
        let squares = places.map(|t| (next(t) - self.values[t]).powi(2));
        self.deviation * (squares.sum::<f64>() / count).sqrt()
    }

    /// The error of the mean of the first part.
    pub fn mean(&self) -> f64 {
        self.error(|_| 0.0)
    }

    /// The error of the last reading, said again.
    pub fn last(&self) -> f64 {
        self.error(|t| self.values[t - 1])
    }

    /// The error of a linear autoregression: weights for the last [`ORDER`] readings and a bias, by
    /// least squares over the first part.
    ///
    /// ```text
    /// x_t = c + Σ a_i x_(t-i),  i = 1 … ORDER
    /// ```
    ///
    /// # Errors
    /// Where there is no such least.
    pub fn autoregression(&self) -> Result<f64, &'static str> {
        let row = |t: usize| {
            let past = (1..=ORDER).map(move |i| self.values[t - i]);
            past.chain([1.0])
        };
        let places = ORDER..self.learned;
        let rows: Vec<f64> = places.clone().flat_map(row).collect();
        let rows = DMatrix::from_row_slice(places.len(), ORDER + 1, &rows);
        let next = DVector::from_row_slice(&self.values[places]);
        let weights = rows.svd(true, true).solve(&next, 1e-10)?;
        Ok(self.error(|t| row(t).zip(&weights).map(|(x, w)| x * w).sum()))
    }

    /// The errors of a GRU that says by how much the next reading differs from the last: after few
    /// updates, and after many.
    ///
    /// # Errors
    /// Where something is not finite.
    pub fn gru(&self, rng: &mut impl Rng) -> Result<[f64; 2], Error> {
        let mut model: Model<f64, Gru<f64>> = draw([1, HIDDEN, 1], rng)?;
        let mut adam = Adam::new(RATE);
        let mut errors = [0.0; 2];
        for update in 1..=UPDATES[1] {
            let (x, changes) = self.pieces(rng);
            let mse = |y: &Array2<f64>| mse_loss(y, &changes);
            let (_, gradient) = gradient(&model, &x, Answers::AtEveryStep, mse)?;
            adam.step(&mut model, &gradient)?;
            if let Some(when) = UPDATES.iter().position(|updates| *updates == update) {
                errors[when] = self.error_of(&model)?;
            }
        }
        Ok(errors)
    }

    /// The whole series is one sequence: the state goes on from the first reading to the last.
    fn error_of(&self, (gru, head): &Model<f64, Gru<f64>>) -> Result<f64, Error> {
        let x = Array3::from_shape_fn((1, self.values.len(), 1), |(_, t, _)| self.values[t]);
        let (output, _) = gru.forward(&x, None)?;
        let changes = head.forward(&output.slice(s![0, .., ..]))?;
        Ok(self.error(|t| self.values[t - 1] + changes[[t - 1, 0]]))
    }

    /// Pieces `[N, T, 1]` of the first part, and by how much each next reading differs `[N T, 1]`.
    fn pieces(&self, rng: &mut impl Rng) -> (Array3<f64>, Array2<f64>) {
        let mut x = Array3::zeros((BATCH, STEPS, 1));
        let mut changes = Array2::zeros((BATCH * STEPS, 1));
        for n in 0..BATCH {
            let start = rng.random_range(0..self.learned - STEPS);
            for t in 0..STEPS {
                x[[n, t, 0]] = self.values[start + t];
                changes[[n * STEPS + t, 0]] = self.values[start + t + 1] - self.values[start + t];
            }
        }
        (x, changes)
    }
}

/// Networks of each training.
const NETWORKS: usize = 5;

/// Reports how well each says the next reading of a file, or of the book's own series.
pub(crate) fn report(file: Option<&Path>, report: &mut Report) -> chapter::Result {
    let series = series::read(file)?;
    let split = Split::new(&series);
    report.section("The next reading of a series");
    report.number("series_readings", count(series.len()));
    report.number("series_learned", count(split.learned));
    report.number("series_asked", count(series.len() - split.learned));
    report.number("series_order", count(ORDER));
    report.number("series_units", count(HIDDEN));
    report.number("series_networks", count(NETWORKS));
    report.number("series_mean", two_digits(split.mean()));
    report.number("series_last", two_digits(split.last()));
    report.number("series_linear", two_digits(split.autoregression()?));
    let bar = report.progress(NETWORKS, "networks that learn a series");
    let mut errors = Vec::new();
    for run in 0..NETWORKS {
        errors.push(split.gru(&mut report.rng(run))?);
        bar.inc(1);
    }
    for (when, name) in ["series_few", "series_many"].into_iter().enumerate() {
        report.number(&format!("{name}_updates"), count(UPDATES[when]));
        let errors = Spread::of(errors.iter().map(|error| error[when]));
        report.spread(name, &errors, two_digits);
    }
    report.figure(
        &Figure::new("series", "The memory in use goes up and down while this book is built")
            .describe(
                "A jagged line climbs in many steps and falls back again and again; a \
                 mark stands where the last fifth begins.",
            )
            .x_axis("reading")
            .y_axis("value")
            .line("", (0..).map(f64::from).zip(series))
            .mark_x(split.learned as f64, "predicted from here"),
    )
}

/// An error in the unit of somebody's series.
fn two_digits(error: f64) -> Value {
    let places = if error > 0.0 { 1.0 - error.log10().floor() } else { 0.0 };
    decimals(error, places.max(0.0) as usize)
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;

    #[test]
    fn a_wave_is_said_by_a_line_and_not_by_the_last_reading() {
        // Each value of a sine is 2 cos ω times the one before, less the one before that.
        let wave: Vec<f64> = (0..400).map(|t| 10.0 + 3.0 * (0.3 * f64::from(t)).sin()).collect();
        let split = Split::new(&wave);
        assert_eq!(split.learned, 320);
        assert_abs_diff_eq!(split.autoregression().unwrap(), 0.0, epsilon = 1e-9);
        assert!(split.last() > 0.5 && split.mean() > 1.5);
        let [few, many] = split.gru(&mut ChaCha8Rng::seed_from_u64(1)).unwrap();
        assert!(many < split.last() / 3.0 && many < few, "{few} {many}");
    }

    #[test]
    fn the_last_reading_is_right_where_nothing_changes() {
        let series: Vec<f64> = (0..200).map(|t| f64::from(u8::from(t >= 100))).collect();
        let split = Split::new(&series);
        assert_abs_diff_eq!(split.last(), 0.0);
        assert_abs_diff_eq!(split.mean(), 1.0 - 60.0 / 160.0, epsilon = 1e-12);
    }

    /// What it is taught comes from the first part only.
    #[test]
    fn the_second_part_is_not_learned_from() {
        let mut series: Vec<f64> = (0..300).map(|t| f64::from(t % 5)).collect();
        series[240..].fill(f64::MAX);
        let split = Split { values: series, learned: 240, deviation: 1.0 };
        for seed in 0..20 {
            let (x, changes) = split.pieces(&mut ChaCha8Rng::seed_from_u64(seed));
            assert!(x.iter().chain(&changes).all(|number| number.abs() < 5.0));
        }
    }
}
