//! A table of vectors, one for each token.

use std::iter::zip;

use ndarray::{Array2, Array3, ArrayRef2, ArrayRef3};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::error::{check_finite, check_shape, check_size};
use crate::parameters::named_parameters;
use crate::{Error, Real};

/// An embedding: a row of the table for each token, in place of a one-hot vector and a product.
///
/// ```text
/// y = W[token]
/// ```
///
/// With *V* tokens (`num_embeddings`) and *D* numbers for each (`embedding_dim`) it has `V D`
/// parameters.
///
/// Source: PyTorch's `torch.nn.Embedding`.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding<F> {
    /// `[V, D]`.
    pub weight: Array2<F>,
}

impl<F: Real> Embedding<F> {
    /// A table of independent standard normal numbers, drawn row by row.
    ///
    /// They are drawn in `f64`: one seed gives the same table in both types, up to rounding.
    ///
    /// # Errors
    ///
    /// [`Error::ZeroSize`] where a size is zero.
    ///
    /// Source: PyTorch's `torch.nn.Embedding`, the distribution.
    pub fn new(
        num_embeddings: usize,
        embedding_dim: usize,
        rng: &mut impl Rng,
    ) -> Result<Self, Error> {
        check_size("num_embeddings", num_embeddings)?;
        check_size("embedding_dim", embedding_dim)?;
        let draw = || F::from_f64(StandardNormal.sample(rng));
        let weight = Array2::from_shape_simple_fn((num_embeddings, embedding_dim), draw);
        Ok(Self { weight })
    }

    /// The rows `[N, T, D]` of `tokens` `[N, T]`.
    ///
    /// ```text
    /// y[n, t] = W[tokens[n, t]]
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Error::ZeroSize`] where the batch is empty or the table has no rows or no columns.
    /// - [`Error::EmptySequence`] where T is zero.
    /// - [`Error::Token`] where the table has no row for a token.
    /// - [`Error::NonFinite`] where a row that is asked for is not finite, under the name `output`.
    ///
    /// Source: PyTorch's `torch.nn.Embedding`.
    pub fn forward(&self, tokens: &ArrayRef2<usize>) -> Result<Array3<F>, Error> {
        self.check_tokens(tokens)?;
        let mut output = Array3::zeros((tokens.nrows(), tokens.ncols(), self.weight.ncols()));
        for (&token, mut row) in zip(tokens, output.rows_mut()) {
            row.assign(&self.weight.row(token));
        }
        check_finite("output", &output)?;
        Ok(output)
    }

    /// The gradient of a loss by the table, from its gradient `d_output` `[N, T, D]` by the output.
    /// A row that several places ask for gets the sum of theirs; one that no place asks for, zero.
    ///
    /// ```text
    /// dL/dW[token] = Σ d_output[n, t],   over all n, t with tokens[n, t] = token
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`forward`](Self::forward), without that of the rows, and
    ///
    /// - [`Error::Shape`] where `d_output` has another shape than that above.
    /// - [`Error::NonFinite`] where `d_output` is.
    pub fn backward(
        &self,
        tokens: &ArrayRef2<usize>,
        d_output: &ArrayRef3<F>,
    ) -> Result<Self, Error> {
        self.check_tokens(tokens)?;
        let expected = [tokens.nrows(), tokens.ncols(), self.weight.ncols()];
        check_shape("d_output", d_output, &expected)?;
        check_finite("d_output", d_output)?;
        // In f64: to a frequent word a large batch adds more than an f32 has digits for.
        let mut sums = Array2::<f64>::zeros(self.weight.dim());
        for (&token, d_row) in zip(tokens, d_output.rows()) {
            sums.row_mut(token).zip_mut_with(&d_row, |sum, &d| *sum += d.into());
        }
        Ok(Self { weight: sums.mapv(F::from_f64) })
    }

    fn check_tokens(&self, tokens: &ArrayRef2<usize>) -> Result<(), Error> {
        let (num_embeddings, embedding_dim) = self.weight.dim();
        check_size("num_embeddings", num_embeddings)?;
        check_size("embedding_dim", embedding_dim)?;
        check_size("batch_size", tokens.nrows())?;
        if tokens.ncols() == 0 {
            return Err(Error::EmptySequence);
        }
        match tokens.indexed_iter().find(|(_, token)| **token >= num_embeddings) {
            Some((index, &token)) => {
                Err(Error::Token { index: index.into(), token, num_embeddings })
            }
            None => Ok(()),
        }
    }
}

named_parameters!(Embedding { "weight": weight });
