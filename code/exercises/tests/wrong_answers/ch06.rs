use std::iter::zip;

use exercises::ch06::{self, Network, Shapes, Sizes};
use ndarray::{Array1, Array2, Array3, Axis, concatenate};
use rnn::{Error, Rnn, RnnCell};

use crate::rejected;

#[test]
fn shapes() {
    type Wrong = fn(&Sizes, Shapes) -> Shapes;
    let wrong: [(Wrong, &str); 14] = [
        (|s, r| Shapes { output: [s.t, s.n, s.directions * s.h], ..r }, "the steps second"),
        (|s, r| Shapes { output: [s.n, s.t, s.h], ..r }, "both directions stand side by side"),
        (
            |s, r| Shapes { output: [s.n, s.t, s.layers * s.directions * s.h], ..r },
            "`output` shows the top layer only.",
        ),
        (|s, r| Shapes { output: [s.n, s.t, s.layers * s.h], ..r }, "but both directions"),
        (|s, r| Shapes { output: [s.n, s.t, s.d], ..r }, "not the inputs"),
        (|_, r| Shapes { output: [0, 0, 0], ..r }, "The shape of output"),
        (
            |s, r| Shapes { h_n: [s.n, s.layers * s.directions, s.h], ..r },
            "in the states the batch comes second",
        ),
        (|s, r| Shapes { h_n: [s.layers, s.n, s.h], ..r }, "has a last state of its own"),
        (|s, r| Shapes { h_n: [s.layers, s.n, s.directions * s.h], ..r }, "not side by side"),
        (|s, r| Shapes { h_n: [s.directions, s.n, s.h], ..r }, "`h_n` shows all layers."),
        // Right where there are two directions.
        (|s, r| Shapes { output: [s.n, s.t, 2 * s.h], ..r }, "layers: 3, directions: 1"),
        (|s, r| Shapes { weight_ih_l1: [s.h, s.d], ..r }, "only the first layer reads the inputs"),
        (|s, r| Shapes { weight_ih_l1: [s.h, s.h], ..r }, "reads both directions of the first"),
        (|s, r| Shapes { weight_ih_l1: [s.directions * s.h, s.h], ..r }, "the rows are the units"),
    ];
    for (answer, because) in wrong {
        let with_slip = |sizes: &Sizes| answer(sizes, right_shapes(sizes));
        rejected(ch06::shapes(with_slip), because);
    }
}

fn right_shapes(&Sizes { n, t, d: _, h, layers, directions }: &Sizes) -> Shapes {
    Shapes {
        output: [n, t, directions * h],
        h_n: [layers * directions, n, h],
        weight_ih_l1: [h, directions * h],
    }
}

#[test]
fn layers() {
    type Wrong = fn(&[RnnCell<f64>], &Array2<f64>) -> Result<Array2<f64>, Error>;
    let wrong: [(Wrong, &str); 9] = [
        (|cells, x| pass(&cells[0], x, &mut zeros(cells)), "the states of the first layer"),
        (|cells, x| pass(&cells[cells.len() - 1], x, &mut zeros(cells)), "each layer reads x"),
        (
            |cells, x| {
                let (mut read, mut h) = (x.clone(), zeros(cells));
                for cell in cells {
                    read = pass(cell, &read, &mut h)?;
                }
                Ok(read)
            },
            "begins with a state of zeros",
        ),
        (
            |cells, x| {
                let mut read = x.clone();
                for cell in cells.iter().rev() {
                    read = pass(cell, &read, &mut zeros(cells))?;
                }
                Ok(read)
            },
            "the top layer comes first",
        ),
        (
            |cells, x| {
                let mut read = x.clone();
                for _ in cells {
                    read = pass(&cells[0], &read, &mut zeros(cells))?;
                }
                Ok(read)
            },
            "the weights of the first",
        ),
        (
            |cells, x| {
                let (mut h, mut states) = (zeros(cells), Array2::zeros(x.dim()));
                for (x, mut state) in zip(x.rows(), states.rows_mut()) {
                    let mut read = x.to_owned();
                    for cell in cells {
                        h = cell.step(&read, &h)?;
                        read.assign(&h);
                    }
                    state.assign(&h);
                }
                Ok(states)
            },
            "all layers share one state",
        ),
        (
            |cells, x| {
                let mut read = x.clone();
                for cell in cells {
                    read = pass(cell, &read, &mut zeros(cells))?;
                }
                Ok(Array2::from_shape_fn((5, 3), |at| read.get(at).copied().unwrap_or(0.0)))
            },
            "The shape should be [3, 4]",
        ),
        (|_, _| Ok(Array2::zeros((0, 0))), "The shape should be [5, 3]"),
        (|_, x| Ok(x * f64::NAN), "The top layer of 3"),
    ];
    for (answer, because) in wrong {
        rejected(ch06::layers(answer), because);
    }
}

fn zeros(cells: &[RnnCell<f64>]) -> Array1<f64> {
    Array1::zeros(cells[0].hidden_size())
}

fn pass(cell: &RnnCell<f64>, x: &Array2<f64>, h: &mut Array1<f64>) -> Result<Array2<f64>, Error> {
    let mut states = Array2::zeros((x.nrows(), h.len()));
    for (x, mut state) in zip(x.rows(), states.rows_mut()) {
        *h = cell.step(&x, h)?;
        state.assign(h);
    }
    Ok(states)
}

#[test]
fn both_ends() {
    /// The forward half of one step, and the reverse half of another.
    fn halves(output: &Array3<f64>, forward: usize, reverse: usize) -> [Array2<f64>; 2] {
        let units = output.len_of(Axis(2)) / 2;
        let step = |t| output.index_axis(Axis(1), t);
        let (forward, _) = step(forward).split_at(Axis(1), units);
        let (_, reverse) = step(reverse).split_at(Axis(1), units);
        [forward.to_owned(), reverse.to_owned()]
    }
    type Wrong = fn(&Array3<f64>, usize) -> [Array2<f64>; 2];
    let wrong: [(Wrong, &str); 5] = [
        (|output, last| halves(output, last, last), "the reverse half has read one step only"),
        (|output, _| halves(output, 0, 0), "the forward half has read one step only"),
        (|output, last| halves(output, 0, last), "the steps have changed places"),
        (
            |output, last| {
                let [forward, reverse] = halves(output, last, 0);
                [reverse, forward]
            },
            "the forward half comes first",
        ),
        (
            |output, last| {
                let [forward, _] = halves(output, last, 0);
                [forward, Array2::zeros((output.len_of(Axis(0)), 0))]
            },
            "The shape should be [3, 8], and is [3, 4]",
        ),
    ];
    for (answer, because) in wrong {
        let side_by_side = |output: &Array3<f64>| {
            let [left, right] = answer(output, output.len_of(Axis(1)) - 1);
            concatenate![Axis(1), left, right]
        };
        rejected(ch06::both_ends(side_by_side), because);
    }
}

#[test]
fn swapped() {
    type Wrong = fn(&Rnn<f64>, &Array3<f64>) -> Result<Array2<f64>, Error>;
    let wrong: [(Wrong, &str); 5] = [
        (
            |rnn, x| {
                let (output, _) = rnn.forward(x, None)?;
                Ok(output.index_axis(Axis(0), x.len_of(Axis(0)) - 1).to_owned())
            },
            "it has run across the sequences",
        ),
        (
            |rnn, x| Ok(rnn.forward(x, None)?.1[0].index_axis(Axis(0), 0).to_owned()),
            "the state after the last sequence, for each step",
        ),
        (
            |rnn, x| {
                let (steps, n, d) = x.dim();
                let x = x.to_shape((n, steps, d)).expect("as many numbers");
                Ok(rnn.forward(&x, None)?.1[0].index_axis(Axis(0), 0).to_owned())
            },
            "would leave the numbers where they are",
        ),
        (
            |rnn, x| {
                let (output, _) = rnn.forward(&x.view().permuted_axes([1, 0, 2]), None)?;
                Ok(output.index_axis(Axis(0), output.len_of(Axis(0)) - 1).to_owned())
            },
            "all states of the last sequence",
        ),
        (
            |rnn, x| {
                let (output, _) = rnn.forward(&x.view().permuted_axes([1, 0, 2]), None)?;
                Ok(output.index_axis(Axis(1), 0).to_owned())
            },
            "after the first step",
        ),
    ];
    for (answer, because) in wrong {
        rejected(ch06::swapped(answer), because);
    }
}

/// Changes one sequence and compares some, with a tolerance.
fn differ(
    net: &Network,
    x: &Array3<f64>,
    changed: usize,
    compared: impl IntoIterator<Item = usize>,
    tolerance: f64,
) -> Result<bool, Error> {
    let before = net(x)?;
    let mut x = x.clone();
    x.index_axis_mut(Axis(0), changed).fill(0.5);
    let after = net(&x)?;
    let difference = before - after;
    let far = |n: usize| {
        difference.index_axis(Axis(0), n).iter().any(|entry: &f64| entry.abs() > tolerance)
    };
    Ok(compared.into_iter().any(far))
}

#[test]
fn leak() {
    type Wrong = fn(&Network, &Array3<f64>) -> Result<bool, Error>;
    let wrong: [(Wrong, &str); 9] = [
        (|_, _| Ok(true), "compared with itself"),
        (|_, _| Ok(false), "change each sequence in turn"),
        (|net, x| differ(net, x, 0, 0..4, 0.0), "compared with itself"),
        (|net, x| differ(net, x, 3, 0..3, 0.0), "changes those after it"),
        (|net, x| differ(net, x, 0, 1..4, 0.0), "changes those before it"),
        (
            |net, x| Ok(differ(net, x, 0, 1..4, 0.0)? || differ(net, x, 3, 0..3, 0.0)?),
            "two sequences in the middle",
        ),
        (
            |net, x| {
                for changed in 0..4 {
                    if differ(net, x, changed, (0..4).filter(|n| *n != changed), 1e-3)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            },
            "by little",
        ),
        (
            |net, x| {
                let before = net(x)?;
                for changed in 0..4 {
                    let mut x = x.clone();
                    x.index_axis_mut(Axis(0), changed).row_mut(4).fill(0.5);
                    let after = net(&x)?;
                    let same =
                        |n: &usize| before.index_axis(Axis(0), *n) == after.index_axis(Axis(0), *n);
                    if !(0..4).filter(|n| *n != changed).all(|n| same(&n)) {
                        return Ok(true);
                    }
                }
                Ok(false)
            },
            "at one step in the middle",
        ),
        (
            |net, x| {
                let before = net(x)?;
                for changed in 0..4 {
                    let mut x = x.clone();
                    x.index_axis_mut(Axis(0), changed).fill(0.5);
                    let after = net(&x)?;
                    // One step and one unit only.
                    if (0..4).any(|n| n != changed && before[[n, 2, 0]] != after[[n, 2, 0]]) {
                        return Ok(true);
                    }
                }
                Ok(false)
            },
            "changes one unit of",
        ),
    ];
    for (answer, because) in wrong {
        rejected(ch06::leak(answer), because);
    }
}
