//! Language models: what is the next word? Trained on all words of a sentence at once, and then
//! asked for one word after the other.

use rand::{Rng, RngExt};
use rnn::{Error, Gru, SelfAttention, cross_entropy, init::Recurrence};

use crate::{
    batch::{Batch, between_stops},
    corpus::{PLACES_AT_MOST, Sentence},
    layer::Layer,
    network::{Network, Sizes},
    read::Read,
    reviews::{Topic, Verdict, adjectives, nouns, plain, token, vocabulary},
    training::{BATCH, Recipe, train},
};

/// A network that says how likely each word is to be the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// A tanh network whose recurrent weights start orthogonal.
    Rnn,
    /// Gated recurrent units.
    Gru,
    /// Causal attention with places, and the vector of the last word beside it.
    Attention,
}

impl Model {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rnn, Self::Gru, Self::Attention];

    /// Numbers in the vector of a word.
    pub const fn vector(self) -> usize {
        match self {
            Self::Rnn | Self::Gru => 16,
            Self::Attention => 32,
        }
    }

    /// Units of the recurrent layer, numbers in each query, key and value.
    pub const HIDDEN: usize = 32;

    /// How it is trained. The tanh network learns chaotically at a higher rate: the last digits of
    /// its first weights decide where it ends.
    pub const fn recipe(self) -> Recipe {
        match self {
            Self::Rnn => Recipe { learning_rate: 0.003, updates: 4_000, falling: 4_000 },
            Self::Gru | Self::Attention => {
                Recipe { learning_rate: 0.01, updates: 2_000, falling: 2_000 }
            }
        }
    }

    /// What numbers of it are called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rnn => "rnn",
            Self::Gru => "gru",
            Self::Attention => "attention",
        }
    }

    /// What it is called in figures.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Rnn => "tanh",
            Self::Gru => "GRU",
            Self::Attention => "attention",
        }
    }

    /// Draws an untrained network.
    ///
    /// # Errors
    /// None: the sizes are not zero.
    pub fn draw<R: Rng>(self, rng: &mut R) -> Result<Network, Error> {
        let (words, vector) = (vocabulary().len(), self.vector());
        let places = if self == Self::Attention { PLACES_AT_MOST } else { 0 };
        let layer = |rng: &mut R| match self {
            Self::Rnn => {
                let cell = Recurrence::Orthogonal.draw(vector, Self::HIDDEN, rng)?;
                Ok(Layer::Rnn(cell.into()))
            }
            Self::Gru => Gru::new(vector, Self::HIDDEN, rng).map(Layer::Gru),
            Self::Attention => {
                SelfAttention::new(vector, Self::HIDDEN, true, rng).map(Layer::AttentionAndInput)
            }
        };
        Network::new(Sizes { words, places, vector, answers: words }, layer, Read::Every, rng)
    }
}

/// What a language model reads of some sentences, a full stop and all words; and what it is to say,
/// all words and a full stop, sentence by sentence.
pub fn read_and_say(sentences: &[&[usize]]) -> (Batch, Vec<usize>) {
    let (mut read, mut say) = (vec![], vec![]);
    for tokens in sentences {
        read.push(&tokens[..tokens.len() - 1]);
        say.extend(&tokens[1..]);
    }
    (Batch::new(&read), say)
}

/// Trains a network to say the next word; the loss before each update.
///
/// # Errors
/// Where something is not finite.
pub fn teach(
    network: &mut Network,
    sentences: &[Sentence],
    recipe: &Recipe,
    rng: &mut impl Rng,
    after_update: impl FnMut(),
) -> Result<Vec<f64>, Error> {
    let known: Vec<Vec<usize>> = sentences.iter().map(between_stops).collect();
    let draw = || {
        let one = || known[rng.random_range(0..known.len())].as_slice();
        read_and_say(&std::iter::repeat_with(one).take(BATCH).collect::<Vec<_>>())
    };
    train(network, recipe, draw, after_update)
}

/// The cross entropy of the next word in nats, over all words of some sentences.
///
/// # Errors
/// Where something is not finite.
pub fn surprise(network: &Network, sentences: &[Sentence]) -> Result<f64, Error> {
    let known: Vec<Vec<usize>> = sentences.iter().map(between_stops).collect();
    let known: Vec<&[usize]> = known.iter().map(Vec::as_slice).collect();
    let (batch, say) = read_and_say(&known);
    Ok(cross_entropy(&network.logits(&batch)?, &say)?.0)
}

/// The same of the grammar itself, which no model can go below but by chance.
pub fn least_surprise(sentences: &[Sentence]) -> f64 {
    let surprise: f64 =
        sentences.iter().map(|sentence| -plain().probability(&sentence.words).ln()).sum();
    let words: usize = sentences.iter().map(|sentence| sentence.words.len() + 1).sum();
    surprise / words as f64
}

/// What the second clause must not repeat of the first: a bit that is to be remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bit {
    /// What the clause is about.
    Topic,
    /// Whether it praises.
    Verdict,
}

impl Bit {
    fn sides(self) -> [Vec<&'static str>; 2] {
        match self {
            Self::Topic => [Topic::Food, Topic::Staff].map(|topic| nouns(topic).concat()),
            Self::Verdict => {
                [Verdict::Fault, Verdict::Praise].map(|verdict| adjectives(verdict).to_vec())
            }
        }
    }

    /// The share of sentences in whose second clause a network holds the right side for more likely
    /// than the other, when it has read all words before.
    ///
    /// # Errors
    /// Where something is not finite.
    ///
    /// # Panics
    /// If it is asked about no sentence.
    pub fn remembered(self, network: &Network, sentences: &[Sentence]) -> Result<f64, Error> {
        let sides = self.sides();
        let tells = |word: &&str| sides.iter().any(|side| side.contains(word));
        let mut right = 0;
        for sentence in sentences {
            let (batch, _) = read_and_say(&[&between_stops(sentence)]);
            let place = sentence.words.iter().rposition(tells);
            let place = place.expect("the second clause tells it");
            let next = network.logits(&batch)?.row(place).to_owned();
            let likely =
                |side: &[&str]| -> f64 { side.iter().map(|word| next[token(word)].exp()).sum() };
            let says = likely(&sides[1]) > likely(&sides[0]);
            right += usize::from(says == sides[1].contains(&sentence.words[place]));
        }
        Ok(right as f64 / sentences.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;
    use crate::corpus::Corpus;

    /// No model knows more than the grammar, whose surprise is its entropy in the mean.
    #[test]
    fn the_least_surprise_is_the_entropy() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let sentences: Vec<Sentence> = (0..4_000).map(|_| Sentence::draw(&mut rng)).collect();
        let entropy = plain().entropy() / (plain().mean_length() + 1.0);
        approx::assert_abs_diff_eq!(least_surprise(&sentences), entropy, epsilon = 0.01);
    }

    #[test]
    fn one_sentence_is_learned_by_heart() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let sentences = Corpus::draw(1, 0, &mut rng).training;
        let recipe = Recipe { learning_rate: 0.02, updates: 40, falling: 20 };
        for model in Model::ALL {
            let mut network = model.draw(&mut rng).unwrap();
            teach(&mut network, &sentences, &recipe, &mut rng, || {}).unwrap();
            let surprise = surprise(&network, &sentences).unwrap();
            assert!(surprise < 0.1, "{model:?}: {surprise}");
            for bit in [Bit::Topic, Bit::Verdict] {
                assert_eq!(bit.remembered(&network, &sentences).unwrap(), 1.0);
            }
        }
    }

    #[test]
    fn no_word_sees_those_behind_it() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for model in Model::ALL {
            let network = model.draw(&mut rng).unwrap();
            let logits = |tokens: &[usize]| network.logits(&Batch::new(&[tokens])).unwrap();
            let (one, other) = (logits(&[0, 1, 2, 3, 4]), logits(&[0, 1, 2, 5, 6]));
            let same = |t| one.row(t) == other.row(t);
            assert_eq!([0, 1, 2, 3, 4].map(same), [true, true, true, false, false], "{model:?}");
        }
    }
}
