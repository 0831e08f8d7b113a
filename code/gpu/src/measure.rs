//! How long everything takes on a device.

use std::{hint::black_box, time::Instant};

use chapter::Spread;
use indicatif::ProgressBar;
use ndarray::Array1;
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::scan::diagonal_loop;

use crate::{
    Diagonal, Error, Gpu, Kernel, Launch, Layer, Result, Seconds, Sizes, Way, draw,
    record::{ClockKind, Device, LaunchCost, Product, Record, RecurrenceTimes},
    ways::{Pace, measure_layer},
};

/// Medians are of so many runs.
pub(crate) const ROUNDS: usize = 9;

/// No run shall take longer than this, in seconds, as far as can be foreseen: a system may take a
/// device for hung that answers only after two seconds.
pub(crate) const LONGEST: f64 = 0.1;

/// What to measure.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// Units.
    pub hidden: Vec<usize>,
    /// Sequences, from few to many: the pace of few says whether many would take too long.
    pub batch: Vec<usize>,
    /// Steps at most; a run that would take long has fewer.
    pub steps: usize,
    /// Whether to try the way that waits across the whole chip.
    pub with_chip: bool,
}

/// Measures a device.
///
/// # Errors
/// [`Error::TooLarge`] where a wish does not fit into the device, and what it fails with.
pub fn measure(gpu: &Gpu, wishes: &Wishes, progress: &ProgressBar) -> Result<Record> {
    let sizes = wishes.sizes(gpu)?;
    progress.set_length(sizes.len() as u64 + 3);
    let at = |what: String| progress.set_message(what);
    let mut rng = ChaCha8Rng::seed_from_u64(1);

    // First what is long: a card that has had nothing to do runs slowly at first.
    at("products".to_owned());
    let products = products(gpu, &mut rng)?;
    progress.inc(1);
    at("launches".to_owned());
    let launch = launches(gpu)?;
    progress.inc(1);
    let mut pace = Pace::new(launch, &products);
    let mut layers = Vec::new();
    for sizes in sizes {
        at(format!("{} units, {} sequences", sizes.hidden, sizes.batch));
        if Some(&sizes.batch) == wishes.batch.first() {
            pace.forget();
        }
        layers.push(measure_layer(gpu, sizes, wishes.with_chip, &mut pace, &mut rng)?);
        progress.inc(1);
    }
    at("recurrences".to_owned());
    let recurrences = recurrences(gpu, &mut rng)?;
    progress.finish_and_clear();
    let (machine, device) = (machine::this(), Device::of(&gpu.info));
    let clock = if gpu.clock.is_some() { ClockKind::Device } else { ClockKind::Wall };
    Ok(Record { machine, device, clock, launch, products, layers, recurrences })
}

impl Wishes {
    /// The sizes of all layers, which fit into the device: where memory is short they have fewer
    /// steps.
    ///
    /// # Errors
    /// [`Error::TooLarge`] where not even one step fits.
    pub fn sizes(&self, gpu: &Gpu) -> Result<Vec<Sizes>> {
        const MOST_STATES: usize = 1 << 25;
        /// A launch for all inputs has a workgroup for 64 rows, and 65,535 of them everywhere.
        const MOST_ROWS: usize = 64 * 65_535;
        let mut all = Vec::new();
        for &hidden in &self.hidden {
            gpu.check_size("bytes of weights", hidden * hidden, "--hidden")?;
            for &batch in &self.batch {
                // Those before the first step, too.
                gpu.check_size("bytes of states", 2 * batch * hidden, "--batch or --hidden")?;
                let room = gpu.most_numbers().min(MOST_STATES) / (batch * hidden);
                let steps = room.saturating_sub(1).min(MOST_ROWS / batch).clamp(1, self.steps);
                all.push(Sizes { batch, steps, input: hidden, hidden });
            }
        }
        Ok(all)
    }
}

/// Of some runs the one in the middle. The first is not counted: it finds everything cold.
fn median(mut run: impl FnMut() -> Result<Seconds>) -> Result<Seconds> {
    run()?;
    let mut found = (0..ROUNDS).map(|_| run()).collect::<Result<Vec<_>>>()?;
    found.sort_by(|one, other| one.both().total_cmp(&other.both()));
    Ok(found[ROUNDS / 2])
}

/// What a launch costs.
fn launches(gpu: &Gpu) -> Result<LaunchCost> {
    const MANY: usize = 2000;
    let count = gpu.zeros("numbers", 1)?;
    let kernel = |entry| Kernel::new(gpu, include_str!("kernels/launch.wgsl"), entry, &[]);
    let waiting = kernel("count_up").bind(gpu, &[(0, &count)]);
    let not_waiting = kernel("look").bind(gpu, &[(1, &count)]);
    let run = |bound, times| {
        let launch = Launch { bound, step: None, groups: [1, 1] };
        median(|| gpu.run([&[], &vec![launch; times]]))
    };
    let (one, many) = (run(&waiting, 1)?, run(&waiting, MANY)?);
    let each = |one: Seconds, many: Seconds| (many.both() - one.both()) / (MANY - 1) as f64;
    Ok(LaunchCost {
        in_a_row: each(one, many),
        side_by_side: each(run(&not_waiting, 1)?, run(&not_waiting, MANY)?),
        encode: many.encode / MANY as f64,
        round_trip: one.wall,
    })
}

/// Products of ever larger matrices, as far as they fit and are not slow.
fn products(gpu: &Gpu, rng: &mut ChaCha8Rng) -> Result<Vec<Product>> {
    let mut products: Vec<Product> = Vec::new();
    for side in [256, 512, 1024, 2048, 4096] {
        let last = products.last().map_or(0.0, |product| product.seconds);
        if 8.0 * last > LONGEST {
            break;
        }
        let sizes = Sizes { batch: side, steps: 1, input: side, hidden: side };
        let (cell, x, h_0) = draw::layer(sizes, rng)?;
        let layer = match Layer::new(gpu, &cell, &x, &h_0) {
            Err(Error::TooLarge { .. }) => break,
            layer => layer?,
        };
        let ready = layer.ready(Way::Inputs)?;
        products.push(Product { side, seconds: median(|| ready.run(1))?.both() });
    }
    Ok(products)
}

/// Recurrences with ever more channels, as far as they are not slow.
fn recurrences(gpu: &Gpu, rng: &mut ChaCha8Rng) -> Result<Vec<RecurrenceTimes>> {
    let mut found: Vec<RecurrenceTimes> = Vec::new();
    for channels in [64, 256, 1024, 4096] {
        let last = found.last().map_or(0.0, |times| times.in_a_loop);
        if 4.0 * last > LONGEST {
            break;
        }
        let steps = 16_384.min((1 << 24) / channels);
        let [a, b] = draw::recurrence(steps, channels, rng);
        let h_0 = Array1::zeros(channels);
        let library = Spread::of((0..3).map(|_| {
            let begin = Instant::now();
            let _ = black_box(diagonal_loop(&a, &b, &h_0));
            begin.elapsed().as_secs_f64()
        }));
        let (mut in_a_loop, mut scans) = (f64::NAN, Vec::new());
        for pieces in [16, 64, 256, 1024] {
            let diagonal = Diagonal::new(gpu, &a, &b, pieces)?;
            if scans.is_empty() {
                in_a_loop = median(|| diagonal.in_a_loop())?.both();
            }
            scans.push((pieces, median(|| diagonal.scan())?.both()));
        }
        let library = library.median;
        found.push(RecurrenceTimes { steps, channels, library, in_a_loop, scans });
    }
    Ok(found)
}
