//! Recall: one of many bits is marked, and must be said at the end.

use std::{iter::zip, ops::Range};

use ndarray::Array3;
use rand::{Rng, RngExt};
use rnn::Real;

/// Sequences `[N, T, 2]` of a bit (0 or 1) and a mark, and the bit of each that is marked: one, at a
/// step of `marked`, counted from zero.
// ANCHOR: sequences
pub fn sequences<F: Real>(
    (n, t): (usize, usize),
    marked: Range<usize>,
    rng: &mut impl Rng,
) -> (Array3<F>, Vec<usize>) {
    let mut x = Array3::zeros((n, t, 2));
    let mut bits = vec![0; n];
    for (mut sequence, said) in zip(x.outer_iter_mut(), &mut bits) {
        let mut bit = || F::from_f64(f64::from(rng.random_range(0..2_u8)));
        sequence.column_mut(0).mapv_inplace(|_| bit());
        let step = rng.random_range(marked.clone());
        sequence[[step, 1]] = F::one();
        *said = usize::from(sequence[[step, 0]] == F::one());
    }
    (x, bits)
}
// ANCHOR_END: sequences

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ndarray::Axis;
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;

    #[test]
    fn one_bit_is_marked_where_it_may_be_and_both_bits_occur() {
        let (x, bits) = sequences::<f32>((200, 9), 2..5, &mut ChaCha8Rng::seed_from_u64(1));
        let mut steps = BTreeSet::new();
        for (sequence, bit) in zip(x.outer_iter(), &bits) {
            let marks: Vec<usize> = (0..9).filter(|step| sequence[[*step, 1]] == 1.0).collect();
            let [step] = marks[..] else { panic!("{marks:?}") };
            assert_eq!(sequence[[step, 0]] == 1.0, *bit == 1);
            steps.insert(step);
        }
        assert_eq!(steps, BTreeSet::from([2, 3, 4]));
        let ones: usize = bits.iter().sum();
        assert!((80..120).contains(&ones), "{ones}");
        let ones = x.index_axis(Axis(2), 0).sum();
        assert!((810.0..990.0).contains(&ones), "{ones}");
        assert!(x.iter().all(|entry| [0.0, 1.0].contains(entry)));
    }
}
