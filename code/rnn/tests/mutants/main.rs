//! Would PyTorch's vectors catch a wrong formula? Here each mistake is made on purpose.
//!
//! `cargo test -p rnn --test mutants -- --nocapture --test-threads 1` prints the tables: how many of
//! the vectors reject each mutant, of those whose shapes it fits.

mod attention;
mod attention_back;
mod backward;
mod common;
mod embedding;
mod gradients;
mod gru;
mod lstm;
mod orders;
mod padded;
mod plain;
mod rnn;
mod table;

#[path = "../vectors/mod.rs"]
mod vectors;
