//! Chapter 3: how far back? Run it with `cargo run -p ch03`.
//!
//! The experiments stand in the order of the chapter: a network that reads on and on ([`endless`]),
//! how long its first input makes a difference ([`mod@effect`]), the derivative behind it
//! ([`jacobian`]), what training can find ([`tasks::parity`], [`at_end`], [`guess`], [`tasks::adding`],
//! [`reach`], [`gate`]), and batches of unequal length ([`padding`]).

mod adding;
pub mod at_end;
mod drawing;
pub mod effect;
pub mod endless;
pub mod gate;
pub mod guess;
pub mod held;
pub mod jacobian;
pub mod optimiser;
pub mod padding;
pub mod rates;
pub mod reach;
mod trained;
pub mod update_gate;

use chapter::{
    Chapter, Experiment, Figure, Report, Spread,
    format::{Value, count, decimals, exact, percent, scientific},
};
use ndarray::Array3;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use recorded::Recorder;
use rnn::{Fnn, Parameters as _, Rnn, RnnCell, SelfAttention, init::Recurrence};

use crate::{
    effect::{
        Network, Sizes, effect, effect_on_attention, half_life, mean_log_kept, steps_until_below,
    },
    endless::{read_on, spent_on_padding},
};

#[cfg(doctest)]
#[doc = include_str!("../../../src/ch03-any-length.md")]
struct Page;

/// What the reader may change.
#[derive(clap::Args, Clone, Debug)]
pub struct Parameters {
    /// Spectral radius of the Gaussian network. Look for: where its Jacobian turns from fading to
    /// growing
    #[arg(long, default_value_t = 1.5, value_parser = chapter::between(0.1, 10.0))]
    pub radius: f64,

    /// Number of units of the untrained networks. Look for: it hardly matters
    #[arg(long, default_value_t = 128, value_parser = chapter::at_least(1, 256))]
    pub hidden: usize,

    /// Steps of the untrained networks. Look for: whose curves are still above one per cent
    #[arg(long, default_value_t = 300, value_parser = chapter::at_least(60, 3_000))]
    pub steps: usize,

    /// Cell of your own, beside the others: an `rnn` has the radius from above, an `lstm` the forget
    /// bias from below
    #[arg(long, default_value = "lstm")]
    pub cell: Cell,

    /// Bias of your LSTM's forget gate. Look for: each step more, and the memory lasts several times
    /// as long
    #[arg(long, default_value_t = 1.0, value_parser = chapter::between(-10.0, 10.0), value_name = "BIAS")]
    pub forget_bias: f64,

    /// Leave the training out, which takes nearly all of the time
    #[arg(long)]
    pub skip_training: bool,

    /// What takes longer is recorded.
    #[command(flatten)]
    pub recorder: Recorder,
}

/// The cell of the reader's own network.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// tanh, with Gaussian recurrent weights
    Rnn,
    /// Long short-term memory
    Lstm,
    /// Gated recurrent unit
    Gru,
}

impl Chapter for Parameters {
    const NAME: &'static str = "ch03";
    const TITLE: &'static str = "Chapter 3: how far back?";
    const EXPERIMENTS: &'static [Experiment<Self>] = &[
        Experiment { figures: &["held"], run: |_, report| endless(report) },
        Experiment { figures: &["effect"], run: Self::effect },
        Experiment { figures: &["lstm", "gru"], run: |_, report| drawing::report(report) },
        Experiment { figures: &["jacobian"], run: Self::jacobian },
        Experiment {
            figures: &[],
            run: |this, report| {
                half_lives(&Sizes { input: INPUT, hidden: this.hidden, steps: this.steps }, report);
                Ok(())
            },
        },
        Experiment { figures: &["parity-training", "parity"], run: Self::parity },
        Experiment { figures: &[], run: Self::at_end },
        Experiment { figures: &["reach-tanh", "reach-gru"], run: Self::adding },
        Experiment { figures: &[], run: Self::gate },
        Experiment { figures: &["padding"], run: Self::padding },
    ];

    fn check(&self) -> chapter::Result {
        let step = [self.hidden, INPUT + self.hidden];
        let of_networks = [[2 * NETWORKS * GATES, self.steps], step].concat();
        Ok(chapter::at_most(MOST_WORK, "multiply-adds", &of_networks, "--hidden or --steps")?)
    }
}

/// Untrained networks are drawn anew so many times.
const NETWORKS: usize = 20;

/// All kinds of them together have so many products with a weight matrix at a step, one in a tanh
/// network and four in an LSTM.
const GATES: usize = 43;

/// What a reader waits for.
const MOST_WORK: u64 = 60_000_000_000;

/// Numbers in one input of the untrained networks.
const INPUT: usize = 100;

/// What counts as forgotten: less than this share of the first input's effect is left.
const FORGOTTEN: f64 = 0.01;

/// One network over any length, and the others beside it.
fn endless(report: &mut Report) -> chapter::Result {
    const SIZES: (usize, usize) = (4, 16);
    let cell = RnnCell::new(SIZES.0, SIZES.1, &mut report.rng(0))?;
    report.section("One network, any length");
    report.number("endless_input", count(SIZES.0));
    report.number("endless_hidden", count(SIZES.1));
    report.number("endless_weights", count(cell.parameter_count()));
    for (i, steps) in (1..).zip([10, 1_000, 10_000, 1_000_000]) {
        let (_, bytes) = read_on(&cell, steps, &mut report.rng(1))?;
        report.number(&format!("endless_steps_{i}"), count(steps));
        report.number(&format!("endless_bytes_{i}"), count(bytes as usize));
    }
    window(report)?;
    report.figure(&held(report)?)
}

/// What a feed-forward network must do with a sequence that is no window.
fn window(report: &mut Report) -> chapter::Result {
    const WINDOW: usize = 1_000;
    const HIDDEN: usize = 128;
    let fnn = Fnn::<f32>::new(INPUT, HIDDEN, WINDOW, &mut report.rng(2))?;
    let long = 10 * WINDOW;
    let weights = long * fnn.multiply_adds_per_step();
    report.number("window", count(WINDOW));
    report.number("short", count(10));
    report.number("fnn_padding", percent(spent_on_padding(&fnn, 10), 0));
    report.number("fnn_long", count(long));
    report.number("fnn_long_weights", count(weights));
    report.number("fnn_long_megabytes", count(weights * size_of::<f32>() / 1_000_000));
    Ok(())
}

/// How many numbers each kind of network holds to answer once, counted in arrays.
fn held(report: &Report) -> chapter::Result<Figure> {
    const HIDDEN: usize = 128;
    let mut rng = report.rng(3);
    let rnn = Rnn::<f64>::new(INPUT, HIDDEN, &mut rng)?;
    let attention = SelfAttention::<f64>::new(INPUT, HIDDEN, false, &mut rng)?;
    let (mut state, mut training, mut weights, mut scores) = (vec![], vec![], vec![], vec![]);
    for steps in [10, 30, 100, 300, 1_000] {
        let x = Array3::from_shape_simple_fn((1, steps, INPUT), || StandardNormal.sample(&mut rng));
        let saved = rnn.forward_saving(&x, None, None)?;
        let fnn = Fnn::<f32>::new(INPUT, HIDDEN, steps, &mut rng)?;
        let at = |floats: usize| (steps as f64, floats as f64);
        state.push(at(saved.state[0].len()));
        training.push(at(saved.output.len()));
        weights.push(at(fnn.linear.weight.len()));
        scores.push(at(attention.forward_saving(&x, None)?.weights().len()));
    }
    Ok(Figure::new("held", "Only the state does not grow with the sequence")
        .describe(
            "On logarithmic axes the line of the state {is level: RNN: state}. The states to train \
             and the weights {rise: RNN: to train & FNN: weights} alike, the line of the scores \
             {rises more steeply: scores > RNN: to train}, and a mark stands where they pass the \
             states to train.",
        )
        .x_axis("steps of the sequence")
        .y_axis("numbers held")
        .log_x()
        .log_y()
        // T² scores against T H states.
        .mark_x(HIDDEN as f64, "more scores than states to train")
        .marked_line("RNN: state", state)
        .marked_line("RNN: to train", training)
        .marked_line("FNN: weights", weights)
        .marked_line("scores", scores))
}

impl Parameters {
    fn own(&self) -> (Network, String) {
        match self.cell {
            Cell::Rnn => {
                let recurrence = Recurrence::Gaussian { radius: self.radius };
                (Network::Rnn(recurrence), format!("tanh, radius {}", exact(self.radius)))
            }
            Cell::Lstm => {
                let bias = self.forget_bias;
                (Network::Lstm(Some(bias)), format!("LSTM, bias {}", exact(bias)))
            }
            Cell::Gru => (Network::Gru, "GRU".to_owned()),
        }
    }

    /// Steps until the first input's effect is below one per cent.
    fn effect(&self, report: &mut Report) -> chapter::Result {
        let sizes = Sizes { input: INPUT, hidden: self.hidden, steps: self.steps };
        report.section("Steps until the first input is forgotten");
        report.number("hidden", count(self.hidden));
        report.number("input", count(INPUT));
        report.number("steps", count(self.steps));
        report.number("networks", count(NETWORKS));
        let (own, own_label) = self.own();
        let tanh = Network::Rnn;
        let bar = report.progress(15, "effect of the first input");
        let mut figure =
            Figure::new("effect", "How fast the first input is forgotten depends on the weights")
                .describe(
                    "On a logarithmic axis lines {fall: tanh, PyTorch's init & tanh, orthogonal & \
                     LSTM, PyTorch's init & LSTM, bias 1} straight with very different slopes, one \
                     {stays level: radius 2}, and that of attention {falls: attention} and \
                     {flattens: attention}.",
                )
                .x_axis("steps since the first input")
                .y_axis("share of the effect")
                .y_range(1e-6, 10.0)
                .log_y();
        for (name, label, network) in [
            ("pytorch", "tanh, PyTorch's init", tanh(Recurrence::Pytorch)),
            ("orthogonal", "tanh, orthogonal", tanh(Recurrence::Orthogonal)),
            ("soft", "", Network::Soft(Recurrence::Orthogonal, 10.0)),
            ("gaussian", "tanh, radius 2", tanh(Recurrence::Gaussian { radius: 2.0 })),
            ("gru", "", Network::Gru),
            ("lstm", "LSTM, PyTorch's init", Network::Lstm(None)),
            ("bias_1", "", Network::Lstm(Some(1.0))),
            ("bias_2", "", Network::Lstm(Some(2.0))),
            ("bias_3", "", Network::Lstm(Some(3.0))),
            ("unconnected_0", "", Network::Unconnected(0.0)),
            ("unconnected_1", "", Network::Unconnected(1.0)),
            ("unconnected_2", "", Network::Unconnected(2.0)),
            ("unconnected_3", "", Network::Unconnected(3.0)),
            ("own", &own_label, own),
        ] {
            let runs: Vec<Vec<f64>> = (0..NETWORKS)
                .into_par_iter()
                .map(|run| effect(network, &sizes, &mut report.rng(run)))
                .collect::<Result<_, _>>()?;
            let steps = Spread::of(runs.iter().map(|effect| {
                steps_until_below(effect, FORGOTTEN).map_or(f64::INFINITY, |steps| steps as f64)
            }));
            report.spread(&format!("until_{name}"), &steps, |t| steps_or_more(t, self.steps));
            if !label.is_empty() {
                figure = figure.line(label, curve(&medians(&runs)));
            }
            bar.inc(1);
        }
        let shown = Sizes { steps: SHOWN, ..sizes };
        let runs: Vec<Vec<f64>> = (0..NETWORKS)
            .into_par_iter()
            .map(|run| effect_on_attention(&shown, &mut report.rng(run)))
            .collect::<Result<_, _>>()?;
        let attention = medians(&runs);
        report.number("attention_steps", count(SHOWN));
        report.number("attention_left", percent(attention[SHOWN - 1], 1));
        report.figure(&figure.line("attention", curve(&attention)))
    }

    /// The norm of the Jacobian against the distance.
    fn jacobian(&self, report: &mut Report) -> chapter::Result {
        const DISTANCE: usize = 50;
        const RUNS: usize = 5;
        let sizes = Sizes { input: INPUT, hidden: self.hidden, steps: SHOWN + 1 };
        report.section("The Jacobian against distance");
        report.number("distance", count(DISTANCE));
        report.number("jacobian_networks", count(RUNS));
        report.number("radius", exact(self.radius));
        let mut figure = Figure::new(
            "jacobian",
            "The derivative changes by about one factor at every step",
        )
        .describe(
            "Five lines, nearly straight on a logarithmic axis, fan out from one: two {fall: \
             PyTorch's init & radius 1}, one {changes little: radius 1.5} and falls in the end, \
             two {rise: radius 2 & radius 3}.",
        )
        .x_axis("distance (steps)")
        .y_axis("norm of the Jacobian")
        .log_y();
        let gaussian = |radius| Recurrence::Gaussian { radius };
        let own_label = format!("radius {}", exact(self.radius));
        for (name, label, recurrence) in [
            ("pytorch", "PyTorch's init", Recurrence::Pytorch),
            ("radius_1", "radius 1", gaussian(1.0)),
            ("radius", &own_label, gaussian(self.radius)),
            ("radius_2", "radius 2", gaussian(2.0)),
            ("radius_3", "radius 3", gaussian(3.0)),
        ] {
            let runs: Vec<jacobian::Run> = (0..RUNS)
                .into_par_iter()
                .map(|run| jacobian::run(recurrence, &sizes, &mut report.rng(run)))
                .collect::<Result<_, _>>()?;
            let largest = Spread::of(runs.iter().map(|run| run.largest_state)).high;
            let norms: Vec<Vec<f64>> = runs.into_iter().map(|run| run.norms).collect();
            let median = medians(&norms);
            report.number(&format!("jacobian_{name}"), scientific(median[DISTANCE], 0));
            report.number(&format!("jacobian_{name}_state"), decimals(largest, 2));
            figure = figure.line(label, curve(&median));
        }
        report.figure(&figure)
    }

    /// Parity, learned on short sequences and asked on long ones.
    fn parity(&self, report: &mut Report) -> chapter::Result {
        if self.skip_training { Ok(()) } else { trained::parity(report) }
    }

    /// Parity asked at the end only, by many recipes and by guessing.
    fn at_end(&self, report: &mut Report) -> chapter::Result {
        if self.skip_training {
            return Ok(());
        }
        at_end::report(self.recorder, report)?;
        guess::report(report);
        Ok(())
    }

    /// The adding problem, and how far back an answer reaches.
    fn adding(&self, report: &mut Report) -> chapter::Result {
        if self.skip_training { Ok(()) } else { adding::report(self.recorder, report) }
    }

    /// What opens the gate that lets it reach so far.
    fn gate(&self, report: &mut Report) -> chapter::Result {
        if self.skip_training { Ok(()) } else { gate::report(self.recorder, report) }
    }

    /// What padding does to the last state when nobody looks.
    fn padding(&self, report: &mut Report) -> chapter::Result {
        const PADDING: usize = 20;
        let sizes = Sizes { input: INPUT, hidden: self.hidden, steps: 10 };
        let runs: Vec<padding::Padded> = (0..NETWORKS)
            .into_par_iter()
            .map(|run| padding::pad(&sizes, PADDING, &mut report.rng(run)))
            .collect::<Result<_, _>>()?;
        let error = Spread::of(runs.iter().map(|run| run.error[PADDING]));
        let masked = Spread::of(runs.iter().map(|run| run.error_with_lengths));
        let apart: Vec<Vec<f64>> = runs.into_iter().map(|run| run.apart).collect();
        let apart = medians(&apart);
        report.section("A padded batch");
        report.number("padded_steps", count(sizes.steps));
        report.number("padding", count(PADDING));
        report.number("padding_error", decimals(error.median, 1));
        report.number("padding_error_with_lengths", exact(masked.high));
        report.number("padding_apart_5", percent(apart[5], 0));
        report.number("padding_apart", scientific(apart[PADDING], 0));
        report.figure(
            &Figure::new("padding", "Padding makes two different sequences alike")
                .describe(
                    "On a logarithmic axis the line of the plain batch {falls straight: over the padding}, \
                     that of the batch with lengths {stays level: with lengths}.",
                )
                .x_axis("steps of padding")
                .y_axis("distance of two last states")
                .log_y()
                .line("h_n over the padding", curve(&apart))
                .line("h_n with lengths", (0..=PADDING).map(|t| (t as f64, 1.0))),
        )
    }
}

/// The figures over distance show so many steps.
const SHOWN: usize = 100;

/// The half-lives of a cell state for some forget biases, and what two gates leave of it.
fn half_lives(sizes: &Sizes, report: &mut Report) {
    report.section("The forget gate");
    for (name, bias) in [("gate_half", 0.0), ("gate_open", 2.0)] {
        report.number(name, decimals(effect::kept(bias), 2));
        report.number(&format!("{name}_ten"), percent(effect::kept(bias).powi(10), 1));
    }
    for bias in 0..=3 {
        let half_life = half_life(f64::from(bias));
        report.number(&format!("half_life_{bias}"), decimals(half_life, 2));
        let until = half_life * (1.0 / FORGOTTEN).log2();
        report.number(&format!("gate_alone_{bias}"), count(until.ceil() as usize));
        let until = FORGOTTEN.ln() / mean_log_kept(f64::from(bias), sizes);
        report.number(&format!("gate_moving_{bias}"), count(until.ceil() as usize));
    }
}

/// A number of steps, or that it is more than was looked at.
fn steps_or_more(steps: f64, looked_at: usize) -> Value {
    if steps.is_finite() {
        count(steps as usize)
    } else {
        format!("over {}", count(looked_at)).into()
    }
}

fn medians(runs: &[Vec<f64>]) -> Vec<f64> {
    Spread::by_step(runs).iter().map(|step| step.median).collect()
}

/// Values over steps counted from zero, as far as the figures show them.
fn curve(values: &[f64]) -> impl Iterator<Item = (f64, f64)> + '_ {
    values.iter().take(SHOWN + 1).enumerate().map(|(t, value)| (t as f64, *value))
}
