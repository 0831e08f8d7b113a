//! # From what length does it pay?
//!
//! Goal: find the shortest sequence for which sharing saves weights.
//! Section: ch02-parameter-sharing.md#from-what-length-does-it-pay
//! Time: 10 minutes
//!
//! A feed-forward network has weights of its own for each step. A recurrent one has the same for all
//! steps, but some cells have several blocks of W_ih and of W_hh: the tanh cell 1, the GRU 3, the
//! LSTM 4. Biases do not count here.

/// The first length, in steps, for which the recurrent network has fewer weights than the
/// feed-forward one.
fn fewer_from(inputs: usize, units: usize, blocks: usize) -> usize {
    // --- Your code begins here.
    // gap| // TODO: count the weights of both, and compare.
    // gap| todo!()
    let recurrent = blocks * (inputs * units + units * units);
    let of_each_step = inputs * units;
    recurrent / of_each_step + 1
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch02};

    #[test]
    fn ch02_break_even() -> Result<(), Slip> {
        ch02::break_even(super::fewer_from)
    }
}
