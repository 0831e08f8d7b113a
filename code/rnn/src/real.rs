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

    use crate::activation;
    use crate::product::{Packed, Plain, Product};

    /// What the crate needs of a number type beside its arithmetic.
    pub trait Sealed: Copy {
        const DTYPE: Dtype;

        /// A matrix by which many are multiplied.
        type Ready: Product<Self> + Send + Sync;

        /// tanh: in `f64` the standard library's, in `f32` one that the compiler can vectorise.
        fn fast_tanh(self) -> Self;

        /// `1 / (1 + exp(-x))`, likewise.
        fn fast_sigmoid(self) -> Self;

        /// exp of what is not above zero, likewise.
        fn fast_exp(self) -> Self;

        /// The numbers of a file, where they lie one behind the other, the lowest byte of each
        /// first.
        fn from_file(bytes: &[u8]) -> impl Iterator<Item = Self>;

        fn to_file(self) -> impl IntoIterator<Item = u8>;
    }

    impl Sealed for f32 {
        const DTYPE: Dtype = Dtype::F32;

        type Ready = Packed;

        #[inline(always)]
        fn fast_tanh(self) -> Self {
            activation::tanh(self)
        }

        #[inline(always)]
        fn fast_sigmoid(self) -> Self {
            activation::sigmoid(self)
        }

        #[inline(always)]
        fn fast_exp(self) -> Self {
            activation::exp(self)
        }

        fn from_file(bytes: &[u8]) -> impl Iterator<Item = Self> {
            bytes.as_chunks().0.iter().map(|&bytes| Self::from_le_bytes(bytes))
        }

        fn to_file(self) -> impl IntoIterator<Item = u8> {
            self.to_le_bytes()
        }
    }

    impl Sealed for f64 {
        const DTYPE: Dtype = Dtype::F64;

        type Ready = Plain;

        #[inline(always)]
        fn fast_tanh(self) -> Self {
            self.tanh()
        }

        #[inline(always)]
        fn fast_sigmoid(self) -> Self {
            crate::weights::sigmoid(self)
        }

        #[inline(always)]
        fn fast_exp(self) -> Self {
            self.exp()
        }

        fn from_file(bytes: &[u8]) -> impl Iterator<Item = Self> {
            bytes.as_chunks().0.iter().map(|&bytes| Self::from_le_bytes(bytes))
        }

        fn to_file(self) -> impl IntoIterator<Item = u8> {
            self.to_le_bytes()
        }
    }
}
