//! The way back through every network.

use ndarray::Array3;
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{Error, Gru, Lstm, Rnn};

use super::text;

/// What the three networks say about gradients of three sequences of four steps, with three units.
/// The LSTM gets that of `h_n` for `c_n` also.
fn complaints(d_output: &Array3<f64>, d_h_n: &Array3<f64>) -> Result<[String; 3], Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (x, lengths) = (Array3::ones((3, 4, 2)), Some(&[4, 2, 1][..]));

    let rnn = Rnn::new(2, 3, &mut rng)?;
    let saved = rnn.forward_saving(&x, lengths, None)?;
    let rnn = rnn.backward(&saved, Some(d_output), Some(d_h_n));

    let lstm = Lstm::new(2, 3, &mut rng)?;
    let saved = lstm.forward_saving(&x, lengths, None)?;
    let lstm = lstm.backward(&saved, Some(d_output), Some(d_h_n), None);

    let gru = Gru::new(2, 3, &mut rng)?;
    let saved = gru.forward_saving(&x, lengths, None)?;
    let gru = gru.backward(&saved, Some(d_output), Some(d_h_n));

    Ok([text(rnn), text(lstm), text(gru)])
}

#[test]
fn gradients_of_another_shape() -> Result<(), Error> {
    let zeros = Array3::zeros;
    let state = zeros((1, 3, 3));
    for (shape, text) in [
        ((3, 4, 2), "`d_output` has shape [3, 4, 2], expected [3, 4, 3]"),
        ((3, 3, 3), "`d_output` has shape [3, 3, 3], expected [3, 4, 3]"),
        ((1, 4, 3), "`d_output` has shape [1, 4, 3], expected [3, 4, 3]"),
        ((3, 4, 3), "no error"),
    ] {
        assert_eq!(complaints(&zeros(shape), &state)?, [text; 3]);
    }

    let output = zeros((3, 4, 3));
    for (shape, text) in [
        ((1, 1, 3), "`d_h_n` has shape [1, 1, 3], expected [1, 3, 3]"),
        ((3, 1, 3), "`d_h_n` has shape [3, 1, 3], expected [1, 3, 3]"),
        ((1, 3, 1), "`d_h_n` has shape [1, 3, 1], expected [1, 3, 3]"),
    ] {
        assert_eq!(complaints(&output, &zeros(shape))?, [text; 3]);
    }
    Ok(())
}

#[test]
fn gradients_that_are_not_finite() -> Result<(), Error> {
    let (mut output, mut state) = (Array3::zeros((3, 4, 3)), Array3::zeros((1, 3, 3)));
    output[[1, 2, 0]] = f64::NAN;
    assert_eq!(complaints(&output, &state)?, ["no error"; 3], "padding may be anything");
    state[[0, 2, 1]] = f64::INFINITY;
    assert_eq!(complaints(&output, &state)?, ["`d_h_n` is not finite at [0, 2, 1]: inf"; 3]);
    output[[1, 1, 0]] = f64::NAN;
    assert_eq!(complaints(&output, &state)?, ["`d_output` is not finite at [1, 1, 0]: NaN"; 3]);
    Ok(())
}

#[test]
fn gradients_of_the_cell_state() -> Result<(), Error> {
    let lstm = Lstm::<f64>::new(2, 3, &mut ChaCha8Rng::seed_from_u64(1))?;
    let saved = lstm.forward_saving(&Array3::ones((3, 4, 2)), None, None)?;
    let backward = |d_c_n: &Array3<f64>| text(lstm.backward(&saved, None, None, Some(d_c_n)));

    let mut d_c_n = Array3::zeros((1, 3, 3));
    assert_eq!(backward(&d_c_n), "no error");
    d_c_n[[0, 1, 2]] = f64::NAN;
    assert_eq!(backward(&d_c_n), "`d_c_n` is not finite at [0, 1, 2]: NaN");
    let error = backward(&Array3::zeros((1, 3, 1)));
    assert_eq!(error, "`d_c_n` has shape [1, 3, 1], expected [1, 3, 3]");
    Ok(())
}

/// What another layer saved does not fit.
#[test]
fn results_of_another_layer() -> Result<(), Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let x = Array3::<f64>::ones((3, 4, 2));
    let (rnn, wider, deeper) =
        (Rnn::new(2, 3, &mut rng)?, Rnn::new(2, 5, &mut rng)?, Rnn::new(4, 3, &mut rng)?);
    let saved = rnn.forward_saving(&x, None, None)?;
    let error = text(wider.backward(&saved, None, None));
    assert_eq!(error, "`saved states` has shape [15, 3], expected [15, 5]");
    let error = text(deeper.backward(&saved, None, None));
    assert_eq!(error, "`saved inputs` has shape [12, 2], expected [12, 4]");

    let gradients = rnn.backward(&saved, None, None)?;
    let error = text(wider.input_gradient(&saved, &gradients));
    assert_eq!(error, "`saved states` has shape [15, 3], expected [15, 5]");
    let longer = rnn.forward_saving(&Array3::ones((3, 5, 2)), None, None)?;
    let error = text(rnn.input_gradient(&longer, &gradients));
    assert_eq!(error, "`gradients` has shape [12, 3], expected [15, 3]");
    Ok(())
}
