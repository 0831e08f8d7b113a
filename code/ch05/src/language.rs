//! Language models: what is the next word? Trained on all words of a sentence at once, and then
//! asked for one word after the other.

use ndarray::Array2;
use rand::{Rng, RngExt};
use rnn::{Error, Gru, Real, RnnCell, SelfAttention, cross_entropy, init::orthogonal};

use crate::{
    batch::{Batch, between_stops},
    corpus::{PLACES_AT_MOST, Sentence},
    layer::Layer,
    network::{Network, Sizes},
    read::Read,
    reviews::{Topic, Verdict, adjectives, nouns, plain, token, vocabulary},
    training::{BATCH, Recipe, train},
};

/// What stands between the vectors of the words and the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// Nothing: the head sees the last word alone.
    Nothing,
    /// A tanh network whose recurrent weights start orthogonal.
    Tanh,
    /// Gated recurrent units.
    Gru,
    /// Causal attention. The places of the words have vectors too.
    Attention,
}

/// A network that says how likely each word is to be the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Design {
    /// What it does with the vectors of the words.
    pub between: Between,
    /// Numbers in a vector.
    pub vector: usize,
    /// Whether the head reads the vector of the last word too.
    pub skip: bool,
}

/// Units of a recurrent layer, numbers in each query, key and value.
pub const HIDDEN: usize = 32;

/// How all of them are trained, at some rate.
pub const fn recipe(learning_rate: f64) -> Recipe {
    Recipe { learning_rate, updates: 2_000, falling: 2_000 }
}

impl Design {
    /// Draws an untrained network.
    ///
    /// # Errors
    /// Where the vector has no numbers.
    pub fn draw<F: Real, R: Rng>(self, rng: &mut R) -> Result<Network<F>, Error> {
        let Self { between, vector, skip } = self;
        let words = vocabulary().len();
        let places = if between == Between::Attention { PLACES_AT_MOST } else { 0 };
        let layer = |rng: &mut R| match between {
            Between::Nothing => Ok(Layer::Nothing),
            Between::Tanh => {
                let mut cell = RnnCell::new(vector, HIDDEN, rng)?;
                cell.w_hh = orthogonal(HIDDEN, rng)?.mapv(F::from_f64);
                Ok(Layer::Rnn(cell.into()))
            }
            Between::Gru => Gru::new(vector, HIDDEN, rng).map(Layer::Gru),
            Between::Attention => {
                SelfAttention::new(vector, HIDDEN, true, rng).map(Layer::Attention)
            }
        };
        let sizes = Sizes { words, places, vector, skip, answers: words };
        Network::new(sizes, layer, Read::Every, rng)
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
pub fn teach<F: Real>(
    network: &mut Network<F>,
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
pub fn surprise<F: Real>(network: &Network<F>, sentences: &[Sentence]) -> Result<f64, Error> {
    let (logits, say) = all_logits(network, sentences)?;
    Ok(cross_entropy(&logits, &say)?.0)
}

/// The logits of every next word `[N, V]`, sentence by sentence, and what these words are.
fn all_logits<F: Real>(
    network: &Network<F>,
    sentences: &[Sentence],
) -> Result<(Array2<f64>, Vec<usize>), Error> {
    let known: Vec<Vec<usize>> = sentences.iter().map(between_stops).collect();
    let known: Vec<&[usize]> = known.iter().map(Vec::as_slice).collect();
    let (batch, say) = read_and_say(&known);
    Ok((network.logits(&batch)?.mapv(Into::into), say))
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
    pub fn remembered<F: Real>(
        self,
        network: &Network<F>,
        sentences: &[Sentence],
    ) -> Result<f64, Error> {
        let sides = self.sides();
        let tells = |word: &&str| sides.iter().any(|side| side.contains(word));
        let (logits, _) = all_logits(network, sentences)?;
        let (mut right, mut first) = (0, 0); // row of the sentence
        for Sentence { words } in sentences {
            let place = words.iter().rposition(tells).expect("the second clause tells it");
            let next = logits.row(first + place);
            let likely =
                |side: &[&str]| -> f64 { side.iter().map(|word| next[token(word)].exp()).sum() };
            let says = likely(&sides[1]) > likely(&sides[0]);
            right += usize::from(says == sides[1].contains(&words[place]));
            first += words.len() + 1; // with the full stop
        }
        Ok(right as f64 / sentences.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;
    use crate::corpus::Corpus;

    /// All that see more than the last word.
    fn designs() -> impl Iterator<Item = Design> {
        let of = |between| [true, false].map(|skip| Design { between, vector: 8, skip });
        [Between::Tanh, Between::Gru, Between::Attention].into_iter().flat_map(of)
    }

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
        for design in designs() {
            let mut network: Network<f32> = design.draw(&mut rng).unwrap();
            teach(&mut network, &sentences, &recipe, &mut rng, || {}).unwrap();
            let surprise = surprise(&network, &sentences).unwrap();
            assert!(surprise < 0.1, "{design:?}: {surprise}");
            for bit in [Bit::Topic, Bit::Verdict] {
                assert_eq!(bit.remembered(&network, &sentences).unwrap(), 1.0);
            }
        }
    }

    #[test]
    fn what_is_remembered_of_many_sentences_is_the_mean_of_each_alone() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let sentences = Corpus::draw(40, 0, &mut rng).training;
        for (design, bit) in designs().flat_map(|d| [(d, Bit::Topic), (d, Bit::Verdict)]) {
            let network: Network<f32> = design.draw(&mut rng).unwrap();
            let of = |some: &[Sentence]| bit.remembered(&network, some).unwrap();
            let alone: f64 = sentences.chunks(1).map(of).sum();
            assert!((5.0..35.0).contains(&alone), "some are remembered and some are not");
            approx::assert_abs_diff_eq!(of(&sentences), alone / 40.0, epsilon = 1e-12);
        }
    }

    #[test]
    fn no_word_sees_those_behind_it() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for design in designs() {
            let network: Network<f32> = design.draw(&mut rng).unwrap();
            let logits = |tokens: &[usize]| network.logits(&Batch::new(&[tokens])).unwrap();
            let (one, other) = (logits(&[0, 1, 2, 3, 4]), logits(&[0, 1, 2, 5, 6]));
            let same = |t| one.row(t) == other.row(t);
            assert_eq!([0, 1, 2, 3, 4].map(same), [true, true, true, false, false], "{design:?}");
        }
    }
}
