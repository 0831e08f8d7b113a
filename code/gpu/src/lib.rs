//! The tanh layer and the diagonal scan on a graphics card, in several ways: what does the card wait
//! for? `cargo run -p gpu` lists the devices and holds every way against the library.
//!
//! [`Gpu`] is a device, [`Kernel`] a program for it, and [`Launch`] one run of it by many threads.
//! [`Layer`] is a tanh layer there, and [`Way`] says how its steps are launched. [`Diagonal`] is the
//! diagonal linear recurrence. [`check`](mod@check) compares them with `rnn`, and
//! [`measure`](mod@measure) times them.
//!
//! The kernels are written in WGSL, in `src/kernels`, and run on Vulkan, Metal and Direct3D 12 by
//! way of `wgpu`.

pub mod check;
mod diagonal;
mod draw;
mod error;
mod gpu;
mod kernel;
mod layer;
pub mod measure;
mod ready;
pub mod record;
mod run;
mod ways;

pub use diagonal::Diagonal;
pub use error::Error;
pub use gpu::{Gpu, adapters};
pub use kernel::{Bound, Kernel, written_out};
pub use layer::{Layer, Sizes};
pub use ready::{Plan, ROWS_OF_A_STEP, Ready, Way};
pub use run::{Launch, Seconds};

/// A result of this crate.
pub type Result<T = ()> = std::result::Result<T, Error>;
