//! What becomes of a formula, and what becomes of everything else.

use math_core::{LatexToMathML, MathDisplay};
use preprocess::render;
use pulldown_cmark::{Options, Parser, html::push_html};

/// Formulas full of what Markdown would read: emphasis, links, line breaks, tables, quotation marks.
const FORMULAS: [&str; 18] = [
    r"\alpha_t",
    r"h_t = \tanh(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})",
    r"a * b * c",
    r"a_1 + {}_2 x_ 3 + _4",
    r"x \, y \; z \! w",
    r"[a](b) + [c]",
    r"|a| + \|b\| + p(x|y)",
    r"a < b > c \& d",
    r"f'(x) + f''(x)",
    r#"\text{"off" -- it's... `so` ~ *here*}"#,
    r"\$5 + \#1 + \%2 + x!",
    r"\lVert \boldsymbol{J} \rVert_2 \le \mathbf{W}^\top",
    r"\frac{\partial L}{\partial h} = \sum_{k}^{t} \underbrace{\mathbb{E}[x_k]}_{\text{mean}}",
    r"\operatorname{softmax}(z)_i",
    r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
    r"\begin{cases} x & x > 0, \\ 0 & \text{otherwise} \end{cases}",
    r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
    r"\begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix}",
];

/// The page that mdBook would make of the Markdown.
fn page(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_SMART_PUNCTUATION
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM;
    let mut html = String::new();
    push_html(&mut html, Parser::new_ext(markdown, options));
    html
}

/// The page with every character reference resolved that stands for plain punctuation.
fn rendered_page(markdown: &str) -> String {
    let html = page(&render(markdown).unwrap());
    (b'!'..=b'~')
        .filter(u8::is_ascii_punctuation)
        .fold(html, |html, byte| html.replace(&format!("&#{byte};"), &char::from(byte).to_string()))
}

fn mathml(latex: &str, display: MathDisplay) -> String {
    LatexToMathML::default().convert_with_local_state(latex, display).unwrap().mathml
}

fn inline(latex: &str) -> String {
    let backticks = if latex.contains('`') { "``" } else { "`" };
    format!("${backticks}{latex}{backticks}$")
}

fn fence(latex: &str) -> String {
    format!("```math\n{latex}\n```")
}

/// The formula as display math stands on the page.
fn block(latex: &str) -> String {
    mathml(latex, MathDisplay::Block).replace("<math", r#"<!-- --><math tabindex="0""#)
}

#[test]
fn inline_math_comes_through_markdown_unharmed_wherever_it_stands() {
    let places = [
        ("FORMULA", "<p>FORMULA</p>"),
        ("so FORMULA, and\nFORMULA.", "<p>so FORMULA, and\nFORMULA.</p>"),
        ("## The state FORMULA {#state}", "<h2 id=\"state\">The state FORMULA</h2>"),
        ("FORMULA\n=======", "<h1>FORMULA</h1>"),
        ("- one\n- two FORMULA", "<li>two FORMULA</li>"),
        ("1. FORMULA", "<li>FORMULA</li>"),
        ("> said FORMULA so", "<p>said FORMULA so</p>"),
        ("*in FORMULA em*", "<em>in FORMULA em</em>"),
        ("**in FORMULA strong**", "<strong>in FORMULA strong</strong>"),
        ("[link FORMULA text](a.md)", "<a href=\"a.md\">link FORMULA text</a>"),
        ("a[^1]\n\n[^1]: note FORMULA", "<p>note FORMULA</p>"),
        ("a[^1]\n\n[^1]: FORMULA", "<p>FORMULA</p>"),
        ("a word FORMULA\n: FORMULA means", "<dd>FORMULA means</dd>"),
        ("<details>\n\nFORMULA\n\n</details>", "<p>FORMULA</p>"),
        ("a <b>FORMULA</b>", "<b>FORMULA</b>"),
        // Here Markdown reads nothing.
        ("<details><summary>Why FORMULA?</summary>", "<summary>Why FORMULA?</summary>"),
        ("<figure>\n<figcaption>\nso FORMULA, FORMULA\n</figcaption>", "so FORMULA, FORMULA\n"),
        ("<table><tr>\n<td class=\"a\">FORMULA</td>\n</table>", ">FORMULA</td>"),
        ("- a\n\n  <p\n  class='b>'>FORMULA</p>", "class='b>'>FORMULA</p>"),
        ("> <p>FORMULA</p>", "<p>FORMULA</p>"),
        ("<pre>a</pre> FORMULA", "<pre>a</pre> FORMULA"),
        ("<!-- a -->FORMULA", "<!-- a -->FORMULA"),
    ];
    for latex in FORMULAS {
        let expected = mathml(latex, MathDisplay::Inline);
        for (markdown, html) in places {
            let page = rendered_page(&markdown.replace("FORMULA", &inline(latex)));
            let html = html.replace("FORMULA", &expected);
            assert!(page.contains(&html), "{latex} in {markdown}\nnot: {html}\nin:  {page}");
        }
    }
}

#[test]
fn inline_math_in_a_table_is_written_with_escaped_bars() {
    for latex in FORMULAS {
        let cell = inline(&latex.replace('|', r"\|"));
        let page = rendered_page(&format!("| a | b |\n|---|---|\n| {cell} | {cell} x |\n"));

        let expected = mathml(latex, MathDisplay::Inline);
        let row = format!("<tr><td>{expected}</td><td>{expected} x</td></tr>");
        assert!(page.contains(&row), "{latex}\nnot: {row}\nin:  {page}");
    }
}

#[test]
fn display_math_comes_through_markdown_unharmed_and_stays_where_it_stands() {
    for latex in FORMULAS {
        let (fence, block) = (fence(latex), block(latex));
        let indented = fence.replace('\n', "\n  ");
        let quoted = fence.replace('\n', "\n> ");

        let places = [
            (fence.clone(), block.clone()),
            (format!("a\n{fence}\nb"), format!("<p>a</p>\n{block}\n<p>b</p>")),
            (format!("a\n\n{fence}\n\nb"), format!("<p>a</p>\n{block}\n<p>b</p>")),
            (format!("{fence}\n---"), format!("{block}\n<hr />")),
            (format!("{fence}\n    code"), format!("{block}\n<pre><code>code</code></pre>")),
            (format!("- a\n  {indented}\n  b\n- c"), format!("<li>a\n{block}\nb</li>\n<li>c</li>")),
            (format!("- a\n\n  {indented}\n"), format!("<li>\n<p>a</p>\n{block}\n</li>")),
            (format!("- {indented}\n- b"), format!("<li>\n{block}\n</li>\n<li>b</li>")),
            (
                format!("> a\n> {quoted}\n> b\n\nc"),
                format!("<p>a</p>\n{block}\n<p>b</p>\n</blockquote>\n<p>c</p>"),
            ),
            (format!("> {quoted}\n\nc"), format!("<blockquote>\n{block}\n</blockquote>\n<p>c</p>")),
            (format!("a word\n: {indented}"), format!("<dd>\n{block}\n</dd>")),
            (format!("| a |\n|---|\n| b |\n{fence}"), format!("</table>\n{block}")),
        ];
        for (markdown, html) in places {
            let page = rendered_page(&markdown);
            // How blocks are set apart is pulldown-cmark's own taste.
            let squeeze = |html: &str| html.replace('\n', "");
            assert!(
                squeeze(&page).contains(&squeeze(&html)),
                "{markdown}\nnot: {html}\nin:  {page}"
            );
        }
    }
}

#[test]
fn the_mathml_is_one_line_and_hides_all_punctuation() {
    for latex in FORMULAS {
        for markdown in [inline(latex), fence(latex)] {
            let rendered = render(&markdown).unwrap();
            assert_eq!(rendered.lines().count(), 1, "{rendered}");

            let text = rendered.split('<').filter_map(|piece| piece.split_once('>'));
            for (_, text) in text {
                let bare: Vec<char> = text
                    .chars()
                    .filter(|c| c.is_ascii_punctuation() && !"&#;".contains(*c))
                    .collect();
                assert!(bare.is_empty(), "{bare:?} in {rendered}");
            }
        }
    }
}

#[test]
fn a_formula_over_several_lines_becomes_one() {
    let latex = "\\text{a\nb} +\r\n\nc";
    let rendered = render(&fence(latex)).unwrap();
    assert_eq!(rendered.lines().count(), 1, "{rendered}");

    assert_eq!(render("$`a +\nb`$").unwrap(), render("$`a + b`$").unwrap());
    assert_eq!(render("> $`a +\n> b`$").unwrap(), render("> $`a + b`$").unwrap());
}

#[test]
fn display_math_can_be_reached_by_the_keyboard() {
    let rendered = render("```math\nx\n```").unwrap();
    assert_eq!(rendered, r#"<!-- --><math tabindex="0" display="block"><mi>x</mi></math>"#);
    assert!(!render("$`x`$").unwrap().contains("tabindex"));
}

#[test]
fn the_page_carries_no_latex() {
    let rendered = render(&format!("{}\n\n{}", inline(r"\alpha"), fence(r"\beta"))).unwrap();
    for trace in ["alpha", "beta", "annotation", "semantics"] {
        assert!(!rendered.contains(trace), "{trace} in {rendered}");
    }
}

#[test]
fn everything_else_stays_as_it_is() {
    let untouched = [
        "It costs $5 and $10, or $0.5.",
        r"In `$HOME` and \$HOME, and `$`, and `$x$`, and \$\$x\$\$, and &#36;.",
        "A code span `x`, one with `$x` half a dollar, one with `x$` the other half.",
        r"A plain dollar sign \$`x`\$ stays plain, as \\\$ does.",
        "How to write it: ``$`x`$``.",
        "```rust\nlet a = \"$`x`$\"; // $5\n```",
        "```text\n$`x`$\n```",
        "````markdown\n```math\nx\n```\n````",
        "```latex\n\\foo\n```",
        "```mathematica\nx\n```",
        "    $`x`$",
        "    ```math\n    x\n    ```",
        "<!-- $`\\foo`$ -->",
        "<!--\n```math\n\\foo\n```\n-->",
        "<div title=\"$5\">\n$5 and <code>$HOME $`\\foo`$</code>\n</div>",
        "In <code>$HOME</code> and <!-- $`\\foo`$ --> here.",
        "<script>\nlet x = `${y}$`;\n</script>",
        "<pre>\n$`\\foo`$\n\n```math\n\\foo\n```\n</pre>",
        "a <b title=\"$5\">b</b> ![costs $5](a.svg \"$5\")",
        r"![a \$HOME](a.svg) and [1] and (2)",
        "a\r\n\r\n* b\r\n",
        "",
    ];
    for markdown in untouched {
        assert_eq!(render(markdown).unwrap(), markdown);
    }
}

#[test]
fn what_stands_around_a_formula_stays() {
    let x = "<math><mi>x</mi></math>";
    let cases = [
        ("$5, $`x`$, $10", "$5, FORMULA, $10"),
        (r"\\$`x`$", r"\\FORMULA"),
        ("a$`x`$b", "aFORMULAb"),
        ("$`x`$$`x`$", "FORMULAFORMULA"),
        ("$``x``$", "FORMULA"),
        ("ä $`x`$ ü", "ä FORMULA ü"),
        ("![`a`](b) $`x`$", "![`a`](b) FORMULA"),
        ("$`x`$ costs $5", "FORMULA costs $5"),
        (r"\$$`x`$\$", r"\$FORMULA\$"),
        ("a\r\n\r\n$`x`$\r\n", "a\r\n\r\nFORMULA\r\n"),
    ];
    for (markdown, expected) in cases {
        assert_eq!(render(markdown).unwrap(), expected.replace("FORMULA", x));
    }
}

#[test]
fn a_fence_is_a_fence_however_it_is_written() {
    let expected = render("```math\nx\n```").unwrap();
    for markdown in ["~~~math\nx\n~~~", "````math\nx\n````", "``` math \nx\n```  "] {
        assert_eq!(render(markdown).unwrap().trim_end(), expected, "{markdown}");
    }
}

#[test]
fn formulas_have_the_structure_that_their_latex_says() {
    let cases: [(&str, &[(&str, usize)]); 12] = [
        (r"x_t", &[("msub", 1)]),
        (r"x^\top", &[("msup", 1), ("msub", 0)]),
        (r"x_i^2", &[("msubsup", 1)]),
        (r"\frac{a}{b}", &[("mfrac", 1)]),
        (r"\sqrt{x}", &[("msqrt", 1)]),
        (r"\sum_{k}^{t} x_k", &[("munderover", 1), ("msub", 1)]),
        (r"\underbrace{a + b}_{\text{both}}", &[("munder", 2), ("mtext", 1)]),
        (
            r"\begin{aligned} a &= b \\ c &= d \\ e &= f \end{aligned}",
            &[("mtable", 1), ("mtr", 3), ("mtd", 6)],
        ),
        (
            r"\begin{cases} x & x > 0 \\ 0 & x \le 0 \end{cases}",
            &[("mtable", 1), ("mtr", 2), ("mtd", 4)],
        ),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", &[("mtr", 2), ("mtd", 4)]),
        (r"\begin{bmatrix} a \\ b \\ c \end{bmatrix}", &[("mtr", 3), ("mtd", 3)]),
        (r"a \, b \quad c", &[("mspace", 2)]),
    ];
    for (latex, elements) in cases {
        let rendered = render(&fence(latex)).unwrap();
        for &(element, count) in elements {
            let found = rendered.matches(&format!("<{element}>")).count()
                + rendered.matches(&format!("<{element} ")).count();
            assert_eq!(found, count, "{element} in {latex}: {rendered}");
        }
    }
}

#[test]
fn symbols_are_the_ones_meant() {
    let cases = [
        (r"\alpha", "<mi>α</mi>"),
        (r"\partial", "∂"),
        (r"\mathbb{R}", "ℝ"),
        (r"\lVert x \rVert", "‖"),
        (r"\boldsymbol{J}", "𝑱"),
        (r"\mathbf{W}", "𝐖"),
        (r"x^\top", "⊤"),
        (r"\operatorname{diag}", ">diag</mo>"),
        (r"\sum", "∑"),
        (r"a \odot b", "⊙"),
    ];
    for (latex, expected) in cases {
        let rendered = render(&inline(latex)).unwrap();
        assert!(rendered.contains(expected), "{latex}: {rendered}");
    }
}
