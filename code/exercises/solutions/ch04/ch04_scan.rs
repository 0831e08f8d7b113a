//! # A scan
//!
//! Goal: find all states without waiting for each.
//! Section: ch04-what-must-wait.md#steps-that-join
//! Time: 20 minutes
//!
//! The rounds are counted here: a `Step` knows how many joins had to wait for each other to make it. A loop
//! over 13 steps has 12 joins in a row. Four rounds are enough. (The section has a listing. Try without.)

use exercises::ch04::Step;

/// Place t holds all steps up to t, joined to one. `first.then(&second)` joins two.
fn scan(steps: &[Step]) -> Vec<Step> {
    // --- Your code begins here.
    // gap| // TODO: in each round every place joins what lies some distance to its left. Then the distance doubles.
    // gap| todo!()
    let mut places = steps.to_vec();
    let mut distance = 1;
    while distance < places.len() {
        let before = places.clone();
        for t in distance..places.len() {
            places[t] = before[t - distance].then(&before[t]);
        }
        distance *= 2;
    }
    places
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch04};

    #[test]
    fn ch04_scan() -> Result<(), Slip> {
        ch04::scan(super::scan)
    }
}
