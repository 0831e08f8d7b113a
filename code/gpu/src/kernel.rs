//! Programs for a device.

use std::fmt::Write;

use wgpu::{
    BindGroup, BindGroupDescriptor, BindGroupEntry, Buffer, ComputePipeline,
    ComputePipelineDescriptor, PipelineCompilationOptions, ShaderModuleDescriptor, ShaderSource,
};

use crate::Gpu;

/// A program for a device, which many threads run at the same time.
pub struct Kernel {
    pipeline: ComputePipeline,
}

/// A kernel with its buffers.
pub struct Bound {
    pub(crate) pipeline: ComputePipeline,
    pub(crate) buffers: BindGroup,
}

/// A constant in front of a kernel: its name and its value.
pub(crate) type Constant = (&'static str, usize);

impl Kernel {
    /// Compiles the function `entry` of a text, with these constants in front of it.
    pub fn new(gpu: &Gpu, text: &str, entry: &str, constants: &[(&str, usize)]) -> Self {
        let source = written_out(text, constants);
        let module = gpu.device.create_shader_module(ShaderModuleDescriptor {
            label: Some(entry),
            source: ShaderSource::Wgsl(source.into()),
        });
        let pipeline = gpu.device.create_compute_pipeline(&ComputePipelineDescriptor {
            label: Some(entry),
            layout: None, // as the text declares it
            module: &module,
            entry_point: Some(entry),
            // Every kernel writes what it shares before it reads it. Where the driver cannot, a
            // single thread would write all the zeros at each launch.
            compilation_options: PipelineCompilationOptions {
                zero_initialize_workgroup_memory: false,
                ..PipelineCompilationOptions::default()
            },
            cache: None,
        });
        Self { pipeline }
    }

    /// Gives the kernel its buffers by the numbers of their bindings. A binding that `entry` does
    /// not use has none.
    pub fn bind(&self, gpu: &Gpu, buffers: &[(u32, &Buffer)]) -> Bound {
        let mut entries = Vec::new();
        for (binding, buffer) in buffers {
            let resource = buffer.as_entire_binding();
            entries.push(BindGroupEntry { binding: *binding, resource });
        }
        let buffers = gpu.device.create_bind_group(&BindGroupDescriptor {
            label: None,
            layout: &self.pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        Bound { pipeline: self.pipeline.clone(), buffers }
    }
}

/// A kernel's text with `tanh_of` and its constants in front. A line that begins with `each(COUNT)`
/// is written out `COUNT` times, with 0, 1 … in the place of `#`: what has a name of its own can stay
/// in a register, and what has a number for an index needs no check.
///
/// ```
/// let text = "each(ROWS) var sum_# = state[#];";
/// let written = gpu::written_out(text, &[("ROWS", 2)]);
/// let lines: Vec<&str> = written.lines().rev().take(3).collect();
/// assert_eq!(lines, ["var sum_1 = state[1];", "var sum_0 = state[0];", "const ROWS = 2u;"]);
/// ```
///
/// # Panics
/// If a count is neither a constant nor a number.
pub fn written_out(text: &str, constants: &[(&str, usize)]) -> String {
    let mut source = include_str!("kernels/tanh.wgsl").to_owned();
    for (name, value) in constants {
        let _ = writeln!(source, "const {name} = {value}u;");
    }
    for line in text.lines() {
        match line.trim_start().strip_prefix("each(").and_then(|rest| rest.split_once(") ")) {
            Some((count, line)) => {
                let named = constants.iter().find(|(name, _)| *name == count);
                let count = named.map_or_else(|| count.parse().ok(), |(_, value)| Some(*value));
                for i in 0..count.expect("a constant or a number in each(…)") {
                    source += &line.replace('#', &i.to_string());
                    source.push('\n');
                }
            }
            None => source.extend([line, "\n"]),
        }
    }
    source
}
