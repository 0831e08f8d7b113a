//! # Fetched once, used often
//!
//! Goal: use each weight for a whole batch.
//! Section: ch07-where-does-the-time-go.md#what-the-parts-take
//! Time: 15 minutes
//!
//! A step multiplies the states of all sequences by W_hh. The arithmetic is the same in any order, but
//! the memory here counts: each weight may be fetched once, whatever the batch is.

use exercises::ch07::Weights;
use ndarray::Array2;

/// `W_hh h` of each sequence, `[N, H]`, from the states `h` `[N, H]`.
fn products(w_hh: &Weights, h: &Array2<f64>) -> Array2<f64> {
    let (n, units) = h.dim();
    let mut products = Array2::<f64>::zeros((n, units));
    // --- Your code begins here.
    // gap| // TODO: add up the products. `w_hh.fetch(i, j)` is the weight from unit j to unit i.
    // gap| todo!()
    for i in 0..units {
        for j in 0..units {
            let weight = w_hh.fetch(i, j);
            for sequence in 0..n {
                products[[sequence, i]] += weight * h[[sequence, j]];
            }
        }
    }
    products
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch07};

    #[test]
    fn ch07_uses() -> Result<(), Slip> {
        ch07::uses(super::products)
    }
}
