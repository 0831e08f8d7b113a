//! Any function of one number as a table: even steps with a tanh join, if one can write them down.

/// A function from [-1, 1] to itself, by its values at evenly spaced places; between them it is
/// straight.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    values: Vec<f64>,
}

// ANCHOR: table
impl Table {
    /// Writes a function down at so many places.
    pub fn of(f: impl Fn(f64) -> f64, places: usize) -> Self {
        let last = (places - 1) as f64;
        let at = |place: usize| 2.0 * place as f64 / last - 1.0;
        Self { values: (0..places).map(|place| f(at(place))).collect() }
    }

    /// The value at h.
    pub fn apply(&self, h: f64) -> f64 {
        let place = 0.5 * (h + 1.0) * (self.values.len() - 1) as f64;
        let below = (place as usize).min(self.values.len() - 2);
        let share = place - below as f64;
        (1.0 - share) * self.values[below] + share * self.values[below + 1]
    }

    /// This step and then the next, as one.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        Self { values: self.values.iter().map(|h| next.apply(*h)).collect() }
    }
}
// ANCHOR_END: table

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    #[test]
    fn a_straight_function_is_exact_and_the_earlier_step_acts_first() {
        let half = Table::of(|h| h / 2.0, 5);
        let minus = Table::of(|h| 0.5 - h / 2.0, 5);
        for h in [-1.0, -0.3, 0.0, 0.77, 1.0] {
            assert_abs_diff_eq!(half.apply(h), h / 2.0, epsilon = 1e-15);
            assert_abs_diff_eq!(half.then(&minus).apply(h), 0.5 - h / 4.0, epsilon = 1e-15);
        }
    }
}
