//! What opens the gate of a GRU that is taught next to nothing, and what does not.

use chapter::{
    Report, Spread,
    format::{count, decimals, exact, scientific},
};
use ndarray::Array2;
use rand::{Rng, SeedableRng, rngs::ChaCha8Rng};
use recorded::{Kind, Recorder, Runs};
use rnn::{Cell, Error, Layers, mse_loss};
use serde::{Deserialize, Serialize};
use tasks::{
    adding::{BATCH, GATED_RATE, HIDDEN, sequences},
    training::{Model, draw},
    truncated::truncated_gradient,
};

use crate::{
    optimiser::{MOMENTUM, Optimiser},
    reach,
    update_gate::leave_out,
};

/// What a network is taught to answer after T steps. Nothing of it is in the sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taught {
    /// The sum of two random numbers between 0 and 1.
    Noise,
    /// The mean of such sums, which is 1.
    Constant,
    /// Such a sum less its mean.
    NoiseWithoutMean,
}

/// The learning rates of gradient descent: that which parity is learned with, and one ten times as
/// large.
pub const SGD_RATES: [f64; 2] = [0.1, 1.0];

/// Adam, at the rate that the adding problem is learned with.
pub const ADAM: Optimiser = Optimiser::Adam(GATED_RATE);

/// How a network is taught.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lesson {
    /// The right answers.
    pub taught: Taught,
    /// What moves the weights.
    pub optimiser: Optimiser,
    /// Whether the gradient is cut before the last step: what happened earlier reaches it as mere
    /// numbers.
    pub cut: bool,
    /// Whether the update gate of a GRU keeps the weights that it was drawn with.
    pub gate_held: bool,
    /// How often the weights are moved.
    pub updates: usize,
}

/// What became of a network.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// How much the answer changes with the first state, over that for the last: see [`reach::reach`].
    pub reach: f64,
    /// The mean of the update gates: see [`reach::kept`].
    pub kept: f64,
}

/// Teaches a network on sequences of T steps. `before_update` is given the gradient by its layer.
///
/// # Errors
/// Where something is not finite.
// ANCHOR: teach
pub fn teach<C: Cell<Real = f64>>(
    lesson: &Lesson,
    t: usize,
    rng: &mut impl Rng,
    mut before_update: impl FnMut(&mut Layers<C>),
) -> Result<Model<f64, Layers<C>>, Error> {
    let mut model: Model<f64, Layers<C>> = draw([2, HIDDEN, 1], rng)?;
    let mut optimiser = lesson.optimiser.start();
    for _ in 0..lesson.updates {
        let (x, _) = sequences(BATCH, t, rng);
        let right = lesson.taught.answers(t, rng);
        let steps = if lesson.cut { 1 } else { t };
        let mse = |y: &Array2<f64>| mse_loss(y, &right);
        let (_, mut gradient) = truncated_gradient(&model, &x, steps, mse)?;
        before_update(&mut gradient.0);
        optimiser.step(&mut model, &gradient)?;
    }
    Ok(model)
}
// ANCHOR_END: teach

impl Taught {
    /// For a batch, `[N, 1]`.
    fn answers(self, t: usize, rng: &mut impl Rng) -> Array2<f64> {
        let (_, sums) = sequences(BATCH, t, rng);
        match self {
            Self::Noise => sums,
            Self::Constant => Array2::ones(sums.dim()),
            Self::NoiseWithoutMean => sums - 1.0,
        }
    }
}

/// Steps of the sequences.
pub const LENGTH: usize = 50;

/// How often the weights are moved.
pub const UPDATES: usize = 200;

/// A lesson in which no gate is held.
pub const fn lesson(taught: Taught, optimiser: Optimiser, cut: bool) -> Lesson {
    Lesson { taught, optimiser, cut, gate_held: false, updates: UPDATES }
}

/// Forty networks of each lesson.
const GATE: Kind<Lesson, Opened, Error> = Kind {
    chapter: "ch03",
    name: "gate",
    sources: &[
        "code/rnn/src",
        "code/tasks/src/adding.rs",
        "code/tasks/src/training.rs",
        "code/tasks/src/truncated.rs",
        "code/ch03/src/gate.rs",
        "code/ch03/src/optimiser.rs",
        "code/ch03/src/reach.rs",
        "code/ch03/src/update_gate.rs",
    ],
    rows: &[
        ("untrained", Lesson { updates: 0, ..lesson(Taught::Noise, ADAM, false) }),
        ("noise", lesson(Taught::Noise, ADAM, false)),
        ("constant", lesson(Taught::Constant, ADAM, false)),
        ("without_mean", lesson(Taught::NoiseWithoutMean, ADAM, false)),
        ("noise_cut", lesson(Taught::Noise, ADAM, true)),
        ("constant_cut", lesson(Taught::Constant, ADAM, true)),
        ("noise_held", Lesson { gate_held: true, ..lesson(Taught::Noise, ADAM, false) }),
        ("constant_held", Lesson { gate_held: true, ..lesson(Taught::Constant, ADAM, false) }),
        ("noise_sgd", lesson(Taught::Noise, Optimiser::Sgd(SGD_RATES[0]), false)),
        ("noise_sgd_fast", lesson(Taught::Noise, Optimiser::Sgd(SGD_RATES[1]), false)),
        ("constant_sgd", lesson(Taught::Constant, Optimiser::Sgd(SGD_RATES[0]), false)),
        ("constant_sgd_fast", lesson(Taught::Constant, Optimiser::Sgd(SGD_RATES[1]), false)),
        ("without_mean_sgd", lesson(Taught::NoiseWithoutMean, Optimiser::Sgd(SGD_RATES[0]), false)),
        (
            "without_mean_sgd_fast",
            lesson(Taught::NoiseWithoutMean, Optimiser::Sgd(SGD_RATES[1]), false),
        ),
    ],
    seeds: 40,
    run: opened,
    // Rounding differs between processors, and training enlarges the difference.
    alike: |one, other| (one.reach / other.reach).log10().abs() < 0.5,
};

fn opened(lesson: &Lesson, rng: &mut ChaCha8Rng) -> Result<Opened, Error> {
    let model = teach(lesson, LENGTH, rng, |gradient| {
        if lesson.gate_held {
            leave_out(&mut gradient.cells[0]);
        }
    })?;
    let asked = || ChaCha8Rng::seed_from_u64(0); // all networks on the same sequences
    let reach = reach::reach(&model, LENGTH, &mut asked())?[LENGTH - 1];
    Ok(Opened { reach, kept: reach::kept(&model.0, LENGTH, &mut asked())? })
}

/// Reports how far the answer reaches after each lesson.
pub(crate) fn report(recorder: Recorder, report: &mut Report) -> chapter::Result {
    let runs = GATE.report(recorder, include_str!("../runs.json"), "noise", report)?;
    report.section("What opens a gate");
    report.number("gate_networks", count(GATE.seeds));
    report.number("gate_updates", count(UPDATES));
    report.number("gate_sgd_rate", exact(SGD_RATES[0]));
    report.number("gate_sgd_rate_fast", exact(SGD_RATES[1]));
    report.number("gate_sgd_momentum", exact(MOMENTUM));
    for (name, _) in GATE.rows {
        numbers(name, &runs, report);
    }
    let slow = GATE.rows.iter().filter(|(name, _)| name.ends_with("_sgd"));
    let slow = slow.flat_map(|(name, _)| runs.row(name)).map(|opened| opened.reach);
    report.number("gate_sgd_slow_highest", scientific(Spread::of(slow).high, 0));
    Ok(())
}

fn numbers(name: &str, runs: &Runs<Opened>, report: &mut Report) {
    let row = runs.row(name);
    let reach = Spread::of(row.iter().map(|opened| opened.reach));
    report.spread(&format!("gate_{name}"), &reach, |reach| scientific(reach, 0));
    let kept = Spread::of(row.iter().map(|opened| opened.kept));
    report.number(&format!("gate_{name}_kept"), decimals(kept.median, 2));
}

#[cfg(test)]
mod tests {
    use rnn::Gru;

    use super::*;

    #[test]
    fn what_is_taught_has_its_own_mean_and_spread() {
        for (taught, mean, spread) in [
            (Taught::Noise, 1.0, 1.0 / 6.0),
            (Taught::Constant, 1.0, 0.0),
            (Taught::NoiseWithoutMean, 0.0, 1.0 / 6.0),
        ] {
            let mut rng = ChaCha8Rng::seed_from_u64(1);
            let answers: Vec<f64> = (0..500).flat_map(|_| taught.answers(4, &mut rng)).collect();
            let count = answers.len() as f64;
            let found = answers.iter().sum::<f64>() / count;
            let around = answers.iter().map(|a| (a - found).powi(2)).sum::<f64>() / count;
            assert!((found - mean).abs() < 0.02, "{taught:?}: {found}");
            assert!((around - spread).abs() < 0.01, "{taught:?}: {around}");
        }
    }

    /// The weights after one update.
    fn taught(lesson: Lesson, t: usize) -> Model<f64, Gru<f64>> {
        teach(&lesson, t, &mut ChaCha8Rng::seed_from_u64(1), |_| ()).unwrap()
    }

    #[test]
    fn a_cut_takes_the_gradient_through_earlier_steps_away() {
        let by = |updates, cut| {
            let optimiser = Optimiser::Sgd(1.0);
            taught(Lesson { updates, ..lesson(Taught::Noise, optimiser, cut) }, 6)
        };
        let before = by(0, false);
        let [cut, full] = [true, false].map(|cut| by(1, cut));
        // The head learns the same of the last state, up to clipping; the weights before it do not.
        let moved = |after: &Model<f64, Gru<f64>>| {
            let bias = after.1.bias[0] - before.1.bias[0];
            let cell = &after.0.cells[0].w_hh - &before.0.cells[0].w_hh;
            ((&after.1.weight - &before.1.weight) / bias, cell / bias)
        };
        let [cut, full] = [cut, full].map(|after| moved(&after));
        approx::assert_abs_diff_eq!(cut.0, full.0, epsilon = 1e-9);
        assert!((cut.1 - full.1).iter().any(|apart| apart.abs() > 1e-3));
    }

    #[test]
    fn a_gate_that_is_held_opens_no_way_and_one_that_learns_does() {
        let opened = |gate_held| {
            let lesson = Lesson { gate_held, ..lesson(Taught::Constant, ADAM, false) };
            opened(&lesson, &mut ChaCha8Rng::seed_from_u64(1)).unwrap()
        };
        let [held, free] = [true, false].map(opened);
        assert!(held.kept < 0.55 && free.kept > 0.6, "{held:?}, {free:?}");
        assert!(held.reach < 1e-6 && free.reach > 1e-4, "{held:?}, {free:?}");
    }

    #[test]
    fn each_optimiser_and_rate_moves_otherwise() {
        let by = |optimiser| Lesson { updates: 1, ..lesson(Taught::Noise, optimiser, false) };
        let none = Lesson { updates: 0, ..by(ADAM) };
        let moved = |lesson| &taught(lesson, 4).1.bias - &taught(none, 4).1.bias;
        let slow = moved(by(Optimiser::Sgd(0.1)));
        approx::assert_abs_diff_eq!(moved(by(Optimiser::Sgd(1.0))), 10.0 * &slow, epsilon = 1e-12);
        // Adam's first step is its rate, whatever the gradient.
        approx::assert_abs_diff_eq!(moved(by(ADAM))[0].abs(), GATED_RATE, epsilon = 1e-6);
        assert_ne!(slow[0].abs(), GATED_RATE);
    }

    #[test]
    fn the_recorded_rows_are_all_pairs() {
        let names: Vec<&str> = GATE.rows.iter().map(|(name, _)| *name).collect();
        let pairs = ["noise", "constant", "without_mean"]
            .into_iter()
            .flat_map(|taught| ["", "_sgd", "_sgd_fast"].map(|by| format!("{taught}{by}")));
        for pair in pairs {
            assert!(names.contains(&&*pair), "{pair}");
        }
        for (name, lesson) in GATE.rows {
            let sgd = [("_sgd", SGD_RATES[0]), ("_sgd_fast", SGD_RATES[1])];
            let optimiser = sgd.into_iter().find(|(by, _)| name.ends_with(by));
            let optimiser = optimiser.map_or(ADAM, |(_, rate)| Optimiser::Sgd(rate));
            assert_eq!(lesson.optimiser, optimiser, "{name}");
            assert_eq!(lesson.cut, name.ends_with("_cut"), "{name}");
            assert_eq!(lesson.gate_held, name.ends_with("_held"), "{name}");
            let taught = match name.split('_').next() {
                Some("constant") => Taught::Constant,
                Some("without") => Taught::NoiseWithoutMean,
                _ => Taught::Noise,
            };
            assert_eq!(lesson.taught, taught, "{name}");
        }
    }
}
