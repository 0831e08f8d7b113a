//! A network with few examples, and one with many.

use chapter::{
    Figure, Report, Spread,
    format::{Value, count, decimals},
};
use ndarray::{Array2, Array3, Axis};
use rand::{Rng, seq::SliceRandom};
use rnn::{Adam, Error, Rnn, mse_loss};
use tasks::{
    adding::{BASELINE, sequences},
    training::{Answers, Model, draw, gradient},
};

/// Numbers to be looked through, T.
pub const LENGTH: usize = 10;

/// Units of the network.
pub const HIDDEN: usize = 16;

/// Sequences in an update.
pub const BATCH: usize = 16;

/// The learning rate of Adam.
pub const RATE: f64 = 0.005;

/// Updates of each training.
pub const UPDATES: usize = 2_000;

/// The losses are taken after so many updates.
pub const EVERY: usize = 100;

/// Sequences that it never learns from.
pub const HELD_OUT: usize = 1_000;

/// Trainings with few and with many examples.
const TRAININGS: usize = 5;

/// A loss below this counts as learned.
const LEARNED: f64 = BASELINE / 2.0;

/// Numbers of examples, and which of them the figure shows.
const EXAMPLES: [(usize, bool); 4] = [(32, false), (64, true), (128, false), (1_024, true)];

/// The two losses after some updates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Losses {
    /// Of the sequences that it learns from.
    pub training: f64,
    /// Of others.
    pub held_out: f64,
}

type Examples = (Array3<f64>, Array2<f64>);

/// Trains a tanh network on so many examples of the adding problem, epoch by epoch, and looks at both
/// losses, before the first update too.
///
/// # Errors
/// Where something is not finite.
pub fn train(examples: usize, rng: &mut impl Rng) -> Result<Vec<Losses>, Error> {
    let mut model: Model<f64, Rnn<f64>> = draw([2, HIDDEN, 1], rng)?;
    let mut adam = Adam::new(RATE);
    let (training, held_out) = (sequences(examples, LENGTH, rng), sequences(HELD_OUT, LENGTH, rng));

    let mut order: Vec<usize> = (0..examples).collect();
    let mut losses = Vec::new();
    for update in 0..=UPDATES {
        if update % EVERY == 0 {
            let [training, held_out] = [loss(&model, &training)?, loss(&model, &held_out)?];
            losses.push(Losses { training, held_out });
        }
        // An epoch has as many updates as the examples make batches, in an order of its own.
        let batch = update % (examples / BATCH);
        if batch == 0 {
            order.shuffle(rng);
        }
        let (x, sums) = of(&training, &order[batch * BATCH..][..BATCH]);
        let mse = |y: &Array2<f64>| mse_loss(y, &sums);
        let (_, gradient) = gradient(&model, &x, Answers::AtTheEnd, mse)?;
        adam.step(&mut model, &gradient)?;
    }
    Ok(losses)
}

/// Some of the examples.
fn of((x, sums): &Examples, which: &[usize]) -> Examples {
    (x.select(Axis(0), which), sums.select(Axis(0), which))
}

fn loss((layer, head): &Model<f64, Rnn<f64>>, (x, sums): &Examples) -> Result<f64, Error> {
    let (output, _) = layer.forward(x, None)?;
    let answers = head.forward(&output.index_axis(Axis(1), LENGTH - 1))?;
    Ok(mse_loss(&answers, sums)?.0)
}

/// The lowest held-out loss.
pub fn lowest(losses: &[Losses]) -> f64 {
    losses.iter().map(|losses| losses.held_out).fold(f64::INFINITY, f64::min)
}

/// Reports the two losses of networks with few examples and with many.
pub(crate) fn report(report: &mut Report) -> chapter::Result {
    report.section("Overfitting");
    report.number("overfit_updates", count(UPDATES));
    report.number("overfit_hidden", count(HIDDEN));
    report.number("overfit_length", count(LENGTH));
    report.number("overfit_batch", count(BATCH));
    report.number("overfit_trainings", count(TRAININGS));
    report.number("overfit_held_out", count(HELD_OUT));
    report.number("overfit_baseline", decimals(BASELINE, 3));
    let mut figure =
        Figure::new("overfitting", "With few examples the loss on others stops falling")
            .describe(
                "With few examples the loss on them {falls: 64: seen} to almost nothing while the \
                 loss on others soon stops falling and {ends far above: 64: held out > 64: seen} \
                 it. With many examples the two {fall: 1024: seen & 1024: held out} and {end \
                 together: 1024: seen > 1024: held out}.",
            )
            .x_axis("updates")
            .y_axis("loss")
            .log_y()
            .y_range(1e-4, 1.0);
    let progress = report.progress(EXAMPLES.len() * TRAININGS, "training");
    for (examples, is_shown) in EXAMPLES {
        let mut trainings = Vec::new();
        for run in 0..TRAININGS {
            trainings.push(train(examples, &mut report.rng(run))?);
            progress.inc(1);
        }
        let name = format!("overfit_{examples}");
        report.number(&name, count(examples));
        let epochs = UPDATES * BATCH / examples;
        report.number(&format!("{name}_epochs"), count(epochs));
        let ends: Vec<_> = trainings.iter().filter_map(|losses| losses.last()).collect();
        let learned = ends.iter().filter(|losses| losses.training < LEARNED).count();
        report.number(&format!("{name}_learned"), count(learned));
        let others = ends.iter().filter(|losses| losses.held_out < LEARNED).count();
        report.number(&format!("{name}_others_learned"), count(others));
        let held_out = Spread::of(ends.iter().map(|losses| losses.held_out)).median;
        report.number(&format!("{name}_held_out"), hundredths(held_out));
        let lowest = Spread::of(trainings.iter().map(|losses| lowest(losses))).median;
        report.number(&format!("{name}_lowest"), hundredths(lowest));

        if is_shown {
            let over = |loss: fn(&Losses) -> f64| {
                let updates = (0..).step_by(EVERY).map(|at: u32| f64::from(at));
                updates.zip(trainings[0].iter().map(loss)).collect::<Vec<_>>()
            };
            figure = figure
                .line(&format!("{examples}: seen"), over(|losses| losses.training))
                .line(&format!("{examples}: held out"), over(|losses| losses.held_out));
        }
    }
    report.figure(&figure)
}

/// A loss, as far as it is the same on every machine.
fn hundredths(loss: f64) -> Value {
    if loss < 0.01 { Value::new(loss, "below 0.01") } else { decimals(loss, 2) }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;

    #[test]
    fn both_losses_fall_at_first_and_the_same_sequences_are_learned_by_heart() {
        let losses = train(BATCH, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
        assert_eq!(losses.len(), 1 + UPDATES / EVERY);
        let (first, last) = (losses[0], losses[losses.len() - 1]);
        assert!(last.training < first.training / 1e3);
        assert!(lowest(&losses) < first.held_out && last.held_out > lowest(&losses));
    }

    #[test]
    fn an_epoch_reads_each_example_once() {
        let examples = sequences(4, LENGTH, &mut ChaCha8Rng::seed_from_u64(1));
        let (x, sums) = of(&examples, &[2, 0]);
        assert_eq!(x.index_axis(Axis(0), 0), examples.0.index_axis(Axis(0), 2));
        assert_eq!([sums[[0, 0]], sums[[1, 0]]], [examples.1[[2, 0]], examples.1[[0, 0]]]);
    }
}
