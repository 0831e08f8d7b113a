//! The figures of the book, all in one style: from data to the text of an SVG file, without files,
//! clocks or threads.
//!
//! A chapter says what there is to see; size, colours, ticks, labels and the dark theme are decided
//! here, once.
//!
//! ```
//! use figure::{Draw, Figure};
//!
//! let lags = (1..=20).map(f64::from);
//! let svg = Figure::new("memory", "What a linear unit remembers")
//!     .describe("The share that is left of an input falls by the same factor in every step.")
//!     .x_axis("lag (steps)")
//!     .y_axis("share of the input")
//!     .log_y()
//!     .line("r = 0.9", lags.clone().map(|lag| (lag, 0.9_f64.powf(lag))))
//!     .line("r = 0.5", lags.map(|lag| (lag, 0.5_f64.powf(lag))))
//!     .to_svg(None)
//!     .unwrap();
//! assert!(svg.starts_with("<svg "));
//! ```

mod axis;
mod curve;
mod description;
mod diagram;
mod document;
mod draw;
mod error;
mod escape;
mod figure;
pub mod format;
mod frame;
mod heat_map;
mod labels;
mod pen;
mod plot;
mod scale;
mod side;
mod sketch;
mod style;
pub mod svg;
mod ticks;
mod verbs;

pub use diagram::Diagram;
pub use draw::Draw;
pub use error::{FigureError, Problem};
pub use figure::Figure;
pub use heat_map::HeatMap;
pub use sketch::{Look, Sketch};
