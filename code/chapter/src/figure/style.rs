//! The style sheet of the figures, and the head of the file.
//!
//! The page hands its light or dark scheme to the image, and the image knows its own width, so one
//! file is right in every theme and on every page.

use std::fmt::Write;

use super::error::Problem;
use super::frame::Frame;
use super::labels::px;
use super::ramp::{self, LEVELS, Ramp};
use crate::svg::escape;

/// Lines of the light page, and of pages that know no schemes. Numbers are pixels of the drawing,
/// four to a unit.
const LIGHT: &str = "\
svg{color:#333;fill:#333;font-family:system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",\
\"Liberation Sans\",Arial,sans-serif}
.axis,.grid,.minor,.mark,.line,.path,.ring{fill:none;stroke:currentColor;stroke-linecap:round;\
stroke-linejoin:round}
.axis{color:#555}
.grid{opacity:.16}
.minor{opacity:.08}
.mark{color:#555;stroke-dasharray:1 18}
.title{font-weight:500}
.note,.s1{color:#a83800}
.note,.label,.dot,.band,.bar{fill:currentColor}
.band{opacity:.2}
.path{opacity:.6}
.s0{color:#00579b}
.s2{color:#006848}
.s3{color:#8a3674}
.s4{color:#6f5200}
.s5{color:#333}
.line.s1{stroke-dasharray:44 26}
.line.s2{stroke-dasharray:6 22}
.line.s3{stroke-dasharray:44 22 6 22}
.line.s4{stroke-dasharray:80 26}
.line.s5{stroke-dasharray:20 20}
.bar.s1{fill-opacity:.55}
.bar.s2{fill-opacity:.3}
.bar{stroke:currentColor;stroke-width:3}
";

/// What is different on a dark page.
const DARK: &str = "\
svg{color:#c8c9cd;fill:#c8c9cd}
.axis,.mark{color:#9a9ca5}
.note,.s1{color:#f39a5b}
.s0{color:#6cb6f2}
.s2{color:#3fc79a}
.s3{color:#e09bce}
.s4{color:#d9b84a}
.s5{color:#d5d6da}
.band{opacity:.26}
";

/// Up to a width of the image in px: the size of text and the width of lines, in pixels of the
/// drawing. The first holds for all wider images.
const SIZES: [(Option<u32>, Sizes); 3] = [
    (
        None,
        Sizes {
            text: px(15),
            line: 9,
            axis: 5,
            grid: 4,
        },
    ),
    (
        Some(600),
        Sizes {
            text: px(19),
            line: 11,
            axis: 6,
            grid: 5,
        },
    ),
    (
        Some(420),
        Sizes {
            text: px(24),
            line: 14,
            axis: 8,
            grid: 7,
        },
    ),
];

struct Sizes {
    text: i32,
    line: i32,
    axis: i32,
    grid: i32,
}

/// Everything that stands around the drawn elements.
pub(super) struct Document<'a> {
    pub name: &'a str,
    pub title: &'a str,
    pub description: &'a str,
    pub note: Option<&'a str>,
    pub frame: &'a Frame,
    pub levels: Option<Ramp>,
}

impl Document<'_> {
    /// The whole file.
    pub fn write(&self, elements: &str) -> String {
        let (width, height) = self.frame.size();
        let name = self.name;
        let described = if self.description.is_empty() {
            String::new()
        } else {
            format!(" aria-describedby=\"{name}-desc\"")
        };
        let parameters = self.note.map_or_else(String::new, |note| {
            format!(" data-parameters=\"{}\"", escape(note))
        });
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             role=\"img\" aria-labelledby=\"{name}-title\"{described}{parameters}>\n\
             <title id=\"{name}-title\">{}</title>\n",
            escape(self.title)
        );
        if !self.description.is_empty() {
            let description = escape(self.description);
            svg += &format!("<desc id=\"{name}-desc\">{description}</desc>\n");
        }
        svg += &format!("<style>\n{}</style>\n", self.style());
        svg + &self.clip() + elements + "</svg>\n"
    }

    fn style(&self) -> String {
        let mut style = LIGHT.to_owned();
        style += &self.levels(false);
        for (width, sizes) in SIZES {
            let rules = self.sizes(&sizes);
            match width {
                Some(width) => put(&mut style, &format!("@media(max-width:{width}px)"), &rules),
                None => style += &rules,
            }
        }
        let dark = DARK.to_owned() + &self.levels(true);
        put(&mut style, "@media(prefers-color-scheme:dark)", &dark);
        style
    }

    fn levels(&self, dark: bool) -> String {
        self.levels.map_or_else(String::new, |ramp| {
            let rule = |level| format!(".l{level}{{fill:{}}}\n", ramp::colour(ramp, dark, level));
            (0..LEVELS).map(rule).collect()
        })
    }

    fn sizes(&self, sizes: &Sizes) -> String {
        let Sizes {
            text,
            line,
            axis,
            grid,
        } = sizes;
        let mut rules = format!(
            "svg{{font-size:{text}px}}\n.line,.ring{{stroke-width:{line}}}\n\
             .axis,.mark,.path{{stroke-width:{axis}}}\n.grid,.minor{{stroke-width:{grid}}}\n"
        );
        let shift = px(self.frame.title_shift(text / px(1)));
        rules += &format!(".below{{transform:translateY(-{shift}px)}}\n");
        for (class, limit) in ["x", "y"].iter().zip(self.frame.limits()) {
            let limited = limit.map(|limit| f64::from(px(1)) * limit);
            if let Some(size) = limited.filter(|size| *size < f64::from(*text)) {
                rules += &format!(".{class}{{font-size:{size:.0}px}}\n");
            }
        }
        rules
    }

    /// Nothing is drawn outside the plot, except what lies half on its edge.
    fn clip(&self) -> String {
        let Frame {
            left,
            right,
            top,
            bottom,
            ..
        } = self.frame;
        let room = 6;
        format!(
            "<clipPath id=\"plot\">\n<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n\
             </clipPath>\n",
            px(left - room),
            px(top - room),
            px(right - left + 2 * room),
            px(bottom - top + 2 * room)
        )
    }
}

fn put(style: &mut String, query: &str, rules: &str) {
    // Writing to a string cannot fail.
    let _ = write!(style, "{query}{{\n{rules}}}\n");
}

/// A name becomes part of a file's name and of the file's identifiers.
pub(super) fn check_name(name: &str) -> Result<(), Problem> {
    let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
    if begins && name.chars().all(is_good) {
        Ok(())
    } else {
        Err(Problem::Name)
    }
}
