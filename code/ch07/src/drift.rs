//! What another tanh and another order of the sums do to the results.

use ndarray::{Array2, Array3, ArrayRef3};
use rand::{RngExt, rngs::ChaCha8Rng};
use rnn::{Rnn, RnnCell, tanh_in_place};

use crate::rung::Rung;

/// The largest distances between the states of three runs of one network.
#[derive(Clone, Copy, Debug)]
pub struct Drift {
    /// From the network in `f64` to that in `f32` with the standard library's tanh.
    pub standard: f64,
    /// From the network in `f64` to the library's in `f32`.
    pub library: f64,
    /// Between the two in `f32`.
    pub apart: f64,
}

// ANCHOR: drift
/// Runs a network whose recurrent weights are `gain` times as large as drawn.
///
/// # Errors
/// Where a size is zero.
pub fn drift(
    [input, hidden, steps]: [usize; 3],
    gain: f32,
    rng: &mut ChaCha8Rng,
) -> Result<Drift, rnn::Error> {
    let mut cell = RnnCell::<f32>::new(input, hidden, rng)?;
    cell.w_hh *= gain;
    let x = Array3::from_shape_simple_fn((1, steps, input), || rng.random_range(-1.7..1.7_f32));
    let exact = Rnn::from(in_f64(&cell)).forward(&x.mapv(f64::from), None)?.0;
    let rnn = Rnn::from(cell);
    let standard = Rung::Vector.run(&rnn, &x)?.mapv(f64::from);
    let library = Rung::Ready.run(&rnn, &x)?.mapv(f64::from);
    Ok(Drift {
        standard: distance(&exact, &standard),
        library: distance(&exact, &library),
        apart: distance(&standard, &library),
    })
}
// ANCHOR_END: drift

fn in_f64(cell: &RnnCell<f32>) -> RnnCell<f64> {
    RnnCell {
        w_ih: cell.w_ih.mapv(f64::from),
        w_hh: cell.w_hh.mapv(f64::from),
        b_ih: cell.b_ih.mapv(f64::from),
        b_hh: cell.b_hh.mapv(f64::from),
    }
}

/// The largest absolute difference.
fn distance(one: &ArrayRef3<f64>, other: &ArrayRef3<f64>) -> f64 {
    let differences = one.iter().zip(other).map(|(one, other)| (one - other).abs());
    differences.fold(0.0, f64::max)
}

// ANCHOR: units
/// The largest error of the library's tanh over every so many of all `f32`, in units of the last
/// place of the exact value.
pub fn tanh_error_in_units(every: usize) -> f64 {
    let numbers = (0..=u32::MAX).step_by(every).map(f32::from_bits);
    let finite: Vec<f32> = numbers.filter(|x| x.is_finite()).collect();
    let mut found = Array2::from_shape_vec((1, finite.len()), finite.clone()).unwrap_or_default();
    tanh_in_place(&mut found);
    let errors = finite.iter().zip(&found).map(|(&x, &found)| {
        let exact = f64::from(x).tanh();
        let nearest = exact as f32;
        let unit = f64::from(nearest.next_up()) - f64::from(nearest);
        (f64::from(found) - exact).abs() / unit.max(f64::from(f32::MIN_POSITIVE))
    });
    errors.fold(0.0, f64::max)
}
// ANCHOR_END: units

#[cfg(test)]
mod tests {
    use chapter::rng;

    use super::*;

    #[test]
    fn small_weights_keep_all_three_together_and_large_ones_none() {
        let small = drift([4, 32, 200], 1.0, &mut rng(1, 0)).unwrap();
        assert!(small.standard < 1e-6 && small.library < 1e-6, "{small:?}");
        let large = drift([4, 32, 200], 6.0, &mut rng(1, 0)).unwrap();
        assert!(large.standard > 0.1 && large.library > 0.1 && large.apart > 0.1, "{large:?}");
    }

    #[test]
    fn the_error_is_that_of_the_worst_number() {
        let (few, more) = (tanh_error_in_units(1_000_003), tanh_error_in_units(20_011));
        assert!(few > 0.5 && (1.0..3.0).contains(&more), "{few} {more}");
    }
}
