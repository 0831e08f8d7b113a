//! Would PyTorch's vectors catch a wrong formula? Here each mistake is made on purpose.
//!
//! `table.md` says how many of the vectors reject each mutant, of those whose shapes it fits: see
//! `book`.

mod attention;
mod attention_back;
mod backward;
mod blind;
mod book;
mod common;
mod embedding;
mod gradients;
mod gru;
mod lstm;
mod orders;
mod padded;
mod plain;
mod rnn;
mod stacks;
mod stacks_back;
mod stacks_plain;
mod table;
