//! Which of the two does a sentence praise? Asked of networks that can see the order of the words,
//! and of some that cannot.

use std::iter::zip;

use ndarray::{Array2, ArrayView1, Axis};
use rand::{Rng, RngExt};
use rnn::{Error, Positions, Rnn, SelfAttention};

use crate::{
    batch::{Batch, tokens},
    corpus::{LONGEST, PLACES_AT_MOST, Sentence},
    layer::Layer,
    network::{Network, Sizes},
    read::Read,
    reviews::vocabulary,
    training::{BATCH, Recipe, train},
};

/// Numbers in the vector of a word.
pub const VECTOR: usize = 8;

/// Units of the recurrent layer, numbers in each query, key and value.
pub const HIDDEN: usize = 16;

/// How all of them are trained.
pub const RECIPE: Recipe = Recipe { learning_rate: 0.01, updates: 2_000, falling: 1_000 };

/// A network that reads a sentence and answers once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The mean of the words' vectors.
    Bag,
    /// Attention without places, read at the last word.
    Attention,
    /// Attention with places, read at the last word.
    Places,
    /// Attention whose scores have a learned number added for each distance, read at the last word.
    Distances,
    /// Attention whose scores fall with the distance, by 2 to the power of minus this a step; read at
    /// the last word.
    Alibi(u8),
    /// A tanh network, read after the last word.
    LastState,
    /// A tanh network, its states read in the mean.
    MeanState,
}

impl Reader {
    /// Those that tell in what way the order can be seen.
    pub const ALL: [Self; 5] =
        [Self::Bag, Self::Attention, Self::Places, Self::LastState, Self::MeanState];

    /// What numbers of it are called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bag => "bag",
            Self::Attention => "no_places",
            Self::Places => "places",
            Self::Distances => "distances",
            Self::Alibi(_) => "alibi",
            Self::LastState => "last_state",
            Self::MeanState => "mean_state",
        }
    }

    /// What it is called in figures.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Bag => "bag of words",
            Self::Attention => "attention",
            Self::Places => "attention, places",
            Self::Distances => "attention, distances",
            Self::Alibi(_) => "attention, ALiBi",
            Self::LastState => "tanh, last state",
            Self::MeanState => "tanh, mean state",
        }
    }

    /// Draws an untrained network.
    ///
    /// # Errors
    /// None: the sizes are not zero.
    // ANCHOR: draw
    pub fn draw<R: Rng>(self, rng: &mut R) -> Result<Network<f64>, Error> {
        let read = match self {
            Self::Bag | Self::MeanState => Read::Mean,
            _ => Read::Last,
        };
        let sizes = Sizes {
            words: vocabulary().len(),
            places: if self == Self::Places { PLACES_AT_MOST } else { 0 },
            vector: VECTOR,
            skip: false,
            answers: 2,
        };
        let attention = |positions, rng: &mut R| {
            let attention = SelfAttention::new(VECTOR, HIDDEN, false, rng)?;
            Ok(Layer::Attention(attention.with_positions(positions)))
        };
        let layer = |rng: &mut R| match self {
            Self::Bag => Ok(Layer::Nothing),
            Self::Attention | Self::Places => attention(Positions::None, rng),
            Self::Distances => attention(Positions::learned(LONGEST), rng),
            Self::Alibi(n) => {
                attention(Positions::Alibi { slope: 0.5_f64.powi(i32::from(n)) }, rng)
            }
            Self::LastState | Self::MeanState => Rnn::new(VECTOR, HIDDEN, rng).map(Layer::Rnn),
        };
        Network::new(sizes, layer, read, rng)
    }
    // ANCHOR_END: draw
}

/// Trains a network to tell what a sentence praises; the loss before each update.
///
/// # Errors
/// Where something is not finite.
pub fn teach(
    network: &mut Network<f64>,
    sentences: &[Sentence],
    recipe: &Recipe,
    rng: &mut impl Rng,
    after_update: impl FnMut(),
) -> Result<Vec<f64>, Error> {
    let known: Vec<(Vec<usize>, usize)> =
        sentences.iter().map(|sentence| (tokens(sentence), sentence.label())).collect();
    let draw = || {
        let drawn: Vec<_> = (0..BATCH).map(|_| &known[rng.random_range(0..known.len())]).collect();
        let rows: Vec<&[usize]> = drawn.iter().map(|(tokens, _)| tokens.as_slice()).collect();
        (Batch::new(&rows), drawn.iter().map(|(_, label)| *label).collect())
    };
    train(network, recipe, draw, after_update)
}

/// Gives the places beyond the longest sentence of the training the mean vector of all places before
/// them, in a network that has places.
pub fn replace_untrained_places(network: &mut Network<f64>, longest: usize) {
    if let Some(places) = &mut network.places {
        let (trained, mut untrained) = places.weight.view_mut().split_at(Axis(0), longest);
        let mean = trained.sum_axis(Axis(0)) / longest as f64;
        untrained.rows_mut().into_iter().for_each(|mut place| place.assign(&mean));
    }
}

/// The logits `[N, 2]` of some sentences.
///
/// # Errors
/// Where something is not finite, or a sentence has more places than the network.
pub fn ask(network: &Network<f64>, sentences: &[Sentence]) -> Result<Array2<f64>, Error> {
    let rows: Vec<Vec<usize>> = sentences.iter().map(tokens).collect();
    let rows: Vec<&[usize]> = rows.iter().map(Vec::as_slice).collect();
    network.logits(&Batch::new(&rows))
}

/// How many of the sentences a network answers rightly.
///
/// # Errors
/// As [`ask`].
pub fn right(network: &Network<f64>, sentences: &[Sentence]) -> Result<usize, Error> {
    let logits = ask(network, sentences)?;
    let is_right = |(row, sentence): &(ArrayView1<f64>, &Sentence)| {
        usize::from(row[1] > row[0]) == sentence.label()
    };
    Ok(zip(logits.rows(), sentences).filter(is_right).count())
}

#[cfg(test)]
mod tests {
    use approx::AbsDiffEq;
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;
    use crate::corpus::Corpus;

    const BY_DISTANCE: [Reader; 3] = [Reader::Distances, Reader::Alibi(8), Reader::Alibi(2)];

    #[test]
    fn twins_look_alike_where_no_order_is_seen() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let corpus = Corpus::draw(20, 50, &mut rng);
        for reader in Reader::ALL {
            let network = reader.draw(&mut rng).unwrap();
            let logits = ask(&network, &corpus.twins).unwrap();
            let pairs = logits.axis_chunks_iter(Axis(0), 2);
            let alike = pairs.into_iter().all(|pair| pair.row(0).abs_diff_eq(&pair.row(1), 1e-12));
            assert_eq!(alike, matches!(reader, Reader::Bag | Reader::Attention), "{reader:?}");
        }
    }

    #[test]
    fn twins_are_told_apart_by_distances() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let corpus = Corpus::draw(20, 50, &mut rng);
        for reader in BY_DISTANCE {
            let mut network = reader.draw(&mut rng).unwrap();
            let apart = |network: &Network<f64>| {
                let logits = ask(network, &corpus.twins).unwrap();
                let pairs = logits.axis_chunks_iter(Axis(0), 2);
                pairs.into_iter().all(|pair| pair.row(0).abs_diff_ne(&pair.row(1), 1e-12))
            };
            // The table is zero at first, and ALiBi has none.
            assert_eq!(apart(&network), reader != Reader::Distances, "{reader:?}");
            let Layer::Attention(attention) = &mut network.layer else { panic!("no attention") };
            if let Positions::Learned(table) = &mut attention.positions {
                table.iter_mut().zip(0..).for_each(|(bias, t)| *bias = 0.1 * f64::from(t));
            }
            assert!(apart(&network), "{reader:?}");
        }
    }

    #[test]
    fn places_beyond_the_longest_sentence_get_the_mean_of_those_before() {
        let mut network = Reader::Places.draw(&mut ChaCha8Rng::seed_from_u64(1)).unwrap();
        let before = network.places.clone().unwrap().weight;
        replace_untrained_places(&mut network, 2);
        let after = network.places.unwrap().weight;
        assert_eq!(after.row(1), before.row(1));
        let mean = (&before.row(0) + &before.row(1)) / 2.0;
        assert!([2, PLACES_AT_MOST - 1].iter().all(|place| after.row(*place) == mean));
    }

    #[test]
    fn a_few_sentences_are_learned_by_heart() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let corpus = Corpus::draw(4, 1, &mut rng);
        let recipe = Recipe { learning_rate: 0.03, updates: 60, falling: 30 };
        for reader in Reader::ALL.into_iter().chain(BY_DISTANCE) {
            let mut network = reader.draw(&mut rng).unwrap();
            let losses = teach(&mut network, &corpus.training, &recipe, &mut rng, || {}).unwrap();
            assert!(losses[59] < 0.1 * losses[0], "{reader:?}: {losses:?}");
            assert_eq!(right(&network, &corpus.training).unwrap(), 4, "{reader:?}");
        }
    }
}
