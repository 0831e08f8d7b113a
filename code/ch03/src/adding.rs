//! The adding problem, as it is reported.

use chapter::{
    Progress, Report, Spread,
    format::{count, decimals, exact, percent},
};
use rand::rngs::ChaCha8Rng;
use rayon::prelude::*;
use recorded::Recorder;
use rnn::{GruCell, LstmCell, Parameters as _, Rnn, RnnCell};
use tasks::{
    adding::{self, Recipe},
    training::{Model, draw},
};

use crate::{
    Cell,
    held::{self, GATES},
    rates::{self, TRIALS},
    trained::reach,
};

/// The adding problem for three cells and three lengths, and at the longest for three rates.
pub(crate) fn report(recorder: Recorder, report: &mut Report) -> chapter::Result {
    const RUNS: usize = 5;
    const MOST_UPDATES: usize = 2_500;
    const LENGTHS: [usize; 3] = [10, 15, 50];
    const CELLS: [(Cell, &str); 3] = [(Cell::Rnn, "rnn"), (Cell::Lstm, "lstm"), (Cell::Gru, "gru")];
    let bar = report.progress(9 * RUNS * MOST_UPDATES, "adding");
    // The longest first, so that no core has to wait at the end.
    let mut asked = Vec::new();
    for length in LENGTHS.into_iter().rev() {
        for (cell, _) in CELLS {
            asked.extend((0..RUNS).map(|run| (cell, length, run)));
        }
    }
    let trainings: Vec<Added> = asked
        .into_par_iter()
        .map(|(cell, length, run)| {
            let (train, learning_rate): (Train, f64) = match cell {
                Cell::Rnn => (train_to_add::<RnnCell<f32>>, adding::TANH_RATE),
                Cell::Lstm => (train_to_add::<LstmCell<f32>>, adding::GATED_RATE),
                Cell::Gru => (train_to_add::<GruCell<f32>>, adding::GATED_RATE),
            };
            let recipe = Recipe {
                length,
                learning_rate,
                most_updates: MOST_UPDATES,
                learned: adding::SOLVED,
            };
            let (error, parameters) = train(&recipe, &mut report.rng(run), &bar)?;
            Ok(Added { cell, length, error, parameters })
        })
        .collect::<Result<_, rnn::Error>>()?;

    report.section("The adding problem");
    report.number("adding_hidden", count(adding::HIDDEN));
    report.number("adding_batch", count(adding::BATCH));
    report.number("adding_baseline", decimals(adding::BASELINE, 3));
    report.number("adding_rate", exact(adding::GATED_RATE));
    report.number("adding_tanh_rate", exact(adding::TANH_RATE));
    report.number("adding_half", decimals(adding::BASELINE / 2.0, 3));
    report.number("adding_runs", count(RUNS));
    report.number("adding_most_updates", count(MOST_UPDATES));
    for (cell, name) in CELLS {
        let parameters = trainings.iter().find(|added| added.cell == cell);
        report.number(
            &format!("adding_{name}_parameters"),
            count(parameters.map_or(0, |added| added.parameters)),
        );
        for length in LENGTHS {
            let learned = trainings.iter().filter(|added| {
                added.cell == cell && added.length == length && added.has_learned()
            });
            report.number(&format!("adding_{name}_{length}"), count(learned.count()));
        }
    }
    let gated = trainings.iter().filter(|added| added.cell != Cell::Rnn);
    report.number("adding_gated_runs", count(gated.clone().count()));
    report.number("adding_gated_small", count(gated.filter(|added| added.is_small()).count()));
    let longest = trainings.iter().filter(|added| added.length == LENGTHS[2]);
    let stuck = longest.filter(|added| added.cell == Cell::Rnn && added.is_stuck());
    report.number("adding_stuck", count(stuck.count()));
    learning_rates(recorder, report)?;
    held_gates(recorder, report)?;
    patience(LENGTHS[2], report)?;
    reach(LENGTHS[2], MOST_UPDATES, report)
}

/// A training on the adding problem.
struct Added {
    cell: Cell,
    length: usize,
    error: f64,
    parameters: usize,
}

impl Added {
    /// Better than half of what is reached by looking at nothing.
    fn has_learned(&self) -> bool {
        self.error < adding::BASELINE / 2.0
    }

    /// A tenth of it.
    fn is_small(&self) -> bool {
        self.error < adding::BASELINE / 10.0
    }

    /// Hardly better, or worse.
    fn is_stuck(&self) -> bool {
        self.error > 0.8 * adding::BASELINE
    }
}

type Train = fn(&Recipe, &mut ChaCha8Rng, &Progress) -> Result<(f64, usize), rnn::Error>;

/// The error of a network after training, and the number of its parameters.
fn train_to_add<C: rnn::Cell<Real = f32>>(
    recipe: &Recipe,
    rng: &mut ChaCha8Rng,
    bar: &Progress,
) -> Result<(f64, usize), rnn::Error> {
    let training = adding::train::<f32, C>(recipe, rng, || bar.inc(1))?;
    bar.inc(recipe.most_updates - training.updates);
    let error = adding::error(&training.model, recipe.length, rng)?;
    Ok((error, training.model.parameter_count()))
}

/// Whether another rate or more units help the tanh network, and hurt the others.
fn learning_rates(recorder: Recorder, report: &mut Report) -> chapter::Result {
    let runs = TRIALS.report(recorder, include_str!("../runs.json"), "rnn_0", report)?;
    for (place, rate) in rates::RATES.into_iter().enumerate() {
        report.number(&format!("rates_{place}"), exact(rate));
    }
    for (name, _) in TRIALS.rows {
        let learned = runs.row(name).iter().filter(|error| rates::has_learned(**error)).count();
        report.number(&format!("rates_{name}"), count(learned));
    }
    let wide: Model<f32, Rnn<f32>> = draw([2, rates::WIDE, 1], &mut report.rng(0))?;
    report.number("rates_wide_hidden", count(rates::WIDE));
    report.number("rates_wide_parameters", count(wide.parameter_count()));
    report.number("rates_runs", count(TRIALS.seeds));
    Ok(())
}

/// Whether a GRU learns to add without its update gate, or sooner with it open.
fn held_gates(recorder: Recorder, report: &mut Report) -> chapter::Result {
    let runs = GATES.report(recorder, include_str!("../runs.json"), "free", report)?;
    report.number("held_runs", count(GATES.seeds));
    report.number("held_opened", exact(f64::from(held::OPEN)));
    for (name, _) in GATES.rows {
        let outcomes = runs.row(name);
        let learned = outcomes.iter().filter(|outcome| held::has_learned(outcome)).count();
        report.number(&format!("held_{name}"), count(learned));
        let updates = Spread::of(outcomes.iter().map(|outcome| outcome.updates as f64));
        let rounded = |updates: f64| count(50 * (updates / 50.0).round() as usize);
        report.spread(&format!("held_{name}_updates"), &updates, rounded);
        let error = Spread::of(outcomes.iter().map(|outcome| outcome.error / adding::BASELINE));
        report.spread(&format!("held_{name}_error"), &error, |error| percent(error, 0));
    }
    Ok(())
}

/// A tanh network that is given more time at the longest sequences.
fn patience(length: usize, report: &mut Report) -> chapter::Result {
    const RUNS: usize = 3;
    const MOST_UPDATES: usize = 30_000;
    let recipe = Recipe {
        length,
        learning_rate: adding::TANH_RATE,
        most_updates: MOST_UPDATES,
        learned: adding::BASELINE / 2.0,
    };
    let bar = report.progress(RUNS * MOST_UPDATES, "a tanh network with more time");
    let learned: Vec<bool> = (0..RUNS)
        .into_par_iter()
        .map(|run| {
            let mut rng = report.rng(run);
            let training = adding::train::<f32, RnnCell<f32>>(&recipe, &mut rng, || bar.inc(1))?;
            Ok::<_, rnn::Error>(training.learned)
        })
        .collect::<Result<_, _>>()?;
    report.number("patient_runs", count(RUNS));
    report.number("patient_updates", count(MOST_UPDATES));
    report.number("patient_learned", count(learned.into_iter().filter(|learned| *learned).count()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_judged_against_the_baseline() {
        let judged = [0.01, 0.05, 0.10, 0.16].map(|error| {
            let added = Added { cell: Cell::Gru, length: 10, error, parameters: 0 };
            (added.is_small(), added.has_learned(), added.is_stuck())
        });
        let (small, learned) = ((true, true, false), (false, true, false));
        assert_eq!(judged, [small, learned, (false, false, false), (false, false, true)]);
    }
}
