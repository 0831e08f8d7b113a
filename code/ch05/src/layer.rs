//! What a network does with its vectors of words: nothing, a recurrence or attention.

use ndarray::{Array3, ArrayViewD, ArrayViewMutD};
use rnn::{AttentionSaved, Error, Gru, GruCell, Parameters, Real, Rnn, RnnCell, SelfAttention};

/// The layer between the vectors of the words and the head.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a network has one layer")]
pub enum Layer<F> {
    /// The vectors go on as they are.
    Nothing,
    /// States, from the first word to the last.
    Rnn(Rnn<F>),
    /// The same with gates.
    Gru(Gru<F>),
    /// Each word looks at others.
    Attention(SelfAttention<F>),
}

/// What a layer needs of the way forward.
#[derive(Clone, Debug)]
pub enum Saved<'a, F: Real> {
    /// Nothing.
    Nothing,
    /// Inputs and states.
    Rnn(rnn::Saved<'a, RnnCell<F>>),
    /// Inputs, gates and states.
    Gru(rnn::Saved<'a, GruCell<F>>),
    /// Inputs, queries, keys, values and weights.
    Attention(Box<AttentionSaved<'a, F>>),
}

impl<F: Real> Layer<F> {
    /// Features `[N, T, C]` of all steps from their vectors `x` `[N, T, E]`.
    ///
    /// # Errors
    /// Where a shape does not fit, or something is not finite.
    pub fn forward(
        &self,
        x: &Array3<F>,
        lengths: &[usize],
    ) -> Result<(Array3<F>, Saved<'_, F>), Error> {
        Ok(match self {
            Self::Nothing => (x.clone(), Saved::Nothing),
            Self::Rnn(rnn) => {
                let saved = rnn.forward_saving(x, Some(lengths), None)?;
                (saved.output.clone(), Saved::Rnn(saved))
            }
            Self::Gru(gru) => {
                let saved = gru.forward_saving(x, Some(lengths), None)?;
                (saved.output.clone(), Saved::Gru(saved))
            }
            Self::Attention(attention) => {
                let saved = attention.forward_saving(x, Some(lengths))?;
                (saved.output.clone(), Saved::Attention(Box::new(saved)))
            }
        })
    }

    /// The gradients by the layer and by `x`, from that by the features.
    ///
    /// # Errors
    /// Where a shape does not fit, or something is not finite.
    ///
    /// # Panics
    /// If what was saved is another layer's.
    pub fn backward(
        &self,
        saved: &Saved<'_, F>,
        d_features: Array3<F>,
    ) -> Result<(Self, Array3<F>), Error> {
        Ok(match (self, saved) {
            (Self::Nothing, Saved::Nothing) => (Self::Nothing, d_features),
            (Self::Rnn(_), Saved::Rnn(saved)) => {
                let back = saved.backward(Some(&d_features), None)?;
                let d_x = saved.input_gradient(&back)?;
                (Self::Rnn(back.layers), d_x)
            }
            (Self::Gru(_), Saved::Gru(saved)) => {
                let back = saved.backward(Some(&d_features), None)?;
                let d_x = saved.input_gradient(&back)?;
                (Self::Gru(back.layers), d_x)
            }
            (Self::Attention(_), Saved::Attention(saved)) => {
                let back = saved.backward(&d_features)?;
                (Self::Attention(back.attention), back.x)
            }
            _ => panic!("saved by another layer"),
        })
    }

    /// The numbers in a step's features, from those in its vector.
    pub fn feature_count(&self, vector: usize) -> usize {
        match self {
            Self::Nothing => vector,
            Self::Rnn(rnn) => rnn.output_size(),
            Self::Gru(gru) => gru.output_size(),
            Self::Attention(attention) => attention.value.weight.nrows(),
        }
    }
}

impl<F: Real> Parameters<F> for Layer<F> {
    fn named_parameters(&self) -> Vec<(String, ArrayViewD<'_, F>)> {
        match self {
            Self::Nothing => vec![],
            Self::Rnn(rnn) => rnn.named_parameters(),
            Self::Gru(gru) => gru.named_parameters(),
            Self::Attention(attention) => attention.named_parameters(),
        }
    }

    fn named_parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, F>)> {
        match self {
            Self::Nothing => vec![],
            Self::Rnn(rnn) => rnn.named_parameters_mut(),
            Self::Gru(gru) => gru.named_parameters_mut(),
            Self::Attention(attention) => attention.named_parameters_mut(),
        }
    }
}
