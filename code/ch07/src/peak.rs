//! What a core can do at most.

use std::{array, hint::black_box};

use machine::{Timed, seconds_in_turn};
use pulp::{Arch, Simd, WithSimd};
use rayon::ThreadPool;

/// The multiply-adds that these threads do in a nanosecond when they do nothing else: on numbers that
/// stay in registers, in sums enough that none has to wait for another.
pub fn multiply_adds_in_a_nanosecond(threads: &ThreadPool) -> f64 {
    const REPEATS: usize = 1_000_000;
    let [timed] = seconds_in_turn(1, [Box::new(|| on_each(threads, black_box(REPEATS)))]);
    rate(&timed)
}

fn on_each(threads: &ThreadPool, repeats: usize) -> Vec<Done> {
    threads.broadcast(|_| Arch::new().dispatch(MultiplyAdds { repeats }))
}

/// All multiply-adds in a nanosecond.
fn rate(timed: &Timed<Vec<Done>>) -> f64 {
    let count: usize = timed.result.iter().map(|done| done.count).sum();
    count as f64 / timed.seconds / 1e9
}

// ANCHOR: peak
/// Compiled once for each set of vector instructions.
struct MultiplyAdds {
    repeats: usize,
}

impl WithSimd for MultiplyAdds {
    type Output = Done;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Done {
        const SUMS: usize = 12;
        let half = simd.splat_f32s(black_box(0.5));
        let mut sums: [S::f32s; SUMS] = array::from_fn(|i| simd.splat_f32s(i as f32));
        for _ in 0..self.repeats {
            for sum in &mut sums {
                *sum = simd.mul_add_e_f32s(*sum, half, half);
            }
        }
        let total = sums.into_iter().map(|sum| simd.reduce_sum_f32s(sum)).sum();
        Done { count: self.repeats * SUMS * S::F32_LANES, total }
    }
}
// ANCHOR_END: peak

/// How many multiply-adds were done, and the sum of what they gave.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Done {
    count: usize,
    total: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After n rounds `x ↦ x / 2 + 1 / 2` has left `(x - 1) / 2ⁿ` of the way to one, and the sums begin
    /// with 0 to 11, in the mean 5.5.
    #[test]
    fn every_multiply_add_is_done() {
        for (repeats, mean) in [(1, 3.25), (2, 2.125), (3, 1.5625)] {
            let Done { count, total } = Arch::new().dispatch(MultiplyAdds { repeats });
            assert_eq!(total, mean * (count / repeats) as f32, "{repeats}");
        }
    }

    #[test]
    fn every_thread_does_them() {
        let alone = Arch::new().dispatch(MultiplyAdds { repeats: 2 });
        assert_eq!(on_each(&machine::threads(3).unwrap(), 2), [alone; 3]);
    }

    #[test]
    fn the_rate_is_that_of_all_threads_in_a_nanosecond() {
        let result = [3, 5].map(|billion| Done { count: billion * 1_000_000_000, total: 0.0 });
        assert_eq!(rate(&Timed { seconds: 2.0, result: result.to_vec() }), 4.0);
        assert!(multiply_adds_in_a_nanosecond(&machine::threads(1).unwrap()) > 0.0);
    }
}
