//! How long the first input makes a difference.

use ndarray::{Array2, Array3, Axis, array, concatenate, s, stack};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use rnn::{Cell, Error, Gru, Layers, Lstm, Rnn, SelfAttention, init::Recurrence};

/// An untrained network, by how it is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Network {
    /// A tanh network with these recurrent weights.
    Rnn(Recurrence),
    /// The same, reading inputs that are so many times smaller.
    Soft(Recurrence, f64),
    /// A GRU as PyTorch draws it.
    Gru,
    /// An LSTM as PyTorch draws it, or with this forget bias.
    Lstm(Option<f64>),
    /// An LSTM with this forget bias whose `W_hh` is zero: only its gates hear the inputs.
    Unconnected(f64),
}

/// How large a network is and how long it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Numbers in one input, D.
    pub input: usize,
    /// Units, H.
    pub hidden: usize,
    /// Steps, T.
    pub steps: usize,
}

/// What is left after each step of the difference that another first input makes: the distance of
/// the two states over what it was after the first step.
///
/// # Errors
/// Where a size is zero.
// ANCHOR: effect
pub fn effect(network: Network, sizes: &Sizes, rng: &mut impl Rng) -> Result<Vec<f64>, Error> {
    let output = run(network, &two_first_inputs(sizes, rng), sizes, rng)?;
    Ok(left(&output))
}

/// Of the states of two sequences, `[2, T, H]`.
fn left(output: &Array3<f64>) -> Vec<f64> {
    let apart = &output.index_axis(Axis(0), 0) - &output.index_axis(Axis(0), 1);
    let distances = apart.map_axis(Axis(1), |row| row.dot(&row).sqrt());
    (&distances / distances[0]).to_vec()
}

/// Two sequences `[2, T, D]` that differ in their first input only.
fn two_first_inputs(sizes: &Sizes, rng: &mut impl Rng) -> Array3<f64> {
    let shape = (sizes.steps, sizes.input);
    let one = Array2::from_shape_simple_fn(shape, || StandardNormal.sample(rng));
    let mut other = one.clone();
    other.row_mut(0).mapv_inplace(|_| StandardNormal.sample(rng));
    stack![Axis(0), one, other]
}
// ANCHOR_END: effect

/// The same for a layer that may have been trained, and two sequences `[2, T, D]` that differ in their
/// first input.
///
/// # Errors
/// Where the layer has other inputs.
pub fn effect_on<C: Cell<Real = f64>>(
    layer: &Layers<C>,
    two: &Array3<f64>,
) -> Result<Vec<f64>, Error> {
    Ok(left(&layer.forward(two, None)?.0))
}

/// Two sequences `[2, T, 2]` for the adding problem that differ in their first number only. It is the
/// one that is marked, or nothing is.
pub fn two_first_numbers(steps: usize, marked: bool, rng: &mut impl Rng) -> Array3<f64> {
    let mut x = Array3::zeros((2, steps, 2));
    for t in 0..steps {
        let number = rng.random_range(0.0..1.0);
        x.slice_mut(s![.., t, 0]).fill(number);
    }
    x.slice_mut(s![.., 0, 0]).assign(&array![0.0, 1.0]);
    x.slice_mut(s![.., 0, 1]).fill(f64::from(u8::from(marked)));
    x
}

/// Two sequences `[2, T, 1]` of bits that differ in the first only.
pub fn two_first_bits(steps: usize, rng: &mut impl Rng) -> Array3<f64> {
    let (bits, _) = tasks::parity::bits(1, steps, rng);
    let mut two = concatenate![Axis(0), bits, bits];
    two.slice_mut(s![.., 0, 0]).assign(&array![0.0, 1.0]);
    two
}

fn run(
    network: Network,
    x: &Array3<f64>,
    sizes: &Sizes,
    rng: &mut impl Rng,
) -> Result<Array3<f64>, Error> {
    let Sizes { input, hidden, .. } = *sizes;
    match network {
        Network::Rnn(recurrence) => {
            Ok(Rnn::from(recurrence.draw(input, hidden, rng)?).forward(x, None)?.0)
        }
        Network::Soft(recurrence, times) => {
            Ok(Rnn::from(recurrence.draw(input, hidden, rng)?).forward(&(x / times), None)?.0)
        }
        Network::Gru => Ok(Gru::new(input, hidden, rng)?.forward(x, None)?.0),
        Network::Lstm(forget_bias) => {
            let mut lstm = Lstm::new(input, hidden, rng)?;
            if let Some(bias) = forget_bias {
                lstm.cells[0].set_forget_bias(bias);
            }
            Ok(lstm.forward(x, None)?.0)
        }
        Network::Unconnected(forget_bias) => {
            let mut lstm = Lstm::new(input, hidden, rng)?;
            lstm.cells[0].set_forget_bias(forget_bias);
            lstm.cells[0].w_hh.fill(0.0);
            Ok(lstm.forward(x, None)?.0)
        }
    }
}

/// The same for attention: what another first input changes in the output of step t, which looks at
/// the steps 1 … t.
///
/// # Errors
/// Where a size is zero.
pub fn effect_on_attention(sizes: &Sizes, rng: &mut impl Rng) -> Result<Vec<f64>, Error> {
    let attention = SelfAttention::new(sizes.input, sizes.hidden, false, rng)?;
    let x = two_first_inputs(sizes, rng);
    let distance = |t| -> Result<f64, Error> {
        let output = attention.forward(&x.slice_axis(Axis(1), (..t).into()))?;
        let last = output.index_axis_move(Axis(1), t - 1);
        let apart = &last.row(0) - &last.row(1);
        Ok(apart.dot(&apart).sqrt())
    };
    let first = distance(1)?;
    (1..=sizes.steps).map(|t| Ok(distance(t)? / first)).collect()
}

/// The number of steps after which less than a share is left, for good.
pub fn steps_until_below(effect: &[f64], share: f64) -> Option<usize> {
    let last_above = effect.iter().rposition(|left| *left >= share)?;
    (last_above + 1 < effect.len()).then_some(last_above + 1)
}

/// The share of itself that a cell state keeps at each step, `σ(bias)`, where nothing else is heard.
pub fn kept(forget_bias: f64) -> f64 {
    1.0 / (1.0 + (-forget_bias).exp())
}

/// The step by which half of a cell state is left that loses all but `σ(bias)` of itself at each.
pub fn half_life(forget_bias: f64) -> f64 {
    0.5_f64.ln() / kept(forget_bias).ln()
}

/// The mean of ln σ over a forget gate that standard normal inputs move around its bias, through
/// weights as PyTorch draws them: what they add to the bias has the variance D / (3 H).
///
/// ```text
/// E ln σ(b + a),  a normal with mean 0 and that variance
/// ```
pub fn mean_log_kept(forget_bias: f64, sizes: &Sizes) -> f64 {
    let deviation = (sizes.input as f64 / (3.0 * sizes.hidden as f64)).sqrt();
    let (mut sum, mut weights) = (0.0, 0.0);
    for z in (-600..=600).map(|z| f64::from(z) / 100.0) {
        let weight = (-z * z / 2.0).exp();
        sum += weight * -(-(forget_bias + deviation * z)).exp().ln_1p();
        weights += weight;
    }
    sum / weights
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;

    #[test]
    fn steps_are_counted_from_the_first_input_on() {
        assert_eq!(steps_until_below(&[1.0, 0.1, 0.001], 0.01), Some(2));
        assert_eq!(steps_until_below(&[1.0, 0.001, 0.1, 0.001], 0.01), Some(3), "for good");
        assert_eq!(steps_until_below(&[1.0, 0.5], 0.01), None);
    }

    #[test]
    fn a_cell_state_halves_in_its_half_life() {
        let kept: f64 = 1.0 / (1.0 + (-2.0_f64).exp());
        assert_abs_diff_eq!(kept.powf(half_life(2.0)), 0.5, epsilon = 1e-12);
        assert_abs_diff_eq!(half_life(0.0), 1.0, epsilon = 1e-12);
    }

    #[test]
    fn a_gate_that_moves_keeps_less_and_one_that_stands_still_what_its_half_life_says() {
        let still = Sizes { input: 0, hidden: 1, steps: 1 };
        let moving = Sizes { input: 3, ..still };
        let kept = -(2.0_f64.ln()) / half_life(2.0);
        assert_abs_diff_eq!(mean_log_kept(2.0, &still), kept, epsilon = 1e-12);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let drawn: Vec<f64> = (0..100_000).map(|_| StandardNormal.sample(&mut rng)).collect();
        let mean = drawn.iter().map(|a| -(-a).exp().ln_1p()).sum::<f64>() / 1e5;
        assert_abs_diff_eq!(mean_log_kept(0.0, &moving), mean, epsilon = 0.01);
        assert!(mean_log_kept(2.0, &moving) < kept);
    }

    #[test]
    fn the_two_sequences_differ_in_their_first_input_only() {
        let sizes = Sizes { input: 3, hidden: 2, steps: 4 };
        let x = two_first_inputs(&sizes, &mut ChaCha8Rng::seed_from_u64(1));
        let apart = &x.index_axis(Axis(0), 0) - &x.index_axis(Axis(0), 1);
        assert!(apart.row(0).iter().all(|difference| *difference != 0.0));
        assert!(apart.iter().skip(3).all(|difference| *difference == 0.0));
    }

    #[test]
    fn sequences_of_a_task_differ_in_their_first_input_only() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for (x, marks) in [
            (two_first_numbers(9, true, &mut rng), 1.0),
            (two_first_numbers(9, false, &mut rng), 0.0),
        ] {
            assert_eq!(x.slice(s![.., 0, ..]), array![[0.0, marks], [1.0, marks]]);
            assert_eq!(x.slice(s![0, 1.., ..]), x.slice(s![1, 1.., ..]));
            assert_eq!(x.slice(s![.., .., 1]).sum(), 2.0 * marks);
        }
        let x = two_first_bits(9, &mut rng);
        assert_eq!(x.slice(s![.., 0, 0]), array![0.0, 1.0]);
        assert_eq!(x.slice(s![0, 1.., ..]), x.slice(s![1, 1.., ..]));
    }

    #[test]
    fn a_layer_has_the_effect_of_the_network_that_it_is() {
        let sizes = Sizes { input: 3, hidden: 4, steps: 5 };
        let rng = || ChaCha8Rng::seed_from_u64(1);
        let mut drawn = rng();
        let two = two_first_inputs(&sizes, &mut drawn);
        let gru = Gru::new(3, 4, &mut drawn).unwrap();
        let expected = effect(Network::Gru, &sizes, &mut rng()).unwrap();
        assert_eq!(effect_on(&gru, &two).unwrap(), expected);
    }
}
