//! The models of `pytorch/weights.py`, and what PyTorch computed with them.

use std::path::{Path, PathBuf};
use std::{env, fs};

use ndarray::{ArrayViewD, ArrayViewMutD, Axis, concatenate};
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{Error, FileError, Gru, Linear, Lstm, Parameters, Real, Rnn, load_model};
use serde::{Deserialize, Serialize};

use crate::pytorch::arrays::{array, flat};
use crate::vectors::{Vectors, difference};

/// A model in a file, and what it computes from `x`.
#[derive(Clone, Deserialize, Serialize)]
pub struct Vector {
    pub file: String,
    pub precision: String,
    pub layer: String,
    pub d: usize,
    pub h: usize,
    pub num_layers: usize,
    pub bidirectional: bool,
    pub head: bool,
    pub n: usize,
    pub t: usize,
    pub x: Vec<f64>,
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// `output` [N, T, K H], `h_n` and, of the LSTM, `c_n` [L K, N, H]; `answer` [N, 1] where there is a
/// head.
#[derive(Clone, Default, Deserialize, Serialize)]
pub struct Outcome {
    output: Vec<f64>,
    h_n: Vec<f64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    c_n: Vec<f64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    answer: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Model<F> {
    Rnn(Rnn<F>),
    Lstm(Lstm<F>),
    GruAndHead((Gru<F>, Linear<F>)),
}

pub fn vectors() -> Vectors<Vector> {
    Vectors::read(include_str!("../pytorch/weights/models.json"))
}

/// The one with this layer and this precision.
pub fn vector(layer: &str, precision: &str) -> Vector {
    let of_all = vectors().vectors.into_iter();
    let mut found = of_all.filter(|v| v.layer == layer && v.precision == precision);
    found.next().expect("weights.py makes it")
}

impl Vector {
    pub fn path(&self) -> PathBuf {
        // At run time: a checkout can be copied after it was compiled.
        let package = env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
        Path::new(&package).join("tests/pytorch/weights").join(&self.file)
    }

    pub fn bytes(&self) -> Vec<u8> {
        fs::read(self.path()).expect("the file is in the repository")
    }

    /// A model of these sizes with other weights.
    pub fn drawn<F: Real>(&self, seed: u64) -> Result<Model<F>, Error> {
        let Self { d, h, num_layers, bidirectional, .. } = *self;
        let rng = &mut ChaCha8Rng::seed_from_u64(seed);
        Ok(match self.layer.as_str() {
            "rnn" => Model::Rnn(Rnn::stacked(d, h, num_layers, bidirectional, rng)?),
            "lstm" => Model::Lstm(Lstm::stacked(d, h, num_layers, bidirectional, rng)?),
            _ => {
                let gru = Gru::stacked(d, h, num_layers, bidirectional, rng)?;
                let head = Linear::new(gru.num_directions() * h, 1, rng)?;
                Model::GruAndHead((gru, head))
            }
        })
    }

    /// The model in PyTorch's file.
    pub fn loaded<F: Real>(&self) -> Result<Model<F>, FileError> {
        let mut model = self.drawn(1).expect("the sizes are right");
        load_model(&mut model, self.path())?;
        Ok(model)
    }
}

impl Outcome {
    /// The largest difference of two numbers.
    pub fn deviation(&self, expected: &Self) -> f64 {
        difference(&self.output, &expected.output)
            .max(difference(&self.h_n, &expected.h_n))
            .max(difference(&self.c_n, &expected.c_n))
            .max(difference(&self.answer, &expected.answer))
    }
}

impl<F: Real> Model<F> {
    pub fn run(&self, Vector { n, t, d, x, .. }: &Vector) -> Result<Outcome, Error> {
        let x = array::<F, _>(x, (*n, *t, *d));
        Ok(match self {
            Self::Rnn(rnn) => {
                let (output, [h_n]) = rnn.forward(&x, None)?;
                Outcome { output: flat(&output), h_n: flat(&h_n), ..Outcome::default() }
            }
            Self::Lstm(lstm) => {
                let (output, [h_n, c_n]) = lstm.forward(&x, None)?;
                let (output, h_n, c_n) = (flat(&output), flat(&h_n), flat(&c_n));
                Outcome { output, h_n, c_n, ..Outcome::default() }
            }
            Self::GruAndHead((gru, head)) => {
                let (output, [h_n]) = gru.forward(&x, None)?;
                let first = h_n.len_of(Axis(0)) - gru.num_directions();
                let top: Vec<_> = h_n.outer_iter().skip(first).collect();
                let top = concatenate(Axis(1), &top).expect("states have one shape");
                let answer = flat(&head.forward(&top)?);
                Outcome { output: flat(&output), h_n: flat(&h_n), answer, ..Outcome::default() }
            }
        })
    }
}

impl<F: Real> Parameters<F> for Model<F> {
    fn named_parameters(&self) -> Vec<(String, ArrayViewD<'_, F>)> {
        match self {
            Self::Rnn(rnn) => rnn.named_parameters(),
            Self::Lstm(lstm) => lstm.named_parameters(),
            Self::GruAndHead(both) => both.named_parameters(),
        }
    }

    fn named_parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, F>)> {
        match self {
            Self::Rnn(rnn) => rnn.named_parameters_mut(),
            Self::Lstm(lstm) => lstm.named_parameters_mut(),
            Self::GruAndHead(both) => both.named_parameters_mut(),
        }
    }
}
