//! What more cores give.

use std::iter::zip;

use chapter::{Spread, rng};
use machine::{Job, Timed, seconds_in_turn};
use ndarray::Array3;
use rand::{RngExt, rngs::ChaCha8Rng};
use rayon::ThreadPool;
use rnn::{Cell, Error, GruCell, Layers, LstmCell, Parameters, RnnCell};
use serde::{Deserialize, Serialize};

use crate::{peak, sizes::Sizes};

/// What more threads give.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cores {
    /// How many threads all are.
    pub threads: usize,
    /// Multiply-adds in a nanosecond, where nothing else is done: the most that were found.
    pub peak: OneAndAll,
    /// How often each time was taken; the median counts.
    pub rounds: usize,
    /// Seconds of every pass of every network, at some sizes.
    pub passes: Vec<(Pass, OneAndAll)>,
}

/// A pass over a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// By which network.
    pub network: Network,
    /// Whether back, too, to the gradients of the weights.
    pub backward: bool,
    /// Of which size.
    pub sizes: Sizes,
}

/// A kind of network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// Simple, with tanh.
    Rnn,
    /// Long short-term memory.
    Lstm,
    /// Gated recurrent units.
    Gru,
}

/// What was measured on one thread and on all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OneAndAll {
    /// On one thread.
    pub one: f64,
    /// On all.
    pub all: f64,
}

impl Network {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rnn, Self::Lstm, Self::Gru];

    /// As it is called where numbers are.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rnn => "rnn",
            Self::Lstm => "lstm",
            Self::Gru => "gru",
        }
    }

    /// The products of a unit, *G*.
    pub fn products(self) -> u64 {
        match self {
            Self::Rnn => 1,
            Self::Lstm => 4,
            Self::Gru => 3,
        }
    }
}

impl Pass {
    /// Forward and with backward, of each network, at each of the sizes.
    pub fn all(sizes: &[Sizes]) -> Vec<Self> {
        let pass = |network, backward, &sizes| Self { network, backward, sizes };
        let of = |network| {
            let both = [false, true].into_iter();
            both.flat_map(move |backward| sizes.iter().map(move |s| pass(network, backward, s)))
        };
        Network::ALL.into_iter().flat_map(of).collect()
    }
}

impl Cores {
    /// Measures on this machine, with as many threads as it has cores. `done` is called after each
    /// pass of each round.
    ///
    /// # Errors
    /// Where a size is zero, or there are no threads to be had.
    pub fn take(
        passes: &[Pass],
        rounds: usize,
        seed: u64,
        done: impl FnMut(),
    ) -> chapter::Result<Self> {
        let pools = pools(machine::this().cores)?;
        let times = |pass: Pass| Ok(pass.timed(&pools, seed)?.map(|timed| timed.seconds));
        let peaks = || pools.each_ref().map(peak::multiply_adds_in_a_nanosecond);
        let threads = pools[1].current_num_threads();
        Ok(Self::gathered(passes, rounds, threads, times, peaks, done)?)
    }

    /// A machine that others use is slower for seconds: so every pass has its turn in each round.
    fn gathered(
        passes: &[Pass],
        rounds: usize,
        threads: usize,
        mut times_of: impl FnMut(Pass) -> Result<[f64; 2], Error>,
        mut peaks: impl FnMut() -> [f64; 2],
        mut done: impl FnMut(),
    ) -> Result<Self, Error> {
        let mut times = vec![Vec::new(); passes.len()];
        let mut peak = OneAndAll { one: 0.0, all: 0.0 };
        for _ in 0..rounds {
            let [one, all] = peaks();
            peak = OneAndAll { one: peak.one.max(one), all: peak.all.max(all) };
            for (&pass, times) in zip(passes, &mut times) {
                times.push(times_of(pass)?);
                done();
            }
        }
        let median = |times: &[[f64; 2]], which: usize| {
            Spread::of(times.iter().map(|times| times[which])).median
        };
        let of = |times: Vec<_>| OneAndAll { one: median(&times, 0), all: median(&times, 1) };
        let found = zip(passes.iter().copied(), times.into_iter().map(of)).collect();
        Ok(Self { threads, peak, rounds, passes: found })
    }

    /// The times of a pass, if it was measured.
    pub fn of(&self, pass: Pass) -> Option<OneAndAll> {
        let found = self.passes.iter().find(|(other, _)| *other == pass);
        found.map(|(_, seconds)| *seconds)
    }
}

/// One thread, and so many.
fn pools(threads: usize) -> chapter::Result<[ThreadPool; 2]> {
    Ok([machine::threads(1)?, machine::threads(threads)?])
}

/// What a pass gives, and how many threads it had.
#[derive(Clone, Debug, PartialEq)]
struct Outcome {
    threads: usize,
    numbers: Vec<f32>,
}

impl Pass {
    /// The pass in each of the pools.
    fn timed(self, pools: &[ThreadPool; 2], seed: u64) -> Result<[Timed<Outcome>; 2], Error> {
        match self.network {
            Network::Rnn => self.timed_of::<RnnCell<f32>>(pools, seed),
            Network::Lstm => self.timed_of::<LstmCell<f32>>(pools, seed),
            Network::Gru => self.timed_of::<GruCell<f32>>(pools, seed),
        }
    }

    fn timed_of<C: Cell<Real = f32> + Send + Sync>(
        self,
        pools: &[ThreadPool; 2],
        seed: u64,
    ) -> Result<[Timed<Outcome>; 2], Error> {
        let (layers, x) = self.drawn::<C>(&mut rng(seed, 0))?;
        let jobs = pools
            .each_ref()
            .map(|pool| -> Job<_> { Box::new(|| pool.install(|| self.outcome(&layers, &x))) });
        let [one, all] = seconds_in_turn(1, jobs);
        Ok([one.transpose()?, all.transpose()?])
    }

    fn drawn<C: Cell<Real = f32>>(
        self,
        rng: &mut ChaCha8Rng,
    ) -> Result<(Layers<C>, Array3<f32>), Error> {
        let Sizes { batch, steps, input, hidden } = self.sizes;
        let layers = Layers::new(input, hidden, rng)?;
        let shape = (batch, steps, input);
        Ok((layers, Array3::from_shape_simple_fn(shape, || rng.random_range(-1.7..1.7))))
    }

    /// The last state of the last sequence, or the gradient of the last bias.
    fn outcome<C: Cell<Real = f32>>(
        self,
        layers: &Layers<C>,
        x: &Array3<f32>,
    ) -> Result<Outcome, Error> {
        let threads = rayon::current_num_threads();
        let numbers = if self.backward {
            let saved = layers.forward_saving(x, None, None)?;
            let gradients = saved.backward(Some(&Array3::ones(saved.output.dim())), None)?.layers;
            gradients.parameters().last().map(|bias| bias.iter().copied().collect())
        } else {
            let (output, _) = layers.forward(x, None)?;
            output.rows().into_iter().last().map(|h| h.to_vec())
        };
        Ok(Outcome { threads, numbers: numbers.unwrap_or_default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: Sizes = Sizes { batch: 9, steps: 5, input: 3, hidden: 4 };

    /// What each pass must give, written out without [`Pass::outcome`].
    fn right(pass: Pass) -> Vec<f32> {
        fn of<C: Cell<Real = f32>>(pass: Pass) -> Vec<f32> {
            let (layers, x) = pass.drawn::<C>(&mut rng(1, 0)).unwrap();
            if !pass.backward {
                return layers
                    .forward(&x, None)
                    .unwrap()
                    .0
                    .iter()
                    .copied()
                    .skip(8 * 20 + 16)
                    .collect();
            }
            let ones = Array3::ones((9, 5, 4));
            let saved = layers.forward_saving(&x, None, None).unwrap();
            let gradients = saved.backward(Some(&ones), None).unwrap().layers;
            let named = gradients.named_parameters();
            let (_, bias) = named.iter().find(|(name, _)| name == "bias_hh_l0").unwrap();
            bias.iter().copied().collect()
        }
        match pass.network {
            Network::Rnn => of::<RnnCell<f32>>(pass),
            Network::Lstm => of::<LstmCell<f32>>(pass),
            Network::Gru => of::<GruCell<f32>>(pass),
        }
    }

    #[test]
    fn each_time_is_of_its_own_pass_and_threads() {
        let pools = pools(3).unwrap();
        let passes = Pass::all(&[SIZES]);
        assert_eq!(passes.len(), 6);
        for (i, &pass) in passes.iter().enumerate() {
            let numbers = right(pass);
            assert!(passes[..i].iter().all(|other| right(*other) != numbers), "{pass:?} not told");
            let found = pass.timed(&pools, 1).unwrap();
            for (threads, timed) in zip([1, 3], found) {
                let right = Outcome { threads, numbers: numbers.clone() };
                assert_eq!(timed.result, right, "the job of {pass:?} is another");
            }
        }
    }

    #[test]
    fn each_median_is_of_its_own_pass_and_threads() {
        let passes = Pass::all(&[SIZES]);
        let mut asked = 0;
        let times = |pass: Pass| {
            let place = passes.iter().position(|other| *other == pass).unwrap();
            let one = place as f64 + [1.0, 100.0, 10.0][asked / passes.len()];
            asked += 1;
            Ok([one, one + 1_000.0])
        };
        let mut peaks = [3.0, 5.0, 4.0].into_iter();
        let peaks = || peaks.next().map(|peak| [peak, 10.0 * peak]).unwrap();
        let found = Cores::gathered(&passes, 3, 7, times, peaks, || ()).unwrap();
        assert_eq!(found.peak, OneAndAll { one: 5.0, all: 50.0 });
        assert_eq!((found.threads, found.rounds), (7, 3));
        for (place, pass) in passes.iter().enumerate() {
            let one = place as f64 + 10.0;
            assert_eq!(found.of(*pass), Some(OneAndAll { one, all: one + 1_000.0 }), "{pass:?}");
        }
    }

    #[test]
    fn every_pass_has_times() {
        let passes = Pass::all(&[SIZES, Sizes { batch: 1, ..SIZES }]);
        let mut done = 0;
        let found = Cores::take(&passes, 2, 1, || done += 1).unwrap();
        assert_eq!((done, found.rounds, found.threads), (24, 2, machine::this().cores));
        for pass in passes {
            let OneAndAll { one, all } = found.of(pass).unwrap();
            assert!(one > 0.0 && all > 0.0, "{pass:?}");
        }
        let other = Pass { sizes: Sizes { hidden: 5, ..SIZES }, ..Pass::all(&[SIZES])[0] };
        assert_eq!(found.of(other), None);
    }
}
