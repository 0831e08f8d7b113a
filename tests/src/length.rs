//! A chapter is no longer than a reader stays with it, and says how long that takes.

use pulldown_cmark::{Event, Tag, TagEnd};

use crate::{Book, Fault, Page};

/// The most words of a chapter, without code and second readings.
const MOST_WORDS: usize = 4_500;

/// What comes before the minutes.
const READING: &str = "Reading takes ";

/// Words that are read in a minute, by those who stop to think and by those who do not.
const WORDS_A_MINUTE: [usize; 2] = [110, 170];

/// The chapters' words, and the minutes that they say.
pub fn check(book: &Book) -> Vec<Fault> {
    book.pages.iter().filter(|page| page.chapter().is_some()).flat_map(of_chapter).collect()
}

fn of_chapter(page: &Page) -> Vec<Fault> {
    let words = words(page);
    let mut faults = Vec::new();
    if words > MOST_WORDS {
        let what = format!("the chapter has {words} words, and {MOST_WORDS} are the most");
        let mend = "cut what is told twice, or fold a second reading into \
                    `<details><summary>Second reading: …`";
        faults.push(Fault::new(&page.path, what, mend));
    }
    let [slow, fast] = WORDS_A_MINUTE;
    let fits =
        |minutes: usize| (slow * minutes.saturating_sub(1)..=fast * minutes).contains(&words);
    if !minutes(page).is_some_and(fits) {
        let what = format!("the chapter does not say how long it takes to read its {words} words");
        let mend = format!("write \"{READING}{} minutes\"", 1 + words / 150);
        faults.push(Fault::new(&page.path, what, mend));
    }
    faults
}

/// Words outside of code and of boxes for a second reading.
fn words(page: &Page) -> usize {
    let (mut words, mut in_code, mut is_second) = (0, false, false);
    for (event, _) in page.events() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Html(html) if html.contains("<summary>Second reading") => is_second = true,
            Event::Html(html) if html.contains("</details>") => is_second = false,
            Event::Text(text) if !in_code && !is_second => words += text.split_whitespace().count(),
            Event::Code(_) if !is_second => words += 1,
            _ => {}
        }
    }
    words
}

fn minutes(page: &Page) -> Option<usize> {
    let (_, rest) = page.markdown.split_once(READING)?;
    rest.split_once(" minute")?.0.parse().ok()
}
