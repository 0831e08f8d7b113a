//! What the next word costs, after so many.

use ndarray::{Array1, Array2};
use rand::{Rng, RngExt};
use rnn::{Error, KvCache, RnnCell, SelfAttention};

/// What is held and computed at some step of a sequence that goes on and on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Steps up to this one, itself included.
    pub steps: usize,
    /// Numbers that are kept for the next step.
    pub held: usize,
    /// Multiply-adds of this step.
    pub multiply_adds: u64,
}

/// The costs of a recurrent cell at these steps, which rise.
///
/// # Errors
/// Where a weight has the wrong shape.
// ANCHOR: of_cell
pub fn of_cell(
    cell: &RnnCell<f32>,
    steps: &[usize],
    rng: &mut impl Rng,
) -> Result<Vec<Cost>, Error> {
    let mut h = Array1::zeros(cell.hidden_size());
    at(steps, |_| {
        h = cell.step(&draw(cell.input_size(), rng), &h)?;
        Ok((h.len(), cell.multiply_adds_per_step() as u64))
    })
}
// ANCHOR_END: of_cell

/// The costs of a causal attention at these steps.
///
/// # Errors
/// Where a weight has the wrong shape.
// ANCHOR: of_attention
pub fn of_attention(
    attention: &SelfAttention<f32>,
    steps: &[usize],
    rng: &mut impl Rng,
) -> Result<Vec<Cost>, Error> {
    let (size, input_size) = attention.query.weight.dim();
    let mut cache = KvCache::new(size);
    at(steps, |before| {
        attention.step(&draw(input_size, rng), &mut cache)?;
        Ok((cache.float_count(), attention.multiply_adds_of_step(before) as u64))
    })
}
// ANCHOR_END: of_attention

/// The output `[d]` of the last step of a sequence `x` `[T, D]`, and of no other: keys and values of
/// all steps, and one query.
///
/// # Errors
/// Where a weight or `x` has the wrong shape, or `x` has no step.
// ANCHOR: answer
pub fn answer(attention: &SelfAttention<f32>, x: &Array2<f32>) -> Result<Array1<f32>, Error> {
    let SelfAttention { query, key, value, .. } = attention;
    let (keys, values) = (key.forward(x)?, value.forward(x)?);
    let q = query.weight.dot(&x.row(x.nrows() - 1)) + &query.bias;
    let scores = keys.dot(&q) / (q.len() as f32).sqrt();
    let largest = scores.fold(f32::NEG_INFINITY, |largest, score| largest.max(*score));
    let weights = (scores - largest).exp();
    Ok(weights.dot(&values) / weights.sum())
}
// ANCHOR_END: answer

/// The multiply-adds of [`answer`] for so many steps.
pub fn multiply_adds_of_answer(attention: &SelfAttention<f32>, steps: usize) -> u64 {
    let SelfAttention { query, key, value, .. } = attention;
    let of_a_step = key.multiply_adds() + value.multiply_adds() + 2 * query.weight.nrows();
    steps as u64 * of_a_step as u64 + query.multiply_adds() as u64
}

/// The multiply-adds of a whole sequence of so many steps: like the library's count, which has no room
/// for long ones where a `usize` has 32 bits.
pub fn multiply_adds_of_reading(attention: &SelfAttention<f32>, steps: usize) -> u64 {
    let of_the_first = attention.multiply_adds_of_step(0) as u64;
    let of_a_score = 2 * attention.query.weight.nrows() as u64;
    let steps = steps as u64;
    steps * (of_the_first + (steps - 1) * of_a_score)
}

/// Runs a model to the last of these steps; keeps what it says at each of them.
fn at(
    steps: &[usize],
    mut step: impl FnMut(usize) -> Result<(usize, u64), Error>,
) -> Result<Vec<Cost>, Error> {
    let mut costs = Vec::new();
    for before in 0..steps.iter().copied().max().unwrap_or(0) {
        let (held, multiply_adds) = step(before)?;
        let steps_done = before + 1;
        if steps.contains(&steps_done) {
            costs.push(Cost { steps: steps_done, held, multiply_adds });
        }
    }
    Ok(costs)
}

fn draw(size: usize, rng: &mut impl Rng) -> Array1<f32> {
    Array1::from_shape_simple_fn(size, || rng.random_range(-1.0..=1.0))
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;

    #[test]
    fn the_answer_is_the_last_output() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let attention = SelfAttention::new(3, 4, true, &mut rng).unwrap();
        let x = Array2::from_shape_simple_fn((6, 3), || rng.random_range(-2.0..=2.0));
        let output = attention.forward(&x.view().insert_axis(ndarray::Axis(0))).unwrap();
        let last = answer(&attention, &x).unwrap();
        let right = output.index_axis(ndarray::Axis(0), 0);
        approx::assert_abs_diff_eq!(last.view(), right.row(5), epsilon = 1e-6);
        // Two products for each of six steps, a query, scores and a weighted sum.
        assert_eq!(multiply_adds_of_answer(&attention, 6), 6 * 2 * 12 + 12 + 6 * 2 * 4);
        assert_eq!(multiply_adds_of_reading(&attention, 6), attention.multiply_adds(6) as u64);
    }

    #[test]
    fn a_cell_holds_its_state_and_an_attention_a_key_and_a_value_for_each_step() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let cell = RnnCell::new(3, 4, &mut rng).unwrap();
        let costs = of_cell(&cell, &[1, 5], &mut rng).unwrap();
        let alike = Cost { steps: 1, held: 4, multiply_adds: 4 * (3 + 4) };
        assert_eq!(costs, [alike, Cost { steps: 5, ..alike }]);

        let attention = SelfAttention::new(3, 4, true, &mut rng).unwrap();
        let costs = of_attention(&attention, &[1, 5], &mut rng).unwrap();
        let first = Cost { steps: 1, held: 2 * 4, multiply_adds: 3 * 4 * 3 + 2 * 4 };
        let fifth = Cost { steps: 5, held: 5 * 2 * 4, multiply_adds: 3 * 4 * 3 + 5 * 2 * 4 };
        assert_eq!(costs, [first, fifth]);
    }
}
