//! Recurrent neural networks with PyTorch's names, shapes and results.
//!
//! The crate grows with the book that prints it: an item is here because a chapter explains it.
//! It reads from the inside out: [`RnnCell`] is one step of one sequence, the formula itself;
//! [`Rnn`] runs that cell over a batch of whole sequences.
//!
//! Shapes are written with *N* sequences in the batch, *T* steps, *D* inputs (`input_size`) and
//! *H* units (`hidden_size`). Every function works in `f32` and in `f64` ([`Real`]), and reports
//! what cannot be computed as an [`Error`].
//!
//! ```
//! use ndarray::Array3;
//! use rand::{SeedableRng, rngs::ChaCha8Rng};
//! use rnn::Rnn;
//!
//! # fn main() -> Result<(), rnn::Error> {
//! let mut rng = ChaCha8Rng::seed_from_u64(1);
//! let rnn = Rnn::<f32>::new(10, 20, &mut rng)?;
//! assert_eq!(rnn.parameter_count(), 640);
//!
//! let x = Array3::ones((2, 5, 10));
//! let (output, h_n) = rnn.forward(&x, None)?;
//! assert_eq!(output.shape(), [2, 5, 20]);
//! assert_eq!(h_n.shape(), [1, 2, 20]);
//! # Ok(())
//! # }
//! ```

mod cell;
mod error;
mod real;
mod rnn;

pub use cell::RnnCell;
pub use error::Error;
pub use real::Real;
pub use rnn::Rnn;
