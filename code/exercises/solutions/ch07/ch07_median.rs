//! # Times of a noisy machine
//!
//! Goal: compare two jobs so that a slow round does not count.
//! Section: ch07-where-does-the-time-go.md#on-your-machine
//! Time: 10 minutes
//!
//! Two jobs took turns, A and then B in each round. Something else ran on the machine for a while, and slowed
//! both of them down. And in one round something disturbed one of them only.

/// How many times as fast B is as A: the median, over an odd number of rounds, of A's time divided by
/// B's. A round is `[time of A, time of B]`.
fn times_as_fast(rounds: &[[f64; 2]]) -> f64 {
    // --- Your code begins here.
    // gap| // TODO: the ratio of each round, and of those the median. `sort_by(f64::total_cmp)` sorts floats.
    // gap| todo!()
    let mut ratios: Vec<f64> = rounds.iter().map(|[a, b]| a / b).collect();
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch07};

    #[test]
    fn ch07_median() -> Result<(), Slip> {
        ch07::median(super::times_as_fast)
    }
}
