//! What opens the gate of a GRU that is taught next to nothing, and what does not.

use chapter::{
    Report, Spread,
    format::{count, decimals, exact, scientific},
};
use ndarray::{Array2, Axis};
use rand::{Rng, SeedableRng, rngs::ChaCha8Rng};
use recorded::{Kind, Recorder, Runs};
use rnn::{Adam, Cell, Error, GruCell, Layers, Sgd, mse_loss};
use serde::{Deserialize, Serialize};
use tasks::{
    adding::{BATCH, GATED_RATE, HIDDEN, sequences},
    training::{Answers, Model, draw, gradient_of_run},
};

use crate::reach;

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

/// What moves the weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Optimiser {
    /// Adam, at the rate that the adding problem is learned with.
    Adam,
    /// Gradient descent with [`MOMENTUM`], at this rate.
    Sgd(f64),
}

/// The learning rates of gradient descent: that which parity is learned with, and one ten times as
/// large.
pub const SGD_RATES: [f64; 2] = [0.1, 1.0];

/// Its momentum.
pub const MOMENTUM: f64 = 0.9;

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

/// Teaches a network on sequences of T steps.
///
/// # Errors
/// Where something is not finite.
// ANCHOR: teach
pub fn teach<C: Cell<Real = f64>>(
    lesson: &Lesson,
    t: usize,
    rng: &mut impl Rng,
    mut after_update: impl FnMut(),
) -> Result<Model<f64, Layers<C>>, Error> {
    let mut model: Model<f64, Layers<C>> = draw([2, HIDDEN, 1], rng)?;
    let (mut adam, mut sgd) = (Adam::new(GATED_RATE), Sgd::new(0.0, MOMENTUM));
    for _ in 0..lesson.updates {
        let (x, _) = sequences(BATCH, t, rng);
        let right = lesson.taught.answers(t, rng);
        // Read without keeping anything for the way back; the steps after it are what it reaches.
        let cut = if lesson.cut { t - 1 } else { 0 };
        let (past, rest) = x.view().split_at(Axis(1), cut);
        let before = (cut > 0).then(|| model.0.forward(&past, None)).transpose()?;
        let state = before.as_ref().map(|(_, state)| C::state(|array| &*state.as_ref()[array]));
        let run = model.0.forward_saving(&rest, None, state)?;
        let mse = |y: &Array2<f64>| mse_loss(y, &right);
        let (_, gradient) = gradient_of_run(&model.1, &run, Answers::AtTheEnd, mse)?;
        match lesson.optimiser {
            Optimiser::Adam => adam.step(&mut model, &gradient)?,
            Optimiser::Sgd(learning_rate) => {
                sgd.learning_rate = learning_rate;
                sgd.step(&mut model, &gradient)?;
            }
        }
        after_update();
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

const fn lesson(taught: Taught, optimiser: Optimiser, cut: bool) -> Lesson {
    Lesson { taught, optimiser, cut, updates: UPDATES }
}

/// Forty networks of each lesson.
const GATE: Kind<Lesson, Opened, Error> = Kind {
    chapter: "ch03",
    name: "gate",
    sources: &[
        "code/rnn/src",
        "code/tasks/src/adding.rs",
        "code/tasks/src/training.rs",
        "code/ch03/src/gate.rs",
        "code/ch03/src/reach.rs",
    ],
    rows: &[
        ("untrained", Lesson { updates: 0, ..lesson(Taught::Noise, Optimiser::Adam, false) }),
        ("noise", lesson(Taught::Noise, Optimiser::Adam, false)),
        ("constant", lesson(Taught::Constant, Optimiser::Adam, false)),
        ("without_mean", lesson(Taught::NoiseWithoutMean, Optimiser::Adam, false)),
        ("noise_cut", lesson(Taught::Noise, Optimiser::Adam, true)),
        ("constant_cut", lesson(Taught::Constant, Optimiser::Adam, true)),
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
    let model = teach::<GruCell<f64>>(lesson, LENGTH, rng, || ())?;
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
    Ok(())
}

fn numbers(name: &str, runs: &Runs<Opened>, report: &mut Report) {
    let row = runs.row(name);
    let reach = Spread::of(row.iter().map(|opened| opened.reach));
    report.spread(&format!("gate_{name}"), &reach, |reach| scientific(reach, 0));
    let kept = Spread::of(row.iter().map(|opened| opened.kept));
    report.number(&format!("gate_{name}_kept"), decimals(kept.median, 2));
}
