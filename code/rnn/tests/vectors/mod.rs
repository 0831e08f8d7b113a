//! The vectors that PyTorch computed: `pytorch/rnn.json`, read for the tests.

use serde::Deserialize;

pub const F64_TOLERANCE: f64 = 1e-12;
pub const F32_TOLERANCE: f64 = 1e-6;

/// What PyTorch computed, and the versions that computed it.
#[derive(Deserialize)]
pub struct Vectors {
    pub made_with: Versions,
    pub vectors: Vec<Vector>,
}

#[derive(Deserialize)]
pub struct Versions {
    pub torch: String,
    pub numpy: String,
    pub python: String,
}

/// One run of `torch.nn.RNN`: weights, arguments, and the results in both precisions.
///
/// Arrays are flat, row by row.
#[derive(Clone, Deserialize)]
pub struct Vector {
    pub name: String,
    pub shape: Shape,
    pub w_ih: Vec<f64>,
    pub w_hh: Vec<f64>,
    pub b_ih: Vec<f64>,
    pub b_hh: Vec<f64>,
    pub x: Vec<f64>,
    pub h_0: Option<Vec<f64>>,
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

/// `output` [N, T, H] and `h_n` [1, N, H], flat.
#[derive(Clone, Deserialize)]
pub struct Outcome {
    pub output: Vec<f64>,
    pub h_n: Vec<f64>,
}

impl Vectors {
    pub fn read() -> Self {
        serde_json::from_str(include_str!("../pytorch/rnn.json"))
            .expect("rnn.json is what make_vectors.py writes")
    }

    /// The versions for a failing test's message.
    pub fn made_with(&self) -> String {
        let Versions { torch, numpy, python } = &self.made_with;
        format!("PyTorch {torch} (numpy {numpy}, Python {python})")
    }
}
