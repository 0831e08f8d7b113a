//! Does a GRU need its update gate to learn the adding problem, and does it help to start with it open?

use ndarray::{Array2, s};
use rand::rngs::ChaCha8Rng;
use recorded::Kind;
use rnn::{Adam, Error, Gru, mse_loss};
use serde::{Deserialize, Serialize};
use tasks::{
    adding::{self, BASELINE, BATCH, GATED_RATE, HIDDEN, SOLVED, sequences},
    training::{self, Answers, Model, Until, draw, gradient},
};

use crate::update_gate::{ROWS, leave_out};

/// Steps of the sequences.
pub const LENGTH: usize = 50;

/// Updates at most.
pub const MOST_UPDATES: usize = 2_500;

/// What is added to the bias of a gate that starts open.
pub const OPEN: f32 = 3.0;

/// What is done with the update gate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gate {
    /// What is added to its bias before training.
    pub opened: f32,
    /// Whether its weights and biases stay as they are.
    pub held: bool,
}

/// What a training gave.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The mean squared error on new sequences.
    pub error: f64,
    /// Updates until the running mean of the loss was below [`SOLVED`], or all there were.
    pub updates: usize,
}

/// Trains a GRU to add.
///
/// # Errors
/// Where something is not finite.
// ANCHOR: train
pub fn train(gate: &Gate, rng: &mut ChaCha8Rng) -> Result<Outcome, Error> {
    let mut model: Model<f32, Gru<f32>> = draw([2, HIDDEN, 1], rng)?;
    model.0.cells[0].b_ih.slice_mut(s![ROWS]).map_inplace(|bias| *bias += gate.opened);

    let mut adam = Adam::new(GATED_RATE as f32);
    let until =
        Until { most_updates: MOST_UPDATES, learned: SOLVED, first_mean: BASELINE, share: 0.02 };
    let course = training::train(&until, |_| {
        let (x, sums) = sequences(BATCH, LENGTH, rng);
        let mse = |y: &Array2<f32>| mse_loss(y, &sums);
        let (loss, mut gradient) = gradient(&model, &x, Answers::AtTheEnd, mse)?;
        if gate.held {
            leave_out(&mut gradient.0.cells[0]);
        }
        adam.step(&mut model, &gradient)?;
        Ok(loss.into())
    })?;
    let error = adding::error(&model, LENGTH, rng)?;
    Ok(Outcome { error, updates: course.losses.len() })
}
// ANCHOR_END: train

/// Ten networks with each gate.
pub const GATES: Kind<Gate, Outcome, Error> = Kind {
    chapter: "ch03",
    name: "adding_gates",
    sources: &[
        "code/rnn/src",
        "code/tasks/src/adding.rs",
        "code/tasks/src/training.rs",
        "code/ch03/src/held.rs",
        "code/ch03/src/update_gate.rs",
    ],
    rows: &[
        ("free", Gate { opened: 0.0, held: false }),
        ("held", Gate { opened: 0.0, held: true }),
        ("open", Gate { opened: OPEN, held: false }),
        ("open_held", Gate { opened: OPEN, held: true }),
    ],
    seeds: 10,
    run: train,
    // Rounding differs between processors, and training enlarges the difference.
    alike: |one, other| has_learned(one) == has_learned(other),
};

/// Better than half of what is reached by looking at nothing.
pub fn has_learned(outcome: &Outcome) -> bool {
    outcome.error < BASELINE / 2.0
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn trained(gate: Gate) -> Outcome {
        train(&gate, &mut ChaCha8Rng::seed_from_u64(1)).unwrap()
    }

    #[test]
    fn a_gate_that_is_held_shut_learns_nothing_and_an_open_one_soon() {
        let open = trained(Gate { opened: OPEN, held: false });
        assert!(has_learned(&open) && open.updates < 1_000, "{open:?}");
        let shut = trained(Gate { opened: -OPEN, held: true });
        assert!(!has_learned(&shut) && shut.updates == MOST_UPDATES, "{shut:?}");
    }

    #[test]
    fn the_rows_are_what_their_names_say() {
        for (name, gate) in GATES.rows {
            assert_eq!(gate.held, name.ends_with("held"), "{name}");
            assert_eq!(gate.opened == OPEN, name.starts_with("open"), "{name}");
        }
    }
}
