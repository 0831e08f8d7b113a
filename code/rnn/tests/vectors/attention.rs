//! Vectors of self-attention and of the embedding.

use std::iter::zip;

use serde::Deserialize;

use super::{Computed, GRADIENT_TOLERANCES, TOLERANCES, Vectors, difference, relative_difference};

/// One run of `scaled_dot_product_attention` behind three `torch.nn.Linear`.
#[derive(Clone, Deserialize)]
pub struct AttentionVector {
    pub name: String,
    pub shape: AttentionShape,
    pub causal: bool,
    /// How many steps each sequence has; none: all have T.
    pub lengths: Option<Vec<usize>>,
    #[serde(flatten)]
    pub given: AttentionArrays,
    /// What the gradients begin with. Empty where there are none.
    pub d_output: Vec<f64>,
    pub float64: AttentionOutcome,
    pub float32: AttentionOutcome,
}

/// N sequences, T steps, D inputs, d numbers in each query, key and value.
#[derive(Clone, Copy, Deserialize)]
pub struct AttentionShape {
    pub n: usize,
    pub t: usize,
    pub d: usize,
    pub size: usize,
}

/// Weights [d, D], biases [d] and inputs [N, T, D], or their gradients, flat.
#[derive(Clone, Default, Deserialize)]
pub struct AttentionArrays {
    pub w_q: Vec<f64>,
    pub b_q: Vec<f64>,
    pub w_k: Vec<f64>,
    pub b_k: Vec<f64>,
    pub w_v: Vec<f64>,
    pub b_v: Vec<f64>,
    pub x: Vec<f64>,
}

/// `output` [N, T, d], flat. Without gradients where the scores are large.
#[derive(Clone, Deserialize)]
pub struct AttentionOutcome {
    pub output: Vec<f64>,
    pub gradients: Option<AttentionArrays>,
}

/// One run of `torch.nn.Embedding`.
#[derive(Clone, Deserialize)]
pub struct EmbeddingVector {
    pub name: String,
    pub shape: EmbeddingShape,
    pub tokens: Vec<usize>,
    pub weight: Vec<f64>,
    pub d_output: Vec<f64>,
    pub float64: EmbeddingOutcome,
    pub float32: EmbeddingOutcome,
}

/// N sequences, T steps, V tokens, D numbers for each.
#[derive(Clone, Copy, Deserialize)]
pub struct EmbeddingShape {
    pub n: usize,
    pub t: usize,
    pub v: usize,
    pub d: usize,
}

/// `output` [N, T, D] and the gradient of the table [V, D], flat.
#[derive(Clone, Deserialize)]
pub struct EmbeddingOutcome {
    pub output: Vec<f64>,
    pub gradient: Vec<f64>,
}

impl Vectors<AttentionVector> {
    pub fn attention() -> Self {
        Self::read(include_str!("../pytorch/attention.json"))
    }

    /// Those that have gradients.
    pub fn attention_gradients() -> Self {
        let Self { made_with, mut vectors } = Self::attention();
        vectors.retain(|vector| vector.float64.gradients.is_some());
        Self { made_with, vectors }
    }
}

impl Vectors<EmbeddingVector> {
    pub fn embedding() -> Self {
        Self::read(include_str!("../pytorch/embedding.json"))
    }
}

impl AttentionVector {
    pub fn length(&self, sequence: usize) -> usize {
        self.lengths.as_ref().map_or(self.shape.t, |lengths| lengths[sequence])
    }
}

/// Of an attention, [N, T, d], flat.
pub type Output = Vec<f64>;

impl Computed<AttentionVector> for Output {
    const TOLERANCES: [f64; 2] = TOLERANCES;

    fn off(&self, AttentionVector { float64, float32, .. }: &AttentionVector) -> [f64; 2] {
        [float64, float32].map(|expected| difference(self, &expected.output))
    }
}

impl Computed<AttentionVector> for AttentionArrays {
    const TOLERANCES: [f64; 2] = GRADIENT_TOLERANCES;

    /// The largest difference in an array, relative to the largest entry of that array. But for the
    /// gradient of `b_k`: it is zero, and what is there is rounding.
    fn off(&self, AttentionVector { float64, float32, .. }: &AttentionVector) -> [f64; 2] {
        [float64, float32].map(|outcome| {
            let expected = outcome.gradients.as_ref().expect("a vector with gradients");
            zip(self.arrays(), expected.arrays())
                .map(|(array, expected)| relative_difference(array, expected))
                .fold(difference(&self.b_k, &expected.b_k), f64::max)
        })
    }
}

impl AttentionArrays {
    /// But `b_k`.
    fn arrays(&self) -> [&[f64]; 6] {
        let Self { w_q, b_q, w_k, b_k: _, w_v, b_v, x } = self;
        [w_q, b_q, w_k, w_v, b_v, x]
    }
}

impl Computed<EmbeddingVector> for EmbeddingOutcome {
    const TOLERANCES: [f64; 2] = TOLERANCES;
    const REJECTION: f64 = 1000.0 * GRADIENT_TOLERANCES[1];

    fn off(&self, EmbeddingVector { float64, float32, .. }: &EmbeddingVector) -> [f64; 2] {
        [float64, float32].map(|expected| {
            difference(&self.output, &expected.output)
                .max(relative_difference(&self.gradient, &expected.gradient))
        })
    }
}
