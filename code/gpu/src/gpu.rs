//! A device that computes, and its memory.

use std::sync::{Arc, Mutex, PoisonError};

use bytemuck::{Pod, cast_slice};
use wgpu::{
    Adapter, AdapterInfo, Backends, Buffer, BufferDescriptor, BufferUsages,
    CommandEncoderDescriptor, Device, DeviceDescriptor, DeviceType, Features, Instance,
    InstanceDescriptor, Limits, MapMode, PollType, Queue,
};

use crate::{Error, Result, run::Clock};

/// A device that is ready to compute.
pub struct Gpu {
    pub(crate) device: Device,
    pub(crate) queue: Queue,
    pub(crate) clock: Option<Clock>,
    /// What the device or its driver has complained of.
    complaint: Arc<Mutex<Option<String>>>,
    /// Its name, its driver, and what kind of device it is.
    pub info: AdapterInfo,
    /// What its buffers, workgroups and launches may have at most.
    pub limits: Limits,
}

/// All devices, real ones first.
pub fn adapters() -> Vec<Adapter> {
    let mut descriptor = InstanceDescriptor::new_without_display_handle_from_env();
    descriptor.backends &= Backends::PRIMARY;
    let instance = Instance::new(descriptor);
    let mut found = pollster::block_on(instance.enumerate_adapters(Backends::PRIMARY));
    found.sort_by_key(|adapter| match adapter.get_info().device_type {
        DeviceType::DiscreteGpu => 0,
        DeviceType::IntegratedGpu => 1,
        DeviceType::VirtualGpu => 2,
        DeviceType::Other => 3,
        DeviceType::Cpu => 4,
    });
    found
}

impl Gpu {
    /// Opens the device with this number in the list of [`adapters`].
    ///
    /// # Errors
    /// [`Error::NoDevice`], [`Error::NoSuchDevice`], and [`Error::Refused`] where the driver refuses
    /// or cannot tell a kernel the number of its step.
    pub fn open(number: usize) -> Result<Self> {
        let mut adapters = adapters();
        let last = adapters.len().checked_sub(1).ok_or(Error::NoDevice)?;
        if number > last {
            return Err(Error::NoSuchDevice { wanted: number, last });
        }
        let adapter = adapters.swap_remove(number);
        let (info, limits) = (adapter.get_info(), adapter.limits());
        let refused = |why: String| Error::Refused { name: info.name.clone(), why };
        if !adapter.features().contains(Features::IMMEDIATES) {
            return Err(refused("its driver has no immediates (push constants)".to_owned()));
        }
        let request = adapter.request_device(&DeviceDescriptor {
            required_features: adapter.features() & Features::TIMESTAMP_QUERY
                | Features::IMMEDIATES,
            required_limits: limits.clone(),
            ..Default::default()
        });
        let (device, queue) =
            pollster::block_on(request).map_err(|error| refused(error.to_string()))?;
        let complaint = Arc::new(Mutex::new(None));
        note_complaints(&device, &complaint);
        let clock = Clock::of(&device, &queue);
        let mut gpu = Self { device, queue, clock, complaint, info, limits };
        if !gpu.clock_moves()? {
            gpu.clock = None;
        }
        Ok(gpu)
    }

    /// Whether the device is a program on the processor.
    pub fn is_software(&self) -> bool {
        self.info.device_type == DeviceType::Cpu
    }

    /// A buffer that holds these numbers of 32 bits. Where they are too many, `what` names them.
    ///
    /// # Errors
    /// [`Error::TooLarge`].
    pub fn filled<E: Pod>(&self, what: &'static str, numbers: &[E]) -> Result<Buffer> {
        let found = self.zeros(what, size_of_val(numbers) / 4)?;
        self.write(&found, numbers);
        Ok(found)
    }

    /// Writes numbers to the beginning of a buffer.
    pub(crate) fn write<E: Pod>(&self, into: &Buffer, numbers: &[E]) {
        self.queue.write_buffer(into, 0, cast_slice(numbers));
    }

    /// A buffer for so many numbers of 32 bits, all zero.
    ///
    /// # Errors
    /// [`Error::TooLarge`].
    pub fn zeros(&self, what: &'static str, count: usize) -> Result<Buffer> {
        let size = self.check_size(what, count, "--batch or --hidden")?;
        let usage = BufferUsages::STORAGE | BufferUsages::COPY_DST | BufferUsages::COPY_SRC;
        Ok(buffer(&self.device, size, usage))
    }

    /// The numbers of 32 bits that a buffer may hold at most.
    pub fn most_numbers(&self) -> usize {
        let Limits { max_storage_buffer_binding_size, max_buffer_size, .. } = self.limits;
        (max_storage_buffer_binding_size.min(max_buffer_size) / 4) as usize
    }

    /// The bytes of so many numbers of 32 bits.
    ///
    /// # Errors
    /// [`Error::TooLarge`].
    pub(crate) fn check_size(
        &self,
        what: &'static str,
        count: usize,
        smaller: &'static str,
    ) -> Result<u64> {
        let (needed, most) = (4 * count as u64, 4 * self.most_numbers() as u64);
        if needed > most {
            Err(Error::TooLarge { what, needed, most, smaller })
        } else {
            Ok(needed)
        }
    }

    /// Makes all numbers from this one on no numbers.
    pub(crate) fn poison(&self, buffer: &Buffer, from: usize) {
        let count = buffer.size() as usize / 4 - from;
        self.queue.write_buffer(buffer, 4 * from as u64, cast_slice(&vec![f32::NAN; count]));
    }

    /// What a buffer holds.
    ///
    /// # Errors
    /// [`Error::Device`].
    pub fn read<E: Pod>(&self, from: &Buffer) -> Result<Vec<E>> {
        let usage = BufferUsages::MAP_READ | BufferUsages::COPY_DST;
        let to = buffer(&self.device, from.size(), usage);
        let mut encoder = self.device.create_command_encoder(&CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(from, 0, &to, 0, from.size());
        self.queue.submit([encoder.finish()]);
        self.mapped(&to)
    }

    /// What a buffer holds that can be mapped.
    pub(crate) fn mapped<E: Pod>(&self, buffer: &Buffer) -> Result<Vec<E>> {
        let failed = |error: &dyn std::error::Error| Error::Device(error.to_string());
        // Whether it worked is known when the range is taken.
        buffer.map_async(MapMode::Read, .., |_| ());
        self.wait()?;
        let bytes = buffer.get_mapped_range(..).map_err(|error| failed(&error))?;
        let found = cast_slice(&bytes).to_vec();
        drop(bytes);
        buffer.unmap();
        Ok(found)
    }

    /// Waits until all that was handed over is done.
    pub(crate) fn wait(&self) -> Result {
        let polled = self.device.poll(PollType::wait_indefinitely());
        let complaint = self.complaint.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (complaint, polled) {
            (Some(complaint), _) => Err(Error::Device(complaint)),
            (None, Err(error)) => Err(Error::Device(error.to_string())),
            (None, Ok(_)) => Ok(()),
        }
    }
}

/// Keeps the first complaint in place of a panic: the next wait returns it.
fn note_complaints(device: &Device, complaint: &Arc<Mutex<Option<String>>>) {
    let note = |complaint: &Mutex<Option<String>>, text: String| {
        let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        complaint.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(one_line);
    };
    let of_lost = Arc::clone(complaint);
    device.set_device_lost_callback(move |reason, text| {
        if reason != wgpu::DeviceLostReason::Destroyed {
            note(&of_lost, text);
        }
    });
    let complaint = Arc::clone(complaint);
    device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
        note(&complaint, error.to_string());
    }));
}

pub(crate) fn buffer(device: &Device, size: u64, usage: BufferUsages) -> Buffer {
    device.create_buffer(&BufferDescriptor { label: None, size, usage, mapped_at_creation: false })
}
