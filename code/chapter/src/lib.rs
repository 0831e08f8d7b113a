//! What every chapter program of the book does, so that a chapter holds its experiments and
//! nothing else: it reads the parameters, shows progress, prints the named numbers as a table and
//! draws the figures where the book shows them.
//!
//! A chapter is a set of parameters with experiments that fill a [`Report`]:
//!
//! ```
//! use chapter::{Chapter, Experiment, Figure, Report, format::decimals};
//!
//! /// How a state fades.
//! #[derive(clap::Args)]
//! struct Parameters {
//!     /// Weight of the state on itself.
//!     #[arg(long, default_value_t = 0.5, value_parser = chapter::between(0.0, 2.0))]
//!     weight: f64,
//! }
//!
//! impl Chapter for Parameters {
//!     const NAME: &'static str = "ch00";
//!     const TITLE: &'static str = "How a state fades";
//!     const EXPERIMENTS: &'static [Experiment<Self>] =
//!         &[Experiment { figures: &["fading"], run: Self::fading }];
//! }
//!
//! impl Parameters {
//!     fn fading(&self, report: &mut Report) -> chapter::Result {
//!         let states = (0..20).map(|t| (f64::from(t), self.weight.powi(t)));
//!         report.number("after_three_steps", decimals(self.weight.powi(3), 4));
//!         report.figure(&Figure::new("fading", "A state fades").line("h", states))
//!     }
//! }
//!
//! let report = chapter::draw("fading", &Parameters { weight: 0.5 }, Report::new(1)).unwrap();
//! assert_eq!(report.numbers()[0].text, "0.1250");
//! ```
//!
//! `fn main() -> ExitCode { chapter::main::<Parameters>() }` is the whole program.

mod arguments;
mod error;
mod experiment;
mod limit;
mod machine;
mod parameter;
#[cfg(not(target_arch = "wasm32"))]
mod program;
mod progress;
mod range;
mod report;
mod rng;
mod spread;

pub use error::{Error, Result};
pub use experiment::{Chapter, Experiment, draw, parse};
pub use figure::{Diagram, Draw, Figure, HeatMap, Look, Sketch, format, svg};
pub use limit::at_most;
pub use machine::Machine;
pub use parameter::{Kind, Parameter, parameters};
#[cfg(not(target_arch = "wasm32"))]
pub use program::{
    Kept, book_root, check_writable, each_alone, figures, main, numbers, refused_at_bounds,
    write_file,
};
pub use progress::Progress;
pub use range::{Range, at_least, between};
pub use report::{Drawing, Number, Report};
pub use rng::rng;
pub use spread::Spread;
