//! The vectors that PyTorch computed: the files `pytorch/*.json`, read for the tests.

pub mod attention;

use std::iter::zip;

use rnn::Real;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// For states: their magnitude is about one.
pub const F64_TOLERANCE: f64 = 1e-12;
pub const F32_TOLERANCE: f64 = 1e-6;

/// For gradients, relative to an array's largest entry: they are sums over all steps and
/// sequences, whose terms are larger than what is left of them.
pub const F64_GRADIENT_TOLERANCE: f64 = 1e-12;
pub const F32_GRADIENT_TOLERANCE: f64 = 1e-5;

/// In `f64` and in `f32`.
pub const TOLERANCES: [f64; 2] = [F64_TOLERANCE, F32_TOLERANCE];
pub const GRADIENT_TOLERANCES: [f64; 2] = [F64_GRADIENT_TOLERANCE, F32_GRADIENT_TOLERANCE];

/// Of what there is for `f64` and for `f32`, what belongs to this type.
pub fn of_precision<F: Real, T>([float64, float32]: [T; 2]) -> T {
    if size_of::<F>() == size_of::<f64>() { float64 } else { float32 }
}

/// What is computed from a vector by the crate, or by a formula, right or wrong.
pub trait Computed<V> {
    /// How far it may be off from what PyTorch computed in `f64` and in `f32`.
    const TOLERANCES: [f64; 2];

    /// How far a wrong formula is off: a thousand times what is allowed in `f32`.
    const REJECTION: f64 = 1000.0 * Self::TOLERANCES[1];

    /// How far it is off.
    fn off(&self, vector: &V) -> [f64; 2];

    fn is_rejected(&self, vector: &V) -> bool {
        self.off(vector)[0] > Self::REJECTION
    }
}

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
    #[serde(default)]
    pub bidirectional: bool,
    /// How many steps each sequence has; none: all have T.
    pub lengths: Option<Vec<usize>>,
    /// For each layer and direction.
    #[serde(flatten, deserialize_with = "one_or_several")]
    pub cells: Vec<CellArrays>,
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

/// The weights of a cell, or their gradients, flat.
#[derive(Clone, Deserialize)]
pub struct CellArrays {
    pub w_ih: Vec<f64>,
    pub w_hh: Vec<f64>,
    pub b_ih: Vec<f64>,
    pub b_hh: Vec<f64>,
}

/// A single cell stands in the files without a list.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrSeveral {
    Several { cells: Vec<CellArrays> },
    One(CellArrays),
}

fn one_or_several<'de, D: Deserializer<'de>>(file: D) -> Result<Vec<CellArrays>, D::Error> {
    Ok(match OneOrSeveral::deserialize(file)? {
        OneOrSeveral::Several { cells } => cells,
        OneOrSeveral::One(cell) => vec![cell],
    })
}

/// `output` [N, T, K H], `h_n` and `c_n` [L K, N, H] of L layers and K directions, flat; `c_n` is
/// empty but for the LSTM.
#[derive(Clone, Default, Deserialize)]
pub struct Outcome {
    pub output: Vec<f64>,
    pub h_n: Vec<f64>,
    #[serde(default)]
    pub c_n: Vec<f64>,
    pub gradients: Option<Gradients>,
}

/// Of the weights and the arguments, flat. Those of the states are empty where none are given, and
/// `c_0` is but for the LSTM.
#[derive(Clone, Deserialize)]
pub struct Gradients {
    #[serde(flatten, deserialize_with = "one_or_several")]
    pub cells: Vec<CellArrays>,
    pub x: Vec<f64>,
    #[serde(default)]
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

    /// Of all three networks, with several layers or directions.
    pub fn stacks() -> Self {
        Self::read(include_str!("../pytorch/stacks.json"))
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
    /// The number of gates tells the networks apart.
    pub fn network(&self) -> Network {
        match self.cells[0].b_ih.len() / self.shape.h {
            1 => Network::Rnn,
            3 => Network::Gru,
            4 => Network::Lstm,
            gates => panic!("no network has {gates} gates"),
        }
    }

    /// K.
    pub fn directions(&self) -> usize {
        if self.bidirectional { 2 } else { 1 }
    }

    /// L.
    pub fn layers(&self) -> usize {
        self.cells.len() / self.directions()
    }

    pub fn length(&self, sequence: usize) -> usize {
        self.lengths.as_ref().map_or(self.shape.t, |lengths| lengths[sequence])
    }
}

impl CellArrays {
    pub fn arrays(&self) -> [&[f64]; 4] {
        [&self.w_ih, &self.w_hh, &self.b_ih, &self.b_hh]
    }

    pub fn arrays_mut(&mut self) -> [&mut Vec<f64>; 4] {
        [&mut self.w_ih, &mut self.w_hh, &mut self.b_ih, &mut self.b_hh]
    }

    /// Each array changed.
    pub fn map(&self, change: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        let [w_ih, w_hh, b_ih, b_hh] = self.arrays().map(change);
        Self { w_ih, w_hh, b_ih, b_hh }
    }
}

impl Outcome {
    /// The largest difference in `output`, `h_n` and `c_n`.
    pub fn deviation(&self, expected: &Self) -> f64 {
        difference(&self.output, &expected.output)
            .max(difference(&self.h_n, &expected.h_n))
            .max(difference(&self.c_n, &expected.c_n))
    }

    pub fn gradients(&self) -> &Gradients {
        self.gradients.as_ref().expect("these vectors hold gradients")
    }
}

impl Computed<Vector> for Outcome {
    const TOLERANCES: [f64; 2] = TOLERANCES;

    fn off(&self, vector: &Vector) -> [f64; 2] {
        [&vector.float64, &vector.float32].map(|expected| self.deviation(expected))
    }
}

impl Gradients {
    fn arrays(&self) -> impl Iterator<Item = &[f64]> {
        let arguments = [&self.x, &self.h_0, &self.c_0];
        let cells = self.cells.iter().flat_map(CellArrays::arrays);
        cells.chain(arguments.map(Vec::as_slice))
    }
}

impl Computed<Vector> for Gradients {
    const TOLERANCES: [f64; 2] = GRADIENT_TOLERANCES;

    /// The largest difference in an array, relative to the largest entry of that array.
    fn off(&self, vector: &Vector) -> [f64; 2] {
        [&vector.float64, &vector.float32].map(Outcome::gradients).map(|expected| {
            assert_eq!(self.cells.len(), expected.cells.len(), "gradients of another network");
            zip(self.arrays(), expected.arrays())
                .map(|(array, expected)| relative_difference(array, expected))
                .fold(0.0, f64::max)
        })
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
