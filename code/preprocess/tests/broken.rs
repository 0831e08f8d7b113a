//! Broken formulas: all are told, each with its line and what is wrong with it.

use preprocess::render;

/// Line and message of every broken formula.
fn errors(markdown: &str) -> Vec<(usize, String)> {
    let errors = render(markdown).unwrap_err();
    errors.iter().map(|error| (error.line, error.to_string())).collect()
}

fn only_error(markdown: &str) -> (usize, String) {
    let errors = errors(markdown);
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors[0].clone()
}

#[test]
fn all_broken_formulas_are_told_in_order() {
    let markdown = "# Title\n\n$`\\foo{x}`$ and $`x`$ and\n$`\\bar`$\n\n```math\n\\frac{a}\n```\n";
    let found = errors(markdown);
    assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4, 7]);
    assert_eq!(found[0].1, r#"cannot read the formula \foo{x}: Unknown command "\foo"."#);
    assert!(found[2].1.starts_with(r"cannot read the formula \frac{a}: "), "{}", found[2].1);
}

#[test]
fn an_unclosed_environment_is_told() {
    let (line, message) = only_error("```math\n\\begin{aligned}\na &= b\n```\n");
    assert_eq!(line, 3);
    assert!(message.starts_with(r"cannot read the formula \begin{aligned} a &= b: "), "{message}");
    assert!(message.contains("reached end of input"), "{message}");
}

#[test]
fn an_empty_formula_is_told() {
    let empty = "cannot read the formula: it is empty";
    assert_eq!(only_error("a\n\n```math\n```"), (4, empty.to_owned()));
    assert_eq!(only_error("a\n\n```math\n\n \n```"), (4, empty.to_owned()));
    assert_eq!(only_error("a\n\nb $` `$"), (3, empty.to_owned()));
}

#[test]
fn a_fence_that_is_never_closed_is_told() {
    let (line, message) = only_error("a\n\n```math\nx\n\nb\n");
    assert_eq!(line, 4);
    assert_eq!(message, "cannot read the formula x b: its fence is never closed");
    assert_eq!(only_error("> ```math\n> x\n\nb").1, message.replace("x b", "x"));
}

#[test]
fn a_reference_into_nothing_is_told() {
    let (_, message) = only_error(r"$`\eqref{loss}`$");
    assert_eq!(
        message,
        r"cannot read the formula \eqref{loss}: it refers to an equation outside of it"
    );
}

#[test]
fn display_math_names_the_line_of_the_fault() {
    let latex = "\\begin{aligned}\na &= b \\\\\nc &= \\foo \\\\\ne &= f\n\\end{aligned}";
    assert_eq!(only_error(&format!("a\n\n```math\n{latex}\n```")).0, 6);

    let quoted = latex.replace('\n', "\n> ");
    assert_eq!(only_error(&format!("> a\n>\n> ```math\n> {quoted}\n> ```")).0, 6);

    let windows = format!("a\n\n```math\n{latex}\n```").replace('\n', "\r\n");
    assert_eq!(only_error(&windows).0, 6);
}

#[test]
fn each_place_knows_its_line() {
    let broken = r"$`\foo`$";
    let places = [
        (format!("# a\n\n## b {broken}"), 3),
        (format!("- a\n- b\n  {broken}"), 3),
        (format!("> a\n> {broken}"), 2),
        (format!("| a |\n|---|\n| b |\n| {broken} |"), 4),
        (format!("a[^1]\n\n[^1]: b {broken}"), 3),
        (format!("äöü\n[{broken}](a.md)"), 2),
        ("```math\n\\text{äöü}\n→ ü \\foo\n```".to_owned(), 3),
        ("```math\nä\nü_\n\n```".to_owned(), 3),
    ];
    for (markdown, line) in places {
        assert_eq!(only_error(&markdown).0, line, "{markdown}");
    }
}

#[test]
fn a_message_is_one_line() {
    for (_, message) in errors("```math\na\n\\foo\nb\n```\n\n```math\n\n```\n\n$`\\text{a_b}`$") {
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}
