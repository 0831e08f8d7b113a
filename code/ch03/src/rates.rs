//! The adding problem at 50 steps: is it the cell, or its learning rate, or how many weights it has?

use ndarray::Array2;
use rand::rngs::ChaCha8Rng;
use recorded::Kind;
use rnn::{Adam, Error, GruCell, LstmCell, RnnCell, mse_loss};
use tasks::{
    adding::{self, BATCH, sequences},
    training::{Answers, draw, gradient},
};

use crate::Cell;

/// Steps of the sequences.
pub const LENGTH: usize = 50;

/// Updates of a training.
pub const UPDATES: usize = 2_500;

/// The learning rates of Adam.
pub const RATES: [f64; 3] = [0.002, 0.005, 0.02];

/// Units of a tanh network with about as many parameters as the gated ones of 16 units.
pub const WIDE: usize = 32;

/// A training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trial {
    /// The cell.
    pub cell: Cell,
    /// Its units.
    pub hidden: usize,
    /// The learning rate of Adam.
    pub rate: f64,
}

/// The mean squared error on new sequences after a training.
///
/// # Errors
/// Where something is not finite.
pub fn error(trial: &Trial, rng: &mut ChaCha8Rng) -> Result<f64, Error> {
    match trial.cell {
        Cell::Rnn => error_of::<RnnCell<f32>>(trial, rng),
        Cell::Lstm => error_of::<LstmCell<f32>>(trial, rng),
        Cell::Gru => error_of::<GruCell<f32>>(trial, rng),
    }
}

fn error_of<C: rnn::Cell<Real = f32>>(trial: &Trial, rng: &mut ChaCha8Rng) -> Result<f64, Error> {
    let mut model = draw::<f32, C>([2, trial.hidden, 1], rng)?;
    let mut adam = Adam::new(trial.rate as f32);
    for _ in 0..UPDATES {
        let (x, sums) = sequences(BATCH, LENGTH, rng);
        let mse = |y: &Array2<f32>| mse_loss(y, &sums);
        let (_, gradient) = gradient(&model, &x, Answers::AtTheEnd, mse)?;
        adam.step(&mut model, &gradient)?;
    }
    adding::error(&model, LENGTH, rng)
}

const fn trial(cell: Cell, hidden: usize, rate: f64) -> Trial {
    Trial { cell, hidden, rate }
}

/// Five networks of each cell, width and rate.
pub const TRIALS: Kind<Trial, f64, Error> = Kind {
    chapter: "ch03",
    name: "adding_rates",
    sources: &[
        "code/rnn/src",
        "code/tasks/src/adding.rs",
        "code/tasks/src/training.rs",
        "code/ch03/src/rates.rs",
    ],
    rows: &[
        ("rnn_0", trial(Cell::Rnn, adding::HIDDEN, RATES[0])),
        ("rnn_1", trial(Cell::Rnn, adding::HIDDEN, RATES[1])),
        ("rnn_2", trial(Cell::Rnn, adding::HIDDEN, RATES[2])),
        ("wide_0", trial(Cell::Rnn, WIDE, RATES[0])),
        ("wide_1", trial(Cell::Rnn, WIDE, RATES[1])),
        ("wide_2", trial(Cell::Rnn, WIDE, RATES[2])),
        ("lstm_0", trial(Cell::Lstm, adding::HIDDEN, RATES[0])),
        ("lstm_1", trial(Cell::Lstm, adding::HIDDEN, RATES[1])),
        ("lstm_2", trial(Cell::Lstm, adding::HIDDEN, RATES[2])),
        ("gru_0", trial(Cell::Gru, adding::HIDDEN, RATES[0])),
        ("gru_1", trial(Cell::Gru, adding::HIDDEN, RATES[1])),
        ("gru_2", trial(Cell::Gru, adding::HIDDEN, RATES[2])),
    ],
    seeds: 5,
    run: error,
    // Rounding differs between processors, and training enlarges the difference.
    alike: |one, other| has_learned(*one) == has_learned(*other),
};

/// Better than half of what is reached by looking at nothing.
pub fn has_learned(error: f64) -> bool {
    error < adding::BASELINE / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_are_all_trials_and_named_so() {
        for (name, trial) in TRIALS.rows {
            let (cell, rate) = name.split_once('_').unwrap();
            let (cell, hidden) = match cell {
                "rnn" => (Cell::Rnn, 16),
                "wide" => (Cell::Rnn, 32),
                "lstm" => (Cell::Lstm, 16),
                _ => (Cell::Gru, 16),
            };
            let rate = [0.002, 0.005, 0.02][rate.parse::<usize>().unwrap()];
            assert_eq!(*trial, Trial { cell, hidden, rate }, "{name}");
        }
    }
}
