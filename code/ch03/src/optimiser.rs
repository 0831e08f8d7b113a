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

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::array;
    use rnn::Linear;

    use super::*;

    /// The way of one weight after each of two updates with the gradient one.
    fn way(optimiser: Optimiser) -> [f64; 2] {
        let linear = |weight| Linear { weight: array![[weight]], bias: array![0.0] };
        let (mut model, mut mover) = (linear(0.0), optimiser.start());
        [(); 2].map(|()| {
            mover.step(&mut model, &linear(1.0)).unwrap();
            model.weight[[0, 0]]
        })
    }

    #[test]
    fn the_second_step_of_gradient_descent_is_longer_by_the_momentum_and_adams_is_not() {
        let sgd = [-0.1, -0.1 - 0.1 * (1.0 + MOMENTUM)];
        assert_abs_diff_eq!(way(Optimiser::Sgd(0.1))[..], sgd[..], epsilon = 1e-12);
        assert_abs_diff_eq!(way(Optimiser::Adam(0.1))[..], [-0.1, -0.2][..], epsilon = 1e-6);
    }
}
