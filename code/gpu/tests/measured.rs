//! A measurement on this machine's device: not how fast, but whether it is what it says.

mod device;

use device::gpu;
use gpu::{
    Error, Gpu,
    check::is_right,
    measure::{Wishes, measure},
    record::{ClockKind, LayerTimes, Record, WayTimes},
};
use indicatif::ProgressBar;

fn measured(batch: Vec<usize>, steps: usize) -> Option<(Gpu, Result<Record, Error>)> {
    let gpu = gpu()?;
    let wishes = Wishes { hidden: vec![32], batch, steps, with_chip: false };
    let record = measure(&gpu, &wishes, &ProgressBar::hidden());
    Some((gpu, record))
}

fn way<'l>(layer: &'l LayerTimes, name: &str) -> &'l WayTimes {
    layer.ways.iter().find(|way| way.way == name).expect("the way")
}

#[test]
fn what_is_measured_is_what_it_says() {
    let Some((gpu, record)) = measured(vec![1, 3], 200) else { return };
    let record = record.unwrap();
    if gpu.is_software() {
        assert_eq!(record.clock, ClockKind::Device, "Mesa's device has a clock");
    }
    let batches: Vec<usize> = record.layers.iter().map(|layer| layer.sizes.batch).collect();
    assert_eq!(batches, [1, 3]);
    for layer in &record.layers {
        assert_eq!(layer.ways.len(), 4);
        assert!(layer.library.is_some_and(|seconds| seconds > 0.0));
        assert!(layer.ways.iter().all(|way| is_right(way.error)));
        let operations = way(layer, "operations");
        assert_eq!(operations.launches, 4 * operations.steps);
        assert_eq!(way(layer, "step").launches, 1 + way(layer, "step").steps);
        let persistent = way(layer, "persistent");
        assert_eq!(persistent.launches, 2);
        let [threads, rows] = persistent.plan.expect("a plan");
        assert!(threads >= 32 && threads.is_multiple_of(32) && rows == 1, "{persistent:?}");
        // All of it is in the second pass.
        if let Some(recurrence) = operations.recurrence {
            let share = recurrence / operations.each;
            assert!((0.5..1.5).contains(&share), "{operations:?}");
        }
    }
    assert!(record.launch.in_a_row > 0.0, "{:?}", record.launch);
    assert!(record.recurrences.iter().all(|times| times.scans.len() == 4));
}

/// A device with room for 2 GB, as cards have: there no size may be counted below zero.
#[test]
fn a_row_of_states_larger_than_a_run_may_have() {
    let Some(mut gpu) = gpu() else { return };
    gpu.limits.max_storage_buffer_binding_size = 1 << 31;
    gpu.limits.max_buffer_size = 1 << 31;
    let wishes = Wishes { hidden: vec![1024], batch: vec![65_535], steps: 9, with_chip: false };
    assert_eq!(wishes.sizes(&gpu).unwrap()[0].steps, 1);
    // A launch for all inputs of so many short sequences would have too many workgroups.
    let wishes = Wishes { hidden: vec![1], batch: vec![8192], steps: 1000, with_chip: false };
    assert_eq!(wishes.sizes(&gpu).unwrap()[0].steps, 64 * 65_535 / 8192);
}

#[test]
fn a_size_that_does_not_fit_is_refused_before_anything_is_measured() {
    let Some((_, record)) = measured(vec![1, usize::MAX >> 20], 10) else { return };
    let error = record.unwrap_err().to_string();
    assert!(error.contains("bytes of states are more than this device takes"), "{error}");
}
