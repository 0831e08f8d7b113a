//! # How many rounds?
//!
//! Goal: say how many rounds a scan takes that is wired in another way.
//! Section: ch04-what-must-wait.md#steps-that-join
//! Time: 5 minutes
//!
//! Every place is to be joined with all places to its left. In each round every place joins two others at the
//! same time: those that lie one distance and two distances to its left. The distance is 1 at first, and
//! triples after each round.

/// After how many rounds has every place joined all that is to its left? One place alone needs none.
fn rounds(places: usize) -> usize {
    // --- Your code begins here.
    // TODO: 1, 3 and 9 places are easy. What about 5?
    todo!()
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch04};

    #[test]
    fn ch04_rounds() -> Result<(), Slip> {
        ch04::rounds(super::rounds)
    }
}
