//! The workflow file for learners' repositories: its script is run here as it would be there.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// The script under `run: |`, without its indent.
fn script() -> String {
    let workflow = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("classroom.yml"))
        .expect("the workflow file is there");
    let (_, script) = workflow.split_once("run: |\n").expect("it has a script");
    let lines = script.lines().take_while(|line| line.starts_with("          "));
    lines.map(|line| line.trim_start().to_string() + "\n").collect()
}

#[cfg(unix)]
#[test]
fn the_script_of_the_workflow_marks_a_learner() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let work = TempDir::new().expect("there is room");
    let answers = work.path().join("answers/code/exercises/exercises/ch01");
    fs::create_dir_all(&answers).expect("there is room");
    fs::copy(
        root.join("code/exercises/solutions/ch01/ch01_latch.rs"),
        answers.join("ch01_latch.rs"),
    )
    .expect("there is room");
    // There the book lies beside the answers. Here it lies where it is.
    let script = script().replace("../", &format!("{}/", work.path().display()));
    let summary = work.path().join("summary.md");
    let status = Command::new("bash")
        .args(["-e", "-c", &script])
        .current_dir(&root)
        .env("GITHUB_STEP_SUMMARY", &summary)
        .status()
        .expect("there is a shell");
    assert!(status.success());
    let summary = fs::read_to_string(summary).expect("it was written");
    assert!(summary.starts_with("```\nch01_latch           passed\n"), "{summary}");
    assert!(summary.trim_end().ends_with("passed\n```"), "{summary}");
    for marks in ["marks.csv", "marks.json"] {
        let marks = fs::read_to_string(work.path().join(marks)).expect("it was written");
        assert!(marks.contains("ch01_latch") && marks.contains("missing"), "{marks}");
    }
}
