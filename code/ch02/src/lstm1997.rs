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
