//! Vectors of several layers, in one direction or in both.

use std::iter::zip;

use serde::Deserialize;

use super::{Gradients, Network, Outcome, Shape, Vector, Vectors, network, relative_difference};

/// As [`Vector`], with a cell for each layer and direction.
#[derive(Clone, Deserialize)]
pub struct StackVector {
    pub name: String,
    pub shape: Shape,
    pub bidirectional: bool,
    pub lengths: Option<Vec<usize>>,
    pub cells: Vec<CellArrays>,
    pub x: Vec<f64>,
    pub h_0: Option<Vec<f64>>,
    pub c_0: Option<Vec<f64>>,
    pub d_output: Vec<f64>,
    pub d_h_n: Vec<f64>,
    #[serde(default)]
    pub d_c_n: Vec<f64>,
    pub float64: Outcome<StackGradients>,
    pub float32: Outcome<StackGradients>,
}

/// The weights of a cell, or their gradients, flat.
#[derive(Clone, Default, Deserialize)]
pub struct CellArrays {
    pub w_ih: Vec<f64>,
    pub w_hh: Vec<f64>,
    pub b_ih: Vec<f64>,
    pub b_hh: Vec<f64>,
}

/// As [`Gradients`]. Those of the states are empty where none are given.
#[derive(Clone, Deserialize)]
pub struct StackGradients {
    pub cells: Vec<CellArrays>,
    pub x: Vec<f64>,
    #[serde(default)]
    pub h_0: Vec<f64>,
    #[serde(default)]
    pub c_0: Vec<f64>,
}

impl Vectors<StackVector> {
    /// Of all three networks.
    pub fn stacks() -> Self {
        Self::read(include_str!("../pytorch/stacks.json"))
    }
}

impl StackVector {
    pub fn network(&self) -> Network {
        network(&self.cells[0].b_ih, self.shape)
    }

    pub fn directions(&self) -> usize {
        if self.bidirectional { 2 } else { 1 }
    }

    pub fn layers(&self) -> usize {
        self.cells.len() / self.directions()
    }

    /// Whether all layers read as many numbers.
    pub fn layers_are_alike(&self) -> bool {
        self.shape.d == self.directions() * self.shape.h
    }

    pub fn length(&self, sequence: usize) -> usize {
        self.lengths.as_ref().map_or(self.shape.t, |lengths| lengths[sequence])
    }
}

/// One layer in one direction.
impl From<Vector> for StackVector {
    fn from(vector: Vector) -> Self {
        let Vector { name, shape, lengths, w_ih, w_hh, b_ih, b_hh, .. } = vector;
        let Vector { x, h_0, c_0, d_output, d_h_n, d_c_n, float64, float32, .. } = vector;
        let cells = vec![CellArrays { w_ih, w_hh, b_ih, b_hh }];
        let [float64, float32] = [float64, float32].map(|outcome| {
            let Outcome { output, h_n, c_n, gradients } = outcome;
            Outcome { output, h_n, c_n, gradients: gradients.map(StackGradients::from) }
        });
        Self {
            name,
            shape,
            bidirectional: false,
            lengths,
            cells,
            x,
            h_0,
            c_0,
            d_output,
            d_h_n,
            d_c_n,
            float64,
            float32,
        }
    }
}

impl From<Gradients> for StackGradients {
    fn from(Gradients { w_ih, w_hh, b_ih, b_hh, x, h_0, c_0 }: Gradients) -> Self {
        Self { cells: vec![CellArrays { w_ih, w_hh, b_ih, b_hh }], x, h_0, c_0 }
    }
}

impl StackGradients {
    /// The largest difference in an array, relative to the largest entry of that array.
    pub fn deviation(&self, expected: &Self) -> f64 {
        assert_eq!(self.cells.len(), expected.cells.len(), "gradients of another network");
        zip(self.arrays(), expected.arrays())
            .map(|(array, expected)| relative_difference(array, expected))
            .fold(0.0, f64::max)
    }

    fn arrays(&self) -> impl Iterator<Item = &[f64]> {
        let cells = self
            .cells
            .iter()
            .flat_map(|CellArrays { w_ih, w_hh, b_ih, b_hh }| [w_ih, w_hh, b_ih, b_hh]);
        cells.chain([&self.x, &self.h_0, &self.c_0]).map(Vec::as_slice)
    }
}
