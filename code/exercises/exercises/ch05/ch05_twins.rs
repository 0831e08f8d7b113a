//! # The same words in another order
//!
//! Goal: predict which networks see the order of words.
//! Section: ch05-training-and-inference.md#which-of-the-two-is-praised
//! Time: 10 minutes
//!
//! "The soup was great but the cook was terrible" and "the cook was great but the soup was terrible" have
//! the same words and the same last word. The section has five networks; here are six others. For each of
//! them: is there any chance that it gives two different vectors for two such sentences? The weights are as
//! drawn, and no word's vector says where it stands. (In causal attention each word looks at itself and at
//! earlier words only.)

use exercises::ch05::Network;

/// Whether the network can tell the two sentences apart.
fn tells_apart(network: Network) -> bool {
    // --- Your code begins here.
    // TODO: decide on each of the six.
    match network {
        // Of each number of the words' vectors the largest.
        Network::Largest => true,
        // Attention, not causal: the mean of its outputs at all words.
        Network::AttentionMean => true,
        // Causal attention, read at the last word.
        Network::CausalLast => true,
        // Causal attention: the mean of its outputs at all words.
        Network::CausalMean => true,
        // The last state of the recurrence h' = h + W x.
        Network::Sum => true,
        // The last state of the recurrence h' = h / 2 + W x.
        Network::Decay => true,
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
