//! How many past inputs a state still holds: memory capacity (Jaeger 2002).

use nalgebra::{DMatrix, DVector};
use rand::{Rng, RngExt};

use rnn::{Error, init::orthogonal};

use crate::matrices::to_nalgebra;

/// A linear or tanh network with one input: h ← f(W h + v u), the input u uniform in ±1.
#[derive(Clone, Debug, PartialEq)]
pub struct Reservoir {
    /// State to state: `[H, H]`.
    pub w: DMatrix<f64>,
    /// Input to state: `[H]`.
    pub v: DVector<f64>,
}

impl Reservoir {
    /// A ring: unit 0 hears the input, every unit hands `decay` times its state to the next, the
    /// last one to the first (Rodan and Tiňo 2011).
    pub fn ring(units: usize, decay: f64) -> Self {
        let mut w = DMatrix::zeros(units, units);
        for i in 0..units {
            w[((i + 1) % units, i)] = decay;
        }
        let mut v = DVector::zeros(units);
        v[0] = 1.0;
        Self { w, v }
    }

    /// A random network: an orthogonal matrix times `decay`, and every unit hears the input.
    ///
    /// # Errors
    /// Where there are no units.
    pub fn orthogonal(units: usize, decay: f64, rng: &mut impl Rng) -> Result<Self, Error> {
        let w = to_nalgebra(&orthogonal(units, rng)?) * decay;
        Ok(Self { w, v: DVector::from_fn(units, |_, _| rng.random_range(-1.0..=1.0)) })
    }

    /// The same network with a louder or softer input.
    #[must_use]
    pub fn with_input_scale(&self, scale: f64) -> Self {
        Self { w: self.w.clone(), v: &self.v * scale }
    }

    /// A chain: a ring that is cut before its first unit, without decay. It is a shift register.
    pub fn chain(units: usize) -> Self {
        let mut chain = Self::ring(units, 1.0);
        chain.w[(0, units - 1)] = 0.0;
        chain
    }

    /// The capacity of each lag k = 0 … of the linear network: the share of the variance of the
    /// input k steps back that the best linear read-out of the state recovers, from 0 to 1.
    ///
    /// The state is the sum of `W^k v u_(t-k)`. For independent inputs of variance 1 it has the
    /// covariance C = Σ `W^k v (W^k v)ᵀ`, and lag k the capacity `(W^k v)ᵀ C⁻¹ W^k v`. `None`
    /// where C cannot be inverted: two units hold the same.
    // ANCHOR: linear_capacity
    pub fn linear_capacity(&self, lags: usize) -> Option<Vec<f64>> {
        let echoes = self.echoes();
        let mut covariance = DMatrix::zeros(self.v.len(), self.v.len());
        for echo in &echoes {
            covariance += echo * echo.transpose();
        }
        let inverse = covariance.cholesky()?;
        let capacity = |echo: &DVector<f64>| echo.dot(&inverse.solve(echo));
        Some(echoes.iter().take(lags).map(capacity).collect())
    }
    // ANCHOR_END: linear_capacity

    /// The capacity of all lags together where each unit is read with independent noise of standard
    /// deviation `noise`: C + noise² I takes the place of C, and without noise the sum is H.
    pub fn capacity_with_noise(&self, noise: f64) -> Option<f64> {
        let units = self.v.len();
        let echoes = self.echoes();
        let mut covariance = DMatrix::identity(units, units) * noise.powi(2);
        for echo in &echoes {
            covariance += echo * echo.transpose();
        }
        let inverse = covariance.cholesky()?;
        Some(echoes.iter().map(|echo| echo.dot(&inverse.solve(echo))).sum())
    }

    /// What an input leaves in the state k steps later, `W^k v`, until next to nothing is left, and
    /// then once more for each unit: in a ring, every unit must have heard.
    fn echoes(&self) -> Vec<DVector<f64>> {
        let mut echoes = vec![self.v.clone()];
        let mut fainter = 0;
        while fainter < self.v.len() && echoes.len() < 100_000 {
            let next = &self.w * &echoes[echoes.len() - 1];
            fainter += usize::from(next.norm() < 1e-8 * self.v.norm());
            echoes.push(next);
        }
        echoes
    }

    /// The capacity of each lag k = 0 … of the network h ← f(W h + v u), measured: the read-out is
    /// fitted by least squares on one half of a random sequence and judged on the other.
    ///
    /// # Errors
    /// Where the units' states depend on each other, so that there is no best read-out.
    pub fn measured_capacity(
        &self,
        f: fn(f64) -> f64,
        (lags, steps): (usize, usize),
        rng: &mut impl Rng,
    ) -> Result<Vec<f64>, &'static str> {
        let u: Vec<f64> = (0..lags + 2 * steps).map(|_| rng.random_range(-1.0..=1.0)).collect();
        let states = self.states(f, &u).remove_rows(0, lags);
        let targets = DMatrix::from_fn(2 * steps, lags, |t, lag| u[lags + t - lag]);
        let readout = least_squares(&states.rows(0, steps).into(), &targets.rows(0, steps).into())?;
        let judged = targets.rows(steps, steps);
        let missed = judged - states.rows(steps, steps) * readout;
        // A read-out that is worse than saying zero remembers nothing.
        let share =
            |lag| 1.0 - missed.column(lag).norm_squared() / judged.column(lag).norm_squared();
        Ok((0..lags).map(|lag| share(lag).max(0.0)).collect())
    }

    /// The states [T, H] over an input.
    fn states(&self, f: fn(f64) -> f64, u: &[f64]) -> DMatrix<f64> {
        let mut states = DMatrix::zeros(u.len(), self.v.len());
        let mut h = DVector::zeros(self.v.len());
        for (t, u_t) in u.iter().enumerate() {
            h = (&self.w * &h + &self.v * *u_t).map(f);
            states.set_row(t, &h.transpose());
        }
        states
    }
}

/// The solution of min |A X - B|² by a QR decomposition.
fn least_squares(a: &DMatrix<f64>, b: &DMatrix<f64>) -> Result<DMatrix<f64>, &'static str> {
    let qr = a.clone().qr();
    let right = qr.q().transpose() * b;
    qr.r().solve_upper_triangular(&right).ok_or("the states of the network depend on each other")
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;

    #[test]
    fn all_lags_together_are_as_many_as_units() {
        let capacity = Reservoir::ring(20, 0.9).linear_capacity(usize::MAX).unwrap();
        assert_abs_diff_eq!(capacity.iter().sum::<f64>(), 20.0, epsilon = 1e-9);
    }

    /// H - 1 + det(W)², which is H - 1 + r^(2H) for r times an orthogonal matrix.
    #[test]
    fn without_the_current_input_the_determinant_decides() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let rings = [(20, 0.9), (50, 0.99), (200, 0.5)].map(|(n, r)| Reservoir::ring(n, r));
        let others = [Reservoir::orthogonal(30, 0.98, &mut rng).unwrap(), Reservoir::chain(5)];
        for network in rings.into_iter().chain(others) {
            let capacity = network.linear_capacity(usize::MAX).unwrap();
            let expected = network.v.len() as f64 - 1.0 + network.w.determinant().powi(2);
            assert_abs_diff_eq!(capacity[1..].iter().sum::<f64>(), expected, epsilon = 1e-8);
        }
    }

    #[test]
    fn noise_takes_what_is_faint_and_nothing_else() {
        let ring = Reservoir::ring(20, 0.5);
        let with = |noise| ring.capacity_with_noise(noise).unwrap();
        assert_abs_diff_eq!(with(0.0), 20.0, epsilon = 1e-6);
        // After k steps 0.5^k is left: 13 inputs are above a ten-thousandth, and the next ones partly.
        assert!((13.0..14.5).contains(&with(1e-4)), "{}", with(1e-4));
        // One unit with variance 1: as much as is left of it beside the noise.
        assert_abs_diff_eq!(Reservoir::chain(1).capacity_with_noise(0.5).unwrap(), 0.8);
    }

    #[test]
    fn a_chain_holds_the_last_inputs_exactly() {
        let capacity = Reservoir::chain(5).linear_capacity(10).unwrap();
        let expected = [1., 1., 1., 1., 1., 0., 0., 0., 0., 0.];
        assert_abs_diff_eq!(*capacity, expected, epsilon = 1e-12);
    }

    #[test]
    fn the_measured_capacity_of_small_inputs_is_near_the_linear_one() {
        let mut ring = Reservoir::ring(10, 0.9);
        ring.v *= 0.01;
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let measured = ring.measured_capacity(f64::tanh, (30, 3_000), &mut rng).unwrap();
        let exact = ring.linear_capacity(30).unwrap();
        assert_abs_diff_eq!(measured[..10], exact[..10], epsilon = 0.03);
    }
}
