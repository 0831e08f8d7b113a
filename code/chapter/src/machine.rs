//! The machine that a figure was measured on.

use serde::{Deserialize, Serialize};

/// The machine that something was measured on, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The processor, as it calls itself.
    pub processor: String,
    /// The processor's cores that this program may use.
    pub cores: usize,
    /// The day of the measurement: `2026-11-23`.
    pub date: String,
}

/// As a caption names it: `AMD EPYC, 2 cores, 2026-11-23`.
impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let cores = if self.cores == 1 { "core" } else { "cores" };
        write!(f, "{}, {} {cores}, {}", self.processor, self.cores, self.date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caption_names_processor_cores_and_day() {
        let two = Machine { processor: "P".into(), cores: 2, date: "2026-01-02".into() };
        assert_eq!(two.to_string(), "P, 2 cores, 2026-01-02");
        assert_eq!(Machine { cores: 1, ..two }.to_string(), "P, 1 core, 2026-01-02");
    }
}
