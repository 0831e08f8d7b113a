//! What a network does with its vectors of words: nothing, a recurrence or attention.

use ndarray::{Array3, ArrayViewD, ArrayViewMutD, Axis, Slice, concatenate};
use rnn::{AttentionSaved, Error, Gru, GruSaved, Parameters, Rnn, RnnSaved, SelfAttention};

/// The layer between the vectors of the words and the head.
#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    /// The vectors go on as they are.
    Nothing,
    /// States, from the first word to the last.
    Rnn(Rnn<f64>),
    /// The same with gates.
    Gru(Gru<f64>),
    /// Each word looks at others.
    Attention(SelfAttention<f64>),
    /// The same, and the vectors of the words beside it.
    AttentionAndInput(SelfAttention<f64>),
}

/// What a layer needs of the way forward.
#[derive(Clone, Debug)]
pub enum Saved {
    /// Nothing.
    Nothing,
    /// Inputs and states.
    Rnn(RnnSaved<f64>),
    /// Inputs, gates and states.
    Gru(GruSaved<f64>),
    /// Inputs, queries, keys, values and weights.
    Attention(Box<AttentionSaved<f64>>),
}

impl Layer {
    /// Features `[N, T, C]` of all steps from their vectors `x` `[N, T, E]`.
    ///
    /// # Errors
    /// Where a shape does not fit, or something is not finite.
    pub fn forward(
        &self,
        x: &Array3<f64>,
        lengths: &[usize],
    ) -> Result<(Array3<f64>, Saved), Error> {
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
            Self::AttentionAndInput(attention) => {
                let saved = attention.forward_saving(x, Some(lengths))?;
                let both = concatenate![Axis(2), saved.output, *x];
                (both, Saved::Attention(Box::new(saved)))
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
        saved: &Saved,
        d_features: Array3<f64>,
    ) -> Result<(Self, Array3<f64>), Error> {
        Ok(match (self, saved) {
            (Self::Nothing, Saved::Nothing) => (Self::Nothing, d_features),
            (Self::Rnn(rnn), Saved::Rnn(saved)) => {
                let back = rnn.backward(saved, Some(&d_features), None)?;
                let d_x = rnn.input_gradient(saved, &back)?;
                (Self::Rnn(back.rnn), d_x)
            }
            (Self::Gru(gru), Saved::Gru(saved)) => {
                let back = gru.backward(saved, Some(&d_features), None)?;
                let d_x = gru.input_gradient(saved, &back)?;
                (Self::Gru(back.gru), d_x)
            }
            (Self::Attention(attention), Saved::Attention(saved)) => {
                let back = attention.backward(saved, &d_features)?;
                (Self::Attention(back.attention), back.x)
            }
            (Self::AttentionAndInput(attention), Saved::Attention(saved)) => {
                let size = attention.value.weight.nrows();
                let part = |slice: Slice| d_features.slice_axis(Axis(2), slice);
                let back = attention.backward(saved, &part((..size).into()))?;
                let d_x = back.x + part((size..).into());
                (Self::AttentionAndInput(back.attention), d_x)
            }
            _ => panic!("saved by another layer"),
        })
    }

    /// The numbers in a step's features, from those in its vector.
    pub fn feature_count(&self, vector: usize) -> usize {
        match self {
            Self::Nothing => vector,
            Self::Rnn(rnn) => rnn.cells[0].hidden_size(),
            Self::Gru(gru) => gru.cells[0].hidden_size(),
            Self::Attention(attention) => attention.value.weight.nrows(),
            Self::AttentionAndInput(attention) => attention.value.weight.nrows() + vector,
        }
    }
}

impl Parameters<f64> for Layer {
    fn parameters(&self) -> Vec<ArrayViewD<'_, f64>> {
        match self {
            Self::Nothing => vec![],
            Self::Rnn(rnn) => rnn.parameters(),
            Self::Gru(gru) => gru.parameters(),
            Self::Attention(attention) | Self::AttentionAndInput(attention) => {
                attention.parameters()
            }
        }
    }

    fn parameters_mut(&mut self) -> Vec<ArrayViewMutD<'_, f64>> {
        match self {
            Self::Nothing => vec![],
            Self::Rnn(rnn) => rnn.parameters_mut(),
            Self::Gru(gru) => gru.parameters_mut(),
            Self::Attention(attention) | Self::AttentionAndInput(attention) => {
                attention.parameters_mut()
            }
        }
    }

    fn names(&self) -> Vec<String> {
        match self {
            Self::Nothing => vec![],
            Self::Rnn(rnn) => rnn.names(),
            Self::Gru(gru) => gru.names(),
            Self::Attention(attention) | Self::AttentionAndInput(attention) => attention.names(),
        }
    }
}
