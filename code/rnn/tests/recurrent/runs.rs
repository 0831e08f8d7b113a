//! The ways through a network, and the loop over its cells that they all must equal.

use ndarray::{Array1, Array3, ArrayD, ArrayViewD, Axis};
use rnn::{Cell, Error, Layers, Parameters, Real, StatesRef};

use super::{Arguments, Recurrent};

#[derive(Debug, PartialEq)]
pub struct Gradients<F> {
    /// Of the parameters of one cell after the other.
    pub weights: Vec<ArrayD<F>>,
    pub x: Array3<F>,
    pub state: Vec<Array3<F>>,
}

impl<F: Real> Gradients<F> {
    /// All of them, in the order of the fields.
    pub fn arrays(self) -> Vec<ArrayD<F>> {
        let Self { mut weights, x, state } = self;
        weights.extend([x].into_iter().chain(state).map(Array3::into_dyn));
        weights
    }
}

/// `output` and the last states.
pub fn run<C: Recurrent>(
    network: &Layers<C>,
    Arguments { x, lengths, state }: &Arguments<C::Real>,
) -> Result<Vec<Array3<C::Real>>, Error> {
    let state = state.as_deref().map(by_reference::<C>);
    let (output, states) = match lengths {
        None => network.forward(x, state)?,
        Some(lengths) => network.forward_padded(x, lengths, state)?,
    };
    Ok([output].into_iter().chain(states).collect())
}

/// Results and gradients.
pub type ThereAndBack<F> = (Vec<Array3<F>>, Gradients<F>);

/// The same, from the forward pass that keeps what the backward pass needs; and the gradients, from
/// those by `output` and the last states.
pub fn run_back<C: Recurrent>(
    network: &Layers<C>,
    Arguments { x, lengths, state }: &Arguments<C::Real>,
    d_results: &[Array3<C::Real>],
) -> Result<ThereAndBack<C::Real>, Error> {
    let state = state.as_deref().map(by_reference::<C>);
    let saved = network.forward_saving(x, lengths.as_deref(), state)?;
    let gradients =
        saved.backward(Some(&d_results[0]), Some(by_reference::<C>(&d_results[1..])))?;
    assert_eq!(gradients.layers.bidirectional, network.bidirectional);
    let x = saved.input_gradient(&gradients)?;
    let weights = gradients.layers.parameters().into_iter().map(ArrayViewD::into_owned).collect();
    let state = gradients.state.into_iter().collect();
    let results = [saved.output].into_iter().chain(saved.state).collect();
    Ok((results, Gradients { weights, x, state }))
}

/// The results of both forward passes, and the gradients.
pub fn everything<C: Recurrent>(
    network: &Layers<C>,
    arguments: &Arguments<C::Real>,
    d_results: &[Array3<C::Real>],
) -> Result<Vec<ArrayD<C::Real>>, Error> {
    let (results, gradients) = run_back(network, arguments, d_results)?;
    let results = results.into_iter().chain(run(network, arguments)?).map(Array3::into_dyn);
    Ok(results.chain(gradients.arrays()).collect())
}

pub fn by_reference<C: Cell>(arrays: &[Array3<C::Real>]) -> StatesRef<'_, C> {
    C::state(|array| &*arrays[array])
}

/// What `run` should give: a loop over the cells, as long as each sequence; what follows its end
/// stays zero.
pub fn run_steps<C: Recurrent>(
    network: &Layers<C>,
    Arguments { x, lengths, state }: &Arguments<C::Real>,
) -> Result<Vec<Array3<C::Real>>, Error> {
    let (count, steps, _) = x.dim();
    let directions = network.num_directions();
    let mut output = Array3::zeros((count, steps, directions * network.hidden_size()));
    let zeros = || Array3::zeros((network.cells.len(), count, network.hidden_size()));
    let mut states = state.clone().unwrap_or_else(|| vec![zeros(); C::STATES]);
    for n in 0..count {
        let length = lengths.as_ref().map_or(steps, |lengths| lengths[n]);
        let sequence = x.index_axis(Axis(0), n);
        let mut rows: Vec<Array1<C::Real>> =
            sequence.rows().into_iter().take(length).map(|row| row.to_owned()).collect();
        for layer in 0..network.num_layers() {
            let mut joined = vec![Vec::new(); length];
            for direction in 0..directions {
                let pass = layer * directions + direction;
                let mut state = of_sequence(&states, pass, n);
                for step in 0..length {
                    let t = if direction == 1 { length - 1 - step } else { step };
                    state = network.cells[pass].next_state(&rows[t], &state)?;
                    joined[t].extend(&state[0]);
                }
                for (states, state) in states.iter_mut().zip(&state) {
                    states.index_axis_mut(Axis(0), pass).row_mut(n).assign(state);
                }
            }
            rows = joined.into_iter().map(Array1::from).collect();
        }
        let mut output = output.index_axis_mut(Axis(0), n);
        output.rows_mut().into_iter().zip(&rows).for_each(|(mut row, h)| row.assign(h));
    }
    states.insert(0, output);
    Ok(states)
}

fn of_sequence<F: Real>(states: &[Array3<F>], pass: usize, n: usize) -> Vec<Array1<F>> {
    states.iter().map(|states| states.index_axis(Axis(0), pass).row(n).to_owned()).collect()
}
