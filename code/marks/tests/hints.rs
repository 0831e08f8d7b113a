//! The book's page of hints is the one that the set's hints make.

use std::fs;
use std::process::Command;

use marks::Set;

#[test]
fn the_page_of_hints_is_as_printed() {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline", "-p", "marks", "--example", "hints"])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let set = Set::folder_in_book().expect("the tests run in the book");
    let page = set.join("../../src/hints.md");
    let page = fs::read_to_string(page).expect("the page is there").replace("\r\n", "\n");
    assert!(
        page.as_bytes() == output.stdout,
        "src/hints.md is not what code/exercises/info.toml says: run \
         `cargo run -p marks --example hints > src/hints.md`"
    );
}
