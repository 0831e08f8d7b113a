//! What an exercise and its solution share, and what a learner is told of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const BEGIN: &str = "// --- Your code begins here.";
const END: &str = "// --- Your code ends here.";

/// Exercises that compile and run as handed out, and what their check says then. All others stop at
/// their `todo!`.
const RUNS: [(&str, &str); 7] = [
    ("ch01_explode", "the derivative shrinks"),
    ("ch03_gates", "the gates are not where the code looks for them"),
    ("ch03_parity", "a bit alone should turn on unit 0"),
    ("ch05_mask", "before they were hidden"),
    ("ch05_twins", "the mean of the same vectors is the same"),
    ("ch06_swapped", "it has run across the sequences"),
    ("ch07_project", "each step still has a product for its input"),
];

/// The names in info.toml, in their order.
fn names() -> Vec<String> {
    let info = fs::read_to_string(folder().join("info.toml")).expect("info.toml can be read");
    let name = |line: &str| Some(line.strip_prefix("name = \"")?.strip_suffix('"')?.to_string());
    info.lines().filter_map(name).collect()
}

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn file(kind: &str, name: &str) -> PathBuf {
    folder().join(kind).join(&name[..4]).join(format!("{name}.rs"))
}

fn text(kind: &str, name: &str) -> String {
    let file = file(kind, name);
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// What stands before the gap, in it, and behind it.
fn parts(kind: &str, name: &str) -> [String; 3] {
    let text = text(kind, name);
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| {
        let (gap, after) = rest.split_once(END)?;
        Some([before, gap, after].map(String::from))
    });
    parts.unwrap_or_else(|| panic!("{kind}/{name}: `{BEGIN}` and `{END}` are missing"))
}

/// What the head of a file says under `Goal`, `Section` or `Time`.
fn said(name: &str, what: &str) -> String {
    let start = format!("//! {what}: ");
    let text = text("exercises", name);
    let said = text.lines().find_map(|line| line.strip_prefix(&start));
    said.unwrap_or_else(|| panic!("{name}: there is no line `{start}…`")).to_string()
}

#[test]
fn an_exercise_and_its_solution_differ_in_the_gap_alone() {
    for name in names() {
        let [before, gap, after] = parts("exercises", &name);
        let [before_solution, solution, after_solution] = parts("solutions", &name);
        assert_eq!(before, before_solution, "{name}: the text before the gap");
        assert_eq!(after, after_solution, "{name}: the text behind the gap");
        assert!(gap.contains("// TODO: "), "{name}: the gap says what is to be done");
        assert!(!solution.contains("TODO"), "{name}: the solution still has a TODO");
    }
}

#[test]
fn each_exercise_calls_the_check_of_its_name() {
    for name in names() {
        let (chapter, check) = name.split_at(4);
        let call = format!("{chapter}::{}(super::", &check[1..]);
        let [_, _, after] = parts("exercises", &name);
        assert!(after.contains(&call), "{name}: its test should call `{call}…)`");
    }
}

#[test]
fn each_exercise_names_its_goal_its_time_and_a_section_that_exists() {
    for name in names() {
        assert!(said(&name, "Goal").ends_with('.'), "{name}: the goal is a sentence");
        let time = said(&name, "Time");
        let minutes = time.strip_suffix(" minutes").and_then(|minutes| minutes.parse().ok());
        assert!(minutes.is_some_and(|m: usize| (5..=25).contains(&m)), "{name}: {time}");
        let section = said(&name, "Section");
        let (page, anchor) = section.split_once('#').unwrap_or_else(|| panic!("{name}: {section}"));
        let page = fs::read_to_string(folder().join("../../src").join(page))
            .unwrap_or_else(|error| panic!("{name}: {section}: {error}"));
        let headings = page.lines().filter(|line| line.starts_with("##"));
        assert!(headings.map(slug).any(|slug| slug == anchor), "{name}: no heading for {section}");
    }
}

#[test]
fn the_teacher_s_page_speaks_of_each_exercise_and_gives_its_time() {
    let page = fs::read_to_string(folder().join("../../src/teaching.md")).expect("it can be read");
    for name in names() {
        let entry = format!("**`{name}`, {}.** ", said(&name, "Time"));
        assert!(page.contains(&entry), "src/teaching.md has no paragraph that begins `{entry}`");
    }
    let named =
        page.split('`').filter(|code| code.starts_with("ch0") && code.get(4..5) == Some("_"));
    for name in named {
        assert!(names().iter().any(|known| known == name), "src/teaching.md: no exercise `{name}`");
    }
}

#[test]
fn each_chapter_s_table_gives_the_times_of_its_exercises() {
    for name in names() {
        let section = said(&name, "Section");
        let page = folder().join("../../src").join(section.split('#').next().unwrap_or_default());
        let page = fs::read_to_string(page).expect("the chapter can be read");
        let time = said(&name, "Time").replace(" minutes", "");
        let row = format!("| `{name}` | {time} | ");
        assert!(page.contains(&row), "{section}: there is no row that begins `{row}`");
    }
}

/// The anchor that mdBook makes of a heading.
fn slug(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
    words.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
}

#[test]
fn each_hint_is_a_push_and_then_nearly_the_answer() {
    let info = fs::read_to_string(folder().join("info.toml")).expect("info.toml can be read");
    let hints: Vec<&str> = info.split("hint = \"\"\"").skip(1).collect();
    assert_eq!(hints.len(), names().len(), "each exercise has a hint");
    for (name, hint) in names().iter().zip(hints) {
        assert!(hint.starts_with("A push: "), "{name}");
        assert!(hint.contains("\n\nNearly the answer: "), "{name}");
        assert!(!hint.contains("http"), "{name}: a hint needs no network");
    }
}

#[test]
fn exercises_fail_as_handed_out_for_the_reason_they_should() {
    for name in names() {
        let reason = RUNS.iter().find(|(runs, _)| *runs == name);
        let reason = reason.map_or("not yet implemented", |(_, reason)| reason);
        let output = test(&name);
        assert!(output.contains("test result: FAILED. 0 passed; 1 failed"), "{name}:\n{output}");
        assert!(output.contains(reason), "{name} does not say `{reason}`:\n{output}");
    }
}

#[test]
fn solutions_pass() {
    for name in names() {
        let output = test(&format!("{name}_sol"));
        assert!(output.contains("test result: ok. 1 passed"), "{name}:\n{output}");
    }
}

/// What `cargo test` prints for an exercise or a solution.
fn test(name: &str) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["test", "--offline", "-p", "exercises", "--bin", name])
        .output()
        .expect("cargo runs");
    [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat()
}
