//! The vectors that PyTorch computed: the files `pytorch/*.json`, read for the tests.

pub mod attention;
pub mod stacks;

use std::iter::zip;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// For states: their magnitude is about one.
pub const F64_TOLERANCE: f64 = 1e-12;
pub const F32_TOLERANCE: f64 = 1e-6;

/// For gradients, relative to an array's largest entry: they are sums over all steps and
/// sequences, whose terms are larger than what is left of them.
pub const F64_GRADIENT_TOLERANCE: f64 = 1e-12;
pub const F32_GRADIENT_TOLERANCE: f64 = 1e-5;

/// What PyTorch computed, and the versions that computed it.
#[derive(Deserialize)]
pub struct Vectors<T> {
    pub made_with: Versions,
    pub vectors: Vec<T>,
}

#[derive(Deserialize)]
pub struct Versions {
    pub torch: String,
    pub numpy: String,
    pub python: String,
}

/// One run of `torch.nn.RNN`, `LSTM` or `GRU`: weights, arguments, and the results in both
/// precisions.
///
/// Arrays are flat, row by row. With G gates the weights have G H rows.
#[derive(Clone, Deserialize)]
pub struct Vector {
    pub name: String,
    pub shape: Shape,
    /// How many steps each sequence has; none: all have T.
    pub lengths: Option<Vec<usize>>,
    pub w_ih: Vec<f64>,
    pub w_hh: Vec<f64>,
    pub b_ih: Vec<f64>,
    pub b_hh: Vec<f64>,
    pub x: Vec<f64>,
    pub h_0: Option<Vec<f64>>,
    /// Of the LSTM.
    pub c_0: Option<Vec<f64>>,
    /// What the gradients begin with. Empty where there are none, `d_c_n` but for the LSTM.
    #[serde(default)]
    pub d_output: Vec<f64>,
    #[serde(default)]
    pub d_h_n: Vec<f64>,
    #[serde(default)]
    pub d_c_n: Vec<f64>,
    pub float64: Outcome,
    pub float32: Outcome,
}

/// N sequences, T steps, D inputs, H units.
#[derive(Clone, Copy, Deserialize)]
pub struct Shape {
    pub n: usize,
    pub t: usize,
    pub d: usize,
    pub h: usize,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Network {
    Rnn,
    Lstm,
    Gru,
}

/// `output` [N, T, K H], `h_n` and `c_n` [L K, N, H] of L layers and K directions, flat; `c_n` is
/// empty but for the LSTM.
#[derive(Clone, Deserialize)]
pub struct Outcome<G = Gradients> {
    pub output: Vec<f64>,
    pub h_n: Vec<f64>,
    #[serde(default)]
    pub c_n: Vec<f64>,
    pub gradients: Option<G>,
}

/// Of the weights and the arguments, flat; `c_0` is empty but for the LSTM.
#[derive(Clone, Deserialize)]
pub struct Gradients {
    pub w_ih: Vec<f64>,
    pub w_hh: Vec<f64>,
    pub b_ih: Vec<f64>,
    pub b_hh: Vec<f64>,
    pub x: Vec<f64>,
    pub h_0: Vec<f64>,
    #[serde(default)]
    pub c_0: Vec<f64>,
}

impl Vectors<Vector> {
    pub fn rnn() -> Self {
        Self::read(include_str!("../pytorch/rnn.json"))
    }

    pub fn lstm() -> Self {
        Self::read(include_str!("../pytorch/lstm.json"))
    }

    pub fn gru() -> Self {
        Self::read(include_str!("../pytorch/gru.json"))
    }

    /// Of all three networks, also with sequences of unequal lengths.
    pub fn gradients() -> Self {
        Self::read(include_str!("../pytorch/gradients.json"))
    }
}

impl<T: DeserializeOwned> Vectors<T> {
    pub fn read(json: &str) -> Self {
        serde_json::from_str(json).expect("the file is what make_vectors.py writes")
    }
}

impl<T> Vectors<T> {
    /// The versions for a failing test's message.
    pub fn made_with(&self) -> String {
        let Versions { torch, numpy, python } = &self.made_with;
        format!("PyTorch {torch} (numpy {numpy}, Python {python})")
    }
}

impl Vector {
    pub fn network(&self) -> Network {
        network(&self.b_ih, self.shape)
    }
}

/// The number of gates tells the networks apart.
fn network(b_ih: &[f64], shape: Shape) -> Network {
    match b_ih.len() / shape.h {
        1 => Network::Rnn,
        3 => Network::Gru,
        4 => Network::Lstm,
        gates => panic!("no network has {gates} gates"),
    }
}

impl<G> Outcome<G> {
    /// The largest difference in `output`, `h_n` and `c_n`.
    pub fn deviation(&self, expected: &Self) -> f64 {
        difference(&self.output, &expected.output)
            .max(difference(&self.h_n, &expected.h_n))
            .max(difference(&self.c_n, &expected.c_n))
    }

    pub fn gradients(&self) -> &G {
        self.gradients.as_ref().expect("these vectors hold gradients")
    }
}

impl Gradients {
    /// The largest difference in an array, relative to the largest entry of that array.
    pub fn deviation(&self, expected: &Self) -> f64 {
        zip(self.arrays(), expected.arrays())
            .map(|(array, expected)| relative_difference(array, expected))
            .fold(0.0, f64::max)
    }

    fn arrays(&self) -> [&[f64]; 7] {
        let Self { w_ih, w_hh, b_ih, b_hh, x, h_0, c_0 } = self;
        [w_ih, w_hh, b_ih, b_hh, x, h_0, c_0]
    }
}

/// The largest difference of two entries; infinite where one of them is not a number.
pub fn difference(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "arrays of different sizes");
    zip(a, b)
        .map(|(a, b)| (a - b).abs())
        .map(|difference| if difference.is_nan() { f64::INFINITY } else { difference })
        .fold(0.0, f64::max)
}

/// The largest difference, relative to the largest entry that is expected.
pub fn relative_difference(array: &[f64], expected: &[f64]) -> f64 {
    let largest =
        expected.iter().fold(f64::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
    difference(array, expected) / largest
}
