use std::iter::zip;

use exercises::ch03::{self, Cause};
use ndarray::{Array1, Array2, Array3, Axis, array};
use rnn::{Error, LstmCell, RnnCell};

use crate::rejected;

/// One step of an LSTM that takes i, f, g and o from these blocks of rows.
fn step(
    [i, f, g, o]: [usize; 4],
    cell: &LstmCell<f64>,
    [x, h, c]: [&Array1<f64>; 3],
) -> [Array1<f64>; 2] {
    let z = cell.w_ih.dot(x) + &cell.b_ih + cell.w_hh.dot(h) + &cell.b_hh;
    let block = |k: usize| z.slice_axis(Axis(0), (k * h.len()..(k + 1) * h.len()).into());
    let sigmoid = |k: usize| block(k).mapv(|z| 1.0 / (1.0 + (-z).exp()));
    let c = sigmoid(f) * c + sigmoid(i) * block(g).tanh();
    [sigmoid(o) * c.tanh(), c]
}

#[test]
fn gates() {
    let wrong = [
        ([0, 2, 3, 1], "not where the code looks for them"),
        ([0, 1, 3, 1], "f is right by now"),
        ([0, 2, 2, 1], "g is right by now"),
        ([0, 2, 3, 3], "o is right by now"),
        ([0, 1, 2, 1], "o alone"),
        ([0, 1, 3, 3], "g alone"),
        ([0, 2, 2, 3], "f alone"),
        ([0, 1, 3, 2], "g and o have changed places"),
        ([0, 3, 2, 1], "f and o have changed places"),
        ([0, 2, 1, 3], "f and g have changed places"),
        ([1, 0, 2, 3], "i and f have changed places"),
        ([0, 3, 1, 2], "the wrong way round"),
        ([3, 3, 3, 3], "An LSTM with 2 inputs"),
    ];
    for (blocks, because) in wrong {
        rejected(ch03::gates(|cell, x, h, c| step(blocks, cell, [x, h, c])), because);
    }
    rejected(
        ch03::gates(|cell, x, h, c| {
            let [h, c] = step([0, 1, 2, 3], cell, [x, h, c]);
            [c, h]
        }),
        "h' comes first",
    );
    let empty = || Array1::zeros(0);
    rejected(ch03::gates(|_, _, _, _| [empty(), empty()]), "should be [6], and is [0]");
}

#[test]
fn forget_bias() {
    type Wrong = fn(f64, f64) -> f64;
    let wrong: [(Wrong, &str); 13] = [
        (|share, steps| share.powf(1.0 / steps), "that is the gate f"),
        (|share, _| logit(share), "after one step"),
        (|share, steps| -logit(share.powf(1.0 / steps)), "the sign is turned"),
        (|share, steps| logit(1.0 - (1.0 - share) / steps), "the same amount"),
        (|share, steps| logit(share / steps), "not its quotient"),
        (|share, steps| logit(share.powf(steps)), "on the wrong side"),
        (|share, steps| share.powf(1.0 / steps).atanh(), "the inverse of tanh"),
        (|share, steps| share.powf(1.0 / steps).ln(), "not the inverse of σ"),
        (|share, steps| 1.0 / (1.0 + (-share.powf(1.0 / steps)).exp()), "σ leads from the bias"),
        (
            |share, steps| share.powf(1.0 / steps) / (1.0 - share.powf(1.0 / steps)),
            "the logarithm is missing",
        ),
        (|share, steps| logit(share.powf(1.0 / steps)) / 10_f64.ln(), "the natural one"),
        (|share, _| logit(share.powf(0.0)), "of whole numbers is 0"),
        (|_, _| f64::NAN, "the bias is NaN"),
    ];
    for (answer, because) in wrong {
        rejected(ch03::forget_bias(|share, steps| answer(share, steps as f64)), because);
    }
    rejected(ch03::forget_bias(|_, _| 2.0), "with your bias 0.00 is left");
    rejected(ch03::forget_bias(|_, _| 1e300), "with your bias 1.00 is left");
}

fn logit(gate: f64) -> f64 {
    (gate / (1.0 - gate)).ln()
}

/// The norms of the derivative over all steps, and of `W_hh` alone, and the mean slope.
fn measured(cell: &RnnCell<f64>, x: &Array2<f64>) -> Result<[f64; 3], Error> {
    let mut h = Array1::zeros(cell.hidden_size());
    let mut derivative = Array2::eye(h.len());
    let mut without_slopes = derivative.clone();
    let mut slope = 0.0;
    for x in x.rows() {
        h = cell.step(&x, &h)?;
        let slopes = 1.0 - h.pow2();
        slope += slopes.sum() / (h.len() * 40) as f64;
        derivative = (slopes.insert_axis(Axis(1)) * &cell.w_hh).dot(&derivative);
        without_slopes = cell.w_hh.dot(&without_slopes);
    }
    Ok([norm(&derivative), norm(&without_slopes), slope])
}

#[test]
fn why() {
    type Wrong = fn([f64; 3]) -> Cause;
    let wrong: [(Wrong, &str); 8] = [
        (|_| Cause::Weights, "came      Cause::Weights"),
        (|_| Cause::Slopes, "with slopes of 1 it would fade as well"),
        (|_| Cause::Nothing, "the first norm is below 0.01"),
        (
            |[_, w, _]| if w < 0.01 { Cause::Weights } else { Cause::Nothing },
            "the first norm is below 0.01",
        ),
        (
            |[left, w, _]| {
                if left < 0.01 || w < 0.01 { Cause::Weights } else { Cause::Nothing }
            },
            "with slopes of 1 nothing would fade",
        ),
        (
            |[_, w, slope]| {
                if w < 0.01 {
                    Cause::Weights
                } else if slope < 0.5 {
                    Cause::Slopes
                } else {
                    Cause::Nothing
                }
            },
            "it does not forget",
        ),
        (
            |[left, _, slope]| {
                if left > 0.01 {
                    Cause::Nothing
                } else if slope < 0.5 {
                    Cause::Slopes
                } else {
                    Cause::Weights
                }
            },
            "so it is W_hh",
        ),
        (
            |[left, w, slope]| {
                if w < 0.01 || (left > 0.01 && slope > 0.9) {
                    Cause::Weights
                } else if left < 0.01 {
                    Cause::Slopes
                } else {
                    Cause::Nothing
                }
            },
            "it does not forget",
        ),
    ];
    for (answer, because) in wrong {
        let answer = |cell: &_, x: &_| {
            let found @ [derivative, without_slopes, _] = measured(cell, x)?;
            Ok((answer(found), [derivative, without_slopes]))
        };
        rejected(ch03::why(answer), because);
    }
    rejected(ch03::why(|_, _| Err(Error::EmptySequence)), "The library reports");
    let of_norms = |cell: &RnnCell<f64>, x: &Array2<f64>| {
        let jacobians = jacobians(cell, x)?;
        let product = jacobians.iter().map(norm).product::<f64>();
        Ok((Cause::Nothing, [product, norm(&cell.w_hh).powi(x.nrows() as i32)]))
    };
    rejected(ch03::why(of_norms), "not the product of the norms");
    let from = |derivative: Fold, skipped: usize| {
        move |cell: &RnnCell<f64>, x: &Array2<f64>| {
            let fold = |factors: &[Array2<f64>]| {
                norm(&factors.iter().fold(Array2::eye(cell.hidden_size()), derivative))
            };
            let weights = vec![cell.w_hh.clone(); x.nrows()];
            Ok((Cause::Nothing, [fold(&jacobians(cell, x)?[skipped..]), fold(&weights[skipped..])]))
        }
    };
    rejected(ch03::why(from(|product, j| product.dot(j), 0)), "the wrong order");
    rejected(ch03::why(from(|product, j| j * &product, 0)), "entry by entry");
    rejected(ch03::why(from(|product, j| j.dot(&product), 1)), "the first step is missing");
    rejected(ch03::why(from(|_, j| j.clone(), 0)), "one step alone");
    rejected(ch03::why(|_, _| Ok((Cause::Nothing, [0.0; 2]))), "not with zeros");
    let early = |cell: &RnnCell<f64>, x: &Array2<f64>| {
        let mut states = vec![Array1::zeros(cell.hidden_size())];
        for x in x.rows() {
            states.push(cell.step(&x, &states[states.len() - 1])?);
        }
        let derivative =
            states[..x.nrows()].iter().fold(Array2::eye(cell.hidden_size()), |product, h| {
                ((1.0 - h * h).insert_axis(Axis(1)) * &cell.w_hh).dot(&product)
            });
        Ok((Cause::Nothing, [norm(&derivative), measured(cell, x)?[1]]))
    };
    rejected(ch03::why(early), "taken before it");
    for threshold in [0.1, 0.0001] {
        let answer = |cell: &_, x: &_| {
            let [derivative, without_slopes, _] = measured(cell, x)?;
            let cause = match [derivative, without_slopes].map(|norm| norm < threshold) {
                [false, _] => Cause::Nothing,
                [true, false] => Cause::Slopes,
                [true, true] => Cause::Weights,
            };
            Ok((cause, [derivative, without_slopes]))
        };
        rejected(ch03::why(answer), "the first norm is");
    }
}

/// How a product goes on with the next factor.
type Fold = fn(Array2<f64>, &Array2<f64>) -> Array2<f64>;

fn jacobians(cell: &RnnCell<f64>, x: &Array2<f64>) -> Result<Vec<Array2<f64>>, Error> {
    let mut h = Array1::zeros(cell.hidden_size());
    let mut jacobians = Vec::new();
    for x in x.rows() {
        h = cell.step(&x, &h)?;
        jacobians.push((1.0 - &h * &h).insert_axis(Axis(1)) * &cell.w_hh);
    }
    Ok(jacobians)
}

fn norm(matrix: &Array2<f64>) -> f64 {
    (matrix.pow2().sum() / matrix.nrows() as f64).sqrt()
}

/// A cell of two units that sees the bit with the weights `x`, half the parity before with `p`, and
/// nothing with `b`, all of it times `k`.
fn cell(k: f64, x: [f64; 2], p: [f64; 2], b: [f64; 2]) -> RnnCell<f64> {
    RnnCell {
        w_ih: array![[k * x[0]], [k * x[1]]],
        w_hh: array![[k * p[0], -k * p[0]], [k * p[1], -k * p[1]]],
        b_ih: array![k * b[0], k * b[1]],
        b_hh: array![0.0, 0.0],
    }
}

#[test]
fn parity() {
    let (one, half) = ([1.0; 2], [0.5; 2]);
    // Right where both are off, and wrong where both are on.
    let mut both_on_is_not_both_off = cell(10.0, one, half, [-0.5, -1.5]);
    both_on_is_not_both_off.w_hh.row_mut(0).assign(&array![7.0, -3.0]);
    both_on_is_not_both_off.b_ih[0] = -1.0;
    // Right from zeros, and wrong from -1 and -1.
    let mut not_off_again = cell(10.0, one, half, [-0.5, -1.5]);
    not_off_again.w_ih[[0, 0]] = 20.0;
    not_off_again.w_hh.row_mut(0).assign(&array![0.0, -10.0]);
    let wrong = [
        (cell(1.0, one, half, [-0.5, -1.5]), "tanh has to snap"),
        (cell(10.0, one, half, [0.5, -0.5]), "nothing has come"),
        (cell(10.0, [0.0; 2], half, [-0.5, -1.5]), "a bit alone"),
        (cell(10.0, one, half, [-0.5, -0.5]), "a bit alone"),
        (cell(10.0, one, [0.0; 2], [-0.5, -1.5]), "an odd parity alone"),
        (cell(10.0, one, half, [-0.5, -2.5]), "together should turn on both units"),
        (cell(10.0, one, half, [-1.0, -2.0]), "A threshold belongs between"),
        (both_on_is_not_both_off, "before this step both units are on"),
        (not_off_again, "A unit that is off is -1, not 0"),
    ];
    for (cell, because) in wrong {
        rejected(ch03::parity(|| Ok(cell.clone())), because);
    }
    let mut broken = cell(10.0, one, half, [-0.5, -1.5]);
    broken.b_hh = array![0.0];
    rejected(ch03::parity(|| Ok(broken.clone())), "The library reports");
    rejected(ch03::parity(|| Ok(cell(f64::NAN, one, half, one))), "The library reports");
    let wide = || RnnCell { w_ih: array![[0.0, 0.0]], ..cell(1.0, one, half, one) };
    rejected(ch03::parity(|| Ok(wide())), "should have 1 input and 2 units, and has 2");
}

/// The state of each sequence after the step with this index, which is found from its length.
fn of_steps(output: &Array3<f64>, lengths: &[usize], step: impl Fn(usize) -> usize) -> Array2<f64> {
    let (sequences, _, units) = output.dim();
    let mut states = Array2::zeros((sequences, units));
    for ((mut state, output), &length) in zip(zip(states.rows_mut(), output.outer_iter()), lengths)
    {
        state.assign(&output.row(step(length)));
    }
    states
}

#[test]
fn last_valid() {
    type Wrong = fn(&Array3<f64>, &[usize]) -> Array2<f64>;
    let wrong: [(Wrong, &str); 9] = [
        (|output, lengths| of_steps(output, lengths, |_| output.dim().1 - 1), "behind the padding"),
        (|output, lengths| of_steps(output, lengths, |length| length), "one too late"),
        (|output, lengths| of_steps(output, lengths, |length| length - 2), "one too early"),
        (|output, lengths| of_steps(output, lengths, |_| 0), "after the first step"),
        (
            |output, lengths| of_steps(output, lengths, |_| lengths[0] - 1),
            "the first sequence's length",
        ),
        (
            |output, lengths| {
                of_steps(output, lengths, |_| lengths.iter().max().map_or(0, |most| most - 1))
            },
            "length is used for all",
        ),
        (|output, lengths| of_steps(output, lengths, |_| 0) * 0.0, "nothing is written"),
        (|_, _| Array2::zeros((0, 3)), "The shape should be [4, 3], and is [0, 3]"),
        (|_, lengths| Array2::from_elem((lengths.len(), 3), f64::NAN), "padded to 8"),
    ];
    for (answer, because) in wrong {
        rejected(ch03::last_valid(answer), because);
    }
}
