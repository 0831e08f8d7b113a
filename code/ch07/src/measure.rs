//! How long it all takes on this machine.

mod jobs;

use std::{cell::RefCell, hint::black_box};

use chapter::{Machine, rng};
use machine::Timed;
use serde::{Deserialize, Serialize};

use jobs::Work;

use crate::{
    cores::{Cores, Pass},
    parts::{Bench, Part},
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
    /// A layer for each of the sizes, on one thread.
    pub layers: Vec<Layer>,
    /// What more threads give.
    pub cores: Cores,
}

/// The seconds of a forward pass and of its parts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Layer {
    /// Of which size.
    pub sizes: Sizes,
    /// The last rung, before the allocator keeps what is freed.
    pub before_keeping: f64,
    /// Each rung of the ladder.
    pub rungs: Vec<(Rung, f64)>,
    /// Each part, run alone.
    pub parts: Vec<(Part, f64)>,
}

/// How often each time of a layer is taken, and that of a pass on several threads, which is long.
pub const ROUNDS: [usize; 2] = [9, 5];

impl Measurement {
    /// Measures on this machine. `done` is called twice for each of the `sizes`, and once for each of
    /// the `passes` in each of their rounds.
    ///
    /// # Errors
    /// Where a size is zero, or there are no threads to be had.
    pub fn take(
        sizes: &[Sizes],
        passes: &[Pass],
        [rounds, rounds_of_passes]: [usize; 2],
        seed: u64,
        mut done: impl FnMut() + Send,
    ) -> chapter::Result<Self> {
        let one = machine::threads(1)?;
        let layers = one.install(|| layers(sizes, rounds, seed, &mut done))?;
        let cores = Cores::take(passes, rounds_of_passes, seed, &mut done)?;
        Ok(Self { machine: machine::this(), rounds, layers, cores })
    }

    /// The layer of this size, if it was measured.
    pub fn layer(&self, sizes: Sizes) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.sizes == sizes)
    }
}

fn layers(
    sizes: &[Sizes],
    rounds: usize,
    seed: u64,
    done: &mut impl FnMut(),
) -> Result<Vec<Layer>, rnn::Error> {
    let mut layers = Vec::new();
    for &sizes in sizes {
        layers.push(Layer::before_keeping(sizes, rounds, seed)?);
        done();
    }
    keep_freed_memory();
    for layer in &mut layers {
        layer.add_rungs_and_parts(rounds, seed)?;
        done();
    }
    Ok(layers)
}

impl Layer {
    /// The last rung, and what memory costs, while the allocator gives back what is freed.
    fn before_keeping(sizes: Sizes, rounds: usize, seed: u64) -> Result<Self, rnn::Error> {
        let (rnn, x) = &sizes.draw(&mut rng(seed, 0))?;
        let before_keeping = jobs::ready(rounds, rnn, x)?.seconds;
        let mut layer = Self { sizes, before_keeping, rungs: Vec::new(), parts: Vec::new() };
        let bench = RefCell::new(Bench::new(&rnn.cells[0], x));
        layer.add(jobs::memory(rounds, &bench)?);
        Ok(layer)
    }

    /// All else, while it keeps it.
    fn add_rungs_and_parts(&mut self, rounds: usize, seed: u64) -> Result<(), rnn::Error> {
        let (rnn, x) = &self.sizes.draw(&mut rng(seed, 0))?;
        let bench = RefCell::new(Bench::new(&rnn.cells[0], x));
        self.add(jobs::rungs_and_parts(rounds, rnn, x, &bench)?);
        Ok(())
    }

    fn add<T>(&mut self, times: impl IntoIterator<Item = (Work, Timed<T>)>) {
        for (work, Timed { seconds, .. }) in times {
            match work {
                Work::Pass(rung) => self.rungs.push((rung, seconds)),
                Work::Part(part) => self.parts.push((part, seconds)),
            }
        }
    }

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

    /// What the inputs, the recurrence and tanh take of a pass with the standard library's tanh, and what
    /// is left over.
    pub fn shares(&self) -> [f64; 4] {
        let share = |part| self.part(part) / self.rung(Rung::Vector);
        let [inputs, recurrence, tanh] =
            [Part::Inputs, Part::Recurrence, Part::StandardTanh].map(share);
        [inputs, recurrence, tanh, (1.0 - inputs - recurrence - tanh).max(0.0)]
    }
}

// ANCHOR: keep
/// Has the allocator keep what is freed. That of glibc gives back to the system
/// what is larger than any block, of at most 32 MiB, that was freed before.
pub fn keep_freed_memory() {
    drop(black_box(vec![1_u8; 32_000_000]));
}
// ANCHOR_END: keep

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_a_time() {
        let small = Sizes { batch: 1, steps: 2, input: 3, hidden: 4 };
        let other = Sizes { batch: 2, ..small };
        let mut done = 0;
        let passes = Pass::all(&[small]);
        let found = Measurement::take(&[small, other], &passes, [1, 2], 1, || done += 1).unwrap();
        assert_eq!((done, found.rounds), (4 + 2 * passes.len(), 1));
        assert!(passes.iter().all(|pass| found.cores.of(*pass).is_some()));
        for sizes in [small, other] {
            let layer = found.layer(sizes).unwrap();
            assert!(Rung::ALL.iter().all(|rung| layer.rung(*rung) > 0.0), "{layer:?}");
            assert!(layer.before_keeping > 0.0, "{layer:?}");
            let mut parts = Part::WORK.iter().chain(&Part::MEMORY);
            assert!(parts.all(|part| layer.part(*part) > 0.0), "{layer:?}");
        }
        assert!(found.layer(Sizes { hidden: 5, ..small }).is_none());
    }

    #[test]
    fn a_time_goes_to_its_own_rung_or_part() {
        let sizes = Sizes { batch: 1, steps: 2, input: 3, hidden: 4 };
        let (rungs, parts) = (Vec::new(), Vec::new());
        let mut layer = Layer { sizes, before_keeping: 1.0, rungs, parts };
        let (pass, part) = (Work::Pass(Rung::Tanh), Work::Part(Part::LibraryTanh));
        let timed = |seconds| Timed { seconds, result: () };
        layer.add([(part, timed(2.0)), (pass, timed(3.0))]);
        assert_eq!((layer.rung(Rung::Tanh), layer.part(Part::LibraryTanh)), (3.0, 2.0));
    }
}
