//! # Counting is not timing
//!
//! Goal: predict the share of tanh from two rates.
//! Section: ch07-where-does-the-time-go.md#what-the-parts-take
//! Time: 10 minutes
//!
//! A pass of a tanh layer over N sequences of T steps has N T H (D + H) multiply-adds and N T H tanhs. The
//! machine does `rate` multiply-adds in a nanosecond, and takes `tanh` nanoseconds for one tanh. Nothing
//! else takes time here.

use exercises::ch07::{Machine, Sizes};

/// The share of the tanhs in the time of a pass, between 0 and 1.
fn tanh_share(sizes: &Sizes, machine: &Machine) -> f64 {
    let &Sizes { n, t, d, h } = sizes;
    let &Machine { rate, tanh } = machine;
    // --- Your code begins here.
    // gap| // TODO: from the counts to times, and from the times to a share. `n as f64` makes a float of n.
    // gap| todo!()
    let tanhs = (n * t * h) as f64;
    let multiply_adds = (n * t * h * (d + h)) as f64;
    let (of_tanhs, of_products) = (tanhs * tanh, multiply_adds / rate);
    of_tanhs / (of_tanhs + of_products)
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch07};

    #[test]
    fn ch07_share() -> Result<(), Slip> {
        ch07::share(super::tanh_share)
    }
}
