//! The crate computes what PyTorch computes, in both precisions.
//!
//! Which mistakes these vectors would catch is the subject of `mutants`.

pub mod arrays;
mod attention;
mod embedding;
mod layers;
mod losses;
mod optimisers;
mod recurrent_layers;
