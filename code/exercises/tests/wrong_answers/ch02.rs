use std::iter::zip;

use exercises::ch02;
use ndarray::{Array1, Array2, Array3, Axis};
use rnn::{Error, Rnn};

use crate::rejected;

#[test]
fn count() {
    type Wrong = fn(usize, usize) -> usize;
    let wrong: [(Wrong, &str); 8] = [
        (|d, h| h * (d + h + 1), "one bias for each unit"),
        (|d, h| h * (d + h), "the biases are missing"),
        (|d, h| 2 * h * d + 2 * h, "it is [H, H]"),
        (|d, h| h * d + 2 * h, "W_hh is missing"),
        (|_, h| h * h + 2 * h, "W_ih is missing"),
        (|d, h| d * h + h * h + d + h, "not each input"),
        (|d, h| d * (d + h + 2), "have changed places"),
        (|_, _| 640, "Networks with"),
    ];
    for (answer, because) in wrong {
        rejected(ch02::count(answer), because);
    }
}

#[test]
fn break_even() {
    type Wrong = fn(usize, usize, usize) -> usize;
    let wrong: [(Wrong, &str); 12] = [
        (|d, h, blocks| blocks * (d + h) / d, "one step too few"),
        (|d, h, blocks| (blocks * (d + h)).div_ceil(d), "both have as many"),
        (|d, h, blocks| blocks * (d + h) / h + 1, "have changed places"),
        (|d, h, _| (d + h) / d + 1, "all blocks count"),
        (|d, h, blocks| blocks * h / d + 1, "W_ih of the recurrent network is missing"),
        (|d, h, blocks| (d + blocks * h) / d + 1, "W_ih too has"),
        (|d, h, blocks| blocks * ((d + h) / d) + 1, "Divide last"),
        (|d, h, blocks| blocks * d * h / (d * h) + 1, "W_hh is missing, or"),
        (|d, h, blocks| blocks * (d * h + h) / (d * h) + 1, "W_hh is missing, or"),
        (|d, h, blocks| (blocks * (d + h + 2) - 1) / d + 1, "biases are counted too"),
        (|d, h, blocks| (blocks * (d + h + 1) - 1) / d + 1, "biases are counted too"),
        (|_, _, _| 0, "blocks = 3"),
    ];
    for (answer, because) in wrong {
        rejected(ch02::break_even(answer), because);
    }
}

type Loss<'a> = &'a dyn Fn(&Array1<f64>) -> f64;

/// One entry for each weight: the loss after two nudges of it, less the loss after another one.
fn entries(
    (loss, w): (Loss, &Array1<f64>),
    (above, below): (f64, f64),
    over: impl Fn(f64) -> f64,
) -> Array1<f64> {
    let at = |k: usize, by: f64| {
        let mut w = w.clone();
        w[k] += by;
        loss(&w)
    };
    (0..w.len()).map(|k| over(at(k, above) - at(k, below))).collect()
}

#[test]
fn finite() {
    type Wrong = fn(Loss, &Array1<f64>, f64) -> Array1<f64>;
    let wrong: [(Wrong, &str); 13] = [
        (|l, w, e| entries((l, w), (e, 0.0), |d| d / e), "on one side"),
        (|l, w, e| entries((l, w), (0.0, -e), |d| d / e), "on one side"),
        (|l, w, e| entries((l, w), (e, -e), |d| d / e), "2 nudges apart"),
        (|l, w, e| entries((l, w), (e, -e), |d| d / 2.0 * e), "needs brackets"),
        (|l, w, e| entries((l, w), (e, -e), |d| d), "not divided"),
        (|l, w, e| entries((l, w), (-e, e), |d| d / (2.0 * e)), "the sign is turned"),
        (
            |loss, w, e| w.mapv(|_| (loss(&(w + e)) - loss(&(w - e))) / (2.0 * e)),
            "all weights are nudged at once",
        ),
        (
            |loss, w, e| {
                let mut moved = w.clone();
                let mut entry = |k: usize| {
                    moved[k] += e;
                    let above = loss(&moved);
                    moved[k] -= 2.0 * e;
                    (above - loss(&moved)) / (2.0 * e)
                };
                (0..w.len()).map(&mut entry).collect()
            },
            "not put back",
        ),
        (
            |loss, w, e| {
                let (mut above, mut below) = (w.clone(), w.clone());
                let mut entry = |k: usize| {
                    above[k] += e;
                    below[k] -= e;
                    (loss(&above) - loss(&below)) / (2.0 * e)
                };
                (0..w.len()).map(&mut entry).collect()
            },
            "not put back",
        ),
        (
            |loss, w, e| {
                let at = |k: usize, by: f64| entries((loss, w), (by, 0.0), |d| d + loss(w))[k];
                (0..w.len()).map(|k| at(k, e) - at(k, -e) / (2.0 * e)).collect()
            },
            "The difference needs brackets",
        ),
        (
            |l, w, e| {
                let right = entries((l, w), (e, -e), |d| d / (2.0 * e));
                (0..3).map(|k| right[k]).collect()
            },
            "The shape should be [5], and is [3]",
        ),
        (|_, _, _| Array1::zeros(0), "The shape should be [3], and is [0]"),
        (|_, w, _| w * f64::NAN, "A loss of 3 weights"),
    ];
    for (answer, because) in wrong {
        rejected(ch02::finite(answer), because);
    }
}

#[test]
fn back() {
    type Wrong = fn(&Array2<f64>, &Array1<f64>, &Array1<f64>) -> Array1<f64>;
    let wrong: [(Wrong, &str); 9] = [
        (|w, _, d| w.t().dot(d), "the slope of tanh is missing"),
        (|w, h, d| w.dot(&(d * (1.0 - h * h))), "W_hh is not transposed. On"),
        (|w, _, d| w.dot(d), "W_hh is not transposed, and the slope"),
        (|w, h, d| w.t().dot(d) * (1.0 - h * h), "in front of the product"),
        (|w, h, d| w.dot(d) * (1.0 - h * h), "the order is wrong, and"),
        (|w, h, d| w.t().dot(&(d * (1.0 - h))), "the square is missing"),
        (|w, h, d| w.t().dot(&(d * (1.0 - h.tanh().pow2()))), "has been through tanh already"),
        (|_, h, d| d * (1.0 - h * h), "W_hh is missing"),
        (|_, _, _| Array1::zeros(1), "The shape should be [3], and is [1]"),
    ];
    for (answer, because) in wrong {
        rejected(ch02::back(answer), because);
    }
}

/// The walk back, with something changed in it.
#[derive(Clone, Copy)]
struct Walk {
    carry: bool,
    transpose: bool,
    all_outputs: bool,
    forwards: bool,
    shift: usize,
}

const RIGHT: Walk =
    Walk { carry: true, transpose: true, all_outputs: true, forwards: false, shift: 0 };

impl Walk {
    /// The part of each step, the last one first.
    fn parts(
        self,
        w_hh: &Array2<f64>,
        states: &Array2<f64>,
        d_output: &Array2<f64>,
    ) -> Vec<Array2<f64>> {
        let mut carried = Array1::zeros(w_hh.nrows());
        let mut parts = Vec::new();
        let mut steps: Vec<usize> = (0..d_output.nrows()).collect();
        if !self.forwards {
            steps.reverse();
        }
        for t in steps {
            let mut d_h = carried.clone();
            if self.all_outputs || t + 1 == d_output.nrows() {
                d_h += &d_output.row(t);
            }
            let d_z = d_h * (1.0 - states.row(t + 1).pow2());
            let column = d_z.clone().insert_axis(Axis(1));
            parts.push(column * states.row(t + self.shift).insert_axis(Axis(0)));
            if self.carry {
                carried = if self.transpose { w_hh.t().dot(&d_z) } else { w_hh.dot(&d_z) };
            }
        }
        parts
    }
}

#[test]
fn shared() {
    type Wrong = fn(&[Array2<f64>]) -> Array2<f64>;
    let sum: Wrong = |parts| parts.iter().fold(Array2::zeros((3, 3)), |sum, part| sum + part);
    let wrong: [(Walk, Wrong, &str); 11] = [
        (RIGHT, |parts| parts[0].clone(), "the last step alone"),
        (RIGHT, |parts| parts[parts.len() - 1].clone(), "the first step alone"),
        (
            RIGHT,
            |parts| {
                let sum = parts.iter().fold(Array2::zeros((3, 3)), |sum, part| sum + part);
                sum / parts.len() as f64
            },
            "the mean over the steps",
        ),
        (
            RIGHT,
            |parts| {
                let sum = parts.iter().fold(Array2::zeros((3, 3)), |sum, part| sum + part);
                sum.reversed_axes()
            },
            "the table is transposed",
        ),
        (Walk { carry: false, ..RIGHT }, sum, "nothing is carried"),
        (Walk { transpose: false, ..RIGHT }, sum, "W_hh is not transposed"),
        (Walk { all_outputs: false, ..RIGHT }, sum, "only the last row of d_output"),
        (Walk { forwards: true, ..RIGHT }, sum, "from the first to the last"),
        (Walk { shift: 1, ..RIGHT }, sum, "by the state after the step"),
        (RIGHT, |_| Array2::zeros((3, 3)), "A sequence of 5 steps"),
        (RIGHT, |_| Array2::zeros((3, 2)), "The shape should be [3, 3], and is [3, 2]"),
    ];
    for (walk, of_parts, because) in wrong {
        let answer = |w_hh: &_, states: &_, d: &_| of_parts(&walk.parts(w_hh, states, d));
        rejected(ch02::shared(answer), because);
    }
}

/// The gradient of each chunk. `begin` chooses a state among `h_0` and the last ones of the chunks so far.
fn chunks(
    rnn: &Rnn<f64>,
    [x, d_output]: [&Array3<f64>; 2],
    h_0: &Array3<f64>,
    chunk: usize,
    begin: impl Fn(&[Array3<f64>]) -> Array3<f64>,
) -> Result<Vec<Array2<f64>>, Error> {
    let (mut ends, mut gradients) = (vec![h_0.clone()], Vec::new());
    let d_output = d_output.axis_chunks_iter(Axis(1), chunk);
    for (x, d_output) in zip(x.axis_chunks_iter(Axis(1), chunk), d_output) {
        let saved = rnn.forward_saving(&x, None, Some([&begin(&ends)]))?;
        gradients.push(saved.backward(Some(&d_output), None)?.layers.cells[0].w_hh.clone());
        ends.push(saved.state[0].clone());
    }
    Ok(gradients)
}

#[test]
fn carry() {
    type Begin = fn(&[Array3<f64>]) -> Array3<f64>;
    type Sum = fn(Vec<Array2<f64>>) -> Array2<f64>;
    let sum: Sum = |parts| parts.iter().fold(Array2::zeros((3, 3)), |sum, part| sum + part);
    let last: Begin = |ends| ends[ends.len() - 1].clone();
    let wrong: [(Begin, Sum, &str); 9] = [
        (|ends| ends[0].clone(), sum, "each chunk begins at h_0"),
        (
            |ends| if ends.len() == 1 { ends[0].clone() } else { &ends[0] * 0.0 },
            sum,
            "behind a cut the state begins at zeros",
        ),
        (|ends| &ends[0] * 0.0, sum, "every chunk begins at zeros"),
        (|ends| ends[1.min(ends.len() - 1)].clone(), sum, "at the state after the first"),
        (
            |ends| ends[ends.len().saturating_sub(2)].clone(),
            sum,
            "with which the one before it began",
        ),
        (last, |parts| parts[parts.len() - 1].clone(), "the last chunk alone"),
        (last, |parts| parts[0].clone(), "the first chunk alone"),
        (
            last,
            |parts| {
                parts.iter().fold(Array2::zeros((3, 3)), |sum, part| sum + part)
                    / parts.len() as f64
            },
            "the mean over the chunks",
        ),
        (last, |_| Array2::zeros((3, 3)), "A sequence of 12 steps, in chunks of 4"),
    ];
    for (begin, of_parts, because) in wrong {
        let answer = |rnn: &_, x: &_, d_output: &_, h_0: &_, chunk| {
            Ok(of_parts(chunks(rnn, [x, d_output], h_0, chunk, begin)?))
        };
        rejected(ch02::carry(answer), because);
    }
    let uncut = |rnn: &_, x: &Array3<f64>, d_output: &_, h_0: &_, _| {
        Ok(sum(chunks(rnn, [x, d_output], h_0, x.dim().1, last)?))
    };
    rejected(ch02::carry(uncut), "nothing is cut");
    let without_rest = |rnn: &_, x: &Array3<f64>, d_output: &_, h_0: &_, chunk| {
        let whole = x.dim().1 / chunk;
        Ok(sum(chunks(rnn, [x, d_output], h_0, chunk, last)?.into_iter().take(whole).collect()))
    };
    rejected(ch02::carry(without_rest), "behind the last full chunk");
    let asked_at_ends = |rnn: &_, x: &_, d_output: &Array3<f64>, h_0: &_, chunk| {
        let mut ends = d_output.clone();
        for (t, mut d) in ends.axis_iter_mut(Axis(1)).enumerate() {
            if (t + 1) % chunk != 0 {
                d.fill(0.0);
            }
        }
        Ok(sum(chunks(rnn, [x, &ends], h_0, chunk, last)?))
    };
    rejected(ch02::carry(asked_at_ends), "not only of a chunk's last");
}
