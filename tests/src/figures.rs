//! Figures are there, used, described, and what the code draws.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use chapter::svg;

use crate::{Book, Computed, Fault, computed::file_name};

/// Every figure of the book.
pub fn check(book: &Book, computed: &Computed) -> Vec<Fault> {
    let committed = committed(book);
    let mut faults = [used(book, &committed), described(book, computed)].concat();
    for (name, drawn) in &computed.figures {
        let chapter = name.split('-').next().unwrap_or_default();
        let place = format!("src/figures/{name}");
        let redraw = format!("run `cargo run -p {chapter}` and look at it before you commit");
        let Some(path) = committed.get(name) else {
            faults.push(Fault::new(place, "the chapter draws it, but it is not there", redraw));
            continue;
        };
        let there = fs::read_to_string(path).unwrap_or_default();
        if let Some(parameters) = svg::parameters(&there) {
            let what = format!("it was drawn with {parameters}, not with the book's parameters");
            let mend = format!(
                "`cargo run -p {chapter}` brings the book's own back; after a change of the code \
                 correct its `describe` first"
            );
            faults.push(Fault::new(place, what, mend));
            continue;
        }
        let drawn = fs::read_to_string(drawn).unwrap_or_default();
        if let Some(difference) = svg::difference(&there, &drawn) {
            let what = format!("it differs from what the code draws: {difference}");
            faults.push(Fault::new(place, what, redraw));
        }
    }
    for name in committed.keys().filter(|name| !computed.figures.contains_key(*name)) {
        faults.push(Fault::new(
            format!("src/figures/{name}"),
            "no chapter draws it",
            "draw it in a chapter, or remove it",
        ));
    }
    faults
}

/// Figures without a description, and pages that say something else in the place of a figure.
fn described(book: &Book, computed: &Computed) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, drawn) in &computed.figures {
        let Some(description) = svg::description(&fs::read_to_string(drawn).unwrap_or_default())
        else {
            let mend = "say what is seen with `describe`, where the chapter draws it";
            faults.push(Fault::new(format!("src/figures/{name}"), "it has no description", mend));
            continue;
        };
        for page in book.all_pages() {
            let images = page.images().into_iter();
            let of_it = images.filter(|image| image.destination.rsplit('/').next() == Some(name));
            for image in of_it.filter(|image| image.text != description) {
                let what =
                    format!("the alternative text of {name} is not its description: {description}");
                faults.push(Fault::new(page.place(image.start), what, synced(name)));
            }
        }
    }
    faults
}

/// What writes a figure's description into the pages, but not into README.
fn synced(figure: &str) -> String {
    let chapter = figure.split('-').next().unwrap_or_default();
    format!("run `cargo run -p {chapter} -- --sync`; outside of the book's pages write it yourself")
}

/// The files in `src/figures` by name.
fn committed(book: &Book) -> BTreeMap<String, PathBuf> {
    let files = fs::read_dir(book.root.join("src/figures")).into_iter().flatten().flatten();
    files.map(|file| (file_name(&file.path()), file.path())).collect()
}

/// Images without a file or a description, and figures that no page shows.
fn used(book: &Book, committed: &BTreeMap<String, PathBuf>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut shown = BTreeSet::new();
    for page in book.all_pages() {
        for image in page.images() {
            let (destination, place) = (image.destination, page.place(image.start));
            if destination.starts_with("http") {
                continue;
            }
            let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let path = book.root.join(folder).join(destination);
            if !path.is_file() {
                let what = format!("the image {destination} is not there");
                let mend = "correct the path, or run the chapter that draws it";
                faults.push(Fault::new(&place, what, mend));
            }
            if image.text.trim().is_empty() {
                let what = format!("the image {destination} has no alternative text");
                faults.push(Fault::new(&place, what, "say in words what the figure shows"));
            }
            shown.insert(file_name(&path));
        }
    }
    for name in committed.keys().filter(|name| !shown.contains(*name)) {
        faults.push(Fault::new(
            format!("src/figures/{name}"),
            "no page shows it",
            "show it in a page, or take it out of the chapter",
        ));
    }
    faults
}
