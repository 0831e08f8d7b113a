//! Training a recurrent layer with a linear head behind it.

use ndarray::{Array, Array2, Array3, ArrayRef, Axis, Dimension, ShapeBuilder};
use rand::Rng;
use rnn::{Cell, Error, Layers, Linear, Real, Saved, clip_grad_norm};

/// A recurrent layer, and the head that makes an answer from a state.
pub type Model<F, L> = (L, Linear<F>);

/// Draws a recurrent layer and a head.
///
/// # Errors
/// Where a size is zero.
pub fn draw<F: Real, C: Cell<Real = F>>(
    [input, hidden, output]: [usize; 3],
    rng: &mut impl Rng,
) -> Result<Model<F, Layers<C>>, Error> {
    Ok((Layers::new(input, hidden, rng)?, Linear::new(hidden, output, rng)?))
}

/// Which states the head reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// The state after the last step: `[N, H]`.
    AtTheEnd,
    /// The states after every step: `[N T, H]`, sequence by sequence.
    AtEveryStep,
}

/// The loss of a model's answers, and its gradient by all of the model's weights, clipped to a norm
/// of one.
///
/// # Errors
/// Where a shape does not fit, or something is not finite.
pub fn gradient<F: Real, C: Cell<Real = F>>(
    (layer, head): &Model<F, Layers<C>>,
    x: &Array3<F>,
    answers: Answers,
    loss: impl Fn(&Array2<F>) -> Result<(F, Array2<F>), Error>,
) -> Result<(F, Model<F, Layers<C>>), Error> {
    gradient_of_run(head, &layer.forward_saving(x, None, None)?, answers, loss)
}

/// The same for a run of the layer.
///
/// # Errors
/// As [`gradient`].
// ANCHOR: gradient
pub fn gradient_of_run<F: Real, C: Cell<Real = F>>(
    head: &Linear<F>,
    run: &Saved<C>,
    answers: Answers,
    loss: impl Fn(&Array2<F>) -> Result<(F, Array2<F>), Error>,
) -> Result<(F, Model<F, Layers<C>>), Error> {
    let states = answers.rows(&run.output);
    let (loss, d_answers) = loss(&head.forward(&states)?)?;

    let d_head = head.backward(&states, &d_answers)?;
    let d_output = answers.back(&d_head.x, run.output.dim());
    let d_layer = run.backward(Some(&d_output), None)?;
    let mut gradient = (d_layer.layers, d_head.linear);
    clip_grad_norm(&mut gradient, F::one())?;
    Ok((loss, gradient))
}
// ANCHOR_END: gradient

impl Answers {
    /// The states that the head reads, one row each, of `output` `[N, T, H]`.
    fn rows<F: Real>(self, output: &Array3<F>) -> Array2<F> {
        let (n, t, hidden) = output.dim();
        match self {
            Self::AtTheEnd => output.index_axis(Axis(1), t - 1).to_owned(),
            Self::AtEveryStep => copied(output, (n * t, hidden)),
        }
    }

    /// The gradient by `output` `[N, T, H]` from that by the rows: zero where the head does not read.
    fn back<F: Real>(self, d_rows: &Array2<F>, (n, t, h): (usize, usize, usize)) -> Array3<F> {
        match self {
            Self::AtTheEnd => {
                let mut d_output = Array3::zeros((n, t, h));
                d_output.index_axis_mut(Axis(1), t - 1).assign(d_rows);
                d_output
            }
            Self::AtEveryStep => copied(d_rows, (n, t, h)),
        }
    }
}

/// When a training ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Until {
    /// After so many updates.
    pub most_updates: usize,
    /// Before that where the running mean of the loss is below this.
    pub learned: f64,
    /// Where the running mean begins.
    pub first_mean: f64,
    /// What share of the running mean each loss replaces.
    pub share: f64,
}

impl Until {
    /// After so many updates, whatever the loss.
    pub fn after(updates: usize) -> Self {
        Self { most_updates: updates, learned: 0.0, first_mean: 0.0, share: 0.0 }
    }
}

/// What a training gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// The loss before each update.
    pub losses: Vec<f64>,
    /// The running mean of the loss at the end.
    pub running_mean: f64,
    /// Whether it was below the limit.
    pub learned: bool,
}

/// Makes one update after the other. `update` is given the number of updates before it, and says
/// what the loss was.
///
/// # Errors
/// Those of `update`.
// ANCHOR: train
pub fn train(
    until: &Until,
    mut update: impl FnMut(usize) -> Result<f64, Error>,
) -> Result<Course, Error> {
    let (mut losses, mut running_mean) = (vec![], until.first_mean);
    while losses.len() < until.most_updates && running_mean >= until.learned {
        let loss = update(losses.len())?;
        running_mean += until.share * (loss - running_mean);
        losses.push(loss);
    }
    Ok(Course { losses, running_mean, learned: running_mean < until.learned })
}
// ANCHOR_END: train

/// The same numbers in the same order, in another shape.
pub fn copied<F: Real, D: Dimension, S: ShapeBuilder>(
    from: &ArrayRef<F, D>,
    shape: S,
) -> Array<F, S::Dim> {
    let mut numbers = from.iter().copied();
    Array::from_shape_simple_fn(shape, || numbers.next().unwrap_or_else(F::zero))
}

#[cfg(test)]
mod tests {
    use approx::{assert_abs_diff_eq, assert_relative_eq};
    use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
    use rnn::{Parameters as _, Rnn};

    use super::*;

    /// Row r of the answers weighs `scale (r + 1)`: a row in the wrong place shows.
    fn weighted(y: &Array2<f64>, scale: f64) -> (f64, Array2<f64>) {
        let weights = Array2::from_shape_fn(y.dim(), |(row, _)| scale * (row + 1) as f64);
        ((y * &weights).sum(), weights)
    }

    #[test]
    fn the_gradient_is_that_of_finite_differences_and_is_clipped() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut model: Model<f64, Rnn<f64>> = draw([2, 3, 2], &mut rng).unwrap();
        let x = Array3::from_shape_simple_fn((3, 4, 2), || rng.random_range(-1.0..=1.0));
        for answers in [Answers::AtTheEnd, Answers::AtEveryStep] {
            let at = |model: &_, scale: f64| {
                gradient(model, &x, answers, |y| Ok(weighted(y, scale))).unwrap()
            };
            let (_, found) = at(&model, 1e-3);
            let mut squares = 0.0;
            for (array, found) in found.parameters().iter().enumerate() {
                for (entry, &found) in found.iter().enumerate() {
                    let mut loss = |nudge: f64| {
                        let mut arrays = model.parameters_mut();
                        *arrays[array].iter_mut().nth(entry).unwrap() += nudge;
                        at(&model, 1e-3).0
                    };
                    let (above, below) = (loss(1e-4), loss(-2e-4));
                    loss(1e-4);
                    let nudged = (above - below) / 2e-4;
                    assert_relative_eq!(nudged, found, epsilon = 1e-9, max_relative = 1e-5);
                    squares += found * found;
                }
            }
            assert!(squares < 1.0, "so small that it is not clipped");
            let (_, large) = at(&model, 1e3);
            for (large, small) in large.parameters().iter().zip(found.parameters()) {
                let clipped = small.map(|small| small / squares.sqrt());
                assert_abs_diff_eq!(*large, clipped, epsilon = 1e-6);
            }
        }
    }
}
