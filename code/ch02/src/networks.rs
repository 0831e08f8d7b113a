//! Three networks that read the same sequence, built and counted.

use rand::Rng;
use rnn::{Conv1d, Error, Fnn, Parameters, Rnn};

/// How large the networks are, and how long the sequence is that they read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Numbers in one input, D.
    pub input: usize,
    /// Units, H.
    pub hidden: usize,
    /// Steps, T.
    pub length: usize,
    /// Steps that the convolution sees at once, K.
    pub kernel: usize,
}

/// A feed-forward, a convolutional and a recurrent network of the same sizes.
// ANCHOR: networks
pub struct Networks {
    /// Sees all steps at once, each with weights of its own.
    pub fnn: Fnn<f32>,
    /// Moves one kernel over the steps.
    pub cnn: Conv1d<f32>,
    /// Reads step by step, with the same weights at each.
    pub rnn: Rnn<f32>,
}
// ANCHOR_END: networks

impl Networks {
    /// Builds all three.
    ///
    /// # Errors
    /// Where a size is zero.
    // ANCHOR: new
    pub fn new(sizes: &Sizes, rng: &mut impl Rng) -> Result<Self, Error> {
        let Sizes { input, hidden, length, kernel } = *sizes;
        Ok(Self {
            fnn: Fnn::new(input, hidden, length, rng)?,
            cnn: Conv1d::new(input, hidden, kernel, rng)?,
            rnn: Rnn::new(input, hidden, rng)?,
        })
    }
    // ANCHOR_END: new
}

/// One number for each of the networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Each {
    /// Of the feed-forward network.
    pub fnn: u64,
    /// Of the convolution.
    pub cnn: u64,
    /// Of the recurrent network.
    pub rnn: u64,
}

impl Each {
    fn of(fnn: usize, cnn: usize, rnn: usize) -> Self {
        Self { fnn: fnn as u64, cnn: cnn as u64, rnn: rnn as u64 }
    }
}

impl Networks {
    /// The weights, without the biases.
    pub fn weights(&self) -> Each {
        let rnn = &self.rnn.cells[0];
        Each::of(
            self.fnn.linear.weight.len(),
            self.cnn.weight.len(),
            rnn.w_ih.len() + rnn.w_hh.len(),
        )
    }

    /// Weights and biases as PyTorch counts them: two biases in the recurrent network.
    pub fn parameters(&self) -> Each {
        let Self { fnn, cnn, rnn } = self;
        Each::of(fnn.parameter_count(), cnn.parameter_count(), rnn.parameter_count())
    }

    /// Weights and biases as Keras counts them: one bias in each network.
    pub fn parameters_with_one_bias(&self) -> Each {
        let Each { fnn, cnn, rnn } = self.parameters();
        Each { fnn, cnn, rnn: rnn - self.rnn.cells[0].b_hh.len() as u64 }
    }

    /// The multiply-adds to read a whole sequence of so many steps. The feed-forward network is the
    /// one that is built for this length.
    pub fn multiply_adds(&self, length: usize) -> Each {
        let outputs = (length + 1).saturating_sub(self.cnn.weight.dim().2);
        let steps = |count: usize, each: usize| count as u64 * each as u64;
        Each {
            fnn: steps(length, self.fnn.multiply_adds_per_step()),
            cnn: steps(outputs, self.cnn.multiply_adds_per_step()),
            rnn: steps(length, self.rnn.multiply_adds_per_step()),
        }
    }
}

/// The length from which on the recurrent network has fewer weights: where
/// `H (D + H) = D H T`, at `T = (D + H) / D`.
pub fn crossover(input: usize, hidden: usize) -> f64 {
    (input + hidden) as f64 / input as f64
}

/// How many steps the last of several stacked convolutions sees: each adds `(kernel - 1) dilation`.
pub fn receptive_field(kernel: usize, dilations: impl IntoIterator<Item = usize>) -> usize {
    1 + dilations.into_iter().map(|dilation| (kernel - 1) * dilation).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;

    fn weights(length: usize) -> Each {
        let sizes = Sizes { input: 6, hidden: 8, length, kernel: 1 };
        Networks::new(&sizes, &mut ChaCha8Rng::seed_from_u64(1)).unwrap().weights()
    }

    #[test]
    fn the_weights_cross_where_the_formula_says() {
        let crossover = crossover(6, 8);
        assert!(2.0 < crossover && crossover < 3.0);
        assert!(weights(2).fnn < weights(2).rnn);
        assert!(weights(3).fnn > weights(3).rnn);
    }

    #[test]
    fn stacked_kernels_see_further() {
        assert_eq!(receptive_field(3, [1]), 3);
        assert_eq!(receptive_field(3, [1, 1]), 5);
        assert_eq!(receptive_field(3, [1, 2, 4]), 15);
    }
}
