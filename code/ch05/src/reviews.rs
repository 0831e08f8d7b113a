//! Reviews of restaurants, as a grammar. Every sentence praises one thing and finds fault with
//! another, and which is which stands in the order of the words alone.

use std::sync::LazyLock;

use tasks::grammar::{Rule, again, all, maybe, one_of, word, words};

/// What a clause is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// What was eaten.
    Food,
    /// Who cooked and served it.
    Staff,
}

/// What a clause says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was bad.
    Fault,
    /// It was good.
    Praise,
}

/// How much the sentences run on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Manner {
    /// How often a noun is followed by a modifier.
    pub modifier: f64,
    /// How often another modifier, or another `really`, follows one.
    pub again: f64,
}

/// The sentences of the training.
pub const PLAIN: Manner = Manner { modifier: 0.375, again: 0.0 };

/// Sentences that run on.
pub const LONG_WINDED: Manner = Manner { modifier: 0.9, again: 0.5 };

// ANCHOR: grammar
/// One is praised, the other is not.
pub fn sentence(manner: Manner) -> Rule {
    use {
        Topic::{Food, Staff},
        Verdict::{Fault, Praise},
    };
    let clause = |(topic, verdict)| clause(topic, verdict, manner);
    let but = |one, other| all([clause(one), word("but"), clause(other)]);
    one_of([
        but((Food, Praise), (Staff, Fault)),
        but((Food, Fault), (Staff, Praise)),
        but((Staff, Praise), (Food, Fault)),
        but((Staff, Fault), (Food, Praise)),
    ])
}

/// `the soup was good`, `the soups were good`
fn clause(topic: Topic, verdict: Verdict, manner: Manner) -> Rule {
    let with = |number: usize| {
        let be = word(BE[number]);
        all([subject(topic, number, manner), be, predicate(verdict, manner)])
    };
    one_of([with(0), with(1)])
}

/// `the soup`, `the new soup that the guests ordered`
fn subject(topic: Topic, number: usize, manner: Manner) -> Rule {
    let noun = words(nouns(topic).map(|forms| forms[number]));
    let modifiers = again(manner.again, modifier(topic));
    let modified = maybe(manner.modifier, modifiers);
    all([word("the"), maybe(0.25, words(WHICH)), noun, modified])
}
// ANCHOR_END: grammar

/// `near the door`, `that the guests ordered`, `who served the guest`
fn modifier(topic: Topic) -> Rule {
    let place = all([word("near"), word("the"), words(PLACES)]);
    let guest = words(GUESTS);
    let relative = match topic {
        Topic::Food => all([word("that"), word("the"), guest, word("ordered")]),
        Topic::Staff => all([word("who"), word("served"), word("the"), guest]),
    };
    one_of([place, relative])
}

/// `good`, `really good`
fn predicate(verdict: Verdict, manner: Manner) -> Rule {
    let really = again(manner.again, word("really"));
    all([maybe(0.25, really), words(adjectives(verdict))])
}

/// The verb, by the number of its subject.
pub const BE: [&str; 2] = ["was", "were"];
const WHICH: [&str; 4] = ["new", "other", "first", "second"];
const PLACES: [&str; 8] =
    ["window", "windows", "door", "doors", "table", "tables", "mirror", "mirrors"];
const GUESTS: [&str; 8] =
    ["guest", "guests", "friend", "friends", "child", "children", "neighbour", "neighbours"];

/// The nouns of a topic, each singular and plural.
pub const fn nouns(topic: Topic) -> [[&'static str; 2]; 4] {
    match topic {
        Topic::Food => [["soup", "soups"], ["cake", "cakes"], ["salad", "salads"], ["pie", "pies"]],
        Topic::Staff => {
            [["waiter", "waiters"], ["cook", "cooks"], ["host", "hosts"], ["baker", "bakers"]]
        }
    }
}

/// The adjectives of a verdict.
pub const fn adjectives(verdict: Verdict) -> [&'static str; 4] {
    match verdict {
        Verdict::Praise => ["good", "great", "lovely", "wonderful"],
        Verdict::Fault => ["bad", "awful", "dreadful", "terrible"],
    }
}

/// The grammar of plain sentences.
pub fn plain() -> &'static Rule {
    static PLAIN_SENTENCE: LazyLock<Rule> = LazyLock::new(|| sentence(PLAIN));
    &PLAIN_SENTENCE
}

/// What ends a sentence, and stands before its first word.
pub const STOP: usize = 0;

/// All words by their tokens, the full stop first.
pub fn vocabulary() -> &'static [&'static str] {
    static VOCABULARY: LazyLock<Vec<&str>> =
        LazyLock::new(|| [vec!["."], plain().vocabulary()].concat());
    &VOCABULARY
}

/// The token of a word; the full stop for one that is not in the vocabulary.
pub fn token(word: &str) -> usize {
    vocabulary().iter().position(|known| *known == word).unwrap_or(STOP)
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;

    #[test]
    fn the_vocabulary_has_all_words_once() {
        assert_eq!(vocabulary().len(), 55);
        for (place, word) in vocabulary().iter().enumerate() {
            assert_eq!(token(word), place, "{word}");
        }
    }

    #[test]
    fn broken_sentences_have_no_probability() {
        let possible = |text: &str| {
            let words: Vec<&str> = text.split_whitespace().collect();
            plain().probability(&words) > 0.0
        };
        for right in [
            "the soup was good but the waiters were bad",
            "the new waiter who served the guests was awful but the pies near the door were lovely",
        ] {
            assert!(possible(right), "{right}");
        }
        for wrong in [
            "",
            "the soup was good",
            "the soup were good but the waiters were bad",
            "the soup was good but the pie was bad",
            "the soup was good but the waiters were lovely",
            "the soup was good but the waiters were bad but",
            "the soup was really really good but the waiters were bad",
            "the soup who served the guest was good but the waiters were bad",
            "the soup near the door near the door was good but the waiters were bad",
        ] {
            assert!(!possible(wrong), "{wrong}");
        }
    }

    #[test]
    fn entropy_and_length_are_those_of_drawn_sentences() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let drawn: Vec<_> = (0..20_000).map(|_| plain().draw(&mut rng)).collect();
        let surprise: f64 = drawn.iter().map(|words| -plain().probability(words).ln()).sum();
        let length: usize = drawn.iter().map(Vec::len).sum();
        assert_abs_diff_eq!(surprise / 20_000.0, plain().entropy(), epsilon = 0.05);
        assert_abs_diff_eq!(length as f64 / 20_000.0, plain().mean_length(), epsilon = 0.05);
        assert_abs_diff_eq!(plain().entropy(), 14.662_82, epsilon = 1e-5);
        assert_abs_diff_eq!(plain().mean_length(), 12.625, epsilon = 1e-12);
    }
}
