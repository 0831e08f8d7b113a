//! Grammars with probabilities: what they say, how likely it is, and how much of it is chance.

use rand::{Rng, RngExt};

/// A part of a grammar, with the probability of every choice in it.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// This word.
    Word(&'static str),
    /// One after the other.
    All(Vec<Rule>),
    /// One of them, each with the same probability.
    OneOf(Vec<Rule>),
    /// With this probability, or else nothing.
    Maybe(f64, Box<Rule>),
    /// Once, and each time once more with this probability.
    Again(f64, Box<Rule>),
}

/// A word.
pub fn word(word: &'static str) -> Rule {
    Rule::Word(word)
}

/// One of several words.
pub fn words(words: impl IntoIterator<Item = &'static str>) -> Rule {
    one_of(words.into_iter().map(word))
}

/// One after the other.
pub fn all(rules: impl IntoIterator<Item = Rule>) -> Rule {
    Rule::All(rules.into_iter().collect())
}

/// One of them, each with the same probability.
pub fn one_of(rules: impl IntoIterator<Item = Rule>) -> Rule {
    Rule::OneOf(rules.into_iter().collect())
}

/// With this probability, or else nothing.
pub fn maybe(probability: f64, rule: Rule) -> Rule {
    Rule::Maybe(probability, Box::new(rule))
}

/// Once, and each time once more with this probability.
pub fn again(probability: f64, rule: Rule) -> Rule {
    Rule::Again(probability, Box::new(rule))
}

impl Rule {
    /// Draws what the rule says.
    pub fn draw(&self, rng: &mut impl Rng) -> Vec<&'static str> {
        let mut said = Vec::new();
        self.say(rng, &mut said);
        said
    }

    fn say<R: Rng>(&self, rng: &mut R, said: &mut Vec<&'static str>) {
        match self {
            Self::Word(word) => said.push(word),
            Self::All(rules) => {
                for rule in rules {
                    rule.say(rng, said);
                }
            }
            Self::OneOf(rules) => {
                let one = rng.random_range(0..rules.len());
                rules[one].say(rng, said);
            }
            Self::Maybe(probability, rule) => {
                if rng.random_bool(*probability) {
                    rule.say(rng, said);
                }
            }
            Self::Again(probability, rule) => loop {
                rule.say(rng, said);
                if !rng.random_bool(*probability) {
                    break;
                }
            },
        }
    }

    /// How likely the rule is to say these words and nothing else; zero if it never does.
    pub fn probability(&self, words: &[&str]) -> f64 {
        let ways = self.read(words, 1.0);
        ways.iter().filter(|way| way.left.is_empty()).map(|way| way.probability).sum()
    }

    /// All ways to read a beginning of the words, after something of this probability.
    fn read<'w>(&self, words: &'w [&'w str], before: f64) -> Vec<Way<'w>> {
        let here = Way { left: words, probability: before };
        match self {
            Self::Word(word) => match words.split_first() {
                Some((first, left)) if first == word => vec![Way { left, ..here }],
                _ => vec![],
            },
            Self::All(rules) => rules.iter().fold(vec![here], |ways, rule| rule.go_on(&ways, 1.0)),
            Self::OneOf(rules) => {
                let share = before / rules.len() as f64;
                rules.iter().flat_map(|rule| rule.read(words, share)).collect()
            }
            Self::Maybe(p, rule) => {
                let without = Way { left: words, probability: (1.0 - p) * before };
                let mut ways = rule.read(words, p * before);
                ways.push(without);
                ways
            }
            Self::Again(p, rule) => {
                let mut ended = Vec::new();
                let mut ways = rule.read(words, before);
                while !ways.is_empty() {
                    ended.extend(ways.iter().map(|way| way.times(1.0 - p)));
                    ways = rule.go_on(&ways, *p);
                }
                ended
            }
        }
    }

    /// Reads on from each of these ways, which happens with this probability.
    fn go_on<'w>(&self, ways: &[Way<'w>], probability: f64) -> Vec<Way<'w>> {
        ways.iter().flat_map(|way| self.read(way.left, probability * way.probability)).collect()
    }

    /// How much of what the rule says is chance, in nats: the mean of -ln of its probability. This
    /// is so only where the same words are never said in two ways.
    // ANCHOR: entropy
    pub fn entropy(&self) -> f64 {
        self.expected(0.0, |p| if p > 0.0 { -p * p.ln() } else { 0.0 })
    }

    /// How many words the rule says in the mean.
    pub fn mean_length(&self) -> f64 {
        self.expected(1.0, |_| 0.0)
    }

    /// The mean of what each word counts, and of what each outcome of a choice adds.
    fn expected(&self, word: f64, outcome: fn(f64) -> f64) -> f64 {
        let of = |rule: &Rule| rule.expected(word, outcome);
        let either = |p: f64| outcome(p) + outcome(1.0 - p);
        match self {
            Self::Word(_) => word,
            Self::All(rules) => rules.iter().map(of).sum(),
            Self::OneOf(rules) => {
                let each = 1.0 / rules.len() as f64;
                rules.iter().map(|rule| outcome(each) + each * of(rule)).sum()
            }
            Self::Maybe(p, rule) => either(*p) + p * of(rule),
            Self::Again(p, rule) => (of(rule) + either(*p)) / (1.0 - p),
        }
    }
    // ANCHOR_END: entropy

    /// Every word that the rule can say, in the order in which they first stand in it.
    pub fn vocabulary(&self) -> Vec<&'static str> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect(&self, found: &mut Vec<&'static str>) {
        match self {
            Self::Word(word) if found.contains(word) => {}
            Self::Word(word) => found.push(word),
            Self::All(rules) | Self::OneOf(rules) => {
                for rule in rules {
                    rule.collect(found);
                }
            }
            Self::Maybe(_, rule) | Self::Again(_, rule) => rule.collect(found),
        }
    }
}

/// A beginning that has been read.
#[derive(Clone, Copy, Debug)]
struct Way<'w> {
    /// The words behind it.
    left: &'w [&'w str],
    /// How likely the rule is to say the beginning in this way.
    probability: f64,
}

impl Way<'_> {
    fn times(self, probability: f64) -> Self {
        Self { probability: probability * self.probability, ..self }
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;

    /// `a` or `b b …`, and perhaps `c`.
    fn small() -> Rule {
        all([one_of([word("a"), again(0.25, word("b"))]), maybe(0.1, word("c"))])
    }

    #[test]
    fn probabilities_are_products_of_the_choices() {
        let probability = |text: &str| {
            let words: Vec<&str> = text.split_whitespace().collect();
            small().probability(&words)
        };
        assert_relative_eq!(probability("a"), 0.5 * 0.9);
        assert_relative_eq!(probability("b b b c"), 0.5 * 0.25 * 0.25 * 0.75 * 0.1);
        for wrong in ["", "c", "a b", "a c c", "b c b"] {
            assert_eq!(probability(wrong), 0.0, "{wrong}");
        }
    }

    #[test]
    fn the_probabilities_of_all_sentences_add_up_and_give_entropy_and_length() {
        let (mut sum, mut entropy, mut length) = (0.0, 0.0, 0.0);
        let mut add = |words: &[&str]| {
            for words in [words.to_vec(), [words, &["c"]].concat()] {
                let p = small().probability(&words);
                sum += p;
                entropy -= p * p.ln();
                length += p * words.len() as f64;
            }
        };
        add(&["a"]);
        (1..30).for_each(|count| add(&vec!["b"; count]));
        assert_relative_eq!(sum, 1.0, epsilon = 1e-12);
        assert_relative_eq!(small().entropy(), entropy, epsilon = 1e-12);
        assert_relative_eq!(small().mean_length(), length, epsilon = 1e-12);
    }

    #[test]
    fn what_is_drawn_comes_as_often_as_its_probability_says() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let drawn: Vec<_> = (0..10_000).map(|_| small().draw(&mut rng)).collect();
        for words in [vec!["a"], vec!["b"], vec!["b", "b", "c"]] {
            let share = drawn.iter().filter(|said| **said == words).count() as f64 / 10_000.0;
            assert_relative_eq!(share, small().probability(&words), epsilon = 0.015);
        }
    }
}
