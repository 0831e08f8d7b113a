//! Chapter 6: which axis is which?

use std::iter::zip;

use ndarray::{Array1, Array2, Array3, ArrayRef2, ArrayRef3, Axis, concatenate};
use rand::{Rng, RngExt, seq::SliceRandom};
use rnn::{Error, Rnn, RnnCell};

use crate::{Slip, compare::compare, rng};

/// The sizes of a network and of what it reads.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Sequences in the batch, N.
    pub n: usize,
    /// Steps, T.
    pub t: usize,
    /// Numbers of an input, D.
    pub d: usize,
    /// Units of each layer and direction, H.
    pub h: usize,
    /// Layers on top of each other.
    pub layers: usize,
    /// One or two.
    pub directions: usize,
}

/// The shapes of three arrays.
#[derive(Clone, Copy, Debug)]
pub struct Shapes {
    /// Of the states of all steps.
    pub output: [usize; 3],
    /// Of the last states.
    pub h_n: [usize; 3],
    /// Of what the second layer multiplies its inputs by.
    pub weight_ih_l1: [usize; 2],
}

/// The shapes of a network.
///
/// # Errors
/// Where an answer is wrong.
pub fn shapes(shapes: impl Fn(&Sizes) -> Shapes) -> Result<(), Slip> {
    let mut rng = rng()?;
    for (layers, directions) in [(3, 2), (3, 1), (2, 2)] {
        // Four primes, of which none is a product of the other numbers: no two slips are the same.
        let mut primes = [5, 7, 11, 13];
        primes.shuffle(&mut rng);
        let [n, t, d, h] = primes;
        let sizes = Sizes { n, t, d, h, layers, directions };
        let rnn = Rnn::<f64>::stacked(d, h, layers, directions == 2, &mut rng)?;
        let (output, [h_n]) = rnn.forward(&Array3::zeros((n, t, d)), None)?;
        let second = &rnn.cells[directions];
        let found = shapes(&sizes);
        let of = |array| format!("The shape of {array}, where {sizes:?}:");
        let wide = directions * h;
        let slips = [
            ([t, n, wide], "the batch comes first in `output`, the steps second."),
            ([n, t, h], "both directions stand side by side: two states at each step."),
            ([n, t, layers * wide], "`output` shows the top layer only."),
            ([n, t, layers * h], "`output` shows the top layer only, but both directions."),
            ([n, t, d], "the last axis counts the units, not the inputs."),
        ];
        same(of("output"), found.output, output.shape(), &slips)?;
        let all = layers * directions;
        let slips = [
            ([n, all, h], "in the states the batch comes second."),
            ([n, layers, h], "in the states the batch comes second."),
            ([layers, n, h], "each direction has a last state of its own."),
            ([layers, n, wide], "in `h_n` the directions are on the first axis, not side by side."),
            ([directions, n, h], "`h_n` shows all layers."),
            ([1, n, h], "`h_n` shows all layers and directions."),
            ([1, n, wide], "`h_n` shows all layers, and has the directions on its first axis."),
            ([all, n, wide], "a state has H numbers. The first axis counts the directions."),
            ([all, t, h], "there is one last state for each sequence, not for each step."),
        ];
        same(of("h_n"), found.h_n, h_n.shape(), &slips)?;
        let slips = [
            (
                [h, d],
                "only the first layer reads the inputs. The second reads what the first gives.",
            ),
            ([h, h], "the second layer reads both directions of the first."),
            ([wide, h], "the rows are the units of the cell, the columns what it reads."),
            ([wide, wide], "each direction has a cell of its own, with H units."),
        ];
        same(of("weight_ih_l1"), found.weight_ih_l1, second.w_ih.shape(), &slips)?;
    }
    Ok(())
}

/// Compares a shape. Shapes are told here as numbers are elsewhere.
fn same<const AXES: usize>(
    case: String,
    found: [usize; AXES],
    expected: &[usize],
    slips: &[([usize; AXES], &str)],
) -> Result<(), Slip> {
    let array = |shape: &[usize]| Array1::from(shape.to_vec());
    let slips: Vec<_> = slips.iter().map(|(shape, slip)| (array(shape), *slip)).collect();
    compare(case, &array(&found), &array(expected), &slips)
}

/// Layers on top of each other.
///
/// # Errors
/// Where an answer is wrong, or the answer itself reports an error.
pub fn layers(
    top: impl Fn(&[RnnCell<f64>], &Array2<f64>) -> Result<Array2<f64>, Error>,
) -> Result<(), Slip> {
    let mut rng = rng()?;
    // As many inputs as units first: there a layer can read what was meant for another.
    for (layers, inputs, units, steps) in [(3, 3, 3, 5), (2, 2, 4, 3), (1, 3, 2, 7)] {
        let cells = Rnn::<f64>::stacked(inputs, units, layers, false, &mut rng)?.cells;
        let x = Array2::from_shape_simple_fn((steps, inputs), || rng.random_range(-1.0..1.0));
        let right = stacked(cells.iter(), &x)?;
        let mut slips = vec![
            (
                pass(&cells[0], &x, Array1::zeros(units))?,
                "those are the states of the first layer.",
            ),
            (
                carried(&cells, &x)?,
                "each layer begins with a state of zeros, not with the last state of the layer below.",
            ),
        ];
        if inputs == units {
            slips.extend([
                (
                    pass(&cells[layers - 1], &x, Array1::zeros(units))?,
                    "each layer reads x. It should read the states of the layer below.",
                ),
                (stacked(cells.iter().rev(), &x)?, "the top layer comes first."),
                (
                    stacked(cells.iter().map(|_| &cells[0]), &x)?,
                    "all layers have the weights of the first. Each has its own.",
                ),
            ]);
        }
        slips.push((one_state(&cells, &x)?, "all layers share one state. Each has its own."));
        let case = format!("The top layer of {layers}, with {inputs} inputs and {units} units:");
        compare(case, &top(&cells, &x)?, &right, &slips)?;
    }
    Ok(())
}

/// Each layer reads what the one below gives.
fn stacked<'a>(
    cells: impl Iterator<Item = &'a RnnCell<f64>>,
    x: &Array2<f64>,
) -> Result<Array2<f64>, Error> {
    let mut read = x.clone();
    for cell in cells {
        read = pass(cell, &read, Array1::zeros(cell.hidden_size()))?;
    }
    Ok(read)
}

/// A slip: likewise, but each layer begins with the last state of the one below.
fn carried(cells: &[RnnCell<f64>], x: &Array2<f64>) -> Result<Array2<f64>, Error> {
    let (mut read, mut h) = (x.clone(), Array1::zeros(cells[0].hidden_size()));
    for cell in cells {
        read = pass(cell, &read, h)?;
        h = read.row(read.nrows() - 1).to_owned();
    }
    Ok(read)
}

/// A slip: at each step the one state goes up through all layers.
fn one_state(cells: &[RnnCell<f64>], x: &Array2<f64>) -> Result<Array2<f64>, Error> {
    let mut h = Array1::zeros(cells[0].hidden_size());
    let mut states = Array2::zeros((x.nrows(), h.len()));
    for (x, mut state) in zip(x.rows(), states.rows_mut()) {
        let mut read = x.to_owned();
        for cell in cells {
            h = cell.step(&read, &h)?;
            read = h.clone();
        }
        state.assign(&h);
    }
    Ok(states)
}

/// The states `[T, H]` of one layer.
fn pass(cell: &RnnCell<f64>, x: &ArrayRef2<f64>, mut h: Array1<f64>) -> Result<Array2<f64>, Error> {
    let mut states = Array2::zeros((x.nrows(), h.len()));
    for (x, mut state) in zip(x.rows(), states.rows_mut()) {
        h = cell.step(&x, &h)?;
        state.assign(&h);
    }
    Ok(states)
}

/// The states in which each direction has read everything.
///
/// # Errors
/// Where an answer is wrong.
pub fn both_ends(finished: impl Fn(&Array3<f64>) -> Array2<f64>) -> Result<(), Slip> {
    let mut rng = rng()?;
    for (n, steps, units) in [(3, 5, 4), (2, 1, 3), (1, 6, 2)] {
        let rnn = Rnn::stacked(2, units, 1, true, &mut rng)?;
        let (output, [h_n]) = rnn.forward(&batch((n, steps, 2), &mut rng), None)?;
        let [forward, reverse] = [0, 1].map(|direction| h_n.index_axis(Axis(0), direction));
        let right = concatenate![Axis(1), forward, reverse];
        let [first, last] = [0, steps - 1].map(|t| output.index_axis(Axis(1), t));
        let unread = concatenate![
            Axis(1),
            first.split_at(Axis(1), units).0,
            last.split_at(Axis(1), units).1
        ];
        let slips = [
            (last.to_owned(), "at the last step the reverse half has read one step only."),
            (first.to_owned(), "at the first step the forward half has read one step only."),
            (
                unread,
                "the steps have changed places: each half is the one that has only just begun.",
            ),
            (concatenate![Axis(1), reverse, forward], "the forward half comes first."),
        ];
        let case = format!("{n} sequences of {steps} steps, {units} units in each direction:");
        compare(case, &finished(&output), &right, &slips)?;
    }
    Ok(())
}

/// A network that takes the batch first, and a batch that has the time first.
///
/// # Errors
/// Where an answer is wrong, or the answer itself reports an error.
pub fn swapped(
    last_states: impl Fn(&Rnn<f64>, &Array3<f64>) -> Result<Array2<f64>, Error>,
) -> Result<(), Slip> {
    let mut rng = rng()?;
    // As many steps as sequences first: there no shape tells.
    for (steps, n) in [(4, 4), (6, 3), (2, 5)] {
        let rnn = Rnn::new(2, 3, &mut rng)?;
        let x = batch((steps, n, 2), &mut rng);
        let batch_first = x.view().permuted_axes([1, 0, 2]);
        let (output, [h_n]) = rnn.forward(&batch_first, None)?;
        let (across, [h_across]) = rnn.forward(&x, None)?;
        let slips = [
            (
                row(&across, 0, steps - 1),
                "the network takes the batch first, so it has run across the sequences. Each row has \
                 read one step of its own, and something of the sequences before it.",
            ),
            (
                row(&h_across, 0, 0),
                "that is the state after the last sequence, for each step. The axes of x have to change \
                 places: `permuted_axes`. A new shape would leave the numbers where they are.",
            ),
            (
                row(&output, 0, n - 1),
                "x is right now. But then `output` has the batch first too, and these are all states of \
                 the last sequence.",
            ),
            (row(&output, 1, 0), "those are the states after the first step."),
        ];
        let case = format!("{n} sequences of {steps} steps:");
        compare(case, &last_states(&rnn, &x)?, &row(&h_n, 0, 0), &slips)?;
    }
    Ok(())
}

fn row(array: &ArrayRef3<f64>, axis: usize, index: usize) -> Array2<f64> {
    array.index_axis(Axis(axis), index).to_owned()
}

/// A network as a test sees it: from a batch `[N, T, D]` to `[N, T, H]`.
pub type Network<'a> = dyn Fn(&Array3<f64>) -> Result<Array3<f64>, Error> + 'a;

/// A test: does what changes in one sequence reach another?
///
/// # Errors
/// Where the test calls a good network bad or a bad one good, or itself reports an error.
pub fn leak(leaks: impl Fn(&Network, &Array3<f64>) -> Result<bool, Error>) -> Result<(), Slip> {
    let mut rng = rng()?;
    let one_way = Rnn::new(2, 3, &mut rng)?;
    let both_ways = Rnn::stacked(2, 3, 2, true, &mut rng)?;
    let x = batch((4, 5, 2), &mut rng);
    let own = "each sequence changes its own outputs, and no others";
    let networks: [(&str, bool, &Network); 9] = [
        (own, false, &|x| Ok(one_way.forward(x, None)?.0)),
        (own, false, &|x| Ok(both_ways.forward(x, None)?.0)),
        ("each sequence also changes those after it", true, &|x| across(&one_way, x)),
        ("each sequence also changes those before it", true, &|x| {
            let mut x = x.clone();
            x.invert_axis(Axis(0));
            let mut output = across(&one_way, &x)?;
            output.invert_axis(Axis(0));
            Ok(output)
        }),
        ("two sequences in the middle change each other, and nothing else does", true, &|x| {
            middle(&one_way, x)
        }),
        ("each sequence changes the others at one step in the middle", true, &|x| {
            let mut output = one_way.forward(x, None)?.0;
            if x.len_of(Axis(1)) > 2 {
                let leaked = 0.1 * x.index_axis(Axis(1), 2).sum();
                output.index_axis_mut(Axis(1), 2).mapv_inplace(|h| h + leaked);
            }
            Ok(output)
        }),
        ("the last sequence changes one unit of the first one, at its last step", true, &|x| {
            one_number(&one_way, x, [3, 0, 1], [0, 4, 2])
        }),
        ("the first sequence changes one unit of the last one, at its first step", true, &|x| {
            one_number(&one_way, x, [0, 4, 0], [3, 0, 1])
        }),
        ("each sequence changes all others, by little", true, &|x| {
            let mean = x.mean_axis(Axis(0)).ok_or(Error::ZeroSize { name: "batch_size" })?;
            Ok(one_way.forward(&(x - 1e-6 * mean), None)?.0)
        }),
    ];
    for (what, expected, network) in networks {
        let found = leaks(network, &x)?;
        if found != expected {
            let likely = if found {
                "is the changed sequence compared with itself? Is an earlier change still in x? Or is `==` \
                 where `!=` is meant? Begin with a fresh copy for each, and look for what differs. (A \
                 sequence that is run alone may differ in its last digit.)"
            } else {
                "change each sequence in turn, in all of its steps and numbers, compare all of the \
                 others, and let no difference pass."
            };
            return Err(Slip::new(format!(
                "A network in which {what}:\n  expected  {expected}\n  came      {found}\nLikely: {likely}"
            )));
        }
    }
    Ok(())
}

/// Runs across the sequences of a batch, as one with the time first would be read.
fn across(rnn: &Rnn<f64>, x: &ArrayRef3<f64>) -> Result<Array3<f64>, Error> {
    let (output, _) = rnn.forward(&x.view().permuted_axes([1, 0, 2]), None)?;
    Ok(output.permuted_axes([1, 0, 2]))
}

/// Adds to one number of the output, `[n, t, unit]`, from one of the input, `[n, t, feature]`.
fn one_number(
    rnn: &Rnn<f64>,
    x: &Array3<f64>,
    from: [usize; 3],
    to: [usize; 3],
) -> Result<Array3<f64>, Error> {
    let mut output = rnn.forward(x, None)?.0;
    if let (Some(from), Some(to)) = (x.get(from), output.get_mut(to)) {
        *to += 0.1 * from;
    }
    Ok(output)
}

/// Runs across the second and the third sequence.
fn middle(rnn: &Rnn<f64>, x: &Array3<f64>) -> Result<Array3<f64>, Error> {
    let mut mixed = x.clone();
    if x.len_of(Axis(0)) > 2 {
        let [one, two] = [1, 2].map(|n| x.index_axis(Axis(0), n));
        mixed.index_axis_mut(Axis(0), 1).scaled_add(0.1, &two);
        mixed.index_axis_mut(Axis(0), 2).scaled_add(0.1, &one);
    }
    Ok(rnn.forward(&mixed, None)?.0)
}

fn batch(shape: (usize, usize, usize), rng: &mut impl Rng) -> Array3<f64> {
    Array3::from_shape_simple_fn(shape, || rng.random_range(-1.0..1.0))
}
