use std::iter::zip;

use exercises::ch01::{self, Readings, Weights};
use ndarray::{Array1, Array2};
use rand::Rng;
use rnn::{Error, RnnCell};

use crate::rejected;

#[test]
fn latch() {
    rejected(ch01::latch(|_| true), "A weight of 0.50:\n  expected  false\n  came      true");
    rejected(ch01::latch(|_| false), "A weight of 2.00");
    rejected(ch01::latch(|w| w.abs() > 1.0), "the sign turns round");
    rejected(ch01::latch(|w| w > 2.0), "above one the state settles");
    rejected(ch01::latch(|w| w > 1.2), "above one the state settles");
    rejected(ch01::latch(|w| w > 0.8), "pulls the state towards zero");
    rejected(ch01::latch(|w| w > 1.0 && w < 2.9), "above one the state settles");
    rejected(ch01::latch(|w| w > 0.0), "pulls the state towards zero");
}

#[test]
fn step() {
    type Wrong = fn(&Weights, &Array1<f64>, &Array1<f64>) -> Array1<f64>;
    let sum: Wrong = |c, x, h| c.w_ih.dot(x) + &c.b_ih + c.w_hh.dot(h) + &c.b_hh;
    let wrong: [(Wrong, &str); 17] = [
        (sum, "tanh is missing"),
        (|c, x, h| (c.w_ih.dot(x) + c.w_hh.dot(h) + &c.b_hh).tanh(), "the bias b_ih is missing"),
        (|c, x, h| (c.w_ih.dot(x) + c.w_hh.dot(h) + &c.b_ih).tanh(), "the bias b_hh is missing"),
        (|c, x, h| (c.w_ih.dot(x) + c.w_hh.dot(h)).tanh(), "both biases are missing"),
        (|c, x, _| (c.w_ih.dot(x) + &c.b_ih + &c.b_hh).tanh(), "W_hh h is missing"),
        (|c, _, h| (c.w_hh.dot(h) + &c.b_ih + &c.b_hh).tanh(), "W_ih x is missing"),
        (|c, x, h| c.w_ih.dot(x).tanh() + c.w_hh.dot(h).tanh(), "around the whole sum"),
        (
            |c, x, h| (c.w_ih.dot(x) + &c.b_ih).tanh() + (c.w_hh.dot(h) + &c.b_hh).tanh(),
            "around the whole sum",
        ),
        (
            |c, x, h| c.w_ih.dot(x) + &c.b_ih + (c.w_hh.dot(h) + &c.b_hh).tanh(),
            "around the whole sum",
        ),
        (|c, x, h| c.w_ih.dot(x) + &c.b_ih + c.w_hh.dot(h) + c.b_hh.tanh(), "around the whole sum"),
        (
            |c, x, h| (c.w_ih.dot(x) + &c.b_ih + c.w_hh.dot(h) + &c.b_ih).tanh(),
            "b_ih is added twice",
        ),
        (
            |c, x, h| (c.w_ih.dot(x) + &c.b_hh + c.w_hh.dot(h) + &c.b_hh).tanh(),
            "b_hh is added twice",
        ),
        (
            |c, x, h| (c.w_ih.dot(x) + &c.b_ih + c.w_hh.t().dot(h) + &c.b_hh).tanh(),
            "W_hh is transposed",
        ),
        (
            |c, x, h| (c.w_ih.t().dot(x) + &c.b_ih + c.w_hh.dot(h) + &c.b_hh).tanh(),
            "W_ih is transposed",
        ),
        (
            |c, x, h| (c.w_ih.dot(h) + &c.b_ih + c.w_hh.dot(x) + &c.b_hh).tanh(),
            "x and h have changed places",
        ),
        (|_, _, h| Array1::zeros(h.len() + 1), "The shape should be [3], and is [4]"),
        (|_, _, h| Array1::zeros(h.len()), "A cell with 3 inputs and 3 units"),
    ];
    for (answer, because) in wrong {
        rejected(ch01::step(answer), because);
    }
}

#[test]
fn sequence() {
    type Wrong = fn(&RnnCell<f64>, &Array2<f64>, &Array1<f64>) -> Result<Array2<f64>, Error>;
    let wrong: [(Wrong, &str); 7] = [
        (
            |cell, x, h_0| {
                let (mut h, mut states) = (h_0.clone(), Array2::zeros((x.nrows(), h_0.len())));
                for t in 0..x.nrows() {
                    h = cell.step(&x.row(t), &h)?;
                    if t > 0 {
                        states.row_mut(t).assign(&h);
                    }
                }
                Ok(states)
            },
            "row 0 is left as it was",
        ),
        (
            |cell, x, h_0| {
                let mut states = Array2::zeros((x.nrows(), h_0.len()));
                states.row_mut(0).assign(h_0);
                for t in 1..x.nrows() {
                    let h = cell.step(&x.row(t), &states.row(t - 1))?;
                    states.row_mut(t).assign(&h);
                }
                Ok(states)
            },
            "the first input is not read",
        ),
        (
            |cell, x, h_0| {
                let mut states = Array2::zeros((x.nrows(), h_0.len()));
                for (x, mut state) in zip(x.rows(), states.rows_mut()) {
                    state.assign(&cell.step(&x, &Array1::zeros(h_0.len()))?);
                }
                Ok(states)
            },
            "no state is carried",
        ),
        (
            |cell, x, h_0| {
                let (mut h, mut states) = (h_0.clone(), Array2::zeros((x.nrows(), h_0.len())));
                for (x, mut state) in zip(x.rows(), states.rows_mut()) {
                    state.assign(&h);
                    h = cell.step(&x, &h)?;
                }
                Ok(states)
            },
            "one step too late",
        ),
        (
            |cell, x, h_0| {
                let mut states = Array2::zeros((x.nrows(), h_0.len()));
                for (x, mut state) in zip(x.rows(), states.rows_mut()) {
                    state.assign(&cell.step(&x, h_0)?);
                }
                Ok(states)
            },
            "every step begins with h_0",
        ),
        (
            |cell, x, h_0| {
                let (mut h, mut states) = (h_0 * 0.0, Array2::zeros((x.nrows(), h_0.len())));
                for (x, mut state) in zip(x.rows(), states.rows_mut()) {
                    h = cell.step(&x, &h)?;
                    state.assign(&h);
                }
                Ok(states)
            },
            "h_0 is not used",
        ),
        (
            |cell, x, h_0| {
                let (mut h, mut states) = (h_0.clone(), Array2::zeros((x.nrows(), h_0.len())));
                for (x, mut state) in zip(x.rows().into_iter().rev(), states.rows_mut()) {
                    h = cell.step(&x, &h)?;
                    state.assign(&h);
                }
                Ok(states)
            },
            "read from its end",
        ),
    ];
    for (answer, because) in wrong {
        rejected(ch01::sequence(answer), because);
    }
}

fn distance(one: &Array1<f64>, two: &Array1<f64>) -> f64 {
    (one - two).pow2().sum().sqrt()
}

/// The 1 % step, where another distance is measured, or compared with another one.
fn measured(
    (cell, x, other): (&RnnCell<f64>, &Array2<f64>, &Array1<f64>),
    distance: impl Fn(&Array1<f64>, &Array1<f64>) -> f64,
    limit: impl Fn(f64) -> f64,
) -> Result<usize, Error> {
    let h_0 = Array1::zeros(cell.hidden_size());
    let (mut one, mut two) = (cell.step(&x.row(0), &h_0)?, cell.step(other, &h_0)?);
    let (first, mut t) = (distance(&one, &two), 0);
    while distance(&one, &two) >= limit(first) {
        t += 1;
        (one, two) = (cell.step(&x.row(t), &one)?, cell.step(&x.row(t), &two)?);
    }
    Ok(t)
}

#[test]
fn one_percent() {
    type Limit = fn(f64) -> f64;
    let wrong: [(Limit, &str); 3] = [
        (|_| 0.01, "should be its share of the first one"),
        (|first| 0.1 * first, "that is a tenth"),
        (|first| 0.99 * first, "a hundredth has gone"),
    ];
    for (limit, because) in wrong {
        let answer = |cell: &_, x: &_, other: &_| measured((cell, x, other), distance, limit);
        rejected(ch01::one_percent(answer), because);
    }
    type Distance = fn(&Array1<f64>, &Array1<f64>) -> f64;
    let wrong: [(Distance, &str); 3] = [
        (|one, two| (one - two).pow2().sum(), "the root is missing"),
        (|one, two| (one - two).abs().sum(), "added up as they are"),
        (|one, two| (one - two).abs().fold(0.0, |a, &b| b.max(a)), "the greatest difference alone"),
    ];
    let hundredth = |first: f64| 0.01 * first;
    for (distance, because) in wrong {
        let answer = |cell: &_, x: &_, other: &_| measured((cell, x, other), distance, hundredth);
        rejected(ch01::one_percent(answer), because);
    }
    let one_too_many =
        |cell: &_, x: &_, other: &_| Ok(1 + measured((cell, x, other), distance, hundredth)?);
    rejected(ch01::one_percent(one_too_many), "one too many");
    rejected(ch01::one_percent(|_, _, _| Ok(12)), "Pairs of runs");
    let row_0_twice = |cell: &RnnCell<f64>, x: &Array2<f64>, other: &Array1<f64>| {
        let h_0 = Array1::zeros(cell.hidden_size());
        let mut h = [cell.step(&x.row(0), &h_0)?, cell.step(other, &h_0)?];
        let first = distance(&h[0], &h[1]);
        for (t, x) in x.rows().into_iter().enumerate() {
            h = [cell.step(&x, &h[0])?, cell.step(&x, &h[1])?];
            if distance(&h[0], &h[1]) < 0.01 * first {
                return Ok(t);
            }
        }
        Ok(x.nrows())
    };
    rejected(ch01::one_percent(row_0_twice), "row 0 is read twice");
}

#[test]
fn explode() {
    let with_gain = |units: usize, gain: f64| {
        move |mut rng: &mut dyn Rng| {
            let mut cell = RnnCell::new(1, units, &mut rng)?;
            cell.w_hh *= gain;
            Ok(cell)
        }
    };
    rejected(ch01::explode(with_gain(64, 1.0)), "the derivative shrinks");
    rejected(ch01::explode(with_gain(64, 3.0)), "too slowly");
    let bent = |mut rng: &mut dyn Rng| {
        let mut cell = RnnCell::new(1, 1, &mut rng)?;
        cell.w_ih.fill(0.1);
        cell.w_hh.fill(1.7);
        cell.b_ih.fill(0.0);
        cell.b_hh.fill(0.0);
        Ok(cell)
    };
    rejected(ch01::explode(bent), "the slopes take more away");
    rejected(ch01::explode(with_gain(8, 1_000.0)), "tanh is flat");
    rejected(ch01::explode(|mut rng| RnnCell::new(2, 64, &mut rng)), "should have one input");
}

#[test]
fn figure() {
    type Misread = fn(Readings) -> Readings;
    let right = || Readings { pytorch: 0.56, orthogonal: 0.9, upper_edge: 0.73, millionth: 25.0 };
    ch01::figure(right).expect("it is right");
    let wrong: [(Misread, &str); 17] = [
        (|r| Readings { pytorch: 0.25, ..r }, "that is the slope"),
        (|r| Readings { pytorch: -0.25, ..r }, "that is the slope"),
        (|r| Readings { pytorch: 0.78, ..r }, "a factor by e"),
        (|r| Readings { pytorch: 0.83, ..r }, "it is three powers of ten"),
        (|r| Readings { pytorch: 1.78, ..r }, "upside down"),
        (|r| Readings { pytorch: 1e-12, ..r }, "of all characters together"),
        (|r| Readings { pytorch: 2e-3, ..r }, "of ten characters"),
        (|r| Readings { pytorch: 0.98, ..r }, "as if the axis were linear"),
        (|r| Readings { pytorch: 0.02, ..r }, "as if the axis were linear"),
        (
            |r| Readings { pytorch: r.orthogonal, ..r },
            "pytorch: 0.9 came, and the figure shows another number",
        ),
        (|r| Readings { orthogonal: r.pytorch, ..r }, "that is another line"),
        (|r| Readings { upper_edge: r.pytorch, ..r }, "another edge of the shade"),
        (|r| Readings { pytorch: f64::NAN, ..r }, "another number"),
        (|r| Readings { millionth: 12.0, ..r }, "a thousandth."),
        (|r| Readings { millionth: 43.0, ..r }, "the upper edge of the shade, not the line"),
        (|r| Readings { millionth: 50.0, ..r }, "the end of the figure"),
        (|r| Readings { millionth: 1e-6, ..r }, "millionth: 0.000001 came"),
    ];
    for (misread, because) in wrong {
        rejected(ch01::figure(|| misread(right())), because);
    }
}
