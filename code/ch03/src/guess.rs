//! Parity without training: networks are drawn until one is right.

use std::iter::zip;

use chapter::{
    Report, Spread,
    format::{count, exact},
};
use ndarray::Array1;
use rand::{Rng, RngExt};
use tasks::parity;

use crate::at_end::Coding;

/// Units.
pub const HIDDEN: usize = 10;

/// Weights and biases are uniform in ± this.
pub const LARGEST: f64 = 10.0;

/// Sequences on which a network must be right.
pub const SEQUENCES: usize = 32;

/// Bits of a sequence.
pub const BITS: usize = 500;

/// Most networks are wrong after so few bits, and need not read more.
const FIRST: usize = 8;

/// A network that hears its own last answer, and nothing else of the past.
///
/// ```text
/// y_t = tanh(v · tanh(w x_t + u y_(t-1) + b) + c)
/// ```
///
/// Source: Jordan, *Serial order: a parallel distributed processing approach*, 1986.
#[derive(Clone, Debug, PartialEq)]
pub struct Jordan {
    /// From the input to the units, `[H]`.
    pub w: Array1<f64>,
    /// From the last answer to the units, `[H]`.
    pub u: Array1<f64>,
    /// Biases of the units, `[H]`.
    pub b: Array1<f64>,
    /// From the units to the answer, `[H]`.
    pub v: Array1<f64>,
    /// Bias of the answer.
    pub c: f64,
}

// ANCHOR: guess
impl Jordan {
    /// All weights and biases uniform in ± [`LARGEST`].
    pub fn draw(hidden: usize, rng: &mut impl Rng) -> Self {
        let mut weight = || rng.random_range(-LARGEST..=LARGEST);
        let mut array = || Array1::from_shape_simple_fn(hidden, &mut weight);
        let [w, u, b, v] = [array(), array(), array(), array()];
        Self { w, u, b, v, c: weight() }
    }

    /// The answer after a step, from the input and the answer before.
    pub fn step(&self, x: f64, y: f64) -> f64 {
        let sums = &self.w * x + &self.u * y + &self.b;
        (self.v.dot(&sums.mapv_into(f64::tanh)) + self.c).tanh()
    }

    /// On how many of `n` sequences it says the parity of so many bits after the last.
    pub fn right(&self, n: usize, bits: usize, rng: &mut impl Rng) -> usize {
        let (x, parities) = parity::bits(n, bits, rng);
        let x = Coding::Signs.of(x);
        let answers = x.outer_iter().map(|x| x.iter().fold(0.0, |y, x| self.step(*x, y)));
        let last = parities.chunks(bits).filter_map(<[usize]>::last);
        let is_right = |(answer, parity): &(f64, &usize)| (*answer > 0.0) == (**parity == 1);
        zip(answers, last).filter(is_right).count()
    }
}

/// Draws networks until one is right on all of [`SEQUENCES`]; also gives how many it took.
pub fn guess(rng: &mut impl Rng) -> (Jordan, usize) {
    let mut tried = 0;
    loop {
        let network = Jordan::draw(HIDDEN, rng);
        tried += 1;
        let mut is_right = |bits| network.right(SEQUENCES, bits, rng) == SEQUENCES;
        if is_right(FIRST) && is_right(BITS) {
            return (network, tried);
        }
    }
}
// ANCHOR_END: guess

/// Reports how many networks it takes.
pub(crate) fn report(report: &mut Report) {
    const SEARCHES: usize = 40;
    const ASKED: usize = 100;
    let (mut tried, mut right) = (vec![], 0);
    for run in 0..SEARCHES {
        let mut rng = report.rng(run);
        let (network, drawn) = guess(&mut rng);
        tried.push(drawn as f64);
        right += network.right(ASKED, BITS, &mut rng);
    }
    report.section("Parity, by guessing");
    report.number("guess_hidden", count(HIDDEN));
    report.number("guess_largest", exact(LARGEST));
    report.number("guess_sequences", count(SEQUENCES));
    report.number("guess_bits", count(BITS));
    report.number("guess_searches", count(SEARCHES));
    report.spread("guess_tried", &Spread::of(tried), |tried| count(tried as usize));
    report.number("guess_asked", count(SEARCHES * ASKED));
    report.number("guess_wrong", count(SEARCHES * ASKED - right));
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;

    /// One unit fires where the bit and the answer are both one, the other where both are minus one, or
    /// there is no answer yet: then the answer is minus one, else one.
    fn made_by_hand() -> Jordan {
        Jordan {
            w: array![20.0, -20.0],
            u: array![20.0, -20.0],
            b: array![-30.0, -10.0],
            v: array![-20.0, -20.0],
            c: -20.0,
        }
    }

    #[test]
    fn a_network_made_by_hand_is_always_right() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for (x, y, expected) in [(1.0, 1.0, -1.0), (-1.0, -1.0, -1.0), (1.0, -1.0, 1.0)] {
            approx::assert_abs_diff_eq!(made_by_hand().step(x, y), expected, epsilon = 1e-6);
        }
        assert_eq!(made_by_hand().right(50, 301, &mut rng), 50);
        // It turns the answer round at each step, and so an odd number of times.
        let wrong = Jordan { c: 20.0, v: array![20.0, 20.0], ..made_by_hand() };
        assert_eq!(wrong.right(50, 301, &mut rng), 0);
    }

    #[test]
    fn weights_reach_from_the_largest_to_its_opposite() {
        let drawn = Jordan::draw(1_000, &mut ChaCha8Rng::seed_from_u64(1));
        for array in [drawn.w, drawn.u, drawn.b, drawn.v] {
            let spread = Spread::of(array);
            assert!(spread.low >= -LARGEST && spread.high <= LARGEST);
            assert!(spread.low < -0.98 * LARGEST && spread.high > 0.98 * LARGEST);
        }
    }

    #[test]
    fn what_is_found_is_right_on_new_sequences() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let (found, tried) = guess(&mut rng);
        assert!(tried >= 1);
        assert!(found.right(20, BITS, &mut rng) >= 19);
    }
}
