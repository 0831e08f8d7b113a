//! Prints the book's page of hints from the set's `info.toml`, where Rustlings takes them from:
//! `cargo run -p marks --example hints > src/hints.md`.

use marks::{Set, hints_page};

fn main() -> Result<(), marks::Error> {
    print!("{}", hints_page(&Set::read(&Set::folder_in_book()?)?));
    Ok(())
}
