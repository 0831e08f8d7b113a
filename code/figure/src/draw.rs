//! What all kinds of figures have in common.

use crate::error::FigureError;

/// Anything that a chapter can put into its report as a figure.
pub trait Draw {
    /// The name, which becomes part of the file's.
    fn name(&self) -> &str;

    /// The figure as the text of an SVG file.
    ///
    /// The note names the parameters that were changed, as in `--radius 1.3`; it is written into
    /// the picture and kept in the file.
    ///
    /// # Errors
    /// Where something cannot be drawn: see [`Problem`](crate::Problem).
    fn to_svg(&self, note: Option<&str>) -> Result<String, FigureError>;
}
