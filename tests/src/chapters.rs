//! A chapter is a page of the summary and a crate, both or neither.

use std::fs;

use crate::{Book, Fault, computed::file_name};

/// Pages without crates, crates without pages, and pages that the summary leaves out.
pub fn check(book: &Book) -> Vec<Fault> {
    let crates = book.crates();
    let mut faults = Vec::new();
    for page in &book.pages {
        if let Some(chapter) = page.chapter()
            && !crates.iter().any(|name| name == chapter)
        {
            let mend = format!("add the crate code/{chapter}, or rename the page");
            faults.push(Fault::new(&page.path, "this chapter has no crate", mend));
        }
    }
    for name in &crates {
        if !book.pages.iter().any(|page| page.chapter() == Some(name)) {
            let mend = format!("list src/{name}-….md in src/SUMMARY.md");
            faults.push(Fault::new(format!("code/{name}"), "this crate has no chapter", mend));
        }
    }
    for file in fs::read_dir(book.root.join("src")).into_iter().flatten().flatten() {
        let name = file_name(&file.path());
        let path = format!("src/{name}");
        let is_listed = name == "SUMMARY.md" || book.pages.iter().any(|page| page.path == path);
        if file.path().extension().is_some_and(|extension| extension == "md") && !is_listed {
            let mend = "list it in src/SUMMARY.md, or remove it";
            faults.push(Fault::new(path, "the summary does not list this page", mend));
        }
    }
    faults
}
