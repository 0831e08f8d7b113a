//! How far a long experiment is.

/// A progress bar on a terminal; in a page there is none. It goes when it is dropped.
#[derive(Debug)]
pub struct Progress {
    #[cfg(not(target_arch = "wasm32"))]
    bar: indicatif::ProgressBar,
}

#[cfg(not(target_arch = "wasm32"))]
impl Progress {
    pub(crate) fn new(steps: usize, what: &str) -> Self {
        use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

        let bar = ProgressBar::new(steps as u64)
            .with_message(what.to_owned())
            .with_finish(ProgressFinish::AndClear);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        Self { bar }
    }

    /// So many steps more are done.
    pub fn inc(&self, steps: usize) {
        self.bar.inc(steps as u64);
    }
}

#[cfg(target_arch = "wasm32")]
impl Progress {
    pub(crate) fn new(_steps: usize, _what: &str) -> Self {
        Self {}
    }

    /// So many steps more are done.
    pub fn inc(&self, _steps: usize) {}
}
