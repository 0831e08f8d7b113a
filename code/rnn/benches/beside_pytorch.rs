//! How fast the library is: `cargo bench -p rnn`. The script `beside_pytorch.py` runs it in turn
//! with PyTorch on the same sizes, which the names of the benchmarks give.
//!
//! Everything is `f32`, one sequence, and 128 numbers wide.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use ndarray::{Array1, Array2, Array3};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn::{
    KvCache, Rnn, RnnCell, SelfAttention,
    scan::{diagonal_loop, diagonal_scan},
};

const SIZE: usize = 128;
const STEPS: [usize; 3] = [64, 512, 4_096];

/// The diagonal recurrence, in a loop and by a scan on all cores.
fn scan(c: &mut Criterion) {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for steps in STEPS {
        let shape = (steps, SIZE);
        let a = Array2::from_shape_simple_fn(shape, || rng.random_range(0.9..1.0_f32));
        let b = Array2::from_shape_simple_fn(shape, || rng.random_range(-1.0..1.0_f32));
        let h_0 = Array1::zeros(SIZE);
        c.bench_function(&format!("recurrence/loop/{steps}"), |bencher| {
            bencher.iter(|| diagonal_loop(black_box(&a), &b, &h_0));
        });
        c.bench_function(&format!("recurrence/scan/{steps}"), |bencher| {
            bencher.iter(|| diagonal_scan(black_box(&a), &b, &h_0));
        });
    }
}

/// A step while generating: of the cell, and of an attention with so many steps in its cache.
fn step(c: &mut Criterion) {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let cell = RnnCell::<f32>::new(SIZE, SIZE, &mut rng).expect("a size above zero");
    let attention =
        SelfAttention::<f32>::new(SIZE, SIZE, true, &mut rng).expect("a size above zero");
    let x = Array1::from_shape_simple_fn(SIZE, || rng.random_range(-1.0..1.0_f32));
    let h = Array1::zeros(SIZE);
    c.bench_function("step/rnn/0", |bencher| bencher.iter(|| cell.step(black_box(&x), &h)));
    for steps in STEPS {
        let mut cache = KvCache::new(SIZE);
        for _ in 0..steps {
            attention.step(&x, &mut cache).expect("x is finite");
        }
        // A step leaves its key and value behind, so each has a cache of its own. The one before it
        // makes room, as it is nearly always there when a cache grows.
        c.bench_with_input(BenchmarkId::new("step/attention", steps), &cache, |bencher, cache| {
            bencher.iter_batched_ref(
                || {
                    let mut cache = cache.clone();
                    attention.step(&x, &mut cache).expect("x is finite");
                    cache
                },
                |cache| attention.step(black_box(&x), cache),
                criterion::BatchSize::SmallInput,
            );
        });
    }
}

/// A layer over a sequence.
fn forward(c: &mut Criterion) {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let rnn = Rnn::<f32>::new(SIZE, SIZE, &mut rng).expect("a size above zero");
    let attention =
        SelfAttention::<f32>::new(SIZE, SIZE, true, &mut rng).expect("a size above zero");
    for steps in STEPS {
        let draw = || rng.random_range(-1.0..1.0_f32);
        let x = Array3::from_shape_simple_fn((1, steps, SIZE), draw);
        c.bench_function(&format!("forward/rnn/{steps}"), |bencher| {
            bencher.iter(|| rnn.forward(black_box(&x), None));
        });
        c.bench_function(&format!("forward/attention/{steps}"), |bencher| {
            bencher.iter(|| attention.forward(black_box(&x)));
        });
    }
}

criterion_group!(benches, scan, step, forward);
criterion_main!(benches);
