//! Sentences as rows of tokens.

use std::iter::zip;

use ndarray::Array2;

use crate::{
    corpus::Sentence,
    reviews::{STOP, token},
};

/// Sentences of unequal length in one padded batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// `[N, T]`; behind its end a row is filled up with full stops.
    pub tokens: Array2<usize>,
    /// How many tokens of each row count: `[N]`.
    pub lengths: Vec<usize>,
}

impl Batch {
    /// A row for each sequence, as long as the longest.
    pub fn new(sequences: &[&[usize]]) -> Self {
        let lengths: Vec<usize> = sequences.iter().map(|tokens| tokens.len()).collect();
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let mut tokens = Array2::from_elem((sequences.len(), longest), STOP);
        for (mut row, sequence) in zip(tokens.rows_mut(), sequences) {
            zip(&mut row, *sequence).for_each(|(place, token)| *place = *token);
        }
        Self { tokens, lengths }
    }
}

/// The tokens of a sentence.
pub fn tokens(sentence: &Sentence) -> Vec<usize> {
    sentence.words.iter().map(|word| token(word)).collect()
}

/// The tokens of a sentence between two full stops. All but the last are what a language model
/// reads; all but the first, what it is to say.
pub fn between_stops(sentence: &Sentence) -> Vec<usize> {
    let mut tokens = tokens(sentence);
    tokens.insert(0, STOP);
    tokens.push(STOP);
    tokens
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn shorter_rows_are_filled_up() {
        let batch = Batch::new(&[&[1, 2, 3], &[4]]);
        assert_eq!(batch.tokens, array![[1, 2, 3], [4, STOP, STOP]]);
        assert_eq!(batch.lengths, [3, 1]);
    }

    #[test]
    fn a_language_model_says_what_it_reads_next() {
        let sentence = Sentence { words: vec!["the", "soup"] };
        let [the, soup] = ["the", "soup"].map(token);
        assert_eq!(tokens(&sentence), [the, soup]);
        assert_eq!(between_stops(&sentence), [STOP, the, soup, STOP]);
    }
}
