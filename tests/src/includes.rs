//! Listings are included from anchors in the code. mdBook leaves out silently what is not there.

use std::fs;

use crate::{Book, Fault, Page};

/// Every `{{#…}}` of the pages.
pub fn check(book: &Book) -> Vec<Fault> {
    let mut faults = Vec::new();
    for page in &book.pages {
        let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (start, _) in page.markdown.match_indices("{{") {
            // mdBook allows blanks before the sign.
            let inside = page.markdown[start + 2..].trim_start_matches(' ');
            let Some(directive) = inside.strip_prefix('#') else { continue };
            if page.markdown[..start].ends_with('\\') {
                continue;
            }
            let directive = directive.split("}}").next().unwrap_or_default();
            if let Err((what, mend)) = check_directive(directive, |path| {
                fs::read_to_string(book.root.join(folder).join(path)).ok()
            }) {
                faults.push(Fault::new(page.place(start), what, mend));
            }
        }
    }
    faults
}

/// What the directives of a listing include. What is not there is a fault of its own.
pub(crate) fn included(book: &Book, page: &Page, listing: &str) -> String {
    let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let directives = listing.split("{{#include ").skip(1);
    let texts = directives.filter_map(|rest| {
        let (path, anchor) = rest.split("}}").next()?.trim().split_once(':')?;
        let code = fs::read_to_string(book.root.join(folder).join(path)).ok()?;
        Some(anchored(&code, anchor)?.join("\n"))
    });
    texts.collect::<Vec<_>>().join("\n")
}

fn check_directive(
    directive: &str,
    read: impl Fn(&str) -> Option<String>,
) -> Result<(), (String, String)> {
    let fault = |what: String, mend: &str| Err((what, mend.to_owned()));
    let Some((path, anchor)) =
        directive.strip_prefix("include ").and_then(|rest| rest.trim().split_once(':'))
    else {
        let what = format!("{{{{#{directive}}}}} names no anchor");
        return fault(what, "write {{#include path:anchor}}");
    };
    let Some(code) = read(path) else {
        return fault(format!("the included file {path} is not there"), "correct the path");
    };
    let Some(lines) = anchored(&code, anchor) else {
        let what = format!("{path} has no anchor `{anchor}` with a beginning and an end");
        return fault(what, "put `// ANCHOR: name` and `// ANCHOR_END: name` around the item");
    };
    if lines.iter().all(|line| line.trim().is_empty()) {
        let what = format!("the anchor `{anchor}` in {path} is empty");
        return fault(what, "move the anchor around the item");
    }
    Ok(())
}

/// The lines between an anchor's beginning and its end.
fn anchored<'a>(code: &'a str, anchor: &str) -> Option<Vec<&'a str>> {
    let is = |line: &str, mark: &str| {
        // In Markdown the mark stands in a comment, whose end follows the name.
        line.split_once(mark)
            .is_some_and(|(_, rest)| rest.split_whitespace().next() == Some(anchor))
    };
    let lines: Vec<&str> = code.lines().collect();
    let start = lines.iter().position(|line| is(line, "ANCHOR:"))?;
    let end = lines.iter().position(|line| is(line, "ANCHOR_END:"))?;
    let inside = lines.get(start + 1..end)?.iter().copied();
    Some(inside.filter(|line| !line.contains("ANCHOR")).collect())
}
