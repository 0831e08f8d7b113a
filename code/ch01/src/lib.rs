//! Chapter 1: what can a vector remember? Run it with `cargo run -p ch01`.
//!
//! The experiments stand in the order of the chapter: states computed [`by_hand`], a state that reads a [`sentence`], a neuron
//! that is a [`latch`], what tanh keeps [`bounded`], and the [`capacity`] of a state.

pub mod bounded;
pub mod by_hand;
pub mod capacity;
pub mod latch;
mod matrices;
pub mod sentence;

use chapter::{
    Chapter, Experiment, Figure, HeatMap, Report, Spread,
    format::{count, count_or_never, decimals, exact, scientific},
    rng,
};
use ndarray::s;
use rnn::{
    Rnn,
    init::{Recurrence, spectral_radius},
};

use crate::{
    bounded::Sizes,
    by_hand::{fade, unrolled},
    capacity::Reservoir,
    latch::{Noise, around_flip, flips, gradient, hold, noise_margin, resting_state},
    sentence::{Pair, alphabet, first_below, read},
};

#[cfg(doctest)]
#[doc = include_str!("../../../src/ch01-hidden-state.md")]
struct Page;

/// What the reader may change.
#[derive(clap::Args, Clone, Debug)]
pub struct Parameters {
    /// Sentence to read, of two words or more. Look for: do its last states show its first word?
    #[arg(long, default_value = "Nobody told the old captain that the harbour was closed.")]
    pub text: String,

    /// First word of the second sentence, which goes on like the first. Look for: how fast the
    /// states of the two sentences become the same
    #[arg(long, default_value = "Everybody", value_name = "WORD")]
    pub first_word: String,

    /// Number of units that read the sentence (the figure shows 48 at most). Look for: which of
    /// the three networks remembers longer when it is larger
    #[arg(long, default_value_t = 32, value_parser = chapter::at_least(1, 256))]
    pub hidden: usize,

    /// Weight of the latch on itself. Look for: the bit is there above 1 and not below
    #[arg(long, default_value_t = 2.0, value_parser = chapter::between(0.0, 100.0))]
    pub weight: f64,

    /// Noise inside the latch's tanh: amplitude if uniform, standard deviation if Gaussian. Look
    /// for: uniform noise below the noise margin never flips the bit
    #[arg(long, default_value_t = 0.5, value_parser = chapter::between(0.0, 100.0))]
    pub noise: f64,

    /// Spectral radius of the Gaussian network. Look for: where its gradient turns from fading to
    /// growing, while the state stays within one
    #[arg(long, default_value_t = 3.0, value_parser = chapter::between(0.1, 10.0))]
    pub radius: f64,

    /// Number of units in the ring. Look for: each unit is worth one past input
    #[arg(long, default_value_t = 20, value_parser = chapter::at_least(1, 200))]
    pub ring: usize,

    /// What the ring keeps of a state at every step. Look for: a faster decay costs less capacity
    /// than you think
    #[arg(long, default_value_t = 0.9, value_parser = chapter::between(0.5, 0.999))]
    pub decay: f64,
}

impl Chapter for Parameters {
    const NAME: &'static str = "ch01";
    const TITLE: &'static str = "Chapter 1: what can a vector remember?";
    const EXPERIMENTS: &'static [Experiment<Self>] = &[
        Experiment { figures: &["fade", "unrolled"], run: |_, report| Self::fade(report) },
        Experiment { figures: &["state", "apart"], run: Self::sentence },
        Experiment { figures: &["bistable", "noise", "gradient"], run: Self::latch },
        Experiment { figures: &["bounded"], run: Self::bounded },
        Experiment { figures: &["ring", "tanh-cost"], run: Self::capacity },
    ];

    fn check(&self) -> chapter::Result {
        let pair = self.pair()?;
        let alphabet = alphabet(&[&pair.sentence, &pair.other]).len();
        let characters = pair.sentence.chars().count().max(pair.other.chars().count());
        let step = [self.hidden, self.hidden + alphabet];
        let smaller = "--hidden or --text";
        let passes = [READINGS * RUNS, characters];
        chapter::at_most(MOST_WORK, "multiply-adds", &[passes, step].concat(), smaller)?;
        let inputs = &[characters, alphabet + self.hidden];
        Ok(chapter::at_most(MOST_NUMBERS, "inputs and states of the sentence", inputs, smaller)?)
    }
}

/// Random networks and noise are drawn anew so many times.
const RUNS: usize = 20;

/// Each of them reads a sentence so often: two for each kind of network, and one more with a nudge.
const READINGS: usize = 8;

/// What a reader waits for, and what there is room for.
const MOST_WORK: u64 = 20_000_000_000;
const MOST_NUMBERS: u64 = 20_000_000;

/// The figure shows so many lags at most: more bars cannot be told apart.
const MOST_BARS: usize = 500;

/// Larger random networks are drawn anew so many times.
const NETWORKS: usize = 5;

/// The heat map shows so many units and characters: more cannot be told apart.
const SHOWN: (usize, usize) = (48, 120);

impl Parameters {
    /// The recurrence written by hand: one input, then silence.
    fn fade(report: &mut Report) -> chapter::Result {
        let mut figure = Figure::new("fade", "One number keeps an input for a while, or for good")
            .describe(
                "Four curves after one input. Three {fall back: w = 0.5 & w = 0.9 & w = 1} towards zero, \
                 the one with the largest weight {rises: w = 2} and {flattens: w = 2}.",
            )
            .x_axis("step")
            .y_axis("state h");
        for w in [0.5, 0.9, 1.0, 2.0] {
            figure = figure.line(&format!("w = {w}"), points(&fade(w, 30)));
        }
        report.figure(&figure.y_range(0.0, 1.0))?;

        let (fading, staying) = (fade(0.5, 4), fade(2.0, 30));
        report.section("Three lines by hand");
        for (step, state) in fading.iter().enumerate().skip(1) {
            report.number(&format!("fade_{step}"), decimals(*state, 2));
        }
        report.number("stay", decimals(staying[30], 4));
        report.figure(&unrolled(&fading))
    }

    /// The sentence, and the one with another first word.
    fn pair(&self) -> chapter::Result<Pair> {
        let pair = Pair::new(&self.text, &self.first_word)
            .ok_or("--text must have a second word to share, and --first-word a word")?;
        if pair.sentence == pair.other {
            return Err("--first-word must differ from the first word of --text".into());
        }
        Ok(pair)
    }

    fn sentence(&self, report: &mut Report) -> chapter::Result {
        let pair = self.pair()?;
        let alphabet = alphabet(&[&pair.sentence, &pair.other]);
        let seed = report.seed();
        let draw = |recurrence: Recurrence, run| {
            recurrence.draw(alphabet.len(), self.hidden, &mut rng(seed, run)).map(Rnn::from)
        };

        let rnn = draw(Recurrence::Pytorch, 0)?;
        let states = read(&rnn, &pair.sentence, &alphabet)?;
        let characters = states.nrows().min(SHOWN.1);
        let shown = states.slice(s![..characters, ..]);
        report.section("A sentence, character by character");
        report.number("hidden", count(self.hidden));
        report.number("characters", count(states.nrows()));
        report.number("alphabet", count(alphabet.len()));
        report.number("rest", count(pair.rest.chars().count()));
        report.number("runs", count(RUNS));
        let radius = |run| spectral_radius(&draw(Recurrence::Pytorch, run)?.cells[0].w_hh);
        let radii: Vec<f64> = (0..RUNS).map(radius).collect::<Result<_, _>>()?;
        report.number("pytorch_radius", decimals(Spread::of(radii).median, 2));
        report.figure(
            &HeatMap::new("state", "The state changes with every character")
                .describe(
                    "A grid of coloured cells. From column to column most cells change their \
                     shade, a few rows keep theirs over the whole sentence, and columns of equal \
                     letters look alike.",
                )
                .x_labels(pair.sentence.chars().take(SHOWN.1).map(String::from))
                .x_axis("character read")
                .y_axis("unit")
                .values(shown.columns().into_iter().take(SHOWN.0).map(|unit| unit.to_vec()))
                .diverging(-0.6, 0.6),
        )?;

        let mut figure = Figure::new(
            "apart",
            "The first word fades at a speed that the weights decide",
        )
        .describe(
            "Three curves of the distance over the sentence. PyTorch's {falls steeply: PyTorch's \
             init > orthogonal} over many powers of ten, the orthogonal one {falls: orthogonal} \
             slowly, that of the Gaussian weights \
             {stays level: radius 2}.",
        )
        .x_axis("characters since the first word")
        .y_axis("distance of the states")
        .log_y();
        for (name, label, recurrence) in [
            ("pytorch", "PyTorch's init", Recurrence::Pytorch),
            ("orthogonal", "orthogonal", Recurrence::Orthogonal),
            ("gaussian", "radius 2", Recurrence::Gaussian { radius: 2.0 }),
        ] {
            let distances: Vec<Vec<f64>> = (0..RUNS)
                .map(|run| pair.distances(&draw(recurrence, run)?, &alphabet))
                .collect::<Result<_, _>>()?;
            let steps = Spread::by_step(&distances);
            let median = medians(&steps);
            let end = median.last().copied().unwrap_or(f64::NAN);
            report
                .number(&format!("apart_{name}_below"), count_or_never(first_below(&median, 0.01)));
            report.number(&format!("apart_{name}_end"), scientific(end, 0));
            figure = figure.line(label, points(&median)).band(
                "",
                // Below 1e-14 lies what rounding leaves, which differs between machines.
                steps
                    .iter()
                    .enumerate()
                    .map(|(t, step)| (t as f64, step.low.max(1e-14), step.high.max(1e-14))),
            );
        }
        report.figure(&figure)?;

        let chaotic = Recurrence::Gaussian { radius: 2.0 };
        let growths: Vec<f64> = (0..RUNS)
            .map(|run| pair.nudge_growth(&draw(chaotic, run)?, &alphabet))
            .collect::<Result<_, _>>()?;
        report.number("nudge_gaussian", decimals(Spread::of(growths).median, 0));
        Ok(())
    }

    fn latch(&self, report: &mut Report) -> chapter::Result {
        const STEPS: usize = 10_000;
        let w = self.weight;
        let states = |noise, runs, stream| hold(w, noise, runs, STEPS, &mut report.rng(stream));
        let silent = states(Noise::Uniform(0.0), 1, 0)?;
        let uniform = states(Noise::Uniform(self.noise), RUNS, 1)?;
        let gaussian = states(Noise::Gaussian(self.noise), RUNS, 2)?;
        // A Gaussian with the standard deviation of the uniform noise.
        let matched = self.noise / 3.0_f64.sqrt();
        let as_loud = states(Noise::Gaussian(matched), RUNS, 3)?;
        let slope = gradient(w, resting_state(w, 1.0));
        let fading: Vec<f64> = (0..=20).map(|k| slope.powi(k)).collect();
        let mut flips = flips(&gaussian);
        flips.sort_unstable();

        report.section("The latch: one neuron, one bit");
        report.number("latch_weight", exact(w));
        report.number("latch_steps", count(STEPS));
        report.number("latch_state", decimals(silent[[0, STEPS - 1]], 4));
        report.number("latch_gradient", decimals(slope, 4));
        report.number("latch_gradient_below", count_or_never(first_below(&fading, 0.01)));
        report.number("latch_gradient_20", scientific(fading[20], 1));
        report.number("latch_margin", decimals(noise_margin(w), 4));
        report.number("latch_noise", exact(self.noise));
        report.number("latch_flipped_uniform", count(latch::flips(&uniform).len()));
        report.number("latch_flipped_gaussian", count(flips.len()));
        report.number("latch_matched", decimals(matched, 2));
        report.number("latch_flipped_matched", count(latch::flips(&as_loud).len()));
        let median = flips.get(flips.len().saturating_sub(1) / 2).copied();
        report.number("latch_flip_step", count_or_never(median));

        let weights = || (0..=120).map(|i| f64::from(i) / 40.0);
        report.figure(
            &Figure::new("bistable", "Above a weight of one a neuron has two places to rest")
                .describe(
                    "Two branches {begin together: started at 1 > started at −1} and lie on zero up to a \
                     weight of one. There they part, and one {rises: started at 1} towards plus one and \
                     one {falls: started at −1} towards minus one.",
                )
                .x_axis("weight w")
                .y_axis("resting state")
                .line("started at 1", weights().map(|w| (w, resting_state(w, 1.0))))
                .line("started at −1", weights().map(|w| (w, resting_state(w, -1.0)))),
        )?;
        let seen = around_flip(&uniform, &gaussian);
        report.figure(
            &Figure::new("noise", "Bounded noise leaves the bit alone, Gaussian noise flips it")
                .describe(
                    "Under uniform noise the state wavers near one and {stays above zero: uniform}. Under \
                     Gaussian noise it wavers more, {falls below zero: Gaussian}, and wavers near minus one.",
                )
                .x_axis("step")
                .y_axis("state h")
                .line("uniform", seen.iter().map(|(t, uniform, _)| (*t, *uniform)))
                .line("Gaussian", seen.iter().map(|(t, _, gaussian)| (*t, *gaussian))),
        )?;
        report.figure(
            &Figure::new("gradient", "The bit stays while its gradient dies")
                .describe(
                    "On a logarithmic axis the state {is a level line: state} and the gradient {falls in a \
                     straight line: gradient} over many powers of ten.",
                )
                .x_axis("steps since the bit was written")
                .y_axis("size")
                .log_y()
                .line("state", points(&silent.row(0).to_vec()[..fading.len()]))
                .line("gradient", points(&fading)),
        )
    }

    fn bounded(&self, report: &mut Report) -> chapter::Result {
        let sizes = Sizes { input: 100, hidden: 128, steps: 51 };
        report.section("What tanh bounds, and what not");
        report.number("bounded_hidden", count(sizes.hidden));
        report.number("bounded_steps", count(sizes.steps - 1));
        report.number("bounded_radius", exact(self.radius));
        report.number("bounded_networks", count(NETWORKS));
        let mut figure =
            Figure::new("bounded", "A bounded state does not bound what becomes of a nudge")
                .describe(
                    "On a logarithmic axis the curve of PyTorch's weights {falls steeply: PyTorch's init > \
                     orthogonal}, that of orthogonal weights {falls: orthogonal} slowly, and that of the \
                     Gaussian weights {rises: Gaussian}.",
                )
                .x_axis("steps")
                .y_axis("largest stretch")
                .log_y();
        for (name, label, recurrence) in [
            ("pytorch", "PyTorch's init", Recurrence::Pytorch),
            ("orthogonal", "orthogonal", Recurrence::Orthogonal),
            ("gaussian", "Gaussian", Recurrence::Gaussian { radius: self.radius }),
        ] {
            let runs: Vec<bounded::Run> = (0..NETWORKS)
                .map(|run| bounded::run(recurrence, &sizes, &mut report.rng(run)))
                .collect::<Result<_, _>>()?;
            let largest = Spread::of(runs.iter().map(|run| run.largest_state)).high;
            let slope = Spread::of(runs.iter().map(|run| run.mean_slope)).median;
            let rms = Spread::of(runs.iter().map(|run| run.rms_slope)).median;
            let stretches: Vec<Vec<f64>> = runs.into_iter().map(|run| run.stretch).collect();
            let median = medians(&Spread::by_step(&stretches));
            report.number(&format!("bounded_{name}_state"), decimals(largest, 3));
            report.number(&format!("bounded_{name}_slope"), decimals(slope, 3));
            report.number(&format!("bounded_{name}_rms"), decimals(rms, 3));
            report.number(&format!("bounded_{name}_stretch"), scientific(median[50], 0));
            figure = figure.line(label, points(&median));
        }
        report.figure(&figure)
    }

    fn capacity(&self, report: &mut Report) -> chapter::Result {
        const UNITS: usize = 100;
        const FAINT: f64 = 0.5;
        const NOISE: f64 = 0.001;
        let ring = capacity_by_lag(&Reservoir::ring(self.ring, self.decay))?;
        report.section("Memory capacity: linear networks, exactly");
        report.number("ring_units", count(self.ring));
        report.number("ring_decay", exact(self.decay));
        report.number("ring_capacity", decimals(ring.iter().sum(), 4));
        report.number("ring_capacity_past", decimals(ring[1..].iter().sum(), 4));
        report.number("ring_lag", decimals(ring[1], 4));
        let long = capacity_by_lag(&Reservoir::ring(50, 0.99))?;
        report.number("long_ring_units", count(50));
        report.number("long_ring_decay", exact(0.99));
        report.number("long_ring_capacity_past", decimals(long[1..].iter().sum(), 4));
        let faint = Reservoir::ring(self.ring, FAINT);
        let of = |noise| faint.capacity_with_noise(noise).ok_or("the ring's states depend");
        report.number("faint_decay", exact(FAINT));
        report.number("faint_capacity", decimals(of(0.0)?, 1));
        report.number("faint_noise", exact(NOISE));
        report.number("faint_capacity_noisy", decimals(of(NOISE)?, 1));
        report.figure(
            &Figure::new("ring", "A ring holds as many past inputs as it has units")
                .describe(
                    "As many high bars as the ring has units. Behind them the bars {fall: ring} to equally \
                     many very low ones, and then to nothing.",
                )
                .x_axis("lag (inputs back)")
                .y_axis("capacity at the lag")
                .bars("ring", points(&ring[..ring.len().min(3 * self.ring).min(MOST_BARS)])),
        )?;

        report.section("Memory capacity: what tanh costs, measured");
        report.number("random_units", count(UNITS));
        report.number("random_radius", exact(0.98));
        report.number("random_networks", count(NETWORKS));
        let bar = report.progress(3 * NETWORKS, "memory capacity");
        let mut figure =
            Figure::new("tanh-cost", "Tanh costs memory, and more with a louder input")
                .describe(
                    "Three {falling} curves over the lags. The linear one {reaches further: linear > \
                     input × 0.1} than that of tanh with soft input, which {reaches further: input × 0.1 > \
                     input × 1} than that of tanh with loud input.",
                )
                .x_axis("lag (inputs back)")
                .y_axis("capacity at the lag");
        for (name, label, f, scale) in [
            ("linear", "linear", identity as fn(f64) -> f64, 0.1),
            ("soft", "tanh, input × 0.1", f64::tanh, 0.1),
            ("loud", "tanh, input × 1", f64::tanh, 1.0),
        ] {
            let mut runs = Vec::new();
            for run in 0..NETWORKS {
                let mut rng = report.rng(run);
                let network = Reservoir::orthogonal(UNITS, 0.98, &mut rng)?.with_input_scale(scale);
                runs.push(network.measured_capacity(f, (300, 4_000), &mut rng)?);
                bar.inc(1);
            }
            let past = Spread::of(runs.iter().map(|lags| lags[1..].iter().sum()));
            report.spread(&format!("random_{name}"), &past, |lags| decimals(lags, 1));
            let steps = Spread::by_step(&runs);
            figure = figure.line(label, points(&medians(&steps)[..200]));
        }
        let mut rng = report.rng(0);
        let linear = capacity_by_lag(&Reservoir::orthogonal(UNITS, 0.98, &mut rng)?)?;
        report.number("random_exact", decimals(linear[1..].iter().sum(), 4));
        report.figure(&figure)
    }
}

fn capacity_by_lag(network: &Reservoir) -> chapter::Result<Vec<f64>> {
    Ok(network.linear_capacity(usize::MAX).ok_or("two units of the network hold the same")?)
}

fn identity(z: f64) -> f64 {
    z
}

fn medians(steps: &[Spread]) -> Vec<f64> {
    steps.iter().map(|step| step.median).collect()
}

/// Values over steps counted from zero, as points of a figure.
fn points(values: &[f64]) -> impl Iterator<Item = (f64, f64)> + '_ {
    values.iter().enumerate().map(|(t, value)| (t as f64, *value))
}
