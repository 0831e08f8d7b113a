//! What the cells share: four arrays of weights, for one gate or several.
//!
//! With *G* gates the arrays have the shapes `w_ih` `[G H, D]`, `w_hh` `[G H, H]`, `b_ih` and `b_hh`
//! `[G H]`: the gates lie below each other, H rows each.

use std::array;

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, ArrayView1, Axis};
use rand::{Rng, RngExt};

use crate::error::{check_finite, check_shape, check_size};
use crate::product::Product;
use crate::{Error, Real};

/// `w_ih`, `w_hh`, `b_ih` and `b_hh`.
pub(crate) type FourArrays<F> = (Array2<F>, Array2<F>, Array1<F>, Array1<F>);

/// Every weight and bias uniform between `-1 / sqrt(H)` and `1 / sqrt(H)`, as PyTorch draws them.
pub(crate) fn draw<F: Real>(
    gates: usize,
    input_size: usize,
    hidden_size: usize,
    rng: &mut impl Rng,
) -> Result<FourArrays<F>, Error> {
    check_size("input_size", input_size)?;
    check_size("hidden_size", hidden_size)?;
    let rows = gates * hidden_size;
    let mut draw = uniform(hidden_size, rng);
    Ok((
        Array2::from_shape_simple_fn((rows, input_size), &mut draw),
        Array2::from_shape_simple_fn((rows, hidden_size), &mut draw),
        Array1::from_shape_simple_fn(rows, &mut draw),
        Array1::from_shape_simple_fn(rows, &mut draw),
    ))
}

/// What the cells of four arrays have in common. `$gates` is G.
macro_rules! cell_of_four {
    ($cell:ident, $gates:expr) => {
        impl<F: Real> $cell<F> {
            /// A cell with every weight and bias uniform between `-1 / sqrt(H)` and `1 / sqrt(H)`.
            ///
            /// The numbers are drawn in the order `w_ih`, `w_hh`, `b_ih`, `b_hh`, row by row and
            /// always in `f64`, so that one seed gives the same network in `f32` and `f64`, up to
            /// rounding.
            ///
            /// # Errors
            ///
            /// [`Error::ZeroSize`] where a size is zero. (A size too large for the memory ends the
            /// program, as it does for a [`Vec`].)
            ///
            /// Source: PyTorch's cells, the distribution; its random numbers are others.
            pub fn new(
                input_size: usize,
                hidden_size: usize,
                rng: &mut impl rand::Rng,
            ) -> Result<Self, Error> {
                let (w_ih, w_hh, b_ih, b_hh) =
                    $crate::weights::draw($gates, input_size, hidden_size, rng)?;
                Ok(Self { w_ih, w_hh, b_ih, b_hh })
            }

            /// The number of inputs, *D*.
            pub fn input_size(&self) -> usize {
                self.w_ih.ncols()
            }

            /// The number of units, *H*.
            pub fn hidden_size(&self) -> usize {
                self.w_ih.nrows() / $gates
            }

            /// The multiply-adds of a step, one for each weight, biases aside. (The functions of the
            /// units come on top, a few for each.)
            pub fn multiply_adds_per_step(&self) -> usize {
                self.w_ih.len() + self.w_hh.len()
            }
        }

        $crate::parameters::named_parameters!($cell {
            "weight_ih": w_ih,
            "weight_hh": w_hh,
            "bias_ih": b_ih,
            "bias_hh": b_hh
        });

        impl<F: Real> $crate::cell::Weights for $cell<F> {
            type Real = F;

            type Ready = $crate::weights::ReadyWeights<F>;

            fn draw(d: usize, h: usize, rng: &mut impl rand::Rng) -> Result<Self, Error> {
                Self::new(d, h, rng)
            }

            fn check(&self) -> Result<(), Error> {
                let Self { w_ih, w_hh, b_ih, b_hh } = self;
                $crate::weights::check_weights($gates, w_ih, w_hh, b_ih, b_hh)
            }

            fn ready(&self) -> Self::Ready {
                Self::Ready::new(&self.w_ih, &self.w_hh)
            }

            fn w_ih(&self) -> &Array2<F> {
                &self.w_ih
            }

            fn units(&self) -> usize {
                self.hidden_size()
            }
        }
    };
}
pub(crate) use cell_of_four;

/// Draws between `-1 / sqrt(n)` and `1 / sqrt(n)`, always in `f64`: one seed gives the same network
/// in both types, up to rounding.
pub(crate) fn uniform<F: Real>(n: usize, rng: &mut impl Rng) -> impl FnMut() -> F {
    let bound = 1.0 / (n as f64).sqrt();
    move || F::from_f64(rng.random_range(-bound..=bound))
}

/// The fields of a cell are public, so every use checks them: `w_ih` sets
/// the sizes, the rest follows.
pub(crate) fn check_weights<F>(
    gates: usize,
    w_ih: &ArrayRef2<F>,
    w_hh: &ArrayRef2<F>,
    b_ih: &ArrayRef1<F>,
    b_hh: &ArrayRef1<F>,
) -> Result<(), Error> {
    let hidden_size = w_ih.nrows() / gates;
    let rows = gates * hidden_size;
    check_size("input_size", w_ih.ncols())?;
    check_size("hidden_size", hidden_size)?;
    check_shape("w_ih", w_ih, &[rows, w_ih.ncols()])?;
    check_shape("w_hh", w_hh, &[rows, hidden_size])?;
    check_shape("b_ih", b_ih, &[rows])?;
    check_shape("b_hh", b_hh, &[rows])
}

/// The weights for rows on their left, as inputs and states are in a pass.
#[derive(Debug)]
pub struct ReadyWeights<F: Real> {
    /// `W_ihᵀ` `[D, G H]`
    pub w_ih: F::Ready,
    /// `W_hhᵀ` `[H, G H]`
    pub w_hh: F::Ready,
}

impl<F: Real> ReadyWeights<F> {
    pub fn new(w_ih: &Array2<F>, w_hh: &Array2<F>) -> Self {
        Self { w_ih: F::Ready::ready(&w_ih.t()), w_hh: F::Ready::ready(&w_hh.t()) }
    }
}

/// A vector of the right size and finite.
pub(crate) fn check_vector<F: Real>(
    name: &'static str,
    vector: &ArrayRef1<F>,
    size: usize,
) -> Result<(), Error> {
    check_shape(name, vector, &[size])?;
    check_finite(name, vector)
}

/// The gates of a vector `[G H]`, each `[H]`.
pub(crate) fn gates<F, const G: usize>(vector: &ArrayRef1<F>) -> [ArrayView1<'_, F>; G] {
    let hidden_size = vector.len() / G;
    array::from_fn(|gate| {
        vector.slice_axis(Axis(0), (gate * hidden_size..(gate + 1) * hidden_size).into())
    })
}

/// The gates of a row `[G H]`, each `[H]`.
pub(crate) fn parts<const G: usize, F>(row: &[F]) -> [&[F]; G] {
    let hidden_size = row.len() / G;
    array::from_fn(|gate| &row[gate * hidden_size..(gate + 1) * hidden_size])
}

/// As [`parts`], to be changed.
pub(crate) fn parts_mut<const G: usize, F>(row: &mut [F]) -> [&mut [F]; G] {
    let mut gates = row.chunks_exact_mut(row.len() / G);
    array::from_fn(|_| gates.next().expect("a row has G gates"))
}

/// Row n of a block, which lies in the memory row after row.
pub(crate) fn row<F>(block: &ArrayRef2<F>, n: usize) -> &[F] {
    let width = block.ncols();
    let rows = block.as_slice().expect("blocks lie row after row");
    &rows[n * width..(n + 1) * width]
}

/// As [`row`], to be changed.
pub(crate) fn row_mut<F>(block: &mut ArrayRef2<F>, n: usize) -> &mut [F] {
    let width = block.ncols();
    let rows = block.as_slice_mut().expect("blocks lie row after row");
    &mut rows[n * width..(n + 1) * width]
}

/// `σ(z) = 1 / (1 + exp(-z))`: from zero, for closed, to one, for open.
pub(crate) fn sigmoid<F: Real>(z: F) -> F {
    F::one() / (F::one() + (-z).exp())
}
