//! tanh and the logistic sigmoid over many numbers at once.
//!
//! `f64` takes the standard library's functions: exact, one number after the other. `f32` takes the
//! formulas below, which have no branches and no calls: only sums, products, a quotient and bits. Of
//! those the compiler makes code that works on eight or sixteen numbers at a time, where the
//! processor can. (On one without a fused multiply-add, such as an x86 from before 2013, `mul_add` is
//! a call: as exact, and slow.)

use ndarray::ArrayRef2;

use crate::Real;

/// Replaces every number x of a block of rows `[M, H]` by tanh(x).
///
/// In `f64` it is the standard library's tanh, one number after the other. In `f32` it works on as
/// many numbers at a time as the processor can, and is exact to within three units of the last place.
///
/// ```
/// let mut z = ndarray::array![[0.0_f32, 0.5], [-0.5, 9.0]];
/// rnn::tanh_in_place(&mut z);
/// approx::assert_abs_diff_eq!(z, ndarray::array![[0.0, 0.462_117_2], [-0.462_117_2, 1.0]]);
/// ```
// ANCHOR: in_place
pub fn tanh_in_place<F: Real>(rows: &mut ArrayRef2<F>) {
    match rows.as_slice_memory_order_mut() {
        Some(numbers) => vectorised(
            #[inline(always)]
            || {
                for x in numbers {
                    *x = x.fast_tanh();
                }
            },
        ),
        None => rows.mapv_inplace(F::fast_tanh),
    }
}
// ANCHOR_END: in_place

/// Runs a function that is compiled once for each set of vector instructions, in the version for
/// the best set that the processor has.
// ANCHOR: vectorised
#[inline(always)]
pub(crate) fn vectorised<R>(run: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(run)
}
// ANCHOR_END: vectorised

/// tanh, to within three units of the last place; what is not a number stays so.
///
/// ```text
/// tanh(|x|) = (1 - e) / (1 + e) = 1 - 2 e / (1 + e),   e = exp(-2 |x|)
/// ```
///
/// The first form is exact for a small x, where `1 - e` is found without taking a difference, and
/// the second for a large one, where it is a small step down from one.
// ANCHOR: tanh
#[inline(always)]
pub(crate) fn tanh(x: f32) -> f32 {
    let size = x.abs();
    let (scale, p) = exp_parts(-2.0 * size);
    let e = scale.mul_add(p, scale);
    let small = size < 0.5;
    let numerator = if small { scale.mul_add(-p, 1.0 - scale) } else { 2.0 * e };
    let quotient = numerator / (1.0 + e);
    (if small { quotient } else { 1.0 - quotient }).copysign(x)
}
// ANCHOR_END: tanh

/// `1 / (1 + exp(-x))`, written as `1 / (1 + e)` or `e / (1 + e)` with `e = exp(-|x|)`, which
/// cannot overflow.
#[inline(always)]
pub(crate) fn sigmoid(x: f32) -> f32 {
    let (scale, p) = exp_parts(-x.abs());
    let e = scale.mul_add(p, scale);
    (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

/// `exp(z)` for `z <= 0`, to within two units of the last place; zero below -88.
#[inline(always)]
pub(crate) fn exp(z: f32) -> f32 {
    let (scale, p) = exp_parts(z);
    scale.mul_add(p, scale)
}

/// `exp(z)` for `z <= 0` as `scale (1 + p)`, returned as `(scale, p)`:
///
/// ```text
/// exp(z) = 2^n exp(t),   n = round(z / ln 2),   t = z - n ln 2,   |t| <= ln 2 / 2
/// ```
///
/// Below -88 the scale is zero.
// ANCHOR: exp
#[inline(always)]
fn exp_parts(z: f32) -> (f32, f32) {
    // Next to 1.5 * 2^23 + 127 the floats are the whole numbers. So adding it rounds, and leaves
    // n + 127 in the last bits: the exponent of 2^n as a float stores it.
    const ROUNDER: f32 = 12_583_039.0;
    // ln 2 in two parts; n times the first is exact.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;

    let z = if z < -88.0 { -88.0 } else { z }; // `max` would drop what is not a number
    let rounded = z.mul_add(std::f32::consts::LOG2_E, ROUNDER);
    let scale = f32::from_bits(rounded.to_bits() << 23);
    let n = rounded - ROUNDER;
    let t = n.mul_add(-LN_2_LOW, n.mul_add(-LN_2_HIGH, z));
    // exp(t) - 1 = t + t²/2! + … + t⁷/7!. What is left out is less than 2e-8 of it.
    let mut p = 1.0 / 5040.0_f32;
    for coefficient in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 1.0 / 2.0] {
        p = p.mul_add(t, coefficient);
    }
    (scale, t.mul_add(t * p, t))
}
// ANCHOR_END: exp

#[cfg(test)]
mod tests {
    use super::*;

    /// Every 1,009th `f32`, both signs, with infinities and what is not a number among them.
    fn numbers() -> impl Iterator<Item = f32> {
        (0..=u32::MAX).step_by(1_009).map(f32::from_bits)
    }

    /// The largest error, in units of the last place of the exact value.
    fn error_in_units(function: fn(f32) -> f32, exact: fn(f64) -> f64) -> f64 {
        let error = |x: f32| {
            let exact = exact(f64::from(x));
            let nearest = exact as f32;
            let unit = f64::from(nearest.next_up()) - f64::from(nearest);
            (f64::from(function(x)) - exact).abs() / unit.max(f64::from(f32::MIN_POSITIVE))
        };
        numbers().filter(|x| x.is_finite()).map(error).fold(0.0, f64::max)
    }

    #[test]
    fn tanh_is_exact_to_three_units_of_the_last_place() {
        let units = error_in_units(tanh, f64::tanh);
        assert!(units < 3.0, "{units}");
    }

    #[test]
    fn sigmoid_is_exact_to_three_units_of_the_last_place() {
        let units = error_in_units(sigmoid, |x| 1.0 / (1.0 + (-x).exp()));
        assert!(units < 3.0, "{units}");
    }

    #[test]
    fn exp_of_what_is_not_positive_is_exact_to_two_units_of_the_last_place() {
        // Below, what is left is smaller than the smallest normal number.
        for x in numbers().filter(|x| (-87.0..=0.0).contains(x)) {
            let exact = f64::from(x).exp();
            let unit = f64::from((exact as f32).next_up()) - f64::from(exact as f32);
            let units = (f64::from(exp(x)) - exact).abs() / unit;
            assert!(units < 2.0, "{x}: {units}");
        }
        assert_eq!([-89.0, f32::MIN, f32::NEG_INFINITY].map(exp), [0.0; 3]);
        assert!(exp(f32::NAN).is_nan());
    }

    #[test]
    fn both_stay_in_their_range_and_pass_on_what_is_not_a_number() {
        for x in numbers() {
            let (t, s) = (tanh(x), sigmoid(x));
            assert_eq!((t.is_nan(), s.is_nan()), (x.is_nan(), x.is_nan()), "{x}");
            assert!(x.is_nan() || (t.abs() <= 1.0 && (0.0..=1.0).contains(&s)), "{x}: {t}, {s}");
            assert_eq!(t.is_sign_negative(), x.is_sign_negative(), "{x}");
        }
        assert_eq!([f32::INFINITY, f32::NEG_INFINITY].map(tanh), [1.0, -1.0]);
        assert_eq!([f32::INFINITY, f32::NEG_INFINITY].map(sigmoid), [1.0, 0.0]);
    }

    #[test]
    fn many_at_once_are_those_one_by_one() {
        let mut rows = ndarray::Array2::from_shape_fn((3, 37), |(i, j)| {
            (i as f32 - 1.0) * (j as f32 - 18.0) / 4.0
        });
        let expected = rows.mapv(tanh);
        tanh_in_place(&mut rows);
        approx::assert_abs_diff_eq!(rows, expected, epsilon = 1e-7);
    }
}
