//! The tables that the book shows, in `table.md`: what is written there is what is computed here.

use std::path::Path;
use std::{env, fs, io};

use super::table::Table;
use super::{
    attention, attention_back, blind, common, embedding, gradients, gru, lstm, padded, rnn, stacks,
    stacks_back,
};

/// What a table is called in the library's documentation.
const TITLES: [(&str, &str); 20] = [
    ("common", "Of every network"),
    ("rnn", "Of the RNN"),
    ("lstm", "Of the LSTM"),
    ("lstm-orders", "Of the LSTM: its gates in another order than i, f, g, o"),
    ("gru", "Of the GRU"),
    ("gru-orders", "Of the GRU: its gates in another order than r, z, n"),
    ("padded", "With sequences of unequal lengths"),
    ("gradients", "Of the gradient of one cell"),
    ("gradients-own", "Of the gradient of one cell, its own"),
    ("directions", "In both directions"),
    ("layers", "In several layers"),
    ("layers-lstm", "In several layers of the LSTM"),
    ("directions-gradients", "Of the gradient through both directions"),
    ("layers-gradients", "Of the gradient through several layers"),
    ("layers-gradients-lstm", "Of the gradient through several layers of the LSTM"),
    ("attention", "Of attention"),
    ("attention-padded", "Of attention with padding"),
    ("attention-gradients", "Of attention's gradient"),
    ("attention-gradients-padded", "Of attention's gradient with padding"),
    ("embedding", "Of the embedding"),
];

const BLIND: [(&str, &str); 2] = [
    ("blind-rnn", "What each vector of one cell lets through"),
    ("blind-stacks", "What each vector of L layers and K directions lets through"),
];

const HEAD: &str = "# Which vectors see which mistake

Written by `UPDATE_TABLE=1 cargo test -p rnn --test rnn mutants`, which computes every number.
\"12 of 18\": of the 18 vectors that such a mistake fits, 12 show it.
";

#[test]
fn every_mistake_is_rejected() {
    tables().iter().for_each(Table::assert_all_rejected);
}

#[test]
fn the_book_shows_what_is_computed() -> io::Result<()> {
    // At run time: a checkout can be copied after it was compiled.
    let package = env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
    let path = Path::new(&package).join("tests/mutants/table.md");
    let text = text();
    if env::var_os("UPDATE_TABLE").is_some() {
        return fs::write(path, text);
    }
    // A checkout may end its lines otherwise.
    let written = fs::read_to_string(&path)?.replace("\r\n", "\n");
    let differs = text.lines().zip(written.lines()).find(|(computed, written)| computed != written);
    assert!(
        written == text,
        "{} is not what the tests find, from {differs:?} on: look why, then run \
         `UPDATE_TABLE=1 cargo test -p rnn --test rnn mutants`",
        path.display(),
    );
    Ok(())
}

fn text() -> String {
    let sections = tables().into_iter().map(|table| (table.name.clone(), table.markdown()));
    sections.chain(blind::tables()).fold(HEAD.to_owned(), |text, (name, table)| {
        let title = title(&name);
        format!(
            "{text}\n## {title}\n\n<!-- ANCHOR: {name} -->\n{table}\n<!-- ANCHOR_END: {name} -->\n"
        )
    })
}

fn title(table: &str) -> &'static str {
    let title = TITLES.iter().chain(&BLIND).find(|(name, _)| *name == table);
    title.unwrap_or_else(|| panic!("{table} has no title: give it one in TITLES")).1
}

fn tables() -> Vec<Table> {
    [
        common::tables(),
        rnn::tables(),
        lstm::tables(),
        gru::tables(),
        padded::tables(),
        gradients::tables(),
        stacks::tables(),
        stacks_back::tables(),
        attention::tables(),
        attention_back::tables(),
        embedding::tables(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
