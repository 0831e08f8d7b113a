//! Chapter 4: what must wait? Run it with `cargo run -p ch04`.
//!
//! The experiments stand in the order of the chapter: what there is to compute and what of it must
//! wait ([`cost`]), the recurrence without its tanh ([`linear`]), scans drawn as they run
//! ([`wiring`]), Mamba's scan ([`selective`]), the tanh network all at once
//! ([`parallel`], [`table`]), how long it all takes ([`mod@measure`], [`latency`]), and what a
//! graphics card is told to do ([`card`]).

pub mod card;
pub mod cost;
mod fronts;
pub mod latency;
pub mod linear;
pub mod measure;
mod nonlinear;
pub mod parallel;
pub mod selective;
pub mod table;
mod timing;
pub mod wiring;

use chapter::{
    Chapter, Experiment, Figure, Report,
    format::{Value, count, decimals, percent},
};
use machine::Stopwatch;
use rnn::{
    RnnCell,
    scan::{blelloch, hillis_steele},
};

use crate::{
    card::Launched,
    cost::{Cost, Sizes, attention, each},
    wiring::{Join, rounds, way, wire},
};

#[cfg(doctest)]
#[doc = include_str!("../../../src/ch04-what-must-wait.md")]
struct Page;

/// What the reader may change.
#[derive(clap::Args, Clone, Debug)]
pub struct Parameters {
    /// Spectral radius of your own tanh network. Look for: the sweeps that it needs, up to where
    /// there are as many as steps
    #[arg(long, default_value_t = 1.2, value_parser = chapter::between(0.01, 10.0))]
    pub radius: f64,

    /// Number of units of the tanh networks. Look for: it hardly matters for the sweeps
    #[arg(long, default_value_t = 128, value_parser = chapter::at_least(1, 256))]
    pub hidden: usize,

    /// Steps of their sequences. Look for: more steps need no more sweeps, unless the network is
    /// chaotic
    #[arg(long, default_value_t = 500, value_parser = chapter::at_least(2, 2_000))]
    pub steps: usize,

    /// How far a state may be from the right one. Look for: each power of ten costs Jacobi as many
    /// sweeps, and Newton next to nothing
    #[arg(long, default_value_t = 1e-6, value_parser = chapter::between(1e-12, 0.1))]
    pub tolerance: f64,

    /// Steps from one input of the latch to the next. Look for: the sweeps that it needs
    #[arg(long, default_value_t = 100, value_parser = chapter::at_least(1, 1_000))]
    pub gap: usize,

    /// The times.
    #[command(flatten)]
    pub stopwatch: Stopwatch,
}

impl Chapter for Parameters {
    const NAME: &'static str = "ch04";
    const TITLE: &'static str = "Chapter 4: what must wait?";
    const EXPERIMENTS: &'static [Experiment<Self>] = &[
        Experiment { figures: &["speedup"], run: |_, report| costs(report) },
        Experiment { figures: &["hillis-steele", "blelloch"], run: |_, report| scans(report) },
        Experiment {
            figures: &["front-forgets", "front-chaotic", "exponent"],
            run: Self::nonlinear,
        },
        Experiment { figures: &["latch"], run: Self::latch },
        Experiment { figures: &["times", "latency"], run: Self::timing },
        Experiment {
            figures: &[],
            run: |_, report| {
                launches(report);
                Ok(())
            },
        },
    ];

    fn check(&self) -> chapter::Result {
        self.stopwatch.check()?;
        let sweeps = nonlinear::most_sweeps(self.steps);
        let factors = [sweeps, self.steps, self.hidden, self.hidden];
        Ok(chapter::at_most(MOST_WORK, "multiply-adds", &factors, "--hidden or --steps")?)
    }
}

/// What a reader waits for.
const MOST_WORK: u64 = 300_000_000_000;

/// Inputs of the networks, as in the earlier chapters.
const INPUT: usize = 100;

/// The sizes of the networks that are counted and not run.
const SIZES: Sizes = Sizes { input: INPUT, hidden: 128 };
const STEPS: usize = 1_024;
const BATCH: usize = 32;

/// Work and span of a layer in a loop, and beside it of what need not wait.
fn costs(report: &mut Report) -> chapter::Result {
    let cell = RnnCell::<f64>::new(SIZES.input, SIZES.hidden, &mut report.rng(0))?;
    let share = cell.w_ih.len() as f64 / cell.multiply_adds_per_step() as f64;
    report.section("What there is to compute, and what must wait");
    report.number("input", count(SIZES.input));
    report.number("hidden", count(SIZES.hidden));
    report.number("counted_steps", count(STEPS));
    report.number("batch", count(BATCH));
    report.number("input_share", percent(share, 1));
    report.number("serial_share", percent(1.0 - share, 1));
    report.number("amdahl", decimals(1.0 / (1.0 - share), 2));
    report.number("projection_span", count(SIZES.projection().span));
    report.number("recurrence_span", count(SIZES.recurrence().span));
    let in_a_loop = SIZES.in_a_loop(STEPS);
    // Each gate is a sigmoid, and then the share that stays beside the share that is written.
    let gates = each(SIZES.hidden).then(each(SIZES.hidden).and(each(SIZES.hidden)));
    let steps = SIZES.projection().and(SIZES.projection()).then(gates).beside(STEPS);
    let costs = [
        ("loop", "RNN", in_a_loop),
        ("batch", "RNN, batch of 32", in_a_loop.beside(BATCH)),
        ("scan", "gated, by a scan", steps.then(scan_cost(diagonal_join(), STEPS))),
        ("attention", "attention", attention(SIZES.input, SIZES.hidden, STEPS)),
    ];
    let mut figure =
        Figure::new("speedup", "Work over span says how many processors have something to do")
            .describe(
                "Four curves {rise} together on logarithmic axes and bend off one after the other, \
                 each towards a level of its own, its work over its span; that of attention {is \
                 the highest: attention}.",
            )
            .x_axis("processors")
            .y_axis("times as fast as one")
            .log_x()
            .log_y();
    for (name, label, cost) in costs {
        report.number(&format!("{name}_work"), rounded(cost.work));
        report.number(&format!("{name}_span"), count(cost.span));
        report.number(&format!("{name}_parallelism"), rounded(cost.parallelism() as u64));
        let points = (0..=32).map(|quarter| 10_f64.powf(f64::from(quarter) / 4.0));
        figure = figure.line(label, points.map(|p| (p, cost.speedup(p).max(1.0))));
    }
    report.figure(&figure)
}

/// A large count in two digits and a word: `60 million`.
fn rounded(value: u64) -> Value {
    let digits = 10_u64.pow(value.max(1).ilog10().saturating_sub(1));
    let value = (value + digits / 2) / digits * digits;
    let millions = match value {
        10_000_000.. => count(value / 1_000_000),
        1_000_000.. => decimals(value as f64 / 1e6, 1),
        _ => return count(value),
    };
    Value::new(value as f64, format!("{millions} million"))
}

/// Two steps `h ↦ a ⊙ h + b` joined to one: `a₂ a₁`, beside `a₂ b₁ + b₂`.
fn diagonal_join() -> Cost {
    each(SIZES.hidden).and(each(SIZES.hidden).then(each(SIZES.hidden)))
}

/// Blelloch's scan over so many steps, from a state of zeros: `b` of each join is the state.
fn scan_cost(join: Cost, steps: usize) -> Cost {
    let joins = wire(steps, |items, join| blelloch(items, join));
    Cost { work: joins.len() as u64 * join.work, span: rounds(&joins) as u64 * join.span }
}

/// What a graphics card is told to do for the layer of [`costs`], in three ways.
fn launches(report: &mut Report) {
    let weights = SIZES.hidden * SIZES.hidden;
    let megabytes = |fetches: usize| match (4 * weights * fetches) as f64 / 1e6 {
        many @ 10.0.. => count(many.round() as u64),
        few => decimals(few, 1),
    };
    report.section("What a graphics card is told to do");
    report.number("card_multiply_adds", rounded((weights * STEPS * BATCH) as u64));
    for (name, way) in [
        ("operations", Launched::EachOperation),
        ("step", Launched::EachStep),
        ("at_once", Launched::AllAtOnce),
    ] {
        report.number(&format!("{name}_launches"), count(way.launches(STEPS)));
        report.number(&format!("{name}_fetches"), count(way.fetches(STEPS, 1)));
        report.number(&format!("{name}_batch_fetches"), count(way.fetches(STEPS, BATCH)));
        report.number(&format!("{name}_megabytes"), megabytes(way.fetches(STEPS, BATCH)));
        report.number(&format!("{name}_served"), count(STEPS * BATCH / way.fetches(STEPS, BATCH)));
    }
}

/// Joins and rounds of two scans, and the scans as they run.
fn scans(report: &mut Report) -> chapter::Result {
    const DRAWN: usize = 16;
    let hillis_steele = |n| wire(n, |items, join| hillis_steele(items, join));
    let blelloch = |n| wire(n, |items, join| blelloch(items, join));
    report.section("Scans");
    report.number("drawn", count(DRAWN));
    report.number("loop_joins", count(STEPS - 1));
    for (name, title, seen, joins, drawn) in [
        (
            "hillis_steele",
            "The scan of Hillis and Steele needs few rounds, but many joins",
            "A few rows of points, most of them nearly full, the first row for the steps. Each \
             point above hangs on two below it, over distances that double from row to row.",
            hillis_steele(STEPS),
            hillis_steele(DRAWN),
        ),
        (
            "blelloch",
            "Blelloch's scan needs few joins, in more rounds",
            "More rows of points, most of them nearly empty. A tree rises to the right over the \
             first ones, and from its points lines run on to the places between.",
            blelloch(STEPS),
            blelloch(DRAWN),
        ),
    ] {
        report.number(&format!("{name}_joins"), count(joins.len()));
        report.number(&format!("{name}_rounds"), count(rounds(&joins)));
        report.number(&format!("{name}_drawn_joins"), count(drawn.len()));
        report.number(&format!("{name}_drawn_rounds"), count(rounds(&drawn)));
        let figure = wiring_figure(&name.replace('_', "-"), title, &drawn);
        report.figure(&figure.describe(seen))?;
    }
    // A dense join is a product of matrices and one of matrix and vector; a step is the latter.
    let step = (SIZES.hidden * SIZES.hidden) as u64;
    let join = SIZES.hidden as u64 * step + step;
    let joins = blelloch(STEPS).len();
    report.number("dense_join", count(join / step));
    report.number("dense_scan", rounded(joins as u64 * join / (STEPS as u64 * step)));
    report.number("diagonal_scan", decimals((2 * joins) as f64 / STEPS as f64, 1));
    Ok(())
}

/// The place whose join is followed back to the steps.
const FOLLOWED: usize = 15;

/// Each join as a point that hangs on the two that it joins, and one place followed back to the steps.
fn wiring_figure(name: &str, title: &str, joins: &[Join]) -> Figure {
    let at = |wire: &wiring::Wire| ((wire.last + 1) as f64, wire.round as f64);
    let lines = joins.iter().flat_map(|join| {
        [[at(&join.earlier), at(&join.result)], [at(&join.later), at(&join.result)]]
    });
    let items = joins.iter().flat_map(|join| [join.earlier, join.later]);
    let is_followed = |join: &&Join| join.result.first == 0 && join.result.last + 1 == FOLLOWED;
    let followed = joins.iter().find(is_followed).map_or(vec![], |join| way(joins, &join.result));
    Figure::new(name, title)
        .x_axis("step")
        .y_axis("round")
        .line(&format!("what place {FOLLOWED} is made of"), followed.iter().map(at))
        .paths("all joins", lines)
        .scatter("there from the start", items.filter(|wire| wire.round == 0).map(|w| at(&w)))
        .scatter("joined", joins.iter().map(|join| at(&join.result)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_of_diagonal_steps_counted_by_hand() {
        // `a₂ a₁` beside `a₂ b₁`, then `+ b₂`. Four steps are scanned by four joins in two rounds.
        assert_eq!(diagonal_join(), Cost { work: 3 * 128, span: 2 });
        assert_eq!(scan_cost(diagonal_join(), 4), Cost { work: 4 * 3 * 128, span: 2 * 2 });
    }

    #[test]
    fn large_counts_have_two_digits() {
        let texts = [7, 1_023, 59_900_000, 1_149_000, 185_400].map(|value| rounded(value).text);
        assert_eq!(texts, ["7", "1,000", "60 million", "1.1 million", "190,000"]);
    }

    #[test]
    fn sizes_at_their_bounds_are_refused_at_once_or_soon_done() {
        let [low, high] = chapter::refused_at_bounds::<Parameters>("").unwrap();
        assert_eq!(low, None);
        let high = high.expect("the largest sizes are too large together");
        assert!(high.contains("--hidden or --steps") && high.lines().count() == 1, "{high}");
    }
}
