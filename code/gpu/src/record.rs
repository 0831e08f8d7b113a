//! What was measured, and on which device.

use std::{
    fmt::{Display, Formatter, Result},
    path::Path,
};

use chapter::Machine;
use serde::{Deserialize, Serialize};
use wgpu::DeviceType;

use crate::{Sizes, Way, check::is_right};

/// A measurement. Its [`Display`] is the table that the program prints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The machine around the device, and the day.
    pub machine: Machine,
    /// The device.
    pub device: Device,
    /// Whose clock the times are from.
    pub clock: ClockKind,
    /// What a launch costs.
    pub launch: LaunchCost,
    /// Large products, by their side.
    pub products: Vec<Product>,
    /// Layers, by units and sequences.
    pub layers: Vec<LayerTimes>,
    /// Diagonal recurrences, by channels.
    pub recurrences: Vec<RecurrenceTimes>,
}

/// A device, as it calls itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Its name.
    pub name: String,
    /// What it is: `a card`, for instance.
    pub kind: String,
    /// The interface: `Vulkan`, `Metal` or `Dx12`.
    pub backend: String,
    /// The driver and its version.
    pub driver: String,
}

impl Device {
    /// What a driver says of its device.
    pub fn of(info: &wgpu::AdapterInfo) -> Self {
        let kind = match info.device_type {
            DeviceType::DiscreteGpu => "a card",
            DeviceType::IntegratedGpu => "part of the processor",
            DeviceType::VirtualGpu => "a virtual card",
            DeviceType::Cpu => "a program on the processor",
            DeviceType::Other => "of unknown kind",
        };
        Self {
            name: info.name.clone(),
            kind: kind.to_owned(),
            backend: format!("{:?}", info.backend),
            driver: format!("{} {}", info.driver, info.driver_info).trim().to_owned(),
        }
    }
}

impl Display for Device {
    fn fmt(&self, f: &mut Formatter) -> Result {
        let Self { name, kind, backend, driver } = self;
        write!(f, "{name}: {kind}, {backend}, {driver}")
    }
}

/// Whose clock says how long something took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClockKind {
    /// The device's own.
    Device,
    /// The processor's: handing over and waiting are part of each time.
    Wall,
}

/// Seconds that a launch of next to nothing costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaunchCost {
    /// Each of many of which every one waits for the one before.
    pub in_a_row: f64,
    /// Each of many that need not wait.
    pub side_by_side: f64,
    /// To write one down, on the processor.
    pub encode: f64,
    /// A single one, from handing it over until the program knows that it is done.
    pub round_trip: f64,
}

/// A product of two square matrices.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// The side of the matrices.
    pub side: usize,
    /// Seconds.
    pub seconds: f64,
}

impl Product {
    /// Operations a second: 2 n³ over the time.
    pub fn rate(self) -> f64 {
        2.0 * (self.side as f64).powi(3) / self.seconds
    }
}

/// A layer and its ways.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerTimes {
    /// Its sizes.
    pub sizes: Sizes,
    /// Seconds a step of the library on the processor, inputs included; none where no way was run.
    pub library: Option<f64>,
    /// The ways that fit.
    pub ways: Vec<WayTimes>,
}

/// How a way ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WayTimes {
    /// The way.
    pub way: String,
    /// Threads of a workgroup and sequences that it keeps, where there was a choice.
    pub plan: Option<[usize; 2]>,
    /// The steps that were run, so that no run is long.
    pub steps: usize,
    /// The launches of them all.
    pub launches: usize,
    /// Seconds a step, inputs included.
    pub each: f64,
    /// Seconds a step of the recurrence alone, where the device's clock can tell.
    pub recurrence: Option<f64>,
    /// The largest difference from the library's states.
    pub error: f32,
}

/// A diagonal recurrence over many steps. All times are seconds for all of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecurrenceTimes {
    /// Steps.
    pub steps: usize,
    /// Channels.
    pub channels: usize,
    /// The library's loop on one core.
    pub library: f64,
    /// A thread for each channel.
    pub in_a_loop: f64,
    /// The scan, by the number of pieces.
    pub scans: Vec<(usize, f64)>,
}

impl Record {
    /// The most operations a second that anything reached: shares are of it.
    pub fn peak(&self) -> f64 {
        let of_layers = self.layers.iter().flat_map(|layer| {
            let operations = layer.sizes.operations_per_step();
            let right = layer.ways.iter().filter(|way| is_right(way.error));
            right.map(move |way| operations / way.each)
        });
        self.products.iter().map(|product| product.rate()).chain(of_layers).fold(0.0, f64::max)
    }

    /// How many ways there are in all.
    pub fn results(&self) -> usize {
        self.layers.iter().map(|layer| layer.ways.len()).sum()
    }

    /// The ways that found something else than the library, except the one that may.
    pub fn wrong(&self) -> usize {
        let ways = self.layers.iter().flat_map(|layer| &layer.ways);
        ways.filter(|way| way.way != "chip" && !is_right(way.error)).count()
    }
}

impl Record {
    /// Writes it as JSON, whole or not at all.
    ///
    /// # Errors
    /// [`Error::File`](crate::Error::File), or [`Error::Print`](crate::Error::Print) where a number
    /// cannot be written as JSON.
    pub fn write(&self, path: &Path) -> crate::Result {
        let json = serde_json::to_string_pretty(self).map_err(std::io::Error::from)?;
        Ok(chapter::write_file(path, &(json + "\n"))?)
    }
}

impl Display for Record {
    fn fmt(&self, f: &mut Formatter) -> Result {
        writeln!(f, "{}\nbeside {}", self.device, self.machine)?;
        match self.clock {
            ClockKind::Device => writeln!(f, "Medians by the device's own clock.")?,
            ClockKind::Wall => writeln!(
                f,
                "Medians by the processor's clock, since the device's is missing or stands still:\n\
                 handing over and waiting are part of them."
            )?,
        }
        self.write_launches(f)?;
        self.write_layers(f)?;
        self.write_recurrences(f)
    }
}

impl Record {
    fn write_launches(&self, f: &mut Formatter) -> Result {
        let LaunchCost { in_a_row, side_by_side, encode, round_trip } = self.launch;
        writeln!(f, "\nA launch that does next to nothing, in microseconds")?;
        writeln!(f, "  each waiting for the one before  {}", micro(in_a_row))?;
        writeln!(f, "  none waiting                     {}", micro(side_by_side))?;
        writeln!(f, "  to write it down                 {}", micro(encode))?;
        writeln!(f, "  alone, until the program knows   {}", micro(round_trip))?;
        writeln!(f, "\nA product of two square matrices, in billions of operations a second")?;
        for product in &self.products {
            writeln!(f, "{:7}  {:8.1}", product.side, 1e-9 * product.rate())?;
        }
        Ok(())
    }

    fn write_layers(&self, f: &mut Formatter) -> Result {
        let has = |way: &str| self.layers.iter().flat_map(|l| &l.ways).any(|w| w.way == way);
        let columns: Vec<&str> = Way::NAMES.into_iter().filter(|way| has(way)).collect();
        writeln!(
            f,
            "\nA layer of H units with as many inputs, for N sequences: microseconds a step, with the\n\
             inputs' product and without copies to the device and back. In brackets the share of\n\
             {:.1} billion operations a second, the most that anything here reached.\n\
             processor: the library on one core. operations: a launch for each operation. step: a\n\
             launch for each step. tiles: the same, as a product in tiles. persistent: one launch\n\
             for all steps. –: it does not fit, or a step would take long.",
            1e-9 * self.peak()
        )?;
        if columns.contains(&"chip") {
            writeln!(f, "chip: one over the whole chip, whose workgroups wait for each other.")?;
        }
        write!(f, "    H     N   processor")?;
        for way in &columns {
            write!(f, "{way:>19}")?;
        }
        writeln!(f)?;
        for LayerTimes { sizes, library, ways } in &self.layers {
            write!(
                f,
                "{:5} {:5} {:>11}",
                sizes.hidden,
                sizes.batch,
                library.map_or_else(|| "–".to_owned(), micro)
            )?;
            for column in &columns {
                let found = ways.iter().find(|way| way.way == *column);
                let text = found.map_or_else(|| "–".to_owned(), |way| self.cell(*sizes, way));
                write!(f, "{text:>19}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }

    fn cell(&self, sizes: Sizes, way: &WayTimes) -> String {
        if !is_right(way.error) {
            return "WRONG".to_owned();
        }
        let share = 100.0 * sizes.operations_per_step() / way.each / self.peak();
        format!("{} ({share:.2} %)", micro(way.each))
    }

    fn write_recurrences(&self, f: &mut Formatter) -> Result {
        let Some(first) = self.recurrences.first() else { return Ok(()) };
        writeln!(
            f,
            "\nA diagonal recurrence over T steps in C channels: picoseconds for one step of one\n\
             channel. processor: the library's loop on one core. loop: a thread for each channel.\n\
             Then the scan, which cuts time into pieces: a thread for each channel and piece."
        )?;
        write!(f, "    C      T   processor       loop")?;
        for (pieces, _) in &first.scans {
            write!(f, "{:>12}", format!("{pieces} pieces"))?;
        }
        writeln!(f)?;
        for RecurrenceTimes { steps, channels, library, in_a_loop, scans } in &self.recurrences {
            let each = |seconds: f64| 1e12 * seconds / (steps * channels) as f64;
            write!(f, "{channels:5} {steps:6} {:11.1} {:10.1}", each(*library), each(*in_a_loop))?;
            for (_, seconds) in scans {
                write!(f, "{:12.1}", each(*seconds))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

fn micro(seconds: f64) -> String {
    let micro = 1e6 * seconds;
    if micro < 9.995 { format!("{micro:.2}") } else { format!("{micro:.1}") }
}
