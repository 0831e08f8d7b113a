//! The number types that a network computes in.

use ndarray::NdFloat;

/// A floating-point number: [`f32`] or [`f64`], and no other type.
///
/// The arithmetic is [`NdFloat`]'s; `Into<f64>` is exact for both types.
pub trait Real: NdFloat + Into<f64> + sealed::Sealed {
    /// The number nearest to `value`.
    ///
    /// Rounds in `f32`, where magnitudes above [`f32::MAX`] become infinite.
    fn from_f64(value: f64) -> Self;
}

impl Real for f32 {
    fn from_f64(value: f64) -> Self {
        value as f32
    }
}

impl Real for f64 {
    fn from_f64(value: f64) -> Self {
        value
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}
