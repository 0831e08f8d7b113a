//! The sizes of a layer, and what can be counted without a clock.

use ndarray::Array3;
use rand::{RngExt, rngs::ChaCha8Rng};
use rnn::Rnn;
use serde::{Deserialize, Serialize};

/// How large a layer and its batch are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sizes {
    /// N.
    pub batch: usize,
    /// T.
    pub steps: usize,
    /// D.
    pub input: usize,
    /// H.
    pub hidden: usize,
}

/// The most multiply-adds of a layer that is measured, numbers that it has or makes, and weights
/// that its steps read.
const MOST: u64 = 10_000_000_000;
const MOST_NUMBERS: u64 = 50_000_000;
const MOST_READ: u64 = 400_000_000;

impl Sizes {
    /// The four sizes that the chapter measures, under the names by which it calls them.
    pub const BOOK: [(&'static str, Self); 4] = [
        ("tiny", Self { batch: 2, steps: 5, input: 10, hidden: 20 }),
        ("long", Self { batch: 1, steps: 1_000, input: 100, hidden: 128 }),
        ("batch", Self { batch: 32, steps: 100, input: 100, hidden: 128 }),
        ("large", Self { batch: 32, steps: 512, input: 256, hidden: 512 }),
    ];

    /// One of them.
    pub fn named(name: &str) -> Option<Self> {
        Self::BOOK.into_iter().find(|(other, _)| *other == name).map(|(_, sizes)| sizes)
    }

    // ANCHOR: counts
    /// The multiply-adds of a pass: `N T H (D + H)`.
    pub fn multiply_adds(self) -> u64 {
        self.tanhs() * self.multiply_adds_for_a_tanh()
    }

    /// The numbers that go through tanh: `N T H`.
    pub fn tanhs(self) -> u64 {
        self.batch as u64 * self.steps as u64 * self.hidden as u64
    }

    /// One for each input and one for each unit.
    pub fn multiply_adds_for_a_tanh(self) -> u64 {
        (self.input + self.hidden) as u64
    }

    /// What the states of all steps take in `f32`.
    pub fn bytes_of_states(self) -> u64 {
        self.tanhs() * size_of::<f32>() as u64
    }

    /// What the recurrent weights take, all of which every step reads.
    pub fn bytes_of_recurrence(self) -> u64 {
        (self.hidden * self.hidden * size_of::<f32>()) as u64
    }
    // ANCHOR_END: counts

    /// Refuses a layer that is too large to be measured.
    ///
    /// # Errors
    /// Where it would take all day, or has more inputs and states than there is room for.
    pub fn check(self) -> chapter::Result {
        if self.multiply_adds() > MOST {
            let text = format!("your layer does over {} multiply-adds", crate::many(MOST));
            return Err(format!("{text}, too many to measure: make a size smaller").into());
        }
        let numbers = &[self.batch * self.steps, self.input + self.hidden];
        let smaller = "--batch, --steps, --input or --hidden";
        chapter::at_most(MOST_NUMBERS, "inputs and states to measure", numbers, smaller)?;
        let weights = [self.hidden, self.input + self.hidden];
        let smaller = "--input or --hidden";
        chapter::at_most(MOST_NUMBERS, "weights to measure", &weights, smaller)?;
        // Every step reads them, from memory where they are so many.
        let read = &[&[self.steps], &weights[..]].concat();
        let smaller = "--steps, --input or --hidden";
        Ok(chapter::at_most(MOST_READ, "weights to read in a measured pass", read, smaller)?)
    }

    /// A layer and a batch for it.
    ///
    /// # Errors
    /// Where a size is zero.
    pub fn draw(self, rng: &mut ChaCha8Rng) -> Result<(Rnn<f32>, Array3<f32>), rnn::Error> {
        let rnn = Rnn::new(self.input, self.hidden, rng)?;
        let shape = (self.batch, self.steps, self.input);
        Ok((rnn, Array3::from_shape_simple_fn(shape, || rng.random_range(-1.7..1.7))))
    }
}

/// As the tables write it: `N = 2, T = 5, D = 10, H = 20`.
impl std::fmt::Display for Sizes {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Self { batch, steps, input, hidden } = self;
        write!(f, "N = {batch}, T = {steps}, D = {input}, H = {hidden}")
    }
}

#[cfg(test)]
mod tests {
    use chapter::rng;

    use super::*;

    #[test]
    fn a_pass_counted_by_hand() {
        let tiny = Sizes::named("tiny").unwrap();
        assert_eq!((tiny.tanhs(), tiny.multiply_adds_for_a_tanh()), (200, 30));
        assert_eq!(tiny.multiply_adds(), 2 * 5 * (10 * 20 + 20 * 20));
        assert_eq!((tiny.bytes_of_states(), tiny.bytes_of_recurrence()), (800, 1_600));
        assert_eq!(tiny.to_string(), "N = 2, T = 5, D = 10, H = 20");
    }

    #[test]
    fn the_layer_counts_as_many() {
        for (name, sizes) in Sizes::BOOK {
            let (rnn, x) = Sizes { steps: 2, ..sizes }.draw(&mut rng(1, 0)).unwrap();
            let steps = sizes.batch * sizes.steps;
            let counted = (steps * rnn.multiply_adds_per_step()) as u64;
            assert_eq!(sizes.multiply_adds(), counted, "{name}");
            assert_eq!(x.dim(), (sizes.batch, 2, sizes.input), "{name}");
        }
    }
}
