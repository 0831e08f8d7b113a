//! The ways of one layer, timed in turn.

use std::{collections::BTreeMap, hint::black_box, time::Instant};

use chapter::Spread;
use ndarray::{Array3, Axis, Slice};
use rand::rngs::ChaCha8Rng;
use rnn::Rnn;

use crate::{
    Gpu, Layer, Ready, Result, Seconds, Sizes, Way,
    check::{difference, is_right, larger},
    draw,
    measure::{LONGEST, ROUNDS},
    record::{LaunchCost, LayerTimes, Product, WayTimes},
};

/// What is known of the device's pace, to foresee how long a run takes.
pub(crate) struct Pace {
    launch: f64,
    peak: f64,
    /// Operations a second of each way, at the size before.
    rates: BTreeMap<String, f64>,
}

impl Pace {
    pub(crate) fn new(launch: LaunchCost, products: &[Product]) -> Self {
        let peak = products.iter().map(|product| product.rate()).fold(0.0, f64::max);
        Self { launch: launch.in_a_row, peak, rates: BTreeMap::new() }
    }

    /// With other units the rates are others, too.
    pub(crate) fn forget(&mut self) {
        self.rates.clear();
    }

    /// How many steps can be run without a long run: none, if one would be long.
    fn steps(&self, way: &str, launches: usize, sizes: Sizes) -> usize {
        // A way that has not been seen yet may be slow.
        let rate = self.rates.get(way).copied().unwrap_or(self.peak / 100.0);
        let each = launches as f64 * self.launch + sizes.operations_per_step() / rate;
        ((LONGEST / each) as usize).min(sizes.steps)
    }
}

/// A way that is being timed.
struct Runner<'l> {
    way: Way,
    ready: Ready<'l>,
    steps: usize,
    error: f32,
    found: Vec<Seconds>,
}

/// Times the ways of a layer of random weights on random inputs.
pub(crate) fn measure_layer(
    gpu: &Gpu,
    sizes: Sizes,
    with_chip: bool,
    pace: &mut Pace,
    rng: &mut ChaCha8Rng,
) -> Result<LayerTimes> {
    let (cell, x, h_0) = draw::layer(sizes, rng)?;
    let layer = Layer::new(gpu, &cell, &x, &h_0)?;
    let mut runners = Vec::new();
    for way in layer.ways(with_chip) {
        let ready = layer.ready(way)?;
        let steps = pace.steps(way.name(), ready.launches(1).concat().len(), sizes);
        if steps > 0 {
            runners.push(Runner { way, ready, steps, error: 0.0, found: Vec::new() });
        }
    }
    if runners.is_empty() {
        return Ok(LayerTimes { sizes, library: None, ways: Vec::new() });
    }
    let (library, states) = on_the_processor(&Rnn::from(cell), &x, &h_0, sizes)?;
    for runner in &mut runners {
        layer.forget();
        let took = runner.ready.run(runner.steps)?.both();
        runner.compare(&layer, &states)?;
        if took > LONGEST {
            runner.steps = ((runner.steps as f64 * LONGEST / took) as usize).max(1);
        }
    }
    // In turn: what slows the device down for a while slows all of them down.
    for _ in 0..ROUNDS {
        for runner in &mut runners {
            runner.found.push(runner.ready.run(runner.steps)?);
            if runner.way == Way::Chip {
                runner.compare(&layer, &states)?; // it may be right once and wrong the next time
            }
        }
    }
    let ways = fastest_of_each(runners.iter().map(|runner| runner.times(sizes)).collect());
    for way in ways.iter().filter(|way| is_right(way.error)) {
        pace.rates.insert(way.way.clone(), sizes.operations_per_step() / way.each);
    }
    Ok(LayerTimes { sizes, library: Some(library), ways })
}

/// Of the plans of one way only the fastest, with the largest error of them all.
fn fastest_of_each(mut ways: Vec<WayTimes>) -> Vec<WayTimes> {
    ways.sort_by(|one, other| one.way.cmp(&other.way).then(one.each.total_cmp(&other.each)));
    ways.dedup_by(|slower, faster| {
        let is_same = slower.way == faster.way;
        if is_same {
            faster.error = larger(faster.error, slower.error);
        }
        is_same
    });
    ways
}

impl Runner<'_> {
    /// Keeps the largest difference from the library's states.
    fn compare(&mut self, layer: &Layer, states: &Array3<f32>) -> Result {
        let error = difference_so_far(&layer.output()?, states, self.steps);
        self.error = larger(self.error, error);
        Ok(())
    }

    fn times(&self, sizes: Sizes) -> WayTimes {
        let Self { way, steps, error, ref ready, ref found } = *self;
        let plan = match way {
            Way::Persistent(plan) => Some([sizes.hidden * plan.slices, plan.rows]),
            _ => None,
        };
        let launches = ready.launches(steps).concat().len();
        let (each, recurrence) = a_step(found, steps);
        let way = way.name().to_owned();
        WayTimes { way, plan, steps, launches, each, recurrence, error }
    }
}

/// The median seconds of a step, and of its recurrence where the device's clock could tell.
fn a_step(found: &[Seconds], steps: usize) -> (f64, Option<f64>) {
    let median = |seconds| Spread::of(seconds).median / steps as f64;
    let all: Vec<f64> = found.iter().map(|seconds| seconds.both()).collect();
    let by_device: Option<Vec<f64>> = found.iter().map(|s| s.device.map(|[_, it]| it)).collect();
    (median(all), by_device.map(median))
}

/// Seconds a step of the library, and its states of the first steps: as many as it finds in about a
/// second, one at least.
fn on_the_processor(
    network: &Rnn<f32>,
    x: &Array3<f32>,
    h_0: &Array3<f32>,
    sizes: Sizes,
) -> Result<(f64, Array3<f32>)> {
    const ENOUGH: f64 = 2e10;
    let steps = ((ENOUGH / sizes.operations_per_step()) as usize).clamp(1, sizes.steps);
    let x = x.slice_axis(Axis(1), Slice::from(..steps)).to_owned();
    let runs = if sizes.operations_per_step() > ENOUGH { 1 } else { 4 };
    let (mut found, mut states) = (Vec::new(), Array3::default((0, 0, 0)));
    for _ in 0..runs {
        let begin = Instant::now();
        states = network.forward(black_box(&x), Some([h_0]))?.0;
        found.push(begin.elapsed().as_secs_f64() / steps as f64);
    }
    Ok((Spread::of(found).median, states))
}

/// The largest difference over the steps that both have found.
fn difference_so_far(output: &Array3<f32>, states: &Array3<f32>, steps: usize) -> f32 {
    let steps = steps.min(states.len_of(Axis(1)));
    let first = |array: &Array3<f32>| array.slice_axis(Axis(1), Slice::from(..steps)).to_owned();
    difference(&first(output), &first(states))
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    fn way(way: &str, each: f64) -> WayTimes {
        let way = way.to_owned();
        WayTimes { way, plan: None, steps: 1, launches: 1, each, recurrence: None, error: 0.0 }
    }

    #[test]
    fn of_several_plans_the_fastest_is_left() {
        let all = [("persistent", 3.0), ("step", 1.0), ("persistent", 2.0), ("persistent", 4.0)];
        let left = fastest_of_each(all.map(|(name, each)| way(name, each)).into());
        assert_eq!(left, [way("persistent", 2.0), way("step", 1.0)]);
        let wrong = WayTimes { error: f32::NAN, ..way("persistent", 9.0) };
        assert!(fastest_of_each(vec![wrong, way("persistent", 1.0)])[0].error.is_nan());
    }

    #[test]
    fn a_step_takes_its_share_of_the_median() {
        let run = |device| Seconds { device, encode: 9.0, wall: 8.0 };
        let runs = [run(Some([1.0, 3.0])), run(Some([0.0, 9.0])), run(Some([1.0, 1.0]))];
        assert_eq!(a_step(&runs, 2), (2.0, Some(1.5)));
        assert_eq!(a_step(&[runs[0], run(None)], 2), (2.0, None));
    }

    #[test]
    fn no_run_is_foreseen_to_be_long() {
        let launch = LaunchCost { in_a_row: 1e-3, side_by_side: 0.0, encode: 0.0, round_trip: 0.0 };
        // A million operations a second at the peak, a hundredth of them for a way not seen yet.
        let products = [Product { side: 100, seconds: 2.0 }];
        let mut pace = Pace::new(launch, &products);
        let sizes = Sizes { batch: 1, steps: 50, input: 5, hidden: 5 };
        assert_eq!(sizes.operations_per_step(), 100.0);
        // 2 launches of a millisecond and 100 operations at ten thousand a second: 12 milliseconds.
        assert_eq!(pace.steps("step", 2, sizes), 8);
        pace.rates.insert("step".to_owned(), 1e5);
        assert_eq!(pace.steps("step", 2, sizes), 33);
        assert_eq!(pace.steps("step", 1, sizes), 50, "no more than there are");
        assert_eq!(pace.steps("step", 200, sizes), 0, "one would be long");
        pace.forget();
        assert_eq!(pace.steps("step", 2, sizes), 8);
    }

    #[test]
    fn states_are_compared_as_far_as_both_have_them() {
        let one = Array3::from_shape_fn((1, 4, 1), |(_, t, _)| t as f32);
        let other = Array3::zeros((1, 3, 1));
        assert_eq!([1, 2, 3, 4].map(|t| difference_so_far(&one, &other, t)), [0.0, 1.0, 2.0, 2.0]);
    }
}
