//! Chapter 7: where does the time go? Run it with `cargo run -p ch07`.
//!
//! The experiments stand in the order of the chapter: what there is to compute ([`sizes`]), the
//! parts of a layer ([`parts`]), one measure after the other ([`ladder`], [`rung`]), what they change in the
//! results ([`mod@drift`]), and how long it all takes ([`mod@measure`]), on more cores ([`cores`]), beside
//! what a core can do ([`peak`]) and beside PyTorch ([`beside`]).

pub mod beside;
pub mod cores;
mod drawing;
pub mod drift;
pub mod ladder;
pub mod measure;
pub mod parts;
pub mod peak;
pub mod rung;
pub mod sizes;
mod timing;

use chapter::{
    Chapter, Experiment, Report,
    format::{Value, count, decimals, exact, power_of_ten},
};
use machine::Stopwatch;

use crate::{
    beside::Beside,
    drift::{drift, tanh_error_in_units},
    sizes::Sizes,
};

#[cfg(doctest)]
#[doc = include_str!("../../../src/ch07-where-does-the-time-go.md")]
struct Page;

/// What the reader may change.
#[derive(clap::Args, Clone, Debug)]
pub struct Parameters {
    /// Sequences in a batch of your own layer, N. Look for: for how many multiply-adds each weight
    /// is read once
    #[arg(long, default_value_t = 32, value_parser = chapter::at_least(1, 1_000))]
    pub batch: usize,

    /// Steps of its sequences, T. Look for: the memory of the states; the multiply-adds for a tanh
    /// do not know it
    #[arg(long, default_value_t = 100, value_parser = chapter::at_least(1, 100_000))]
    pub steps: usize,

    /// Numbers in one input, D. Look for: the multiply-adds for a tanh, and what one product for all
    /// inputs gives
    #[arg(long, default_value_t = 100, value_parser = chapter::at_least(1, 10_000))]
    pub input: usize,

    /// Units, H. Look for: the multiply-adds for a tanh, and the bytes that every step reads
    #[arg(long, default_value_t = 128, value_parser = chapter::at_least(1, 10_000))]
    pub hidden: usize,

    /// By what the recurrent weights of the second network of "Does it change the results?" are
    /// multiplied. Look for: in how many networks a rounding grows until the states differ
    #[arg(long, default_value_t = 6.0, value_parser = chapter::between(0.0, 100.0))]
    pub gain: f64,

    /// The times.
    #[command(flatten)]
    pub stopwatch: Stopwatch,
}

impl Chapter for Parameters {
    const NAME: &'static str = "ch07";
    const TITLE: &'static str = "Chapter 7: where does the time go?";
    const EXPERIMENTS: &'static [Experiment<Self>] = &[
        Experiment {
            figures: &[],
            run: |own, report| {
                own.counts(report);
                Ok(())
            },
        },
        Experiment { figures: &["parts", "ladder"], run: Self::timing },
        Experiment { figures: &[], run: Self::results },
        Experiment { figures: &[], run: |_, report| Beside::report(report) },
    ];

    fn check(&self) -> chapter::Result {
        self.stopwatch.check()?;
        if self.stopwatch.measure { self.sizes().check() } else { Ok(()) }
    }
}

impl Parameters {
    /// The reader's own.
    fn sizes(&self) -> Sizes {
        let Self { batch, steps, input, hidden, .. } = *self;
        Sizes { batch, steps, input, hidden }
    }

    /// What there is to compute and to keep, at each size.
    fn counts(&self, report: &mut Report) {
        report.section("What there is to compute, by size; yours is `own`");
        for (name, sizes) in Sizes::BOOK.into_iter().chain([("own", self.sizes())]) {
            report.number(&format!("{name}_sizes"), sizes.to_string());
            report.number(&format!("{name}_t"), count(sizes.steps));
            report.number(&format!("{name}_multiply_adds"), many(sizes.multiply_adds()));
            report.number(&format!("{name}_tanhs"), many(sizes.tanhs()));
            report.number(&format!("{name}_for_a_tanh"), count(sizes.multiply_adds_for_a_tanh()));
            report.number(&format!("{name}_states"), bytes(sizes.bytes_of_states()));
            report.number(&format!("{name}_recurrence"), bytes(sizes.bytes_of_recurrence()));
            report.number(&format!("{name}_uses"), count(sizes.batch));
        }
    }

    /// What the measures change in the results.
    fn results(&self, report: &mut Report) -> chapter::Result {
        const NETWORKS: usize = 20;
        const INPUT: usize = 10;
        const HIDDEN: usize = 64;
        const STEPS: usize = 500;
        report.section("Does it change the results?");
        report.number("tanh_units", decimals(tanh_error_in_units(4_001), 1));
        report.number("drift_networks", count(NETWORKS));
        report.number("drift_hidden", count(HIDDEN));
        report.number("drift_steps", count(STEPS));
        report.number("gain", exact(self.gain));
        report.number("drift_far", exact(FAR));
        for (name, gain) in [("drawn", 1.0), ("enlarged", self.gain as f32)] {
            let mut found = Vec::new();
            for run in 0..NETWORKS {
                found.push(drift([INPUT, HIDDEN, STEPS], gain, &mut report.rng(run))?);
            }
            let far = |distances: Vec<f64>| {
                count(distances.into_iter().filter(|distance| *distance > FAR).count())
            };
            let within = |distances: Vec<f64>| {
                let largest = distances.into_iter().fold(0.0, f64::max);
                Value::new(largest, power_of_ten(largest.log10().ceil() as i32))
            };
            let standard = || found.iter().map(|drift| drift.standard).collect();
            let library = || found.iter().map(|drift| drift.library).collect();
            let apart = || found.iter().map(|drift| drift.apart).collect();
            report.number(&format!("{name}_standard_within"), within(standard()));
            report.number(&format!("{name}_library_within"), within(library()));
            report.number(&format!("{name}_standard_far"), far(standard()));
            report.number(&format!("{name}_library_far"), far(library()));
            report.number(&format!("{name}_far"), far(apart()));
        }
        Ok(())
    }
}

/// From where on two states count as different.
const FAR: f64 = 0.1;

/// A large count in two digits and a word: `6.4 billion`.
fn many(value: u64) -> Value {
    let (unit, word) = match value {
        1_000_000_000.. => (1e9, "billion"),
        1_000_000.. => (1e6, "million"),
        _ => return count(value),
    };
    let scaled = value as f64 / unit;
    let scaled = decimals(scaled, usize::from(scaled < 10.0));
    Value::new(value as f64, format!("{scaled} {word}"))
}

/// `800 bytes`, `66 KB`, `33.6 MB`, in thousands and millions.
fn bytes(value: u64) -> Value {
    let text = match value {
        1_000_000.. => format!("{} MB", decimals(value as f64 / 1e6, 1)),
        1_000.. => format!("{} KB", decimals(value as f64 / 1e3, 1)),
        _ => format!("{} bytes", count(value)),
    };
    Value::new(value as f64, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_have_a_word() {
        assert_eq!(
            [6_000, 29_184_000, 6_442_450_944].map(|value| many(value).text),
            ["6,000", "29 million", "6.4 billion"]
        );
        assert_eq!(
            [800, 65_536, 33_554_432].map(|value| bytes(value).text),
            ["800 bytes", "65.5 KB", "33.6 MB"]
        );
    }
}
