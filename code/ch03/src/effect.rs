//! How long the first input makes a difference.

use ndarray::{Array2, Array3, Axis, stack};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use rnn::{Error, Gru, Lstm, Rnn, SelfAttention, init::Recurrence};

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
    let apart = &output.index_axis(Axis(0), 0) - &output.index_axis(Axis(0), 1);
    let distances = apart.map_axis(Axis(1), |row| row.dot(&row).sqrt());
    Ok((&distances / distances[0]).to_vec())
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

/// The step by which half of a cell state is left that loses all but `σ(bias)` of itself at each.
pub fn half_life(forget_bias: f64) -> f64 {
    let kept = 1.0 / (1.0 + (-forget_bias).exp());
    0.5_f64.ln() / kept.ln()
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
    fn the_two_sequences_differ_in_their_first_input_only() {
        let sizes = Sizes { input: 3, hidden: 2, steps: 4 };
        let x = two_first_inputs(&sizes, &mut ChaCha8Rng::seed_from_u64(1));
        let apart = &x.index_axis(Axis(0), 0) - &x.index_axis(Axis(0), 1);
        assert!(apart.row(0).iter().all(|difference| *difference != 0.0));
        assert!(apart.iter().skip(3).all(|difference| *difference == 0.0));
    }
}
