//! Launches, and the time that they take.

use std::time::Instant;

use wgpu::{
    Buffer, BufferUsages, CommandEncoder, CommandEncoderDescriptor, ComputePassDescriptor,
    ComputePassTimestampWrites, Device, Features, QuerySet, QuerySetDescriptor, QueryType, Queue,
};

use crate::{Bound, Error, Gpu, Kernel, Result, gpu::buffer};

/// One run of a kernel by many threads.
#[derive(Clone, Copy)]
pub struct Launch<'b> {
    /// The kernel with its buffers.
    pub bound: &'b Bound,
    /// The number that the kernel is told, for kernels that ask for one.
    pub step: Option<usize>,
    /// The workgroups, along two axes.
    pub groups: [usize; 2],
}

/// The device's own clock.
pub(crate) struct Clock {
    queries: QuerySet,
    ticks: Buffer,
    read: Buffer,
    seconds_a_tick: f64,
}

/// The seconds of a run.
#[derive(Clone, Copy, Debug)]
pub struct Seconds {
    /// Of the first pass and of the second by the device's own clock, if it has one that moves.
    pub device: Option<[f64; 2]>,
    /// To write the commands down.
    pub encode: f64,
    /// From handing them over until the program knows that all is done.
    pub wall: f64,
}

impl Seconds {
    /// Of both passes, by the device's clock where it has one.
    pub fn both(self) -> f64 {
        self.device.map_or(self.wall, |passes| passes[0] + passes[1])
    }
}

impl Clock {
    pub(crate) fn of(device: &Device, queue: &Queue) -> Option<Self> {
        device.features().contains(Features::TIMESTAMP_QUERY).then(|| Self {
            queries: device.create_query_set(&QuerySetDescriptor {
                label: None,
                ty: QueryType::Timestamp,
                count: 4,
            }),
            ticks: buffer(device, 32, BufferUsages::QUERY_RESOLVE | BufferUsages::COPY_SRC),
            read: buffer(device, 32, BufferUsages::MAP_READ | BufferUsages::COPY_DST),
            seconds_a_tick: f64::from(queue.get_timestamp_period()) * 1e-9,
        })
    }

    fn at_begin_and_end(&self, pass: u32) -> ComputePassTimestampWrites<'_> {
        ComputePassTimestampWrites {
            query_set: &self.queries,
            beginning_of_pass_write_index: Some(2 * pass),
            end_of_pass_write_index: Some(2 * pass + 1),
        }
    }

    fn copy(&self, encoder: &mut CommandEncoder) {
        encoder.resolve_query_set(&self.queries, 0..4, &self.ticks, 0);
        encoder.copy_buffer_to_buffer(&self.ticks, 0, &self.read, 0, 32);
    }

    fn read(&self, gpu: &Gpu, wall: f64) -> Result<Option<[f64; 2]>> {
        let ticks: Vec<u64> = gpu.mapped(&self.read)?;
        Ok(passed(&ticks, self.seconds_a_tick, wall))
    }
}

/// The seconds of both passes from begin and end of each, if they are no more than the processor's.
fn passed(ticks: &[u64], seconds_a_tick: f64, wall: f64) -> Option<[f64; 2]> {
    let &[begin, end, second_begin, second_end] = ticks else { return None };
    let seconds = |begin: u64, end: u64| end.saturating_sub(begin) as f64 * seconds_a_tick;
    let passes = [seconds(begin, end), seconds(second_begin, second_end)];
    (passes[0] + passes[1] <= wall).then_some(passes)
}

impl Gpu {
    /// Whether the device's clock moves while it works. Metal's may stand still
    /// (<https://github.com/gfx-rs/wgpu/issues/9414>).
    pub(crate) fn clock_moves(&self) -> Result<bool> {
        let count = self.zeros("numbers", 1)?;
        let kernel = Kernel::new(self, include_str!("kernels/launch.wgsl"), "count_up", &[]);
        let bound = kernel.bind(self, &[(0, &count)]);
        let launches = [Launch { bound: &bound, step: None, groups: [1, 1] }; 200];
        let seconds = self.run([&[], &launches])?;
        Ok(seconds.device.is_some_and(|passes| passes[1] > 0.0))
    }

    /// Runs two passes one after the other, and waits for them. Either may be empty.
    ///
    /// # Errors
    /// [`Error::TooLarge`] where a launch has more workgroups than the device allows, and
    /// [`Error::Device`].
    pub fn run(&self, passes: [&[Launch]; 2]) -> Result<Seconds> {
        self.check_groups(passes.iter().copied().flatten())?;
        let begin = Instant::now();
        let mut encoder = self.device.create_command_encoder(&CommandEncoderDescriptor::default());
        for (number, launches) in (0..).zip(passes) {
            let timestamp_writes = self.clock.as_ref().map(|clock| clock.at_begin_and_end(number));
            let mut pass = encoder
                .begin_compute_pass(&ComputePassDescriptor { label: None, timestamp_writes });
            for Launch { bound, step, groups } in launches {
                pass.set_pipeline(&bound.pipeline);
                pass.set_bind_group(0, &bound.buffers, &[]);
                if let Some(step) = step {
                    pass.set_immediates(0, &(*step as u32).to_ne_bytes());
                }
                pass.dispatch_workgroups(groups[0] as u32, groups[1] as u32, 1);
            }
        }
        if let Some(clock) = &self.clock {
            clock.copy(&mut encoder);
        }
        let commands = encoder.finish();
        let encode = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        self.queue.submit([commands]);
        self.wait()?;
        let wall = begin.elapsed().as_secs_f64();
        let device = match &self.clock {
            Some(clock) => clock.read(self, wall)?,
            None => None,
        };
        Ok(Seconds { device, encode, wall })
    }

    fn check_groups<'l>(&self, launches: impl IntoIterator<Item = &'l Launch<'l>>) -> Result {
        let most = u64::from(self.limits.max_compute_workgroups_per_dimension);
        let largest = launches.into_iter().flat_map(|launch| launch.groups).max();
        let needed = largest.unwrap_or(0) as u64;
        let smaller = "--batch or --steps";
        if needed > most {
            return Err(Error::TooLarge { what: "workgroups", needed, most, smaller });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_runs_wild_tells_nothing() {
        let passed = |ticks: [u64; 4]| passed(&ticks, 0.5, 1000.0);
        assert_eq!(passed([5, 105, 200, 500]), Some([50.0, 150.0]));
        assert_eq!(passed([0, 0, 3, 8]), Some([0.0, 2.5]), "a pass with nothing in it");
        assert_eq!(passed([9, 8, 7, 6]), Some([0.0; 2]));
        assert_eq!(passed([0, 1, 0, 2000]), None, "longer than the processor has waited");
    }

    #[test]
    fn without_the_devices_clock_it_is_the_processors() {
        let seconds = |device| Seconds { device, encode: 1.0, wall: 0.5 };
        assert_eq!(seconds(Some([0.125, 0.25])).both(), 0.375);
        assert_eq!(seconds(None).both(), 0.5);
    }
}
