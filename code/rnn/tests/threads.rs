//! The results are the same to the bit, however many threads there are.

use ndarray::ArrayD;
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rayon::ThreadPoolBuilder;
use rnn::{Error, Real};

use crate::recurrent::{Recurrent, Sizes, arguments, d_results, everything, network, of_all_cells};

/// Threads, with more than there are sequences among them.
const THREADS: [usize; 4] = [1, 2, 5, 16];

/// N and T. One sequence, so many that their shares are of unequal size, and some more than a share
/// for each of 16 threads.
const BATCHES: [(usize, usize); 3] = [(1, 2400), (23, 105), (67, 36)];

#[test]
fn threads_change_no_bit_in_f64() -> Result<(), Error> {
    of_all_cells!(threads_change_nothing()?);
    Ok(())
}

#[test]
fn threads_change_no_bit_in_f32() -> Result<(), Error> {
    of_all_cells!(f32, threads_change_nothing()?);
    Ok(())
}

/// All results and gradients, of networks with enough to do for several threads.
fn threads_change_nothing<C: Recurrent<Real: Send> + Send + Sync>() -> Result<(), Error> {
    let one = Sizes::layer(131, 80);
    for sizes in [one, Sizes { layers: 2, bidirectional: true, ..Sizes::layer(41, 49) }] {
        let mut rng = ChaCha8Rng::seed_from_u64(20);
        let network = network::<C>(sizes, &mut rng);
        for (n, t) in BATCHES {
            assert!(network.multiply_adds_per_step() * n * t > 1 << 25, "too small for threads");
            let mut given = arguments::<C>((n, t), sizes, &mut rng);
            let d_results = d_results::<C>((n, t), sizes, &mut rng);
            for lengths in [None, Some((0..n).map(|n| 1 + n * 7 % t).collect())] {
                given.lengths = lengths;
                let all = THREADS.map(|threads| {
                    in_threads(threads, || everything(&network, &given, &d_results))
                });
                let [expected, others @ ..] = all;
                let expected = bits(&expected?);
                for (found, threads) in others.into_iter().zip(&THREADS[1..]) {
                    assert!(bits(&found?) == expected, "{threads} threads, {n} sequences");
                }
            }
        }
    }
    Ok(())
}

/// Runs `work` where there are so many threads.
fn in_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("threads can be made").install(work)
}

/// Every number to the bit: zeros have signs, too.
fn bits<F: Real>(arrays: &[ArrayD<F>]) -> Vec<u64> {
    let numbers = arrays.iter().flat_map(|array| array.iter());
    numbers.map(|&number| Into::<f64>::into(number).to_bits()).collect()
}
