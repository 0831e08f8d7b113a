//! One core has a seriality of its own: it can begin several operations before the first is done.

use std::array::from_fn;

/// Runs so many independent recurrences `h_t = a h_(t-1) + b_t` side by side; `b` holds the first
/// step of each, then the second of each, and so on.
// ANCHOR: side_by_side
pub fn side_by_side<const N: usize>(a: &[f64; N], b: &[f64], h: &mut [f64; N]) {
    for b in b.as_chunks::<N>().0 {
        for n in 0..N {
            h[n] = a[n] * h[n] + b[n];
        }
    }
}
// ANCHOR_END: side_by_side

/// The states of one recurrence `h_t = a_t h_(t-1) + b_t` from `h_0 = 0`, cut into `N` pieces that
/// advance together: a scan on one core. `a` and `b` have the same length, a multiple of N.
// ANCHOR: in_pieces
pub fn in_pieces<const N: usize>(a: &[f64], b: &[f64], states: &mut [f64]) {
    let size = a.len() / N;
    let piece = |n: usize| n * size..(n + 1) * size;
    let a: [&[f64]; N] = from_fn(|n| &a[piece(n)]);
    let b: [&[f64]; N] = from_fn(|n| &b[piece(n)]);

    let (mut product, mut sum) = ([1.0_f64; N], [0.0; N]);
    for t in 0..size {
        for n in 0..N {
            product[n] = flushed(product[n] * a[n][t]);
            sum[n] = a[n][t] * sum[n] + b[n][t];
        }
    }
    let mut h = [0.0; N];
    for n in 1..N {
        h[n] = product[n - 1] * h[n - 1] + sum[n - 1];
    }
    for t in 0..size {
        for n in 0..N {
            h[n] = a[n][t] * h[n] + b[n][t];
            states[n * size + t] = h[n];
        }
    }
}
// ANCHOR_END: in_pieces

/// Numbers too small to be stored in full slow a processor down.
fn flushed(x: f64) -> f64 {
    if x.abs() < f64::MIN_POSITIVE { 0.0 } else { x }
}

/// The same, one step after the other.
pub fn in_a_row(a: &[f64], b: &[f64], states: &mut [f64]) {
    let mut h = 0.0;
    for ((a, b), state) in a.iter().zip(b).zip(states) {
        h = a * h + b;
        *state = h;
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

    use super::*;

    #[test]
    fn pieces_are_one_sequence() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        // Factors near one as well: where all products vanish, a wrong one does not show.
        for range in [0.9..=1.1, -0.5..=0.5] {
            let mut draw = || rng.random_range(range.clone());
            let (a, b): (Vec<f64>, Vec<f64>) = (0..64).map(|_| (draw(), draw())).unzip();
            let (mut right, mut states) = (vec![0.0; 64], vec![0.0; 64]);
            in_a_row(&a, &b, &mut right);
            in_pieces::<8>(&a, &b, &mut states);
            assert_abs_diff_eq!(*states, *right, epsilon = 1e-9);
        }
    }

    #[test]
    fn side_by_side_are_recurrences_of_their_own() {
        let (a, b) = ([0.5, -1.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let mut h = [0.0; 2];
        side_by_side(&a, &b, &mut h);
        assert_eq!(h, [(0.5 + 3.0) * 0.5 + 5.0, -(4.0 - 2.0) + 6.0]);
    }

    #[test]
    fn what_is_small_does_not_vanish() {
        let (a, mut b) = ([0.1; 64], [0.0; 64]);
        b[0] = 1e30;
        let (mut right, mut states) = ([0.0; 64], [0.0; 64]);
        in_a_row(&a, &b, &mut right);
        in_pieces::<4>(&a, &b, &mut states);
        approx::assert_relative_eq!(states[..], right[..], max_relative = 1e-12);
    }
}
