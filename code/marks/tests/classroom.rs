//! The workflow file for learners' repositories: its script is run here as it would be there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use marks::Set;
use tempfile::TempDir;

fn root() -> PathBuf {
    Set::folder_in_book().expect("the tests run in the book").join("../..")
}

/// The script under `run: |`, without its indent.
fn script() -> String {
    let workflow =
        fs::read_to_string(root().join("code/marks/classroom.yml")).expect("it is there");
    let (_, script) = workflow.split_once("run: |\n").expect("it has a script");
    let lines = script.lines().take_while(|line| line.starts_with("          "));
    lines.map(|line| line.trim_start().to_string() + "\n").collect()
}

/// The commands of the teacher's page that begin so, without `$`.
#[cfg(unix)]
fn commands(begin: &str) -> Vec<String> {
    let page = fs::read_to_string(root().join("src/teaching.md")).expect("the page is there");
    let commands = page.lines().filter_map(|line| line.strip_prefix("$ "));
    commands.filter(|line| line.starts_with(begin)).map(String::from).collect()
}

/// Copies a folder.
#[cfg(unix)]
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().expect("it lies in a folder")).expect("there is room");
    let status = Command::new("cp").arg("-r").args([from, to]).status();
    assert!(status.expect("there is cp").success());
}

#[cfg(unix)]
#[test]
fn the_commands_of_the_teacher_s_page_take_out_all_solutions_and_nothing_else() {
    let work = TempDir::new().expect("there is room");
    for path in ["code/exercises", "code/marks/classroom.yml", ".github"] {
        copy(&root().join(path), &work.path().join(path));
    }
    let commands = commands("rm ");
    assert_eq!(commands.len(), 2, "one for the solutions, one for the workflows");
    for command in commands {
        let status =
            Command::new("bash").args(["-c", &command]).current_dir(&work).status().expect("bash");
        assert!(status.success(), "{command}");
    }
    let set = work.path().join("code/exercises");
    assert!(!set.join("solutions").exists());
    let programs = |set: &Path| {
        let manifest = fs::read_to_string(set.join("Cargo.toml")).expect("it is there");
        manifest.lines().filter(|line| line.starts_with("  { name = ")).count()
    };
    assert_eq!(2 * programs(&set), programs(&root().join("code/exercises")));
    let workflows = fs::read_dir(work.path().join(".github/workflows")).expect("it is there");
    let names: Vec<_> = workflows.map(|file| file.expect("it is there").file_name()).collect();
    assert_eq!(names, ["classroom.yml"]);
}

/// Runs the script beside a folder with answers. Whether it succeeds, and what the page of the run
/// shows.
#[cfg(unix)]
fn run_script(work: &Path) -> (bool, String) {
    // There the book lies beside the answers. Here it lies where it is.
    let script = script().replace("../", &format!("{}/", work.display()));
    let summary = work.join("summary.md");
    let mut bash = Command::new("bash");
    bash.args(["-e", "-c", &script]).current_dir(root()).env("GITHUB_STEP_SUMMARY", &summary);
    let success = bash.output().expect("there is a shell").status.success();
    (success, fs::read_to_string(summary).expect("it was written"))
}

#[cfg(unix)]
#[test]
fn the_script_of_the_workflow_marks_a_learner() {
    let work = TempDir::new().expect("there is room");
    let answers = work.path().join("answers/code/exercises/exercises/ch01");
    fs::create_dir_all(&answers).expect("there is room");
    fs::copy(
        root().join("code/exercises/solutions/ch01/ch01_latch.rs"),
        answers.join("ch01_latch.rs"),
    )
    .expect("there is room");
    let (success, summary) = run_script(work.path());
    assert!(success, "{summary}");
    assert!(summary.starts_with("```\nch01_latch           passed\n"), "{summary}");
    assert!(summary.contains(" passed\n\nThe same numbers again: --seed "), "{summary}");
    assert!(summary.ends_with("\n```\n"), "{summary}");
    for marks in ["marks.csv", "marks.json"] {
        let marks = fs::read_to_string(work.path().join(marks)).expect("it was written");
        assert!(marks.contains("ch01_latch") && marks.contains("missing"), "{marks}");
    }
}

#[cfg(unix)]
#[test]
fn the_page_of_the_run_shows_why_nothing_was_marked() {
    let work = TempDir::new().expect("there is room");
    fs::create_dir(work.path().join("answers")).expect("there is room");
    let (success, summary) = run_script(work.path());
    assert!(!success, "{summary}");
    assert!(summary.starts_with("```\nerror: ") && summary.contains("no answers"), "{summary}");
    assert!(summary.ends_with("\n```\n"), "{summary}");
}
