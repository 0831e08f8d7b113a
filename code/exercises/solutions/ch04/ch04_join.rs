//! # Two steps are one
//!
//! Goal: join two steps of a linear network.
//! Section: ch04-what-must-wait.md#steps-that-join
//! Time: 10 minutes
//!
//! A step takes h to A h + b. The first step and then the second is again a step of this kind. Which A and b
//! has it?

use exercises::ch04::Dense;

/// The step that does what `first` and then `second` do.
fn join(first: &Dense, second: &Dense) -> Dense {
    // --- Your code begins here.
    // gap| // TODO: return `Dense { a: …, b: … }`. Put A_1 h + b_1 into the second step, and multiply out.
    // gap| todo!()
    Dense { a: second.a.dot(&first.a), b: second.a.dot(&first.b) + &second.b }
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch04};

    #[test]
    fn ch04_join() -> Result<(), Slip> {
        ch04::join(super::join)
    }
}
