//! The tests of the library, in one program: what they share is compiled once.

mod attention;
mod attention_in_blocks;
mod errors;
mod gradients;
mod init;
mod layouts;
mod min_gru;
mod mutants;
mod pieces;
mod prepacked;
mod properties;
mod pytorch;
mod recurrent;
mod scan;
mod sums;
mod threads;
mod vectors;
mod weights;
