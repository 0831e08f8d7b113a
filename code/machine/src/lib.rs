//! What a clock measures, and on which machine.

mod clock;

use std::path::PathBuf;

use chapter::{Machine, Result};
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::{Serialize, de::DeserializeOwned};

pub use clock::{Job, Timed, seconds_in_turn};

/// The parameters of a chapter that measures times: `#[command(flatten)]` adds them to its own.
#[derive(clap::Args, Clone, Debug)]
pub struct Stopwatch {
    /// Measure the times on this machine, which takes one to three minutes, and draw them in place
    /// of the recorded ones
    #[arg(long)]
    pub measure: bool,

    /// Write the measurement into this file, such as the book's own measurement.json beside the
    /// chapter's code
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
}

impl Stopwatch {
    /// Refuses a record without a measurement, and a file that cannot be written. A chapter's
    /// [`check`](chapter::Chapter::check) calls it, so that nobody measures for a minute in vain.
    ///
    /// # Errors
    /// Where the record cannot be written, or there is no clock.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn check(&self) -> Result {
        match &self.record {
            Some(_) if !self.measure => {
                Err("--record writes what --measure measures: add --measure".into())
            }
            Some(path) => Ok(chapter::check_writable(path)?),
            None => Ok(()),
        }
    }

    /// Refuses to measure in a page.
    ///
    /// # Errors
    /// Where something is to be measured.
    #[cfg(target_arch = "wasm32")]
    pub fn check(&self) -> Result {
        if self.measure { Err("--measure needs a clock: run the program".into()) } else { Ok(()) }
    }

    /// What `take` measures if that is asked for, and else what is recorded, as JSON.
    ///
    /// # Errors
    /// Where the measurement fails, the record is not one, or the file cannot be written.
    pub fn read<M: Serialize + DeserializeOwned>(
        &self,
        recorded: &str,
        take: impl FnOnce() -> Result<M>,
    ) -> Result<M> {
        self.check()?;
        if !self.measure {
            return Ok(serde_json::from_str(recorded)?);
        }
        let measurement = take()?;
        #[cfg(not(target_arch = "wasm32"))]
        if let Some(path) = &self.record {
            chapter::write_file(path, &(serde_json::to_string_pretty(&measurement)? + "\n"))?;
        }
        Ok(measurement)
    }
}

/// So many threads, for work that shares itself out by rayon: `threads(1)?.install(|| …)`.
///
/// # Errors
/// Where the system has no threads to give.
pub fn threads(count: usize) -> Result<ThreadPool> {
    Ok(ThreadPoolBuilder::new().num_threads(count).build()?)
}

/// Sizes, and what was measured for each: steps and seconds, for instance.
pub type Timings = Vec<(usize, f64)>;

/// The largest size at which the one is faster than the other, and the size after it.
///
/// ```
/// let one = [(1, 0.1), (10, 0.2), (100, 9.0)];
/// let other = [(1, 0.5), (10, 0.5), (100, 0.5)];
/// assert_eq!(machine::crossing(&one, &other), (Some(10), Some(100)));
/// assert_eq!(machine::crossing(&other, &one), (Some(100), None));
/// assert_eq!(machine::crossing(&other[..2], &one), (None, Some(1)));
/// ```
pub fn crossing(one: &[(usize, f64)], other: &[(usize, f64)]) -> (Option<usize>, Option<usize>) {
    let faster: Vec<bool> = one.iter().zip(other).map(|(one, other)| one.1 < other.1).collect();
    let last = faster.iter().rposition(|faster| *faster);
    let size = |index: usize| one.get(index).map(|(size, _)| *size);
    (last.and_then(size), size(last.map_or(0, |last| last + 1)))
}

/// This machine, today.
#[cfg(not(target_arch = "wasm32"))]
pub fn this() -> Machine {
    use sysinfo::{CpuRefreshKind, RefreshKind, System};

    let cpus = RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing());
    let system = System::new_with_specifics(cpus);
    let name = system.cpus().first().map_or("", |cpu| cpu.brand().trim());
    Machine {
        processor: if name.is_empty() { "unknown processor" } else { name }.to_owned(),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        date: jiff::ZonedDateTime::now().date().to_string(),
    }
}

/// A page does not know its machine.
#[cfg(target_arch = "wasm32")]
pub fn this() -> Machine {
    Machine { processor: "unknown processor".to_owned(), cores: 1, date: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_measurement_is_read_and_a_new_one_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let record = folder.path().join("record.json");
        let read = |measure, record| {
            Stopwatch { measure, record }.read::<Timings>("[[1, 0.5]]", || Ok(vec![(2, 0.25)]))
        };
        assert_eq!(read(false, None).unwrap(), [(1, 0.5)]);
        assert_eq!(read(true, None).unwrap(), [(2, 0.25)]);
        assert_eq!(read(true, Some(record.clone())).unwrap(), [(2, 0.25)]);
        let written: Timings =
            serde_json::from_str(&std::fs::read_to_string(&record).unwrap()).unwrap();
        assert_eq!(written, [(2, 0.25)]);
        let names = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names, 1, "beside the record something is left behind");
        assert!(read(true, Some(record.join("below a file"))).is_err());
    }

    #[test]
    fn a_record_that_cannot_be_written_is_refused_beforehand() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "").unwrap();
        let check = |measure, record: &str| {
            let error = Stopwatch { measure, record: Some(folder.path().join(record)) }.check();
            error.unwrap_err().to_string()
        };
        for record in ["file/below.json", "no/such/folder.json", "."] {
            let error = check(true, record);
            assert!(error.contains(record) && error.lines().count() == 1, "{error}");
        }
        assert!(check(false, "record.json").contains("add --measure"));
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "something is left behind"
        );
    }

    #[test]
    fn this_machine_has_a_name_cores_and_a_date() {
        let machine = this();
        assert!(!machine.processor.is_empty() && machine.cores > 0);
        assert_eq!(machine.date.len(), 10);
    }

    #[test]
    fn a_crossing_is_the_last_one_and_a_tie_is_not_faster() {
        let seconds = |seconds: [f64; 4]| [1, 10, 100, 1_000].into_iter().zip(seconds).collect();
        let other: Timings = seconds([1.0; 4]);
        let crosses = |one: [f64; 4]| crossing(&seconds(one), &other);
        assert_eq!(crosses([0.5, 2.0, 0.5, 2.0]), (Some(100), Some(1_000)));
        assert_eq!(crosses([0.5, 1.0, 1.0, 1.0]), (Some(1), Some(10)));
        assert_eq!(crosses([2.0, 2.0, 2.0, 0.5]), (Some(1_000), None));
    }
}
