//! What generating, reading and training cost, counted.

use chapter::{
    Figure, Report,
    format::{count, decimals},
};
use ndarray::Array3;
use rand::RngExt;
use rnn::{Rnn, RnnCell, SelfAttention};

use crate::{
    Parameters,
    token::{Cost, multiply_adds_of_answer, multiply_adds_of_reading, of_attention, of_cell},
};

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
        let held_times = count(of_attention.held / of_rnn.held);
        report.number("held_times", held_times.clone());
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
            &Figure::new("held", "A state stays as large as it is, a cache grows")
                .describe(
                    "On logarithmic axes the line of the state {is level: RNN: state}. That of the \
                     cache {rises: cache} steadily, to a mark that says how many times as much it holds at the end.",
                )
                .x_axis("words so far")
                .y_axis("numbers held")
                .log_x()
                .log_y()
                .mark_x(self.length as f64, &format!("{} times as many", held_times.text))
                .marked_line("RNN: state", points(&rnn))
                .marked_line("cache", points(&attention_costs)),
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
        report.number("attention_kept", count(saved.plain_float_count()));
        // Forwards and backwards, one product with W_hh after the other.
        report.number("rnn_chain", count(2 * STEPS));
        Ok(())
    }
}
