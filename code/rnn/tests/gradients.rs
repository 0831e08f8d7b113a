//! The gradients are those that are found by trying: each number moved a little to either side.

use crate::recurrent::{
    Arguments, Recurrent, Sizes, arguments, by_reference, d_results, network, of_all_cells, run,
    run_back, uniform,
};
use approx::assert_abs_diff_eq;
use ndarray::{Array, Array2, Array3, ArrayBase, ArrayD, ArrayViewMutD, Dimension, array};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn::{
    Embedding, Error, Layers, Linear, Parameters, Positions, SelfAttention, cross_entropy, mse_loss,
};

/// The step that balances two errors: of the formula, which grows with the step's square, and of
/// the rounding, which grows the smaller it is. Near the cube root of the rounding, 6e-6.
const STEP: f64 = 1e-5;

/// What remains of both errors, relative to the gradient's norm: it was 5e-10 at most.
const TOLERANCE: f64 = 1e-8;

/// Sums of the same numbers in another order.
const ROUNDING: f64 = 1e-12;

#[test]
fn gradients_of_recurrent_layers() -> Result<(), Error> {
    of_all_cells!(in_all_shapes()?);
    Ok(())
}

#[test]
fn gradients_of_the_linear_layer() -> Result<(), Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let linear = Linear::new(4, 3, &mut rng)?;
    let (x, d_y) = (uniform((5, 4), 2.0, &mut rng), uniform((5, 3), 1.0, &mut rng));
    let gradients = linear.backward(&x, &d_y)?;
    let loss = |(linear, x): &(Linear<f64>, Array2<f64>)| Ok((linear.forward(x)? * &d_y).sum());
    agrees(&(linear, x), with_input, loss, &owned(&(gradients.linear, gradients.x), with_input))
}

#[test]
fn gradients_of_attention() -> Result<(), Error> {
    for causal in [false, true] {
        attention_agrees_with_trying((3, 5, 2, 4), causal, None)?;
        attention_agrees_with_trying((3, 5, 2, 4), causal, Some(&[5, 2, 3]))?;
        // No sequence as long as the batch; the first ends at once.
        attention_agrees_with_trying((4, 6, 3, 3), causal, Some(&[1, 5, 3, 4]))?;
        attention_agrees_with_trying((1, 4, 3, 5), causal, None)?;
        attention_agrees_with_trying((2, 3, 1, 1), causal, None)?;
        // In blocks, the second with few keys.
        attention_agrees_with_trying((2, 70, 1, 2), causal, Some(&[70, 66]))?;
    }
    Ok(())
}

/// A loss that is no linear function of the table, with tokens that occur several times.
#[test]
fn gradients_of_the_embedding() -> Result<(), Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let embedding = Embedding::new(4, 3, &mut rng)?;
    let tokens = array![[2, 0, 2], [2, 3, 0]];
    let loss = |embedding: &Embedding<f64>| Ok(embedding.forward(&tokens)?.mapv(f64::sin).sum());
    let d_output = embedding.forward(&tokens)?.mapv(f64::cos);
    let gradients = embedding.backward(&tokens, &d_output)?;
    agrees(
        &embedding,
        Embedding::parameters_mut,
        loss,
        &owned(&gradients, Embedding::parameters_mut),
    )
}

#[test]
fn gradients_of_the_losses() -> Result<(), Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let (y, target) = (uniform((5, 3), 2.0, &mut rng), uniform((5, 3), 2.0, &mut rng));
    let classes: Vec<usize> = (0..5).map(|_| rng.random_range(0..3)).collect();

    let array: Arrays<Array2<f64>> = |array| vec![array.view_mut().into_dyn()];
    let loss = |y: &Array2<f64>| Ok(mse_loss(y, &target)?.0);
    agrees(&y, array, loss, &[mse_loss(&y, &target)?.1.into_dyn()])?;
    let loss = |y: &Array2<f64>| Ok(cross_entropy(y, &classes)?.0);
    agrees(&y, array, loss, &[cross_entropy(&y, &classes)?.1.into_dyn()])
}

#[test]
fn nothing_given_is_zero() -> Result<(), Error> {
    of_all_cells!(none_is_zero()?);
    Ok(())
}

#[test]
fn gradients_of_two_losses_add_up() -> Result<(), Error> {
    of_all_cells!(sum_of_parts()?);
    Ok(())
}

/// A network with its arguments, and the gradients that a loss sends back.
#[derive(Clone)]
struct Case<C> {
    network: Layers<C>,
    arguments: Arguments<f64>,
    d_results: Vec<Array3<f64>>,
}

impl<C: Recurrent<Real = f64>> Case<C> {
    /// One layer in one direction.
    fn new(n: usize, t: usize, d: usize, h: usize) -> Self {
        Self::stacked(n, t, Sizes::layer(d, h))
    }

    fn stacked(n: usize, t: usize, sizes: Sizes) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let network = network(sizes, &mut rng);
        let arguments = arguments::<C>((n, t), sizes, &mut rng);
        let d_results = d_results::<C>((n, t), sizes, &mut rng);
        Self { network, arguments, d_results }
    }

    fn padded(self, lengths: &[usize]) -> Self {
        let arguments = Arguments { lengths: Some(lengths.to_vec()), ..self.arguments };
        Self { arguments, ..self }
    }

    /// A loss with the gradients `d_results`.
    fn loss(&self) -> Result<f64, Error> {
        let results = run(&self.network, &self.arguments)?;
        let terms = results.iter().zip(&self.d_results);
        Ok(terms.map(|(result, d_result)| (result * d_result).sum()).sum())
    }

    /// Of the parameters of each cell, `x`, `h_0` and, of the LSTM, `c_0`.
    fn gradients(&self) -> Result<Vec<ArrayD<f64>>, Error> {
        Ok(run_back(&self.network, &self.arguments, &self.d_results)?.1.arrays())
    }

    /// Those that the gradients belong to.
    fn arrays(&mut self) -> Vec<ArrayViewMutD<'_, f64>> {
        let Arguments { x, state, .. } = &mut self.arguments;
        let arguments = [x].into_iter().chain(state.iter_mut().flatten());
        let arguments = arguments.map(|array| array.view_mut().into_dyn());
        self.network.parameters_mut().into_iter().chain(arguments).collect()
    }
}

fn in_all_shapes<C: Recurrent<Real = f64>>() -> Result<(), Error> {
    agrees_with_trying(&Case::<C>::new(3, 5, 2, 4))?;
    agrees_with_trying(&Case::<C>::new(3, 5, 2, 4).padded(&[5, 2, 3]))?;
    // No sequence as long as the batch; the first ends at once.
    agrees_with_trying(&Case::<C>::new(4, 6, 3, 3).padded(&[1, 5, 3, 4]))?;
    // One sequence goes another way than several.
    agrees_with_trying(&Case::<C>::new(1, 4, 3, 5))?;
    agrees_with_trying(&Case::<C>::new(1, 4, 3, 3).padded(&[3]))?;
    agrees_with_trying(&Case::<C>::new(2, 3, 1, 1))?;
    for layers in 1..=4 {
        for bidirectional in [false, true] {
            let sizes = Sizes { d: 2, h: 3, layers, bidirectional };
            agrees_with_trying(&Case::<C>::stacked(2, 4, sizes))?;
            agrees_with_trying(&Case::<C>::stacked(3, 5, sizes).padded(&[2, 4, 1]))?;
            agrees_with_trying(&Case::<C>::stacked(1, 3, sizes))?;
        }
    }
    Ok(())
}

fn agrees_with_trying<C: Recurrent<Real = f64>>(case: &Case<C>) -> Result<(), Error> {
    agrees(case, Case::arrays, Case::loss, &case.gradients()?)
}

/// One layer, and two in both directions.
fn padded_cases<C: Recurrent<Real = f64>>() -> [Case<C>; 2] {
    let stack = Sizes { d: 2, h: 3, layers: 2, bidirectional: true };
    [Sizes::layer(2, 3), stack].map(|sizes| Case::stacked(3, 4, sizes).padded(&[4, 1, 2]))
}

fn none_is_zero<C: Recurrent<Real = f64>>() -> Result<(), Error> {
    for Case { network, arguments: Arguments { x, lengths, state }, d_results } in
        padded_cases::<C>()
    {
        let mut zeros = [vec![d_results[0].clone()], state.expect("a case has a state")].concat();
        for array in &mut zeros {
            array.fill(0.0);
        }
        let zero_state = || Some(by_reference::<C>(&zeros[1..]));
        let left_out = network.forward_saving(&x, lengths.as_deref(), None)?;
        let given = network.forward_saving(&x, lengths.as_deref(), zero_state())?;
        assert_eq!(
            (&left_out.output, left_out.state.as_ref()),
            (&given.output, given.state.as_ref())
        );

        let d_output = Some(&*d_results[0]);
        let d_state = || Some(by_reference::<C>(&d_results[1..]));
        for (left_out, given) in [
            (left_out.backward(d_output, None)?, given.backward(d_output, zero_state())?),
            (left_out.backward(None, d_state())?, given.backward(Some(&zeros[0]), d_state())?),
        ] {
            assert_eq!(left_out.layers, given.layers);
            assert_eq!(left_out.state.as_ref(), given.state.as_ref());
        }
        let nothing = left_out.backward(None, None)?;
        assert!(nothing.layers.parameters().iter().flatten().all(|&gradient| gradient == 0.0));
        assert!(nothing.state.as_ref().iter().flatten().all(|&gradient| gradient == 0.0));
    }
    Ok(())
}

fn sum_of_parts<C: Recurrent<Real = f64>>() -> Result<(), Error> {
    for case in padded_cases::<C>() {
        let whole = case.gradients()?;
        let mut sums: Vec<ArrayD<f64>> =
            whole.iter().map(|gradient| ArrayD::zeros(gradient.shape())).collect();
        for k in 0..case.d_results.len() {
            let mut part = case.clone();
            let others = part.d_results.iter_mut().enumerate().filter(|(other, _)| *other != k);
            others.for_each(|(_, d_result)| d_result.fill(0.0));
            sums.iter_mut().zip(part.gradients()?).for_each(|(sum, gradient)| *sum += &gradient);
        }
        for (sum, gradient) in sums.iter().zip(&whole) {
            assert_abs_diff_eq!(sum, gradient, epsilon = ROUNDING);
        }
    }
    Ok(())
}

/// Queries and keys are drawn wide, so that the weights are far from equal.
fn attention_agrees_with_trying(
    (n, t, d, size): (usize, usize, usize, usize),
    causal: bool,
    lengths: Option<&[usize]>,
) -> Result<(), Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    // The last number is for all distances from three on.
    let mut attention = SelfAttention::new(d, size, causal, &mut rng)?
        .with_positions(Positions::Learned(array![0.3, -0.2, 0.5, -0.7]));
    attention.parameters_mut().iter_mut().for_each(|weights| *weights *= 2.0);
    let (x, d_output) = (uniform((n, t, d), 2.0, &mut rng), uniform((n, t, size), 1.0, &mut rng));
    let gradients = attention.forward_saving(&x, lengths)?.backward(&d_output)?;
    assert_eq!(gradients.attention.causal, causal);

    let loss = |(attention, x): &(SelfAttention<f64>, Array3<f64>)| {
        Ok((attention.forward_saving(x, lengths)?.output * &d_output).sum())
    };
    let gradients = owned(&(gradients.attention, gradients.x), with_input);
    agrees(&(attention, x), with_input, loss, &gradients)
}

/// The arrays of something, to be moved.
type Arrays<M> = fn(&mut M) -> Vec<ArrayViewMutD<'_, f64>>;

fn with_input<M: Parameters<f64>, D: Dimension>(
    (model, x): &mut (M, Array<f64, D>),
) -> Vec<ArrayViewMutD<'_, f64>> {
    let mut arrays = model.parameters_mut();
    arrays.push(x.view_mut().into_dyn());
    arrays
}

fn owned<M: Clone>(model: &M, arrays: Arrays<M>) -> Vec<ArrayD<f64>> {
    arrays(&mut model.clone()).iter().map(ArrayBase::to_owned).collect()
}

/// Moves every entry of every array a little to either side.
fn agrees<M: Clone>(
    model: &M,
    arrays: Arrays<M>,
    loss: impl Fn(&M) -> Result<f64, Error>,
    gradients: &[ArrayD<f64>],
) -> Result<(), Error> {
    for (k, gradient) in gradients.iter().enumerate() {
        let loss_at = |entry: usize, by: f64| {
            let mut moved = model.clone();
            *arrays(&mut moved)[k].iter_mut().nth(entry).expect("as many entries") += by;
            loss(&moved)
        };
        let slope = |entry| Ok((loss_at(entry, STEP)? - loss_at(entry, -STEP)?) / (2.0 * STEP));
        let tried = (0..gradient.len()).map(slope).collect::<Result<Vec<f64>, Error>>()?;
        assert_close(&tried, gradient);
    }
    Ok(())
}

/// Close relative to the norm: single entries may be small where large terms cancel. The gradient of
/// an attention by the keys' bias is zero: it adds the same to all scores of a row.
fn assert_close(tried: &[f64], gradient: &ArrayD<f64>) {
    let norm = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|x| x * x).sum::<f64>().sqrt();
    let off = norm(&mut tried.iter().zip(gradient).map(|(tried, gradient)| tried - gradient));
    let size = norm(&mut gradient.iter().copied());
    let close = off <= TOLERANCE * if size <= ROUNDING { 1.0 } else { size };
    assert!(close, "off by {off:e} from what trying says: {tried:?} for {gradient}");
}
