//! What looks like a formula and is none: mdBook would print it as it is, and say nothing.

use preprocess::render;

/// The only error: its line and its message.
fn error(markdown: &str) -> (usize, String) {
    let errors = render(markdown).err().unwrap_or_default();
    assert_eq!(errors.len(), 1, "{markdown}\n{errors:?}");
    (errors[0].line, errors[0].to_string())
}

/// Each text must have one error, on its third line, which says these words.
fn each(texts: &[&str], words: &str) {
    for text in texts {
        let (line, message) = error(&format!("# One\n\n{text}\n"));
        assert!(message.contains(words), "{text}\nnot `{words}`: {message}");
        assert_eq!(line, 3, "{text}\n{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}

#[test]
fn tex_s_dollar_signs_in_prose() {
    let words = "a formula stands between $` and `$; a plain dollar sign is \\$";
    each(&["Be $x$ so.", "$$x$$", "$x + y$", "# $x$", "- $5$", "In $HOME.", "a $", "5 $"], words);
    assert!(error("so $x$ and").1.starts_with("cannot read the formula $x$: "));
    each(&["[a $x$ b](c.md)", "*a $x$*", "> $x$", "1. $x$", "a <b>$x$</b>"], "between $` and `$");
    assert_eq!(error("a[^1]\n\n[^1]: b $x$").0, 3);
}

#[test]
fn a_formula_without_its_second_or_first_dollar_sign() {
    each(&["So $`x` is.", "So `x`$ is.", "$``x`$", "$ `x` $", "$`x", "x`$"], "between $` and `$");
    each(&["$`x`$ and $`y`", "$`x`$`y`$"], "between $` and `$");
    assert_eq!(render("$`x`$ and $`y`").unwrap_err()[0].latex, "$`y`");
}

#[test]
fn tex_s_brackets() {
    let words = "\\( and \\[ begin no formula";
    each(&[r"\(x\)", r"\[x\]", r"a \\(x\\) b", r"a \\[x\\] b", r"<p>\(x\)</p>"], words);
}

#[test]
fn a_bar_in_a_table() {
    let words = "a bar ends the cell of a table: write \\| in the formula";
    for row in ["| $`|a|`$ | d |", "| c | $`p(x | y)`$ |", "| `a|b`$ | d |"] {
        let (line, message) = error(&format!("| a | b |\n|---|---|\n{row}"));
        assert_eq!(line, 3, "{row}");
        assert!(message.ends_with(words), "{row}: {message}");
    }
    each(&["| $x$ | b |\n|---|---|\n| c | d |"], "between $` and `$");
}

#[test]
fn a_dollar_sign_inside_a_formula() {
    let words = "it holds a dollar sign: end \\text{…} before a symbol, or write \\$ for a dollar";
    each(&[r"$`\text{if $x$ is}`$", r"$`a $ b`$"], words);
    assert_eq!(error("```math\na\n\\text{of $x$}\n```").0, 3);
    assert!(render(r"$`\text{costs \$5}`$").is_ok());
}

#[test]
fn an_attribute_and_the_text_of_an_image() {
    let words = "an attribute or the text of an image holds no formula: say it in words";
    let texts = [
        "![the state $`h_t`$](a.svg)",
        "![the state $h$](a.svg)",
        "![a](a.svg \"the $`x`$\")",
        "[a](b.md \"the $`x`$\")",
        "a <b title=\"the $`x`$\">b</b>",
        "a <b title='>' lang=$x>b</b>",
        "<p title=\"the $`x`$\">b</p>",
        "<img alt=\"$x$\">",
    ];
    each(&texts, words);
    assert_eq!(error("<p\ntitle='a\n$`x`$ > $'>\n").0, 3);
}

#[test]
fn raw_html() {
    each(&["<p>$x$</p>", "<summary>so $$x$$</summary>", "<td>`x`$"], "in HTML &#36;");
    each(&["<p>$`x</p>", "<p>$`x` </p>", "<p>$``x`$</p>"], "it must end on its line, with `$");
    let errors = render("<p>\na $`x\n+ y`$\n</p>").unwrap_err();
    assert_eq!(errors.iter().map(|error| error.line).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(error("<code>$</code> <pre>$\n\n$</pre> $x$\n").0, 3);
    let fence = "a fence in raw HTML is no fence: leave a blank line before and behind it";
    assert!(error("<div>\n```math\nx\n```\n</div>").1.contains(fence));
    assert_eq!(error("<div>\n\n a\n\n</div>\n~~~math\nx\n~~~\n").0, 6);
}

#[test]
fn a_label_like_math() {
    each(
        &["```Math\nx\n```", "```math,numbered\nx\n```", "```math numbered\nx\n```"],
        "its fence must",
    );
}

#[test]
fn what_is_wrong_in_html_is_wrong_there_too() {
    let (line, message) = error("<details>\n<summary>a $`\\foo`$</summary>");
    assert_eq!(line, 2);
    assert_eq!(message, r#"cannot read the formula \foo: Unknown command "\foo"."#);
    assert!(error("<p>$``$</p>").1.ends_with("it must end on its line, with `$"));
    assert!(error("<p>$` `$</p>").1.ends_with("it is empty"));
}
