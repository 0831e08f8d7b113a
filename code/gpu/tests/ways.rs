//! Every way on this machine's device, against the library.

mod device;

use ch04::card::{Launched, SEQUENCES_A_FETCH};
use device::gpu;
use gpu::{
    Error, Gpu, Layer, Plan, ROWS_OF_A_STEP, Sizes, Way,
    check::{RECURRENCES, SIZES, check, is_right, of_layer, of_recurrence},
};
use ndarray::{Array3, Axis};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn::RnnCell;

#[test]
fn every_way_finds_the_librarys_states() {
    let Some(gpu) = gpu() else { return };
    let mut lines = 0;
    let say = |_: &str| {
        lines += 1;
        Ok(())
    };
    check(&gpu, true, say).unwrap();
    assert_eq!(lines, 3 + SIZES.len() + RECURRENCES.len());
}

#[test]
fn so_it_does_at_any_size() {
    let Some(gpu) = gpu() else { return };
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for _ in 0..25 {
        let mut up_to = |most: usize| rng.random_range(1..=most);
        let sizes =
            Sizes { batch: up_to(70), steps: up_to(12), input: up_to(70), hidden: up_to(300) };
        let errors = of_layer(&gpu, sizes, true).unwrap();
        assert!(errors.iter().all(|(_, error)| is_right(*error)), "{sizes:?}: {errors:?}");
        let recurrence = [up_to(500), up_to(150), up_to(40)];
        let errors = of_recurrence(&gpu, recurrence).unwrap();
        assert!(errors.iter().all(|error| is_right(*error)), "{recurrence:?}: {errors:?}");
    }
}

/// A layer of random weights with inputs of zeros.
fn layer(gpu: &Gpu, sizes: Sizes) -> Result<Layer<'_>, Error> {
    let Sizes { batch, steps, input, hidden } = sizes;
    let cell = RnnCell::new(input, hidden, &mut ChaCha8Rng::seed_from_u64(1))?;
    let x = Array3::zeros((batch, steps, input));
    Layer::new(gpu, &cell, &x, &Array3::zeros((1, batch, hidden)))
}

#[test]
fn a_way_has_the_launches_and_fetches_that_chapter_4_counts() {
    let Some(gpu) = gpu() else { return };
    let layer = layer(&gpu, Sizes { batch: 2, steps: 10, input: 3, hidden: 32 }).unwrap();
    let ways = layer.ways(true);
    assert!(ways.iter().any(|way| matches!(way, Way::Persistent(_))), "{ways:?}");
    for way in ways {
        let [before, in_it] = layer.ready(way).unwrap().launches(10).map(|pass| pass.len());
        let counted = match way {
            Way::Operations => Launched::EachOperation,
            Way::Step | Way::Tiles => Launched::EachStep,
            Way::Persistent(plan) => {
                assert_eq!(plan.rows, 1, "each sequence fetches the weights once");
                Launched::AllAtOnce
            }
            // Before the launch for all steps it clears what an earlier run has left.
            Way::Chip => {
                assert_eq!([before, in_it], [2, 1]);
                continue;
            }
            Way::Inputs => unreachable!("it finds no states"),
        };
        assert_eq!(before + in_it, counted.launches(10), "{way:?}");
    }
    assert_eq!(ROWS_OF_A_STEP, SEQUENCES_A_FETCH);
}

/// The sums of the inputs are far beyond where an exponential overflows.
#[test]
fn states_end_at_one() {
    let Some(gpu) = gpu() else { return };
    let mut cell = RnnCell::<f32>::new(4, 32, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
    cell.w_ih.fill(1e4);
    let x = Array3::from_shape_fn((3, 2, 4), |(n, _, _)| if n == 0 { 1.0 } else { -1.0 });
    let layer = Layer::new(&gpu, &cell, &x, &Array3::zeros((1, 3, 32))).unwrap();
    for way in layer.ways(true) {
        layer.ready(way).unwrap().run(2).unwrap();
        assert!(layer.output().unwrap().iter().all(|h| h.abs() == 1.0), "{way:?}");
    }
}

#[test]
fn a_workgroup_keeps_several_sequences_where_there_are_many() {
    let Some(gpu) = gpu() else { return };
    let rows = |batch| {
        let layer = layer(&gpu, Sizes { batch, steps: 1, input: 1, hidden: 127 }).unwrap();
        let ways = layer.ways(false).into_iter();
        let rows = ways.filter_map(|way| match way {
            Way::Persistent(plan) => Some(plan.rows),
            _ => None,
        });
        rows.collect::<Vec<_>>()
    };
    assert_eq!(rows(255).iter().max(), Some(&1));
    assert_eq!(rows(256).iter().max(), Some(&4));
}

#[test]
fn so_many_steps_are_run_as_asked_for_and_as_there_are() {
    let Some(gpu) = gpu() else { return };
    let sizes = Sizes { batch: 2, steps: 5, input: 3, hidden: 32 };
    for number in 0..layer(&gpu, sizes).unwrap().ways(true).len() {
        // What was never run holds zeros, which no state of this layer is.
        let states = |steps| {
            let layer = layer(&gpu, sizes).unwrap();
            let way = layer.ways(true)[number];
            layer.ready(way).unwrap().run(steps).unwrap();
            (way, layer.output().unwrap())
        };
        let ((way, all), (_, two), (_, more)) = (states(5), states(2), states(99));
        assert_eq!(all, more, "{way:?}");
        let step = |states: &Array3<f32>, t| states.index_axis(Axis(1), t).to_owned();
        for t in 0..5 {
            assert_eq!(step(&all, t) == step(&two, t), t < 2, "{way:?}, step {t}");
        }
    }
}

/// A launch may have 65,535 workgroups along an axis, on every device.
#[test]
fn the_largest_default_sizes_are_no_launch_too_many() {
    let Some(gpu) = gpu() else { return };
    let layer = layer(&gpu, Sizes { batch: 4096, steps: 7, input: 1, hidden: 1024 }).unwrap();
    for way in layer.ways(false) {
        let ready = layer.ready(way).unwrap();
        let launches = ready.launches(7).concat();
        let groups = launches.iter().flat_map(|launch| launch.groups).max();
        assert!(groups.is_some_and(|groups| groups <= 65_535), "{way:?}: {groups:?}");
    }
}

#[test]
fn a_launch_has_the_workgroups_that_its_kernel_asks_for() {
    let Some(gpu) = gpu() else { return };
    let layer = layer(&gpu, Sizes { batch: 65, steps: 3, input: 1, hidden: 65 }).unwrap();
    let groups = |way| {
        let ready = layer.ready(way).unwrap();
        ready.launches(2).map(|pass| pass.iter().map(|launch| launch.groups).collect::<Vec<_>>())
    };
    // 64 columns and rows of a product, of 2 × 65 rows in all.
    let inputs = vec![[2, 3]];
    assert_eq!(groups(Way::Operations), [vec![], vec![[2, 65]; 8]]);
    // 32 columns of 8 rows.
    assert_eq!(groups(Way::Step), [inputs.clone(), vec![[3, 9]; 2]]);
    assert_eq!(groups(Way::Tiles), [inputs.clone(), vec![[2, 2]; 2]]);
    let plan = Plan { rows: 4, slices: 1 };
    assert_eq!(groups(Way::Persistent(plan)), [inputs, vec![[17, 1]]]);
}

/// Threads and rows of the plans for H units, by what the device allows.
#[test]
fn a_workgroup_is_no_larger_than_the_device_allows() {
    let Some(mut gpu) = gpu() else { return };
    for (hidden, threads, kilobytes, expected) in [
        (128, 1024, 48, &[(2, 1), (8, 1), (2, 4), (8, 4)][..]),
        (128, 256, 48, &[(2, 1), (2, 4)]),
        (128, 1024, 2, &[(2, 1)]), // 512 · 3 bytes for one row of two slices, 512 · 9 of eight
        (192, 1024, 48, &[(4, 1), (4, 4)]),
        (256, 1024, 48, &[]), // its weights alone fill all registers
        (1024, 1024, 48, &[]),
    ] {
        gpu.limits.max_compute_invocations_per_workgroup = threads;
        gpu.limits.max_compute_workgroup_storage_size = kilobytes << 10;
        let layer = layer(&gpu, Sizes { batch: 256, steps: 1, input: 1, hidden }).unwrap();
        let mut plans: Vec<_> = layer
            .ways(false)
            .into_iter()
            .filter_map(|way| match way {
                Way::Persistent(plan) => Some((plan.slices, plan.rows)),
                _ => None,
            })
            .collect();
        plans.sort_by_key(|&(slices, rows)| (rows, slices));
        assert_eq!(plans, expected, "{hidden} units, {threads} threads, {kilobytes} kB");
    }
}

/// To the kernel over the whole chip zero says that nobody has written.
#[test]
fn a_state_of_zero_has_a_sign() {
    let Some(gpu) = gpu() else { return };
    let mut cell = RnnCell::<f32>::new(4, 32, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
    cell.b_ih.fill(0.0);
    cell.b_hh.fill(0.0);
    let layer =
        Layer::new(&gpu, &cell, &Array3::zeros((2, 3, 4)), &Array3::zeros((1, 2, 32))).unwrap();
    let chip = layer.ready(Way::Chip).unwrap();
    chip.run(3).unwrap();
    assert!(layer.output().unwrap().iter().all(|h| *h == 0.0 && h.is_sign_negative()));
    // Before the next run that is taken out again.
    let [before, _] = chip.launches(3);
    gpu.run([&before, &[]]).unwrap();
    assert!(layer.output().unwrap().iter().all(|h| *h == 0.0 && h.is_sign_positive()));
}

#[test]
fn what_is_larger_than_the_device_allows_is_one_line() {
    let Some(gpu) = gpu() else { return };
    let most = gpu.limits.max_storage_buffer_binding_size.min(gpu.limits.max_buffer_size);
    let error = gpu.zeros("bytes of states", most as usize / 4 + 1).unwrap_err().to_string();
    assert!(error.contains("bytes of states are more than this device takes"), "{error}");
    assert_eq!(error.lines().count(), 1);
    // More workgroups than a launch may have along its second axis.
    let most = gpu.limits.max_compute_workgroups_per_dimension as usize;
    let layer = layer(&gpu, Sizes { batch: most + 1, steps: 1, input: 1, hidden: 1 }).unwrap();
    let error = layer.ready(Way::Operations).unwrap().run(1).unwrap_err().to_string();
    assert!(error.contains("workgroups are more than this device takes"), "{error}");
    // And the device still works.
    assert!(of_layer(&gpu, SIZES[1], false).is_ok());
}

#[test]
fn a_device_that_is_not_there_is_named() {
    let Some(_) = gpu() else { return };
    let error = Gpu::open(99).err().expect("no machine has so many").to_string();
    assert!(error.starts_with("there is no device 99: the last one is "), "{error}");
}

/// A kernel with a mistake is an error of the next run, and no panic.
#[test]
fn what_the_driver_refuses_is_an_error() {
    let Some(gpu) = gpu() else { return };
    let kernel = gpu::Kernel::new(&gpu, "@compute @workgroup_size(1) fn f() { x = 1; }", "f", &[]);
    let _ = kernel.bind(&gpu, &[]);
    let error = gpu.run([&[], &[]]).unwrap_err();
    assert!(matches!(error, Error::Device(_)), "{error}");
    assert_eq!(error.to_string().lines().count(), 1, "{error}");
    assert!(gpu.run([&[], &[]]).is_ok(), "the complaint is told once");
}
