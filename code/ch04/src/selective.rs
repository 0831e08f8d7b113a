//! Mamba's recurrence: its step depends on the input, but not on the state.

use ndarray::{Array1, Array2, Array3, Axis};
use rand::Rng;
use rnn::{Error, Linear};

/// The steps `h ↦ a ⊙ h + b` of a diagonal recurrence, all of them: `a` and `b`, both `[T, C]`.
pub type Steps = (Array2<f64>, Array2<f64>);

/// Mamba's selective state space layer: for each of D inputs a state of N numbers.
///
/// ```text
/// Δ_t = softplus(W_Δ x_t + b_Δ)   B_t = W_B x_t   C_t = W_C x_t
///
/// h_t[d] = exp(Δ_t[d] A[d]) ⊙ h_(t-1)[d] + Δ_t[d] x_t[d] B_t   y_t[d] = C_t · h_t[d] + s[d] x_t[d]
/// ```
///
/// Source: Gu and Dao, *Mamba: linear-time sequence modeling with selective state spaces*
/// (arXiv:2312.00752), Algorithm 2, with `Δ x B` for what is written as in the authors' code: the
/// paper holds the input over the step. There `W_Δ` is a product of two narrow matrices.
#[derive(Clone, Debug)]
pub struct Selective {
    /// `[D, N]`, negative: the rates of decay.
    pub a: Array2<f64>,
    /// `[D, D]` and `[D]`: how long a step lasts.
    pub delta: Linear<f64>,
    /// `[N, D]`: where an input is written.
    pub w_b: Array2<f64>,
    /// `[N, D]`: where the output is read.
    pub w_c: Array2<f64>,
    /// `[D]`: the way past the state.
    pub skip: Array1<f64>,
}

impl Selective {
    /// A layer with `A[d, n] = -n`, the way past the state open, and all else as PyTorch draws a
    /// linear layer.
    ///
    /// # Errors
    /// Where a size is zero.
    pub fn new(input: usize, states: usize, rng: &mut impl Rng) -> Result<Self, Error> {
        Ok(Self {
            a: Array2::from_shape_fn((input, states), |(_, n)| -((n + 1) as f64)),
            delta: Linear::new(input, input, rng)?,
            w_b: Linear::new(input, states, rng)?.weight,
            w_c: Linear::new(input, states, rng)?.weight,
            skip: Array1::ones(input),
        })
    }

    /// The steps for the inputs `x` `[T, D]`, with `C = D N` states.
    ///
    /// # Errors
    /// Where `x` has another size.
    // ANCHOR: selective
    pub fn steps(&self, x: &Array2<f64>) -> Result<Steps, Error> {
        let delta = self.delta.forward(x)?.mapv(softplus);
        let w_b = x.dot(&self.w_b.t());
        let (inputs, states) = self.a.dim();
        let shape = (x.nrows(), inputs, states);
        let a = Array3::from_shape_fn(shape, |(t, d, n)| (delta[[t, d]] * self.a[[d, n]]).exp());
        let b = Array3::from_shape_fn(shape, |(t, d, n)| delta[[t, d]] * x[[t, d]] * w_b[[t, n]]);
        Ok((flat(a), flat(b)))
    }

    /// The outputs `[T, D]` from the states `[T, D N]` and the inputs.
    pub fn read(&self, states: &Array2<f64>, x: &Array2<f64>) -> Array2<f64> {
        let w_c = x.dot(&self.w_c.t());
        let n = self.a.ncols();
        Array2::from_shape_fn(x.dim(), |(t, d)| {
            let h = states.row(t);
            let h = h.slice_axis(Axis(0), (d * n..(d + 1) * n).into());
            w_c.row(t).dot(&h) + self.skip[d] * x[[t, d]]
        })
    }
    // ANCHOR_END: selective
}

/// `[T, D, N]` as `[T, D N]`.
fn flat(array: Array3<f64>) -> Array2<f64> {
    let (t, d, n) = array.dim();
    let mut numbers = array.into_iter();
    Array2::from_shape_simple_fn((t, d * n), || numbers.next().unwrap_or_default())
}

/// `ln(1 + exp(z))`: positive, and nearly z where z is large.
pub fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
    use rnn::scan::diagonal_scan;

    use super::*;

    fn inputs(t: usize, d: usize, rng: &mut ChaCha8Rng) -> Array2<f64> {
        Array2::from_shape_simple_fn((t, d), || rng.random_range(-2.0..=2.0))
    }

    /// The recurrence of the paper, one state after the other.
    #[test]
    fn a_selective_layer_is_the_recurrence_written_out() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mut layer = Selective::new(3, 2, &mut rng).unwrap();
        layer.skip = ndarray::array![0.5, -1.0, 2.0];
        let x = inputs(5, 3, &mut rng);
        let (a, b) = layer.steps(&x).unwrap();
        let states = diagonal_scan(&a, &b, &Array1::zeros(6)).unwrap();
        let y = layer.read(&states, &x);
        let mut h = [[0.0; 2]; 3];
        for (t, x) in x.rows().into_iter().enumerate() {
            let z = layer.delta.weight.dot(&x) + &layer.delta.bias;
            let (written, read) = (layer.w_b.dot(&x), layer.w_c.dot(&x));
            for d in 0..3 {
                let delta = z[d].exp().ln_1p();
                let mut sum = layer.skip[d] * x[d];
                for n in 0..2 {
                    h[d][n] = (delta * layer.a[[d, n]]).exp() * h[d][n] + delta * x[d] * written[n];
                    sum += read[n] * h[d][n];
                }
                assert_abs_diff_eq!(y[[t, d]], sum, epsilon = 1e-13);
            }
        }
    }

    #[test]
    fn a_new_layer_decays_at_rates_from_one_and_lets_the_input_past() {
        let layer = Selective::new(2, 3, &mut ChaCha8Rng::seed_from_u64(3)).unwrap();
        assert_eq!(layer.a, ndarray::array![[-1.0, -2.0, -3.0], [-1.0, -2.0, -3.0]]);
        assert_eq!(layer.skip, ndarray::array![1.0, 1.0]);
        assert_eq!((layer.w_b.dim(), layer.w_c.dim()), ((3, 2), (3, 2)));
    }

    #[test]
    fn softplus_of_large_numbers() {
        assert_eq!([softplus(1_000.0), softplus(-1_000.0)], [1_000.0, 0.0]);
        assert_abs_diff_eq!(softplus(0.0), 2.0_f64.ln(), epsilon = 1e-15);
    }
}
