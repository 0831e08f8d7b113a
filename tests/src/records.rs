//! Recorded runs were made with the sources that are there.

use std::{collections::BTreeMap, fs};

use recorded::Runs;
use serde_json::Value;

use crate::{Book, Fault};

/// The kinds of runs in the chapters' `runs.json` whose sources compute something else by now.
pub fn check(book: &Book) -> Vec<Fault> {
    let mut faults = Vec::new();
    for name in book.crates() {
        let place = format!("code/{name}/runs.json");
        let Ok(text) = fs::read_to_string(book.root.join(&place)) else { continue };
        let kinds: BTreeMap<String, Runs<Value>> = match serde_json::from_str(&text) {
            Ok(kinds) => kinds,
            Err(error) => {
                let mend = format!("`cargo run --release -p {name} -- --record-runs`");
                faults.push(Fault::new(place, format!("no recorded runs: {error}"), mend));
                continue;
            }
        };
        for (kind, runs) in kinds {
            let what = match recorded::hash(&book.root, &runs.sources) {
                Ok(hash) if hash == runs.hash => continue,
                Ok(_) => format!("the runs `{kind}` were made before their sources changed"),
                Err(error) => {
                    format!("the runs `{kind}` are of sources that cannot be read: {error}")
                }
            };
            let sources = runs.sources.join(", ");
            let mend = format!("`{}`, or take the change back in {sources}", runs.command);
            faults.push(Fault::new(&*place, what, mend));
        }
    }
    faults
}
