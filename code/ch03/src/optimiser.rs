//! What moves the weights of a network: an optimiser that is a row of a table.

use rnn::{Adam, Error, Parameters, Sgd};

/// The momentum of gradient descent, that which parity is learned with.
pub const MOMENTUM: f64 = tasks::parity::MOMENTUM;

/// An optimiser, and its learning rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Optimiser {
    /// Adam.
    Adam(f64),
    /// Gradient descent with [`MOMENTUM`].
    Sgd(f64),
}

/// What an optimiser keeps from update to update.
pub enum Mover {
    /// Running means.
    Adam(Adam<f64>),
    /// A velocity.
    Sgd(Sgd<f64>),
}

impl Optimiser {
    /// One that has made no update yet.
    pub fn start(self) -> Mover {
        match self {
            Self::Adam(learning_rate) => Mover::Adam(Adam::new(learning_rate)),
            Self::Sgd(learning_rate) => Mover::Sgd(Sgd::new(learning_rate, MOMENTUM)),
        }
    }
}

impl Mover {
    /// One update.
    ///
    /// # Errors
    /// Where the gradients are of another model or not finite.
    pub fn step<P: Parameters<f64>>(&mut self, model: &mut P, gradients: &P) -> Result<(), Error> {
        match self {
            Self::Adam(adam) => adam.step(model, gradients),
            Self::Sgd(sgd) => sgd.step(model, gradients),
        }
    }
}
