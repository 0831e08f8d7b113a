//! The book's page of hints is the one that the set's hints make.

use std::fs;

use marks::{Set, hints_page};

#[test]
fn the_page_of_hints_is_as_printed() {
    let folder = Set::folder_in_book().expect("the tests run in the book");
    let set = Set::read(&folder).expect("the set can be read");
    let page = folder.join("../../src/hints.md");
    let page = fs::read_to_string(page).expect("the page is there").replace("\r\n", "\n");
    assert!(
        page == hints_page(&set),
        "src/hints.md is not what code/exercises/info.toml says: run \
         `cargo run -p marks --example hints > src/hints.md`"
    );
}
