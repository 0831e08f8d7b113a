//! The style sheet of the figures.
//!
//! The page hands its light or dark scheme to the image, and the image knows its own width, so one
//! file is right in every theme and on every page.

use crate::frame::Frame;
use crate::labels::px;

const FONT: &str = "system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",\
\"Liberation Sans\",Arial,sans-serif";

/// The colours of text and lines on a light and on a dark page.
const INK: &str = "#333";
const DARK_INK: &str = "#c8c9cd";

/// Lines of the light page, and of pages that know no schemes. Numbers are pixels of the drawing,
/// four to a unit.
const LIGHT: &str = "\
.axis,.grid,.minor,.mark,.line,.path,.ring{fill:none;stroke:currentColor;stroke-linecap:round;\
stroke-linejoin:round}
.axis{color:#555}
.grid{opacity:.16}
.minor{opacity:.08}
.mark{color:#555;stroke-dasharray:1 18}
.title{font-weight:500}
.note,.s1{color:#ae3d03}
.note,.label,.dot,.band,.bar{fill:currentColor}
.band{opacity:.2}
.path{opacity:.6}
.s0{color:#0a45a0}
.s2{color:#20705a}
.s3{color:#723b78}
.s4{color:#5a3d09}
.s5{color:#222}
.line.s1{stroke-dasharray:44 26}
.line.s2{stroke-dasharray:6 22}
.line.s3{stroke-dasharray:44 22 6 22}
.line.s4{stroke-dasharray:80 26}
.line.s5{stroke-dasharray:20 20}
.bar.s1{fill-opacity:.55}
.bar.s2{fill-opacity:.25}
.bar.s3{fill-opacity:.8}
.bar.s4{fill-opacity:.4}
.bar.s5{fill-opacity:.1}
.bar{stroke:currentColor;stroke-width:3}
";

/// What is different on a dark page.
const DARK: &str = "\
.axis,.mark{color:#9a9ca5}
.note,.s1{color:#fb7a3a}
.s0{color:#3fa2f5}
.s2{color:#4be3b4}
.s3{color:#cf74be}
.s4{color:#f5d547}
.s5{color:#b5b5b5}
.band{opacity:.26}
";

/// Up to a width of the image in px: the size of text and the width of lines, in pixels of the
/// drawing. The first holds for all wider images.
const SIZES: [(Option<u32>, Sizes); 3] = [
    (None, Sizes { text: px(15), line: 9, axis: 5, grid: 4 }),
    (Some(600), Sizes { text: px(19), line: 11, axis: 6, grid: 5 }),
    (Some(420), Sizes { text: px(24), line: 14, axis: 8, grid: 7 }),
];

struct Sizes {
    text: i32,
    line: i32,
    axis: i32,
    grid: i32,
}

/// The style sheet of a figure with axes; `colours` are rules of its own for a light and for a dark
/// page.
pub(crate) fn sheet(frame: &Frame, colours: [&str; 2]) -> String {
    let sizes = SIZES.map(|(width, sizes)| match width {
        Some(width) => at_media(&format!("max-width:{width}px"), &sizes.rules(frame)),
        None => sizes.rules(frame),
    });
    let dark = format!("svg{{color:{DARK_INK};fill:{DARK_INK}}}\n{DARK}{}", colours[1]);
    format!("svg{{color:{INK};fill:{INK};font-family:{FONT}}}\n{LIGHT}{}", colours[0])
        + &sizes.concat()
        + &on_dark_pages(&dark)
}

/// The size of text in diagrams, in px of the drawing.
pub(crate) const DIAGRAM_TEXT: f64 = 22.0;

/// The style sheet of a diagram with these rules.
pub(crate) fn of_diagrams(light: &str, dark: &str) -> String {
    format!("svg{{color:{INK};font:{DIAGRAM_TEXT}px {FONT}}}\n{light}")
        + &on_dark_pages(&format!("svg{{color:{DARK_INK}}}\n{dark}"))
}

fn on_dark_pages(rules: &str) -> String {
    at_media("prefers-color-scheme:dark", rules)
}

fn at_media(condition: &str, rules: &str) -> String {
    format!("@media({condition}){{\n{rules}}}\n")
}

impl Sizes {
    fn rules(&self, frame: &Frame) -> String {
        let Self { text, line, axis, grid } = self;
        let shift = px(frame.title_shift(text / px(1)));
        let rules = format!(
            "svg{{font-size:{text}px}}\n.line,.ring{{stroke-width:{line}}}\n\
             .axis,.mark,.path{{stroke-width:{axis}}}\n.grid,.minor{{stroke-width:{grid}}}\n\
             .below{{transform:translateY(-{shift}px)}}\n"
        );
        let limits = ["x", "y"].into_iter().zip(frame.limits());
        rules + &limits.map(|(class, limit)| self.limited(class, limit)).collect::<String>()
    }

    /// A smaller size for labels that have little room.
    fn limited(&self, class: &str, limit: Option<f64>) -> String {
        let size = limit.map(|limit| (f64::from(px(1)) * limit).round() as i32);
        match size.filter(|size| *size < self.text) {
            Some(size) => format!(".{class}{{font-size:{size}px}}\n"),
            None => String::new(),
        }
    }
}
