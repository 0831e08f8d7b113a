//! A result depends on the numbers in an array, not on how the memory holds them.

use std::iter::zip;
use std::vec::IntoIter;

use approx::assert_abs_diff_eq;
use ndarray::{
    Array, Array1, Array2, ArrayBase, ArrayD, Axis, Dimension, ShapeBuilder, Slice, array,
};
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{
    Adam, Conv1d, Embedding, Error, Fnn, KvCache, Layers, Linear, Parameters, Positions, Rnn,
    SelfAttention, Sgd, clip_grad_norm, cross_entropy, mse_loss,
};

use crate::recurrent::{
    Arguments, Recurrent, Sizes, arguments, d_results, everything, fixed, network, of_all_cells,
    uniform,
};

const TOLERANCE: f64 = 1e-12;

type Arrays = Vec<ArrayD<f64>>;

#[test]
fn recurrent_layers_in_any_layout() -> Result<(), Error> {
    let (single, stack) =
        (Sizes::layer(5, 4), Sizes { d: 5, h: 4, layers: 2, bidirectional: true });
    for (n, sizes) in [(1, single), (3, single), (1, stack), (3, stack)] {
        of_all_cells!(layers_and_gradients(n, sizes)?);
    }
    Ok(())
}

/// With equal lengths and with unequal ones.
fn layers_and_gradients<C: Recurrent<Real = f64>>(n: usize, sizes: Sizes) -> Result<(), Error> {
    let mut rng = rng();
    let drawn: Layers<C> = network(sizes, &mut rng);
    let Arguments { x, state, .. } = arguments::<C>((n, 6), sizes, &mut rng);
    let d_results = d_results::<C>((n, 6), sizes, &mut rng);
    let given = [x].into_iter().chain(state.into_iter().flatten()).chain(d_results);
    let given = owned(&drawn).into_iter().chain(given.map(Array::into_dyn)).collect();
    in_any_layout(given, |arrays| {
        let cell =
            |cell: &C| C::from_arrays(arrays.by_ref().take(cell.parameters().len()).collect());
        let network = Layers { cells: drawn.cells.iter().map(cell).collect(), ..drawn };
        let x = fixed(arrays.next());
        let state = arrays.by_ref().take(C::STATES).map(|state| fixed(Some(state))).collect();
        let given = Arguments { x, lengths: None, state: Some(state) };
        let d_results: Vec<_> = arrays.map(|d_result| fixed(Some(d_result))).collect();

        let mut results = everything(&network, &given, &d_results)?;
        let padded = Arguments { lengths: Some((0..n).map(|n| 6 - n).collect()), ..given };
        results.extend(everything(&network, &padded, &d_results)?);
        Ok(results)
    })
}

#[test]
fn steps_in_any_layout() -> Result<(), Error> {
    of_all_cells!(steps()?);
    Ok(())
}

fn steps<C: Recurrent<Real = f64>>() -> Result<(), Error> {
    let network: Layers<C> = network(Sizes::layer(5, 9), &mut rng());
    let states = [Array1::linspace(0.5, -0.5, 9), Array1::linspace(-2.0, 1.0, 9)];
    let given = [Array1::linspace(-1.0, 1.0, 5)].into_iter().chain(states).take(1 + C::STATES);
    let given = given.map(Array::into_dyn).chain(owned(&network)).collect();
    in_any_layout(given, |arrays| {
        let x: Array1<_> = fixed(arrays.next());
        let state: Vec<_> = arrays.by_ref().take(C::STATES).map(|h| fixed(Some(h))).collect();
        let next = C::from_arrays(arrays.collect()).next_state(&x, &state)?;
        Ok(next.into_iter().map(Array::into_dyn).collect())
    })
}

#[test]
fn views_of_bigger_arrays() -> Result<(), Error> {
    let mut rng = rng();
    let rnn = Rnn::<f64>::new(5, 9, &mut rng)?;
    let (x, h_0) = (uniform((3, 4, 5), 1.0, &mut rng), uniform((1, 3, 9), 1.0, &mut rng));
    let (output, [h_n]) = rnn.forward(&x, Some([&h_0]))?;

    // The same numbers with time first: one axis swapped in the view.
    let time_first = x.view().permuted_axes([1, 0, 2]).as_standard_layout().into_owned();
    let (from_view, [last]) =
        rnn.forward(&time_first.view().permuted_axes([1, 0, 2]), Some([&h_0.view()]))?;
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
fn linear_layers_in_any_layout() -> Result<(), Error> {
    let shapes = [vec![3, 4], vec![3], vec![5, 4], vec![5, 3]];
    in_any_layout(drawn(&shapes), |arrays| {
        let linear = linear(arrays);
        let (x, d_y) = (fixed(arrays.next()), fixed(arrays.next()));
        let gradients = linear.backward(&x, &d_y)?;
        let mut results = owned(&gradients.linear);
        results.extend([linear.forward(&x)?, gradients.x].map(Array::into_dyn));
        Ok(results)
    })
}

#[test]
fn windows_in_any_layout() -> Result<(), Error> {
    in_any_layout(drawn(&[vec![4, 3, 2], vec![4], vec![5, 3, 6]]), |arrays| {
        let conv1d = Conv1d { weight: fixed(arrays.next()), bias: fixed(arrays.next()) };
        Ok(vec![conv1d.forward(&fixed::<_, ndarray::Ix3>(arrays.next()))?.into_dyn()])
    })?;
    in_any_layout(drawn(&[vec![4, 18], vec![4], vec![5, 6, 3]]), |arrays| {
        let fnn = Fnn { linear: linear(arrays), window: 6 };
        Ok(vec![fnn.forward(&fixed::<_, ndarray::Ix3>(arrays.next()))?.into_dyn()])
    })
}

/// Padded and not, and step by step.
#[test]
fn attention_in_any_layout() -> Result<(), Error> {
    let [weight, bias] = [vec![3, 4], vec![3]];
    let linears = [&weight, &bias].into_iter().cycle().take(6).cloned();
    let shapes: Vec<_> = linears.chain([vec![2, 5, 4], vec![2, 5, 3]]).collect();
    in_any_layout(drawn(&shapes), |arrays| {
        let [query, key, value] = [linear(arrays), linear(arrays), linear(arrays)];
        let attention =
            SelfAttention { query, key, value, causal: true, positions: Positions::None };
        let (x, d_output) = (fixed(arrays.next()), fixed(arrays.next()));
        let saved = attention.forward_saving(&x, Some(&[3, 5]))?;
        let gradients = saved.backward(&d_output)?;
        let mut results = owned(&gradients.attention);
        let padded = [attention.forward(&x)?, saved.output.clone(), saved.weights(), gradients.x];
        results.extend(padded.map(Array::into_dyn));

        let mut cache = KvCache::new(3);
        for x in x.index_axis(Axis(0), 0).rows() {
            results.push(attention.step(&x, &mut cache)?.into_dyn());
        }
        Ok(results)
    })
}

#[test]
fn embeddings_in_any_layout() -> Result<(), Error> {
    let tokens = array![[0, 3, 1, 1], [2, 0, 0, 3]];
    // The same tokens with time first, one axis swapped in the view.
    let time_first = tokens.t().as_standard_layout().into_owned();
    for tokens in [tokens.view(), time_first.t()] {
        in_any_layout(drawn(&[vec![4, 3], vec![2, 4, 3]]), |arrays| {
            let embedding = Embedding { weight: fixed(arrays.next()) };
            let gradient = embedding.backward(&tokens, &fixed::<_, ndarray::Ix3>(arrays.next()))?;
            Ok(vec![embedding.forward(&tokens)?.into_dyn(), gradient.weight.into_dyn()])
        })?;
    }
    let embedding = Embedding::<f64>::new(4, 3, &mut rng())?;
    assert_eq!(embedding.forward(&tokens)?, embedding.forward(&time_first.t())?);
    Ok(())
}

#[test]
fn losses_in_any_layout() -> Result<(), Error> {
    in_any_layout(drawn(&[vec![5, 3], vec![5, 3]]), |arrays| {
        let (y, target): (Array2<_>, Array2<_>) = (fixed(arrays.next()), fixed(arrays.next()));
        let (mse, mse_gradient) = mse_loss(&y, &target)?;
        let (entropy, entropy_gradient) = cross_entropy(&y, &[0, 2, 1, 1, 0])?;
        let losses = array![mse, entropy].into_dyn();
        Ok(vec![losses, mse_gradient.into_dyn(), entropy_gradient.into_dyn()])
    })
}

/// A step of each optimiser, with clipped gradients.
#[test]
fn training_in_any_layout() -> Result<(), Error> {
    in_any_layout(drawn(&[vec![3, 4], vec![3], vec![3, 4], vec![3]]), |arrays| {
        let (mut model, mut gradients) = (linear(arrays), linear(arrays));
        clip_grad_norm(&mut gradients, 0.5)?;
        Sgd::new(0.1, 0.9).step(&mut model, &gradients)?;
        Adam::new(0.1).step(&mut model, &gradients)?;
        Ok(owned(&model))
    })
}

fn linear(arrays: &mut IntoIter<ArrayD<f64>>) -> Linear<f64> {
    Linear { weight: fixed(arrays.next()), bias: fixed(arrays.next()) }
}

fn owned(model: &impl Parameters<f64>) -> Arrays {
    model.parameters().iter().map(ArrayBase::to_owned).collect()
}

fn drawn(shapes: &[Vec<usize>]) -> Arrays {
    let mut rng = rng();
    shapes.iter().map(|shape| uniform(shape.clone(), 1.0, &mut rng)).collect()
}

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(7)
}

/// What is computed from some arrays is the same where all of them lie otherwise in memory.
fn in_any_layout(
    given: Arrays,
    compute: impl Fn(&mut IntoIter<ArrayD<f64>>) -> Result<Arrays, Error>,
) -> Result<(), Error> {
    let layouts: Vec<_> = given.iter().map(layouts).collect();
    let expected = compute(&mut given.into_iter())?;
    for layout in 0..3 {
        let relaid: Arrays = layouts.iter().map(|layouts| layouts[layout].clone()).collect();
        let results = compute(&mut relaid.into_iter())?;
        assert_eq!(results.len(), expected.len());
        for (result, expected) in zip(&results, &expected) {
            assert_abs_diff_eq!(result, expected, epsilon = TOLERANCE);
        }
    }
    Ok(())
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
