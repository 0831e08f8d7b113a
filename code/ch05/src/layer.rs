//! What a network does with its vectors of words: nothing, a recurrence or attention.

use ndarray::{Array3, ArrayViewD, ArrayViewMutD, Axis, Slice, concatenate};
use rnn::{AttentionSaved, Error, Gru, GruCell, Parameters, Rnn, RnnCell, SelfAttention};

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
pub enum Saved<'a> {
    /// Nothing.
    Nothing,
    /// Inputs and states.
    Rnn(rnn::Saved<'a, RnnCell<f64>>),
    /// Inputs, gates and states.
    Gru(rnn::Saved<'a, GruCell<f64>>),
    /// Inputs, queries, keys, values and weights.
    Attention(Box<AttentionSaved<'a, f64>>),
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
    ) -> Result<(Array3<f64>, Saved<'_>), Error> {
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
        saved: &Saved<'_>,
        d_features: Array3<f64>,
    ) -> Result<(Self, Array3<f64>), Error> {
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
            (Self::AttentionAndInput(attention), Saved::Attention(saved)) => {
                let size = attention.value.weight.nrows();
                let part = |slice: Slice| d_features.slice_axis(Axis(2), slice);
                let back = saved.backward(&part((..size).into()))?;
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
            Self::Rnn(rnn) => rnn.output_size(),
            Self::Gru(gru) => gru.output_size(),
            Self::Attention(attention) => attention.value.weight.nrows(),
            Self::AttentionAndInput(attention) => attention.value.weight.nrows() + vector,
        }
    }
}

impl Parameters<f64> for Layer {
    fn named_parameters(&self) -> Vec<(String, ArrayViewD<'_, f64>)> {
        match self {
            Self::Nothing => vec![],
            Self::Rnn(rnn) => rnn.named_parameters(),
            Self::Gru(gru) => gru.named_parameters(),
            Self::Attention(attention) | Self::AttentionAndInput(attention) => {
                attention.named_parameters()
            }
        }
    }

    fn named_parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, f64>)> {
        match self {
            Self::Nothing => vec![],
            Self::Rnn(rnn) => rnn.named_parameters_mut(),
            Self::Gru(gru) => gru.named_parameters_mut(),
            Self::Attention(attention) | Self::AttentionAndInput(attention) => {
                attention.named_parameters_mut()
            }
        }
    }
}
