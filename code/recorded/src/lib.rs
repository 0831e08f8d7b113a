//! Runs that take longer than a reader waits. They are made once, kept in the chapter's `runs.json` with
//! the command, the seed, the machine, the day and a hash of the sources that they depend on, and
//! repeated in part: a test fails where the sources have changed since, and another repeats a run that
//! is drawn.
//!
//! ```
//! use std::convert::Infallible;
//!
//! use rand::RngExt;
//! use recorded::Kind;
//!
//! /// How often a coin that falls so shows its head in a hundred throws.
//! const COINS: Kind<f64, usize, Infallible> = Kind {
//!     chapter: "ch00",
//!     name: "coins",
//!     sources: &["code/ch00/src/coins.rs"],
//!     rows: &[("fair", 0.5), ("bent", 0.9)],
//!     seeds: 3,
//!     run: |head, rng| Ok((0..100).filter(|_| rng.random_bool(*head)).count()),
//!     alike: |one, other| one == other,
//! };
//! # let runs_json = r#"{"coins": {"command": "cargo run --release -p ch00 -- --record-runs",
//! #     "machine": {"processor": "P", "cores": 2, "date": "2026-01-02"}, "seed": 1,
//! #     "sources": ["code/ch00/src/coins.rs"], "hash": "",
//! #     "rows": {"fair": [48, 52, 55], "bent": [90, 88, 93]}}}"#;
//!
//! let runs = COINS.read(runs_json)?; // include_str!("../runs.json")
//! assert_eq!(runs.row("bent"), [90, 88, 93]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(not(target_arch = "wasm32"))]
mod sources;

use std::{collections::BTreeMap, error::Error, result};

use chapter::{Machine, Progress, Report, Result, rng};
use rand::rngs::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

#[cfg(not(target_arch = "wasm32"))]
pub use sources::hash;

/// The parameters of a chapter with recorded runs: `#[command(flatten)]` adds them to its own.
#[derive(clap::Args, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorder {
    /// Make the runs anew that are recorded because they take minutes, and write them into the
    /// chapter's runs.json
    #[arg(long)]
    pub record_runs: bool,

    /// Repeat one of the recorded runs, drawn at random, and compare: an error where it gives
    /// something else
    #[arg(long, conflicts_with = "record_runs")]
    pub repeat_a_run: bool,
}

/// A kind of run: rows that differ in what is done, and the same seeds for each.
pub struct Kind<Row: 'static, R, E> {
    /// The chapter whose runs they are: `ch03`.
    pub chapter: &'static str,
    /// What they are called in its `runs.json`.
    pub name: &'static str,
    /// The files and folders, from the root of the book, that the results depend on.
    pub sources: &'static [&'static str],
    /// What is done, under names.
    pub rows: &'static [(&'static str, Row)],
    /// How often each is done.
    pub seeds: usize,
    /// Does it once.
    pub run: fn(&Row, &mut ChaCha8Rng) -> result::Result<R, E>,
    /// Whether a result is another's, as it may be on another machine: rounding differs between
    /// processors.
    pub alike: fn(&R, &R) -> bool,
}

/// The runs of a kind, and what they were made with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Runs<R> {
    /// Makes them anew.
    pub command: String,
    /// Where and when they were made.
    pub machine: Machine,
    /// Of the random numbers; the runs of a row are numbered.
    pub seed: u64,
    /// The files and folders that they depend on.
    pub sources: Vec<String>,
    /// What [`hash()`] gave for these.
    pub hash: String,
    /// The results of each row.
    pub rows: BTreeMap<String, Vec<R>>,
}

/// The seed of all recorded runs.
const SEED: u64 = 1;

impl<R> Runs<R> {
    /// The results of a row, none if there is no such row.
    pub fn row(&self, name: &str) -> &[R] {
        self.rows.get(name).map_or(&[], Vec::as_slice)
    }
}

impl<Row, R, E> Kind<Row, R, E>
where
    Row: Sync,
    R: Serialize + DeserializeOwned + Send,
    E: Error + Send + 'static,
{
    /// The runs in a `runs.json`, if they are of these rows, seeds and sources.
    ///
    /// # Errors
    /// Where it holds others or none, in one line that says how to make them.
    pub fn read(&self, runs_json: &str) -> Result<Runs<R>> {
        let mut kinds: BTreeMap<String, serde_json::Value> = serde_json::from_str(runs_json)?;
        let again = format!("make them with `{}`", self.command());
        let Some(runs) = kinds.remove(self.name) else {
            return Err(format!("no runs `{}` are recorded: {again}", self.name).into());
        };
        let runs: Runs<R> = serde_json::from_value(runs)?;
        let names = self.rows.iter().map(|(name, _)| *name);
        let as_asked = names.clone().all(|name| runs.row(name).len() == self.seeds)
            && runs.rows.len() == self.rows.len()
            && runs.sources == self.sources;
        if as_asked {
            Ok(runs)
        } else {
            let name = self.name;
            Err(format!("the recorded runs `{name}` are of other rows or sources: {again}").into())
        }
    }

    /// What the chapter reports: the recorded runs, or new ones if the reader asks for them. The first
    /// of the row `small` is made at every run of the chapter, so that nobody has to believe.
    ///
    /// # Errors
    /// Where a run fails, or the record is of others or cannot be written.
    pub fn report(
        &self,
        recorder: Recorder,
        runs_json: &str,
        small: &str,
        report: &mut Report,
    ) -> Result<Runs<R>> {
        if recorder.record_runs {
            let runs = self.made(report)?;
            return self.kept(runs);
        }
        let runs = self.read(runs_json)?;
        let (row, run) = if recorder.repeat_a_run {
            drawn(self.rows.len(), self.seeds)
        } else {
            (self.place(small)?, 0)
        };
        self.repeat(row, run, &runs)?;
        Ok(runs)
    }

    /// Makes one run again, and compares.
    ///
    /// # Errors
    /// Where it fails or gives something else.
    pub fn repeat(&self, row: usize, run: usize, runs: &Runs<R>) -> Result {
        let (name, what) = &self.rows[row];
        let found = (self.run)(what, &mut rng(SEED, run))?;
        let recorded = &runs.row(name)[run];
        if (self.alike)(&found, recorded) {
            return Ok(());
        }
        let [found, recorded] = [&found, recorded].map(serde_json::to_string);
        Err(format!(
            "run {run} of `{name}` gives {}, and {} is recorded: find out why, or `{}`",
            found?,
            recorded?,
            self.command()
        )
        .into())
    }

    /// Makes all runs, side by side.
    fn made(&self, report: &Report) -> Result<Runs<R>> {
        let bar = report.progress(self.rows.len() * self.seeds, self.name);
        let asked: Vec<_> =
            self.rows.iter().flat_map(|row| (0..self.seeds).map(move |run| (row, run))).collect();
        let found: Vec<R> = asked
            .into_par_iter()
            .map(|((_, row), run)| self.counted(row, run, &bar))
            .collect::<result::Result<_, E>>()?;
        let mut found = found.into_iter();
        let mut of_a_row = || found.by_ref().take(self.seeds).collect();
        Ok(Runs {
            command: self.command(),
            machine: machine::this(),
            seed: SEED,
            sources: self.sources.iter().map(|&path| path.to_owned()).collect(),
            hash: String::new(),
            rows: self.rows.iter().map(|(name, _)| ((*name).to_owned(), of_a_row())).collect(),
        })
    }

    fn counted(&self, row: &Row, run: usize, bar: &Progress) -> result::Result<R, E> {
        let found = (self.run)(row, &mut rng(SEED, run))?;
        bar.inc(1);
        Ok(found)
    }

    fn command(&self) -> String {
        format!("cargo run --release -p {} -- --record-runs", self.chapter)
    }

    fn place(&self, row: &str) -> Result<usize> {
        let place = self.rows.iter().position(|(name, _)| *name == row);
        place.ok_or_else(|| format!("there is no row `{row}`").into())
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn kept(&self, runs: Runs<R>) -> Result<Runs<R>> {
        self.kept_in(&chapter::book_root()?, runs)
    }

    #[cfg(target_arch = "wasm32")]
    fn kept(&self, _: Runs<R>) -> Result<Runs<R>> {
        Err("--record-runs needs a file: run the program".into())
    }

    /// Adds the hash of the sources, and puts the runs in the place of older ones.
    #[cfg(not(target_arch = "wasm32"))]
    fn kept_in(&self, root: &std::path::Path, mut runs: Runs<R>) -> Result<Runs<R>> {
        runs.hash = hash(root, &runs.sources)?;
        let path = root.join("code").join(self.chapter).join("runs.json");
        let mut kinds: BTreeMap<String, serde_json::Value> = match std::fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text)?,
            Err(_) => BTreeMap::new(),
        };
        kinds.insert(self.name.to_owned(), serde_json::to_value(&runs)?);
        chapter::write_file(&path, &(serde_json::to_string_pretty(&kinds)? + "\n"))?;
        Ok(runs)
    }
}

/// A row and one of its runs, drawn by the clock.
#[cfg(not(target_arch = "wasm32"))]
fn drawn(rows: usize, seeds: usize) -> (usize, usize) {
    use std::time::{SystemTime, UNIX_EPOCH};

    use rand::RngExt;

    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut rng = rng(now.as_nanos() as u64, 0);
    (rng.random_range(0..rows), rng.random_range(0..seeds))
}

/// A page has no clock.
#[cfg(target_arch = "wasm32")]
fn drawn(_rows: usize, _seeds: usize) -> (usize, usize) {
    (0, 0)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use std::{convert::Infallible, fs};

    use rand::RngExt;

    use super::*;

    const DRAWN: Kind<u32, u32, Infallible> = Kind {
        chapter: "ch00",
        name: "drawn",
        sources: &["code/ch00/src"],
        rows: &[("small", 10), ("large", 1_000_000)],
        seeds: 3,
        run: |most, rng| Ok(rng.random_range(0..*most)),
        alike: |one, other| one == other,
    };

    fn made_in(root: &std::path::Path) -> String {
        fs::create_dir_all(root.join("code/ch00/src")).unwrap();
        fs::write(root.join("code/ch00/src/lib.rs"), "fn draw() {}").unwrap();
        let runs = DRAWN.kept_in(root, DRAWN.made(&Report::new(7)).unwrap()).unwrap();
        let json = fs::read_to_string(root.join("code/ch00/runs.json")).unwrap();
        assert_eq!(DRAWN.read(&json).unwrap(), runs);
        json
    }

    #[test]
    fn each_run_is_of_its_own_row_and_seed() {
        let folder = tempfile::tempdir().unwrap();
        let runs = DRAWN.read(&made_in(folder.path())).unwrap();
        for (row, most) in [("small", 10), ("large", 1_000_000)] {
            let right: Vec<u32> = (0..3).map(|run| rng(1, run).random_range(0..most)).collect();
            assert_eq!(runs.row(row), right);
        }
        assert_eq!(runs.hash, hash(folder.path(), DRAWN.sources).unwrap());
        assert_eq!(runs.row("none"), [0_u32; 0]);
    }

    #[test]
    fn other_kinds_of_the_chapter_stay() {
        let folder = tempfile::tempdir().unwrap();
        made_in(folder.path());
        let path = folder.path().join("code/ch00/runs.json");
        let json = fs::read_to_string(&path).unwrap().replace("\"drawn\"", "\"other\"");
        fs::write(&path, json).unwrap();
        let json = made_in(folder.path());
        assert!(json.contains("\"other\"") && json.contains("\"drawn\""), "{json}");
    }

    #[test]
    fn a_run_that_gives_something_else_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let mut runs = DRAWN.read(&made_in(folder.path())).unwrap();
        for (row, run) in [(0, 0), (0, 2), (1, 1)] {
            DRAWN.repeat(row, run, &runs).unwrap();
        }
        runs.rows.get_mut("large").unwrap()[1] += 1;
        DRAWN.repeat(1, 2, &runs).unwrap();
        let error = DRAWN.repeat(1, 1, &runs).unwrap_err().to_string();
        for word in ["run 1 of `large`", "is recorded", "--record-runs"] {
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn the_small_run_is_repeated_and_a_missing_row_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let json = made_in(folder.path());
        let read =
            |json: &str, small| DRAWN.report(Recorder::default(), json, small, &mut Report::new(1));
        read(&json, "small").unwrap();
        assert!(read(&json, "tiny").unwrap_err().to_string().contains("no row `tiny`"));
        let mut runs = DRAWN.read(&json).unwrap();
        runs.rows.get_mut("small").unwrap()[0] += 10;
        let broken = serde_json::to_string(&BTreeMap::from([("drawn", runs)])).unwrap();
        assert!(read(&broken, "small").unwrap_err().to_string().contains("run 0 of `small`"));
    }

    #[test]
    fn runs_of_other_rows_seeds_or_sources_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let json = made_in(folder.path());
        let refused = |kind: Kind<u32, u32, Infallible>, json: &str| {
            let error = kind.read(json).unwrap_err().to_string();
            assert!(error.contains("cargo run --release -p ch00 -- --record-runs"), "{error}");
        };
        refused(Kind { seeds: 4, ..DRAWN }, &json);
        refused(Kind { rows: &[("small", 10)], ..DRAWN }, &json);
        refused(Kind { rows: &[("small", 10), ("huge", 1)], ..DRAWN }, &json);
        refused(Kind { sources: &["code/ch00"], ..DRAWN }, &json);
        refused(Kind { name: "other", ..DRAWN }, &json);
        refused(DRAWN, "{}");
    }

    #[test]
    fn every_run_can_be_drawn() {
        let mut found = std::collections::BTreeSet::new();
        for _ in 0..1_000 {
            found.insert(drawn(2, 3));
        }
        assert_eq!(found.len(), 6);
    }
}
