//! How long it all takes on this machine.

use std::cell::RefCell;
use std::hint::black_box;

use chapter::{Machine, seconds_in_turn};
use serde::{Deserialize, Serialize};

use crate::{
    parts::{Bench, Part},
    rng,
    rung::Rung,
    sizes::Sizes,
};

/// What was measured, and where.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measurement {
    /// The machine and the day.
    pub machine: Machine,
    /// How often each time was taken; the median counts.
    pub rounds: usize,
    /// A layer for each of the sizes.
    pub layers: Vec<Layer>,
}

/// The seconds of a forward pass and of its parts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Layer {
    /// Of which size.
    pub sizes: Sizes,
    /// Each rung of the ladder.
    pub rungs: Vec<(Rung, f64)>,
    /// Each part, run alone.
    pub parts: Vec<(Part, f64)>,
}

/// How often each time is taken.
pub const ROUNDS: usize = 9;

impl Measurement {
    /// Measures on this machine. `done` is called after each of the `sizes`.
    ///
    /// # Errors
    /// Where a size is zero.
    pub fn take(
        sizes: &[Sizes],
        rounds: usize,
        seed: u64,
        mut done: impl FnMut(),
    ) -> Result<Self, rnn::Error> {
        let mut layers = Vec::new();
        for &sizes in sizes {
            layers.push(layer(sizes, rounds, seed)?);
            done();
        }
        Ok(Self { machine: Machine::this(), rounds, layers })
    }

    /// The layer of this size, if it was measured.
    pub fn layer(&self, sizes: Sizes) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.sizes == sizes)
    }
}

impl Layer {
    /// Seconds for a pass, not a number where it was not measured.
    pub fn rung(&self, rung: Rung) -> f64 {
        let found = self.rungs.iter().find(|(other, _)| *other == rung);
        found.map_or(f64::NAN, |(_, seconds)| *seconds)
    }

    /// Seconds for a part, not a number where it was not measured.
    pub fn part(&self, part: Part) -> f64 {
        let found = self.parts.iter().find(|(other, _)| *other == part);
        found.map_or(f64::NAN, |(_, seconds)| *seconds)
    }
}

fn layer(sizes: Sizes, rounds: usize, seed: u64) -> Result<Layer, rnn::Error> {
    let (rnn, x) = &sizes.draw(&mut rng(seed, 0))?;
    let bench = &RefCell::new(Bench::new(&rnn.cells[0], x));
    let rungs = Rung::ALL.map(|rung| {
        Box::new(move || drop(black_box(rung.run(black_box(rnn), x)))) as Box<dyn FnMut()>
    });
    let parts = Part::ALL
        .map(|part| Box::new(move || black_box(bench).borrow_mut().run(part)) as Box<dyn FnMut()>);
    let mut jobs: Vec<_> = rungs.into_iter().chain(parts).collect();
    let mut seconds = seconds_in_turn(rounds, &mut jobs).into_iter();
    let rungs = Rung::ALL.into_iter().zip(seconds.by_ref()).collect();
    let parts = Part::ALL.into_iter().zip(seconds).collect();
    Ok(Layer { sizes, rungs, parts })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measurement_has_a_time_for_everything() {
        let small = Sizes { batch: 1, steps: 2, input: 3, hidden: 4 };
        let other = Sizes { batch: 2, ..small };
        let mut done = 0;
        let found = Measurement::take(&[small, other], 1, 1, || done += 1).unwrap();
        assert_eq!((done, found.rounds), (2, 1));
        for sizes in [small, other] {
            let layer = found.layer(sizes).unwrap();
            assert!(Rung::ALL.iter().all(|rung| layer.rung(*rung) > 0.0), "{layer:?}");
            assert!(Part::ALL.iter().all(|part| layer.part(*part) > 0.0), "{layer:?}");
        }
        assert!(found.layer(Sizes { hidden: 5, ..small }).is_none());
    }
}
