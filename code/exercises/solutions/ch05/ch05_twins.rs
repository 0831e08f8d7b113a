//! # The same words in another order
//!
//! Goal: predict which networks see the order of words.
//! Section: ch05-training-and-inference.md#which-of-the-two-is-praised
//! Time: 10 minutes
//!
//! "The soup was great but the cook was terrible" and "the cook was great but the soup was terrible" have
//! the same words and the same last word. For each of five networks: is there any chance that it gives two
//! different vectors for two such sentences? The weights are as drawn.

use exercises::ch05::Network;

/// Whether the network can tell the two sentences apart.
fn tells_apart(network: Network) -> bool {
    // --- Your code begins here.
    // gap| // TODO: decide on each of the five.
    // gap| match network {
    // gap|     Network::Bag => true,
    // gap|     Network::Attention => true,
    // gap|     Network::AttentionWithPlaces => true,
    // gap|     Network::TanhLast => true,
    // gap|     Network::TanhMean => true,
    // gap| }
    match network {
        Network::Bag => false,
        Network::Attention => false,
        Network::AttentionWithPlaces => true,
        Network::TanhLast => true,
        Network::TanhMean => true,
    }
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch05};

    #[test]
    fn ch05_twins() -> Result<(), Slip> {
        ch05::twins(super::tells_apart)
    }
}
