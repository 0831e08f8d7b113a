//! The library beside PyTorch, as `code/rnn/benches/layers_beside_pytorch.py` recorded it.

use std::collections::BTreeMap;

use chapter::{
    Figure, Machine, Report,
    format::{count, decimals},
};
use serde::Deserialize;

/// Seconds of both, on one thread.
#[derive(Clone, Debug, Deserialize)]
pub struct Beside {
    machine: String,
    date: String,
    pytorch: String,
    rounds: usize,
    /// By network, pass and size, as in `rnn/forward/i`: the library's and PyTorch's.
    seconds: BTreeMap<String, [f64; 2]>,
}

/// The book's own measurement.
const RECORDED: &str = include_str!("../pytorch.json");

const NETWORKS: [(&str, &str); 3] = [("rnn", "tanh"), ("lstm", "LSTM"), ("gru", "GRU")];
const PASSES: [(&str, &str); 2] = [("forward", "Forward"), ("backward", "Forward and backward")];
/// The script's names of the sizes, and the chapter's.
const SIZES: [(&str, &str); 4] = [("i", "tiny"), ("ii", "long"), ("iii", "batch"), ("iv", "large")];

impl Beside {
    /// The book's own measurement.
    ///
    /// # Errors
    /// Where the record is not one.
    pub fn recorded() -> chapter::Result<Self> {
        Ok(serde_json::from_str(RECORDED)?)
    }

    /// The library's time in PyTorch's times. The size is called as in the chapter.
    ///
    /// # Errors
    /// Where it was not measured.
    pub fn ratio(&self, network: &str, pass: &str, size: &str) -> chapter::Result<f64> {
        let script = SIZES.iter().find(|(_, name)| *name == size).map_or(size, |(name, _)| *name);
        let name = format!("{network}/{pass}/{script}");
        let [library, pytorch] =
            self.seconds.get(&name).ok_or_else(|| format!("{name} is not in the record"))?;
        Ok(library / pytorch)
    }

    /// All ratios, and a figure for each pass.
    pub(crate) fn report(&self, report: &mut Report) -> chapter::Result {
        report.section("Beside PyTorch");
        report.number("beside_machine", &self.machine);
        report.number("beside_date", &self.date);
        report.number("beside_pytorch", &self.pytorch);
        report.number("beside_rounds", count(self.rounds));
        // One thread keeps one core busy.
        let (processor, date) = (self.machine.clone(), self.date.clone());
        let machine = Machine { processor, cores: 1, date };
        for (pass, title) in PASSES {
            let mut figure = Figure::new(
                &format!("beside-{pass}"),
                &format!("{title}: the library beside PyTorch"),
            )
            .describe("Points for three networks at four sizes; most lie below the line at one.")
            .x_axis("size")
            .y_axis("library's time / PyTorch's")
            .x_labels(SIZES.map(|(_, size)| size))
            .log_y()
            .mark_y(1.0, "as fast")
            .measured_on(&machine);
            for (network, label) in NETWORKS {
                let mut points = Vec::new();
                for (place, (_, size)) in SIZES.iter().enumerate() {
                    let ratio = self.ratio(network, pass, size)?;
                    report.number(&format!("{network}_{pass}_{size}"), decimals(ratio, 2));
                    points.push((place as f64, ratio));
                }
                figure = figure.marked_line(label, points);
            }
            report.figure(&figure)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_has_all_networks_passes_and_sizes() {
        let recorded = Beside::recorded().unwrap();
        for (network, _) in NETWORKS {
            for (pass, _) in PASSES {
                for (_, size) in SIZES {
                    let ratio = recorded.ratio(network, pass, size).unwrap();
                    assert!(ratio > 0.0 && ratio.is_finite(), "{network} {pass} {size}");
                }
            }
        }
        assert!(recorded.ratio("rnn", "forward", "huge").is_err());
    }

    #[test]
    fn a_ratio_is_the_librarys_time_over_pytorchs() {
        let record = r#"{"machine": "P", "date": "2026-01-02", "pytorch": "2.15.0", "rounds": 9,
            "seconds": {"gru/backward/iii": [1.0, 4.0]}}"#;
        let beside: Beside = serde_json::from_str(record).unwrap();
        assert_eq!(beside.ratio("gru", "backward", "batch").unwrap(), 0.25);
    }
}
