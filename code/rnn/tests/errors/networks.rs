//! What networks of every kind are given, forward and back.

use ndarray::{Array1, Array3, Axis};
use rnn::{Error, Rnn, RnnCell};

use super::{Call, TWO_LAYERS_BOTH_WAYS, rng, text};
use crate::recurrent::{Recurrent, Sizes, of_all_cells};

const NAN: f64 = f64::NAN;

const ONE_LAYER: Sizes = Sizes { d: 2, h: 3, layers: 1, bidirectional: false };

/// An expected error, and what is made wrong for it.
type Row<C> = (&'static str, fn(&mut Call<C>));

#[test]
fn inputs_and_lengths() {
    of_all_cells!(inputs_do_not_fit());
    of_all_cells!(lengths_do_not_fit());
}

fn inputs_do_not_fit<C: Recurrent<Real = f64>>() {
    let rows: [Row<C>; 6] = [
        ("no error", |_| ()),
        ("`x` has shape [3, 4, 1], expected [3, 4, 2]", |c| c.given.x = Array3::zeros((3, 4, 1))),
        ("`batch_size` is zero", |c| c.given.x = Array3::zeros((0, 4, 2))),
        ("the sequence is empty: it has no steps", |c| c.given.x = Array3::zeros((3, 0, 2))),
        ("`x` is not finite at [1, 2, 0]: NaN", |c| {
            c.given.x[[1, 2, 0]] = NAN;
            c.given.x[[2, 1, 1]] = f64::INFINITY;
            c.state(0)[[0, 1, 2]] = NAN;
        }),
        // The index counts in the array, not in the memory behind it.
        ("`x` is not finite at [0, 1, 1]: inf", |c| {
            c.given.x[[1, 2, 0]] = NAN;
            c.given.x[[2, 1, 1]] = f64::INFINITY;
            c.given.x.invert_axis(Axis(0));
        }),
    ];
    complains(rows);
}

fn lengths_do_not_fit<C: Recurrent<Real = f64>>() {
    let rows: [Row<C>; 10] = [
        ("no error", |c| c.padded(&[1, 4, 2])),
        ("`lengths` is 0 at [1], expected 1 to 4", |c| c.padded(&[4, 0, 1])),
        ("`lengths` is 5 at [2], expected 1 to 4", |c| c.padded(&[4, 1, 5])),
        // The first one that is wrong.
        ("`lengths` is 7 at [0], expected 1 to 4", |c| c.padded(&[7, 0, usize::MAX])),
        ("`lengths` has shape [2], expected [3]", |c| c.padded(&[4, 4])),
        ("`lengths` has shape [4], expected [3]", |c| c.padded(&[4; 4])),
        ("`lengths` has shape [0], expected [3]", |c| c.padded(&[])),
        // Padding may be anything.
        ("no error", |c| {
            c.padded(&[4, 2, 1]);
            c.given.x[[1, 2, 1]] = NAN;
            c.d_results[0][[1, 2, 0]] = NAN;
        }),
        // The first one that counts.
        ("`x` is not finite at [1, 2, 1]: NaN", |c| {
            c.padded(&[3, 3, 1]);
            c.given.x[[1, 2, 1]] = NAN;
            c.given.x[[0, 3, 0]] = f64::INFINITY;
        }),
        ("`d_output` is not finite at [1, 1, 0]: NaN", |c| {
            c.padded(&[4, 2, 1]);
            c.d_results[0][[1, 1, 0]] = NAN;
            c.d_results[1][[0, 2, 1]] = f64::INFINITY;
        }),
    ];
    complains(rows);
}

fn complains<C: Recurrent<Real = f64>, const N: usize>(rows: [Row<C>; N]) {
    for (expected, make_wrong) in rows {
        let mut call = Call::new(ONE_LAYER);
        make_wrong(&mut call);
        assert_eq!(call.complaint(), expected);
    }
}

impl<C: Recurrent<Real = f64>> Call<C> {
    fn padded(&mut self, lengths: &[usize]) {
        self.given.lengths = Some(lengths.to_vec());
    }

    fn state(&mut self, k: usize) -> &mut Array3<f64> {
        &mut self.given.state.as_mut().expect("a call has states")[k]
    }
}

#[test]
fn states_and_gradients() {
    of_all_cells!(states_do_not_fit());
}

fn states_do_not_fit<C: Recurrent<Real = f64>>() {
    for sizes in [ONE_LAYER, TWO_LAYERS_BOTH_WAYS] {
        let right = [sizes.passes(), 3, 3];
        // The batch first, as in `x`; one state for all sequences; too few; other units or passes.
        for wrong in [[3, 1, 3], [1, 1, 3], [4, 1, 3], [1, 4, 3], [1, 3, 1], [4, 3, 6], [2, 3, 3]] {
            let says = format!("has shape {wrong:?}, expected {right:?}");
            for (k, [name, d_name]) in NAMES.into_iter().take(C::STATES).enumerate() {
                let mut call = Call::<C>::new(sizes);
                call.d_results[1 + k] = Array3::zeros(wrong);
                assert_eq!(call.complaint(), format!("`{d_name}` {says}"));
                *call.state(k) = Array3::zeros(wrong);
                assert_eq!(call.complaint(), format!("`{name}` {says}"));
            }
        }
        for (k, [name, d_name]) in NAMES.into_iter().take(C::STATES).enumerate() {
            let last = [sizes.passes() - 1, 2, 1];
            let mut call = Call::<C>::new(sizes);
            call.d_results[1 + k][last] = f64::INFINITY;
            assert_eq!(call.complaint(), format!("`{d_name}` is not finite at {last:?}: inf"));
            call.state(k)[last] = f64::NEG_INFINITY;
            assert_eq!(call.complaint(), format!("`{name}` is not finite at {last:?}: -inf"));
        }
        let outputs = 3 * sizes.directions();
        for wrong in [[3, 4, 2], [3, 3, outputs], [1, 4, outputs]] {
            let mut call = Call::<C>::new(sizes);
            call.d_results[0] = Array3::zeros(wrong);
            let expected = format!("expected [3, 4, {outputs}]");
            assert_eq!(call.complaint(), format!("`d_output` has shape {wrong:?}, {expected}"));
        }
    }
}

const NAMES: [[&str; 2]; 2] = [["h_0", "d_h_n"], ["c_0", "d_c_n"]];

#[test]
fn gradients_of_another_run() -> Result<(), Error> {
    of_all_cells!(another_run_does_not_fit()?);
    Ok(())
}

/// With D = H the cells of two layers in one direction are as large as those of one layer in both.
fn another_run_does_not_fit<C: Recurrent<Real = f64>>() -> Result<(), Error> {
    let layers = |layers, h| Sizes { layers, ..Sizes::layer(3, h) };
    let both = Sizes { bidirectional: true, ..Sizes::layer(3, 3) };
    let [right, wider] = [3, 5].map(|units| units * C::GATES);
    let wider = format!("`gradients` has shape [8, {wider}], expected [8, {right}]");
    let longer = format!("`gradients` has shape [8, {right}], expected [10, {right}]");
    for (run, steps, other, expected) in [
        (layers(2, 3), 4, layers(1, 3), "`gradients' cells` has shape [1], expected [2]".into()),
        (layers(1, 3), 4, layers(4, 3), "`gradients' cells` has shape [4], expected [1]".into()),
        (both, 4, layers(2, 3), "`gradients' directions` has shape [1], expected [2]".into()),
        (layers(2, 3), 4, both, "`gradients' directions` has shape [2], expected [1]".into()),
        (layers(1, 3), 4, layers(1, 5), wider),
        (layers(2, 3), 5, layers(2, 3), longer),
    ] {
        let [network, other] = [run, other].map(|sizes| sizes.drawn::<C>(&mut rng()));
        let (network, other) = (network?, other?);
        let saved = network.forward_saving(&Array3::ones((2, steps, 3)), None, None)?;
        let of_other = other.forward_saving(&Array3::ones((2, 4, 3)), None, None)?;
        let gradients = of_other.backward(None, None)?;
        assert_eq!(text(saved.input_gradient(&gradients)), expected);
    }

    // As many rows, but of sequences of other lengths, or with other inputs.
    let network = layers(1, 3).drawn::<C>(&mut rng())?;
    let saved = network.forward_saving(&Array3::ones((5, 2, 3)), None, None)?;
    let other = network.forward_saving(&Array3::ones((2, 5, 3)), None, None)?;
    let error = text(saved.input_gradient(&other.backward(None, None)?));
    assert_eq!(error, "`gradients` has shape [1, 2, 3], expected [1, 5, 3]");
    let narrow = Sizes::layer(2, 3).drawn::<C>(&mut rng())?;
    let other = narrow.forward_saving(&Array3::ones((5, 2, 2)), None, None)?;
    let error = text(saved.input_gradient(&other.backward(None, None)?));
    assert_eq!(error, format!("`gradients` has shape [{right}, 2], expected [{right}, 3]"));
    Ok(())
}

/// Not only as text.
#[test]
fn causes_can_be_read_from_the_error() -> Result<(), Error> {
    let x = Array3::<f64>::ones((3, 4, 2));
    let mut rnn = Rnn::stacked(2, 3, 2, true, &mut rng())?;
    let error = rnn.forward_padded(&x, &[4, 0, 1], None);
    assert_eq!(error, Err(Error::Length { index: 1, length: 0, steps: 4 }));
    rnn.cells[3].b_ih = Array1::zeros(1);
    let error = Error::Shape { name: "b_ih", expected: vec![3], found: vec![1] };
    let error = Error::Cell { name: "l1_reverse".into(), error: Box::new(error) };
    assert_eq!(rnn.forward(&x, None), Err(error));
    rnn.cells.truncate(3);
    assert_eq!(rnn.forward(&x, None), Err(Error::Directions { cells: 3 }));

    let result = RnnCell::<f64>::new(2, 3, &mut rng())?.step(&Array1::ones(1), &Array1::zeros(3));
    let error = Error::Shape { name: "x", expected: vec![2], found: vec![1] };
    assert_eq!(result, Err(error));
    Ok(())
}
