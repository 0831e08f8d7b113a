//! The program that mdBook starts: a book comes in on standard input, and goes out with `MathML` and
//! its numbers.

use std::env;
use std::io::{self, IsTerminal, Write, stderr, stdin, stdout};
use std::process::ExitCode;

use mdbook_preprocessor::errors::{Error, Result};
use mdbook_preprocessor::{MDBOOK_VERSION, Preprocessor, parse_input};
use preprocess::FoldingTime;

const HELP: &str = "\
preprocess: the mdBook preprocessor that turns LaTeX into MathML, names into numbers, and keys
into references

mdBook starts it by itself, as book.toml says. By hand:

    preprocess < book.json          the book as mdBook hands it over; prints it as HTML needs it
    preprocess supports <renderer>  exits with 0 for html, with 1 for any other renderer
    preprocess --help               prints this
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();

    match arguments[..] {
        ["--help" | "-h"] => help(),
        [] if stdin().is_terminal() => help(),
        [] => preprocess(),
        ["supports", renderer] => supports(renderer),
        _ => {
            tell(HELP);
            ExitCode::from(2)
        }
    }
}

fn help() -> ExitCode {
    exit(print(HELP.as_bytes()))
}

fn supports(renderer: &str) -> ExitCode {
    match FoldingTime.supports_renderer(renderer) {
        Ok(true) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn preprocess() -> ExitCode {
    exit(translate())
}

fn exit(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&format!("{error:#}\n"));
            ExitCode::FAILURE
        }
    }
}

fn translate() -> Result<()> {
    let (context, book) = parse_input(stdin().lock()).map_err(|error| {
        error.context("preprocess expects a book from mdBook on standard input")
    })?;
    warn_of_other_version(&context.mdbook_version);

    let book = FoldingTime.run(&context, book)?;
    print(&serde_json::to_vec(&book)?)
}

/// Prints all of it, or says why not. Whoever reads may have stopped: that is no error of ours.
fn print(text: &[u8]) -> Result<()> {
    let mut stdout = stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::from(error).context("preprocess cannot print"))
        }
        _ => Ok(()),
    }
}

/// Where standard error takes no more, there is nobody left to tell.
fn tell(text: &str) {
    let _ = stderr().write_all(text.as_bytes());
}

/// Before 1.0 a new middle number may change what mdBook hands over.
fn warn_of_other_version(version: &str) {
    let series = |version: &str| version.rsplit_once('.').map(|(series, _)| series.to_owned());

    if series(version) != series(MDBOOK_VERSION) {
        tell(&format!(
            "Warning: preprocess was built for mdBook {MDBOOK_VERSION}, and mdBook {version} runs it\n"
        ));
    }
}
