//! The GRU in four frames.

use chapter::Sketch;
use ndarray::array;
use rnn::{Error, GruCell};

use super::{
    ABOVE, ADD, BELOW, Frame, Frames, GATE, HIGH, KEEP, NARROW, OLD, ROUND, STATE, UNDER, WIDE,
    logit, named, only, short,
};

/// The state before the step, and the input.
const H: f64 = 0.4;
const X: f64 = 0.8;

/// Where the gates stand once they are there. Before, the state is kept, and the candidate sees it all.
const UPDATE: f64 = 0.75;
const RESET: f64 = 0.5;

/// What one step makes of the state.
#[derive(Debug)]
struct Step {
    /// z h, by the formula.
    kept: f64,
    /// r h, by the formula.
    seen: f64,
    /// n = tanh(x + r h).
    candidate: f64,
    /// (1 − z) n.
    added: f64,
    /// h′, by the library.
    h: f64,
}

/// A cell of one unit whose gates stand here, whatever it reads. Its candidate weighs input and state
/// with one.
fn cell(reset: f64, update: f64) -> GruCell<f64> {
    GruCell {
        w_ih: array![[0.0], [0.0], [1.0]],
        w_hh: array![[0.0], [0.0], [1.0]],
        b_ih: array![logit(reset), logit(update), 0.0],
        b_hh: array![0.0, 0.0, 0.0],
    }
}

fn step(reset: f64, update: f64) -> Result<Step, Error> {
    let h = only(&cell(reset, update).step(&array![X], &array![H])?);
    let seen = reset * H;
    let candidate = (X + seen).tanh();
    Ok(Step { kept: update * H, seen, candidate, added: (1.0 - update) * candidate, h })
}

/// The step of each frame.
fn steps() -> Frames<Step> {
    let mixed = || step(1.0, UPDATE);
    Ok([step(1.0, 1.0)?, mixed()?, mixed()?, step(RESET, UPDATE)?])
}

/// The state on its way, what is mixed in, and what that is made of.
pub(super) fn drawing() -> Result<Sketch, Error> {
    const HEADINGS: [&str; 4] = [
        "The state goes on",
        "Update gate: mix in new",
        "The candidate sees x and h",
        "Reset gate: less of h",
    ];
    let sketch = Sketch::new("gru", "A GRU mixes its old state with a candidate", (740.0, 590.0)).describe(
        "Four frames: a straight arrow, a candidate mixed in, its two inputs, a reset gate on one.",
    );
    let frames = steps()?.into_iter().zip(HEADINGS).zip(1..);
    Ok(frames.fold(sketch, |sketch, ((step, heading), number)| {
        let middle = f64::midpoint(KEEP, ADD);
        let frame = Frame::begin(sketch, number, 285.0, heading)
            .state("h", [H, step.h], 2)
            .text(2, (KEEP, STATE + UNDER), &named("z", UPDATE))
            .text(2, (middle, STATE - ABOVE), &short(step.kept))
            .added(2, &named("n", step.candidate), WIDE, step.added)
            .text(2, (ADD + 89.0, GATE), &named("1 − z", 1.0 - UPDATE));
        candidate(frame, &step).sketch
    }))
}

/// What the candidate is made of.
fn candidate(frame: Frame, step: &Step) -> Frame {
    let [left, right] = [ADD - WIDE / 2.0, ADD + WIDE / 2.0];
    let turn = |from| [(OLD, from), (OLD, BELOW), (left, BELOW)];
    let gated = frame.number > 3;
    let frame = if gated {
        frame
            .arrow(3, &[(OLD, STATE + HIGH), (OLD, GATE - ROUND)])
            .arrow(3, &turn(GATE + ROUND))
            .sign(4, (OLD, GATE), "×")
            .text(4, (OLD + 60.0, GATE), &named("r", RESET))
    } else {
        frame.arrow(3, &turn(STATE + HIGH))
    };
    let seen_since = if gated { 4 } else { 3 };
    frame
        .text(seen_since, (f64::midpoint(OLD, left), BELOW - ABOVE + 4.0), &short(step.seen))
        .node(3, (right + 24.0 + NARROW / 2.0, BELOW), NARROW, &named("x", X))
        .arrow(3, &[(right + 24.0, BELOW), (right, BELOW)])
        .text(
            3,
            (ADD, BELOW + UNDER + 6.0),
            &format!("n = tanh({} + {})", short(X), short(step.seen)),
        )
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    #[test]
    fn the_numbers_in_the_picture_make_those_of_the_library() {
        for step in steps().unwrap() {
            assert_abs_diff_eq!(step.kept + step.added, step.h, epsilon = 1e-12);
        }
    }

    #[test]
    fn the_state_goes_on_then_is_mixed_then_the_candidate_sees_less_of_it() {
        let [alone, mixed, _, reset] = steps().unwrap();
        assert_eq!((alone.h, alone.added), (H, 0.0));
        assert!(mixed.h > H && mixed.h < mixed.candidate);
        assert!(reset.candidate < mixed.candidate);
    }
}
