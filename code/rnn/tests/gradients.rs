//! The gradients are those that are found by trying: each number moved a little to either side.

use crate::recurrent::{Arguments, Recurrent, Sizes, arguments, d_results, network, uniform};
use approx::assert_abs_diff_eq;
use ndarray::{Array, Array2, Array3, ArrayD, Dimension, array};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn::{
    Embedding, Error, Gru, Linear, Lstm, Parameters, Rnn, SelfAttention, cross_entropy, mse_loss,
};

/// The step that balances two errors: of the formula, which grows with the step's square, and of
/// the rounding, which grows the smaller it is. Near the cube root of the rounding, 6e-6.
const STEP: f64 = 1e-5;

/// What remains of both errors, relative to the gradient's norm: it was 5e-10 at most.
const TOLERANCE: f64 = 1e-8;

/// Sums of the same numbers in another order.
const ROUNDING: f64 = 1e-12;

/// Its place among the parameters of an attention. It adds the same number to all scores of a row,
/// which changes no weight: its gradient is zero, and relative to that everything is large.
const KEY_BIAS: usize = 3;

const TWO_LAYERS_BOTH_WAYS: Sizes = Sizes { d: 2, h: 3, layers: 2, bidirectional: true };

#[test]
fn gradients_of_the_rnn() -> Result<(), Error> {
    in_all_shapes::<Rnn<f64>>()
}

#[test]
fn gradients_of_the_lstm() -> Result<(), Error> {
    in_all_shapes::<Lstm<f64>>()
}

#[test]
fn gradients_of_the_gru() -> Result<(), Error> {
    in_all_shapes::<Gru<f64>>()
}

#[test]
fn gradients_of_the_linear_layer() -> Result<(), Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let linear = Linear::new(4, 3, &mut rng)?;
    let (x, d_y) = (uniform((5, 4), 2.0, &mut rng), uniform((5, 3), 1.0, &mut rng));
    let gradients = linear.backward(&x, &d_y)?;

    let loss = |linear: &Linear<f64>, x: &Array2<f64>| Ok((linear.forward(x)? * &d_y).sum());
    for (k, gradient) in gradients.linear.parameters().iter().enumerate() {
        let tried = central_differences(gradient.len(), |entry, by| {
            let mut moved = linear.clone();
            move_entry(&mut moved, k, entry, by);
            loss(&moved, &x)
        })?;
        assert_close(&tried, &gradient.to_owned());
    }
    let tried = central_differences(x.len(), |entry, by| loss(&linear, &moved(&x, entry, by)))?;
    assert_close(&tried, &gradients.x.into_dyn());
    Ok(())
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
    let tried = central_differences(12, |entry, by| {
        let mut moved = embedding.clone();
        move_entry(&mut moved, 0, entry, by);
        loss(&moved)
    })?;
    assert_close(&tried, &embedding.backward(&tokens, &d_output)?.weight.into_dyn());
    Ok(())
}

#[test]
fn gradients_of_the_losses() -> Result<(), Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let (y, target) = (uniform((5, 3), 2.0, &mut rng), uniform((5, 3), 2.0, &mut rng));
    let classes: Vec<usize> = (0..5).map(|_| rng.random_range(0..3)).collect();

    let (_, gradient) = mse_loss(&y, &target)?;
    let tried =
        central_differences(y.len(), |entry, by| Ok(mse_loss(&moved(&y, entry, by), &target)?.0))?;
    assert_close(&tried, &gradient.into_dyn());

    let (_, gradient) = cross_entropy(&y, &classes)?;
    let tried = central_differences(y.len(), |entry, by| {
        Ok(cross_entropy(&moved(&y, entry, by), &classes)?.0)
    })?;
    assert_close(&tried, &gradient.into_dyn());
    Ok(())
}

#[test]
fn nothing_given_is_zero() -> Result<(), Error> {
    none_is_zero::<Rnn<f64>>()?;
    none_is_zero::<Lstm<f64>>()?;
    none_is_zero::<Gru<f64>>()
}

#[test]
fn gradients_of_two_losses_add_up() -> Result<(), Error> {
    sum_of_parts::<Rnn<f64>>()?;
    sum_of_parts::<Lstm<f64>>()?;
    sum_of_parts::<Gru<f64>>()
}

/// A network with its arguments, and the gradients that a loss sends back.
#[derive(Clone)]
struct Case<L> {
    network: L,
    arguments: Arguments<f64>,
    d_results: Vec<Option<Array3<f64>>>,
}

impl<L: Recurrent<f64>> Case<L> {
    /// One layer in one direction.
    fn new(n: usize, t: usize, d: usize, h: usize) -> Self {
        Self::stacked(n, t, Sizes::layer(d, h))
    }

    fn stacked(n: usize, t: usize, sizes: Sizes) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let network = network(sizes, &mut rng);
        let arguments = arguments::<L>((n, t), sizes, &mut rng);
        let d_results = d_results::<L>((n, t), sizes, &mut rng).into_iter().map(Some).collect();
        Self { network, arguments, d_results }
    }

    fn padded(self, lengths: &[usize]) -> Self {
        let arguments = Arguments { lengths: Some(lengths.to_vec()), ..self.arguments };
        Self { arguments, ..self }
    }

    /// A loss with the gradients `d_results`.
    fn loss(&self) -> Result<f64, Error> {
        let results = self.network.run(&self.arguments)?;
        let terms = results.iter().zip(self.d_results.iter().flatten());
        Ok(terms.map(|(result, d_result)| (result * d_result).sum()).sum())
    }

    /// Of `w_ih`, `w_hh`, `b_ih`, `b_hh` of each cell, `x`, `h_0` and, of the LSTM, `c_0`.
    fn gradients(&self) -> Result<Vec<ArrayD<f64>>, Error> {
        Ok(self.network.run_back(&self.arguments, &self.d_results)?.1.arrays())
    }

    /// One entry of one array moved; the arrays are those of `gradients`.
    fn moved(&self, k: usize, entry: usize, by: f64) -> Self {
        let mut case = self.clone();
        let weights = self.network.parameters().len();
        match (k.checked_sub(weights), &mut case.arguments.state) {
            (None, _) => move_entry(&mut case.network, k, entry, by),
            (Some(0), _) => case.arguments.x = moved(&self.arguments.x, entry, by),
            (Some(k), Some(state)) => state[k - 1] = moved(&state[k - 1], entry, by),
            (Some(_), None) => panic!("there is no state to move"),
        }
        case
    }
}

fn in_all_shapes<L: Recurrent<f64>>() -> Result<(), Error> {
    agrees_with_trying(&Case::<L>::new(3, 5, 2, 4))?;
    agrees_with_trying(&Case::<L>::new(3, 5, 2, 4).padded(&[5, 2, 3]))?;
    // No sequence as long as the batch; the first ends at once.
    agrees_with_trying(&Case::<L>::new(4, 6, 3, 3).padded(&[1, 5, 3, 4]))?;
    // One sequence goes another way than several.
    agrees_with_trying(&Case::<L>::new(1, 4, 3, 5))?;
    agrees_with_trying(&Case::<L>::new(1, 4, 3, 3).padded(&[3]))?;
    agrees_with_trying(&Case::<L>::new(2, 3, 1, 1))?;
    for layers in 1..=4 {
        for bidirectional in [false, true] {
            let sizes = Sizes { d: 2, h: 3, layers, bidirectional };
            agrees_with_trying(&Case::<L>::stacked(2, 4, sizes))?;
            agrees_with_trying(&Case::<L>::stacked(3, 5, sizes).padded(&[2, 4, 1]))?;
            agrees_with_trying(&Case::<L>::stacked(1, 3, sizes))?;
        }
    }
    Ok(())
}

fn agrees_with_trying<L: Recurrent<f64>>(case: &Case<L>) -> Result<(), Error> {
    for (k, gradient) in case.gradients()?.iter().enumerate() {
        let tried =
            central_differences(gradient.len(), |entry, by| case.moved(k, entry, by).loss())?;
        assert_close(&tried, gradient);
    }
    Ok(())
}

fn none_is_zero<L: Recurrent<f64>>() -> Result<(), Error> {
    none_is_zero_in(Case::<L>::new(3, 4, 2, 3))?;
    none_is_zero_in(Case::<L>::stacked(3, 4, TWO_LAYERS_BOTH_WAYS))
}

fn none_is_zero_in<L: Recurrent<f64>>(case: Case<L>) -> Result<(), Error> {
    let mut given = case.padded(&[4, 1, 2]);
    let mut left_out = given.clone();
    left_out.arguments.state = None;
    given.arguments.state.iter_mut().flatten().for_each(|state| state.fill(0.0));
    assert_eq!(left_out.gradients()?, given.gradients()?);

    for k in 0..given.d_results.len() {
        left_out.d_results[k] = None;
        given.d_results[k].iter_mut().for_each(|d_result| d_result.fill(0.0));
        assert_eq!(left_out.gradients()?, given.gradients()?);
    }
    assert!(left_out.gradients()?.iter().flatten().all(|&gradient| gradient == 0.0));
    Ok(())
}

fn sum_of_parts<L: Recurrent<f64>>() -> Result<(), Error> {
    sum_of_parts_in(&Case::<L>::new(3, 4, 2, 3).padded(&[4, 1, 2]))?;
    sum_of_parts_in(&Case::<L>::stacked(3, 4, TWO_LAYERS_BOTH_WAYS).padded(&[4, 1, 2]))
}

fn sum_of_parts_in<L: Recurrent<f64>>(case: &Case<L>) -> Result<(), Error> {
    let mut sums: Vec<ArrayD<f64>> =
        case.gradients()?.iter().map(|gradient| ArrayD::zeros(gradient.shape())).collect();
    for k in 0..case.d_results.len() {
        let mut part = case.clone();
        part.d_results.fill(None);
        part.d_results[k].clone_from(&case.d_results[k]);
        sums.iter_mut().zip(part.gradients()?).for_each(|(sum, gradient)| *sum += &gradient);
    }
    for (sum, gradient) in sums.iter().zip(&case.gradients()?) {
        assert_abs_diff_eq!(sum, gradient, epsilon = ROUNDING);
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
    let mut attention = SelfAttention::new(d, size, causal, &mut rng)?;
    attention.parameters_mut().iter_mut().for_each(|weights| *weights *= 2.0);
    let (x, d_output) = (uniform((n, t, d), 2.0, &mut rng), uniform((n, t, size), 1.0, &mut rng));
    let gradients = attention.backward(&attention.forward_saving(&x, lengths)?, &d_output)?;
    assert_eq!(gradients.attention.causal, causal);

    let loss = |attention: &SelfAttention<f64>, x: &Array3<f64>| {
        Ok((attention.forward_saving(x, lengths)?.output * &d_output).sum())
    };
    for (k, gradient) in gradients.attention.parameters().iter().enumerate() {
        let tried = central_differences(gradient.len(), |entry, by| {
            let mut moved = attention.clone();
            move_entry(&mut moved, k, entry, by);
            loss(&moved, &x)
        })?;
        if k == KEY_BIAS {
            let tried = ArrayD::from_shape_vec(gradient.raw_dim(), tried).expect("as many entries");
            assert_abs_diff_eq!(tried, ArrayD::zeros(gradient.raw_dim()), epsilon = TOLERANCE);
            assert_abs_diff_eq!(*gradient, ArrayD::zeros(gradient.raw_dim()), epsilon = ROUNDING);
        } else {
            assert_close(&tried, &gradient.to_owned());
        }
    }
    let tried = central_differences(x.len(), |entry, by| loss(&attention, &moved(&x, entry, by)))?;
    assert_close(&tried, &gradients.x.into_dyn());
    Ok(())
}

/// How the loss changes with each of `count` entries; `loss` moves one of them first.
fn central_differences(
    count: usize,
    loss: impl Fn(usize, f64) -> Result<f64, Error>,
) -> Result<Vec<f64>, Error> {
    (0..count).map(|entry| Ok((loss(entry, STEP)? - loss(entry, -STEP)?) / (2.0 * STEP))).collect()
}

fn move_entry(model: &mut impl Parameters<f64>, array: usize, entry: usize, by: f64) {
    if let Some(weight) = model.parameters_mut()[array].iter_mut().nth(entry) {
        *weight += by;
    }
}

fn moved<D: Dimension>(array: &Array<f64, D>, entry: usize, by: f64) -> Array<f64, D> {
    let mut array = array.clone();
    if let Some(number) = array.iter_mut().nth(entry) {
        *number += by;
    }
    array
}

/// Close relative to the norm: single entries may be small where large terms cancel.
fn assert_close(tried: &[f64], gradient: &ArrayD<f64>) {
    let norm = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|x| x * x).sum::<f64>().sqrt();
    let differences = &mut tried.iter().zip(gradient).map(|(tried, gradient)| tried - gradient);
    let off = norm(differences) / norm(&mut gradient.iter().copied());
    assert!(off <= TOLERANCE, "off by {off:e} from what trying says: {tried:?} for {gradient}");
}
