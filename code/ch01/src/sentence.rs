//! The state over a sentence, character by character.

use ndarray::{Array1, Array2, Array3, Axis};
use rnn::{Error, Rnn};

/// The distinct characters of some texts, in order: one input for each.
pub fn alphabet(texts: &[&str]) -> Vec<char> {
    let mut characters: Vec<char> = texts.iter().flat_map(|text| text.chars()).collect();
    characters.sort_unstable();
    characters.dedup();
    characters
}

/// A text as the network reads it [1, T, D]: at step t a one for the character, zeros elsewhere.
// ANCHOR: one_hot
pub fn one_hot(text: &str, alphabet: &[char]) -> Array3<f64> {
    let mut x = Array3::zeros((1, text.chars().count(), alphabet.len()));
    for (t, character) in text.chars().enumerate() {
        if let Ok(d) = alphabet.binary_search(&character) {
            x[[0, t, d]] = 1.0;
        }
    }
    x
}
// ANCHOR_END: one_hot

/// The states [T, H] of a network that reads a text, from a state of zeros.
///
/// # Errors
/// Where the text is empty or the network's inputs are not the alphabet's.
pub fn read(rnn: &Rnn<f64>, text: &str, alphabet: &[char]) -> Result<Array2<f64>, Error> {
    let (output, _) = rnn.forward(&one_hot(text, alphabet), None)?;
    Ok(output.index_axis_move(Axis(0), 0))
}

/// Two sentences that differ in their first word only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// One sentence.
    pub sentence: String,
    /// The other: another first word, then the same.
    pub other: String,
    /// What both share: everything from the first blank on.
    pub rest: String,
}

impl Pair {
    /// A sentence, and the same with another first word; `None` without a word after the first, or
    /// without another first word.
    pub fn new(sentence: &str, other_first_word: &str) -> Option<Self> {
        let (sentence, other_first_word) = (sentence.trim(), other_first_word.trim());
        if other_first_word.is_empty() {
            return None;
        }
        let rest = &sentence[sentence.find(char::is_whitespace)?..];
        let other = format!("{other_first_word}{rest}");
        Some(Self { sentence: sentence.to_owned(), other, rest: rest.to_owned() })
    }

    /// How far apart the states stay: `|h - h'|` after each character of the rest, over what it
    /// was after the first word. The first entry is 1; all are 0 where the first words, which may
    /// end alike, have left the same state.
    ///
    /// # Errors
    /// Where the network's inputs are not the alphabet's.
    pub fn distances(&self, rnn: &Rnn<f64>, alphabet: &[char]) -> Result<Vec<f64>, Error> {
        let ends = self.rest.chars().count() + 1;
        let states = read(rnn, &self.sentence, alphabet)?;
        let others = read(rnn, &self.other, alphabet)?;
        // The words may differ in length: count from the end.
        let last = |states: &Array2<f64>| -> Vec<Array1<f64>> {
            let skipped = states.nrows().saturating_sub(ends);
            states.rows().into_iter().skip(skipped).map(|row| row.to_owned()).collect()
        };
        let apart: Vec<f64> = last(&states)
            .iter()
            .zip(&last(&others))
            .map(|(h, other)| (h - other).mapv(|d| d * d).sum().sqrt())
            .collect();
        let first = if apart[0] > 0.0 { apart[0] } else { 1.0 };
        Ok(apart.iter().map(|distance| distance / first).collect())
    }

    /// How many times larger a nudge of the state after the first word is at the end.
    ///
    /// # Errors
    /// Where the network's inputs are not the alphabet's.
    pub fn nudge_growth(&self, rnn: &Rnn<f64>, alphabet: &[char]) -> Result<f64, Error> {
        const NUDGE: f64 = 1e-9;
        let first_word = self.sentence.strip_suffix(&self.rest).unwrap_or_default();
        let (_, [h_0]) = rnn.forward(&one_hot(first_word, alphabet), None)?;
        let nudged = &h_0 + NUDGE / (h_0.len() as f64).sqrt();
        let rest = one_hot(&self.rest, alphabet);
        let (_, [h_n]) = rnn.forward(&rest, Some([&h_0]))?;
        let (_, [nudged]) = rnn.forward(&rest, Some([&nudged]))?;
        Ok((nudged - h_n).mapv(|d| d * d).sum().sqrt() / NUDGE)
    }
}

/// The first step at which a falling quantity is below a level.
pub fn first_below(values: &[f64], level: f64) -> Option<usize> {
    values.iter().position(|value| *value < level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_one_input() {
        let alphabet = alphabet(&["abba", "cab"]);
        assert_eq!(alphabet, ['a', 'b', 'c']);
        let x = one_hot("cab", &alphabet);
        assert_eq!(
            x.index_axis(Axis(0), 0),
            ndarray::array![[0., 0., 1.], [1., 0., 0.], [0., 1., 0.]]
        );
    }

    #[test]
    fn a_pair_shares_all_but_its_first_word() {
        let pair = Pair::new(" Nobody told him.", "Everybody").unwrap();
        assert_eq!(pair.other, "Everybody told him.");
        assert_eq!(pair.rest, " told him.");
        assert_eq!(Pair::new("Nobody", "Everybody"), None);
        assert_eq!(Pair::new("Nobody told him.", " "), None);
    }

    /// One unit that halves its state: so small that tanh is straight.
    fn halving(inputs: usize) -> Rnn<f64> {
        Rnn::from(rnn::RnnCell {
            w_ih: Array2::from_shape_fn((1, inputs), |(_, d)| 1e-4 * d as f64),
            w_hh: ndarray::array![[0.5]],
            b_ih: Array1::zeros(1),
            b_hh: Array1::zeros(1),
        })
    }

    #[test]
    fn distances_start_after_the_first_word_whatever_its_length() {
        let pair = Pair::new("No dog", "Every").unwrap();
        let alphabet = alphabet(&[&pair.sentence, &pair.other]);
        let distances = pair.distances(&halving(alphabet.len()), &alphabet).unwrap();
        approx::assert_relative_eq!(
            *distances,
            [1.0, 0.5, 0.25, 0.125, 0.0625],
            max_relative = 1e-5
        );
    }

    #[test]
    fn first_words_that_leave_the_same_state_are_no_distance_apart() {
        let alike = "a".repeat(2_000);
        let pair = Pair::new(&format!("N{alike} dog"), &format!("E{alike}")).unwrap();
        let alphabet = alphabet(&[&pair.sentence, &pair.other]);
        let distances = pair.distances(&halving(alphabet.len()), &alphabet).unwrap();
        assert_eq!(distances, [0.0; 5]);
    }

    #[test]
    fn a_nudge_is_halved_at_every_character_of_the_rest() {
        let pair = Pair::new("No dog", "Every").unwrap();
        let alphabet = alphabet(&[&pair.sentence, &pair.other]);
        let growth = pair.nudge_growth(&halving(alphabet.len()), &alphabet).unwrap();
        approx::assert_relative_eq!(growth, 0.0625, max_relative = 1e-5);
    }
}
