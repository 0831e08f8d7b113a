//! # Count the parameters
//!
//! Goal: say how many parameters a recurrent network has, without building it.
//! Section: ch02-parameter-sharing.md#three-networks-built-and-counted
//! Time: 5 minutes
//!
//! h' = tanh(W_ih x + b_ih + W_hh h + b_hh): which arrays are there, and what are their shapes?

/// The weights and biases of a recurrent network as PyTorch builds it.
fn parameters(inputs: usize, units: usize) -> usize {
    // --- Your code begins here.
    // gap| // TODO: count the numbers in all arrays.
    // gap| todo!()
    units * inputs + units * units + 2 * units
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch02};

    #[test]
    fn ch02_count() -> Result<(), Slip> {
        ch02::count(super::parameters)
    }
}
