//! Chapter 1: what can a vector remember?

mod figure;

pub use figure::{Readings, figure};

use std::iter::zip;

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, Axis, concatenate};
use rand::{Rng, RngExt};
use rnn::RnnCell;

use crate::{Slip, compare::compare, rng};

/// Does a neuron without input keep the sign of its state?
///
/// # Errors
/// Where an answer is wrong.
pub fn latch(holds: impl Fn(f64) -> bool) -> Result<(), Slip> {
    let mut rng = rng()?;
    // Behind the plain ones those on both sides of the limits.
    let mut weights = vec![0.5, 2.0, -2.0, 0.89, 1.11, -1.11, 2.99];
    weights.extend((0..20).map(|_| {
        let size =
            if rng.random() { rng.random_range(0.0..0.9) } else { rng.random_range(1.1..3.0) };
        if rng.random() { size } else { -size }
    }));
    for w in weights {
        let mut h = 0.5_f64;
        let mut kept = true;
        for _ in 0..1_000 {
            h = (w * h).tanh();
            kept &= h > 0.1;
        }
        let slip = if w < 0.0 {
            "with a negative weight the sign turns round at every step."
        } else if w < 1.0 {
            "a weight below one pulls the state towards zero, step by step."
        } else {
            "above one the state settles away from zero, on its own side, for every such weight."
        };
        compare(format!("A weight of {w:.2}:"), &holds(w), &kept, &[(!kept, slip)])?;
    }
    Ok(())
}

/// The weights of a cell, and no more: a library's cell has its step ready.
#[derive(Clone, Debug)]
pub struct Weights {
    /// `[H, D]`.
    pub w_ih: Array2<f64>,
    /// `[H, H]`.
    pub w_hh: Array2<f64>,
    /// `[H]`.
    pub b_ih: Array1<f64>,
    /// `[H]`.
    pub b_hh: Array1<f64>,
}

/// One step of a cell.
///
/// # Errors
/// Where an answer is wrong.
pub fn step(
    step: impl Fn(&Weights, &Array1<f64>, &Array1<f64>) -> Array1<f64>,
) -> Result<(), Slip> {
    let mut rng = rng()?;
    // Equal sizes first: there a transposed matrix has the right shape.
    for (inputs, units) in [(3, 3), (2, 4), (4, 2)] {
        let cell = RnnCell::<f64>::new(inputs, units, &mut rng)?;
        let (x, h) = (numbers(inputs, &mut rng), numbers(units, &mut rng));
        let right = cell.step(&x, &h)?;
        let RnnCell { w_ih, w_hh, b_ih, b_hh } = cell;
        let weights = Weights { w_ih, w_hh, b_ih, b_hh };
        let Weights { w_ih, w_hh, b_ih, b_hh } = &weights;
        let (input, hidden) = (w_ih.dot(&x), w_hh.dot(&h));
        let sum = &input + b_ih + &hidden + b_hh;
        let whole = "tanh goes around the whole sum, once.";
        let mut slips = vec![
            (sum.clone(), "the sum is right, and tanh is missing."),
            ((&sum - b_ih).tanh(), "the bias b_ih is missing."),
            ((&sum - b_hh).tanh(), "the bias b_hh is missing."),
            ((&sum - b_ih - b_hh).tanh(), "both biases are missing."),
            ((&sum - &hidden).tanh(), "the state before the step is not used: W_hh h is missing."),
            ((&sum - &input).tanh(), "the input is not used: W_ih x is missing."),
            ((&sum + b_ih - b_hh).tanh(), "b_ih is added twice, and b_hh is missing."),
            ((&sum - b_ih + b_hh).tanh(), "b_hh is added twice, and b_ih is missing."),
            (input.tanh() + hidden.tanh(), whole),
            ((&input + b_ih).tanh() + (&hidden + b_hh).tanh(), whole),
            (&input + b_ih + (&hidden + b_hh).tanh(), whole),
            (&input + b_ih + &hidden + b_hh.tanh(), whole),
            ((&sum - &hidden + w_hh.t().dot(&h)).tanh(), "W_hh is transposed."),
        ];
        if inputs == units {
            slips.push(((&sum - &input + w_ih.t().dot(&x)).tanh(), "W_ih is transposed."));
            let swapped = (w_ih.dot(&h) + b_ih + w_hh.dot(&x) + b_hh).tanh();
            slips.push((swapped, "x and h have changed places."));
        }
        let case = format!("A cell with {inputs} inputs and {units} units:");
        compare(case, &step(&weights, &x, &h), &right, &slips)?;
    }
    Ok(())
}

/// The states after each step of a sequence.
///
/// # Errors
/// Where an answer is wrong, or the answer itself reports an error.
pub fn sequence(
    states: impl Fn(&RnnCell<f64>, &Array2<f64>, &Array1<f64>) -> Result<Array2<f64>, rnn::Error>,
) -> Result<(), Slip> {
    let mut rng = rng()?;
    for steps in [4, 1, 7] {
        let cell = RnnCell::<f64>::new(2, 3, &mut rng)?;
        let h_0 = numbers(3, &mut rng);
        let x = Array2::from_shape_simple_fn((steps, 2), || rng.random_range(-1.0..1.0));
        let right = run(&cell, &x, &h_0)?;
        let mut late = Array2::zeros(right.dim());
        late.row_mut(0).assign(&h_0);
        late.slice_axis_mut(Axis(0), (1..).into())
            .assign(&right.slice_axis(Axis(0), (..steps - 1).into()));
        let each_from = |h: &Array1<f64>| -> Result<Array2<f64>, rnn::Error> {
            let mut states = Array2::zeros(right.dim());
            for (mut row, x) in zip(states.rows_mut(), x.rows()) {
                row.assign(&cell.step(&x, h)?);
            }
            Ok(states)
        };
        let mut backwards = x.clone();
        backwards.invert_axis(Axis(0));
        let last = right.row(steps - 1).broadcast(right.dim()).map(|rows| rows.to_owned());
        let mut untouched = right.clone();
        untouched.row_mut(0).fill(0.0);
        let without_first = run(&cell, &x.slice_axis(Axis(0), (1..).into()), &h_0)?;
        let not_read = concatenate![Axis(0), h_0.clone().insert_axis(Axis(0)), without_first];
        let zeros = Array1::zeros(3);
        let slips = [
            (Array2::zeros(right.dim()), "nothing is written."),
            (untouched, "row 0 is left as it was. It holds the state after step 0."),
            (
                not_read,
                "row 0 holds h_0, and the first input is not read. Row t holds the state after step t.",
            ),
            (last.unwrap_or_default(), "every row holds the last state."),
            (late, "row t holds the state before step t. The states are one step too late."),
            (
                each_from(&h_0)?,
                "every step begins with h_0. A step has to get the state that the last one gave.",
            ),
            (
                each_from(&zeros)?,
                "every step begins at zeros: no state is carried from one to the next.",
            ),
            (run(&cell, &x, &zeros)?, "h_0 is not used: the first step begins at zero."),
            (run(&cell, &backwards, &h_0)?, "the sequence is read from its end."),
        ];
        let found = states(&cell, &x, &h_0)?;
        compare(format!("A sequence of {steps} steps:"), &found, &right, &slips)?;
    }
    Ok(())
}

/// The step at which a difference in the first input has shrunk to a hundredth.
///
/// # Errors
/// Where an answer is wrong, or the answer itself reports an error.
pub fn one_percent(
    forgotten: impl Fn(&RnnCell<f64>, &Array2<f64>, &Array1<f64>) -> Result<usize, rnn::Error>,
) -> Result<(), Slip> {
    // One number says little of a slip, a dozen does.
    const PAIRS: usize = 12;
    let mut rng = rng()?;
    let (mut found, mut right) = (Array1::zeros(PAIRS), Array1::zeros(PAIRS));
    let mut slips = [
        "one too many: the step that makes the difference is step 0.",
        "one too few: it is the first step whose distance is below.",
        "that is a tenth of the distance. Or the root is missing: a hundredth of the squared distance is a \
         tenth of the distance.",
        "the distance itself is compared with 0.01. It should be its share of the first one.",
        "a hundredth has gone there. It should be what is left.",
        "row 0 is read twice. After step 0 go on with row 1.",
        "the distance is compared with that of the inputs. Compare it with that of the states \
         after step 0.",
        "the distance is the root of the sum of the squares. These differences are added up as they are.",
        "the distance is the root of the sum of the squares. This is the greatest difference alone.",
    ]
    .map(|slip| (Array1::zeros(PAIRS), slip));
    for pair in 0..PAIRS {
        let drawn = Pair::draw(&mut rng)?;
        let Pair { cell, x, other, .. } = &drawn;
        let (distances, first) = (&drawn.distances, drawn.distances[0]);
        let inputs = norm(&(&x.row(0) - other));
        right[pair] = below(distances, 0.01 * first);
        let slipped = [
            right[pair] + 1,
            right[pair] - 1,
            below(distances, 0.1 * first),
            below(distances, 0.01),
            below(distances, 0.99 * first),
            drawn.with_row_0_twice()?,
            below(distances, 0.01 * inputs),
            below(&drawn.sums, 0.01 * drawn.sums[0]),
            below(&drawn.greatest, 0.01 * drawn.greatest[0]),
        ];
        for ((slip, _), slipped) in zip(&mut slips, slipped) {
            slip[pair] = slipped;
        }
        found[pair] = forgotten(cell, x, other)?;
    }
    compare("Pairs of runs that differ in their first input:", &found, &right, &slips)
}

/// Two runs of a cell that differ in nothing but their first input, and how far they are apart.
struct Pair {
    cell: RnnCell<f64>,
    /// `[T, D]`.
    x: Array2<f64>,
    /// The other first input.
    other: Array1<f64>,
    /// After each step the root of the sum of the squared differences.
    distances: Array1<f64>,
    /// Likewise their sum, as a slip would have it.
    sums: Array1<f64>,
    /// Likewise the greatest.
    greatest: Array1<f64>,
}

impl Pair {
    /// Draws until another kind of distance falls below a hundredth at another step.
    fn draw(rng: &mut impl Rng) -> Result<Self, rnn::Error> {
        loop {
            let mut cell = RnnCell::<f64>::new(2, 8, rng)?;
            cell.w_hh *= 1.2; // so that it takes more than a few steps
            let x = Array2::from_shape_simple_fn((500, 2), || rng.random_range(-1.0..1.0));
            let other = &x.row(0) + 0.1 * numbers(2, rng);
            let h_0 = Array1::zeros(8);
            let apart = run(&cell, &x, &h_0)? - run(&cell, &with_first(&x, &other), &h_0)?;
            let distances = apart.map_axis(Axis(1), |d| norm(&d));
            let sums = apart.map_axis(Axis(1), |d| d.abs().sum());
            let greatest = apart.map_axis(Axis(1), |d| d.abs().fold(0.0, |a, &b| b.max(a)));
            let hundredth = |distances: &Array1<f64>| below(distances, 0.01 * distances[0]);
            let right = hundredth(&distances);
            if hundredth(&sums) != right && hundredth(&greatest) != right {
                return Ok(Self { cell, x, other, distances, sums, greatest });
            }
        }
    }

    /// The step of a slip: the second input is row 0 once more.
    fn with_row_0_twice(&self) -> Result<usize, rnn::Error> {
        let h_0 = Array1::zeros(self.cell.hidden_size());
        let twice = |first: &ArrayRef1<f64>| {
            let first = first.to_owned().insert_axis(Axis(0));
            run(&self.cell, &concatenate![Axis(0), first, self.x], &h_0)
        };
        let apart = twice(&self.x.row(0))? - twice(&self.other)?;
        let distances = apart.map_axis(Axis(1), |d| norm(&d));
        Ok(below(&distances, 0.01 * distances[0]).saturating_sub(1))
    }
}

fn with_first(x: &Array2<f64>, first: &Array1<f64>) -> Array2<f64> {
    let mut x = x.clone();
    x.row_mut(0).assign(first);
    x
}

/// The first step at which a distance is below a limit.
fn below(distances: &Array1<f64>, limit: f64) -> usize {
    distances.iter().position(|&distance| distance < limit).unwrap_or(distances.len())
}

/// A cell whose states are bounded and whose derivative explodes.
///
/// # Errors
/// Where the derivative does not grow, or the answer itself reports an error.
pub fn explode(
    draw: impl Fn(&mut dyn Rng) -> Result<RnnCell<f64>, rnn::Error>,
) -> Result<(), Slip> {
    const STEPS: usize = 100;
    let mut rng = rng()?;
    let mut runs = Vec::new();
    for _ in 0..5 {
        let cell = draw(&mut rng)?;
        if cell.input_size() != 1 {
            return Err(Slip::new(format!(
                "The cell should have one input, and has {}.",
                cell.input_size()
            )));
        }
        let x = Array2::from_shape_simple_fn((STEPS, 1), || rng.random_range(-1.0..1.0));
        let h_0 = Array1::from_shape_simple_fn(cell.hidden_size(), || rng.random_range(-1.0..1.0));
        let states = run(&cell, &x, &h_0)?;
        runs.push((derivative(&cell, &states), cell, states));
    }
    // The run in the middle: a cell is drawn, and luck should not decide.
    runs.sort_by(|(one, ..), (other, ..)| one.total_cmp(other));
    let (growth, cell, states) = &runs[runs.len() / 2];
    if *growth >= 1e6 {
        return Ok(());
    }
    let flat = states.iter().filter(|h| h.abs() > 0.99).count() as f64 / states.len() as f64;
    let slope = states.mapv(|h| 1.0 - h * h).mean().unwrap_or(0.0);
    let without_slopes = derivative(cell, &Array2::zeros(states.dim()));
    let likely = if flat > 0.8 {
        "nearly all units are near 1 or -1, where tanh is flat and lets nothing pass."
    } else if without_slopes < 1.0 {
        "the derivative shrinks, and would with slopes of 1 as well. W_hh is too small, as it is in a network \
         as drawn."
    } else if *growth < 1.0 {
        "the derivative shrinks: the slopes take more away than W_hh gives."
    } else {
        "it grows, but too slowly."
    };
    Err(Slip::new(format!(
        "The derivative of the state after {STEPS} steps by the first state has the norm {growth:.1e}. It \
         should be above 1e6. The mean slope of tanh is {slope:.2}.\nLikely: {likely}"
    )))
}

/// The norm of the derivative of the last state by the first: the product of the steps' Jacobians.
fn derivative(cell: &RnnCell<f64>, states: &ArrayRef2<f64>) -> f64 {
    let mut product = Array2::eye(cell.hidden_size());
    for h in states.rows() {
        let slope = h.mapv(|h| 1.0 - h * h).insert_axis(Axis(1));
        product = (&slope * &cell.w_hh).dot(&product);
    }
    norm(&product.flatten())
}

/// The states `[T, H]` after each step.
fn run(
    cell: &RnnCell<f64>,
    x: &ArrayRef2<f64>,
    h_0: &Array1<f64>,
) -> Result<Array2<f64>, rnn::Error> {
    let mut h = h_0.clone();
    let mut states = Array2::zeros((x.nrows(), h.len()));
    for (x, mut state) in zip(x.rows(), states.rows_mut()) {
        h = cell.step(&x, &h)?;
        state.assign(&h);
    }
    Ok(states)
}

fn numbers(count: usize, rng: &mut impl Rng) -> Array1<f64> {
    Array1::from_shape_simple_fn(count, || rng.random_range(-1.0..1.0))
}

fn norm(vector: &ArrayRef1<f64>) -> f64 {
    vector.dot(vector).sqrt()
}
