//! The recurrence without its tanh.

use ndarray::{Array1, Array2, Axis};

/// A step `h ↦ A h + b`, or several of them joined to one.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    /// `[H, H]`.
    pub a: Array2<f64>,
    /// `[H]`.
    pub b: Array1<f64>,
}

/// The same for a matrix with nothing beside its diagonal: `h ↦ a ⊙ h + b`.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagonal {
    /// `[H]`.
    pub a: Array1<f64>,
    /// `[H]`.
    pub b: Array1<f64>,
}

/// What joins to one of its own kind.
pub trait LinearStep: Clone {
    /// The state after the step.
    fn apply(&self, h: &Array1<f64>) -> Array1<f64>;

    /// This step and then the next, as one.
    #[must_use]
    fn then(&self, next: &Self) -> Self;
}

// ANCHOR: join
impl LinearStep for Dense {
    fn apply(&self, h: &Array1<f64>) -> Array1<f64> {
        self.a.dot(h) + &self.b
    }

    fn then(&self, next: &Self) -> Self {
        Self { a: next.a.dot(&self.a), b: next.apply(&self.b) }
    }
}

impl LinearStep for Diagonal {
    fn apply(&self, h: &Array1<f64>) -> Array1<f64> {
        &self.a * h + &self.b
    }

    fn then(&self, next: &Self) -> Self {
        Self { a: &next.a * &self.a, b: next.apply(&self.b) }
    }
}
// ANCHOR_END: join

/// The states after each of the steps, one after the other.
pub fn in_a_loop<S: LinearStep>(steps: &[S], h_0: &Array1<f64>) -> Vec<Array1<f64>> {
    let mut h = h_0.to_owned();
    let mut states = Vec::new();
    for step in steps {
        h = step.apply(&h);
        states.push(h.clone());
    }
    states
}

/// The same from a scan's results: each is all the steps up to its own, as one.
pub fn from_joined<S: LinearStep>(joined: &[S], h_0: &Array1<f64>) -> Vec<Array1<f64>> {
    joined.iter().map(|step| step.apply(h_0)).collect()
}

/// The states `[T, H]` of `h_t = W h_(t-1) + b_t` from `h_0 = 0`, expanded: no state is made from
/// another one. `w` is `[H, H]`, `b` `[T, H]`.
///
/// ```text
/// h_t = b_t + W b_(t-1) + W² b_(t-2) + … + W^(t-1) b_1
/// ```
// ANCHOR: expanded
pub fn expanded(w: &Array2<f64>, b: &Array2<f64>) -> Array2<f64> {
    let steps = b.nrows();
    let mut power = Array2::eye(w.nrows());
    let mut states = Array2::zeros(b.dim());
    for lag in 0..steps {
        let earlier = b.slice_axis(Axis(0), (..steps - lag).into());
        let mut later = states.slice_axis_mut(Axis(0), (lag..).into());
        later += &earlier.dot(&power.t());
        power = w.dot(&power);
    }
    states
}
// ANCHOR_END: expanded

/// The steps of `h_t = W h_(t-1) + b_t`.
pub fn dense(w: &Array2<f64>, b: &Array2<f64>) -> Vec<Dense> {
    b.rows().into_iter().map(|b| Dense { a: w.clone(), b: b.to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::array;
    use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
    use rnn::scan::{blelloch, hillis_steele};

    use super::*;

    fn random(rows: usize, columns: usize, rng: &mut ChaCha8Rng) -> Array2<f64> {
        Array2::from_shape_simple_fn((rows, columns), || rng.random_range(-0.7..=0.7))
    }

    #[test]
    fn the_powers_are_the_loop() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let (w, b) = (random(4, 4, &mut rng), random(20, 4, &mut rng));
        let states = in_a_loop(&dense(&w, &b), &Array1::zeros(4));
        for (state, expanded) in states.iter().zip(expanded(&w, &b).rows()) {
            assert_abs_diff_eq!(state.view(), expanded, epsilon = 1e-12);
        }
    }

    #[test]
    fn the_earlier_step_acts_first() {
        let twice = Diagonal { a: array![2.0], b: array![0.0] };
        let one_more = Diagonal { a: array![1.0], b: array![1.0] };
        assert_eq!(twice.then(&one_more).apply(&array![3.0]), array![7.0]);
        assert_eq!(one_more.then(&twice).apply(&array![3.0]), array![8.0]);
        let turn = Dense { a: array![[0.0, 1.0], [1.0, 0.0]], b: array![0.0, 0.0] };
        let shift = Dense { a: Array2::eye(2), b: array![1.0, 0.0] };
        assert_eq!(shift.then(&turn).apply(&array![5.0, 7.0]), array![7.0, 6.0]);
    }

    #[test]
    fn scans_are_the_loop_for_every_length() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        for n in 1..40 {
            let (w, b, a) =
                (random(3, 3, &mut rng), random(n, 3, &mut rng), random(n, 3, &mut rng));
            let h_0 = array![0.3, -0.2, 0.5];
            let dense = dense(&w, &b);
            let diagonal: Vec<_> = a
                .rows()
                .into_iter()
                .zip(b.rows())
                // Near one: factors that all vanish would hide a wrong order.
                .map(|(a, b)| Diagonal { a: 1.0 + 0.1 * &a, b: b.to_owned() })
                .collect();
            for scan in [hillis_steele, blelloch] {
                let joined = scan(&dense, Dense::then);
                assert_close(&from_joined(&joined, &h_0), &in_a_loop(&dense, &h_0));
            }
            for scan in [hillis_steele, blelloch] {
                let joined = scan(&diagonal, Diagonal::then);
                assert_close(&from_joined(&joined, &h_0), &in_a_loop(&diagonal, &h_0));
            }
        }
    }

    fn assert_close(found: &[Array1<f64>], right: &[Array1<f64>]) {
        for (found, right) in found.iter().zip(right) {
            assert_abs_diff_eq!(found, right, epsilon = 1e-12);
        }
        assert_eq!(found.len(), right.len());
    }
}
