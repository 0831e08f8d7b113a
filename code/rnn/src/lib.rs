//! Recurrent neural networks with PyTorch's names, shapes and results.
//!
//! The crate grows with the book that prints it: an item is here because a chapter explains it.
//! It reads from the inside out: [`RnnCell`] is one step of one sequence, the formula itself;
//! [`Rnn`] runs that cell over a batch of whole sequences, and back. [`LstmCell`] and [`Lstm`],
//! [`GruCell`] and [`Gru`], [`MinGruCell`] and [`MinGru`] are
//! built alike: networks of cells, [`Layers`]. [`Linear`], [`Conv1d`], [`Fnn`] and [`SelfAttention`]
//! are what they are compared with, an [`Embedding`] makes inputs of tokens, and [`scan`] has what
//! need not go step by step. A loss ([`mse_loss`], [`cross_entropy`]) says how wrong an answer is,
//! and an optimiser ([`Sgd`], [`Adam`]) moves the [`Parameters`] against its gradient. [`save_model`]
//! and [`load_model`] keep them in a file that PyTorch reads and writes too.
//!
//! Shapes are written with *N* sequences in the batch, *T* steps, *D* inputs (`input_size`) and
//! *H* units (`hidden_size`). Every function works in `f32` and in `f64` ([`Real`]), and reports
//! what cannot be computed as an [`Error`].
//!
//! Large calls use all cores: as many threads as the environment variable `RAYON_NUM_THREADS` says, or
//! those of the rayon pool that calls. The results are the same to the bit for any number of them.
//! [`Layers::prepack`] is for networks that are called often, and with little to read each time.
//!
//! Training allocates large arrays at each update. Where the allocator gives them back to the system each
//! time, as glibc's may, one that keeps them is worth a line in the program (`#[global_allocator]`):
//! with mimalloc's the LSTM of 32 sequences, 100 steps, 100 inputs and 128 units was trained in 0.6 of the
//! time, that of 512 steps, 256 inputs and 512 units in 0.8 (two threads of an AMD EPYC, 2026-11-28).
//!
//! ```
//! use ndarray::Array3;
//! use rand::{SeedableRng, rngs::ChaCha8Rng};
//! use rnn::{Parameters, Rnn};
//!
//! # fn main() -> Result<(), rnn::Error> {
//! let mut rng = ChaCha8Rng::seed_from_u64(1);
//! let rnn = Rnn::<f32>::new(10, 20, &mut rng)?;
//! assert_eq!(rnn.parameter_count(), 640);
//!
//! let x = Array3::ones((2, 5, 10));
//! let (output, [h_n]) = rnn.forward(&x, None)?;
//! assert_eq!(output.shape(), [2, 5, 20]);
//! assert_eq!(h_n.shape(), [1, 2, 20]);
//! # Ok(())
//! # }
//! ```

// Code that is to be compiled for several sets of vector instructions must be inlined into each.
#![allow(clippy::inline_always)]

mod activation;
mod attention;
mod cell;
mod conv1d;
mod embedding;
mod error;
mod fnn;
mod gru;
pub mod init;
mod layers;
mod linear;
mod loss;
mod lstm;
mod min_gru;
mod model_file;
mod optim;
mod parameters;
mod pass;
mod prepacked;
mod product;
mod real;
mod rnn;
mod saved;
pub mod scan;
mod shares;
mod steps;
mod sums;
mod weights;

/// What the tests against PyTorch would catch: each mistake that somebody thought of, and how many of
/// the vectors with known numbers show it. The book says how to read this.
#[cfg(doc)]
#[doc = include_str!("../tests/mutants/table.md")]
pub mod vectors {}

pub use activation::tanh_in_place;
pub use attention::{AttentionGradients, AttentionSaved, KvCache, Positions, SelfAttention};
pub use cell::{Cell, by_ref};
pub use conv1d::Conv1d;
pub use embedding::Embedding;
pub use error::Error;
pub use fnn::Fnn;
pub use gru::{Gru, GruCell};
pub use layers::{Layers, States, StatesRef};
pub use linear::{Linear, LinearGradients};
pub use loss::{cross_entropy, mse_loss};
pub use lstm::{Lstm, LstmCell};
pub use min_gru::{MinGru, MinGruCell};
pub use model_file::{FileError, load_model, read_model, save_model, write_model};
pub use optim::{Adam, Sgd, clip_grad_norm};
pub use parameters::{Parameters, in_modules};
pub use prepacked::Prepacked;
pub use real::Real;
pub use rnn::{Rnn, RnnCell};
pub use saved::{Gradients, Saved};
