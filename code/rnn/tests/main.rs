//! The tests of the library, in one program: what they share is compiled once.

mod attention;
mod errors;
mod gradients;
mod init;
mod layouts;
mod min_gru;
mod mutants;
mod pieces;
mod properties;
mod pytorch;
mod recurrent;
mod scan;
mod sums;
mod vectors;
mod weights;
