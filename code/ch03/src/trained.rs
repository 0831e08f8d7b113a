//! What training finds: parity, and how far back an answer reaches.

use chapter::{
    Figure, Progress, Report, Spread,
    format::{count, decimals, exact, power_of_ten, scientific},
    rng,
};
use ndarray::Array3;
use rand::rngs::ChaCha8Rng;
use rayon::prelude::*;
use rnn::{GruCell, Layers, Parameters as _, RnnCell};
use tasks::{
    adding::{self, Recipe},
    parity::{self, Asked, Training},
    training::Model,
};

use crate::{
    FORGOTTEN, SHOWN, curve,
    effect::{self, steps_until_below},
    gate::{self, ADAM, Lesson, Taught, UPDATES},
    jacobian, medians, reach, steps_or_more,
};

/// Parity, learned on short sequences and asked on long ones; and the same, asked at the end only.
pub fn parity(report: &mut Report) -> chapter::Result {
    const RUNS: usize = 10;
    const MOST_UPDATES: usize = 3_000;
    const SEQUENCES: usize = 20;
    const LONG: usize = 10_000;
    let bar = report.progress(3 * RUNS * MOST_UPDATES, "parity");
    let train = |asked, run| {
        let training = parity::train(asked, MOST_UPDATES, &mut report.rng(run), || bar.inc(1))?;
        bar.inc(MOST_UPDATES - training.course.losses.len());
        Ok::<_, rnn::Error>(training)
    };
    let runs = || (0..RUNS).into_par_iter();
    let train_all =
        |asked| runs().map(|run| train(asked, run)).collect::<Result<Vec<Training>, _>>();
    let at_every_step = train_all(Asked::AtEveryStep)?;
    let cut = train_all(Asked::AtEveryStepCut)?;
    let at_the_end = train_all(Asked::AtTheEnd)?;
    let learned = |runs: &[Training]| runs.iter().filter(|run| run.course.learned).count();
    let asked: Vec<Vec<f64>> = runs()
        .filter(|run| at_every_step[*run].course.learned)
        .map(|run| {
            let mut rng = report.rng(RUNS + run);
            parity::right(&at_every_step[run].model, (SEQUENCES, LONG), &mut rng)
        })
        .collect::<Result<_, _>>()?;
    let updates = Spread::of(at_every_step.iter().map(|run| run.course.losses.len() as f64)).median;

    report.section("Parity");
    report.number("parity_hidden", count(parity::HIDDEN));
    report.number("parity_parameters", count(at_every_step[0].model.parameter_count()));
    report.number("parity_length", count(parity::LENGTH));
    report.number("parity_batch", count(parity::BATCH));
    report.number("parity_rate", exact(parity::LEARNING_RATE));
    report.number("parity_momentum", exact(parity::MOMENTUM));
    report.number("parity_loss", exact(parity::LEARNED));
    report.number("parity_guessing", decimals(2.0_f64.ln(), 3));
    report.number("parity_runs", count(RUNS));
    report.number("parity_most_updates", count(MOST_UPDATES));
    report.number("parity_learned", count(learned(&at_every_step)));
    report.number("parity_updates", count(100 * (updates / 100.0).round() as usize));
    report.number("parity_learned_cut", count(learned(&cut)));
    report.number("parity_learned_from_end", count(learned(&at_the_end)));
    report.number("parity_long", count(LONG));
    report.number("parity_answers", count(asked.len() * SEQUENCES * LONG));
    report.number("parity_wrong", count(wrong_answers(&asked, SEQUENCES)));
    let learners = at_every_step.iter().filter(|training| training.course.learned);
    let networks = learners.map(|training| &training.model.0).collect::<Vec<_>>();
    until_forgotten("parity", &networks, report, effect::two_first_bits)?;

    let losses = |run: &Training| run.course.losses.clone().into_iter().enumerate();
    let points = |run| losses(run).map(|(update, loss)| (update as f64, loss));
    report.figure(
        &Figure::new(
            "parity-training",
            "Asked after every bit it learns, asked at the end it does not",
        )
        .describe(
            "Both losses {begin together} and stay level at first. That of the network asked at \
             every step {falls: asked at every step} after some hundred updates, that of the \
             network asked at the end {stays level: asked at the end}.",
        )
        .x_axis("update")
        .y_axis("loss (nats)")
        .log_y()
        .line("asked at every step", points(&at_every_step[0]))
        .line("asked at the end", points(&at_the_end[0]))
        .mark_y(2.0_f64.ln(), "guessing"),
    )?;

    let first = at_every_step.iter().find(|training| training.course.learned);
    let model = &first.ok_or("no training of parity succeeded")?.model;
    let (x, _) = parity::bits(1, SHOWN + 1, &mut report.rng(2 * RUNS));
    let norms = jacobian::of(&model.0, &x)?.norms;
    report.number("parity_jacobian", scientific(norms[parity::LENGTH], 0));
    let mut largest: f64 = 0.0;
    for network in &networks {
        largest = largest.max(jacobian::of(network, &x)?.norms[parity::LENGTH]);
    }
    let power = power_of_ten(largest.log10().ceil() as i32);
    report.number("parity_jacobians", format!("below {power}"));
    let two = effect::two_first_bits(SHOWN + 1, &mut report.rng(2 * RUNS));
    report.figure(&kept_and_faded(&effect::effect_on(&model.0, &two)?, &norms))
}

/// What is left of a flipped first bit, and of a nudge of the state after it: both of the same network
/// on the same bits.
fn kept_and_faded(flip: &[f64], nudge: &[f64]) -> Figure {
    Figure::new("parity", "A flipped bit stays, a small change fades")
        .describe(
            "On a logarithmic axis the line of the flipped bit {stays level: flipped bit}, and that \
             of the small change {falls: small change} over tens of powers of ten, most of them \
             beyond a mark at the length in training.",
        )
        .x_axis("steps since the change")
        .y_axis("share that is left")
        .log_y()
        .mark_x(parity::LENGTH as f64, "trained up to here")
        .line("flipped bit", curve(flip))
        .line("small change", curve(nudge))
}

/// How many answers are wrong, from the share of right ones among so many sequences.
fn wrong_answers(right: &[Vec<f64>], sequences: usize) -> usize {
    let wrong = |right: &f64| sequences as f64 * (1.0 - right);
    right.iter().flatten().map(wrong).sum::<f64>().round() as usize
}

/// How far back an answer depends on the state: before training, after some on noise, and after all.
pub(crate) fn reach(length: usize, most_updates: usize, report: &mut Report) -> chapter::Result {
    const RUNS: usize = 5;
    // In f64, whose rounding leaves the figure the same on other machines.
    let bar =
        report.progress(RUNS * (2 * UPDATES + most_updates), "how far back the answer reaches");
    let untrained =
        several(RUNS, |run| on_noise::<GruCell<f64>>(0, length, report.rng(run), &bar))?;
    let noise =
        several(RUNS, |run| on_noise::<GruCell<f64>>(UPDATES, length, report.rng(run), &bar))?;
    let trained = several(RUNS, |run| to_add(most_updates, length, report.rng(run), &bar))?;
    let tanh_untrained =
        several(RUNS, |run| on_noise::<RnnCell<f64>>(0, length, report.rng(run), &bar))?;
    let tanh_noise =
        several(RUNS, |run| on_noise::<RnnCell<f64>>(UPDATES, length, report.rng(run), &bar))?;

    report.number("reach_runs", count(RUNS));
    let kept = trained.iter().map(|(gru, _)| reach::kept(gru, length, &mut report.rng(RUNS)));
    let kept: Vec<f64> = kept.collect::<Result<_, _>>()?;
    report.number("kept_trained", decimals(Spread::of(kept).median, 2));
    let [before, after] =
        [&untrained, &trained].map(|models| models.iter().map(|(gru, _)| gru).collect::<Vec<_>>());
    let number = |marked| move |steps, rng: &mut _| effect::two_first_numbers(steps, marked, rng);
    until_forgotten("adding_untrained", &before, report, number(true))?;
    until_forgotten("adding_marked", &after, report, number(true))?;
    until_forgotten("adding_unmarked", &after, report, number(false))?;
    let seed = report.seed();
    let at = || rng(seed, RUNS);
    let of_tanh = [
        ("tanh_untrained", "untrained", median_reach(&tanh_untrained, length, at)?),
        ("tanh_noise", "on noise", median_reach(&tanh_noise, length, at)?),
    ];
    let of_gru = [
        ("untrained", "untrained", median_reach(&untrained, length, at)?),
        ("noise", "on noise", median_reach(&noise, length, at)?),
        ("trained", "learned", median_reach(&trained, length, at)?),
    ];
    for (name, _, median) in of_tanh.iter().chain(&of_gru) {
        report.number(&format!("reach_{name}"), scientific(median[length - 1], 0));
    }
    let figure = Figure::new("reach-tanh", "In tanh, training hardly opens a way back").describe(
        "On a logarithmic axis two lines {fall: untrained & on noise} steeply, and the untrained one \
         {ends far below: untrained > on noise} the other. Both are below the level of one \
         hundredth after a few steps.",
    );
    report.figure(&ways_back(figure, &of_tanh))?;
    let figure = Figure::new("reach-gru", "In a GRU, training opens a way back").describe(
        "On a logarithmic axis the untrained line {falls: untrained} steeply. That on noise {ends far \
         above: on noise > untrained} it, the learned one {ends above: learned > on noise} that, and \
         both stay above the level of one hundredth.",
    );
    report.figure(&ways_back(figure, &of_gru))
}

/// The lines of one cell, on axes that all cells share.
fn ways_back(figure: Figure, lines: &[(&str, &str, Vec<f64>)]) -> Figure {
    let figure = figure
        .x_axis("steps before the answer")
        .y_axis("derivative of the answer")
        .log_y()
        .y_range(1e-13, 1.0)
        .mark_y(FORGOTTEN, "one hundredth");
    lines.iter().fold(figure, |figure, (_, label, median)| figure.line(label, curve(median)))
}

/// Steps until the first input of sequences that are drawn so is forgotten.
fn until_forgotten<C: rnn::Cell<Real = f64>>(
    name: &str,
    networks: &[&Layers<C>],
    report: &mut Report,
    two_sequences: impl Fn(usize, &mut ChaCha8Rng) -> Array3<f64>,
) -> chapter::Result {
    const STEPS: usize = 300;
    let steps = networks.iter().enumerate().map(|(run, network)| {
        let x = two_sequences(STEPS, &mut report.rng(run));
        let below = steps_until_below(&effect::effect_on(network, &x)?, FORGOTTEN);
        Ok(below.map_or(f64::INFINITY, |steps| steps as f64))
    });
    let steps = Spread::of(steps.collect::<Result<Vec<_>, rnn::Error>>()?);
    report.spread(&format!("until_{name}"), &steps, |steps| steps_or_more(steps, STEPS));
    Ok(())
}

/// Trains several networks side by side.
fn several<L: Send>(
    runs: usize,
    train: impl Fn(usize) -> Result<Model<f64, L>, rnn::Error> + Send + Sync,
) -> Result<Vec<Model<f64, L>>, rnn::Error> {
    (0..runs).into_par_iter().map(train).collect()
}

/// A network that was taught noise.
fn on_noise<C: rnn::Cell<Real = f64>>(
    updates: usize,
    length: usize,
    mut rng: ChaCha8Rng,
    bar: &Progress,
) -> Result<Model<f64, Layers<C>>, rnn::Error> {
    let lesson = Lesson { updates, ..gate::lesson(Taught::Noise, ADAM, false) };
    gate::teach(&lesson, length, &mut rng, |_| bar.inc(1))
}

/// A GRU that was taught to add.
fn to_add(
    most_updates: usize,
    length: usize,
    mut rng: ChaCha8Rng,
    bar: &Progress,
) -> Result<Model<f64, Layers<GruCell<f64>>>, rnn::Error> {
    let (learning_rate, learned) = (adding::GATED_RATE, adding::SOLVED);
    let recipe = Recipe { length, learning_rate, most_updates, learned };
    let training = adding::train(&recipe, &mut rng, || bar.inc(1))?;
    bar.inc(most_updates - training.updates);
    Ok(training.model)
}

/// The median over some networks, all asked on the same sequences.
fn median_reach<C: rnn::Cell<Real = f64>>(
    models: &[Model<f64, Layers<C>>],
    length: usize,
    sequences: impl Fn() -> ChaCha8Rng,
) -> Result<Vec<f64>, rnn::Error> {
    let reach = |model| reach::reach(model, length, &mut sequences());
    let curves: Vec<Vec<f64>> = models.iter().map(reach).collect::<Result<_, _>>()?;
    Ok(medians(&curves))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_answer_counts() {
        assert_eq!(wrong_answers(&[vec![1.0, 0.5], vec![0.75, 1.0]], 4), 3);
    }
}
