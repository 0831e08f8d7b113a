//! Prints the book's page of hints from the set's `info.toml`, where Rustlings takes them from:
//! `cargo run -p marks --example hints > src/hints.md`.

use std::error::Error;

use marks::Set;

const HEAD: &str = "\
# Hints

Each exercise has two hints. Open the first, try again, and open the second only if you still have no idea. \
In Rustlings the key `h` shows both.
";

fn main() -> Result<(), Box<dyn Error>> {
    let set = Set::read(&Set::folder_in_book()?)?;
    print!("{HEAD}");
    let mut chapter = String::new();
    for exercise in &set.exercises {
        if exercise.dir != chapter {
            chapter.clone_from(&exercise.dir);
            println!("\n## Chapter {}", chapter.trim_start_matches("ch0"));
        }
        let (push, answer) = exercise.hint.split_once("\n\n").unwrap_or((&exercise.hint, ""));
        println!("\n### `{}`", exercise.name);
        fold(push);
        fold(answer);
    }
    Ok(())
}

/// Folds `A push: text` away behind its name.
fn fold(hint: &str) {
    let (name, text) = hint.split_once(": ").unwrap_or_default();
    println!("\n<details><summary>{name}</summary>\n\n{}\n\n</details>", sentence(text));
}

/// In one line, beginning with a capital letter.
fn sentence(text: &str) -> String {
    let mut letters = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(first) = letters.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    letters
}
