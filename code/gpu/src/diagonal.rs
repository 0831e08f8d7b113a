//! The diagonal linear recurrence on a device, in a loop and by a scan.

use ndarray::{Array2, ArrayRef2};
use wgpu::Buffer;

use crate::{Bound, Gpu, Kernel, Launch, Result, Seconds};

/// A recurrence `h_t = a_t ⊙ h_(t-1) + b_t` on a device, from a state of zeros.
pub struct Diagonal<'g> {
    gpu: &'g Gpu,
    steps: usize,
    channels: usize,
    pieces: usize,
    states: Buffer,
    in_a_loop: Bound,
    /// The three launches of the scan: join each piece, go from piece to piece, run each.
    scan: [Bound; 3],
}

impl<'g> Diagonal<'g> {
    /// Brings factors and summands `[T, C]` to a device, where the scan cuts them into so many
    /// pieces.
    ///
    /// # Errors
    /// [`Error::TooLarge`](crate::Error::TooLarge).
    pub fn new(
        gpu: &'g Gpu,
        a: &ArrayRef2<f32>,
        b: &ArrayRef2<f32>,
        pieces: usize,
    ) -> Result<Self> {
        let (steps, channels) = a.dim();
        let flat = |array: &ArrayRef2<f32>| array.iter().copied().collect::<Vec<_>>();
        let a = &gpu.filled("bytes of factors", &flat(a))?;
        let b = &gpu.filled("bytes of summands", &flat(b))?;
        let joined = &gpu.zeros("bytes of joined pieces", 2 * pieces * channels)?;
        let states = gpu.zeros("bytes of states", steps * channels)?;
        let constants =
            [("T", steps), ("C", channels), ("PIECES", pieces), ("SIZE", steps.div_ceil(pieces))];
        let bound = |entry, buffers: &[(u32, &Buffer)]| {
            let text = include_str!("kernels/diagonal.wgsl");
            Kernel::new(gpu, text, entry, &constants).bind(gpu, buffers)
        };
        let in_a_loop = bound("in_a_loop", &[(0, a), (1, b), (3, &states)]);
        let scan = [
            bound("join_each", &[(0, a), (1, b), (2, joined)]),
            bound("between", &[(2, joined)]),
            bound("run_each", &[(0, a), (1, b), (2, joined), (3, &states)]),
        ];
        Ok(Self { gpu, steps, channels, pieces, states, in_a_loop, scan })
    }

    /// Finds the states one after the other, a thread for each channel.
    ///
    /// # Errors
    /// As [`Gpu::run`].
    pub fn in_a_loop(&self) -> Result<Seconds> {
        self.gpu.run([&[], &[self.launch(&self.in_a_loop, 1)]])
    }

    /// Finds the states by the scan, a thread for each channel and piece.
    ///
    /// # Errors
    /// As [`Gpu::run`].
    pub fn scan(&self) -> Result<Seconds> {
        let [join_each, between, run_each] = &self.scan;
        let launches = [
            self.launch(join_each, self.pieces),
            self.launch(between, 1),
            self.launch(run_each, self.pieces),
        ];
        self.gpu.run([&[], &launches])
    }

    fn launch<'b>(&self, bound: &'b Bound, pieces: usize) -> Launch<'b> {
        Launch { bound, step: None, groups: [self.channels.div_ceil(64), pieces] }
    }

    /// Makes all states no numbers.
    pub(crate) fn forget(&self) {
        self.gpu.poison(&self.states, 0);
    }

    /// The states `[T, C]` as the last run has left them.
    ///
    /// # Errors
    /// [`Error::Device`](crate::Error::Device).
    pub fn output(&self) -> Result<Array2<f32>> {
        let states: Vec<f32> = self.gpu.read(&self.states)?;
        let at = |(t, c)| states[t * self.channels + c];
        Ok(Array2::from_shape_fn((self.steps, self.channels), at))
    }
}
