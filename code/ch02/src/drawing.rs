//! What crosses the cut of a truncated back-propagation, and what does not.

use chapter::{Look, Sketch, format::decimals};
use ndarray::{Array1, Array2, Array3, array};
use rnn::{Error, Rnn, RnnCell};

/// Steps, and the last one before the cut.
const STEPS: usize = 6;
const CUT: usize = 3;

/// One number, one input, then silence, as in chapter 1: h ← tanh(h + x) with x = 1, 0, 0, …
#[derive(Debug, PartialEq)]
struct Piece {
    /// The states `h_1` … `h_T`.
    states: Vec<f64>,
    /// Of the states behind the cut, the derivatives of the last state by each. The last is one.
    derivatives: Vec<f64>,
}

fn network() -> Rnn<f64> {
    let bias = Array1::zeros(1);
    Rnn::from(RnnCell { w_ih: array![[1.0]], w_hh: array![[1.0]], b_ih: bias.clone(), b_hh: bias })
}

/// The states of so many steps that go on from a state `[1, 1, 1]`, and how the last one depends on it.
fn run(x: &Array2<f64>, state: &Array3<f64>) -> Result<(Vec<f64>, f64), Error> {
    let network = network();
    let x = x.clone().insert_axis(ndarray::Axis(0));
    let saved = network.forward_saving(&x, None, Some([state]))?;
    let by_last = Array3::ones((1, 1, 1));
    let [by_first] = saved.backward(None, Some([&by_last]))?.state;
    Ok((saved.output.iter().copied().collect(), by_first[[0, 0, 0]]))
}

fn piece() -> Result<Piece, Error> {
    let mut x = Array2::zeros((STEPS, 1));
    x[[0, 0]] = 1.0;
    let (states, _) = run(&x, &Array3::zeros((1, 1, 1)))?;
    let mut derivatives = Vec::new();
    for t in CUT + 1..STEPS {
        let rest = Array2::zeros((STEPS - t, 1));
        derivatives.push(run(&rest, &Array3::from_elem((1, 1, 1), states[t - 1]))?.1);
    }
    derivatives.push(1.0);
    Ok(Piece { states, derivatives })
}

/// Where things stand, in pixels.
const FORWARDS: f64 = 98.0;
const BACK: f64 = 216.0;
const WIDTH: f64 = 70.0;

fn column(t: usize) -> f64 {
    46.0 + 126.0 * (t - 1) as f64
}

/// Between the last state before the cut and the first behind it.
fn cut() -> f64 {
    f64::midpoint(column(CUT), column(CUT + 1))
}

/// A row of states with arrows to the right through all of them, and below it one of derivatives with
/// arrows to the left that end at the cut.
pub(crate) fn drawing() -> Result<Sketch, Error> {
    let piece = piece()?;
    let sketch = Sketch::new(
        "cut",
        "The state crosses the cut, the gradient does not",
        (730.0, 256.0),
    )
    .describe(
        "Solid arrows run forwards through a row of boxes and a line; dashed arrows run back and end at \
         the line.",
    )
    .heading((10.0, 14.0), "Forwards: states go on")
    .heading((10.0, 164.0), "Back: gradients stop")
    .text(Look::Plain, (column(2), BACK), "no gradient comes here");
    Ok(back(forwards(sketch, &piece.states), &piece.derivatives))
}

fn forwards(sketch: Sketch, states: &[f64]) -> Sketch {
    const NAMES: [&str; STEPS] = ["h₁", "h₂", "h₃", "h₄", "h₅", "h₆"];
    (1..).zip(states).zip(NAMES).fold(sketch, |sketch, ((t, state), name)| {
        let x = column(t);
        let sketch = sketch.text(Look::Plain, (x, FORWARDS - 40.0), name).node(
            Look::Plain,
            (x, FORWARDS),
            WIDTH,
            &decimals(*state, 2).text,
        );
        if t == 1 {
            return sketch;
        }
        let from = column(t - 1) + WIDTH / 2.0;
        sketch.arrow(Look::Strong, &[(from, FORWARDS), (x - WIDTH / 2.0, FORWARDS)])
    })
}

fn back(sketch: Sketch, derivatives: &[f64]) -> Sketch {
    let cut = cut();
    let sketch =
        sketch.line(Look::Plain, &[(cut, 52.0), (cut, 250.0)]).heading((cut - 18.0, 38.0), "cut");
    (CUT + 1..).zip(derivatives).fold(sketch, |sketch, (t, derivative)| {
        let x = column(t);
        let to = if t == CUT + 1 { cut } else { column(t - 1) + WIDTH / 2.0 };
        sketch
            .node(Look::Dashed, (x, BACK), WIDTH, &decimals(*derivative, 2).text)
            .arrow(Look::Dashed, &[(x - WIDTH / 2.0, BACK), (to, BACK)])
    })
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    #[test]
    fn the_states_are_those_of_the_formula() {
        let mut h = 0.0_f64;
        for (t, state) in piece().unwrap().states.into_iter().enumerate() {
            h = (h + f64::from(u8::from(t == 0))).tanh();
            assert_abs_diff_eq!(state, h, epsilon = 1e-12);
        }
    }

    #[test]
    fn each_derivative_is_the_next_one_through_tanh() {
        let Piece { states, derivatives } = piece().unwrap();
        assert_eq!(derivatives.len(), STEPS - CUT);
        for (i, pair) in derivatives.windows(2).enumerate() {
            let after = states[CUT + 1 + i];
            assert_abs_diff_eq!(pair[0], pair[1] * (1.0 - after * after), epsilon = 1e-12);
        }
    }
}
