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
    use safetensors::Dtype;

    /// How the numbers lie in a file: one behind the other, the lowest byte of each first.
    pub trait Sealed: Copy {
        const DTYPE: Dtype;

        fn from_file(bytes: &[u8]) -> impl Iterator<Item = Self>;

        fn to_file(self) -> impl IntoIterator<Item = u8>;
    }

    impl Sealed for f32 {
        const DTYPE: Dtype = Dtype::F32;

        fn from_file(bytes: &[u8]) -> impl Iterator<Item = Self> {
            bytes.as_chunks().0.iter().map(|&bytes| Self::from_le_bytes(bytes))
        }

        fn to_file(self) -> impl IntoIterator<Item = u8> {
            self.to_le_bytes()
        }
    }

    impl Sealed for f64 {
        const DTYPE: Dtype = Dtype::F64;

        fn from_file(bytes: &[u8]) -> impl Iterator<Item = Self> {
            bytes.as_chunks().0.iter().map(|&bytes| Self::from_le_bytes(bytes))
        }

        fn to_file(self) -> impl IntoIterator<Item = u8> {
            self.to_le_bytes()
        }
    }
}
