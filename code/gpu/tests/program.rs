//! The program as a reader runs it.

use std::process::{Command, Output, Stdio};

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(program());
    command.args(arguments).envs(environment.iter().copied()).output().expect("the program runs")
}

/// The program beside this test's own: `target/debug/deps/program-…`, `target/debug/gpu`.
fn program() -> std::path::PathBuf {
    let test = std::env::current_exe().expect("a path");
    let folder = test.ancestors().nth(2).expect("a folder above deps");
    folder.join(format!("gpu{}", std::env::consts::EXE_SUFFIX))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Where the loader finds no driver there is no device.
const NO_DRIVER: [(&str, &str); 2] =
    [("VK_DRIVER_FILES", "/nowhere"), ("VK_ICD_FILENAMES", "/nowhere")];

#[test]
#[cfg(target_os = "linux")]
fn without_a_device_one_line_says_what_to_install() {
    for arguments in [&[][..], &["--measure"], &["--list"], &["--device", "3"]] {
        let output = run(arguments, &NO_DRIVER);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let error = text(&output.stderr);
        let error = error.lines().filter(|line| !line.contains("XDG_RUNTIME_DIR"));
        let error: Vec<&str> = error.collect();
        assert_eq!(error.len(), 1, "{error:?}");
        assert!(error[0].contains("mesa-vulkan-drivers"), "{error:?}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_record_that_cannot_be_written_is_refused_before_anything_is_measured() {
    let output = run(&["--record", "no/such/folder/record.json"], &NO_DRIVER);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no/such/folder"), "{}", text(&output.stderr));
}

#[test]
fn a_device_in_software_is_not_recorded() {
    let list = text(&run(&["--list"], &[]).stdout);
    let Some(line) = list.lines().find(|line| line.contains(": a program on the processor")) else {
        return; // no such device here
    };
    let number = line.trim_start_matches(['*', ' ']).split_whitespace().next().expect("a number");
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("record.json");
    let output = run(&["--device", number, "--record", &record.to_string_lossy()], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("a record is of a real card"),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// Whether a device is there, or the test is to be left out.
fn has_device(output: &Output) -> bool {
    let is_missing = text(&output.stderr).contains("there is no device for");
    assert!(!is_missing || std::env::var_os("GPU_REQUIRED").is_none(), "{}", text(&output.stderr));
    !is_missing
}

#[test]
fn without_arguments_it_lists_the_devices_and_checks() {
    let output = run(&[], &[]);
    if has_device(&output) {
        let printed = text(&output.stdout);
        assert!(output.status.success(), "{}", text(&output.stderr));
        for piece in ["* 0  ", "persistent", "600", "All agree."] {
            assert!(printed.contains(piece), "no {piece:?} in\n{printed}");
        }
    }
}

#[test]
fn a_device_that_is_not_there_is_one_line() {
    let output = run(&["--device", "99"], &[]);
    if has_device(&output) {
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains("there is no device 99"));
    }
}

#[test]
fn a_reader_who_stops_is_no_error() {
    let mut command = Command::new(program());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    if has_device(&output) {
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
}

#[test]
fn a_small_measurement_prints_its_table() {
    let output = run(&["--measure", "--hidden", "32", "--batch", "2", "--steps", "20"], &[]);
    if !has_device(&output) {
        return;
    }
    let table = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    for piece in ["each waiting for the one before", "\n   32     2 ", "persistent", "pieces"] {
        assert!(table.contains(piece), "no {piece:?} in\n{table}");
    }
    assert!(!table.contains("WRONG"), "{table}");
}
