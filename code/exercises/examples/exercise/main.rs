//! Makes an exercise from its solution: `cargo run -p exercises --example exercise -- ch08_name`.
//!
//! The solution holds the text of the exercise's gap in comments that begin with `// gap|`. An
//! exercise that is there already, and says something else, is replaced only with `--replace`: there
//! may be an answer in it.

mod gap;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

fn main() -> ExitCode {
    let arguments = env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    let (flags, names): (Vec<String>, Vec<String>) =
        arguments.partition(|argument| argument.starts_with('-'));
    let replace = flags == ["--replace"];
    if names.is_empty() || !(replace || flags.is_empty()) {
        eprintln!("error: which exercises? `… --example exercise -- [--replace] ch08_name …`");
        return ExitCode::from(2);
    }
    for name in names {
        match make(&name, replace) {
            Ok(said) => println!("{said}"),
            Err(error) => {
                eprintln!("error: {name}: {error}");
                return ExitCode::from(2);
            }
        }
    }
    ExitCode::SUCCESS
}

/// Writes one exercise, and says so.
fn make(name: &str, replace: bool) -> Result<String, String> {
    let is_plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let chapter = name.split_once('_').map(|(chapter, _)| chapter).filter(|_| is_plain);
    let chapter = chapter.ok_or("a name is like ch08_name")?;
    let path = |kind: &str| folder().join(kind).join(chapter).join(format!("{name}.rs"));
    let (solution, exercise) = (path("solutions"), path("exercises"));
    let said = |error: std::io::Error, path: &Path| format!("{}: {error}", path.display());
    let text = fs::read_to_string(&solution).map_err(|error| said(error, &solution))?;
    let text = gap::exercise_of(&text)?;
    let shown = exercise.display();
    match fs::symlink_metadata(&exercise) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(said(error, &exercise)),
        Ok(old) if !old.is_file() => return Err(format!("{shown} is no regular file")),
        Ok(_) => {
            let old = fs::read(&exercise).map_err(|error| said(error, &exercise))?;
            if old == text.as_bytes() {
                return Ok(format!("{shown} is up to date"));
            } else if !replace {
                return Err(format!("{shown} says something else; `--replace` overwrites it"));
            }
        }
    }
    // Written beside it and renamed: an interruption leaves the old file or the new one.
    let beside = exercise.with_extension("rs.new");
    fs::create_dir_all(exercise.parent().unwrap_or(&folder()))
        .and_then(|()| fs::write(&beside, text))
        .and_then(|()| fs::rename(&beside, &exercise))
        .map_err(|error| said(error, &exercise))?;
    Ok(format!("{shown} written"))
}

/// At run time: a checkout can be copied after it was compiled.
fn folder() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| "code/exercises".into(), PathBuf::from)
}
