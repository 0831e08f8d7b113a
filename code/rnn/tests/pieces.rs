//! `forward` in one direction reads 256 rows of a batch, N for each step, at a time, and hands the
//! state on. The gates of a pass are made ready for as many steps as stay in the cache.

use ndarray::Array3;
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{Error, Parameters, Real};

use crate::pytorch::arrays::flat;
use crate::recurrent::{Recurrent, Sizes, arguments, network, of_all_cells, run, run_steps};
use crate::vectors::difference;

/// The rows of a piece.
const ROWS: usize = 256;

/// N and T: a piece all but filled, filled, with one row more, and several pieces.
const BATCHES: [(usize, usize); 10] = [
    (1, 255),
    (3, 85),
    (1, 256),
    (2, 128),
    (1, 257),
    (257, 1),
    (1, 513),
    (3, 171),
    (8, 100),
    (400, 2),
];

#[test]
fn pieces_are_steps_in_f64() -> Result<(), Error> {
    of_all_cells!(pieces_are_steps(1e-12)?);
    Ok(())
}

#[test]
fn pieces_are_steps_in_f32() -> Result<(), Error> {
    of_all_cells!(f32, pieces_are_steps(1e-5)?);
    Ok(())
}

fn pieces_are_steps<C: Recurrent>(tolerance: f64) -> Result<(), Error> {
    let (one, wide) = (Sizes::layer(3, 4), Sizes { bidirectional: true, ..Sizes::layer(3, 48) });
    for sizes in [one, Sizes { layers: 2, ..one }, wide] {
        let mut rng = ChaCha8Rng::seed_from_u64(8);
        let mut network = network::<C>(sizes, &mut rng);
        // So narrow that a difference of rounding does not grow from step to step.
        for mut weights in network.parameters_mut() {
            weights.mapv_inplace(|weight| weight * C::Real::from_f64(0.5));
        }
        for (n, t) in BATCHES {
            let mut given = arguments::<C>((n, t), sizes, &mut rng);
            assert_close(&run(&network, &given)?, &run_steps(&network, &given)?, tolerance);
            // As long as the batch, ended in the first piece, and with one step of the second.
            let lengths = [t, 1, t.min(ROWS / n + 1)];
            for first in 0..lengths.len() {
                given.lengths = Some((first..first + n).map(|n| lengths[n % 3]).collect());
                assert_close(&run(&network, &given)?, &run_steps(&network, &given)?, tolerance);
            }
        }
    }
    Ok(())
}

fn assert_close<F: Real>(results: &[Array3<F>], expected: &[Array3<F>], tolerance: f64) {
    for (result, expected) in results.iter().zip(expected) {
        let off = difference(&flat(result), &flat(expected));
        assert!(off <= tolerance, "off by {off:e}");
    }
}
