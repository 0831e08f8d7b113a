//! A series of readings, in a file of your own or the book's.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The readings of the machine that built this book: its memory in use, in MB, second by second,
/// while it compiled the book's programs and ran their tests. (`MemTotal` less `MemAvailable` of
/// Linux's `/proc/meminfo`; two cores of an AMD EPYC, 2026-11-28.)
const OF_THIS_BOOK: &str = include_str!("../series.csv");

/// Fewer are too few to learn from and to be tried on; more, nobody waits for.
const LEAST: usize = 200;
const MOST: usize = 100_000;

/// The square of a larger reading may be infinite.
const LARGEST: f64 = 1e100;

/// Why a file is no series.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A line does not end with a number.
    #[error(
        "{path}, line {line}: `{text}` is no number below 10^100; a line holds one reading, behind its last comma"
    )]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from one.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// There are too few readings, or too many.
    #[error("{path} has {found} readings: it takes {LEAST} to {MOST}")]
    Count {
        /// The file.
        path: PathBuf,
        /// How many there are.
        found: usize,
    },
    /// All readings are the same.
    #[error("{path}: all readings are {value}, so there is nothing to predict")]
    Level {
        /// The file.
        path: PathBuf,
        /// All of them.
        value: f64,
    },
}

/// The readings of a file, or the book's own.
///
/// A line holds a reading behind its last comma, or alone; the first line may be a heading.
///
/// # Errors
/// Where the file cannot be read or is no series.
pub fn read(path: Option<&Path>) -> Result<Vec<f64>, Error> {
    let Some(path) = path else { return parse(Path::new("series.csv"), OF_THIS_BOOK) };
    let reading = |source| Error::Read { path: path.to_owned(), source };
    parse(path, &fs::read_to_string(path).map_err(reading)?)
}

fn parse(path: &Path, text: &str) -> Result<Vec<f64>, Error> {
    let mut values = Vec::new();
    for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        let reading = text.rsplit(',').next().unwrap_or_default().trim();
        match reading.parse::<f64>() {
            Ok(value) if value.abs() < LARGEST => values.push(value),
            Err(_) if line == 1 => {}
            _ => return Err(Error::Line { path: path.to_owned(), line, text: reading.to_owned() }),
        }
    }
    if !(LEAST..=MOST).contains(&values.len()) {
        return Err(Error::Count { path: path.to_owned(), found: values.len() });
    }
    if values.iter().all(|value| *value == values[0]) {
        return Err(Error::Level { path: path.to_owned(), value: values[0] });
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_column_is_read_and_a_heading_passed_over() {
        let lines: Vec<String> = (0..200).map(|t| format!("{t},{}", t % 7)).collect();
        let lines = lines.join("\n");
        let values = parse(Path::new("a.csv"), &format!("second,reading\n{lines}")).unwrap();
        assert_eq!(values[..8], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0]);
        assert_eq!(parse(Path::new("a.csv"), &lines).unwrap(), values);
    }

    #[test]
    fn what_is_no_series_is_said_in_one_line() {
        let level = "1\n".repeat(200);
        let broken = format!("{level}2\nx\n");
        let infinite = format!("{level}1e999\n");
        let huge = format!("{level}-1e200\n");
        let none = format!("{level}NaN\n");
        for (text, words) in [
            ("1\n2\n", "has 2 readings: it takes 200"),
            (level.as_str(), "all readings are 1"),
            (broken.as_str(), "line 202: `x` is no number"),
            (infinite.as_str(), "line 201: `1e999` is no number"),
            (huge.as_str(), "line 201: `-1e200` is no number below"),
            (none.as_str(), "line 201: `NaN` is no number"),
        ] {
            let error = parse(Path::new("a.csv"), text).unwrap_err().to_string();
            assert!(error.contains(words) && error.lines().count() == 1, "{error}");
        }
        let error = read(Some(Path::new("none.csv"))).unwrap_err().to_string();
        assert!(error.starts_with("cannot read none.csv"), "{error}");
    }
}
