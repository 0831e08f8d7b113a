//! # A power of two for nothing
//!
//! Goal: build exp out of bits and a short series.
//! Section: ch07-where-does-the-time-go.md#a-tanh-for-many-numbers-at-once
//! Time: 15 minutes
//!
//! exp(z) = 2^n exp(t), where n is z / ln 2, rounded to the nearest whole number, and t is what is left of
//! z. An `f64` has 52 bits of digits, and before them the exponent: 1023 stands for 2^0, 1024 for 2^1, and so
//! on.

/// exp(z), for z between -700 and 700. `series(t)` is exp(t), but only for a small t.
fn exp(z: f64, series: fn(f64) -> f64) -> f64 {
    // --- Your code begins here.
    // gap| // TODO: find n, t and 2^n. `f64::from_bits` makes a float of a `u64`, and `std::f64::consts::LN_2`
    // gap| // is ln 2.
    // gap| todo!()
    let ln_2 = std::f64::consts::LN_2;
    let n = (z / ln_2).round();
    let power = f64::from_bits(((n + 1023.0) as u64) << 52);
    power * series(z - n * ln_2)
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch07};

    #[test]
    fn ch07_exp() -> Result<(), Slip> {
        ch07::exp(super::exp)
    }
}
