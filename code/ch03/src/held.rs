//! Does a GRU need its update gate to learn the adding problem, and does it help to start with it open?

use ndarray::{Array2, s};
use rand::rngs::ChaCha8Rng;
use recorded::Kind;
use rnn::{Adam, Error, Gru, GruCell, mse_loss};
use serde::{Deserialize, Serialize};
use tasks::{
    adding::{self, BASELINE, BATCH, GATED_RATE, HIDDEN, SOLVED, sequences},
    training::{self, Answers, Model, Until, draw, gradient},
};

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
    // The rows of z lie behind those of r.
    let update = s![HIDDEN..2 * HIDDEN];
    model.0.cells[0].b_ih.slice_mut(update).map_inplace(|bias| *bias += gate.opened);

    let mut adam = Adam::new(GATED_RATE as f32);
    let until =
        Until { most_updates: MOST_UPDATES, learned: SOLVED, first_mean: BASELINE, share: 0.02 };
    let course = training::train(&until, |_| {
        let (x, sums) = sequences(BATCH, LENGTH, rng);
        let mse = |y: &Array2<f32>| mse_loss(y, &sums);
        let (loss, mut gradient) = gradient(&model, &x, Answers::AtTheEnd, mse)?;
        if gate.held {
            leave_out_update_gate(&mut gradient.0.cells[0]);
        }
        adam.step(&mut model, &gradient)?;
        Ok(loss.into())
    })?;
    let error = adding::error(&model, LENGTH, rng)?;
    Ok(Outcome { error, updates: course.losses.len() })
}
// ANCHOR_END: train

/// Where the gradient was zero from the start, Adam moves nothing.
fn leave_out_update_gate(gradient: &mut GruCell<f32>) {
    let rows = HIDDEN..2 * HIDDEN;
    gradient.w_ih.slice_mut(s![rows.clone(), ..]).fill(0.0);
    gradient.w_hh.slice_mut(s![rows.clone(), ..]).fill(0.0);
    gradient.b_ih.slice_mut(s![rows.clone()]).fill(0.0);
    gradient.b_hh.slice_mut(s![rows]).fill(0.0);
}

/// Ten networks with each gate.
pub const GATES: Kind<Gate, Outcome, Error> = Kind {
    chapter: "ch03",
    name: "adding_gates",
    sources: &[
        "code/rnn/src",
        "code/tasks/src/adding.rs",
        "code/tasks/src/training.rs",
        "code/ch03/src/held.rs",
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

    #[test]
    fn a_gate_that_is_left_out_stays_and_all_else_moves() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let drawn: GruCell<f32> = GruCell::new(2, HIDDEN, &mut rng).unwrap();
        let mut gradient = GruCell::new(2, HIDDEN, &mut rng).unwrap();
        leave_out_update_gate(&mut gradient);
        let mut moved = drawn.clone();
        let mut adam = Adam::new(0.02_f32);
        for _ in 0..3 {
            adam.step(&mut moved, &gradient).unwrap();
        }
        for row in 0..3 * HIDDEN {
            let held = (HIDDEN..2 * HIDDEN).contains(&row);
            assert_eq!(moved.w_ih.row(row) == drawn.w_ih.row(row), held);
            assert_eq!(moved.w_hh.row(row) == drawn.w_hh.row(row), held);
            assert_eq!(moved.b_ih[row] == drawn.b_ih[row], held);
            assert_eq!(moved.b_hh[row] == drawn.b_hh[row], held);
        }
    }

    #[test]
    fn the_rows_are_what_their_names_say() {
        for (name, gate) in GATES.rows {
            assert_eq!(gate.held, name.ends_with("held"), "{name}");
            assert_eq!(gate.opened == OPEN, name.starts_with("open"), "{name}");
        }
    }
}
