//! Weight files: those of PyTorch are read, those of the crate are PyTorch's, and no damaged one is
//! taken for whole.

mod damaged;
mod file;
mod messages;
mod models;
mod names;
mod pytorch;
mod saving;
