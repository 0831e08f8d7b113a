//! A unit that is to add up ten numbers, and the surface of its loss above its two weights.

/// Numbers to be added, T.
pub const STEPS: i32 = 10;

/// The two weights: of the state, w, and of the input, u.
pub type Weights = [f64; 2];

/// The weights of the unit that adds: it keeps all of its state, and takes each number as it is.
pub const LOWEST: Weights = [1.0, 1.0];

/// The mean squared error of `h = w h + u x` after T steps from zero, where the answer should be the
/// sum of the numbers x, which are standard normal and independent.
///
/// ```text
/// L = Σ (u wᵏ - 1)²,  k = 0 … T - 1
/// ```
///
/// The number that came k steps before the last is in the state u wᵏ times, and should be there once.
// ANCHOR: loss
pub fn loss([w, u]: Weights) -> f64 {
    (0..STEPS).map(|k| (u * w.powi(k) - 1.0).powi(2)).sum()
}
// ANCHOR_END: loss

/// The derivatives of the [`loss`] by w and by u.
///
/// ```text
/// ∂L/∂w = Σ 2 (u wᵏ - 1) u k wᵏ⁻¹      ∂L/∂u = Σ 2 (u wᵏ - 1) wᵏ
/// ```
// ANCHOR: gradient
pub fn gradient([w, u]: Weights) -> Weights {
    let mut gradient = [0.0, 0.0];
    for k in 0..STEPS {
        let error = 2.0 * (u * w.powi(k) - 1.0);
        gradient[0] += error * u * f64::from(k) * w.powi((k - 1).max(0));
        gradient[1] += error * w.powi(k);
    }
    gradient
}
// ANCHOR_END: gradient

/// The weights before and after each of so many updates of plain gradient descent.
// ANCHOR: descend
pub fn descend(mut weights: Weights, rate: f64, updates: usize) -> Vec<Weights> {
    let mut path = vec![weights];
    for _ in 0..updates {
        let [by_w, by_u] = gradient(weights);
        weights[0] -= rate * by_w;
        weights[1] -= rate * by_u;
        path.push(weights);
    }
    path
}
// ANCHOR_END: descend

/// How much the surface curves at the lowest point, along the valley and across it: the eigenvalues of
/// the matrix of second derivatives.
///
/// ```text
/// 2 [Σ k², Σ k; Σ k, T]
/// ```
pub fn curvatures() -> [f64; 2] {
    let sum = |power| (0..STEPS).map(|k| f64::from(k.pow(power))).sum::<f64>();
    let [ww, wu, uu] = [sum(2), sum(1), f64::from(STEPS)].map(|half| 2.0 * half);
    let (middle, to_the_side) = (f64::midpoint(ww, uu), ((ww - uu) / 2.0).hypot(wu));
    [middle - to_the_side, middle + to_the_side]
}

/// Above which learning rate gradient descent cannot come to rest at the lowest point: two divided by
/// the largest curvature there.
pub fn largest_rate() -> f64 {
    let [_, largest] = curvatures();
    2.0 / largest
}

/// The line on which the loss is `level`, below that of u = 0: its upper half from small w to large,
/// then its lower half back. At each w the loss is a parabola in u,
///
/// ```text
/// L = A u² - 2 B u + T,  A = Σ w²ᵏ,  B = Σ wᵏ
/// ```
pub fn level_line(level: f64, ws: impl Iterator<Item = f64>) -> Vec<Weights> {
    let (mut upper, mut lower) = (Vec::new(), Vec::new());
    for w in ws {
        let sum = |power| (0..STEPS).map(|k| w.powi(power * k)).sum::<f64>();
        let (a, b) = (sum(2), sum(1));
        let root = b * b - a * (f64::from(STEPS) - level);
        if root >= 0.0 {
            upper.push([w, (b + root.sqrt()) / a]);
            lower.push([w, (b - root.sqrt()) / a]);
        }
    }
    lower.reverse();
    upper.extend(lower);
    upper.extend_from_within(..1.min(upper.len()));
    upper
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        for [w, u] in [[0.5, 1.5], [0.0, 0.7], [-0.9, 0.2], [1.2, -0.3]] {
            let nudged = [
                loss([w + 1e-6, u]) - loss([w - 1e-6, u]),
                loss([w, u + 1e-6]) - loss([w, u - 1e-6]),
            ];
            for (nudged, exact) in nudged.into_iter().zip(gradient([w, u])) {
                assert_abs_diff_eq!(nudged / 2e-6, exact, epsilon = 1e-6);
            }
        }
    }

    #[test]
    fn the_unit_that_adds_has_no_loss_and_no_gradient() {
        assert_abs_diff_eq!(loss(LOWEST), 0.0);
        assert_abs_diff_eq!(gradient(LOWEST)[..], [0.0, 0.0][..]);
    }

    #[test]
    fn above_the_largest_rate_it_leaves_the_lowest_point_and_below_it_it_stays() {
        let near = [LOWEST[0] + 1e-6, LOWEST[1]];
        let end = |rate| descend(near, rate, 500)[500];
        assert!(loss(end(0.98 * largest_rate())) < loss(near) / 1e3);
        assert!(loss(end(1.02 * largest_rate())) > loss(near) * 1e3);
    }

    #[test]
    fn all_of_a_level_line_has_its_level_and_it_is_closed() {
        let line = level_line(3.0, (0..200).map(|i| f64::from(i) / 100.0));
        assert!(line.len() > 20 && line.first() == line.last());
        for point in &line {
            assert_abs_diff_eq!(loss(*point), 3.0, epsilon = 1e-9);
        }
        assert_eq!(level_line(3.0, [0.0].into_iter()), Vec::<Weights>::new());
    }
}
