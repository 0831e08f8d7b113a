//! Links lead somewhere: to a file, and to a heading in it.

use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, Tag};

use crate::{Book, Fault, Page, html::Html};

/// Every link of the pages and of the README that stays in the repository.
pub fn check(book: &Book, html: &Html) -> Vec<Fault> {
    let mut faults = Vec::new();
    for page in book.all_pages() {
        for (destination, start) in links(page) {
            let is_external = ["http://", "https://", "mailto:"]
                .iter()
                .any(|scheme| destination.starts_with(scheme));
            if is_external {
                continue;
            }
            if let Err(what) = lead(book, html, page, &destination) {
                let what = format!("the link to {destination} leads nowhere: {what}");
                faults.push(Fault::new(page.place(start), what, "correct the path or the heading"));
            }
        }
    }
    faults
}

/// Links in Markdown and in raw HTML, with where they stand.
fn links(page: &Page) -> Vec<(String, usize)> {
    let mut links = Vec::new();
    for (event, range) in page.events() {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                links.push((dest_url.to_string(), range.start));
            }
            Event::InlineHtml(html) | Event::Html(html) => {
                for attribute in ["href=", "src="] {
                    let values = html.split(attribute).skip(1);
                    links.extend(values.map(|rest| (quoted(rest), range.start)));
                }
            }
            _ => {}
        }
    }
    links
}

fn quoted(text: &str) -> String {
    let end = |c: char| matches!(c, '"' | '\'' | '>' | ' ');
    text.trim_start_matches(['"', '\'']).split(end).next().unwrap_or_default().to_owned()
}

fn lead(book: &Book, html: &Html, page: &Page, destination: &str) -> Result<(), String> {
    let (path, fragment) = destination.split_once('#').unwrap_or((destination, ""));
    let folder = Path::new(&page.path).parent().unwrap_or(Path::new(""));
    let target = match path {
        "" => PathBuf::from(&page.path),
        _ => normal(&folder.join(path)),
    };
    // A raw HTML link names the built page.
    let source = match target.extension() {
        Some(extension) if extension == "html" => target.with_extension("md"),
        _ => target,
    };
    if !book.root.join(&source).exists() {
        return Err(format!("there is no {}", source.display()));
    }
    let Ok(inside) = source.strip_prefix("src") else {
        return Ok(());
    };
    if source.extension().is_none_or(|extension| extension != "md") {
        return Ok(());
    }
    let built = inside.with_extension("html");
    let Some(fragments) = html.fragments.get(&built) else {
        return Err(format!("{} is no page of the book", source.display()));
    };
    if fragment.is_empty() || fragments.contains(fragment) {
        return Ok(());
    }
    Err(format!("{} has no heading #{fragment}", source.display()))
}

/// A path without `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        if part == Component::ParentDir {
            normal.pop();
        } else {
            normal.push(part);
        }
    }
    normal
}
