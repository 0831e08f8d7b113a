//! Formulas can be read. The build fails on one that cannot; here it is told with its line.

use preprocess::Reason;

use crate::{Book, Fault};

/// Every formula of the pages.
pub fn check(book: &Book) -> Vec<Fault> {
    let mut faults = Vec::new();
    for page in &book.pages {
        for error in preprocess::render(&page.markdown).err().unwrap_or_default() {
            let mend = match error.reason {
                Reason::Latex(_) => {
                    "correct the LaTeX; math-core's documentation lists the commands that it knows"
                }
                _ => {
                    "write it as the message says; code/preprocess/src/lib.rs has the ways to write math"
                }
            };
            let place = format!("{}:{}", page.path, error.line);
            faults.push(Fault::new(place, error.to_string(), mend));
        }
    }
    faults
}
