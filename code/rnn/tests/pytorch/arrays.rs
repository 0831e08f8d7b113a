//! From the flat numbers of a file to arrays, and back.

use ndarray::{Array, ArrayRef, Dimension, IntoDimension};
use rnn::{Error, Real};

use crate::vectors::{Computed, Vectors, of_precision};

pub fn array<F: Real, I: IntoDimension>(flat: &[f64], shape: I) -> Array<F, I::Dim> {
    let numbers = flat.iter().map(|&value| F::from_f64(value)).collect();
    Array::from_shape_vec(shape.into_dimension(), numbers)
        .expect("as many numbers as the shape says")
}

pub fn flat<F: Real, D: Dimension>(array: &ArrayRef<F, D>) -> Vec<f64> {
    array.iter().map(|&value| value.into()).collect()
}

/// Compares every vector with what the crate computes, by `deviation`.
pub fn agrees<T, E>(
    vectors: &Vectors<T>,
    name: fn(&T) -> &str,
    deviation: impl Fn(&T) -> Result<f64, E>,
    tolerance: f64,
) -> Result<(), E> {
    let mut widest = 0.0;
    for vector in &vectors.vectors {
        let deviation = deviation(vector)?;
        assert!(
            deviation <= tolerance,
            "{}: off by {deviation:e} from {}, more than {tolerance:e}",
            name(vector),
            vectors.made_with(),
        );
        widest = deviation.max(widest);
    }
    println!("at most {widest:e} from {}", vectors.made_with());
    Ok(())
}

/// The same in one precision.
pub fn agrees_in<F: Real, V, O: Computed<V>>(
    vectors: &Vectors<V>,
    name: fn(&V) -> &str,
    compute: impl Fn(&V) -> Result<O, Error>,
) -> Result<(), Error> {
    let deviation = |vector: &V| Ok(of_precision::<F, _>(compute(vector)?.off(vector)));
    agrees(vectors, name, deviation, of_precision::<F, _>(O::TOLERANCES))
}
