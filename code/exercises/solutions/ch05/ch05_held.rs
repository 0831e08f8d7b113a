//! # Between two words
//!
//! Goal: say what a network has to hold in order to go on.
//! Section: ch05-training-and-inference.md#the-next-word
//! Time: 5 minutes
//!
//! A network writes a text, word by word. Before each word, what must it still have from the words before?
//! A recurrent layer and a layer of attention are asked, both with vectors of the same size, and `layers`
//! of them on top of each other.

/// How many numbers a recurrent network and attention (with its cache) hold after so many words.
fn held(words: usize, size: usize, layers: usize) -> [usize; 2] {
    // --- Your code begins here.
    // gap| // TODO: say it for each of the two.
    // gap| todo!()
    let recurrent = layers * size;
    let keys_and_values = 2 * words * layers * size;
    [recurrent, keys_and_values]
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch05};

    #[test]
    fn ch05_held() -> Result<(), Slip> {
        ch05::held(super::held)
    }
}
