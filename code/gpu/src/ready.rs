//! The ways to launch the steps of a layer.

use wgpu::Buffer;

use crate::{Bound, Kernel, Launch, Layer, Result, Seconds, Sizes, kernel::Constant};

const OPERATIONS: &str = include_str!("kernels/operations.wgsl");
const PRODUCT: &str = include_str!("kernels/product.wgsl");
const STEP: &str = include_str!("kernels/step.wgsl");
const PERSISTENT: &str = include_str!("kernels/persistent.wgsl");
const CHIP: &str = include_str!("kernels/chip.wgsl");

/// The most sequences that share a fetched weight where each step is a launch.
pub const ROWS_OF_A_STEP: usize = 8;

/// A way to run the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A launch for each operation of each step, as a framework does.
    Operations,
    /// All inputs in one launch, then a launch for each step.
    Step,
    /// The same, each step as a product of matrices in tiles.
    Tiles,
    /// All inputs in one launch, then all steps in one: each workgroup keeps some sequences.
    Persistent(Plan),
    /// The same over the whole chip: each workgroup keeps some units, and waits for the others. No
    /// standard promises that they run at the same time.
    Chip,
    /// All inputs, and no step: a single large product.
    Inputs,
}

/// How a workgroup that runs all steps divides its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The sequences that it keeps.
    pub rows: usize,
    /// The threads that share a sum; each holds H / `slices` weights.
    pub slices: usize,
}

impl Way {
    /// The names of all that find states, in the order in which tables have them.
    pub const NAMES: [&str; 5] = ["operations", "step", "tiles", "persistent", "chip"];

    /// A word for it, as records have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Operations => "operations",
            Self::Step => "step",
            Self::Tiles => "tiles",
            Self::Persistent(_) => "persistent",
            Self::Chip => "chip",
            Self::Inputs => "inputs",
        }
    }
}

/// A way whose kernels are compiled and have their buffers.
pub struct Ready<'l> {
    layer: &'l Layer<'l>,
    before: Vec<ForAll>,
    steps: Vec<Job>,
    /// Whether one launch of `steps` runs all steps.
    at_once: bool,
}

/// What is launched for a step, or for all of them if the kernel runs all.
struct Job {
    bound: Bound,
    groups: [usize; 2],
}

/// What is launched once, over the rows of all steps.
struct ForAll {
    bound: Bound,
    /// Workgroups along a row.
    groups: usize,
    /// Rows of a step, and of a workgroup.
    rows: [usize; 2],
}

impl Job {
    fn launch(&self, step: usize) -> Launch<'_> {
        Launch { bound: &self.bound, step: Some(step), groups: self.groups }
    }
}

impl ForAll {
    fn launch(&self, steps: usize) -> Launch<'_> {
        let [of_step, of_group] = self.rows;
        let groups = [self.groups, (steps * of_step).div_ceil(of_group)];
        Launch { bound: &self.bound, step: Some(0), groups }
    }
}

impl Layer<'_> {
    /// The ways that fit this layer on its device.
    pub fn ways(&self, with_chip: bool) -> Vec<Way> {
        let mut ways = vec![Way::Operations, Way::Step, Way::Tiles];
        ways.extend(self.plans().into_iter().map(Way::Persistent));
        ways.extend((with_chip && self.fits_chip()).then_some(Way::Chip));
        ways
    }

    /// With few threads and with as many as there may be, and with one sequence or several.
    fn plans(&self) -> Vec<Plan> {
        let most = self.gpu.limits.max_compute_invocations_per_workgroup as usize;
        let rows = if self.sizes.batch < 256 { vec![1] } else { vec![1, 4] };
        let mut plans: Vec<Plan> = Vec::new();
        for threads in [256.min(most), most.min(1024)] {
            for &rows in &rows {
                plans.extend(self.plan(threads, rows).filter(|plan| !plans.contains(plan)));
            }
        }
        plans
    }

    fn plan(&self, threads: usize, rows: usize) -> Option<Plan> {
        /// A thread's weights, and what else it keeps, at most.
        const MOST_WEIGHTS: usize = 128;
        const BESIDE: usize = 24;
        /// What NVIDIA's multiprocessors have for all threads of a workgroup.
        const REGISTERS: usize = 65_536;
        let hidden = self.sizes.hidden;
        let fits = |slices: &usize| hidden.is_multiple_of(*slices) && hidden * slices <= threads;
        let slices = (1..=hidden.div_ceil(4).min(16)).rev().find(fits)?;
        let weights = hidden / slices;
        let shared = 4 * rows * hidden * (1 + slices);
        let limits = &self.gpu.limits;
        let is_possible = weights <= MOST_WEIGHTS
            && hidden * slices * (weights + BESIDE) <= REGISTERS
            && hidden <= limits.max_compute_workgroup_size_x as usize
            && shared <= limits.max_compute_workgroup_storage_size as usize;
        is_possible.then_some(Plan { rows, slices })
    }

    fn fits_chip(&self) -> bool {
        let Sizes { batch, hidden, .. } = self.sizes;
        let shared = 4 * batch * (hidden + 8 * 32);
        let limits = &self.gpu.limits;
        hidden.is_multiple_of(32)
            && hidden <= 1024
            && limits.max_compute_invocations_per_workgroup >= 8 * 32
            && shared <= limits.max_compute_workgroup_storage_size as usize
    }

    /// Compiles a way's kernels and gives them their buffers.
    ///
    /// # Errors
    /// [`Error::TooLarge`](crate::Error::TooLarge) where a buffer between the kernels is.
    pub fn ready(&self, way: Way) -> Result<Ready<'_>> {
        let (before, steps) = match way {
            Way::Operations => (vec![], self.operations()?),
            Way::Step => (vec![self.inputs(&self.states)], vec![self.one_step()]),
            Way::Tiles => (vec![self.inputs(&self.states)], vec![self.tiles()]),
            Way::Persistent(plan) => (vec![self.inputs(&self.states)], vec![self.all_steps(plan)]),
            Way::Chip => self.chip()?,
            Way::Inputs => (vec![self.inputs(&self.states)], vec![]),
        };
        let at_once = matches!(way, Way::Persistent(_) | Way::Chip);
        Ok(Ready { layer: self, before, steps, at_once })
    }

    /// `W_ih x + b_ih`, `W_hh h + b_hh`, their sum, and its tanh.
    fn operations(&self) -> Result<Vec<Job>> {
        let Sizes { batch, input, hidden, .. } = self.sizes;
        let Self { x, w_ih, w_hh, b_ih, b_hh, states, .. } = self;
        let sums = || self.gpu.zeros("bytes of sums", batch * hidden);
        let (of_input, of_state, of_both) = (sums()?, sums()?, sums()?);
        let job = |entry, summed, buffers: &[(u32, &Buffer)], groups| {
            self.job(OPERATIONS, entry, &[("K", summed)], buffers, groups)
        };
        let rows = [hidden.div_ceil(64), batch];
        Ok(vec![
            job("linear", input, &[(0, x), (1, w_ih), (2, b_ih), (3, &of_input)], rows),
            job("linear", hidden, &[(0, states), (1, w_hh), (2, b_hh), (3, &of_state)], rows),
            job("add", 0, &[(0, &of_input), (1, &of_state), (3, &of_both)], rows),
            job("activate", 0, &[(0, &of_both), (3, states)], rows),
        ])
    }

    fn inputs(&self, into: &Buffer) -> ForAll {
        let Sizes { batch, steps, input, hidden } = self.sizes;
        let constants = [("M", batch * steps), ("K", input), ("RECURRENT", 0)];
        let buffers = [(0, &self.x), (1, &self.w_ih), (2, &self.bias), (3, into)];
        let bound = self.bound(PRODUCT, "product", &constants, &buffers);
        ForAll { bound, groups: hidden.div_ceil(64), rows: [batch, 64] }
    }

    fn one_step(&self) -> Job {
        let Sizes { batch, hidden, .. } = self.sizes;
        let rows = batch.clamp(1, ROWS_OF_A_STEP);
        let groups = [hidden.div_ceil(32), batch.div_ceil(rows)];
        let buffers = [(0, &self.w_hh), (1, &self.states)];
        self.job(STEP, "one_step", &[("ROWS", rows)], &buffers, groups)
    }

    fn tiles(&self) -> Job {
        let Sizes { batch, hidden, .. } = self.sizes;
        let constants = [("M", batch), ("K", hidden), ("RECURRENT", 1)];
        let buffers = [(0, &self.x), (1, &self.w_hh), (2, &self.bias), (3, &self.states)];
        let groups = [hidden.div_ceil(64), batch.div_ceil(64)];
        self.job(PRODUCT, "product", &constants, &buffers, groups)
    }

    fn all_steps(&self, Plan { rows, slices }: Plan) -> Job {
        let Sizes { batch, hidden, .. } = self.sizes;
        let constants = [("ROWS", rows), ("SLICES", slices), ("PART", hidden / slices)];
        let buffers = [(0, &self.w_hh), (1, &self.states)];
        self.job(PERSISTENT, "all_steps", &constants, &buffers, [batch.div_ceil(rows), 1])
    }

    fn chip(&self) -> Result<(Vec<ForAll>, Vec<Job>)> {
        /// How often a thread looks for another's state before it gives up.
        const PATIENCE: usize = 100_000;
        let Sizes { batch, steps, hidden, .. } = self.sizes;
        let sums = self.gpu.zeros("bytes of sums", (steps + 1) * batch * hidden)?;
        let constants = [("PART", hidden / 8), ("PATIENCE", PATIENCE)];
        let states = &self.states;
        let bound = self.bound(CHIP, "clear", &constants, &[(2, states)]);
        let clear = ForAll { bound, groups: (batch * hidden).div_ceil(64), rows: [1, 1] };
        let buffers = [(0, &self.w_hh), (1, &sums), (2, states)];
        let all_steps = self.job(CHIP, "all_steps", &constants, &buffers, [hidden / 32, 1]);
        Ok((vec![self.inputs(&sums), clear], vec![all_steps]))
    }

    fn job(
        &self,
        text: &str,
        entry: &str,
        constants: &[Constant],
        buffers: &[(u32, &Buffer)],
        groups: [usize; 2],
    ) -> Job {
        Job { bound: self.bound(text, entry, constants, buffers), groups }
    }

    fn bound(
        &self,
        text: &str,
        entry: &str,
        constants: &[Constant],
        buffers: &[(u32, &Buffer)],
    ) -> Bound {
        let sizes = [("N", self.sizes.batch), ("H", self.sizes.hidden), ("DEPTH", 16)];
        let kernel = Kernel::new(self.gpu, text, entry, &[&sizes, constants].concat());
        kernel.bind(self.gpu, buffers)
    }
}

impl Ready<'_> {
    /// The launches of the first steps, before the recurrence and in it.
    pub fn launches(&self, steps: usize) -> [Vec<Launch<'_>>; 2] {
        let before = self.before.iter().map(|job| job.launch(steps)).collect();
        let times = if self.at_once { steps..steps + 1 } else { 0..steps };
        let in_it = times.flat_map(|step| self.steps.iter().map(move |job| job.launch(step)));
        [before, in_it.collect()]
    }

    /// Runs the first steps.
    ///
    /// # Errors
    /// As [`Gpu::run`](crate::Gpu::run).
    pub fn run(&self, steps: usize) -> Result<Seconds> {
        let [before, in_it] = self.launches(steps.min(self.layer.sizes.steps));
        self.layer.gpu.run([&before, &in_it])
    }
}
