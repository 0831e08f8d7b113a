use std::f64::consts::LN_2;

use exercises::ch07::{self, Machine, Products, Sizes, Weights};
use ndarray::{Array1, Array2, Axis};
use rnn::RnnCell;

use crate::rejected;

#[test]
fn share() {
    type Wrong = fn(&Sizes, &Machine) -> f64;
    fn of(m: &Machine, multiply_adds: usize) -> f64 {
        m.tanh / (m.tanh + multiply_adds as f64 / m.rate)
    }
    let wrong: [(Wrong, &str); 10] = [
        (|s, _| 1.0 / (1 + s.d + s.h) as f64, "the share of the operations"),
        (|s, m| 1.0 - of(m, s.d + s.h), "the share of the products"),
        (|s, m| 100.0 * of(m, s.d + s.h), "not per cent"),
        (|s, m| m.tanh / ((s.d + s.h) as f64 / m.rate), "A share is one of the whole"),
        (|s, m| m.tanh / (m.tanh + (s.d + s.h) as f64 * m.rate), "a count divided by it"),
        (|s, m| of(m, s.h), "the products of the inputs are missing"),
        (|s, m| of(m, s.d), "the products of the states are missing"),
        (|s, m| of(m, s.h * (s.d + s.h)), "a tanh for each unit"),
        (|_, _| 0.69, "The share of tanh, where"),
        (|_, _| f64::NAN, "The share of tanh, where"),
    ];
    for (answer, because) in wrong {
        rejected(ch07::share(answer), because);
    }
}

#[test]
fn uses() {
    type Wrong = fn(&Weights, &Array2<f64>) -> Array2<f64>;
    let wrong: [(Wrong, &str); 5] = [
        (
            |w, h| {
                Array2::from_shape_fn(h.dim(), |(n, i)| {
                    (0..h.ncols()).map(|j| w.fetch(i, j) * h[[n, j]]).sum()
                })
            },
            "every sequence fetches all weights again",
        ),
        (
            |w, h| {
                Array2::from_shape_fn(h.dim(), |(n, i)| {
                    (0..h.ncols()).map(|j| w.fetch(j, i) * h[[n, j]]).sum()
                })
            },
            "the matrix is transposed",
        ),
        (
            |w, h| {
                let mut products = Array2::zeros(h.dim());
                for ((n, i), product) in products.indexed_iter_mut() {
                    for j in 0..h.ncols() {
                        *product = w.fetch(i, j) * h[[n, j]];
                    }
                }
                products
            },
            "Add them up",
        ),
        (
            |w, h| {
                let all = Array2::from_shape_fn((h.ncols(), h.ncols()), |(i, j)| {
                    w.fetch(i, j) + 0.0 * w.fetch(i, j)
                });
                h.dot(&all.t())
            },
            "How often a weight is fetched",
        ),
        (|_, _| Array2::zeros((0, 0)), "The shape should be [5, 3]"),
    ];
    for (answer, because) in wrong {
        rejected(ch07::uses(answer), because);
    }
}

#[test]
#[should_panic(expected = "there is no weight [3, 0]: the matrix is [3, 3]")]
fn a_weight_that_there_is_not() {
    drop(ch07::uses(|w, h| h * w.fetch(h.ncols(), 0)));
}

/// The loop as handed out, with another bias, inputs at other steps and a share of the state.
fn looped(
    (cell, x, products): (&RnnCell<f64>, &Array2<f64>, &Products),
    bias: &Array1<f64>,
    from: impl Fn(usize) -> usize,
    kept: f64,
) -> Array2<f64> {
    let mut states = Array2::zeros((x.nrows(), cell.hidden_size()));
    let mut h = Array2::zeros((1, cell.hidden_size()));
    let from_x = products.of(x, &cell.w_ih.t());
    for t in 0..x.nrows() {
        let from_h = products.of(&(h * kept), &cell.w_hh.t());
        h = (from_h + from_x.row(from(t)).insert_axis(Axis(0)) + bias).tanh();
        states.row_mut(t).assign(&h.row(0));
    }
    states
}

/// From a step on, and no product for the state of zeros before it, nor its bias.
fn from_step(
    first: usize,
    cell: &RnnCell<f64>,
    x: &Array2<f64>,
    products: &Products,
) -> Array2<f64> {
    let from_x = products.of(x, &cell.w_ih.t()) + &cell.b_ih;
    let mut states = Array2::zeros(from_x.dim());
    for t in first..x.nrows() {
        let mut sum = from_x.row(t).insert_axis(Axis(0)).to_owned();
        if t > 0 {
            let h = states.row(t - 1).insert_axis(Axis(0)).to_owned();
            sum += &(products.of(&h, &cell.w_hh.t()) + &cell.b_hh);
        }
        states.row_mut(t).assign(&sum.tanh().row(0));
    }
    states
}

#[test]
fn project() {
    type Wrong = fn(&RnnCell<f64>, &Array2<f64>, &Products) -> Array2<f64>;
    let wrong: [(Wrong, &str); 15] = [
        (|c, x, p| from_step(0, c, x, p), "at step 0 the bias b_hh is missing"),
        (
            |c, x, p| {
                let mut states = looped((c, x, p), &(&c.b_ih + &c.b_hh), |t| t, 1.0);
                states.row_mut(0).fill(0.0);
                states
            },
            "row 0 is left as it was. Step 0",
        ),
        (|c, x, p| from_step(1, c, x, p), "the first input is not read"),
        (
            |c, x, p| {
                let states = looped((c, x, p), &(&c.b_ih + &c.b_hh), |t| t, 1.0);
                for _ in 1..x.nrows() {
                    p.of(x, &c.w_ih.t());
                }
                states
            },
            "each step still has a product for its input",
        ),
        (
            |c, x, _| looped((c, x, &Products::default()), &(&c.b_ih + &c.b_hh), |t| t, 1.0),
            "the products do not go through `products.of`",
        ),
        (
            |c, x, p| {
                p.of(x, &c.w_ih.t());
                looped((c, x, &Products::default()), &(&c.b_ih + &c.b_hh), |t| t, 1.0)
            },
            "the products of the states do not",
        ),
        (|c, x, p| looped((c, x, p), &c.b_hh, |t| t, 1.0), "b_ih is missing"),
        (|c, x, p| looped((c, x, p), &c.b_ih, |t| t, 1.0), "b_hh is missing"),
        (|c, x, p| looped((c, x, p), &Array1::zeros(3), |t| t, 1.0), "both biases are missing"),
        (
            |c, x, p| looped((c, x, p), &(&c.b_ih + &c.b_ih + &c.b_hh), |t| t, 1.0),
            "b_ih is added twice",
        ),
        (
            |c, x, p| looped((c, x, p), &(&c.b_ih + &c.b_hh + &c.b_hh), |t| t, 1.0),
            "b_hh is added twice",
        ),
        (
            |c, x, p| looped((c, x, p), &(&c.b_ih + &c.b_hh), |t| t, 0.0),
            "the state before the step is not used",
        ),
        (
            |c, x, p| looped((c, x, p), &(&c.b_ih + &c.b_hh), |_| 0, 1.0),
            "every step reads the first input",
        ),
        (|c, x, p| looped((c, x, p), &(&c.b_ih + &c.b_hh), |t| t, 0.5), "A sequence of 6 steps"),
        (|_, _, _| Array2::zeros((1, 3)), "The shape should be [6, 3], and is [1, 3]"),
    ];
    for (answer, because) in wrong {
        rejected(ch07::project(answer), because);
    }
}

/// Columns for rows, and no product for the state of zeros: right, and with as few products.
#[test]
fn project_the_other_way_round() {
    let answer = |c: &RnnCell<f64>, x: &Array2<f64>, p: &Products| {
        let from_x = p.of(&c.w_ih, &x.t());
        let mut states = Array2::zeros((x.nrows(), 3));
        let mut h = Array1::zeros(3);
        for (t, mut state) in states.rows_mut().into_iter().enumerate() {
            if t > 0 {
                h = p.of(&c.w_hh, &h.insert_axis(Axis(1))).column(0).to_owned();
            }
            h = (&from_x.column(t) + &c.b_ih + &h + &c.b_hh).tanh();
            state.assign(&h);
        }
        states
    };
    ch07::project(answer).expect("it is right");
}

#[test]
fn exp() {
    /// With another n, and another bias and place of the exponent.
    fn parts(z: f64, n: f64, [bias, place]: [i64; 2], series: fn(f64) -> f64) -> f64 {
        f64::from_bits(((n as i64 + bias) as u64) << place) * series(z - n * LN_2)
    }
    type Wrong = fn(f64, fn(f64) -> f64) -> f64;
    let wrong: [(Wrong, &str); 21] = [
        (
            |z, series| {
                let n = (z / LN_2).round();
                f64::from_bits((n as u64 + 1_023) << 52) * series(z - n * LN_2)
            },
            "Add 1023 first",
        ),
        (|z, _| z.exp(), "as the standard library has it"),
        (
            |z, series| {
                let n = (z / LN_2).round();
                f64::from(f32::from_bits(((n + 127.0) as u32) << 23)) * series(z - n * LN_2)
            },
            "each as a share",
        ),
        (
            |z, series| {
                let n = (z / LN_2).round();
                if n.abs() < 2.0 { f64::NAN } else { parts(z, n, [1_023, 52], series) }
            },
            "each as a share",
        ),
        (|z, series| parts(z, (z / LN_2).floor(), [1_023, 52], series), "n is not the nearest"),
        (|z, series| parts(z, (z / LN_2).trunc(), [1_023, 52], series), "n is not the nearest"),
        (|z, series| parts(z, (z / LN_2).ceil(), [1_023, 52], series), "n is not the nearest"),
        (|z, series| series(z), "good for a small t only"),
        (|z, series| series(z - (z / LN_2).round() * LN_2), "the factor 2^n is missing"),
        (|z, series| parts(z, z.round(), [1_023, 52], series), "not of e: divide z by ln 2"),
        (|z, series| parts(z, (z * LN_2).round(), [1_023, 52], series), "divide z by ln 2"),
        (
            |z, series| {
                let n = (z / LN_2).round();
                n.exp2() * series(z - n)
            },
            "when n ln 2 is taken away, not n",
        ),
        (
            |z, series| {
                let n = (z / LN_2).round();
                n.exp2() * series(z / LN_2 - n)
            },
            "multiply it by ln 2",
        ),
        (
            |z, series| {
                let n = (z / LN_2).round();
                n * series(z - n * LN_2)
            },
            "the factor is 2^n, not n",
        ),
        (|z, series| parts(z, (z / LN_2).round(), [1_024, 52], series), "twice too much"),
        (|z, series| parts(z, (z / LN_2).round(), [1_022, 52], series), "half of what"),
        (|z, series| parts(z, (z / LN_2).round(), [127, 52], series), "begins at bit 52"),
        (|z, series| parts(z, (z / LN_2).round(), [1_023, 23], series), "begins at bit 52"),
        (|z, series| parts(z, (z / LN_2).round(), [127, 23], series), "begins at bit 52"),
        (|z, series| parts(z, (z / LN_2).round(), [0, 52], series), "begins at bit 52"),
        (|_, _| f64::NAN, "exp of ["),
    ];
    for (answer, because) in wrong {
        rejected(ch07::exp(answer), because);
    }
}

#[test]
fn median() {
    fn sorted(mut numbers: Vec<f64>) -> Vec<f64> {
        numbers.sort_by(f64::total_cmp);
        numbers
    }
    fn ratios(rounds: &[[f64; 2]]) -> Vec<f64> {
        rounds.iter().map(|[a, b]| a / b).collect()
    }
    fn times(rounds: &[[f64; 2]], job: usize) -> Vec<f64> {
        rounds.iter().map(|times| times[job]).collect()
    }
    type Wrong = fn(&[[f64; 2]]) -> f64;
    let wrong: [(Wrong, &str); 8] = [
        (|rounds| ratios(rounds).iter().sum::<f64>() / rounds.len() as f64, "mean of the ratios"),
        (
            |rounds| times(rounds, 0).iter().sum::<f64>() / times(rounds, 1).iter().sum::<f64>(),
            "sums or means of the times",
        ),
        (
            |rounds| {
                let [a, b] = [0, 1].map(|job| sorted(times(rounds, job))[rounds.len() / 2]);
                a / b
            },
            "the ratio of two medians",
        ),
        (|rounds| sorted(times(rounds, 0))[0] / sorted(times(rounds, 1))[0], "the shortest times"),
        (|rounds| 1.0 / sorted(ratios(rounds))[rounds.len() / 2], "upside down"),
        (|rounds| ratios(rounds)[rounds.len() / 2], "the round in the middle"),
        (|rounds| sorted(ratios(rounds))[rounds.len() / 2 - 1], "Five measurements"),
        (|_| f64::NAN, "Five measurements"),
    ];
    for (answer, because) in wrong {
        rejected(ch07::median(answer), because);
    }
}
