//! With what weights the last word looks at the words of a sentence, and at those of its twin.

use std::iter::zip;

use ndarray::{Array2, s};
use rnn::Error;

use crate::{
    batch::{Batch, tokens},
    corpus::Sentence,
    layer::Layer,
    network::Network,
    reviews::BE,
};

/// The weights with which attention's last word looks at each word of a sentence.
///
/// # Errors
/// Where something is not finite, or the sentence has more places than the network.
///
/// # Panics
/// If the network has no attention.
pub fn looks(network: &Network<f64>, sentence: &Sentence) -> Result<Vec<f64>, Error> {
    let Layer::Attention(attention) = &network.layer else { panic!("no attention") };
    let batch = Batch::new(&[&tokens(sentence)]);
    let mut x = network.words.forward(&batch.tokens)?;
    if let Some(places) = &network.places {
        x += &places.forward(&Array2::from_shape_fn(batch.tokens.dim(), |(_, t)| t))?;
    }
    let weights = attention.forward_saving(&x, None)?.weights();
    Ok(weights.slice(s![0, -1, ..]).to_vec())
}

/// The weights in a sentence and those in its twin, both in the order of the sentence's words.
///
/// # Errors
/// As [`looks`].
///
/// # Panics
/// As [`looks`], and if it is no sentence.
pub fn looks_of_twins(network: &Network<f64>, sentence: &Sentence) -> Result<[Vec<f64>; 2], Error> {
    let of_sentence = looks(network, sentence)?;
    let mut of_twin = vec![0.0; of_sentence.len()];
    for (place, weight) in zip(order_of_twin(sentence), looks(network, &sentence.twin())?) {
        of_twin[place] = weight;
    }
    Ok([of_sentence, of_twin])
}

/// The largest difference between the weights of a word.
pub fn apart([one, other]: &[Vec<f64>; 2]) -> f64 {
    zip(one, other).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max)
}

/// Where the words of the twin stand in the sentence, which is subject and verb, predicate, "but", subject
/// and verb, predicate.
fn order_of_twin(sentence: &Sentence) -> Vec<usize> {
    let words = &sentence.words;
    let after = |start: usize, asked: &[&str]| {
        let found = words[start..].iter().position(|word| asked.contains(word));
        start + found.expect("a sentence has it") + 1
    };
    let verb = after(0, &BE);
    let but = after(verb, &["but"]);
    let other_verb = after(but, &BE);
    [but..other_verb, verb..but, 0..verb, other_verb..words.len()].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;
    use crate::{
        classifier::{Reader, ask},
        corpus::Corpus,
    };

    #[test]
    fn a_twin_has_the_words_in_its_order() {
        for sentence in Corpus::draw(0, 50, &mut ChaCha8Rng::seed_from_u64(1)).twins {
            let words = order_of_twin(&sentence).into_iter().map(|place| sentence.words[place]);
            assert_eq!(words.collect::<Vec<_>>(), sentence.twin().words);
        }
    }

    #[test]
    fn without_places_equal_words_weigh_the_same() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let corpus = Corpus::draw(0, 50, &mut rng);
        for reader in [Reader::Attention, Reader::Places] {
            let network = reader.draw(&mut rng).unwrap();
            for sentence in &corpus.twins {
                let apart = apart(&looks_of_twins(&network, sentence).unwrap());
                assert_eq!(apart < 1e-12, reader == Reader::Attention, "{reader:?}: {apart}");
            }
        }
    }

    /// The answer is what the head makes of the values, in the mixture of these weights.
    #[test]
    fn the_weights_are_those_of_the_answer() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let sentence = Sentence::draw(&mut rng);
        for reader in [Reader::Attention, Reader::Places] {
            let network = reader.draw(&mut rng).unwrap();
            let Layer::Attention(attention) = &network.layer else { panic!("no attention") };
            let mut mixture = attention.value.bias.clone();
            for ((token, place), weight) in
                zip(zip(tokens(&sentence), 0..), looks(&network, &sentence).unwrap())
            {
                let mut x = network.words.weight.row(token).to_owned();
                network.places.iter().for_each(|places| x += &places.weight.row(place));
                mixture.scaled_add(weight, &attention.value.weight.dot(&x));
            }
            let answer = network.head.weight.dot(&mixture) + &network.head.bias;
            let asked = ask(&network, from_ref(&sentence)).unwrap();
            approx::assert_abs_diff_eq!(asked.row(0), answer, epsilon = 1e-12);
        }
    }
}
