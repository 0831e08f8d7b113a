//! What no single range can refuse: sizes that are fine one by one and too much together.

use crate::{Error, format::count};

/// Refuses more of something than a reader would wait for, or his machine has room for. `factors`
/// are multiplied; `smaller` names the parameters that help.
///
/// ```
/// let refused = chapter::at_most(1_000_000, "weights", &[2_000, 4_000], "--input or --hidden");
/// assert_eq!(
///     refused.unwrap_err().to_string(),
///     "this makes 8,000,000 weights, and 1,000,000 are the most: make --input or --hidden smaller"
/// );
/// assert!(chapter::at_most(1_000_000, "weights", &[1_000, 1_000], "--input").is_ok());
/// ```
///
/// # Errors
/// Where the product is more than `most`.
pub fn at_most(
    most: u64,
    what: &'static str,
    factors: &[usize],
    smaller: &'static str,
) -> Result<(), Error> {
    let found =
        factors.iter().fold(1, |product: u64, factor| product.saturating_mul(*factor as u64));
    if found <= most {
        return Ok(());
    }
    let [found, most] = [found, most].map(|number| count(number).text);
    Err(Error::TooMany { what, found, most, smaller })
}
