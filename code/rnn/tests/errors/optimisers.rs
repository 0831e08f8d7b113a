//! `Sgd`, `Adam` and `clip_grad_norm`: what they cannot do, they do not begin.

use std::fmt::Debug;

use ndarray::{Array1, Array2};
use rnn::{Adam, Error, Linear, Parameters, Sgd, clip_grad_norm};

use super::text;

fn linear(out: usize, inputs: usize, value: f64) -> Linear<f64> {
    Linear { weight: Array2::from_elem((out, inputs), value), bias: Array1::from_elem(out, value) }
}

/// A gradient whose last number is not one.
fn not_finite() -> Linear<f64> {
    let mut gradients = linear(3, 2, 1.0);
    gradients.bias[2] = f64::NAN;
    gradients
}

/// What both say, after which the model is as it was.
fn refuse<M: Parameters<f64> + Clone + PartialEq + Debug>(
    model: &M,
    gradients: &impl Parameters<f64>,
    expected: &str,
) {
    let mut stays = model.clone();
    assert_eq!(text(Sgd::new(0.1, 0.9).step(&mut stays, gradients)), expected);
    assert_eq!(text(Adam::new(0.1).step(&mut stays, gradients)), expected);
    assert_eq!(stays, *model);
}

#[test]
fn gradients_that_do_not_fit() {
    let model = linear(3, 2, 1.0);
    for (gradients, expected) in [
        (linear(2, 3, 1.0), "`gradient` has shape [2, 3], expected [3, 2]"),
        (linear(1, 2, 1.0), "`gradient` has shape [1, 2], expected [3, 2]"),
        (
            Linear { bias: Array1::ones(1), ..model.clone() },
            "`gradient` has shape [1], expected [3]",
        ),
        (not_finite(), "`gradient` is not finite at [2]: NaN"),
    ] {
        refuse(&model, &gradients, expected);
    }
    let two = (model.clone(), model.clone());
    refuse(&two, &model, "`gradients` has shape [2], expected [4]");

    let mut gradients = not_finite();
    let error = text(clip_grad_norm(&mut gradients, 0.1));
    assert_eq!(error, "`gradient` is not finite at [2]: NaN");
    assert_eq!(gradients.weight, linear(3, 2, 1.0).weight, "the gradients stay as they were");
}

#[test]
fn a_norm_that_is_none() {
    for (max_norm, expected) in [
        (-0.5, "`max_norm` is negative: -0.5"),
        (f64::NAN, "`max_norm` is not finite at []: NaN"),
        (f64::INFINITY, "`max_norm` is not finite at []: inf"),
    ] {
        let mut gradients = linear(3, 2, 1.0);
        assert_eq!(text(clip_grad_norm(&mut gradients, max_norm)), expected);
        assert_eq!(gradients, linear(3, 2, 1.0), "the gradients stay as they were");
    }
}

/// The velocities belong to one model.
#[test]
fn another_model_at_the_second_step() -> Result<(), Error> {
    let (mut sgd, mut adam) = (Sgd::new(0.1, 0.9), Adam::new(0.1));
    sgd.step(&mut linear(3, 2, 1.0), &linear(3, 2, 1.0))?;
    adam.step(&mut linear(3, 2, 1.0), &linear(3, 2, 1.0))?;

    let mut other = linear(4, 5, 1.0);
    let error = "`gradient` has shape [4, 5], expected [3, 2]";
    assert_eq!(text(sgd.step(&mut other, &linear(4, 5, 1.0))), error);
    assert_eq!(text(adam.step(&mut other, &linear(4, 5, 1.0))), error);
    assert_eq!(other, linear(4, 5, 1.0));

    let gradients = (linear(3, 2, 1.0), linear(3, 2, 1.0));
    let mut pair = gradients.clone();
    let error = "`gradients` has shape [4], expected [2]";
    assert_eq!(text(sgd.step(&mut pair, &gradients)), error);
    assert_eq!(text(adam.step(&mut pair, &gradients)), error);
    Ok(())
}

/// A step that fails leaves no trace in the optimiser either.
#[test]
fn errors_are_forgotten() -> Result<(), Error> {
    let (model, gradients) = (linear(3, 2, 1.0), linear(3, 2, 0.5));
    let after = |fail: bool| -> Result<_, Error> {
        let (mut sgd, mut adam) = (Sgd::new(0.1, 0.9), Adam::new(0.1));
        let (mut by_sgd, mut by_adam) = (model.clone(), model.clone());
        for _ in 0..3 {
            if fail {
                assert!(sgd.step(&mut by_sgd, &not_finite()).is_err());
                assert!(adam.step(&mut by_adam, &not_finite()).is_err());
                assert!(sgd.step(&mut by_sgd, &linear(1, 1, 1.0)).is_err());
                assert!(adam.step(&mut by_adam, &linear(1, 1, 1.0)).is_err());
            }
            sgd.step(&mut by_sgd, &gradients)?;
            adam.step(&mut by_adam, &gradients)?;
        }
        Ok((by_sgd, by_adam))
    };
    assert_eq!(after(true)?, after(false)?);
    Ok(())
}
