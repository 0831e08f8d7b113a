//! Formulas can be read. The build fails on one that cannot; here it is told with its line.

use crate::{Book, Fault};

/// Every formula of the pages.
pub fn check(book: &Book) -> Vec<Fault> {
    let mut faults = Vec::new();
    for page in &book.pages {
        for error in math::render(&page.markdown).err().unwrap_or_default() {
            faults.push(Fault::new(
                format!("{}:{}", page.path, error.line),
                error.to_string(),
                "correct the LaTeX; math-core's documentation lists the commands that it knows",
            ));
        }
    }
    faults
}
