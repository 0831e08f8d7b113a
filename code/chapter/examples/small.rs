//! A chapter that is as small as can be, to try what every chapter's program does:
//! `cargo run -p chapter --example small -- --out target/small`

use std::process::ExitCode;

use chapter::{Chapter, Figure, Report, Result, Stopwatch, format::decimals};

/// How a state fades.
#[derive(clap::Args)]
struct Parameters {
    /// Weight of the state on itself
    #[arg(long, default_value_t = 0.5, value_parser = chapter::between(0.0, 1.0))]
    weight: f64,

    /// The times.
    #[command(flatten)]
    stopwatch: Stopwatch,
}

impl Chapter for Parameters {
    const NAME: &'static str = "ch00";
    const TITLE: &'static str = "How a state fades";

    fn check(&self) -> Result {
        self.stopwatch.check()
    }

    fn run(&self, _seed: u64, report: &mut Report) -> Result {
        let seconds: f64 = self.stopwatch.read("0.5", || Ok(0.25))?;
        report.number("seconds", decimals(seconds, 2));
        report.number("weight", decimals(self.weight, 2));
        let states = (0..20).map(|t| (f64::from(t), self.weight.powi(t)));
        report.figure(&Figure::new("fading", "How a state fades").line("h", states))
    }
}

fn main() -> ExitCode {
    chapter::main::<Parameters>()
}
