//! Training a recurrent layer with a linear head behind it.

use ndarray::{Array, Array2, Array3, ArrayRef, Axis, Dimension, ShapeBuilder};
use rand::Rng;
use rnn::{
    Error, Gru, GruSaved, Linear, Lstm, LstmSaved, Parameters, Real, Rnn, RnnSaved, clip_grad_norm,
};

/// What training asks of a recurrent layer, whichever cell it has.
pub trait Layer<F>: Parameters<F> + Sized {
    /// What the way back needs of the way forward.
    type Saved;

    /// Draws an untrained layer.
    ///
    /// # Errors
    /// Where a size is zero.
    fn draw(input_size: usize, hidden_size: usize, rng: &mut impl Rng) -> Result<Self, Error>;

    /// Runs over a batch `[N, T, D]`.
    ///
    /// # Errors
    /// Where `x` has another shape.
    fn run(&self, x: &Array3<F>) -> Result<Self::Saved, Error>;

    /// The output `[N, T, H]` and the last states `[1, N, H]` of a run.
    fn states(saved: &Self::Saved) -> (&Array3<F>, &Array3<F>);

    /// The gradient of a loss by the weights, from that by the output and by the last states.
    ///
    /// # Errors
    /// Where a gradient is not finite.
    fn gradient(
        &self,
        saved: &Self::Saved,
        d_output: Option<&Array3<F>>,
        d_h_n: Option<&Array3<F>>,
    ) -> Result<Self, Error>;
}

impl<F: Real> Layer<F> for Rnn<F> {
    type Saved = RnnSaved<F>;

    fn draw(input_size: usize, hidden_size: usize, rng: &mut impl Rng) -> Result<Self, Error> {
        Self::new(input_size, hidden_size, rng)
    }

    fn run(&self, x: &Array3<F>) -> Result<Self::Saved, Error> {
        self.forward_saving(x, None, None)
    }

    fn states(saved: &Self::Saved) -> (&Array3<F>, &Array3<F>) {
        (&saved.output, &saved.h_n)
    }

    fn gradient(
        &self,
        saved: &Self::Saved,
        d_output: Option<&Array3<F>>,
        d_h_n: Option<&Array3<F>>,
    ) -> Result<Self, Error> {
        Ok(self.backward(saved, d_output.map(|d| &**d), d_h_n.map(|d| &**d))?.rnn)
    }
}

impl<F: Real> Layer<F> for Lstm<F> {
    type Saved = LstmSaved<F>;

    fn draw(input_size: usize, hidden_size: usize, rng: &mut impl Rng) -> Result<Self, Error> {
        Self::new(input_size, hidden_size, rng)
    }

    fn run(&self, x: &Array3<F>) -> Result<Self::Saved, Error> {
        self.forward_saving(x, None, None)
    }

    fn states(saved: &Self::Saved) -> (&Array3<F>, &Array3<F>) {
        (&saved.output, &saved.h_n)
    }

    fn gradient(
        &self,
        saved: &Self::Saved,
        d_output: Option<&Array3<F>>,
        d_h_n: Option<&Array3<F>>,
    ) -> Result<Self, Error> {
        Ok(self.backward(saved, d_output.map(|d| &**d), d_h_n.map(|d| &**d), None)?.lstm)
    }
}

impl<F: Real> Layer<F> for Gru<F> {
    type Saved = GruSaved<F>;

    fn draw(input_size: usize, hidden_size: usize, rng: &mut impl Rng) -> Result<Self, Error> {
        Self::new(input_size, hidden_size, rng)
    }

    fn run(&self, x: &Array3<F>) -> Result<Self::Saved, Error> {
        self.forward_saving(x, None, None)
    }

    fn states(saved: &Self::Saved) -> (&Array3<F>, &Array3<F>) {
        (&saved.output, &saved.h_n)
    }

    fn gradient(
        &self,
        saved: &Self::Saved,
        d_output: Option<&Array3<F>>,
        d_h_n: Option<&Array3<F>>,
    ) -> Result<Self, Error> {
        Ok(self.backward(saved, d_output.map(|d| &**d), d_h_n.map(|d| &**d))?.gru)
    }
}

/// A recurrent layer, and the head that makes an answer from a state.
pub type Model<F, L> = (L, Linear<F>);

/// Draws a recurrent layer and a head.
///
/// # Errors
/// Where a size is zero.
pub fn draw<F: Real, L: Layer<F>>(
    [input, hidden, output]: [usize; 3],
    rng: &mut impl Rng,
) -> Result<Model<F, L>, Error> {
    Ok((L::draw(input, hidden, rng)?, Linear::new(hidden, output, rng)?))
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
pub fn gradient<F: Real, L: Layer<F>>(
    model: &Model<F, L>,
    x: &Array3<F>,
    answers: Answers,
    loss: impl Fn(&Array2<F>) -> Result<(F, Array2<F>), Error>,
) -> Result<(F, Model<F, L>), Error> {
    gradient_of_run(model, &model.0.run(x)?, answers, loss)
}

/// The same for a run of the layer.
///
/// # Errors
/// As [`gradient`].
// ANCHOR: gradient
pub fn gradient_of_run<F: Real, L: Layer<F>>(
    (layer, head): &Model<F, L>,
    saved: &L::Saved,
    answers: Answers,
    loss: impl Fn(&Array2<F>) -> Result<(F, Array2<F>), Error>,
) -> Result<(F, Model<F, L>), Error> {
    let states = rows(L::states(saved), answers);
    let (loss, d_answers) = loss(&head.forward(&states)?)?;

    let back = head.backward(&states, &d_answers)?;
    let d_layer = match answers {
        Answers::AtTheEnd => {
            let d_h_n = back.x.insert_axis(Axis(0));
            layer.gradient(saved, None, Some(&d_h_n))?
        }
        Answers::AtEveryStep => {
            let d_output = copied(&back.x, L::states(saved).0.dim());
            layer.gradient(saved, Some(&d_output), None)?
        }
    };
    let mut gradient = (d_layer, back.linear);
    clip_grad_norm(&mut gradient, F::one())?;
    Ok((loss, gradient))
}
// ANCHOR_END: gradient

/// The states that the head reads, one row each.
fn rows<F: Real>((output, h_n): (&Array3<F>, &Array3<F>), answers: Answers) -> Array2<F> {
    match answers {
        Answers::AtTheEnd => h_n.index_axis(Axis(0), 0).to_owned(),
        Answers::AtEveryStep => {
            let (n, t, hidden) = output.dim();
            copied(output, (n * t, hidden))
        }
    }
}

/// The same numbers in the same order, in another shape.
pub(crate) fn copied<F: Real, D: Dimension, S: ShapeBuilder>(
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
