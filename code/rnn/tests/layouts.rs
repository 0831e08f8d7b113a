//! A result depends on the numbers in an array, not on how the memory holds them.

use approx::assert_abs_diff_eq;
use ndarray::{Array, Array1, Array3, Axis, Dimension, ShapeBuilder, Slice, array};
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{Error, Rnn, RnnCell};

const TOLERANCE: f64 = 1e-12;

#[test]
fn inputs_and_states_in_any_layout() -> Result<(), Error> {
    for n in [1, 3] {
        let (rnn, x, h_0) = network(n)?;
        let (output, h_n) = rnn.forward(&x, Some(&h_0))?;
        for (x, h_0) in layouts(&x).iter().zip(&layouts(&h_0)) {
            let (other_output, other_h_n) = rnn.forward(x, Some(h_0))?;
            assert_abs_diff_eq!(other_output, output, epsilon = TOLERANCE);
            assert_abs_diff_eq!(other_h_n, h_n, epsilon = TOLERANCE);
        }
    }
    Ok(())
}

#[test]
fn weights_in_any_layout() -> Result<(), Error> {
    for n in [1, 3] {
        let (rnn, x, h_0) = network(n)?;
        let (output, h_n) = rnn.forward(&x, Some(&h_0))?;
        for rnn in relaid(&rnn.cell).map(Rnn::from) {
            let (other_output, other_h_n) = rnn.forward(&x, Some(&h_0))?;
            assert_abs_diff_eq!(other_output, output, epsilon = TOLERANCE);
            assert_abs_diff_eq!(other_h_n, h_n, epsilon = TOLERANCE);
        }
    }
    Ok(())
}

#[test]
fn steps_in_any_layout() -> Result<(), Error> {
    let cell = network(1)?.0.cell;
    let x = Array1::linspace(-1.0, 1.0, cell.input_size());
    let h = Array1::linspace(0.5, -0.5, cell.hidden_size());
    let expected = cell.step(&x, &h)?;
    for ((cell, x), h) in relaid(&cell).zip(layouts(&x)).zip(layouts(&h)) {
        assert_abs_diff_eq!(cell.step(&x, &h)?, expected, epsilon = TOLERANCE);
    }
    Ok(())
}

#[test]
fn views_of_bigger_arrays() -> Result<(), Error> {
    let (rnn, x, h_0) = network(3)?;
    let (output, h_n) = rnn.forward(&x, Some(&h_0))?;

    // The same numbers with time first: one axis swapped in the view.
    let time_first = x.view().permuted_axes([1, 0, 2]).as_standard_layout().into_owned();
    let (from_view, last) =
        rnn.forward(&time_first.view().permuted_axes([1, 0, 2]), Some(&h_0.view()))?;
    assert_abs_diff_eq!(from_view, output, epsilon = TOLERANCE);
    assert_abs_diff_eq!(last, h_n, epsilon = TOLERANCE);

    // One row for all: a stride of zero.
    let row = array![0.1, 0.2, 0.3, 0.4, 0.5];
    let repeated = row.broadcast((3, 4, 5)).expect("a row repeats over any leading axes");
    let (from_view, _) = rnn.forward(&repeated, None)?;
    let (from_array, _) = rnn.forward(&repeated.to_owned(), None)?;
    assert_abs_diff_eq!(from_view, from_array, epsilon = TOLERANCE);
    Ok(())
}

type Network = (Rnn<f64>, Array3<f64>, Array3<f64>);

/// A network with its `x` and `h_0`.
fn network(n: usize) -> Result<Network, Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let rnn = Rnn::new(5, 9, &mut rng)?;
    let count = |shape: (usize, usize, usize)| {
        let mut i = 0.0_f64;
        Array3::from_shape_simple_fn(shape, || {
            i += 1.0;
            i.sin()
        })
    };
    Ok((rnn, count((n, 4, 5)), count((1, n, 9))))
}

fn relaid(cell: &RnnCell<f64>) -> impl Iterator<Item = RnnCell<f64>> {
    let matrices = layouts(&cell.w_ih).into_iter().zip(layouts(&cell.w_hh));
    let biases = layouts(&cell.b_ih).into_iter().zip(layouts(&cell.b_hh));
    matrices.zip(biases).map(|((w_ih, w_hh), (b_ih, b_hh))| RnnCell { w_ih, w_hh, b_ih, b_hh })
}

/// Arrays equal to this one, stored column by column, backwards, and with gaps.
fn layouts<D: Dimension>(array: &Array<f64, D>) -> [Array<f64, D>; 3] {
    let column_major = Array::zeros(array.raw_dim().f());

    let mut backwards = Array::zeros(array.raw_dim());
    (0..array.ndim()).for_each(|axis| backwards.invert_axis(Axis(axis)));

    let mut shape = array.raw_dim();
    shape.slice_mut().iter_mut().for_each(|length| *length *= 2);
    let mut gaps = Array::from_elem(shape, f64::NAN);
    gaps.slice_each_axis_inplace(|_| Slice::from(..).step_by(2));

    [column_major, backwards, gaps].map(|mut layout| {
        layout.assign(array);
        assert_eq!(layout, *array);
        layout
    })
}
