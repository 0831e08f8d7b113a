//! A result depends on the numbers in an array, not on how the memory holds them.

use std::iter::zip;

use crate::recurrent::{Arguments, Recurrent, Sizes, arguments, d_results, network, uniform};
use approx::assert_abs_diff_eq;
use ndarray::{
    Array, Array1, Array3, ArrayD, ArrayViewD, Axis, Dimension, ShapeBuilder, Slice, array,
};
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{
    Adam, Conv1d, Embedding, Error, Fnn, Gru, KvCache, Linear, Lstm, Parameters, Rnn,
    SelfAttention, Sgd, clip_grad_norm, cross_entropy, mse_loss,
};

const TOLERANCE: f64 = 1e-12;

/// See `layouts`.
const LAYOUTS: usize = 3;

#[test]
fn recurrent_layers_in_any_layout() -> Result<(), Error> {
    let (single, stack) =
        (Sizes::layer(5, 4), Sizes { d: 5, h: 4, layers: 2, bidirectional: true });
    for (n, sizes) in [(1, single), (3, single), (1, stack), (3, stack)] {
        layers_and_gradients::<Rnn<f64>>(n, sizes)?;
        layers_and_gradients::<Lstm<f64>>(n, sizes)?;
        layers_and_gradients::<Gru<f64>>(n, sizes)?;
    }
    Ok(())
}

#[test]
fn steps_in_any_layout() -> Result<(), Error> {
    steps::<Rnn<f64>>()?;
    steps::<Lstm<f64>>()?;
    steps::<Gru<f64>>()
}

#[test]
fn views_of_bigger_arrays() -> Result<(), Error> {
    let mut rng = rng();
    let rnn = Rnn::new(5, 9, &mut rng)?;
    let (x, h_0) = (uniform((3, 4, 5), 1.0, &mut rng), uniform((1, 3, 9), 1.0, &mut rng));
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

#[test]
fn other_layers_in_any_layout() -> Result<(), Error> {
    let mut rng = rng();
    let linear = Linear::new(4, 3, &mut rng)?;
    let (x, d_y) = (uniform((5, 4), 1.0, &mut rng), uniform((5, 3), 1.0, &mut rng));
    let (y, gradients) = (linear.forward(&x)?, linear.backward(&x, &d_y)?);
    for ((linear, x), d_y) in zip(zip(relaid_linear(&linear), layouts(&x)), layouts(&d_y)) {
        assert_abs_diff_eq!(linear.forward(&x)?, y, epsilon = TOLERANCE);
        let other = linear.backward(&x, &d_y)?;
        assert_abs_diff_eq!(other.linear.weight, gradients.linear.weight, epsilon = TOLERANCE);
        assert_abs_diff_eq!(other.linear.bias, gradients.linear.bias, epsilon = TOLERANCE);
        assert_abs_diff_eq!(other.x, gradients.x, epsilon = TOLERANCE);
    }

    let (conv1d, x) = (Conv1d::new(3, 4, 2, &mut rng)?, uniform((5, 3, 6), 1.0, &mut rng));
    let y = conv1d.forward(&x)?;
    let weights = zip(layouts(&conv1d.weight), layouts(&conv1d.bias));
    for ((weight, bias), x) in zip(weights, layouts(&x)) {
        assert_abs_diff_eq!(Conv1d { weight, bias }.forward(&x)?, y, epsilon = TOLERANCE);
    }

    let (fnn, x) = (Fnn::new(3, 4, 6, &mut rng)?, uniform((5, 6, 3), 1.0, &mut rng));
    let y = fnn.forward(&x)?;
    for (linear, x) in zip(relaid_linear(&fnn.linear), layouts(&x)) {
        assert_abs_diff_eq!(Fnn { linear, ..fnn }.forward(&x)?, y, epsilon = TOLERANCE);
    }
    Ok(())
}

#[test]
fn attention_in_any_layout() -> Result<(), Error> {
    let mut rng = rng();
    let attention = SelfAttention::new(4, 3, true, &mut rng)?;
    let (x, d_output) = (uniform((2, 5, 4), 1.0, &mut rng), uniform((2, 5, 3), 1.0, &mut rng));
    let expected = attention_results(&attention, &x, &d_output)?;
    for relaid in relaid_attention(&attention) {
        assert_close(&attention_results(&relaid, &x, &d_output)?, &expected);
    }
    for (x, d_output) in zip(layouts(&x), layouts(&d_output)) {
        assert_close(&attention_results(&attention, &x, &d_output)?, &expected);
    }
    Ok(())
}

#[test]
fn embeddings_in_any_layout() -> Result<(), Error> {
    let embedding = Embedding::new(4, 3, &mut rng())?;
    let tokens = array![[0, 3, 1, 1], [2, 0, 0, 3]];
    let d_output = uniform((2, 4, 3), 1.0, &mut rng());
    let output = embedding.forward(&tokens)?;
    let gradient = embedding.backward(&tokens, &d_output)?;

    // The same tokens with time first, one axis swapped in the view.
    let time_first = tokens.t().as_standard_layout().into_owned();
    for (weight, d_output) in zip(layouts(&embedding.weight), layouts(&d_output)) {
        let embedding = Embedding { weight };
        for tokens in [tokens.view(), time_first.t()] {
            assert_eq!(embedding.forward(&tokens)?, output);
            let other = embedding.backward(&tokens, &d_output)?;
            assert_abs_diff_eq!(other.weight, gradient.weight, epsilon = TOLERANCE);
        }
    }
    Ok(())
}

#[test]
fn losses_in_any_layout() -> Result<(), Error> {
    let mut rng = rng();
    let (y, target) = (uniform((5, 3), 1.0, &mut rng), uniform((5, 3), 1.0, &mut rng));
    let (mse, mse_gradient) = mse_loss(&y, &target)?;
    let (entropy, entropy_gradient) = cross_entropy(&y, &[0, 2, 1, 1, 0])?;
    for (y, target) in zip(layouts(&y), layouts(&target)) {
        let (loss, gradient) = mse_loss(&y, &target)?;
        assert_abs_diff_eq!(loss, mse, epsilon = TOLERANCE);
        assert_abs_diff_eq!(gradient, mse_gradient, epsilon = TOLERANCE);
        let (loss, gradient) = cross_entropy(&y, &[0, 2, 1, 1, 0])?;
        assert_abs_diff_eq!(loss, entropy, epsilon = TOLERANCE);
        assert_abs_diff_eq!(gradient, entropy_gradient, epsilon = TOLERANCE);
    }
    Ok(())
}

#[test]
fn training_in_any_layout() -> Result<(), Error> {
    let (model, gradients) = (Linear::new(4, 3, &mut rng())?, Linear::new(4, 3, &mut rng())?);
    let trained = train(model.clone(), gradients.clone())?;
    for (model, gradients) in zip(relaid_linear(&model), relaid_linear(&gradients)) {
        let other = train(model, gradients)?;
        assert_abs_diff_eq!(other.weight, trained.weight, epsilon = TOLERANCE);
        assert_abs_diff_eq!(other.bias, trained.bias, epsilon = TOLERANCE);
    }
    Ok(())
}

fn layers_and_gradients<L: Recurrent<f64>>(n: usize, sizes: Sizes) -> Result<(), Error> {
    let mut rng = rng();
    let drawn: L = network(sizes, &mut rng);
    let given = arguments::<L>((n, 6), sizes, &mut rng);
    let lengths = (0..n).map(|n| 6 - n).collect();
    let given = Arguments { lengths: Some(lengths), ..given };
    let d_given = d_results::<L>((n, 6), sizes, &mut rng);

    let expected = results(&drawn, &given, &d_given)?;
    for relaid in relaid_network(&drawn) {
        assert_close(&results(&relaid, &given, &d_given)?, &expected);
    }
    for layout in 0..LAYOUTS {
        let relaid = |array: &Array3<f64>| layouts(array)[layout].clone();
        let state = given.state.as_ref().map(|state| state.iter().map(relaid).collect());
        let given = Arguments { x: relaid(&given.x), state, ..given.clone() };
        let d_given: Vec<_> = d_given.iter().map(relaid).collect();
        assert_close(&results(&drawn, &given, &d_given)?, &expected);
    }
    Ok(())
}

/// The results of both passes, forward and back, of equal lengths and of unequal ones.
fn results<L: Recurrent<f64>>(
    network: &L,
    given: &Arguments<f64>,
    d_given: &[Array3<f64>],
) -> Result<Vec<ArrayD<f64>>, Error> {
    let d_given: Vec<_> = d_given.iter().cloned().map(Some).collect();
    let mut arrays = Vec::new();
    for lengths in [None, given.lengths.clone()] {
        let given = Arguments { lengths, ..given.clone() };
        let (results, gradients) = network.run_back(&given, &d_given)?;
        arrays.extend(results.into_iter().chain(network.run(&given)?).map(Array::into_dyn));
        arrays.extend(gradients.arrays());
    }
    Ok(arrays)
}

/// The results of both passes, padded and not, and of steps that go on from each other.
fn attention_results(
    attention: &SelfAttention<f64>,
    x: &Array3<f64>,
    d_output: &Array3<f64>,
) -> Result<Vec<ArrayD<f64>>, Error> {
    let saved = attention.forward_saving(x, Some(&[3, 5]))?;
    let gradients = attention.backward(&saved, d_output)?;
    let mut results = [attention.forward(x)?, saved.output, saved.weights, gradients.x]
        .map(Array::into_dyn)
        .to_vec();
    results.extend(gradients.attention.parameters().iter().map(ArrayViewD::to_owned));

    let mut cache = KvCache::new(d_output.len_of(Axis(2)));
    for x in x.index_axis(Axis(0), 0).rows() {
        results.push(attention.step(&x, &mut cache)?.into_dyn());
    }
    Ok(results)
}

fn relaid_attention(attention: &SelfAttention<f64>) -> impl Iterator<Item = SelfAttention<f64>> {
    let SelfAttention { query, key, value, causal } = attention;
    zip(zip(relaid_linear(query), relaid_linear(key)), relaid_linear(value))
        .map(|((query, key), value)| SelfAttention { query, key, value, causal: *causal })
}

fn steps<L: Recurrent<f64>>() -> Result<(), Error> {
    let layer: L = network(Sizes::layer(5, 9), &mut rng());
    let x = Array1::linspace(-1.0, 1.0, 5);
    let states = [Array1::linspace(0.5, -0.5, 9), Array1::linspace(-2.0, 1.0, 9)];
    let state = &states[..L::STATES];
    let expected = layer.step(&x, state)?;
    for (layout, (relaid, x)) in zip(relaid_network(&layer), layouts(&x)).enumerate() {
        let state: Vec<_> = state.iter().map(|state| layouts(state)[layout].clone()).collect();
        for (next, expected) in zip(relaid.step(&x, &state)?, &expected) {
            assert_abs_diff_eq!(next, expected, epsilon = TOLERANCE);
        }
    }
    Ok(())
}

/// A step of each optimiser, with clipped gradients.
fn train(mut model: Linear<f64>, mut gradients: Linear<f64>) -> Result<Linear<f64>, Error> {
    clip_grad_norm(&mut gradients, 0.5)?;
    Sgd::new(0.1, 0.9).step(&mut model, &gradients)?;
    Adam::new(0.1).step(&mut model, &gradients)?;
    Ok(model)
}

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(7)
}

fn assert_close(arrays: &[ArrayD<f64>], expected: &[ArrayD<f64>]) {
    for (array, expected) in zip(arrays, expected) {
        assert_abs_diff_eq!(array, expected, epsilon = TOLERANCE);
    }
}

fn relaid_network<L: Recurrent<f64>>(network: &L) -> Vec<L> {
    let relaid = |layout: usize| {
        let cell = |pass: usize| {
            let (w_ih, w_hh, b_ih, b_hh) = network.weights(pass);
            let [w_ih, w_hh] = [w_ih, w_hh].map(|matrix| layouts(&matrix)[layout].clone());
            let [b_ih, b_hh] = [b_ih, b_hh].map(|bias| layouts(&bias)[layout].clone());
            (w_ih, w_hh, b_ih, b_hh)
        };
        L::from_cells((0..network.cells().0).map(cell).collect(), network.is_bidirectional())
    };
    (0..LAYOUTS).map(relaid).collect()
}

fn relaid_linear(linear: &Linear<f64>) -> impl Iterator<Item = Linear<f64>> {
    zip(layouts(&linear.weight), layouts(&linear.bias))
        .map(|(weight, bias)| Linear { weight, bias })
}

/// Arrays equal to this one, stored column by column, backwards, and with gaps.
fn layouts<D: Dimension>(array: &Array<f64, D>) -> [Array<f64, D>; LAYOUTS] {
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
