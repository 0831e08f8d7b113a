//! The device that the tests run on.

use std::{env, io::Write};

use gpu::Gpu;

/// This machine's first device. Where there is none, that is said, and the test is left out, unless
/// `GPU_REQUIRED` is set.
pub fn gpu() -> Option<Gpu> {
    match Gpu::open(0) {
        Ok(gpu) => Some(gpu),
        Err(error) => {
            assert!(env::var_os("GPU_REQUIRED").is_none(), "GPU_REQUIRED is set, but {error}");
            // Written past the test harness, which shows nothing of a test that passes.
            let _ = writeln!(std::io::stderr(), "not run: {error}");
            None
        }
    }
}
