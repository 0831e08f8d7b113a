//! What generating, reading and training cost, as it is reported: counted here, and measured.

use chapter::{
    Figure, Report,
    format::{count, count_or_never, decimals},
};
use machine::{Timings, crossing};
use ndarray::Array3;
use rand::RngExt;
use rnn::{Rnn, RnnCell, SelfAttention};

use crate::{
    Parameters,
    measure::{Measurement, Pair, SEQUENCES, SIZE, TOKEN_SIZE},
    token::{Cost, multiply_adds_of_answer, multiply_adds_of_reading, of_attention, of_cell},
};

/// The book's own measurement.
const RECORDED: &str = include_str!("../measurement.json");

impl Parameters {
    /// What the next word costs, after so many.
    pub(crate) fn tokens(&self, report: &mut Report) -> chapter::Result {
        let mut rng = report.rng(1);
        let cell = RnnCell::new(self.size, self.size, &mut rng)?;
        let attention = SelfAttention::new(self.size, self.size, true, &mut rng)?;
        let steps: Vec<usize> =
            (0..5).map(|i| 10_usize.pow(i)).filter(|s| *s < self.length).collect();
        let steps = [steps, vec![self.length]].concat();
        let bar = report.progress(2, "the cost of a word");
        let rnn = of_cell(&cell, &steps, &mut rng)?;
        bar.inc(1);
        let attention_costs = of_attention(&attention, &steps, &mut rng)?;
        bar.inc(1);
        let last = |costs: &[Cost]| costs.last().copied().ok_or("no steps");
        let (of_rnn, of_attention) = (last(&rnn)?, last(&attention_costs)?);

        report.section("What the next word costs");
        report.number("size", count(self.size));
        report.number("length", count(self.length));
        report.number("state", count(of_rnn.held));
        report.number("cache", count(of_attention.held));
        report.number("held_times", count(of_attention.held / of_rnn.held));
        report.number("rnn_token", count(of_rnn.multiply_adds));
        report.number("attention_first", count(attention_costs[0].multiply_adds));
        report.number("attention_token", count(of_attention.multiply_adds));
        let times = of_attention.multiply_adds as f64 / of_rnn.multiply_adds as f64;
        report.number("multiply_adds_times", decimals(times, 0));
        let times =
            |again: u64| count((again as f64 / of_attention.multiply_adds as f64).round() as u64);
        let again = multiply_adds_of_answer(&attention, self.length);
        report.number("without_cache_times", times(again));
        let again = multiply_adds_of_reading(&attention, self.length);
        report.number("without_cache_stacked_times", times(again));
        let points = |costs: &[Cost]| -> Vec<(f64, f64)> {
            costs.iter().map(|cost| (cost.steps as f64, cost.held as f64)).collect()
        };
        report.figure(
            &Figure::new("held", "Numbers that are held to go on")
                .describe("One line is level, one rises steadily.")
                .x_axis("words so far")
                .y_axis("numbers held")
                .log_x()
                .log_y()
                .marked_line("RNN: its state", points(&rnn))
                .marked_line("attention: its cache", points(&attention_costs)),
        )
    }

    /// Reading and training, counted.
    pub(crate) fn passes(&self, report: &mut Report) -> chapter::Result {
        const STEPS: usize = 1_000;
        let size = self.size;
        let mut rng = report.rng(2);
        let rnn = Rnn::<f32>::new(size, size, &mut rng)?;
        let attention = SelfAttention::<f32>::new(size, size, true, &mut rng)?;
        let x: Array3<f32> =
            Array3::from_shape_simple_fn((1, STEPS, size), || rng.random_range(-1.0..=1.0));
        let million = |count: u64| decimals(count as f64 / 1e6, 0);
        report.section("Reading and training, counted");
        report.number("steps", count(STEPS));
        report.number("rnn_reading", million(STEPS as u64 * rnn.multiply_adds_per_step() as u64));
        report.number("attention_reading", million(multiply_adds_of_reading(&attention, STEPS)));
        report
            .number("attention_reading_last", million(multiply_adds_of_answer(&attention, STEPS)));
        let saved = rnn.forward_saving(&x, None, None)?;
        report.number("rnn_kept", count(saved.float_count()));
        let saved = attention.forward_saving(&x, None)?;
        report.number("attention_kept", count(saved.float_count()));
        // Forwards and backwards, one product with W_hh after the other.
        report.number("rnn_chain", count(2 * STEPS));
        Ok(())
    }

    /// The recorded times, or those of this machine.
    pub(crate) fn times(&self, report: &mut Report) -> chapter::Result {
        let measurement = self.stopwatch.read(RECORDED, || {
            let bar = report.progress(Measurement::PARTS, "measuring");
            Ok(Measurement::take(report.seed(), || bar.inc(1))?)
        })?;
        let Measurement { machine, token, reading, answer, pass, classifier } = &measurement;
        report.section("Measured");
        report.number("machine", &machine.processor);
        report.number("cores", count(machine.cores));
        report.number("date", &machine.date);
        report.number("token_size", count(TOKEN_SIZE));
        report.number("pass_size", count(SIZE));
        report.number("pass_batch", count(SEQUENCES));
        let steps = "steps of the sequence";
        for (name, title, x, (y, unit), pair) in [
            ("token", "Time for the next word", "words so far", MICROSECONDS, token),
            ("reading", "Time to read a sequence", steps, MICROSECONDS, reading),
            ("pass", "Time of a training pass", steps, MILLISECONDS, pass),
        ] {
            timings(name, unit, pair, report);
            let points = |timings: &[(usize, f64)]| -> Vec<(f64, f64)> {
                timings.iter().map(|(steps, seconds)| (*steps as f64, unit * seconds)).collect()
            };
            let mut figure = Figure::new(name, title)
                .describe("The line of attention rises more steeply and crosses the other.")
                .x_axis(x)
                .y_axis(y)
                .log_x()
                .log_y()
                .measured_on(machine)
                .marked_line("RNN", points(&pair.rnn))
                .marked_line("attention", points(&pair.attention));
            if name == "reading" {
                figure = figure.marked_line("at the last step", points(answer));
            }
            report.figure(&figure)?;
        }
        report.number("classifier_rnn", decimals(1e3 * classifier.rnn, 1));
        report.number("classifier_attention", decimals(1e3 * classifier.attention, 1));
        Ok(())
    }
}

const MICROSECONDS: (&str, f64) = ("microseconds", 1e6);
const MILLISECONDS: (&str, f64) = ("milliseconds", 1e3);

/// The times of both, and where they cross.
fn timings(name: &str, unit: f64, pair: &Pair<Timings>, report: &mut Report) {
    for (kind, timings) in [("rnn", &pair.rnn), ("attention", &pair.attention)] {
        for (steps, seconds) in timings {
            let time = seconds * unit;
            let text = if time < 10.0 { decimals(time, 1) } else { count(time.round() as u64) };
            report.number(&format!("{name}_{kind}_{steps}"), text);
        }
    }
    if let (Some((_, rnn)), Some((_, attention))) = (pair.rnn.last(), pair.attention.last()) {
        report.number(&format!("{name}_times"), decimals(attention / rnn, 0));
    }
    let (to, from) = crossing(&pair.attention, &pair.rnn);
    report.number(&format!("{name}_faster_to"), count_or_never(to));
    report.number(&format!("{name}_slower_from"), count_or_never(from));
}
