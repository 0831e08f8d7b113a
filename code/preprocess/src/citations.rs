//! Where papers are cited, and how they are shown there.

use crate::{Reference, References};

/// A page that cites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// How a sentence calls it: `chapter 1`, or its title.
    pub name: String,
    /// Its address in the built book.
    pub address: String,
}

impl References {
    /// Adds a page that cites, after those before it in the book. What cannot be read cites nothing.
    pub fn add_page(&mut self, place: &Place, markdown: &str) {
        // The name of a number without a chapter is of no interest here.
        for mark in page::marks(markdown, Some("ch00")).unwrap_or_default() {
            let Some(key) = mark.paper() else { continue };
            let places = self.cited_in.entry(key.to_owned()).or_default();
            if places.last() != Some(place) {
                places.push(place.clone());
            }
        }
    }

    /// All papers in full, as one line of HTML.
    pub(crate) fn list(&self) -> String {
        let items = self.iter().map(|(key, paper)| {
            let places = self.cited_in.get(key).into_iter().flatten();
            let places: Vec<_> =
                places.map(|place| link(&place.address, "", &place.name)).collect();
            let entry = entry(&paper.long(), paper);
            format!("<li id=\"{key}\">{entry} ({}).</li>", places.join("; "))
        });
        format!("<ul>{}</ul>", items.collect::<String>())
    }
}

/// Author and year, with a link that says the title.
pub(crate) fn short(paper: &Reference) -> String {
    link(&paper.link, &paper.title, &paper.short())
}

/// Author, year, title and venue.
pub(crate) fn reference(paper: &Reference) -> String {
    entry(&paper.short(), paper)
}

fn entry(author_and_year: &str, paper: &Reference) -> String {
    let venue = paper.venue.iter().map(|venue| format!(", <em>{}</em>", escaped(venue)));
    let title = link(&paper.link, "", &paper.title);
    format!("{}, {title}{}", escaped(author_and_year), venue.collect::<String>())
}

fn link(address: &str, title: &str, text: &str) -> String {
    let title = match title {
        "" => String::new(),
        _ => format!(" title=\"{}\"", escaped(title)),
    };
    format!("<a href=\"{}\"{title}>{}</a>", escaped(address), escaped(text))
}

/// A text as HTML shows it, and as it stands in an attribute. A bar would end the cell of a table.
pub(crate) fn escaped(text: &str) -> String {
    const SIGNS: [(char, &str); 5] =
        [('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('|', "&#124;")];
    SIGNS.iter().fold(text.to_owned(), |text, (sign, html)| text.replace(*sign, html))
}
