//! Chapter 2: what does sharing save?

mod carry;

pub use carry::carry;

use std::iter::zip;

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, Axis};
use rand::{Rng, RngExt};
use rnn::{Fnn, GruCell, LstmCell, Parameters, Rnn, RnnCell};

use crate::{Slip, compare::compare, rng};

/// The parameters of an Elman network.
///
/// # Errors
/// Where an answer is wrong.
pub fn count(count: impl Fn(usize, usize) -> usize) -> Result<(), Slip> {
    let mut rng = rng()?;
    // Several at once: a single count may be right by chance.
    let sizes: Vec<[usize; 2]> =
        (0..4).map(|k| [rng.random_range(10..20), rng.random_range(30..40) * (k + 1)]).collect();
    let mut right = Vec::new();
    for &[inputs, units] in &sizes {
        right.push(RnnCell::<f64>::new(inputs, units, &mut rng)?.parameter_count());
    }
    let counts = |f: &dyn Fn(usize, usize) -> usize| of_sizes(&sizes, f);
    let slips = [
        (
            counts(&|d, h| h * (d + h + 1)),
            "one bias for each unit. PyTorch's network has two, b_ih and b_hh.",
        ),
        (counts(&|d, h| h * (d + h)), "the biases are missing."),
        (counts(&|d, h| 2 * h * d + 2 * h), "W_hh leads from units to units: it is [H, H]."),
        (counts(&|d, h| h * d + 2 * h), "W_hh is missing."),
        (counts(&|_, h| h * h + 2 * h), "W_ih is missing."),
        (counts(&|d, h| d * h + h * h + d + h), "b_ih has a number for each unit, not each input."),
        (counts(&|d, h| d * (d + h + 2)), "inputs and units have changed places."),
    ];
    let case = format!("Networks with [inputs, units] = {sizes:?}:");
    compare(case, &counts(&count), &right.into(), &slips)
}

/// The length from which on a recurrent network has fewer weights than a feed-forward one.
///
/// # Errors
/// Where an answer is wrong.
pub fn break_even(fewer_from: impl Fn(usize, usize, usize) -> usize) -> Result<(), Slip> {
    let mut rng = rng()?;
    // With one block, W_ih forgotten and one step too few give the same answer.
    for blocks in [3, 1, 4] {
        // Odd, so that only in the second network both have as many weights at some length. In the first
        // one nearly a whole step is lost where units / inputs is rounded down. In the third one a single
        // weight more would make a step.
        let inputs = [7, 11, 13][rng.random_range(0..3)];
        let on_edge = (2 * inputs..3 * inputs).find(|units| (blocks * units + 1) % inputs == 0);
        let units =
            [3 * inputs - 2, inputs * rng.random_range(3..5), on_edge.unwrap_or(3 * inputs - 1)];
        let sizes = units.map(|units| [inputs, units]);
        let mut right = Vec::new();
        for [inputs, units] in sizes {
            right.push(first_length([inputs, units, blocks], &mut rng)?);
        }
        let lengths = |f: &dyn Fn(usize, usize) -> usize| of_sizes(&sizes, f);
        let mut slips = vec![
            (
                lengths(&|d, h| blocks * (d + h) / d),
                "one step too few: there it has not yet fewer.",
            ),
            (
                lengths(&|d, h| (blocks * (d + h)).div_ceil(d)),
                "right where the lines cross between two lengths. Where they cross at a length, both have \
                 as many there, and fewer only from the next one on.",
            ),
            (lengths(&|d, h| blocks * (d + h) / h + 1), "inputs and units have changed places."),
            (
                lengths(&|_, _| blocks + 1),
                "W_hh is missing, or it has too few weights: it is [H, H]. Or inputs and units have \
                 changed places.",
            ),
            (
                lengths(&|d, h| (blocks * (d + h + 2) - 1) / d + 1),
                "biases are counted too. Here only weights are.",
            ),
            (
                lengths(&|d, h| (blocks * (d + h + 1) - 1) / d + 1),
                "biases are counted too. Here only weights are.",
            ),
        ];
        if blocks > 1 {
            slips.extend([
                (lengths(&|d, h| (d + h) / d + 1), "all blocks count, and this is one of them."),
                (
                    lengths(&|d, h| blocks * ((d + h) / d) + 1),
                    "a quotient is rounded down before it is multiplied by the blocks. Divide last.",
                ),
                (lengths(&|d, h| blocks * h / d + 1), "W_ih of the recurrent network is missing."),
                (
                    lengths(&|d, h| (d + blocks * h) / d + 1),
                    "W_ih too has `blocks` blocks, not only W_hh.",
                ),
            ]);
        }
        let case = format!("[inputs, units] = {sizes:?}, blocks = {blocks}:");
        let found = lengths(&|d, h| fewer_from(d, h, blocks));
        compare(case, &found, &right.into(), &slips)?;
    }
    Ok(())
}

/// Counted in the arrays of networks that are built for it.
fn first_length(
    [inputs, units, blocks]: [usize; 3],
    rng: &mut impl Rng,
) -> Result<usize, rnn::Error> {
    let weights = match blocks {
        1 => RnnCell::<f64>::new(inputs, units, rng)?.multiply_adds_per_step(),
        3 => GruCell::<f64>::new(inputs, units, rng)?.multiply_adds_per_step(),
        _ => LstmCell::<f64>::new(inputs, units, rng)?.multiply_adds_per_step(),
    };
    let mut length = 1;
    while Fnn::<f64>::new(inputs, units, length, rng)?.linear.weight.len() <= weights {
        length += 1;
    }
    Ok(length)
}

fn of_sizes(sizes: &[[usize; 2]], f: impl Fn(usize, usize) -> usize) -> Array1<usize> {
    sizes.iter().map(|&[inputs, units]| f(inputs, units)).collect()
}

/// A gradient by central finite differences.
///
/// # Errors
/// Where an answer is wrong.
pub fn finite(
    gradient: impl Fn(&dyn Fn(&Array1<f64>) -> f64, &Array1<f64>, f64) -> Array1<f64>,
) -> Result<(), Slip> {
    let mut rng = rng()?;
    for weights in [3, 5] {
        let (in_exp, in_cube) = (numbers(weights, &mut rng), 3.0 * numbers(weights, &mut rng));
        let w = Array1::from_shape_simple_fn(weights, || rng.random_range(0.5..1.0));
        // Large, so that the slips differ in the digits that are printed.
        let nudge = rng.random_range(0.05..0.1);
        let loss = |w: &Array1<f64>| in_exp.dot(w).exp() + in_cube.dot(w).powi(3);
        let found = gradient(&loss, &w, nudge);
        right_differences(&loss, &w, nudge, &found)?;
    }
    Ok(())
}

fn right_differences(
    loss: &dyn Fn(&Array1<f64>) -> f64,
    w: &Array1<f64>,
    nudge: f64,
    found: &Array1<f64>,
) -> Result<(), Slip> {
    let at = |entry: usize, by: f64| {
        let mut w = w.clone();
        w[entry] += by;
        loss(&w)
    };
    let entries = |f: &dyn Fn(usize) -> f64| (0..w.len()).map(f).collect::<Array1<f64>>();
    let difference = entries(&|k| at(k, nudge) - at(k, -nudge));
    let not_put_back = entries(&|k| {
        let mut above = w.clone();
        above.slice_axis_mut(Axis(0), (..k).into()).map_inplace(|w| *w -= nudge);
        let mut below = above.clone();
        above[k] += nudge;
        below[k] -= nudge;
        (loss(&above) - loss(&below)) / (2.0 * nudge)
    });
    let neither_put_back = entries(&|k| {
        let first =
            |by: f64| w.iter().enumerate().map(move |(j, w)| if j > k { *w } else { w + by });
        (loss(&first(nudge).collect()) - loss(&first(-nudge).collect())) / (2.0 * nudge)
    });
    let all = (loss(&(w + nudge)) - loss(&(w - nudge))) / (2.0 * nudge);
    let slips = [
        (
            entries(&|k| (at(k, nudge) - at(k, 0.0)) / nudge),
            "that is the difference on one side. A central one nudges to both sides.",
        ),
        (
            entries(&|k| (at(k, 0.0) - at(k, -nudge)) / nudge),
            "that is the difference on one side. A central one nudges to both sides.",
        ),
        (&difference / nudge, "twice as much as it should be: the two points are 2 nudges apart."),
        (
            &difference / 2.0 * nudge,
            "`a / 2.0 * nudge` multiplies by the nudge. The product needs brackets.",
        ),
        (
            entries(&|k| at(k, nudge) - at(k, -nudge) / (2.0 * nudge)),
            "`a - b / c` divides b alone. The difference needs brackets.",
        ),
        (difference.clone(), "the difference is not divided by the distance of the two points."),
        (&difference / (-2.0 * nudge), "the sign is turned: it is the upper minus the lower one."),
        (Array1::from_elem(w.len(), all), "all weights are nudged at once. Nudge one at a time."),
        (not_put_back, "a weight is not put back before the next one is nudged."),
        (neither_put_back, "a weight is not put back before the next one is nudged."),
    ];
    let right = &difference / (2.0 * nudge);
    let case = format!("A loss of {} weights, nudged by {nudge:.3}:", w.len());
    compare(case, found, &right, &slips)
}

/// The derivative by the state before a step.
///
/// # Errors
/// Where an answer is wrong.
pub fn back(
    back: impl Fn(&Array2<f64>, &Array1<f64>, &Array1<f64>) -> Array1<f64>,
) -> Result<(), Slip> {
    let mut rng = rng()?;
    for units in [3, 5] {
        let cell = RnnCell::<f64>::new(2, units, &mut rng)?;
        let (x, h, d_h) =
            (numbers(2, &mut rng), numbers(units, &mut rng), numbers(units, &mut rng));
        let h_next = cell.step(&x, &h)?;
        let right = library(&cell, &x.insert_axis(Axis(0)), &h, &d_h.clone().insert_axis(Axis(0)))?;
        let right = right.by_h_0;
        let w_hh = &cell.w_hh;
        let slope = |h: &Array1<f64>| 1.0 - h * h;
        let slips = [
            (w_hh.t().dot(&d_h), "the slope of tanh is missing: 1 - h_next²."),
            (
                w_hh.dot(&(&d_h * slope(&h_next))),
                "W_hh is not transposed. On the way back a unit hears those that it spoke to.",
            ),
            (w_hh.dot(&d_h), "W_hh is not transposed, and the slope of tanh is missing."),
            (
                w_hh.t().dot(&d_h) * slope(&h_next),
                "the slope belongs in front of the product. Back is the reverse order: tanh first, \
                 then W_hh.",
            ),
            (w_hh.dot(&d_h) * slope(&h_next), "the order is wrong, and W_hh is not transposed."),
            (
                w_hh.t().dot(&(&d_h * (1.0 - &h_next))),
                "the slope of tanh is 1 - h_next², and the square is missing.",
            ),
            (
                w_hh.t().dot(&(&d_h * slope(&h_next.tanh()))),
                "h_next has been through tanh already. The slope is 1 - h_next².",
            ),
            (&d_h * slope(&h_next), "that is by the sum inside tanh. W_hh is missing."),
        ];
        let case = format!("A cell with {units} units:");
        compare(case, &back(w_hh, &h_next, &d_h), &right, &slips)?;
    }
    Ok(())
}

/// The gradient of the shared `W_hh`.
///
/// # Errors
/// Where an answer is wrong.
pub fn shared(
    gradient: impl Fn(&Array2<f64>, &Array2<f64>, &Array2<f64>) -> Array2<f64>,
) -> Result<(), Slip> {
    let mut rng = rng()?;
    for steps in [5, 2, 8] {
        let cell = RnnCell::<f64>::new(2, 3, &mut rng)?;
        let mut table =
            |width| Array2::from_shape_simple_fn((steps, width), || rng.random_range(-1.0..1.0));
        let (x, d_output) = (table(2), table(3));
        let h_0 = numbers(3, &mut rng);
        let library = library(&cell, &x, &h_0, &d_output)?;
        let (states, right) = (&library.states, &library.by_w_hh);

        let sum =
            |parts: &[Array2<f64>]| parts.iter().fold(Array2::zeros((3, 3)), |sum, d| sum + d);
        let (before, after) = (rows(states, 0..steps), rows(states, 1..steps + 1));
        let slope = |h: &Array2<f64>| 1.0 - h * h;
        let slopes = slope(&after);
        let parts = parts(&cell.w_hh, &before, &slopes, &d_output);
        let alone = |t: usize| {
            let mut alone = Array2::zeros((steps, 3));
            alone.row_mut(t).assign(&d_output.row(t));
            alone
        };
        let uncarried: Vec<_> = zip(0.., &parts)
            .map(|(t, _)| self::parts(&cell.w_hh, &before, &slopes, &alone(t))[t].clone())
            .collect();
        let from_last = self::parts(&cell.w_hh, &before, &slopes, &alone(steps - 1));
        let late = self::parts(&cell.w_hh, &after, &slopes, &d_output);
        let [before_turned, slopes_turned, d_turned] = [&before, &slopes, &d_output].map(turned);
        let forwards = self::parts(&cell.w_hh, &before_turned, &slopes_turned, &d_turned);
        let untransposed = self::parts(&cell.w_hh.t().to_owned(), &before, &slopes, &d_output);
        let with_slopes =
            |slopes: &Array2<f64>| sum(&self::parts(&cell.w_hh, &before, slopes, &d_output));
        let slips = [
            (parts[steps - 1].clone(), "that is the part of the last step alone."),
            (
                parts[0].clone(),
                "that is the part of the first step alone. Does each step overwrite what the others gave?",
            ),
            (
                right / steps as f64,
                "that is the mean over the steps. A shared weight gets the sum.",
            ),
            (
                sum(&uncarried),
                "nothing is carried from a step to the one before it: W_hhᵀ d_z is missing.",
            ),
            (
                sum(&from_last),
                "only the last row of d_output is used. The loss looks at every step.",
            ),
            (
                sum(&late),
                "d_z is multiplied by the state after the step. W_hh was multiplied by the one before.",
            ),
            (
                sum(&forwards),
                "the steps are taken from the first to the last. A gradient is carried back: begin \
                 with the last one.",
            ),
            (sum(&untransposed), "W_hh is not transposed where d_z is carried back."),
            (right.t().to_owned(), "the table is transposed: its rows belong to d_z."),
            (
                with_slopes(&Array2::ones(slopes.dim())),
                "the slope of tanh is missing: 1 - h², with the state after the step.",
            ),
            (
                with_slopes(&slope(&before)),
                "the slope of tanh is taken at the state before the step. It belongs to the one after.",
            ),
            (
                with_slopes(&(1.0 - &after)),
                "the slope of tanh is 1 - h², and the square is missing.",
            ),
        ];
        let case = format!("A sequence of {steps} steps:");
        compare(case, &gradient(&cell.w_hh, states, &d_output), right, &slips)?;
    }
    Ok(())
}

/// What each step adds to the gradient of `W_hh`, from the states that `W_hh` was multiplied by and
/// the slopes of tanh, all `[T, H]`.
fn parts(
    w_hh: &Array2<f64>,
    before: &ArrayRef2<f64>,
    slopes: &ArrayRef2<f64>,
    d_output: &ArrayRef2<f64>,
) -> Vec<Array2<f64>> {
    let mut parts = Vec::new();
    let mut carried = Array1::zeros(w_hh.nrows());
    for t in (0..d_output.nrows()).rev() {
        let d_z = (carried + d_output.row(t)) * slopes.row(t);
        parts.push(outer(&d_z, &before.row(t)));
        carried = w_hh.t().dot(&d_z);
    }
    parts.reverse();
    parts
}

/// With the last row first.
fn turned(table: &Array2<f64>) -> Array2<f64> {
    let mut turned = table.clone();
    turned.invert_axis(Axis(0));
    turned
}

fn rows(table: &ArrayRef2<f64>, range: std::ops::Range<usize>) -> Array2<f64> {
    table.slice_axis(Axis(0), range.into()).to_owned()
}

/// What the library says of one sequence.
struct Library {
    /// `[T + 1, H]`: `h_0` first.
    states: Array2<f64>,
    by_w_hh: Array2<f64>,
    by_h_0: Array1<f64>,
}

fn library(
    cell: &RnnCell<f64>,
    x: &Array2<f64>,
    h_0: &Array1<f64>,
    d_output: &Array2<f64>,
) -> Result<Library, rnn::Error> {
    let rnn = Rnn::from(cell.clone());
    let batch = |table: &Array2<f64>| table.clone().insert_axis(Axis(0));
    let first = h_0.clone().insert_axis(Axis(0));
    let saved = rnn.forward_saving(&batch(x), None, Some([&batch(&first)]))?;
    let gradients = saved.backward(Some(&batch(d_output)), None)?;
    let mut states = Array2::zeros((x.nrows() + 1, h_0.len()));
    for (mut row, h) in zip(states.rows_mut(), first.rows().into_iter().chain(saved.output.rows()))
    {
        row.assign(&h);
    }
    Ok(Library {
        states,
        by_w_hh: gradients.layers.cells[0].w_hh.clone(),
        by_h_0: gradients.state[0].flatten().into_owned(),
    })
}

/// The table of all products `a_i b_j`.
fn outer(a: &ArrayRef1<f64>, b: &ArrayRef1<f64>) -> Array2<f64> {
    let column = a.view().insert_axis(Axis(1));
    &column * &b.view().insert_axis(Axis(0))
}

fn numbers(count: usize, rng: &mut impl Rng) -> Array1<f64> {
    Array1::from_shape_simple_fn(count, || rng.random_range(-1.0..1.0))
}
