//! The table, and the files for spreadsheets and programs.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{answer, folder, marks};
use marks::{Mark, Outcome, check_writable, table, write_csv, write_json};
use tempfile::TempDir;

#[test]
fn the_reports_hold_every_mark() {
    let (right, wrong) = (answer("w > 1.0"), answer("w > 0.0"));
    let class = folder(&[
        ("anna/ch01_latch.rs", &*right),
        ("bela/ch01_latch.rs", &wrong),
        ("cleo/readme.txt", ""),
    ]);
    let marks = marks(class.path());
    let shown = table(&marks);
    assert!(shown.contains("anna        1/1     1/1"), "{shown}");
    assert!(shown.contains("bela        0/1     0/1"), "{shown}");
    assert!(shown.contains("ch01_latch               1/3   1 x a weight below one"), "{shown}");
    assert!(table(&marks[1..2]).contains("pulls the state towards zero"));
    assert!(shown.ends_with("\nThe same numbers again: --seed 2\n"), "{shown}");

    let folder = TempDir::new().expect("there is room");
    let [csv, json]: [PathBuf; 2] =
        ["marks.csv", "marks.json"].map(|name| folder.path().join(name));
    write_csv(&csv, &marks).expect("it can be written");
    write_json(&json, &marks).expect("it can be written");
    let csv = fs::read_to_string(csv).expect("it is there");
    assert!(
        csv.starts_with(
            "\u{feff}learner,exercise,passed,outcome,why,seed\nanna,ch01_latch,true,passed,,2\n"
        ),
        "{csv}"
    );
    let json = fs::read_to_string(json).expect("it is there");
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(json[1]["outcome"], "wrong");
    assert_eq!(json[2]["outcome"], "missing");
}

#[test]
fn a_spreadsheet_finds_no_formula() {
    let mark = Mark {
        learner: "=1+1".into(),
        exercise: "ch01_latch".into(),
        passed: false,
        outcome: Outcome::Crashed,
        why: "@SUM(1)".into(),
        seed: 5,
    };
    let folder = TempDir::new().expect("there is room");
    let csv = folder.path().join("marks.csv");
    write_csv(&csv, &[mark]).expect("it can be written");
    let csv = fs::read_to_string(csv).expect("it is there");
    assert!(csv.ends_with("'=1+1,ch01_latch,false,crashed,'@SUM(1),5\n"), "{csv}");
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_that_names_it() {
    let path = Path::new("/no/such/folder/marks.csv");
    for result in [check_writable(path), write_csv(path, &[]), write_json(path, &[])] {
        let error = result.expect_err("there is no folder").to_string();
        assert!(error.starts_with("/no/such/folder/marks.csv: "), "{error}");
        assert!(!error.contains(".tmp"), "{error}");
    }
    let folder = TempDir::new().expect("there is room");
    check_writable(folder.path()).expect_err("it is a folder");
    check_writable(&folder.path().join("marks.csv")).expect("it can be written");
    assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 0);
}

#[cfg(unix)]
#[test]
fn a_report_is_an_ordinary_file_and_is_written_where_a_link_leads() {
    let folder = TempDir::new().expect("there is room");
    let [plain, marks, link] =
        ["plain", "marks.csv", "link.csv"].map(|name| folder.path().join(name));
    fs::write(&plain, "").expect("there is room");
    write_csv(&marks, &[]).expect("it can be written");
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions();
    assert_eq!(mode(&marks), mode(&plain));
    std::os::unix::fs::symlink(&plain, &link).expect("there is room");
    write_json(&link, &[]).expect("it can be written");
    assert_eq!(fs::read_to_string(&plain).expect("it is there"), "[]\n");
}
