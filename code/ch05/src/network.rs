//! Words to vectors, a layer, and a head: classifier and language model alike.

use ndarray::{Array2, Array3, ArrayViewD, ArrayViewMutD, Axis, concatenate};
use rand::Rng;
use rnn::{Embedding, Error, Linear, Parameters, Real, cross_entropy, in_modules};

use crate::{
    batch::Batch,
    layer::{Layer, Saved},
    read::Read,
};

/// A network that reads words.
#[derive(Clone, Debug, PartialEq)]
pub struct Network<F> {
    /// A vector for each word.
    pub words: Embedding<F>,
    /// A vector for each place, added to the word's, or none.
    pub places: Option<Embedding<F>>,
    /// What is made of the vectors.
    pub layer: Layer<F>,
    /// Whether the head reads the vector of the word beside what the layer makes of it.
    pub skip: bool,
    /// Which steps the head reads.
    pub read: Read,
    /// Answers from what is read.
    pub head: Linear<F>,
}

/// What a network is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Words, V.
    pub words: usize,
    /// Places that get a vector; zero for a network that has none.
    pub places: usize,
    /// Numbers in a vector, E.
    pub vector: usize,
    /// Whether the head reads the vector of the word too.
    pub skip: bool,
    /// Answers to choose from.
    pub answers: usize,
}

impl<F: Real> Network<F> {
    /// Draws words, places, layer and head in this order.
    ///
    /// # Errors
    /// Where a size is zero.
    pub fn new<R: Rng>(
        sizes: Sizes,
        layer: impl FnOnce(&mut R) -> Result<Layer<F>, Error>,
        read: Read,
        rng: &mut R,
    ) -> Result<Self, Error> {
        let words = Embedding::new(sizes.words, sizes.vector, rng)?;
        let places = match sizes.places {
            0 => None,
            places => Some(Embedding::new(places, sizes.vector, rng)?),
        };
        let layer = layer(rng)?;
        let skipping = if sizes.skip { sizes.vector } else { 0 };
        let features = layer.feature_count(sizes.vector) + skipping;
        let head = Linear::new(features, sizes.answers, rng)?;
        Ok(Self { words, places, layer, skip: sizes.skip, read, head })
    }

    /// The logits of all answers, a row for each that is asked for: see [`Read`].
    ///
    /// # Errors
    /// Where a word or a place has no vector, or something is not finite.
    pub fn logits(&self, batch: &Batch) -> Result<Array2<F>, Error> {
        self.head.forward(&self.forward(batch)?.0)
    }

    /// What the head reads, and what the way back needs.
    fn forward(&self, batch: &Batch) -> Result<(Array2<F>, Saved<'_, F>), Error> {
        let mut x = self.words.forward(&batch.tokens)?;
        if let Some(places) = &self.places {
            x += &places.forward(&place_of_each(&batch.tokens))?;
        }
        let (mut features, saved) = self.layer.forward(&x, &batch.lengths)?;
        if self.skip {
            features = concatenate![Axis(2), features, x];
        }
        Ok((self.read.rows(&features, &batch.lengths), saved))
    }

    /// The cross entropy of the answers, and its gradient by all weights.
    ///
    /// # Errors
    /// Where there is not one target for each answer, or something is not finite.
    // ANCHOR: gradient
    pub fn gradient(&self, batch: &Batch, targets: &[usize]) -> Result<(F, Self), Error> {
        let (rows, saved) = self.forward(batch)?;
        let logits = self.head.forward(&rows)?;
        let (loss, d_logits) = cross_entropy(&logits, targets)?;

        let head = self.head.backward(&rows, &d_logits)?;
        let steps = batch.tokens.ncols();
        let d_features = self.read.back(&head.x, &batch.lengths, steps);
        let (layer, d_x) = self.backward(&saved, d_features)?;
        let gradient = Self {
            words: self.words.backward(&batch.tokens, &d_x)?,
            places: self.gradient_of_places(batch, &d_x)?,
            layer,
            skip: self.skip,
            read: self.read,
            head: head.linear,
        };
        Ok((loss, gradient))
    }
    // ANCHOR_END: gradient

    /// The gradients by the layer and by the vectors, on both ways.
    fn backward(
        &self,
        saved: &Saved<'_, F>,
        d_features: Array3<F>,
    ) -> Result<(Layer<F>, Array3<F>), Error> {
        if !self.skip {
            return self.layer.backward(saved, d_features);
        }
        let of_layer = d_features.len_of(Axis(2)) - self.words.weight.ncols();
        let (d_layer, d_skipping) = d_features.view().split_at(Axis(2), of_layer);
        let (layer, d_x) = self.layer.backward(saved, d_layer.to_owned())?;
        Ok((layer, d_x + d_skipping))
    }

    fn gradient_of_places(
        &self,
        batch: &Batch,
        d_x: &Array3<F>,
    ) -> Result<Option<Embedding<F>>, Error> {
        let places = self.places.as_ref();
        places.map(|places| places.backward(&place_of_each(&batch.tokens), d_x)).transpose()
    }
}

/// 0, 1, 2, … in each row.
fn place_of_each(tokens: &Array2<usize>) -> Array2<usize> {
    Array2::from_shape_fn(tokens.dim(), |(_, t)| t)
}

impl<F: Real> Parameters<F> for Network<F> {
    fn named_parameters(&self) -> Vec<(String, ArrayViewD<'_, F>)> {
        let places = self.places.iter().flat_map(Parameters::named_parameters);
        in_modules([
            ("words", self.words.named_parameters()),
            ("places", places.collect()),
            ("layer", self.layer.named_parameters()),
            ("head", self.head.named_parameters()),
        ])
    }

    fn named_parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, F>)> {
        let places = self.places.iter_mut().flat_map(Parameters::named_parameters_mut);
        in_modules([
            ("words", self.words.named_parameters_mut()),
            ("places", places.collect()),
            ("layer", self.layer.named_parameters_mut()),
            ("head", self.head.named_parameters_mut()),
        ])
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use rand::{SeedableRng, rngs::ChaCha8Rng};
    use rnn::{Gru, Rnn, SelfAttention};

    use super::*;

    type Draw = fn(&mut ChaCha8Rng) -> Result<Layer<f64>, Error>;

    const LAYERS: [Draw; 4] = [
        |_| Ok(Layer::Nothing),
        |rng| Ok(Layer::Rnn(Rnn::new(3, 4, rng)?)),
        |rng| Ok(Layer::Gru(Gru::new(3, 4, rng)?)),
        |rng| Ok(Layer::Attention(SelfAttention::new(3, 4, false, rng)?)),
    ];

    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        let batch = Batch::new(&[&[1, 2, 1, 4], &[3, 2]]);
        for (layer, read) in LAYERS
            .into_iter()
            .flat_map(|layer| [Read::Last, Read::Mean, Read::Every].map(|read| (layer, read)))
        {
            let places = if read == Read::Mean { 0 } else { 4 };
            let sizes = Sizes { words: 5, places, vector: 3, skip: read != Read::Last, answers: 2 };
            let mut rng = ChaCha8Rng::seed_from_u64(1);
            let mut network = Network::new(sizes, layer, read, &mut rng).unwrap();
            let targets: &[usize] = if read == Read::Every { &[0, 1, 1, 0, 1, 0] } else { &[0, 1] };
            let (_, found) = network.gradient(&batch, targets).unwrap();
            for (array, found) in found.parameters().iter().enumerate() {
                for (entry, &found) in found.iter().enumerate() {
                    let mut loss = |nudge: f64| {
                        let mut arrays = network.parameters_mut();
                        *arrays[array].iter_mut().nth(entry).unwrap() += nudge;
                        network.gradient(&batch, targets).unwrap().0
                    };
                    let (above, below) = (loss(1e-5), loss(-2e-5));
                    loss(1e-5);
                    let nudged = (above - below) / 2e-5;
                    assert_relative_eq!(nudged, found, epsilon = 1e-9, max_relative = 1e-5);
                }
            }
        }
    }

    #[test]
    fn a_sentence_is_answered_alike_alone_and_beside_a_longer_one() {
        for (layer, skip) in LAYERS.into_iter().flat_map(|layer| [(layer, false), (layer, true)]) {
            let sizes = Sizes { words: 5, places: 4, vector: 3, skip, answers: 2 };
            let mut rng = ChaCha8Rng::seed_from_u64(1);
            let network = Network::new(sizes, layer, Read::Last, &mut rng).unwrap();
            let alone = network.logits(&Batch::new(&[&[3, 2]])).unwrap();
            let beside = network.logits(&Batch::new(&[&[1, 2, 1, 4], &[3, 2]])).unwrap();
            assert_relative_eq!(alone.row(0), beside.row(1), epsilon = 1e-12);
        }
    }
}
