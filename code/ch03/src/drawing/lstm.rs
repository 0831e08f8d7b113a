//! The LSTM in four frames.

use chapter::Sketch;
use ndarray::array;
use rnn::{Error, LstmCell};

use super::{
    ABOVE, ADD, BELOW, Frame, Frames, GATE, HIGH, KEEP, NEW, ROUND, STATE, UNDER, WIDE, logit,
    named, only, short,
};

/// The cell state before the step.
const C: f64 = 2.0;

/// Where the gates stand once they are there. Before, the forget gate is open and the input gate closed.
const INPUT: f64 = 0.5;
const FORGET: f64 = 0.6;
const OUTPUT: f64 = 0.8;

/// The candidate.
const CANDIDATE: f64 = 0.4;

/// What one step makes of the cell state.
#[derive(Debug, PartialEq)]
struct Step {
    /// f c, by the formula.
    kept: f64,
    /// i g, by the formula.
    added: f64,
    /// c′, by the library.
    c: f64,
    /// tanh c′.
    shown: f64,
    /// h′, by the library.
    h: f64,
}

/// A cell of one unit whose gates stand here where its input is one and its hidden state zero.
fn cell(input: f64, forget: f64) -> LstmCell<f64> {
    let [i, f, o] = [input, forget, OUTPUT].map(logit);
    LstmCell {
        w_ih: array![[i], [f], [CANDIDATE.atanh()], [o]],
        w_hh: array![[0.0], [0.0], [0.0], [0.0]],
        b_ih: array![0.0, 0.0, 0.0, 0.0],
        b_hh: array![0.0, 0.0, 0.0, 0.0],
    }
}

fn step(input: f64, forget: f64) -> Result<Step, Error> {
    let (h, c) = cell(input, forget).step(&array![1.0], &array![0.0], &array![C])?;
    let (h, c) = (only(&h), only(&c));
    Ok(Step { kept: forget * C, added: input * CANDIDATE, c, shown: c.tanh(), h })
}

/// The step of each frame.
fn steps() -> Frames<Step> {
    let all = || step(INPUT, FORGET);
    Ok([step(0.0, 1.0)?, step(0.0, FORGET)?, all()?, all()?])
}

/// The cell state on its way, and the gates one after the other.
pub(super) fn drawing() -> Result<Sketch, Error> {
    const HEADINGS: [&str; 4] = [
        "The cell state goes on",
        "Forget gate: keep some",
        "Input gate: add some new",
        "Output gate: show some",
    ];
    let sketch = Sketch::new("lstm", "An LSTM keeps some of its cell state and adds some new", (764.0, 420.0)).describe(
        "Four frames: a straight arrow, a forget gate on it, a gated candidate added, an output gate below.",
    );
    let frames = steps()?.into_iter().zip(HEADINGS).zip(1..);
    Ok(frames.fold(sketch, |sketch, ((step, heading), number)| {
        let frame = Frame::begin(sketch, number, 140.0, heading)
            .state("c", [C, step.c], 3)
            .text(2, (KEEP, STATE + UNDER), &named("f", FORGET))
            .added(3, &named("g", CANDIDATE), 82.0, step.added)
            .text(3, (ADD - 58.0, GATE), &named("i", INPUT));
        let frame = if number > 1 { frame.text(2, kept(number), &short(step.kept)) } else { frame };
        shown(frame, &step).sketch
    }))
}

/// Where it says what the forget gate keeps: above the arrow behind it.
fn kept(number: usize) -> (f64, f64) {
    let end = if number < 3 { NEW - WIDE / 2.0 } else { ADD - ROUND };
    (f64::midpoint(KEEP + ROUND, end), STATE - ABOVE)
}

/// From the cell state down to the hidden state.
fn shown(frame: Frame, step: &Step) -> Frame {
    frame
        .arrow(4, &[(NEW, STATE + HIGH), (NEW, GATE - ROUND)])
        .text(4, (NEW + 36.0, STATE + HIGH + 18.0), "tanh")
        .text(4, (NEW + 36.0, STATE + HIGH + 42.0), &short(step.shown))
        .sign(4, (NEW, GATE), "×")
        .text(4, (NEW + 60.0, GATE), &named("o", OUTPUT))
        .arrow(4, &[(NEW, GATE + ROUND), (NEW, BELOW - HIGH)])
        .node(4, (NEW, BELOW), WIDE, &named("h′", step.h))
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    #[test]
    fn the_numbers_in_the_picture_make_those_of_the_library() {
        for step in steps().unwrap() {
            assert_abs_diff_eq!(step.kept + step.added, step.c, epsilon = 1e-12);
            assert_abs_diff_eq!(OUTPUT * step.shown, step.h, epsilon = 1e-12);
        }
    }

    #[test]
    fn the_state_goes_on_then_is_multiplied_then_added_to() {
        let [alone, kept, added, shown] = steps().unwrap();
        assert_eq!((alone.c, alone.kept), (C, C));
        assert_eq!((kept.c, kept.added), (kept.kept, 0.0));
        assert!(kept.c < alone.c && added.c > kept.c);
        assert_eq!(added, shown, "the last frame only shows it");
    }
}
