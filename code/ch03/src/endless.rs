//! One network over sequences of any length, and what other networks must do instead.

use allocation_counter::measure;
use ndarray::Array1;
use rand::{Rng, RngExt};
use rnn::{Error, Fnn, RnnCell};

type State = Array1<f32>;

/// Runs a cell over so many random inputs, one at a time, and returns its last state and the most
/// memory that the run held at once, in bytes, beside the weights.
///
/// # Errors
/// Where a weight has the wrong shape.
// ANCHOR: read_on
pub fn read_on(
    cell: &RnnCell<f32>,
    steps: usize,
    rng: &mut impl Rng,
) -> Result<(State, u64), Error> {
    let mut result = Ok(Array1::zeros(0));
    let memory = measure(|| result = last_state(cell, steps, rng));
    Ok((result?, memory.bytes_max))
}

fn last_state(cell: &RnnCell<f32>, steps: usize, rng: &mut impl Rng) -> Result<State, Error> {
    let mut x = Array1::zeros(cell.input_size());
    let mut h = Array1::zeros(cell.hidden_size());
    for _ in 0..steps {
        x.mapv_inplace(|_| rng.random_range(-1.0..=1.0));
        h = cell.step(&x, &h)?;
    }
    Ok(h)
}
// ANCHOR_END: read_on

/// The share of a feed-forward network's multiply-adds that a shorter sequence spends on padding.
pub fn spent_on_padding(fnn: &Fnn<f32>, steps: usize) -> f64 {
    1.0 - steps as f64 / fnn.window as f64
}

#[cfg(test)]
mod tests {
    use ndarray::Axis;
    use rand::{SeedableRng, rngs::ChaCha8Rng};
    use rnn::Rnn;

    use super::*;

    #[test]
    fn reading_on_is_the_layer_over_the_whole_sequence() {
        let cell = RnnCell::new(3, 4, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
        let (h, _) = read_on(&cell, 7, &mut ChaCha8Rng::seed_from_u64(2)).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let x = ndarray::Array3::from_shape_simple_fn((1, 7, 3), || rng.random_range(-1.0..=1.0));
        let (_, [h_n]) = Rnn::from(cell).forward(&x, None).unwrap();
        approx::assert_abs_diff_eq!(h, h_n.index_axis_move(Axis(0), 0).row(0), epsilon = 1e-6);
    }

    #[test]
    fn a_full_window_spends_nothing_on_padding_and_a_quarter_three_quarters() {
        let fnn = Fnn::new(1, 1, 8, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
        assert_eq!([8, 2].map(|steps| spent_on_padding(&fnn, steps)), [0.0, 0.75]);
    }
}
