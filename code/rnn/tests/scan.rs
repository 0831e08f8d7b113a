//! Scans give what the loop gives, for every length, and refuse what has no result.

use approx::assert_abs_diff_eq;
use ndarray::{Array1, Array2, Axis, array};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn::Error;
use rnn::scan::{blelloch, diagonal_loop, diagonal_scan, hillis_steele};

/// Joining texts is associative and not commutative: a wrong order shows.
#[test]
fn scans_join_neighbours_in_order() {
    let text = "a network folds time into a vector";
    let letters: Vec<String> = text.chars().map(String::from).collect();
    let prefixes: Vec<String> = (1..=text.len()).map(|end| text[..end].to_owned()).collect();
    let join = |earlier: &String, later: &String| format!("{earlier}{later}");
    for n in 0..=text.len() {
        assert_eq!(hillis_steele(&letters[..n], join), prefixes[..n], "{n} letters");
        assert_eq!(blelloch(&letters[..n], join), prefixes[..n], "{n} letters");
    }
}

#[test]
fn the_loop_is_the_formula() {
    let (a, b) = (array![[2.0, 0.5], [3.0, -1.0]], array![[1.0, 4.0], [5.0, 6.0]]);
    let states = diagonal_loop(&a, &b, &array![10.0, 20.0]).unwrap();
    assert_eq!(states, array![[21.0, 14.0], [68.0, -8.0]]);
}

/// With one thread there is one piece, with eight there may be more pieces than steps.
fn with_threads<T: Send>(threads: usize, run: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(run)
}

proptest! {
    #[test]
    fn the_scan_is_the_loop(
        steps in 1_usize..60, size in 1_usize..6, threads in 1_usize..9, seed in 0_u64..1_000
    ) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        // Factors near one and of either sign: where all products vanish, a wrong one is not seen.
        let a = Array2::from_shape_simple_fn((steps, size), || {
            let size: f64 = rng.random_range(0.9..1.1);
            if rng.random() { size } else { -size }
        });
        let b = Array2::from_shape_simple_fn((steps, size), || rng.random_range(-1.0..1.0));
        let h_0 = Array1::from_shape_simple_fn(size, || rng.random_range(-1.0..1.0));
        let right = diagonal_loop(&a, &b, &h_0).unwrap();
        let found = with_threads(threads, || diagonal_scan(&a, &b, &h_0)).unwrap();
        assert_abs_diff_eq!(found, right, epsilon = 1e-12);

        let (a, b, h_0) =
            (a.mapv(|a| a as f32), b.mapv(|b| b as f32), h_0.mapv(|h| h as f32));
        let found = with_threads(threads, || diagonal_scan(&a, &b, &h_0)).unwrap();
        assert_abs_diff_eq!(found.mapv(f64::from), right, epsilon = 1e-3);
    }
}

/// The product of a piece's factors would be a number too small to be stored in full.
#[test]
fn what_vanishes_is_zero() {
    let (steps, threads) = (4_000, 2);
    let a = Array2::from_elem((steps, 1), 0.9_f32);
    let b = Array2::from_elem((steps, 1), 0.1_f32);
    let h_0 = array![0.0_f32];
    let right = diagonal_loop(&a, &b, &h_0).unwrap();
    let found = with_threads(threads, || diagonal_scan(&a, &b, &h_0)).unwrap();
    assert_abs_diff_eq!(found, right, epsilon = 1e-5);
}

#[test]
fn what_has_no_result_is_an_error() {
    let (a, b, h_0) = (array![[0.5, 0.5]], array![[1.0, 1.0]], array![0.0, 0.0]);
    let shape = |name, expected: &[usize], found: &[usize]| Error::Shape {
        name,
        expected: expected.to_vec(),
        found: found.to_vec(),
    };
    let nan = |name, index: &[usize]| (name, index.to_vec());
    for run in [diagonal_loop::<f64>, diagonal_scan::<f64>] {
        let none = Array2::zeros((0, 2));
        assert_eq!(run(&none, &none, &h_0), Err(Error::EmptySequence));
        let no_size = Array2::zeros((3, 0));
        assert_eq!(run(&no_size, &no_size, &array![]), Err(Error::ZeroSize { name: "size" }));
        assert_eq!(run(&a, &array![[1.0]], &h_0), Err(shape("b", &[1, 2], &[1, 1])));
        assert_eq!(run(&a, &b, &array![0.0]), Err(shape("h_0", &[2], &[1])));
        for (found, (name, index)) in [
            (run(&array![[f64::NAN, 0.5]], &b, &h_0), nan("a", &[0, 0])),
            (run(&a, &array![[1.0, f64::INFINITY]], &h_0), nan("b", &[0, 1])),
            (run(&a, &b, &array![0.0, f64::NAN]), nan("h_0", &[1])),
            (run(&array![[1e200, 1.0]], &b, &array![1e200, 0.0]), nan("output", &[0, 0])),
        ] {
            match found {
                Err(Error::NonFinite { name: found, index: at, .. }) => {
                    assert_eq!((found, at), (name, index));
                }
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}

/// In memory a third column lies between these rows.
#[test]
fn numbers_with_gaps_between_them_are_checked() {
    let mut wide = Array2::<f64>::zeros((4, 3));
    wide[[2, 1]] = f64::NAN;
    let a = wide.slice_axis(Axis(1), (..2).into());
    let zeros = Array2::zeros((4, 2));
    for run in [diagonal_loop::<f64>, diagonal_scan::<f64>] {
        let Err(Error::NonFinite { name, index, .. }) = run(&a, &zeros, &array![0.0, 0.0]) else {
            panic!("NaN goes unseen");
        };
        assert_eq!((name, index), ("a", vec![2, 1]));
    }
}

/// A product of a piece's factors that is small is not yet nothing: the first state may be large.
#[test]
fn what_is_small_does_not_vanish() {
    let (a, b) = (Array2::from_elem((40, 1), 0.1), Array2::zeros((40, 1)));
    let h_0 = array![1e30];
    let right = diagonal_loop(&a, &b, &h_0).unwrap();
    let found = with_threads(2, || diagonal_scan(&a, &b, &h_0)).unwrap();
    approx::assert_relative_eq!(found, right, max_relative = 1e-12);
}
