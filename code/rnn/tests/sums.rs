//! Sums over a large batch, and over a large model, in `f32`.

use approx::assert_relative_eq;
use ndarray::{Array1, Array2, Array3, array};
use rnn::{Embedding, Error, Linear, clip_grad_norm, cross_entropy, mse_loss};

/// From here on one more is lost: 2²⁴ + 1 is 2²⁴.
const FULL: f32 = 16_777_216.0;

/// The surprise of four equal classes, for a million rows. One after the other in `f32` it comes to
/// less by a thousandth.
#[test]
fn the_loss_of_a_million_rows() -> Result<(), Error> {
    let logits = Array2::<f32>::zeros((1 << 20, 4));
    let (loss, _) = cross_entropy(&logits, &vec![0; 1 << 20])?;
    assert_relative_eq!(loss, 4.0_f32.ln(), max_relative = 1e-6);

    let y = Array2::from_elem((1 << 20, 4), 0.1_f32);
    let (loss, _) = mse_loss(&y, &Array2::zeros(y.dim()))?;
    assert_relative_eq!(loss, 0.01, max_relative = 1e-6);
    Ok(())
}

#[test]
fn the_norm_of_twenty_million_gradients() -> Result<(), Error> {
    let count = 20_000_000;
    let mut gradients = Linear { weight: Array2::<f32>::ones((1, count)), bias: Array1::zeros(1) };
    let norm = clip_grad_norm(&mut gradients, 1.0)?;
    assert_relative_eq!(norm, (count as f32).sqrt(), max_relative = 1e-6);
    assert_relative_eq!(gradients.weight[[0, 0]], 1.0 / norm, max_relative = 1e-6);
    Ok(())
}

/// 2 × 10¹⁹ is a number of `f32`, its square is none.
#[test]
fn numbers_whose_squares_overflow() -> Result<(), Error> {
    let mut gradients = Linear { weight: array![[2e19_f32]], bias: array![0.0] };
    assert_eq!(clip_grad_norm(&mut gradients, 0.5)?, 2e19);
    assert_relative_eq!(gradients.weight[[0, 0]], 0.5, max_relative = 1e-6);

    let (loss, _) = mse_loss(&array![[2e19_f32, 0.0]], &array![[0.0, 0.0]])?;
    assert_relative_eq!(loss, 2e38, max_relative = 1e-6);
    Ok(())
}

/// A first row that leaves no digit for those behind it, and a thousand ones.
#[test]
fn the_gradient_of_a_bias_over_many_rows() -> Result<(), Error> {
    let linear = Linear { weight: array![[1.0_f32]], bias: array![0.0] };
    let mut d_y = Array2::ones((1001, 1));
    d_y[[0, 0]] = FULL;
    let gradients = linear.backward(&Array2::ones((1001, 1)), &d_y)?;
    // Only what shares the first piece of at most 64 rows is lost.
    let lost = FULL + 1000.0 - gradients.linear.bias[0];
    assert!((0.0..=64.0).contains(&lost), "{lost} are lost");
    Ok(())
}

#[test]
fn the_gradient_of_a_frequent_word() -> Result<(), Error> {
    let embedding = Embedding { weight: Array2::<f32>::zeros((2, 1)) };
    let mut d_output = Array3::ones((1, 1001, 1));
    d_output[[0, 0, 0]] = FULL;
    let gradient = embedding.backward(&Array2::zeros((1, 1001)), &d_output)?;
    assert_eq!(gradient.weight, array![[FULL + 1000.0], [0.0]]);
    Ok(())
}
