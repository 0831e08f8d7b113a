//! The library beside PyTorch, as `code/rnn/benches/layers_beside_pytorch.py` recorded it.

use std::collections::BTreeMap;

use chapter::{
    Report,
    format::{count, decimals},
};
use serde::Deserialize;

/// Seconds of both.
#[derive(Clone, Debug, Deserialize)]
pub struct Beside {
    machine: String,
    date: String,
    pytorch: String,
    threads: usize,
    rounds: usize,
    /// Whether PyTorch may hand its LSTM to oneDNN, as it does unless it is told otherwise.
    #[serde(default = "yes")]
    onednn: bool,
    /// By network, pass and size, as in `rnn/forward/i`: the library's and PyTorch's.
    seconds: BTreeMap<String, [f64; 2]>,
}

fn yes() -> bool {
    true
}

/// The book's own measurements, on one thread and on all, and on all of another machine.
const ON_ONE: &str = include_str!("../pytorch.json");
const ON_ALL: &str = include_str!("../pytorch-all-cores.json");
const WITHOUT_ONEDNN: &str = include_str!("../pytorch-without-onednn.json");
const ELSEWHERE: &str = include_str!("../pytorch-other-machine.json");

const NETWORKS: [&str; 3] = ["rnn", "lstm", "gru"];
const PASSES: [&str; 2] = ["forward", "backward"];
/// Steps of the sequences of an attention.
const ATTENTION_STEPS: [usize; 3] = [64, 512, 4_096];
/// The numbers in its inputs, queries, keys and values.
const ATTENTION_WIDTH: usize = 128;
/// The script's names of the sizes, and the chapter's.
const SIZES: [(&str, &str); 4] = [("i", "tiny"), ("ii", "long"), ("iii", "batch"), ("iv", "large")];

impl Beside {
    /// The book's own measurement on one thread.
    ///
    /// # Errors
    /// Where the record is not one.
    pub fn recorded() -> chapter::Result<Self> {
        Ok(serde_json::from_str(ON_ONE)?)
    }

    /// The book's own measurement on all threads of a machine.
    ///
    /// # Errors
    /// Where the record is not one.
    pub fn on_all_cores() -> chapter::Result<Self> {
        Ok(serde_json::from_str(ON_ALL)?)
    }

    /// The LSTM on one thread where PyTorch's goes operator by operator, as its other layers do.
    ///
    /// # Errors
    /// Where the record is not one, or was made with oneDNN.
    pub fn without_onednn() -> chapter::Result<Self> {
        let recorded: Self = serde_json::from_str(WITHOUT_ONEDNN)?;
        if recorded.onednn {
            return Err("pytorch-without-onednn.json was made without --without-onednn".into());
        }
        Ok(recorded)
    }

    /// The same on a machine of another maker, for how far the ratios hold.
    ///
    /// # Errors
    /// Where the record is not one.
    pub fn elsewhere() -> chapter::Result<Self> {
        Ok(serde_json::from_str(ELSEWHERE)?)
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

    /// All ratios, under names that begin so.
    fn ratios(&self, prefix: &str, report: &mut Report) -> chapter::Result {
        report.number(&format!("{prefix}machine"), &self.machine);
        report.number(&format!("{prefix}date"), &self.date);
        report.number(&format!("{prefix}pytorch"), &self.pytorch);
        report.number(&format!("{prefix}rounds"), count(self.rounds));
        report.number(&format!("{prefix}threads"), count(self.threads));
        for pass in PASSES {
            for network in NETWORKS {
                for (_, size) in SIZES {
                    let ratio = self.ratio(network, pass, size)?;
                    report.number(&format!("{prefix}{network}_{pass}_{size}"), decimals(ratio, 2));
                }
            }
            for steps in ATTENTION_STEPS {
                let ratio = self.ratio("attention", pass, &steps.to_string())?;
                report.number(&format!("{prefix}attention_{pass}_{steps}"), decimals(ratio, 2));
            }
        }
        Ok(())
    }

    /// The ratios on one thread, on all, and on those of another machine.
    pub(crate) fn report(report: &mut Report) -> chapter::Result {
        report.section("Beside PyTorch");
        report.number("attention_width", count(ATTENTION_WIDTH));
        for steps in ATTENTION_STEPS {
            report.number(&format!("attention_steps_{steps}"), count(steps));
        }
        Self::recorded()?.ratios("beside_", report)?;
        let operators = Self::without_onednn()?;
        for pass in PASSES {
            for (_, size) in SIZES {
                let ratio = operators.ratio("lstm", pass, size)?;
                report.number(&format!("operators_lstm_{pass}_{size}"), decimals(ratio, 2));
            }
        }
        report.section("Beside PyTorch, on all cores");
        Self::on_all_cores()?.ratios("all_", report)?;
        report.section("Beside PyTorch, on all cores of another machine");
        Self::elsewhere()?.ratios("other_", report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_has_all_networks_passes_and_sizes() {
        let (one, all) = (Beside::recorded().unwrap(), Beside::on_all_cores().unwrap());
        assert!(one.threads == 1 && all.threads > 1, "{} {}", one.threads, all.threads);
        let other = Beside::elsewhere().unwrap();
        assert!(other.machine != all.machine && other.threads == all.threads, "{}", other.machine);
        let operators = Beside::without_onednn().unwrap();
        assert!(one.onednn && all.onednn && other.onednn);
        assert_eq!((operators.threads, &operators.machine), (1, &one.machine));
        for recorded in [one, all, other] {
            let mut report = Report::new(1);
            recorded.ratios("x_", &mut report).unwrap();
            let ratios = report.numbers().iter().filter(|number| number.name.contains("ward_"));
            assert_eq!(ratios.clone().count(), 2 * (3 * 4 + 3));
            for number in ratios {
                let ratio: f64 = number.text.parse().unwrap();
                assert!(ratio > 0.0 && ratio.is_finite(), "{}", number.name);
            }
            assert!(recorded.ratio("rnn", "forward", "huge").is_err());
        }
    }

    #[test]
    fn a_ratio_is_the_librarys_time_over_pytorchs() {
        let record = r#"{"machine": "P", "date": "2026-01-02", "pytorch": "2.15.0", "threads": 1, "rounds": 9,
            "seconds": {"gru/backward/iii": [1.0, 4.0]}}"#;
        let beside: Beside = serde_json::from_str(record).unwrap();
        assert_eq!(beside.ratio("gru", "backward", "batch").unwrap(), 0.25);
    }
}
