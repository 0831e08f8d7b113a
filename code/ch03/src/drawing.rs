//! Two cells of one unit, drawn in four frames each: every frame shows what the one before shows, and
//! one part more. All numbers come from the library's cells.

mod gru;
mod lstm;

use chapter::{Look, Report, Sketch, format::exact};
use ndarray::Array1;
use rnn::Error;

/// Draws both.
pub(crate) fn report(report: &mut Report) -> chapter::Result {
    report.figure(&lstm::drawing()?)?;
    report.figure(&gru::drawing()?)
}

/// Where things stand in a frame, in pixels to the right.
const OLD: f64 = 43.0;
const KEEP: f64 = 125.0;
const ADD: f64 = 188.0;
const NEW: f64 = 286.0;

/// And downwards.
const HEADING: f64 = 12.0;
const STATE: f64 = 62.0;
const GATE: f64 = 162.0;
const BELOW: f64 = 236.0;

/// Widths of boxes, and what arrows keep off: half the height of a box, the radius of a sign.
const NARROW: f64 = 86.0;
const WIDE: f64 = 98.0;
const HIGH: f64 = 23.0;
const ROUND: f64 = 15.0;

/// How far above an arrow and below a sign a text stands.
const ABOVE: f64 = 22.0;
const UNDER: f64 = 34.0;

/// From one frame to the next beside it.
const PITCH: f64 = 362.0;

/// One frame on its way into a sketch.
struct Frame {
    sketch: Sketch,
    corner: (f64, f64),
    number: usize,
}

impl Frame {
    /// The frame of this number, from one on, two beside each other. The second row begins here.
    fn begin(sketch: Sketch, number: usize, second_row: f64, heading: &str) -> Self {
        let (row, column) = ((number - 1) / 2, (number - 1) % 2);
        let corner = (10.0 + PITCH * column as f64, 10.0 + second_row * row as f64);
        let heading = format!("{number}. {heading}");
        let sketch = sketch.heading((corner.0, corner.1 + HEADING), &heading);
        Self { sketch, corner, number }
    }

    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.corner.0 + x, self.corner.1 + y)
    }

    /// Whether a part that comes with a frame is there yet, and whether it is new.
    fn look(&self, since: usize) -> Option<Look> {
        let look = if since == self.number { Look::Strong } else { Look::Plain };
        (since <= self.number).then_some(look)
    }

    fn add(mut self, since: usize, draw: impl FnOnce(Sketch, Look, &Self) -> Sketch) -> Self {
        if let Some(look) = self.look(since) {
            let sketch = self.sketch.clone();
            self.sketch = draw(sketch, look, &self);
        }
        self
    }

    fn node(self, since: usize, at: (f64, f64), width: f64, text: &str) -> Self {
        self.add(since, |sketch, look, frame| sketch.node(look, frame.at(at), width, text))
    }

    fn sign(self, since: usize, at: (f64, f64), sign: &str) -> Self {
        self.add(since, |sketch, look, frame| sketch.sign(look, frame.at(at), sign))
    }

    fn text(self, since: usize, at: (f64, f64), text: &str) -> Self {
        self.add(since, |sketch, look, frame| sketch.text(look, frame.at(at), text))
    }

    fn arrow(self, since: usize, points: &[(f64, f64)]) -> Self {
        self.add(since, |sketch, look, frame| {
            let points: Vec<_> = points.iter().map(|point| frame.at(*point)).collect();
            sketch.arrow(look, &points)
        })
    }

    /// The state on its straight way: its name, and what it is before and after. The sign in it that
    /// multiplies comes with the second frame, and the one that adds with this one.
    fn state(self, name: &str, [old, new]: [f64; 2], added_since: usize) -> Self {
        let places = [(2, KEEP), (added_since, ADD)];
        let number = self.number;
        let mut frame = self;
        let mut from = OLD + NARROW / 2.0;
        for (_, x) in places.iter().filter(|(since, _)| *since <= number) {
            frame = frame.arrow(1, &[(from, STATE), (x - ROUND, STATE)]);
            from = x + ROUND;
        }
        frame
            .arrow(1, &[(from, STATE), (NEW - WIDE / 2.0, STATE)])
            .node(1, (OLD, STATE), NARROW, &named(name, old))
            .node(1, (NEW, STATE), WIDE, &named(&format!("{name}′"), new))
            .sign(2, (KEEP, STATE), "×")
            .sign(added_since, (ADD, STATE), "+")
    }

    /// What is added to the state: a candidate, multiplied by a gate, and what that gives.
    fn added(self, since: usize, candidate: &str, width: f64, product: f64) -> Self {
        self.node(since, (ADD, BELOW), width, candidate)
            .arrow(since, &[(ADD, BELOW - HIGH), (ADD, GATE + ROUND)])
            .sign(since, (ADD, GATE), "×")
            .arrow(since, &[(ADD, GATE - ROUND), (ADD, STATE + ROUND)])
            .text(since, (ADD + 31.0, f64::midpoint(STATE, GATE)), &short(product))
    }
}

/// A letter and its number: `c = 1.4`.
fn named(name: &str, value: f64) -> String {
    format!("{name} = {}", short(value))
}

/// At most two decimals: `2`, `0.71`.
fn short(value: f64) -> String {
    exact((100.0 * value).round() / 100.0).text
}

/// What a gate must be given to stand here: the inverse of σ, infinite for 0 and 1.
fn logit(gate: f64) -> f64 {
    (gate / (1.0 - gate)).ln()
}

/// The only number of a state.
fn only(state: &Array1<f64>) -> f64 {
    state[0]
}

/// The four frames.
type Frames<T> = Result<[T; 4], Error>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_stands_where_its_logit_says() {
        for gate in [0.0_f64, 0.2, 0.5, 1.0] {
            let stands = 1.0 / (1.0 + (-logit(gate)).exp());
            approx::assert_abs_diff_eq!(stands, gate, epsilon = 1e-12);
        }
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([2.0, 0.1 + 0.2, 0.7083, -0.4].map(short), ["2", "0.3", "0.71", "−0.4"]);
    }
}
