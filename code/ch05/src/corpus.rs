//! Sentences to learn from, and others to be asked about.

use std::collections::HashSet;

use rand::Rng;

use crate::reviews::{BE, Topic, Verdict, adjectives, nouns, plain};

/// A sentence, without its full stop.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sentence {
    /// Its words.
    pub words: Vec<&'static str>,
}

impl Sentence {
    /// Draws a plain sentence.
    pub fn draw(rng: &mut impl Rng) -> Self {
        Self { words: plain().draw(rng) }
    }

    /// Which of the two it praises: 1 for the food, 0 for the staff.
    ///
    /// # Panics
    /// If it is no sentence.
    pub fn label(&self) -> usize {
        let [(subject, predicate), _] = self.clauses();
        let about_food = subject.iter().any(|word| is_food(word));
        usize::from(about_food == (verdict(predicate) == Verdict::Praise))
    }

    /// The same words, with the two subjects in each other's place: what was praised is found fault
    /// with. Length and last word stay as they were.
    ///
    /// # Panics
    /// If it is no sentence.
    #[must_use]
    pub fn twin(&self) -> Self {
        let [(one, first), (other, second)] = self.clauses();
        Self { words: [other, first, &["but"], one, second].concat() }
    }

    /// Each clause as subject with its verb, and predicate.
    fn clauses(&self) -> [(&[&'static str], &[&'static str]); 2] {
        let but = position(&self.words, &["but"]);
        [&self.words[..but], &self.words[but + 1..]]
            .map(|clause| clause.split_at(position(clause, &BE) + 1))
    }

    /// The sentence as it is printed.
    pub fn text(&self) -> String {
        self.words.join(" ")
    }
}

fn position(words: &[&str], asked: &[&str]) -> usize {
    words.iter().position(|word| asked.contains(word)).expect("a sentence has it")
}

fn is_food(word: &str) -> bool {
    nouns(Topic::Food).iter().flatten().any(|noun| *noun == word)
}

fn verdict(words: &[&str]) -> Verdict {
    let praised = words.last().is_some_and(|last| adjectives(Verdict::Praise).contains(last));
    if praised { Verdict::Praise } else { Verdict::Fault }
}

/// Sentences to learn from, and others to be asked about.
#[derive(Clone, Debug)]
pub struct Corpus {
    /// No sentence twice.
    pub training: Vec<Sentence>,
    /// Pairs of twins, each sentence followed by its twin. None is among those above.
    pub twins: Vec<Sentence>,
}

/// Words of the longest plain sentence.
pub const LONGEST: usize = 21;

/// Words that no sentence here exceeds, however it runs on: so many places get a vector.
pub const PLACES_AT_MOST: usize = 64;

impl Corpus {
    /// Draws so many sentences to learn from and so many pairs to be asked about.
    pub fn draw(training: usize, pairs: usize, rng: &mut impl Rng) -> Self {
        let mut seen = HashSet::new();
        let mut corpus = Self { training: vec![], twins: vec![] };
        while corpus.training.len() < training {
            let drawn = Sentence::draw(rng);
            if seen.insert(drawn.clone()) {
                corpus.training.push(drawn);
            }
        }
        while corpus.twins.len() < 2 * pairs {
            let drawn = Sentence::draw(rng);
            let pair = [drawn.twin(), drawn];
            if pair.iter().all(|sentence| seen.insert(sentence.clone())) {
                corpus.twins.extend(pair);
            }
        }
        corpus
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;

    fn read(text: &'static str) -> Sentence {
        Sentence { words: text.split_whitespace().collect() }
    }

    #[test]
    fn twins_swap_the_subjects_and_the_label() {
        let one = read("the new soup was really good but the cooks near the door were bad");
        let twin = read("the cooks near the door were really good but the new soup was bad");
        assert_eq!((one.twin(), one.label(), twin.label()), (twin.clone(), 1, 0));
        assert_eq!(twin.twin(), one);
    }

    #[test]
    fn the_label_is_what_is_praised_and_not_what_comes_first() {
        assert_eq!(read("the soup was bad but the cook was good").label(), 0);
        assert_eq!(read("the cook was bad but the soup was good").label(), 1);
    }

    #[test]
    fn what_is_asked_was_not_learned_and_twins_have_the_same_words() {
        let corpus = Corpus::draw(500, 100, &mut ChaCha8Rng::seed_from_u64(1));
        let learned: HashSet<_> = corpus.training.iter().collect();
        assert_eq!((learned.len(), corpus.twins.len()), (500, 200));
        assert!(corpus.twins.iter().all(|sentence| !learned.contains(sentence)));
        assert!(corpus.twins.iter().all(|sentence| plain().probability(&sentence.words) > 0.0));
        for pair in corpus.twins.chunks(2) {
            let bag = |sentence: &Sentence| {
                let mut words = sentence.words.clone();
                words.sort_unstable();
                words
            };
            assert_eq!(bag(&pair[0]), bag(&pair[1]));
            assert_eq!(pair[0].words.last(), pair[1].words.last());
            assert_eq!(pair[0].label() + pair[1].label(), 1);
        }
    }

    #[test]
    fn plain_sentences_have_nine_to_twenty_one_words() {
        let corpus = Corpus::draw(4_000, 0, &mut ChaCha8Rng::seed_from_u64(2));
        let plain = corpus.training.iter().map(|sentence| sentence.words.len());
        assert!(plain.clone().all(|length| (9..=LONGEST).contains(&length)));
        assert_eq!(plain.min(), Some(9));
        let praised: usize = corpus.training.iter().map(Sentence::label).sum();
        assert!((1_900..2_100).contains(&praised), "{praised}");
    }
}
