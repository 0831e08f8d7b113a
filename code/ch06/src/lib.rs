//! Chapter 6: which axis is which? Run it with `cargo run -p ch06`.
//!
//! The experiments stand in the order of the chapter: the shape of everything ([`network`],
//! [`drawing`]), layers on top of each other ([`depth`]), who has read what ([`reading`]), three
//! errors that no program reports ([`faults`]), the vector that a head gets ([`heads`]), and a [`series`]
//! of readings with three ways to [`forecast`] the next.

pub mod depth;
pub mod drawing;
pub mod faults;
pub mod forecast;
pub mod heads;
pub mod network;
pub mod reading;
pub mod series;

use std::path::PathBuf;

use chapter::{
    Chapter, Experiment, Figure, HeatMap, Report, Spread,
    format::{count, decimals, percent},
};
use ndarray::{Array3, Axis, s};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use rnn::Rnn;

use crate::{
    faults::Pair,
    heads::{Pooling, steps_of_max},
    network::{Cell, Sizes, shapes},
    reading::{effects, steps_read},
};

#[cfg(doctest)]
#[doc = include_str!("../../../src/ch06-shapes.md")]
struct Page;

/// What the reader may change.
#[derive(clap::Args, Clone, Debug)]
pub struct Parameters {
    /// The cell of your own network. Look for: how many gates lie below each other in the weights
    #[arg(long, value_enum, default_value_t = Cell::Rnn)]
    pub cell: Cell,

    /// Sequences in its batch, N. Look for: which arrays do not know it
    #[arg(long, default_value_t = 2, value_parser = chapter::at_least(1, 1_000))]
    pub batch: usize,

    /// Steps of a sequence, T. Look for: the only two arrays that know it
    #[arg(long, default_value_t = 5, value_parser = chapter::at_least(1, 1_000))]
    pub steps: usize,

    /// Numbers in one input, D. Look for: the only weights that know it
    #[arg(long, default_value_t = 10, value_parser = chapter::at_least(1, 1_000))]
    pub input: usize,

    /// Units in each layer and direction, H. Look for: it is in every array but one
    #[arg(long, default_value_t = 20, value_parser = chapter::at_least(1, 1_000))]
    pub hidden: usize,

    /// Layers on top of each other. Look for: what `output` shows of them, and what `h_n`
    #[arg(long, default_value_t = 1, value_parser = chapter::at_least(1, 8))]
    pub layers: usize,

    /// Read in both directions. Look for: what is twice as large, and what twice as many
    #[arg(long)]
    pub bidirectional: bool,

    /// A series of readings to predict, one in a line, alone or behind the last comma. Look for: whether
    /// the GRU is better than the last reading, said again
    #[arg(long, value_name = "FILE")]
    pub series: Option<PathBuf>,
}

impl Chapter for Parameters {
    const NAME: &'static str = "ch06";
    const TITLE: &'static str = "Chapter 6: which axis is which?";
    const EXPERIMENTS: &'static [Experiment<Self>] = &[
        Experiment { figures: &["flow"], run: Self::shapes },
        Experiment { figures: &["grid", "depth"], run: |_, report| layers(report) },
        Experiment { figures: &["forward", "reverse"], run: |_, report| directions(report) },
        Experiment { figures: &["stacked"], run: |_, report| stacked(report) },
        Experiment { figures: &[], run: |_, report| faulty_lines(report) },
        Experiment { figures: &["heads"], run: |_, report| pooled(report) },
        Experiment {
            figures: &["series"],
            run: |this, report| forecast::report(this.series.as_deref(), report),
        },
    ];

    fn check(&self) -> chapter::Result {
        let steps = self.batch * self.steps;
        let sizes = self.sizes();
        let states = &[steps, self.input + self.cell.gates() * sizes.directions() * self.hidden];
        let smaller = "--batch, --steps, --input or --hidden";
        chapter::at_most(MOST_NUMBERS, "inputs and gates", states, smaller)?;
        let weights = &[self.layers * sizes.weights_of_layer(self.cell)];
        chapter::at_most(MOST_WEIGHTS, "weights", weights, "--input, --hidden or --layers")?;
        let work = &[steps, self.layers * sizes.weights_of_layer(self.cell)];
        let smaller = "--batch, --steps, --hidden or --layers";
        Ok(chapter::at_most(MOST_WORK, "multiply-adds", work, smaller)?)
    }
}

/// The sizes of the networks that are not the reader's own.
const INPUT: usize = 10;
const HIDDEN: usize = 20;
const BATCH: usize = 4;
const STEPS: usize = 6;

/// What there is room for, and what a reader waits for, in the network of his own.
const MOST_NUMBERS: u64 = 50_000_000;
const MOST_WEIGHTS: u64 = 50_000_000;
const MOST_WORK: u64 = 50_000_000_000;

/// Each experiment is run with so many networks.
const NETWORKS: usize = 20;

/// Standard normal inputs.
fn normal(shape: (usize, usize, usize), rng: &mut impl Rng) -> Array3<f64> {
    Array3::from_shape_simple_fn(shape, || StandardNormal.sample(rng))
}

impl Parameters {
    fn sizes(&self) -> Sizes {
        let Self { batch, steps, input, hidden, layers, bidirectional, .. } = *self;
        Sizes { batch, steps, input, hidden, layers, bidirectional }
    }

    /// The shape of everything on the way through the reader's own network.
    fn shapes(&self, report: &mut Report) -> chapter::Result {
        let sizes = self.sizes();
        let shapes = shapes(self.cell, &sizes, &mut report.rng(0))?;
        report.section("The shape of everything, in a network of your own");
        for shape in shapes.all() {
            report.number(&shape.name, shape.text());
        }
        report.number("parameters", count(shapes.parameter_count));
        report.figure(&drawing::flow("flow", &sizes))
    }
}

/// The same for the network that the chapter draws.
fn stacked(report: &mut Report) -> chapter::Result {
    let (input, hidden) = (INPUT, HIDDEN);
    let sizes = Sizes { batch: 4, steps: 5, input, hidden, layers: 3, bidirectional: true };
    report.section("The shape of everything, in three layers of two directions");
    for shape in network::shapes(Cell::Rnn, &sizes, &mut report.rng(0))?.all() {
        report.number(&format!("stacked_{}", shape.name), shape.text());
    }
    report.figure(&drawing::flow("stacked", &sizes))
}

/// Depth in layers, and depth in time.
fn layers(report: &mut Report) -> chapter::Result {
    const MOST: usize = 4;
    const LONG: usize = 60;
    const DRAWN: (usize, usize) = (3, 5);
    report.section("Layers");
    report.number("networks", count(NETWORKS));
    report.figure(&drawing::grid(DRAWN.0, DRAWN.1))?;
    let last = |layers: usize, steps: usize| depth::rounds(layers, steps)[layers - 1][steps - 1];
    report.number("drawn_cells", count(DRAWN.0 * DRAWN.1));
    report.number("drawn_rounds", count(last(DRAWN.0, DRAWN.1)));
    report.number("long_cells", count(DRAWN.0 * 1_000));
    report.number("long_rounds", count(last(DRAWN.0, 1_000)));
    report.number("deep_input", count(100));
    report.number("deep_hidden", count(128));

    let mut figure = Figure::new("depth", "More layers hold the first input somewhat longer")
        .describe(
            "Four lines {fall} on a logarithmic axis, one behind the other; that of \
             the most layers {reaches furthest: 4 layers}.",
        )
        .x_axis("step")
        .y_axis("effect, relative to its largest")
        .log_y();
    for layers in 1..=MOST {
        let runs = (0..NETWORKS)
            .map(|run| depth::effect(layers, [100, 128, LONG], &mut report.rng(run)))
            .collect::<Result<Vec<_>, _>>()?;
        let forgotten = runs.iter().map(|effect| depth::steps_until_below(effect, 0.01) as f64);
        let Spread { low, median, high } = Spread::of(forgotten);
        for (name, value) in [("low", low), ("median", median), ("high", high)] {
            report.number(&format!("until_{layers}_{name}"), decimals(value, 0));
        }
        let medians = (0..LONG / 2).map(|t| {
            let at = Spread::of(runs.iter().map(|effect| effect[t]));
            ((t + 1) as f64, at.median)
        });
        let label = if layers == 1 { "1 layer".to_owned() } else { format!("{layers} layers") };
        figure = figure.line(&label, medians.filter(|(_, left)| *left > 1e-6));
    }
    report.figure(&figure)
}

/// Which steps of the input each output has read.
fn directions(report: &mut Report) -> chapter::Result {
    let mut rng = report.rng(0);
    let rnn = Rnn::<f64>::stacked(INPUT, HIDDEN, 1, true, &mut rng)?;
    let x = normal((1, STEPS, INPUT), &mut rng);
    let halves = [
        (
            "forward",
            "Forwards, an output has read what came before it",
            "A lower triangle of coloured fields, strongest along the diagonal.",
            0..HIDDEN,
        ),
        (
            "reverse",
            "In reverse, an output has read what comes after it",
            "An upper triangle of coloured fields, strongest along the diagonal.",
            HIDDEN..2 * HIDDEN,
        ),
    ];
    report.section("Who has read what");
    report.number("read_steps", count(STEPS));
    for (name, title, seen, half) in halves {
        let read = (0..STEPS)
            .map(|t| {
                let mut effects = effects(&x, |x| {
                    let (output, _) = rnn.forward(x, None)?;
                    Ok(output.slice(s![0, t, half.clone()]).to_owned())
                })?;
                Ok(effects.remove(0))
            })
            .collect::<chapter::Result<Vec<_>>>()?;
        report.number(&format!("{name}_first_read"), count(steps_read(&read[0])));
        report.number(&format!("{name}_last_read"), count(steps_read(&read[STEPS - 1])));
        report.figure(
            &HeatMap::new(name, title)
                .describe(seen)
                .x_axis("input at step")
                .x_labels((1..=STEPS).map(|t| t.to_string()))
                .y_axis("output at step")
                .y_labels((1..=STEPS).map(|t| t.to_string()))
                .value_axis("effect")
                .values(read),
        )?;
    }
    Ok(())
}

/// Each of the errors, and by how much it is wrong.
fn faulty_lines(report: &mut Report) -> chapter::Result {
    report.section("Errors that no program reports");
    report.number("batch_of", count(BATCH));
    report.number("steps_of", count(STEPS));
    let mut off: [Vec<f64>; 4] = Default::default();
    for run in 0..NETWORKS {
        let mut rng = report.rng(run);
        let rnn = Rnn::new(INPUT, HIDDEN, &mut rng)?;
        let both = Rnn::stacked(INPUT, HIDDEN, 1, true, &mut rng)?;
        let x = normal((BATCH, STEPS, INPUT), &mut rng);
        let (padded, lengths) = padded(&mut rng);
        let pairs = [
            faults::swapped(&rnn, &x)?,
            faults::padded(&rnn, &padded, &lengths)?,
            faults::cut_short(&rnn, &padded, &lengths)?,
            faults::both_ways(&both, &x)?,
        ];
        off.iter_mut().zip(pairs).for_each(|(off, pair)| off.push(pair.off()));
    }
    for (name, off) in ["swapped", "padded", "cut_short", "both_ways"].iter().zip(off) {
        report.spread(&format!("{name}_off"), &Spread::of(off), |off| decimals(off, 1));
    }

    let mut rng = report.rng(0);
    let rnn = Rnn::new(INPUT, HIDDEN, &mut rng)?;
    let x = normal((BATCH, STEPS, INPUT), &mut rng);
    reads(report, &x, |x| faults::swapped(&rnn, x))
}

/// A batch whose sequences are shorter from one to the next, with zeros behind them.
fn padded(rng: &mut impl Rng) -> (Array3<f64>, Vec<usize>) {
    let lengths: Vec<usize> = (0..BATCH).map(|n| STEPS - n).collect();
    let mut x = normal((BATCH, STEPS, INPUT), rng);
    for (mut sequence, &length) in x.outer_iter_mut().zip(&lengths) {
        sequence.slice_mut(s![length.., ..]).fill(0.0);
    }
    (x, lengths)
}

/// What the last sequence's vector has read: steps of its own, and of the other sequences.
fn reads(
    report: &mut Report,
    x: &Array3<f64>,
    swapped: impl Fn(&Array3<f64>) -> Result<Pair, rnn::Error>,
) -> chapter::Result {
    let last = BATCH - 1;
    for (kind, of) in [
        ("written", (|pair: Pair| pair.written) as fn(Pair) -> _),
        ("meant", |pair: Pair| pair.meant),
    ] {
        let effects = effects(x, |x| Ok(of(swapped(x)?).row(last).to_owned()))?;
        let others = effects[..last].iter().filter(|effects| steps_read(effects) > 0).count();
        report.number(&format!("swapped_{kind}_own"), count(steps_read(&effects[last])));
        report.number(&format!("swapped_{kind}_others"), count(others));
    }
    Ok(())
}

/// What the vector has read that a head gets.
fn pooled(report: &mut Report) -> chapter::Result {
    const LONG: usize = 40;
    report.section("A head on top");
    report.number("pooled_steps", count(LONG));
    let mut figure =
        Figure::new("heads", "The last state has forgotten the beginning, a pool has not")
            .describe(
                "The line of the last state comes from below the picture in the middle and {rises: \
                 last state} steeply to the right end. That of both directions {falls and rises \
                 again: both directions}, those of the mean and of the largest {change little: \
                 mean & max}.",
            )
            .x_axis("step of the input")
            .y_axis("effect of a nudge")
            .log_y();
    let mut steps_of_largest = Vec::new();
    let poolings = Pooling::ALL.map(Some).into_iter().chain([None]);
    for pooling in poolings {
        let mut runs = Vec::new();
        for run in 0..NETWORKS {
            let mut rng = report.rng(run);
            let rnn = Rnn::stacked(INPUT, HIDDEN, 1, pooling.is_none(), &mut rng)?;
            let x = normal((1, LONG, INPUT), &mut rng);
            let mut effects = effects(&x, |x| {
                let (output, [h_n]) = rnn.forward(x, None)?;
                let vectors = match pooling {
                    Some(pooling) => pooling.pool(&output, &[LONG]),
                    None => faults::top_states(&rnn, &h_n),
                };
                Ok(vectors.row(0).to_owned())
            })?;
            if pooling == Some(Pooling::Max) {
                let (output, _) = rnn.forward(&x, None)?;
                steps_of_largest.push(steps_of_max(&output.index_axis(Axis(0), 0)) as f64);
            }
            runs.push(effects.remove(0));
        }
        let (name, label) = match pooling {
            Some(Pooling::Last) => ("last", "last state"),
            Some(Pooling::Mean) => ("mean", "mean"),
            Some(Pooling::Max) => ("max", "max"),
            None => ("both", "last states of both directions"),
        };
        let medians: Vec<f64> =
            (0..LONG).map(|t| Spread::of(runs.iter().map(|effects| effects[t])).median).collect();
        let largest = medians.iter().fold(0.0, |largest: f64, effect| largest.max(*effect));
        let felt = medians.iter().filter(|effect| **effect >= 0.01 * largest).count();
        report.number(&format!("{name}_felt"), count(felt));
        let points = medians.iter().enumerate().map(|(t, effect)| ((t + 1) as f64, *effect));
        figure = figure.line(label, points.filter(|(_, effect)| *effect > 1e-6));
    }
    let steps_of_largest = Spread::of(steps_of_largest);
    report.number("max_steps", decimals(steps_of_largest.median, 0));
    report.number("units", count(HIDDEN));
    report.figure(&figure)?;
    padded_heads(report)
}

/// The same heads on a padded batch, told of no lengths.
fn padded_heads(report: &mut Report) -> chapter::Result {
    const SHORT: usize = 3;
    const PADDED: usize = 12;
    report.number("short", count(SHORT));
    report.number("padded_to", count(PADDED));
    let mut zeros = Vec::new();
    let mut shares = Vec::new();
    for run in 0..NETWORKS {
        let mut rng = report.rng(run);
        let rnn = Rnn::new(INPUT, HIDDEN, &mut rng)?;
        let x = normal((1, PADDED, INPUT), &mut rng);
        let (output, _) = rnn.forward_padded(&x, &[SHORT], None)?;
        let right = Pooling::Max.pool(&output, &[SHORT]);
        let wrong = Pooling::Max.pool(&output, &[PADDED]);
        let raised = right.iter().zip(&wrong).filter(|(right, wrong)| right != wrong).count();
        zeros.push(raised as f64);
        let mean = |length| Pooling::Mean.pool(&output, &[length]);
        shares.push((mean(PADDED) / mean(SHORT))[[0, 0]]);
    }
    report.number("max_raised", decimals(Spread::of(zeros).median, 0));
    report.number("mean_left", percent(Spread::of(shares).median, 0));
    Ok(())
}
