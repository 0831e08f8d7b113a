//! Chapter 5: what does a word cost? Run it with `cargo run -p ch05`.
//!
//! In the order of the chapter: what the next word costs ([`token`]), how long words, readings and
//! training passes take ([`mod@measure`]), sentences of a [`tasks::grammar`] ([`reviews`], [`corpus`],
//! [`batch`]), networks that read them ([`network`], made of a [`layer`] and what is [`read`] of
//! it), their [`training`] as a [`classifier`] or for a [`language`], how attention looks at [`twins`],
//! and one that is [`speaking`].

pub mod batch;
pub mod classifier;
pub mod corpus;
mod costs;
pub mod equals;
pub mod language;
pub mod layer;
pub mod longer;
pub mod measure;
pub mod network;
pub mod read;
mod reports;
pub mod reviews;
pub mod speaking;
mod timing;
pub mod token;
pub mod training;
pub mod twins;

use chapter::{Chapter, Experiment, Report};
use machine::Stopwatch;
use recorded::Recorder;

#[cfg(doctest)]
#[doc = include_str!("../../../src/ch05-training-and-inference.md")]
struct Page;

/// What the reader may change.
#[derive(clap::Args, Clone, Debug)]
pub struct Parameters {
    /// Numbers in an input, a state, a query, where words are counted. Look for: how much more an
    /// attention holds does not depend on it
    #[arg(long, default_value_t = 128, value_parser = chapter::at_least(1, 1_024))]
    pub size: usize,

    /// Words of the longest text where words are counted. Look for: what an attention holds grows
    /// with it
    #[arg(long, default_value_t = 10_000, value_parser = chapter::at_least(2, 20_000))]
    pub length: usize,

    /// Leave the training out, which takes nearly all of the time
    #[arg(long)]
    pub skip_training: bool,

    /// What is recorded.
    #[command(flatten)]
    pub recorder: Recorder,

    /// The times.
    #[command(flatten)]
    pub stopwatch: Stopwatch,
}

impl Chapter for Parameters {
    const NAME: &'static str = "ch05";
    const TITLE: &'static str = "Chapter 5: what does a word cost?";
    const EXPERIMENTS: &'static [Experiment<Self>] = &[
        Experiment { figures: &["held"], run: Self::tokens },
        Experiment { figures: &[], run: Self::passes },
        Experiment { figures: &["classifiers", "twins"], run: Self::classifiers },
        Experiment { figures: &[], run: Self::longer },
        Experiment { figures: &["language"], run: Self::languages },
        Experiment { figures: &[], run: Self::equals },
        Experiment { figures: &["token", "reading", "pass"], run: Self::times },
    ];

    fn check(&self) -> chapter::Result {
        self.stopwatch.check()?;
        // Two products of the cell and three of the attention at each step, and a look at all steps
        // before it: keys and values of half of them in the mean.
        let factors = [self.length, self.size, 5 * self.size + self.length];
        Ok(chapter::at_most(MOST_WORK, "multiply-adds", &factors, "--size or --length")?)
    }
}

/// What a reader waits for.
const MOST_WORK: u64 = 70_000_000_000;

impl Parameters {
    /// Which of the two is praised?
    fn classifiers(&self, report: &mut Report) -> chapter::Result {
        if self.skip_training { Ok(()) } else { reports::classifiers(report) }
    }

    /// And in longer sentences?
    fn longer(&self, report: &mut Report) -> chapter::Result {
        if self.skip_training { Ok(()) } else { reports::longer(self.recorder, report) }
    }

    /// What is the next word?
    fn languages(&self, report: &mut Report) -> chapter::Result {
        if self.skip_training { Ok(()) } else { reports::languages(report) }
    }

    /// Who finds what the second clause must not repeat?
    fn equals(&self, report: &mut Report) -> chapter::Result {
        if self.skip_training { Ok(()) } else { reports::equals(self.recorder, report) }
    }
}
