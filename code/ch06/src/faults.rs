//! Three errors that no program reports: each as it is written, and beside it what was meant.

use ndarray::{Array2, Array3, ArrayRef3, Axis, concatenate};
use rnn::{Error, Rnn};

/// What a head would be given of each sequence, `[N, features]`: as written, and as meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// What the faulty line gives.
    pub written: Array2<f64>,
    /// What was meant.
    pub meant: Array2<f64>,
}

impl Pair {
    /// By how much the worst entry is wrong.
    pub fn off(&self) -> f64 {
        (&self.written - &self.meant).iter().fold(0.0, |off: f64, entry| off.max(entry.abs()))
    }
}

/// A batch `[N, T, D]`, with time first, given to a network that takes the batch first.
///
/// # Errors
/// Those of the network.
// ANCHOR: swapped
pub fn swapped(rnn: &Rnn<f64>, x: &Array3<f64>) -> Result<Pair, Error> {
    let time_first = x.view().permuted_axes([1, 0, 2]);
    let (output, _) = rnn.forward(&time_first, None)?; // [T, N, H], as it should
    let (right, _) = rnn.forward(x, None)?; // [N, T, H]
    Ok(Pair { written: last_of(&output.permuted_axes([1, 0, 2])), meant: last_of(&right) })
}
// ANCHOR_END: swapped

/// The last step of a padded batch, the network told of no lengths.
///
/// # Errors
/// Those of the network.
// ANCHOR: padded
pub fn padded(rnn: &Rnn<f64>, x: &Array3<f64>, lengths: &[usize]) -> Result<Pair, Error> {
    let (output, _) = rnn.forward(x, None)?;
    let (_, [h_n]) = rnn.forward_padded(x, lengths, None)?;
    Ok(Pair { written: last_of(&output), meant: top_states(rnn, &h_n) })
}
// ANCHOR_END: padded

/// The last step of the output, the network told of the lengths: it is where the padding is.
///
/// # Errors
/// Those of the network.
pub fn cut_short(rnn: &Rnn<f64>, x: &Array3<f64>, lengths: &[usize]) -> Result<Pair, Error> {
    let (output, [h_n]) = rnn.forward_padded(x, lengths, None)?;
    Ok(Pair { written: last_of(&output), meant: top_states(rnn, &h_n) })
}

/// The last step of a network that reads in both directions.
///
/// # Errors
/// Those of the network.
// ANCHOR: both_ways
pub fn both_ways(rnn: &Rnn<f64>, x: &Array3<f64>) -> Result<Pair, Error> {
    let (output, [h_n]) = rnn.forward(x, None)?;
    Ok(Pair { written: last_of(&output), meant: top_states(rnn, &h_n) })
}

/// The last states of the top layer, `[N, K H]`: of both directions side by side.
///
/// # Panics
/// Where `h_n` has fewer states than one layer.
pub fn top_states(rnn: &Rnn<f64>, h_n: &Array3<f64>) -> Array2<f64> {
    let first = h_n.len_of(Axis(0)) - rnn.num_directions();
    let top: Vec<_> = h_n.outer_iter().skip(first).collect();
    concatenate(Axis(1), &top).expect("states have one shape")
}
// ANCHOR_END: both_ways

/// `output[:, -1]`
fn last_of(output: &ArrayRef3<f64>) -> Array2<f64> {
    output.index_axis(Axis(1), output.len_of(Axis(1)) - 1).to_owned()
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;
    use crate::{
        normal,
        reading::{effects, steps_read},
    };

    #[test]
    fn without_what_makes_them_the_lines_are_right() -> Result<(), Error> {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let (rnn, x) = (Rnn::new(3, 4, &mut rng)?, normal((2, 5, 3), &mut rng));
        // One direction and full lengths.
        assert_eq!(both_ways(&rnn, &x)?.off(), 0.0);
        assert_eq!(padded(&rnn, &x, &[5, 5])?.off(), 0.0);
        assert_eq!(cut_short(&rnn, &x, &[5, 5])?.off(), 0.0);
        // One step of one sequence.
        assert_eq!(swapped(&rnn, &normal((1, 1, 3), &mut rng))?.off(), 0.0);
        Ok(())
    }

    #[test]
    fn what_was_meant_has_read_all_steps_and_no_padding() -> Result<(), Error> {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let rnn = Rnn::stacked(3, 4, 2, true, &mut rng)?;
        let x = normal((2, 5, 3), &mut rng);
        let read = effects(&x, |x| Ok(padded(&rnn, x, &[5, 3])?.meant.row(1).to_owned()))?;
        assert_eq!(steps_read(&read[0]), 0);
        assert_eq!(
            read[1].iter().map(|effect| *effect > 0.0).collect::<Vec<_>>(),
            [true, true, true, false, false]
        );
        Ok(())
    }
}
