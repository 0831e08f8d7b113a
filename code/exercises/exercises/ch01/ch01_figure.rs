//! # Read a logarithmic axis
//!
//! Goal: read factors off a figure with a logarithmic axis.
//! Section: ch01-hidden-state.md#a-sentence-character-by-character
//! Time: 10 minutes
//!
//! The section's second figure, as the book has it (`cargo run -p ch01` brings it back), shows how far apart a
//! different first word leaves the states. By which number does one more character multiply the distance? And
//! after how many characters is a millionth of it left?

use exercises::ch01::Readings;

/// What the figure shows, as well as the eye can tell.
///
/// The factors of one character are `pytorch` and `orthogonal` for the two lines, and `upper_edge` for the
/// upper edge of the shade around PyTorch's. `millionth` is a number of characters, on PyTorch's line.
fn readings() -> Readings {
    // --- Your code begins here.
    // TODO: return `Readings { pytorch: …, orthogonal: …, upper_edge: …, millionth: … }`.
    todo!()
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch01};

    #[test]
    fn ch01_figure() -> Result<(), Slip> {
        ch01::figure(super::readings)
    }
}
