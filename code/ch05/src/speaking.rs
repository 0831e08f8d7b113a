//! A language model that goes on word by word, and what it must remember meanwhile.

use ndarray::{Array1, ArrayRef1, Axis, concatenate};
use rand::{Rng, RngExt};
use rnn::{Error, KvCache, Real};

use crate::{
    layer::Layer,
    network::Network,
    reviews::{STOP, vocabulary},
};

/// What is remembered of the words so far.
#[derive(Clone, Debug)]
pub enum Memory<F> {
    /// Nothing.
    Nothing,
    /// One state, `[H]`.
    State(Array1<F>),
    /// A key and a value of every word.
    Cache(KvCache<F>),
}

impl<F: Real> Memory<F> {
    /// That of a layer that has read nothing.
    pub fn new(layer: &Layer<F>) -> Self {
        match layer {
            Layer::Nothing => Self::Nothing,
            Layer::Rnn(rnn) => Self::State(Array1::zeros(rnn.cells[0].hidden_size())),
            Layer::Gru(gru) => Self::State(Array1::zeros(gru.cells[0].hidden_size())),
            Layer::Attention(attention) => {
                Self::Cache(KvCache::new(attention.value.weight.nrows()))
            }
        }
    }

    /// The numbers in it.
    pub fn float_count(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::State(state) => state.len(),
            Self::Cache(cache) => cache.float_count(),
        }
    }
}

/// A network in the middle of a sentence.
#[derive(Clone, Debug)]
pub struct Speaker<'n, F> {
    network: &'n Network<F>,
    memory: Memory<F>,
    place: usize,
}

impl<'n, F: Real> Speaker<'n, F> {
    /// Before the first word.
    pub fn new(network: &'n Network<F>) -> Self {
        Self { network, memory: Memory::new(&network.layer), place: 0 }
    }

    /// Reads a word; the logits `[V]` of the next one.
    ///
    /// # Errors
    /// Where the attention is not causal, or something is not finite.
    ///
    /// # Panics
    /// If the word or its place has no vector.
    // ANCHOR: hear
    pub fn hear(&mut self, token: usize) -> Result<Array1<F>, Error> {
        let Network { words, places, layer, skip, head, .. } = self.network;
        let mut x = words.weight.row(token).to_owned();
        if let Some(places) = places {
            x += &places.weight.row(self.place);
        }
        self.place += 1;
        let mut features = step(layer, &mut self.memory, &x)?;
        if *skip {
            features = concatenate![Axis(0), features, x];
        }
        Ok(head.weight.dot(&features) + &head.bias)
    }
    // ANCHOR_END: hear

    /// What it remembers.
    pub fn memory(&self) -> &Memory<F> {
        &self.memory
    }
}

/// The features `[C]` of a step from its vector `x` `[E]` and what is remembered of those before.
///
/// # Panics
/// If the memory is another layer's.
fn step<F: Real>(
    layer: &Layer<F>,
    memory: &mut Memory<F>,
    x: &Array1<F>,
) -> Result<Array1<F>, Error> {
    Ok(match (layer, memory) {
        (Layer::Nothing, Memory::Nothing) => x.clone(),
        (Layer::Rnn(rnn), Memory::State(h)) => {
            *h = rnn.cells[0].step(x, h)?;
            h.clone()
        }
        (Layer::Gru(gru), Memory::State(h)) => {
            *h = gru.cells[0].step(x, h)?;
            h.clone()
        }
        (Layer::Attention(attention), Memory::Cache(cache)) => attention.step(x, cache)?,
        _ => panic!("the memory of another layer"),
    })
}

/// Lets a network speak until it says a full stop, or so many words.
///
/// # Errors
/// As [`Speaker::hear`].
// ANCHOR: speak
pub fn speak<F: Real>(
    network: &Network<F>,
    most_words: usize,
    rng: &mut impl Rng,
) -> Result<Vec<&'static str>, Error> {
    let mut speaker = Speaker::new(network);
    let mut said = Vec::new();
    let mut token = STOP;
    while said.len() < most_words {
        token = choose(&speaker.hear(token)?, rng);
        if token == STOP {
            break;
        }
        said.push(vocabulary()[token]);
    }
    Ok(said)
}
// ANCHOR_END: speak

/// One of several answers, as likely as its logit says.
fn choose<F: Real>(logits: &ArrayRef1<F>, rng: &mut impl Rng) -> usize {
    let logits = logits.mapv(Into::<f64>::into);
    let largest = logits.fold(f64::NEG_INFINITY, |largest, logit| largest.max(*logit));
    let weights = logits.mapv(|logit| (logit - largest).exp());
    let mut left = weights.sum() * rng.random::<f64>();
    let passed = weights.iter().take_while(|weight| {
        left -= *weight;
        left >= 0.0
    });
    passed.count().min(logits.len() - 1)
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::array;
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;
    use crate::{
        batch::Batch,
        language::{Between, Design, HIDDEN},
    };

    const LAYERS: [Between; 3] = [Between::Tanh, Between::Gru, Between::Attention];

    #[test]
    fn word_by_word_is_all_at_once() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let tokens: Vec<usize> = (0..20).map(|t| t * t % 55).collect();
        for (between, skip) in LAYERS.into_iter().flat_map(|one| [(one, false), (one, true)]) {
            let design = Design { between, vector: 8, skip };
            let network: Network<f64> = design.draw(&mut rng).unwrap();
            let logits = network.logits(&Batch::new(&[&tokens])).unwrap();
            let mut speaker = Speaker::new(&network);
            for (t, (token, logits)) in tokens.iter().zip(logits.rows()).enumerate() {
                assert_abs_diff_eq!(speaker.hear(*token).unwrap(), logits, epsilon = 1e-12);
                let growth = if between == Between::Attention { 2 * (t + 1) } else { 1 };
                assert_eq!(speaker.memory().float_count(), growth * HIDDEN);
            }
        }
    }

    #[test]
    fn what_is_chosen_is_as_likely_as_its_logit_says() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let logits = array![1.0_f64, 3.0, -1e9].mapv(|p| if p > 0.0 { p.ln() + 800.0 } else { p });
        let mut chosen = [0; 3];
        (0..4_000).for_each(|_| chosen[choose(&logits, &mut rng)] += 1);
        assert_eq!(chosen[2], 0);
        assert!((900..1_100).contains(&chosen[0]), "{chosen:?}");
    }

    #[test]
    fn an_untrained_network_is_cut_short() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let design = Design { between: Between::Tanh, vector: 8, skip: false };
        let network: Network<f64> = design.draw(&mut rng).unwrap();
        let said: Vec<_> = (0..50).map(|_| speak(&network, 6, &mut rng).unwrap()).collect();
        assert!(said.iter().any(|words| words.len() == 6));
        assert!(said.iter().all(|words| words.len() <= 6 && !words.contains(&".")));
    }
}
