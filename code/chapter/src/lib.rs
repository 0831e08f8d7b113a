//! What every chapter program of the book does, so that a chapter holds its experiments and
//! nothing else: it reads the parameters, shows progress, prints the named numbers as a table and
//! draws the figures where the book shows them.
//!
//! A chapter is a set of parameters with a `run` that fills a [`Report`]:
//!
//! ```
//! use chapter::{Chapter, Figure, Report, format};
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
//!
//!     fn run(&self, _seed: u64, report: &mut Report) -> chapter::Result {
//!         let states = (0..20).map(|t| (f64::from(t), self.weight.powi(t)));
//!         report.number("after_three_steps", format::decimals(self.weight.powi(3), 4));
//!         report.figure(&Figure::new("fading", "A state fades").line("h", states))
//!     }
//! }
//!
//! let mut report = Report::new(None);
//! Parameters { weight: 0.5 }.run(0, &mut report).unwrap();
//! assert_eq!(report.numbers()[0].text, "0.1250");
//! ```
//!
//! `fn main() -> ExitCode { chapter::main::<Parameters>() }` is the whole program.

mod arguments;
mod bounds;
mod diagram;
mod error;
pub mod figure;
pub mod format;
mod found;
mod kept;
mod limit;
mod machine;
mod output;
mod program;
mod report;
mod root;
mod spread;
pub mod svg;
mod sync;

pub use arguments::{at_least, between};
pub use bounds::refused_at_bounds;
pub use diagram::Diagram;
pub use error::{Error, Result};
pub use figure::{Figure, HeatMap};
pub use found::{figures, numbers};
pub use kept::Kept;
pub use limit::at_most;
pub use machine::{Machine, Stopwatch, Timings, crossing, seconds_in_turn};
pub use output::write_file;
pub use program::{Chapter, main};
pub use report::{Draw, Drawing, Number, Report};
pub use root::book_root;
pub use spread::Spread;
