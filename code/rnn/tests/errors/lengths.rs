//! Sequences of unequal lengths, in every network.

use ndarray::Array3;
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{Error, Gru, Lstm, Rnn};

use super::text;

/// What the three networks say, for a batch of three sequences of four steps.
fn complaints(x: &Array3<f64>, lengths: &[usize]) -> Result<[String; 3], Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let rnn = Rnn::new(2, 3, &mut rng)?.forward_padded(x, lengths, None);
    let lstm = Lstm::new(2, 3, &mut rng)?.forward_padded(x, lengths, None);
    let gru = Gru::new(2, 3, &mut rng)?.forward_padded(x, lengths, None);
    Ok([text(rnn), text(lstm), text(gru)])
}

#[test]
fn lengths_out_of_range() -> Result<(), Error> {
    let x = Array3::zeros((3, 4, 2));
    assert_eq!(complaints(&x, &[4, 0, 1])?, ["`lengths` is 0 at [1], expected 1 to 4"; 3]);
    assert_eq!(complaints(&x, &[4, 1, 5])?, ["`lengths` is 5 at [2], expected 1 to 4"; 3]);
    // The first one that is wrong.
    assert_eq!(complaints(&x, &[7, 0, 9])?, ["`lengths` is 7 at [0], expected 1 to 4"; 3]);
    let huge = usize::MAX;
    let text = format!("`lengths` is {huge} at [0], expected 1 to 4");
    assert_eq!(complaints(&x, &[huge, 1, 1])?, [text.as_str(); 3]);
    assert_eq!(complaints(&x, &[1, 4, 2])?, ["no error"; 3]);
    Ok(())
}

#[test]
fn lengths_wrong_in_number() -> Result<(), Error> {
    let x = Array3::zeros((3, 4, 2));
    assert_eq!(complaints(&x, &[4, 4])?, ["`lengths` has shape [2], expected [3]"; 3]);
    assert_eq!(complaints(&x, &[4, 4, 4, 4])?, ["`lengths` has shape [4], expected [3]"; 3]);
    assert_eq!(complaints(&x, &[])?, ["`lengths` has shape [0], expected [3]"; 3]);
    Ok(())
}

#[test]
fn lengths_can_be_read_from_the_error() -> Result<(), Error> {
    let rnn = Rnn::new(2, 3, &mut ChaCha8Rng::seed_from_u64(1))?;
    let result = rnn.forward_padded(&Array3::<f64>::zeros((3, 4, 2)), &[4, 0, 1], None);
    assert_eq!(result, Err(Error::Length { index: 1, length: 0, steps: 4 }));
    Ok(())
}

#[test]
fn inputs_that_are_not_finite() -> Result<(), Error> {
    let mut x = Array3::zeros((3, 4, 2));
    x[[1, 2, 1]] = f64::NAN;
    assert_eq!(complaints(&x, &[4, 2, 1])?, ["no error"; 3], "padding may be anything");
    assert_eq!(complaints(&x, &[4, 3, 1])?, ["`x` is not finite at [1, 2, 1]: NaN"; 3]);

    // The first one that counts.
    x[[0, 3, 0]] = f64::INFINITY;
    assert_eq!(complaints(&x, &[3, 4, 1])?, ["`x` is not finite at [1, 2, 1]: NaN"; 3]);
    Ok(())
}
