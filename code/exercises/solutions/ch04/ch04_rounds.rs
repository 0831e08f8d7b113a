//! # How many rounds?
//!
//! Goal: say how many rounds a scan takes.
//! Section: ch04-what-must-wait.md#steps-that-join
//! Time: 5 minutes
//!
//! Every place is to be joined with all places to its left. In each round all places join at the same time,
//! and the distance doubles: first the neighbour on the left, then what lies two to the left, then four.

/// After how many rounds has every place joined all that is to its left? One place alone needs none.
fn rounds(places: usize) -> usize {
    // --- Your code begins here.
    // gap| // TODO: 1, 2, 4, 8 places are easy. What about 5?
    // gap| todo!()
    // The exponent of the first power of two that is not below the number of places.
    places.next_power_of_two().ilog2() as usize
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
