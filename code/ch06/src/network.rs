//! A recurrent network of any kind, and the shape of everything on the way through it.

use ndarray::Array3;
use rand::Rng;
use rnn::{Error, Gru, Lstm, Parameters, Rnn};

/// The cell of a network.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// tanh
    Rnn,
    /// Long short-term memory
    Lstm,
    /// Gated recurrent unit
    Gru,
}

impl Cell {
    /// The products with a weight matrix that each unit takes in a step.
    pub fn gates(self) -> usize {
        match self {
            Self::Rnn => 1,
            Self::Lstm => 4,
            Self::Gru => 3,
        }
    }
}

/// How large a network is, and what it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Sequences, N.
    pub batch: usize,
    /// Steps, T.
    pub steps: usize,
    /// Numbers in one input, D.
    pub input: usize,
    /// Units in each layer and direction, H.
    pub hidden: usize,
    /// Layers on top of each other.
    pub layers: usize,
    /// Whether each layer reads in both directions.
    pub bidirectional: bool,
}

impl Sizes {
    /// Two where each layer reads in both directions.
    pub fn directions(&self) -> usize {
        if self.bidirectional { 2 } else { 1 }
    }

    /// The weights of a layer, at most: the first reads the inputs, the others the layer below.
    pub fn weights_of_layer(&self, cell: Cell) -> usize {
        let states = self.directions() * self.hidden;
        cell.gates() * states * (self.input.max(states) + self.hidden)
    }
}

/// An array by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// As in PyTorch.
    pub name: String,
    /// The length of each axis, the slowest first.
    pub axes: Vec<usize>,
}

impl Shape {
    fn new(name: &str, axes: &[usize]) -> Self {
        Self { name: name.to_owned(), axes: axes.to_vec() }
    }

    /// `[2, 5, 10]`
    pub fn text(&self) -> String {
        format!("{:?}", self.axes)
    }
}

/// What a network is made of, what goes in, and what comes out: shapes read off the arrays of a
/// network that ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shapes {
    /// Inputs and initial states.
    pub given: Vec<Shape>,
    /// Weights and biases.
    pub parameters: Vec<Shape>,
    /// Outputs and last states.
    pub results: Vec<Shape>,
    /// All weights and biases.
    pub parameter_count: usize,
}

/// Builds a network, runs it over zeros, and notes the shape of everything.
///
/// # Errors
/// Where a size is zero.
pub fn shapes(cell: Cell, sizes: &Sizes, rng: &mut impl Rng) -> Result<Shapes, Error> {
    let Sizes { batch, steps, input, hidden, layers, bidirectional } = *sizes;
    let x = Array3::<f32>::zeros((batch, steps, input));
    let initial = Array3::zeros((layers * sizes.directions(), batch, hidden));
    let given = |names: &[&str]| {
        let states = names.iter().map(|name| Shape::new(name, initial.shape()));
        [Shape::new("input", x.shape())].into_iter().chain(states).collect()
    };
    Ok(match cell {
        Cell::Rnn => {
            let rnn = Rnn::stacked(input, hidden, layers, bidirectional, rng)?;
            let (output, [h_n]) = rnn.forward(&x, Some([&initial]))?;
            Shapes::new(given(&["h_0"]), &rnn, &[("output", &output), ("h_n", &h_n)])
        }
        Cell::Gru => {
            let gru = Gru::stacked(input, hidden, layers, bidirectional, rng)?;
            let (output, [h_n]) = gru.forward(&x, Some([&initial]))?;
            Shapes::new(given(&["h_0"]), &gru, &[("output", &output), ("h_n", &h_n)])
        }
        Cell::Lstm => {
            let lstm = Lstm::stacked(input, hidden, layers, bidirectional, rng)?;
            let (output, [h_n, c_n]) = lstm.forward(&x, Some([&initial, &initial]))?;
            let results = [("output", &output), ("h_n", &h_n), ("c_n", &c_n)];
            Shapes::new(given(&["h_0", "c_0"]), &lstm, &results)
        }
    })
}

impl Shapes {
    /// All shapes, in the order of their use.
    pub fn all(&self) -> impl Iterator<Item = &Shape> {
        self.given.iter().chain(&self.parameters).chain(&self.results)
    }

    fn new(
        given: Vec<Shape>,
        network: &impl Parameters<f32>,
        results: &[(&str, &Array3<f32>)],
    ) -> Self {
        let named = network.named_parameters();
        Self {
            given,
            parameters: named.iter().map(|(name, array)| Shape::new(name, array.shape())).collect(),
            results: results.iter().map(|(name, array)| Shape::new(name, array.shape())).collect(),
            parameter_count: network.parameter_count(),
        }
    }
}
