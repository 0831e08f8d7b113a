//! Parity, asked after the last bit only: which recipe learns it?

use chapter::{
    Report, Spread,
    format::{count, decimals, exact},
};
use ndarray::{Array2, Array3};
use rand::{Rng, rngs::ChaCha8Rng};
use recorded::{Kind, Recorder};
use rnn::{Error, Linear, Rnn, cross_entropy, init::Recurrence};
use serde::{Deserialize, Serialize};
use tasks::{
    parity::{BATCH, HIDDEN, LEARNED, LEARNING_RATE, bits},
    training::{self, Answers, Model, Until, gradient},
};

use crate::{jacobian, optimiser::Optimiser};

/// Updates at most.
pub const MOST_UPDATES: usize = 3_000;

/// The learning rates of Adam.
pub const ADAM_RATES: [f64; 2] = [0.01, 0.03];

/// How a bit comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// As 0 or 1.
    Bits,
    /// As −1 or 1.
    Signs,
}

/// How the recurrent weights are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// As PyTorch draws them.
    Pytorch,
    /// A random orthogonal matrix.
    Orthogonal,
    /// The identity (Le, Jaitly and Hinton, *A simple way to initialize recurrent networks of rectified
    /// linear units*, 2015).
    Identity,
}

/// What may be the reason that a training fails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    /// Bits in a sequence.
    pub length: usize,
    /// How a bit comes in.
    pub coding: Coding,
    /// How the recurrent weights are drawn.
    pub start: Start,
    /// What moves the weights.
    pub optimiser: Optimiser,
}

/// What a training gave.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Whether the running mean of its loss fell below [`LEARNED`].
    pub learned: bool,
    /// That mean at the end.
    pub loss: f64,
}

/// Trains a tanh network until it has learned, or for [`MOST_UPDATES`].
///
/// # Errors
/// Where something is not finite.
// ANCHOR: train
pub fn train(recipe: &Recipe, rng: &mut ChaCha8Rng) -> Result<Outcome, Error> {
    let mut model = draw(recipe.start, rng)?;
    let mut optimiser = recipe.optimiser.start();
    let most_updates = MOST_UPDATES;
    let until = Until { most_updates, learned: LEARNED, first_mean: 1.0, share: 0.05 };
    let course = training::train(&until, |_| {
        let (x, parities) = bits(BATCH, recipe.length, rng);
        let x = recipe.coding.of(x);
        // Of the parities after each bit the last.
        let last = parities.chunks(recipe.length).filter_map(|parities| parities.last().copied());
        let last: Vec<usize> = last.collect();
        let loss = |logits: &Array2<f64>| cross_entropy(logits, &last);
        let (loss, gradient) = gradient(&model, &x, Answers::AtTheEnd, loss)?;
        optimiser.step(&mut model, &gradient)?;
        Ok(loss)
    })?;
    Ok(Outcome { learned: course.learned, loss: course.running_mean })
}
// ANCHOR_END: train

fn draw(start: Start, rng: &mut impl Rng) -> Result<Model<f64, Rnn<f64>>, Error> {
    let cell = match start {
        Start::Pytorch => Recurrence::Pytorch.draw(1, HIDDEN, rng)?,
        Start::Orthogonal => Recurrence::Orthogonal.draw(1, HIDDEN, rng)?,
        Start::Identity => {
            let mut cell = Recurrence::Pytorch.draw(1, HIDDEN, rng)?;
            cell.w_hh = Array2::eye(HIDDEN);
            cell
        }
    };
    Ok((Rnn::from(cell), Linear::new(HIDDEN, 2, rng)?))
}

impl Coding {
    /// `bits` are 0 or 1.
    pub fn of(self, bits: Array3<f64>) -> Array3<f64> {
        match self {
            Self::Bits => bits,
            Self::Signs => bits * 2.0 - 1.0,
        }
    }
}

/// Bits of the sequences where all recipes are tried.
pub const FEW: usize = 4;

/// Bits of the sequences where the best recipe fails.
pub const MORE: usize = 8;

const SGD: Optimiser = Optimiser::Sgd(LEARNING_RATE);
const ADAM: Optimiser = Optimiser::Adam(ADAM_RATES[0]);
const ADAM_FAST: Optimiser = Optimiser::Adam(ADAM_RATES[1]);

const fn few(coding: Coding, start: Start, optimiser: Optimiser) -> Recipe {
    Recipe { length: FEW, coding, start, optimiser }
}

/// Ten networks of each recipe.
const RECIPES: Kind<Recipe, Outcome, Error> = {
    use Coding::{Bits, Signs};
    use Start::{Identity, Orthogonal, Pytorch};
    Kind {
        chapter: "ch03",
        name: "parity_at_the_end",
        sources: &[
            "code/rnn/src",
            "code/tasks/src/parity.rs",
            "code/tasks/src/training.rs",
            "code/ch03/src/at_end.rs",
            "code/ch03/src/optimiser.rs",
        ],
        rows: &[
            ("bits_pytorch_sgd", few(Bits, Pytorch, SGD)),
            ("bits_pytorch_adam", few(Bits, Pytorch, ADAM)),
            ("bits_pytorch_adam_fast", few(Bits, Pytorch, ADAM_FAST)),
            ("bits_orthogonal_sgd", few(Bits, Orthogonal, SGD)),
            ("bits_orthogonal_adam", few(Bits, Orthogonal, ADAM)),
            ("bits_orthogonal_adam_fast", few(Bits, Orthogonal, ADAM_FAST)),
            ("bits_identity_sgd", few(Bits, Identity, SGD)),
            ("bits_identity_adam", few(Bits, Identity, ADAM)),
            ("bits_identity_adam_fast", few(Bits, Identity, ADAM_FAST)),
            ("signs_pytorch_sgd", few(Signs, Pytorch, SGD)),
            ("signs_pytorch_adam", few(Signs, Pytorch, ADAM)),
            ("signs_pytorch_adam_fast", few(Signs, Pytorch, ADAM_FAST)),
            ("signs_orthogonal_sgd", few(Signs, Orthogonal, SGD)),
            ("signs_orthogonal_adam", few(Signs, Orthogonal, ADAM)),
            ("signs_orthogonal_adam_fast", few(Signs, Orthogonal, ADAM_FAST)),
            ("signs_identity_sgd", few(Signs, Identity, SGD)),
            ("signs_identity_adam", few(Signs, Identity, ADAM)),
            ("signs_identity_adam_fast", few(Signs, Identity, ADAM_FAST)),
            ("more_bits", Recipe { length: MORE, ..few(Signs, Identity, ADAM_FAST) }),
        ],
        seeds: 10,
        run: train,
        // Rounding differs between processors, and training enlarges the difference.
        alike: |one, other| one.learned == other.learned,
    }
};

/// Reports how many networks learn by each recipe.
pub(crate) fn report(recorder: Recorder, report: &mut Report) -> chapter::Result {
    let json = include_str!("../runs.json");
    let runs = RECIPES.report(recorder, json, "signs_identity_adam_fast", report)?;
    report.section("Parity, asked at the end");
    report.number("at_end_runs", count(RECIPES.seeds));
    report.number("at_end_most_updates", count(MOST_UPDATES));
    report.number("at_end_bits", count(FEW));
    report.number("at_end_more", count(MORE));
    report.number("at_end_adam", exact(ADAM_RATES[0]));
    report.number("at_end_adam_fast", exact(ADAM_RATES[1]));
    for (name, _) in RECIPES.rows {
        let outcomes = runs.row(name);
        let learned = outcomes.iter().filter(|outcome| outcome.learned).count();
        report.number(&format!("at_end_{name}"), count(learned));
    }
    for (coding, first) in [(Coding::Bits, "bits"), (Coding::Signs, "signs")] {
        for (start, second) in [
            (Start::Pytorch, "pytorch"),
            (Start::Orthogonal, "orthogonal"),
            (Start::Identity, "identity"),
        ] {
            let norms = (0..RECIPES.seeds).map(|run| norm(coding, start, &mut report.rng(run)));
            let norms = norms.collect::<Result<Vec<f64>, Error>>()?;
            let name = format!("at_end_{first}_{second}_norm");
            report.number(&name, decimals(Spread::of(norms).median, 2));
        }
    }
    let more = runs.row("more_bits").iter().map(|outcome| outcome.loss);
    report.number("at_end_more_bits_loss", decimals(Spread::of(more).low, 2));
    Ok(())
}

/// The norm of the derivative of the last state by the first, before training.
fn norm(coding: Coding, start: Start, rng: &mut ChaCha8Rng) -> Result<f64, Error> {
    let (rnn, _) = draw(start, rng)?;
    let x = coding.of(bits(1, FEW, rng).0);
    Ok(jacobian::of(&rnn, &x)?.norms[FEW - 1])
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn bits_come_in_as_they_are_or_as_signs() {
        let bits = array![[[0.0], [1.0]]];
        assert_eq!(Coding::Bits.of(bits.clone()), bits);
        assert_eq!(Coding::Signs.of(bits), array![[[-1.0], [1.0]]]);
    }

    #[test]
    fn networks_start_as_asked() {
        let recurrent = |start| {
            let (rnn, _) = draw(start, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
            rnn.cells[0].w_hh.clone()
        };
        assert_eq!(recurrent(Start::Identity), Array2::<f64>::eye(HIDDEN));
        let q = recurrent(Start::Orthogonal);
        approx::assert_abs_diff_eq!(q.dot(&q.t()), Array2::eye(HIDDEN), epsilon = 1e-12);
        let bound = 1.0 / (HIDDEN as f64).sqrt();
        let drawn = recurrent(Start::Pytorch);
        assert!(drawn.iter().all(|weight| weight.abs() <= bound));
        assert!(drawn.iter().any(|weight| weight.abs() > 0.9 * bound));
    }

    /// One bit is its own parity, which any recipe learns.
    #[test]
    fn the_parity_of_one_bit_is_learned() {
        let of_one = Recipe { length: 1, ..few(Coding::Signs, Start::Pytorch, ADAM_FAST) };
        let outcome = train(&of_one, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
        assert!(outcome.learned && outcome.loss < LEARNED, "{outcome:?}");
    }

    /// The first bit is learned by this recipe, the parity of all four is not.
    #[test]
    fn it_is_asked_for_the_parity_of_all_bits() {
        let recipe = few(Coding::Bits, Start::Pytorch, SGD);
        let outcome = train(&recipe, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
        assert!(!outcome.learned, "{outcome:?}");
    }

    #[test]
    fn the_rows_are_all_recipes_and_named_so() {
        for (name, recipe) in &RECIPES.rows[..18] {
            let coding = if name.starts_with("bits") { Coding::Bits } else { Coding::Signs };
            let start = [
                ("pytorch", Start::Pytorch),
                ("orthogonal", Start::Orthogonal),
                ("identity", Start::Identity),
            ]
            .into_iter()
            .find(|(start, _)| name.contains(start));
            let optimiser = [("_sgd", SGD), ("_adam", ADAM), ("_adam_fast", ADAM_FAST)]
                .into_iter()
                .find(|(optimiser, _)| name.ends_with(optimiser));
            let expected = few(coding, start.unwrap().1, optimiser.unwrap().1);
            assert_eq!(*recipe, expected, "{name}");
        }
        let mut recipes: Vec<String> =
            RECIPES.rows.iter().map(|(_, recipe)| format!("{recipe:?}")).collect();
        recipes.sort();
        recipes.dedup();
        assert_eq!(recipes.len(), 19);
    }
}
