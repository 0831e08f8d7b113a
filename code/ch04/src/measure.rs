//! How long it all takes on this machine.

mod layers;
mod numbers;

use chapter::{Machine, rng};
use machine::{Timed, Timings};
use serde::{Deserialize, Serialize};

use layers::Layers;
pub use layers::Way;
use numbers::Numbers;

/// What was measured, and where.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measurement {
    /// The machine and the day.
    pub machine: Machine,
    /// Numbers in an input, and units: both the same.
    pub size: usize,
    /// What counts as a change, for the methods that repeat until nothing changes.
    pub tolerance: f64,
    /// Steps, and seconds for the whole sequence, for each way to run a layer.
    pub layers: Vec<(Way, Timings)>,
    /// How many recurrences run side by side, and nanoseconds for a step of one of them.
    pub side_by_side: Timings,
    /// Into how many pieces one recurrence is cut, and nanoseconds for one of its steps.
    pub in_pieces: Timings,
}

/// The longest recurrence of a single number, and how often each measurement is taken.
const NUMBERS: usize = 4_096;
const ROUNDS: usize = 5;

impl Measurement {
    /// Measures on this machine. `done` is called after each of the [`PARTS`](Self::PARTS).
    ///
    /// # Errors
    /// Where a size is zero.
    pub fn take(
        size: usize,
        tolerance: f64,
        seed: u64,
        mut done: impl FnMut(),
    ) -> Result<Self, rnn::Error> {
        let mut found = Self::empty(size, tolerance);
        for steps in Self::LENGTHS {
            let layers = Layers::new(size, steps, tolerance, &mut rng(seed, steps))?;
            found.add_layers(steps, &layers::timed(&layers)?);
            done();
        }
        let [a, b] = numbers::draw(NUMBERS, &mut rng(seed, 0));
        found.add_numbers(NUMBERS, &numbers::timed(&a, &b));
        done();
        Ok(found)
    }

    fn empty(size: usize, tolerance: f64) -> Self {
        let layers = Way::ALL.map(|way| (way, Vec::new())).to_vec();
        let (side_by_side, in_pieces) = (Vec::new(), Vec::new());
        Self { machine: machine::this(), size, tolerance, layers, side_by_side, in_pieces }
    }

    /// Adds to each way its time for so many steps.
    fn add_layers<T>(&mut self, steps: usize, timed: &[(Way, Timed<T>)]) {
        for (way, times) in &mut self.layers {
            let found = timed.iter().filter(|(other, _)| other == way);
            times.extend(found.map(|(_, timed)| (steps, timed.seconds)));
        }
    }

    /// Adds the times for all of so many steps, as nanoseconds for one of them.
    fn add_numbers<T>(&mut self, steps: usize, timed: &Numbers<T>) {
        let each = |(many, timed): &(usize, Timed<T>)| (*many, 1e9 * timed.seconds / steps as f64);
        self.side_by_side = timed.side_by_side.iter().map(each).collect();
        self.in_pieces = timed.in_pieces.iter().map(each).collect();
    }

    /// Steps of the sequences.
    pub const LENGTHS: [usize; 5] = [16, 64, 256, 1_024, 4_096];

    /// How often [`take`](Self::take) reports that it has done a part.
    pub const PARTS: usize = Self::LENGTHS.len() + 1;

    /// Steps, and seconds for the whole sequence.
    pub fn of(&self, way: Way) -> &[(usize, f64)] {
        let found = self.layers.iter().find(|(other, _)| *other == way);
        found.map_or(&[], |(_, found)| found)
    }

    /// Seconds for a sequence of so many steps, if they were measured.
    pub fn seconds(&self, way: Way, steps: usize) -> Option<f64> {
        let found = self.of(way).iter().find(|(other, _)| *other == steps);
        found.map(|(_, seconds)| *seconds)
    }
}

#[cfg(test)]
mod tests {
    use std::array::from_fn;

    use super::*;

    /// A few seconds: the measurement itself, of tiny layers.
    #[test]
    fn a_measurement_has_a_time_for_everything() {
        let mut done = 0;
        let found = Measurement::take(2, 1e-6, 1, || done += 1).unwrap();
        assert_eq!(done, Measurement::PARTS);
        for way in Way::ALL {
            let lengths: Vec<usize> = found.of(way).iter().map(|(steps, _)| *steps).collect();
            assert_eq!(lengths, Measurement::LENGTHS, "{way:?}");
        }
        let sizes = |times: &Timings| times.iter().map(|(n, _)| *n).collect::<Vec<_>>();
        assert_eq!(sizes(&found.side_by_side), [1, 2, 4, 8, 16, 32]);
        assert_eq!(sizes(&found.in_pieces), [1, 2, 4, 8, 16, 32]);
    }

    #[test]
    fn a_time_goes_to_its_own_way_and_number() {
        let timed = |seconds| Timed { seconds, result: () };
        let mut found = Measurement::empty(2, 1e-6);
        let mut layers = from_fn::<_, 8, _>(|i| (Way::ALL[i], timed(i as f64)));
        layers.reverse();
        found.add_layers(16, &layers);
        for (i, way) in Way::ALL.into_iter().enumerate() {
            assert_eq!(found.of(way), [(16, i as f64)], "{way:?}");
        }
        let side_by_side = vec![(1, timed(1e-6)), (2, timed(3e-6))];
        let in_pieces = vec![(4, timed(5e-6))];
        found.add_numbers(500, &Numbers { side_by_side, in_pieces });
        assert_eq!(found.side_by_side, [(1, 2.0), (2, 6.0)]);
        assert_eq!(found.in_pieces, [(4, 10.0)]);
    }
}
