//! A record and its table, without a device.

use chapter::Machine;
use gpu::{
    Sizes,
    record::{
        ClockKind, Device, LaunchCost, LayerTimes, Product, Record, RecurrenceTimes, WayTimes,
    },
};

fn way(way: &str, each: f64, error: f32) -> WayTimes {
    let way = way.to_owned();
    WayTimes { way, plan: None, steps: 10, launches: 11, each, recurrence: None, error }
}

/// A made-up record: 4 × 64² = 16,384 operations a step.
fn record(ways: Vec<WayTimes>, clock: ClockKind) -> Record {
    let sizes = Sizes { batch: 1, steps: 10, input: 64, hidden: 64 };
    let device = Device {
        name: "Card".into(),
        kind: "a card".into(),
        backend: "Vulkan".into(),
        driver: "driver 1.2".into(),
    };
    Record {
        machine: Machine { processor: "P".into(), cores: 2, date: "2026-01-02".into() },
        device,
        clock,
        launch: LaunchCost { in_a_row: 2e-6, side_by_side: 1e-6, encode: 1e-7, round_trip: 3e-5 },
        products: vec![Product { side: 100, seconds: 1e-3 }, Product { side: 200, seconds: 4e-3 }],
        layers: vec![LayerTimes { sizes, library: Some(1.23e-5), ways }],
        recurrences: vec![RecurrenceTimes {
            steps: 1000,
            channels: 10,
            library: 2e-5,
            in_a_loop: 1e-5,
            scans: vec![(16, 5e-6)],
        }],
    }
}

#[test]
fn shares_are_of_the_most_that_was_reached() {
    let slow = record(vec![way("operations", 1e-5, 0.0)], ClockKind::Device);
    assert_eq!(slow.peak(), 2.0 * 8e6 / 4e-3);
    // 16,384 operations in 1e-5 s are 1.64 billion a second, 41 % of four billion.
    assert!(slow.to_string().contains("10.0 (40.96 %)"), "{slow}");
    let fast =
        record(vec![way("operations", 1e-5, 0.0), way("step", 1e-6, 0.0)], ClockKind::Device);
    assert!(fast.to_string().contains("1.00 (100.00 %)"), "{fast}");
    assert!(fast.to_string().contains("10.0 (10.00 %)"), "{fast}");
}

#[test]
fn the_table_says_whose_clock_it_was_and_leaves_out_what_nobody_ran() {
    let table = record(vec![way("step", 1e-6, 0.0)], ClockKind::Device).to_string();
    assert!(table.starts_with("Card: a card, Vulkan, driver 1.2\nbeside P, 2 cores, 2026-01-02\n"));
    assert!(table.contains("the device's own clock") && !table.contains("chip\n"), "{table}");
    let table = record(vec![way("step", 1e-6, 0.0)], ClockKind::Wall).to_string();
    assert!(table.contains("the processor's clock"), "{table}");
    assert!(table.contains("2000.0     1000.0       500.0"), "{table}");
}

#[test]
fn a_wrong_way_has_no_time_and_only_the_whole_chip_may_be_wrong() {
    for error in [1.0, 2e-5, f32::NAN] {
        let wrong =
            record(vec![way("step", 1e-6, error), way("tiles", 2e-6, 0.0)], ClockKind::Wall);
        assert_eq!((wrong.wrong(), wrong.results()), (1, 2));
        assert!(wrong.to_string().contains("WRONG"), "{wrong}");
    }
    let chip = record(vec![way("chip", 1e-6, 1.0)], ClockKind::Wall);
    assert_eq!(chip.wrong(), 0);
    assert!(chip.to_string().contains("WRONG"), "{chip}");
}

#[test]
fn a_record_is_read_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.json");
    let written = record(vec![way("step", 1.25e-6, 1e-7)], ClockKind::Wall);
    written.write(&path).unwrap();
    let json = std::fs::read_to_string(&path).unwrap();
    assert_eq!(serde_json::from_str::<Record>(&json).unwrap(), written);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(written.write(&path.join("below a file")).is_err());
}

#[test]
fn the_whole_table() {
    let ways = vec![way("step", 5e-6, 0.0), way("tiles", 1.5e-4, 0.0), way("chip", 1e-5, 0.5)];
    let table = record(ways, ClockKind::Device).to_string();
    let expected = include_str!("table.txt");
    assert_eq!(table, expected, "\n{table}");
}
