//! Chapter 2: what does sharing save? Run it with `cargo run -p ch02`.
//!
//! The experiments stand in the order of the chapter: three [`networks`] built and counted, the
//! gradient of a shared weight beside that of an [`untied`] network, what training keeps, what a
//! gradient learns that is cut ([`cuts`]), and the weights of the LSTM of 1997 ([`lstm1997`]).

pub mod cuts;
mod drawing;
pub mod lstm1997;
pub mod networks;
pub mod untied;

use chapter::{
    Chapter, Experiment, Figure, Report, Spread,
    format::{count, decimals, percent},
};
use ndarray::{Array1, Array2, Array3, Axis};
use rand_distr::{Distribution, StandardNormal};
use recorded::Recorder;
use rnn::{Linear, Lstm, Parameters as _, Rnn};
use tasks::adding;

use crate::{
    cuts::{CUTS, has_learned},
    lstm1997::Lstm1997,
    networks::{Each, Networks, Sizes, crossover, receptive_field},
    untied::Untied,
};

#[cfg(doctest)]
#[doc = include_str!("../../../src/ch02-parameter-sharing.md")]
struct Page;

/// What the reader may change.
#[derive(clap::Args, Clone, Debug)]
pub struct Parameters {
    /// Numbers in one input, D. Look for: the more there are, the sooner the recurrent network has
    /// fewer weights
    #[arg(long, default_value_t = 100, value_parser = chapter::at_least(1, 4096))]
    pub input: usize,

    /// Number of units, H. Look for: the more there are, the later it has, and the more it computes
    #[arg(long, default_value_t = 128, value_parser = chapter::at_least(1, 4096))]
    pub hidden: usize,

    /// Steps of the sequence, T. Look for: whose weights grow with it, and whose work
    #[arg(long, default_value_t = 10, value_parser = chapter::at_least(1, 10_000))]
    pub length: usize,

    /// Steps that the convolution sees at once. Look for: it has fewer weights than the recurrent
    /// network only where this is small
    #[arg(long, default_value_t = 3, value_parser = chapter::at_least(1, 100))]
    pub kernel: usize,

    /// What takes longer is recorded.
    #[command(flatten)]
    pub recorder: Recorder,
}

impl Chapter for Parameters {
    const NAME: &'static str = "ch02";
    const TITLE: &'static str = "Chapter 2: what does sharing save?";
    const EXPERIMENTS: &'static [Experiment<Self>] = &[
        Experiment { figures: &[], run: Self::count },
        Experiment { figures: &["parameters", "multiply-adds"], run: Self::draw_by_length },
        Experiment { figures: &["gradients"], run: |_, report| gradients(report) },
        Experiment { figures: &[], run: Self::memory },
        Experiment { figures: &["cut"], run: Self::cut },
        Experiment { figures: &[], run: |_, report| history(report) },
    ];

    fn check(&self) -> chapter::Result {
        if self.kernel > self.length {
            return Err("--kernel must not be larger than --length".into());
        }
        let weights = [2, self.length, self.input, self.hidden].map(|size| size as u64);
        let weights: u64 = weights.iter().product();
        if weights > MOST_WEIGHTS {
            let (weights, most) = (count(weights), count(MOST_WEIGHTS));
            return Err(format!(
                "the feed-forward network for twice this --length has {weights} weights; \
                 choose sizes that give at most {most}"
            )
            .into());
        }
        let step = &[self.hidden, self.input + self.hidden];
        let what = "weights of the recurrent network";
        Ok(chapter::at_most(MOST_RECURRENT, what, step, "--input or --hidden")?)
    }
}

/// The figures go to twice the length; its feed-forward network may have so many weights.
const MOST_WEIGHTS: u64 = 50_000_000;

/// The recurrent network reads a long sequence, and all of its weights at each step.
const MOST_RECURRENT: u64 = 4_000_000;

/// A sequence that is long for a recurrent network.
const LONG: usize = 10_000;

const MILLION: f64 = 1e6;

impl Parameters {
    fn sizes(&self, length: usize) -> Sizes {
        let Self { input, hidden, kernel, .. } = *self;
        Sizes { input, hidden, length, kernel }
    }

    fn count(&self, report: &mut Report) -> chapter::Result {
        let networks = Networks::new(&self.sizes(self.length), &mut report.rng(0))?;
        report.section("Three networks, built and counted");
        report.number("input", count(self.input));
        report.number("hidden", count(self.hidden));
        report.number("length", count(self.length));
        report.number("kernel", count(self.kernel));
        each(report, "weights", networks.weights());
        each(report, "pytorch", networks.parameters());
        each(report, "keras", networks.parameters_with_one_bias());
        let by_step = networks.fnn.multiply_adds_per_step();
        report.number("fnn_weights_per_step", count(by_step));
        let untied = self.length as u64 * networks.rnn.parameter_count() as u64;
        report.number("untied_parameters", count(untied));
        let crossover = crossover(self.input, self.hidden);
        report.number("crossover", decimals(crossover, 2));
        report.number("fewer_from", count(crossover as usize + 1));

        report.section("What they compute");
        each(report, "multiply_adds", networks.multiply_adds(self.length));
        let long = networks.multiply_adds(LONG);
        report.number("long", count(LONG));
        report.number("long_rnn", decimals(long.rnn as f64 / MILLION, 1));
        report.number("long_fnn", decimals(long.fnn as f64 / MILLION, 1));
        report.number("more_work", decimals(long.rnn as f64 / long.fnn as f64, 2));
        let dilations = (0..10).map(|layer| 1 << layer);
        report.number("receptive_layers", count(10));
        report.number("receptive_field", count(receptive_field(self.kernel, dilations)));
        Ok(())
    }

    /// Weights and work over the length, the networks built anew for each.
    fn draw_by_length(&self, report: &mut Report) -> chapter::Result {
        let mut weights = Vec::new();
        let mut work = Vec::new();
        let longest = 2 * self.length;
        for length in (1..=longest).step_by(longest.div_ceil(20)) {
            let networks = Networks::new(&self.sizes(length), &mut report.rng(0))?;
            weights.push((length, networks.weights()));
            work.push((length, networks.multiply_adds(length)));
        }
        let crossover = crossover(self.input, self.hidden);
        let mut figure = lines(
            Figure::new("parameters", "Only one network's weights grow with the length")
                .describe(
                    "The line of the feed-forward network {rises: FNN}. Near the left edge it {rises above: \
                     FNN} two {level: RNN & CNN} lines.",
                )
                .y_axis("weights"),
            &weights,
        );
        if crossover <= longest as f64 {
            figure = figure.mark_x(crossover, &format!("T = {}", decimals(crossover, 2)));
        }
        report.figure(&figure)?;
        report.figure(&lines(
            Figure::new("multiply-adds", "The work of all three grows with the length")
                .describe(
                    "Three {rising} lines. The feed-forward network's is {the lowest: FNN}; that \
                     of the convolutional network begins on it and leaves it at once.",
                )
                .y_axis("multiply-adds"),
            &work,
        ))
    }

    /// What back-propagation through time keeps, and what the weights take.
    fn memory(&self, report: &mut Report) -> chapter::Result {
        let mut rng = report.rng(0);
        let rnn = Rnn::<f32>::new(self.input, self.hidden, &mut rng)?;
        let shape = (1, LONG, self.input);
        let x = Array3::from_shape_simple_fn(shape, || StandardNormal.sample(&mut rng));
        let saved = rnn.forward_saving(&x, None, None)?;
        let bytes = |floats: usize| (floats * size_of::<f32>()) as f64;
        let weights = rnn.cells[0].w_ih.len() + rnn.cells[0].w_hh.len();
        report.section("What training keeps");
        report
            .number("state_megabytes", decimals(bytes(saved.float_count() - x.len()) / MILLION, 2));
        report.number("input_megabytes", decimals(bytes(x.len()) / MILLION, 2));
        report.number("weight_kilobytes", decimals(bytes(weights) / 1000.0, 0));
        report.number("states_outweigh", count(weights / self.hidden));
        Ok(())
    }

    /// What a gradient learns that is cut.
    fn cut(&self, report: &mut Report) -> chapter::Result {
        let runs = CUTS.report(self.recorder, include_str!("../runs.json"), "adding_1", report)?;
        report.section("What a cut gradient learns");
        report.number("cut_length", count(cuts::LENGTH));
        report.number("cut", count(cuts::CUT));
        report.number("cut_marked", count(cuts::BEFORE_THE_CUT.end));
        report.number("cut_updates", count(cuts::UPDATES));
        report.number("cut_batch", count(adding::BATCH));
        report.number("cut_hidden", count(adding::HIDDEN));
        report.number("cut_runs", count(CUTS.seeds));
        for (name, lesson) in CUTS.rows {
            report.number(&format!("cut_{name}_steps"), count(lesson.steps));
            let learned = runs.row(name).iter().filter(|error| has_learned(**error)).count();
            report.number(&format!("cut_{name}"), count(learned));
            let errors = Spread::of(runs.row(name).iter().copied());
            report.spread(&format!("cut_{name}_error"), &errors, |error| percent(error, 0));
        }
        report.figure(&drawing::drawing()?)
    }
}

/// One number for each network, under a common name.
fn each(report: &mut Report, name: &str, Each { fnn, cnn, rnn }: Each) {
    report.number(&format!("fnn_{name}"), count(fnn));
    report.number(&format!("cnn_{name}"), count(cnn));
    report.number(&format!("rnn_{name}"), count(rnn));
}

/// A line for each network over the length. A kernel that is longer than the sequence does nothing.
fn lines(figure: Figure, values: &[(usize, Each)]) -> Figure {
    let line = |value: fn(&Each) -> u64| {
        let points = values.iter().map(move |(length, each)| (*length as f64, value(each) as f64));
        points.filter(|(_, value)| *value > 0.0)
    };
    figure
        .x_axis("steps of the sequence, T")
        .line("FNN", line(|each| each.fnn))
        .line("RNN", line(|each| each.rnn))
        .line("CNN", line(|each| each.cnn))
}

/// Where in the random numbers of a seed the gradients begin: behind all weights of the networks that
/// are counted at the book's sizes, two words each. So their network is one that is drawn nowhere else.
const BEGINNING: u128 = 8_492_032;

/// The gradient of a shared weight and those of an untied network's copies.
fn gradients(report: &mut Report) -> chapter::Result {
    const SIZES: (usize, usize, usize) = (3, 4, 10);
    let (input, hidden, steps) = SIZES;
    let mut rng = report.rng(0);
    rng.set_word_pos(BEGINNING);
    let rnn = Rnn::<f64>::new(input, hidden, &mut rng)?;
    let x = Array2::from_shape_simple_fn((steps, input), || StandardNormal.sample(&mut rng));
    let d_h = Array1::from_elem(hidden, 1.0);

    let untied = Untied::copies(&rnn.cells[0], steps).gradients(&x, &d_h)?;
    let batch = x.insert_axis(Axis(0));
    let saved = rnn.forward_saving(&batch, None, None)?;
    let d_h_n = d_h.insert_axis(Axis(0)).insert_axis(Axis(0));
    let shared = saved.backward(None, Some([&d_h_n]))?.layers;

    let parts: Vec<f64> = untied.iter().map(|gradient| gradient.w_ih[[0, 0]]).collect();
    report.section("The gradient of a shared weight");
    report.number("gradient_input", count(input));
    report.number("gradient_hidden", count(hidden));
    report.number("gradient_steps", count(steps));
    report.number("gradient_shared", decimals(shared.cells[0].w_ih[[0, 0]], 4));
    report.number("gradient_sum", decimals(parts.iter().sum(), 4));
    report.number("gradient_last", decimals(parts[steps - 1], 4));
    let first_half = &parts[..steps / 2];
    report.number("gradient_half", count(first_half.len()));
    let sizes = first_half.iter().map(|part| part.abs());
    report.number("gradient_first_half", decimals(sizes.sum(), 3));
    let bars = (1..).zip(&parts).map(|(t, part)| (f64::from(t), *part));
    let sums = (0..steps).map(|t| ((t + 1) as f64, parts[t..].iter().sum()));
    report.figure(
        &Figure::new("gradients", "The gradient of a shared weight is a sum over the steps")
            .describe(
                "Bars for each step, {highest at the end: own copy}. A line adds them up \
                 from the right and ends on a level dotted line.",
            )
            .x_axis("step")
            .y_axis("gradient")
            .bars("of each step's own copy", bars)
            .marked_line("added up, from the last step back", sums)
            .mark_y(shared.cells[0].w_ih[[0, 0]], "of the shared weight"),
    )
}

/// The weights of three networks from the LSTM paper.
fn history(report: &mut Report) -> chapter::Result {
    report.section("The LSTM of 1997");
    let mut rng = report.rng(0);
    for (name, inputs, blocks, outputs) in
        [("adding", 2, 2, 1), ("order_of_two", 8, 2, 4), ("order_of_three", 8, 3, 8)]
    {
        let network = Lstm1997::new(inputs, (blocks, 2), outputs, &mut rng)?;
        report.number(&format!("lstm_{name}"), count(network.parameter_count()));
    }
    let today = (Lstm::<f32>::new(2, 4, &mut rng)?, Linear::new(4, 1, &mut rng)?);
    report.number("lstm_today", count(today.parameter_count()));
    Ok(())
}
