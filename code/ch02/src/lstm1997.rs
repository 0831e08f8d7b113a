//! The LSTM of 1997, built to count its weights.

use rand::Rng;
use rnn::{Error, Linear, Parameters};

/// A network of 1997: memory cells in blocks that share an input gate and an output gate. There is
/// no forget gate yet.
///
/// All cells and gates are units of one hidden layer. Each hears the inputs and every unit, cells
/// *and* gates, and has one bias. The outputs hear the cells only.
// ANCHOR: lstm1997
pub struct Lstm1997 {
    hidden: Linear<f32>,
    output: Linear<f32>,
}
// ANCHOR_END: lstm1997

impl Lstm1997 {
    /// Draws a network with so many inputs, blocks of so many cells, and outputs.
    ///
    /// # Errors
    /// Where a size is zero.
    // ANCHOR: new
    pub fn new(
        inputs: usize,
        (blocks, cells_in_block): (usize, usize),
        outputs: usize,
        rng: &mut impl Rng,
    ) -> Result<Self, Error> {
        let cells = blocks * cells_in_block;
        let units = cells + 2 * blocks;
        Ok(Self {
            hidden: Linear::new(inputs + units, units, rng)?,
            output: Linear::new(cells, outputs, rng)?,
        })
    }
    // ANCHOR_END: new

    /// Weights and biases.
    pub fn parameter_count(&self) -> usize {
        self.hidden.parameter_count() + self.output.parameter_count()
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;

    /// Two blocks of three cells are 6 cells and 4 gates; each hears 1 input, 10 units and a bias.
    #[test]
    fn a_block_has_two_gates_however_many_cells() {
        let network = Lstm1997::new(1, (2, 3), 1, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
        assert_eq!(network.parameter_count(), 10 * (1 + 10 + 1) + (6 + 1));
    }
}
