//! Truncated back-propagation through time.

use ndarray::{Array2, Array3, Axis};
use rnn::{Cell, Error, Layers, Real};

use crate::training::{Answers, Model, gradient_of_run};

/// The gradient of an answer after the last step that goes back through the last `steps` only: what
/// came before reaches them as mere numbers. This is truncated back-propagation through time; with
/// all the steps of `x` it is [`gradient`](crate::training::gradient).
///
/// # Errors
/// As [`gradient_of_run`], and where `steps` is zero.
// ANCHOR: truncated
pub fn truncated_gradient<F: Real, C: Cell<Real = F>>(
    (layer, head): &Model<F, Layers<C>>,
    x: &Array3<F>,
    steps: usize,
    loss: impl Fn(&Array2<F>) -> Result<(F, Array2<F>), Error>,
) -> Result<(F, Model<F, Layers<C>>), Error> {
    let cut = x.dim().1.saturating_sub(steps);
    let (past, rest) = x.view().split_at(Axis(1), cut);
    // Read without keeping anything for the way back.
    let before = (cut > 0).then(|| layer.forward(&past, None)).transpose()?;
    let state = before.as_ref().map(|(_, state)| C::state(|array| &*state.as_ref()[array]));
    let run = layer.forward_saving(&rest, None, state)?;
    gradient_of_run(head, &run, Answers::AtTheEnd, loss)
}
// ANCHOR_END: truncated

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
    use rnn::Lstm;

    use super::*;
    use crate::training::{draw, gradient};

    /// Row r of the answers weighs r + 1, so little that nothing is clipped.
    fn weighted(y: &Array2<f64>) -> (f64, Array2<f64>) {
        let weights = Array2::from_shape_fn(y.dim(), |(row, _)| 1e-3 * (row + 1) as f64);
        ((y * &weights).sum(), weights)
    }

    #[test]
    fn a_truncated_gradient_is_that_of_the_last_steps_from_the_state_before() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let model: Model<f64, Lstm<f64>> = draw([2, 3, 2], &mut rng).unwrap();
        let x = Array3::from_shape_simple_fn((3, 6, 2), || rng.random_range(-1.0..=1.0));
        let loss = |y: &Array2<f64>| Ok(weighted(y));
        let truncated = |steps| truncated_gradient(&model, &x, steps, loss).unwrap();
        let full = gradient(&model, &x, Answers::AtTheEnd, loss).unwrap();
        assert_eq!(truncated(6), full);
        assert_eq!(truncated(7), full);
        for steps in 1..6 {
            let (past, rest) = x.view().split_at(Axis(1), 6 - steps);
            let (_, [h, c]) = model.0.forward(&past, None).unwrap();
            let run = model.0.forward_saving(&rest, None, Some([&h, &c])).unwrap();
            let expected = gradient_of_run(&model.1, &run, Answers::AtTheEnd, loss).unwrap();
            assert_eq!(truncated(steps), expected);
            assert_abs_diff_eq!(expected.0, full.0, epsilon = 1e-15);
            assert_ne!(expected.1.0, full.1.0);
        }
        assert!(truncated_gradient(&model, &x, 0, loss).is_err());
    }
}
