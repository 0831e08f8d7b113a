//! What a clock measures, and on which machine.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use sysinfo::{CpuRefreshKind, RefreshKind, System};

use crate::Spread;

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

impl Machine {
    /// This machine, today.
    pub fn this() -> Self {
        let cpus = RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing());
        let system = System::new_with_specifics(cpus);
        let name = system.cpus().first().map_or("", |cpu| cpu.brand().trim());
        Self {
            processor: if name.is_empty() { "unknown processor" } else { name }.to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            date: jiff::ZonedDateTime::now().date().to_string(),
        }
    }
}

/// As a caption names it: `AMD EPYC, 2 cores, 2026-11-23`.
impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let cores = if self.cores == 1 { "core" } else { "cores" };
        write!(f, "{}, {} {cores}, {}", self.processor, self.cores, self.date)
    }
}

/// The median seconds of a run of each job, measured in turn for so many rounds: what slows the
/// machine down for a while slows all of them down.
///
/// A job that is done at once is repeated until a hundredth of a second has gone by.
pub fn seconds_in_turn(rounds: usize, jobs: &mut [Box<dyn FnMut() + '_>]) -> Vec<f64> {
    let mut seconds = vec![Vec::new(); jobs.len()];
    for job in jobs.iter_mut() {
        job(); // the first run finds cold caches
    }
    for _ in 0..rounds {
        for (job, seconds) in jobs.iter_mut().zip(&mut seconds) {
            seconds.push(seconds_of(job));
        }
    }
    seconds.into_iter().map(|seconds| Spread::of(seconds).median).collect()
}

fn seconds_of(job: &mut dyn FnMut()) -> f64 {
    const ENOUGH: Duration = Duration::from_millis(10);
    let (start, mut runs) = (Instant::now(), 0);
    while start.elapsed() < ENOUGH {
        job();
        runs += 1;
    }
    start.elapsed().as_secs_f64() / f64::from(runs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_is_run_in_every_round() {
        let runs = std::cell::Cell::new([0; 2]);
        let count = |job: usize| {
            let mut counts = runs.get();
            counts[job] += 1;
            runs.set(counts);
            std::thread::sleep(Duration::from_millis(20));
        };
        let seconds = seconds_in_turn(3, &mut [Box::new(|| count(0)), Box::new(|| count(1))]);
        assert_eq!(runs.get(), [4, 4]);
        assert!(seconds.iter().all(|seconds| *seconds >= 0.02), "{seconds:?}");
    }

    #[test]
    fn a_machine_has_a_name_cores_and_a_date() {
        let machine = Machine::this();
        assert!(!machine.processor.is_empty() && machine.cores > 0);
        let two = Machine { processor: "P".into(), cores: 2, date: "2026-01-02".into() };
        assert_eq!(two.to_string(), "P, 2 cores, 2026-01-02");
        assert_eq!(Machine { cores: 1, ..two }.to_string(), "P, 1 core, 2026-01-02");
        assert_eq!(machine.date.len(), 10);
    }
}
