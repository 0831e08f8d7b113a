//! What an exercise and its solution share, and what a learner and a teacher are told of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::{env, fs};

#[path = "../examples/exercise/gap.rs"]
mod gap;

use gap::{BEGIN, END, GAP, exercise_of};

/// Exercises that compile and run as handed out, and what their check says then. All others stop at
/// their `todo!`.
const RUNS: [(&str, &str); 7] = [
    ("ch01_explode", "the derivative shrinks"),
    ("ch03_gates", "the gates are not where the code looks for them"),
    ("ch03_parity", "a bit alone should turn on unit 0"),
    ("ch05_mask", "before they were hidden"),
    ("ch05_twins", "2 of 6 are right"),
    ("ch06_swapped", "it has run across the sequences"),
    ("ch07_project", "each step still has a product for its input"),
];

/// A book with its exercises.
struct Book {
    root: PathBuf,
}

/// What is wrong, and where.
type Faults = Vec<String>;

impl Book {
    fn this() -> Self {
        // At run time: a checkout can be copied after it was compiled.
        let package = env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
        Self { root: Path::new(&package).join("../..") }
    }

    fn text(&self, path: &str) -> String {
        let file = self.root.join(path);
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }

    /// The names in info.toml, in their order.
    fn names(&self) -> Vec<String> {
        let info = self.text("code/exercises/info.toml");
        let name =
            |line: &str| Some(line.strip_prefix("name = \"")?.strip_suffix('"')?.to_string());
        info.lines().filter_map(name).collect()
    }

    fn exercise(&self, name: &str) -> String {
        self.text(&path("exercises", name))
    }

    /// What the head of an exercise says under `Goal`, `Section` or `Time`.
    fn said(&self, name: &str, what: &str) -> String {
        let start = format!("//! {what}: ");
        let text = self.exercise(name);
        text.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_default().to_string()
    }

    /// All that is wrong with what can be read, without running anything.
    fn faults(&self) -> Faults {
        let mut faults = self.hints();
        for name in self.names() {
            faults.extend(self.solution(&name));
            faults.extend(self.call(&name));
            faults.extend(self.head(&name));
            faults.extend(self.guide(&name));
        }
        faults
    }

    /// An exercise is made from its solution.
    fn solution(&self, name: &str) -> Faults {
        let solution = self.text(&path("solutions", name));
        let made = match exercise_of(&solution) {
            Ok(made) => made,
            Err(error) => return vec![format!("{name}: in the solution, {error}")],
        };
        let mut faults = Vec::new();
        if let Some((line, other)) = first_difference(&self.exercise(name), &made) {
            faults.push(format!(
                "{name}: the exercise has `{line}`, its solution makes `{other}` of it: change the solution, and run \
                 `cargo run -p exercises --example exercise -- --replace {name}`"
            ));
        }
        if !made.contains("// TODO: ") {
            faults
                .push(format!("{name}: the gap has no `// TODO: …` that says what is to be done"));
        }
        let open = |line: &&str| line.contains("TODO") || line.contains("todo!");
        if solution.lines().filter(|line| !line.contains(GAP)).any(|line| open(&line)) {
            faults.push(format!("{name}: the solution still has a TODO"));
        }
        faults
    }

    /// The test of an exercise has its name, by which the marks and `cargo test -p exercises NAME`
    /// find it, and calls the check of its name.
    fn call(&self, name: &str) -> Faults {
        let (chapter, check) = name.split_at(4);
        let check = &check[1..];
        let test = format!(
            "#[cfg(test)]\nmod tests {{\n    use exercises::{{Slip, {chapter}}};\n\n    #[test]\n    \
             fn {name}() -> Result<(), Slip> {{\n        {chapter}::{check}(super::"
        );
        let text = self.exercise(name);
        let fault = format!("{name}: below its gap there is no `{test}…)`");
        let after = text.rsplit(END).next().unwrap_or_default();
        (!after.contains(&test)).then_some(fault).into_iter().collect()
    }

    /// An exercise names its goal, its time and a section that exists, whose chapter names it.
    fn head(&self, name: &str) -> Faults {
        let mut faults = Vec::new();
        if !self.said(name, "Goal").ends_with('.') {
            faults.push(format!("{name}: there is no line `//! Goal: ….`"));
        }
        let time = self.said(name, "Time");
        let minutes = time.strip_suffix(" minutes").and_then(|minutes| minutes.parse().ok());
        if !minutes.is_some_and(|minutes: usize| (5..=25).contains(&minutes)) {
            faults.push(format!("{name}: `//! Time: {time}` should be 5 to 25 minutes"));
        }
        let section = self.said(name, "Section");
        let (page, anchor) = section.split_once('#').unwrap_or_default();
        let text = fs::read_to_string(self.root.join("src").join(page)).unwrap_or_default();
        let headings = text.lines().filter(|line| line.starts_with("##"));
        if !headings.map(slug).any(|slug| slug == anchor) {
            faults.push(format!("{name}: there is no heading for `//! Section: {section}`"));
        }
        let row = format!("| `{name}` | {} | ", minutes.unwrap_or_default());
        if !text.contains(&row) {
            faults.push(format!("{name}: src/{page} has no row that begins `{row}`"));
        }
        faults
    }

    /// The teacher's page speaks of an exercise, and gives its time.
    fn guide(&self, name: &str) -> Faults {
        let entry = format!("**`{name}`, {}.**", self.said(name, "Time"));
        let page = self.text("src/teaching.md");
        let paragraph = page.split("\n\n").find(|text| text.starts_with(&entry));
        let whole = |text: &str| text.contains("*Ask:* ") && text.contains("*Look for:* ");
        let fault =
            format!("{name}: src/teaching.md has no paragraph `{entry} … *Ask:* … *Look for:* …`");
        (!paragraph.is_some_and(whole)).then_some(fault).into_iter().collect()
    }

    /// Each hint is a push and then nearly the answer, without a link. And the pages name no exercise
    /// that there is not.
    fn hints(&self) -> Faults {
        let info = self.text("code/exercises/info.toml");
        let hints: Vec<&str> = info.split("hint = \"\"\"").skip(1).collect();
        let names = self.names();
        if hints.len() != names.len() {
            return vec![format!("{} exercises have {} hints", names.len(), hints.len())];
        }
        let good = |hint: &str| {
            hint.starts_with("A push: ")
                && hint.contains("\n\nNearly the answer: ")
                && !hint.contains("http")
        };
        let bad = names.iter().zip(hints).filter(|(_, hint)| !good(hint));
        let bad = bad.map(|(name, _)| {
            format!("{name}: its hint should be `A push: …`, `Nearly the answer: …`, and no link")
        });
        let page = self.text("src/teaching.md");
        let named = page
            .split('`')
            .filter(|code| code.starts_with("ch") && code.get(4..5) == Some("_"))
            .filter(|code| !names.iter().any(|name| name == code))
            .map(|code| format!("src/teaching.md: there is no exercise `{code}`"));
        bad.chain(named).collect()
    }
}

fn path(kind: &str, name: &str) -> String {
    format!("code/exercises/{kind}/{}/{name}.rs", &name[..4])
}

fn first_difference<'t>(one: &'t str, other: &'t str) -> Option<(&'t str, &'t str)> {
    let lines = one.lines().zip(other.lines()).find(|(line, other)| line != other);
    lines.or_else(|| (one != other).then_some((one, other)))
}

/// The anchor that mdBook makes of a heading.
fn slug(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
    words.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
}

#[test]
fn exercises_solutions_chapters_and_the_guide_fit_together() {
    let faults = Book::this().faults();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn exercises_fail_as_handed_out_for_the_reason_they_should() {
    for name in Book::this().names() {
        let reason = RUNS.iter().find(|(runs, _)| *runs == name);
        let reason = reason.map_or("not yet implemented", |(_, reason)| reason);
        let output = test(&name, &name);
        assert!(output.contains("test result: FAILED. 0 passed; 1 failed"), "{name}:\n{output}");
        assert!(output.contains(reason), "{name} does not say `{reason}`:\n{output}");
    }
}

#[test]
fn solutions_pass() {
    for name in Book::this().names() {
        let output = test(&format!("{name}_sol"), &name);
        assert!(output.contains("test result: ok. 1 passed"), "{name}:\n{output}");
    }
}

/// The programs that `cargo test -p exercises` runs, by the names of exercises and solutions. One call
/// of cargo compiles them side by side.
static PROGRAMS: LazyLock<BTreeMap<String, PathBuf>> = LazyLock::new(|| {
    let output = Command::new(env!("CARGO"))
        .args(["test", "--offline", "-p", "exercises", "--bins", "--no-run", "--color", "never"])
        .current_dir(Book::this().root)
        .output()
        .expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    let paths = text.lines().filter_map(|line| line.trim_end_matches(')').split_once(" ("));
    let programs = paths.filter_map(|(_, path)| {
        let file = Path::new(path).file_stem()?.to_string_lossy().into_owned();
        Some((file.rsplit_once('-')?.0.to_owned(), Book::this().root.join(path)))
    });
    programs.collect()
});

/// What an exercise or a solution prints when it is asked for one test, as `cargo test` asks. A filter
/// that finds nothing would be a success of no tests.
fn test(program: &str, filter: &str) -> String {
    let path = PROGRAMS.get(program).unwrap_or_else(|| panic!("cargo builds no {program}"));
    let output = Command::new(path).arg(filter).output().expect("it starts");
    [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat()
}

/// A book with a single exercise, in a folder of its own.
fn small_book() -> Book {
    let name = "ch01_latch";
    let test = env::current_exe().expect("it runs");
    let target = test.ancestors().nth(3).expect("it lies in `target/debug/deps`");
    let root = target.join("tmp/small-book");
    let (this, small) = (Book::this(), Book { root });
    let info = this.text("code/exercises/info.toml");
    let rest = info.find("name = \"ch01_latch\"").expect("it is there");
    let end = info[rest..].find("[[exercises]]").map_or(info.len(), |next| rest + next);
    assert_eq!(info[..end].matches("[[exercises]]").count(), 1, "ch01_latch is the first exercise");
    let guide = this.text("src/teaching.md");
    let guide =
        guide.split("\n\n").find(|text| text.starts_with("**`ch01_latch`")).expect("it is there");
    let page = "src/ch01-hidden-state.md";
    for (path, text) in [
        ("code/exercises/info.toml", &info[..end]),
        (&path("exercises", name), &this.exercise(name)),
        (&path("solutions", name), &this.text(&path("solutions", name))),
        ("src/teaching.md", guide),
        (page, &this.text(page)),
    ] {
        let file = small.root.join(path);
        fs::create_dir_all(file.parent().expect("it lies in a folder")).expect("there is room");
        fs::write(file, text).expect("there is room");
    }
    small
}

#[test]
fn each_break_is_seen() {
    let book = small_book();
    assert_eq!(book.faults(), [""; 0]);
    let (exercise, solution) = (path("exercises", "ch01_latch"), path("solutions", "ch01_latch"));
    let page = "src/ch01-hidden-state.md";
    let breaks = [
        (&*exercise, "A neuron has one", "A neuron has a", "the exercise has"),
        (&*exercise, "todo!()", "w > 1.0", "its solution makes"),
        (&*solution, "fn main() {}\n", "", "change the solution, and run"),
        (&*solution, BEGIN, "", "is missing"),
        (&*solution, END, "", "is missing"),
        (&*solution, GAP, "//", "the exercise has"),
        (&*solution, "// TODO: ", "// ", "says what is to be done"),
        (&*solution, "w > 1.0", "todo!()", "the solution still has a TODO"),
        (&*exercise, "ch01::latch(super::holds)", "Ok(())", "below its gap there is no `"),
        (&*exercise, "fn ch01_latch()", "fn latch()", "fn ch01_latch() -> Result<(), Slip>"),
        (&*exercise, "//! Goal: ", "//! ", "no line `//! Goal: ….`"),
        (&*exercise, "Time: 5 minutes", "Time: an hour", "should be 5 to 25 minutes"),
        (&*exercise, "Time: 5 minutes", "Time: 15 minutes", "no row that begins"),
        (&*exercise, "#the-latch", "#no-latch", "there is no heading"),
        (page, "| `ch01_latch` | 5 |", "| `ch01_latch` | 6 |", "no row that begins"),
        ("src/teaching.md", "5 minutes.**", "6 minutes.**", "src/teaching.md has no paragraph"),
        ("src/teaching.md", "*Look for:*", "", "src/teaching.md has no paragraph"),
        ("src/teaching.md", "*Ask:*", "*Ask:* (see `ch01_none`)", "no exercise `ch01_none`"),
        ("code/exercises/info.toml", "Nearly the answer", "The answer", "its hint should be"),
        ("code/exercises/info.toml", "A push: ", "A push: http://", "its hint should be"),
    ];
    for (path, from, to, expected) in breaks {
        let whole = book.text(path);
        assert!(whole.contains(from), "{path} has no `{from}` to break");
        fs::write(book.root.join(path), whole.replacen(from, to, 1)).expect("there is room");
        let faults = book.faults().join("\n");
        assert!(faults.contains(expected), "`{to}` in {path} is not seen: {faults}");
        fs::write(book.root.join(path), whole).expect("there is room");
    }
}
