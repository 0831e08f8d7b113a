//! A chapter that is as small as can be, to try what every chapter's program does:
//! `cargo run -p chapter --example small -- --out target/small`

use std::process::ExitCode;

use chapter::{Chapter, Experiment, Figure, Report, Result, format::decimals};

/// How a state fades.
#[derive(clap::Args)]
struct Parameters {
    /// Weight of the state on itself
    #[arg(long, default_value_t = 0.5, value_parser = chapter::between(0.0, 1.0))]
    weight: f64,
}

impl Chapter for Parameters {
    const NAME: &'static str = "ch00";
    const TITLE: &'static str = "How a state fades";
    const EXPERIMENTS: &'static [Experiment<Self>] =
        &[Experiment { figures: &["fading"], run: Self::fading }];
}

impl Parameters {
    fn fading(&self, report: &mut Report) -> Result {
        report.number("weight", decimals(self.weight, 2));
        let states = (0..20).map(|t| (f64::from(t), self.weight.powi(t)));
        report.figure(&Figure::new("fading", "How a state fades").line("h", states))
    }
}

fn main() -> ExitCode {
    chapter::main::<Parameters>()
}
