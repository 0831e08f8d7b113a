//! Chapter 7: where does the time go? No check takes a time: they count, or give times that were
//! made up.

use std::cell::{Cell, RefCell};
use std::f64::consts::LN_2;

use ndarray::{Array1, Array2, ArrayRef2, Axis, concatenate, s};
use rand::{Rng, RngExt};
use rnn::RnnCell;

use crate::{Slip, compare::compare, rng};

/// The sizes of a layer and of what it reads.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Sequences in the batch, N.
    pub n: usize,
    /// Steps, T.
    pub t: usize,
    /// Numbers of an input, D.
    pub d: usize,
    /// Units, H.
    pub h: usize,
}

/// What a machine can do.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    /// Multiply-adds in a nanosecond.
    pub rate: f64,
    /// Nanoseconds for the tanh of one number.
    pub tanh: f64,
}

/// The share of the tanhs in the time of a pass.
///
/// # Errors
/// Where an answer is wrong.
pub fn share(share: impl Fn(&Sizes, &Machine) -> f64) -> Result<(), Slip> {
    let mut rng = rng()?;
    for _ in 0..5 {
        let [n, t, d, h] = [2..40, 2..1_000, 2..300, 300..600].map(|size| rng.random_range(size));
        let sizes = Sizes { n, t, d, h };
        let machine =
            Machine { rate: rng.random_range(2.0..50.0), tanh: rng.random_range(0.5..20.0) };
        let Machine { rate, tanh } = machine;
        // For each tanh there is one multiply-add for each input and one for each unit.
        let of = |multiply_adds: usize| tanh / (tanh + multiply_adds as f64 / rate);
        let right = of(d + h);
        let slips = [
            (
                1.0 / (1 + d + h) as f64,
                "that is the share of the operations. A tanh takes longer than a multiply-add.",
            ),
            (1.0 - right, "that is the share of the products."),
            (100.0 * right, "a share is a number between 0 and 1, not per cent."),
            (
                tanh * rate / (d + h) as f64,
                "the tanhs are compared with the products. A share is one of the whole.",
            ),
            (
                tanh / (tanh + (d + h) as f64 * rate),
                "the rate is how many fit into a nanosecond. A time is a count divided by it.",
            ),
            (of(h), "the products of the inputs are missing: D multiply-adds for each tanh."),
            (of(d), "the products of the states are missing: H multiply-adds for each tanh."),
            (of(h * (d + h)), "there is a tanh for each unit: N T H of them."),
            (of(d * h), "D H + H H multiply-adds a step, and H tanhs."),
        ];
        let case = format!("The share of tanh, where {sizes:?} and {machine:.2?}:");
        compare(case, &share(&sizes, &machine), &right, &slips)?;
    }
    Ok(())
}

/// A matrix in a memory that counts how often each weight is fetched.
pub struct Weights {
    weights: Array2<f64>,
    fetched: RefCell<Array2<usize>>,
}

impl Weights {
    fn new(weights: Array2<f64>) -> Self {
        Self { fetched: RefCell::new(Array2::zeros(weights.dim())), weights }
    }

    /// The weight in a row and a column.
    ///
    /// # Panics
    /// Outside the matrix.
    pub fn fetch(&self, row: usize, column: usize) -> f64 {
        let units = self.weights.nrows();
        assert!(
            row < units && column < units,
            "there is no weight [{row}, {column}]: the matrix is [{units}, {units}]"
        );
        self.fetched.borrow_mut()[[row, column]] += 1;
        self.weights[[row, column]]
    }

    fn most_fetched(&self) -> usize {
        self.fetched.borrow().iter().copied().max().unwrap_or(0)
    }
}

/// The products of a step, for all sequences of a batch.
///
/// # Errors
/// Where an answer is wrong, or fetches a weight again.
pub fn uses(products: impl Fn(&Weights, &Array2<f64>) -> Array2<f64>) -> Result<(), Slip> {
    let mut rng = rng()?;
    for (n, units) in [(5, 3), (8, 4), (1, 3)] {
        let weights = Weights::new(matrix(units, units, &mut rng));
        let h = matrix(n, units, &mut rng);
        let found = products(&weights, &h);
        let slips = [
            (
                h.dot(&weights.weights),
                "the matrix is transposed: row i holds the weights of unit i.",
            ),
            (
                last_product(&weights.weights, &h),
                "a product takes the place of the one before it. Add them up: `+=`.",
            ),
        ];
        let case = format!("{n} sequences, {units} units:");
        compare(case, &found, &h.dot(&weights.weights.t()), &slips)?;
        let slips = [(
            n,
            "every sequence fetches all weights again. Fetch one, use it for all sequences, and only \
             then fetch the next.",
        )];
        let case =
            format!("The products are right. How often a weight is fetched for {n} sequences:");
        compare(case, &weights.most_fetched(), &1, &slips)?;
    }
    Ok(())
}

/// A slip: of each sum the last product only.
fn last_product(weights: &Array2<f64>, h: &Array2<f64>) -> Array2<f64> {
    let last = h.ncols() - 1;
    Array2::from_shape_fn(h.dim(), |(n, unit)| weights[[unit, last]] * h[[n, last]])
}

/// Products of matrices, counted.
#[derive(Default)]
pub struct Products {
    count: Cell<usize>,
    /// The most rows and columns of a product.
    rows: Cell<usize>,
    columns: Cell<usize>,
}

impl Products {
    /// The product of a `[M, K]` and b `[K, N]`.
    ///
    /// # Panics
    /// Where the columns of a are not as many as the rows of b.
    pub fn of(&self, a: &ArrayRef2<f64>, b: &ArrayRef2<f64>) -> Array2<f64> {
        self.count.set(self.count.get() + 1);
        self.rows.set(self.rows.get().max(a.nrows()));
        self.columns.set(self.columns.get().max(b.ncols()));
        a.dot(b)
    }
}

/// One product for the inputs of all steps.
///
/// # Errors
/// Where an answer is wrong, or takes more products than need be.
pub fn project(
    states: impl Fn(&RnnCell<f64>, &Array2<f64>, &Products) -> Array2<f64>,
) -> Result<(), Slip> {
    let mut rng = rng()?;
    for steps in [6, 3, 1] {
        let cell = RnnCell::<f64>::new(2, 3, &mut rng)?;
        let x = matrix(steps, 2, &mut rng);
        let products = Products::default();
        let found = states(&cell, &x, &products);
        let with_bias = |bias: Array1<f64>| run(&cell, &x, &bias, true);
        let both = &cell.b_ih + &cell.b_hh;
        let mut slips = vec![
            (with_bias(cell.b_hh.clone()), "the bias b_ih is missing."),
            (with_bias(cell.b_ih.clone()), "the bias b_hh is missing."),
            (with_bias(Array1::zeros(3)), "both biases are missing."),
            (with_bias(&both + &cell.b_ih), "the bias b_ih is added twice."),
            (with_bias(&both + &cell.b_hh), "the bias b_hh is added twice."),
        ];
        if steps > 1 {
            let mut untouched = with_bias(both.clone());
            untouched.row_mut(0).fill(0.0);
            let mut not_read = run(&cell, &x.slice(s![1.., ..]).to_owned(), &both, true);
            not_read = concatenate![Axis(0), Array2::zeros((1, 3)), not_read];
            let first = x.select(Axis(0), &vec![0; steps]);
            slips.extend([
                (
                    first_without(&cell, &x),
                    "at step 0 the bias b_hh is missing. It is added whatever the state is, zeros too.",
                ),
                (untouched, "row 0 is left as it was. Step 0 has a state as well."),
                (not_read, "row 0 is left as it was, and the first input is not read."),
                (run(&cell, &x, &both, false), "the state before the step is not used."),
                (run(&cell, &first, &both, true), "every step reads the first input: take row t."),
            ]);
        }
        compare(format!("A sequence of {steps} steps:"), &found, &with_bias(both), &slips)?;
        // The first state is zero: who leaves its product out has saved one more.
        let whole = products.rows.get() == steps || products.columns.get() == steps;
        if whole && products.count.get() == steps {
            continue;
        }
        let slips = [
            (2 * steps, "each step still has a product for its input."),
            (
                steps,
                "a product for each step, and none of all inputs at once. Or some product does not go \
                 through `products.of`.",
            ),
            (1, "the products of the states do not go through `products.of`."),
            (0, "the products do not go through `products.of`."),
        ];
        let case = format!("The states are right. The products for {steps} steps:");
        compare(case, &products.count.get(), &(1 + steps), &slips)?;
    }
    Ok(())
}

/// The states, with another bias, and without the states before a step if they are not to be kept.
fn run(cell: &RnnCell<f64>, x: &Array2<f64>, bias: &Array1<f64>, keep: bool) -> Array2<f64> {
    let mut states = x.dot(&cell.w_ih.t()) + bias;
    let mut h = Array1::zeros(cell.hidden_size());
    for mut state in states.rows_mut() {
        let next = (&state + &cell.w_hh.dot(&h)).tanh();
        state.assign(&next);
        if keep {
            h = next;
        }
    }
    states
}

/// The states, where step 0 has nothing of what comes from the state of zeros before it, not even `b_hh`.
fn first_without(cell: &RnnCell<f64>, x: &Array2<f64>) -> Array2<f64> {
    let mut h = (cell.w_ih.dot(&x.row(0)) + &cell.b_ih).tanh();
    let mut states = h.clone().insert_axis(Axis(0));
    for x in x.rows().into_iter().skip(1) {
        h = (cell.w_ih.dot(&x) + &cell.b_ih + cell.w_hh.dot(&h) + &cell.b_hh).tanh();
        states = concatenate![Axis(0), states, h.clone().insert_axis(Axis(0))];
    }
    states
}

/// exp from a power of two and a short series.
///
/// # Errors
/// Where an answer is wrong.
pub fn exp(exp: impl Fn(f64, fn(f64) -> f64) -> f64) -> Result<(), Slip> {
    let mut rng = rng()?;
    let in_a_float = "bits in the wrong place make zeros. The exponent of an f64 begins at bit 52, and 1023 \
                      stands for 2^0. (23 and 127 are those of an f32.)";
    let missing = "the factor 2^n is missing.";
    exp_of(
        &exp,
        &several(3.0, &mut rng),
        &[(|_, _| 0.0, in_a_float), (|_, t| series(t), missing)],
    )?;
    let unsigned = "an unsigned number cannot be negative: `n as u64` is 0. Add 1023 first.";
    exp_of(&exp, &several(-9.0, &mut rng), &[(|_, t| series(t), unsigned)])?;
    exp_everywhere(&exp)
}

/// From -700 to 700, where the numbers are too large or too small to be shown: as shares of what they
/// should be.
fn exp_everywhere(exp: &impl Fn(f64, fn(f64) -> f64) -> f64) -> Result<(), Slip> {
    let numbers = Array1::from(vec![0.0, 0.2, -0.2, 0.5, -0.5, 20.0, 100.0, -100.0, 699.0, -699.0]);
    let shares = numbers.mapv(|z| {
        let n = (z / LN_2).round();
        exp(z, series) / (n.exp2() * series(z - n * LN_2))
    });
    let case = format!("exp of {numbers:.1}, each as a share of what it should be:");
    compare(case, &shares, &Array1::ones(numbers.len()), &[])
}

/// Numbers on both sides of the places where n changes, from so many powers of two on.
fn several(from: f64, rng: &mut impl Rng) -> Array1<f64> {
    let shares = [0.1..0.4, 0.6..0.9, 0.1..0.4, 0.6..0.9];
    shares
        .map(|share| (from + f64::from(rng.random_range(0..7)) + rng.random_range(share)) * LN_2)
        .to_vec()
        .into()
}

/// What some n and t give.
type Parts = fn(f64, f64) -> f64;

/// exp of some numbers, all of which have to show the same slip. Some slips differ from one check to
/// the other.
fn exp_of(
    exp: &impl Fn(f64, fn(f64) -> f64) -> f64,
    numbers: &Array1<f64>,
    others: &[(Parts, &'static str)],
) -> Result<(), Slip> {
    let split = |n: f64, t: f64| n.exp2() * series(t);
    let with_n = |n: &dyn Fn(f64) -> f64| numbers.mapv(|z| split(n(z), z - n(z) * LN_2));
    let nearest = |z: f64| (z / LN_2).round();
    let right = with_n(&nearest);
    let of = |parts: &dyn Fn(f64, f64) -> f64| numbers.mapv(|z| parts(z, nearest(z)));
    let cut_off = "n is not the nearest whole number. With that one t is at most half as large, and the \
                   series is good enough.";
    let mut slips = vec![
        (
            numbers.exp(),
            "that is exp to the last digit, as the standard library has it. Put it together from the \
             short series and a power of two.",
        ),
        (with_n(&|z| (z / LN_2).floor()), cut_off),
        (with_n(&|z| (z / LN_2).trunc()), cut_off),
        (with_n(&|z| (z / LN_2).ceil()), cut_off),
        (
            numbers.mapv(series),
            "the series is good for a small t only. First take the powers of two out.",
        ),
        (with_n(&f64::round), "n counts powers of two, not of e: divide z by ln 2."),
        (with_n(&|z| (z * LN_2).round()), "n counts powers of two: divide z by ln 2."),
        (of(&|z, n| split(n, z - n)), "t is what is left of z when n ln 2 is taken away, not n."),
        (
            of(&|z, n| split(n, z / LN_2 - n)),
            "t is a remainder of z, not of z / ln 2: multiply it by ln 2.",
        ),
        (of(&|z, n| n * series(z - n * LN_2)), "the factor is 2^n, not n."),
        (2.0 * &right, "twice too much. In an f64 the number 1023 stands for 2^0."),
        (&right / 2.0, "half of what it should be. In an f64 the number 1023 stands for 2^0."),
    ];
    slips.extend(others.iter().map(|(parts, slip)| (of(&|z, n| parts(n, z - n * LN_2)), *slip)));
    let found = numbers.mapv(|z| exp(z, series));
    compare(format!("exp of {numbers:.4}, with the short series:"), &found, &right, &slips)
}

/// The first terms of the series of exp.
fn series(t: f64) -> f64 {
    1.0 + t * (1.0 + t / 2.0 * (1.0 + t / 3.0 * (1.0 + t / 4.0)))
}

/// How many times as fast one job is as another, on a machine that is not quiet.
///
/// # Errors
/// Where an answer is wrong.
pub fn median(times_as_fast: impl Fn(&[[f64; 2]]) -> f64) -> Result<(), Slip> {
    // One measurement says little of a slip, five do.
    const MEASUREMENTS: usize = 5;
    let mut rng = rng()?;
    let measurements: [_; MEASUREMENTS] = std::array::from_fn(|_| measurement(&mut rng));
    let of = |answer: &dyn Fn(&[[f64; 2]]) -> f64| -> Array1<f64> {
        measurements.iter().map(|rounds| answer(rounds)).collect()
    };
    let slips = [
        (
            of(&|rounds| mean(&ratios(rounds))),
            "that is the mean of the ratios. One disturbed round moves it.",
        ),
        (
            of(&|rounds| {
                let [a, b] = columns(rounds);
                mean(&a) / mean(&b)
            }),
            "those are sums or means of the times. A slow round counts for more than a quick one.",
        ),
        (
            of(&|rounds| {
                let [a, b] = columns(rounds).map(middle);
                a / b
            }),
            "that is the ratio of two medians, which come from different rounds. Divide in each round \
             first.",
        ),
        (
            of(&|rounds| {
                let [a, b] =
                    columns(rounds).map(|times| times.into_iter().fold(f64::MAX, f64::min));
                a / b
            }),
            "those are the shortest times, which come from different rounds.",
        ),
        (
            of(&|rounds| 1.0 / middle(ratios(rounds))),
            "upside down: where B takes half the time, it is twice as fast.",
        ),
        (
            of(&|rounds| ratios(rounds)[rounds.len() / 2]),
            "that is the round in the middle. Sort the ratios, and take the one in the middle.",
        ),
    ];
    let right = of(&|rounds| middle(ratios(rounds)));
    compare("Five measurements:", &of(&times_as_fast), &right, &slips)
}

/// The times of two jobs in an odd number of rounds. Some rounds are slow, and in one only one job is.
fn measurement(rng: &mut impl Rng) -> Vec<[f64; 2]> {
    let times_as_fast = rng.random_range(1.2..3.0);
    let count = 2 * rng.random_range(3..7) + 1;
    let mut rounds: Vec<_> = (0..count)
        .map(|_| {
            let slow = if rng.random_bool(0.4) { rng.random_range(2.0..5.0) } else { 1.0 };
            let [a, b] = [times_as_fast, 1.0].map(|time| time * slow * rng.random_range(1.0..1.1));
            [a, b]
        })
        .collect();
    let disturbed = rng.random_range(0..count);
    rounds[disturbed][rng.random_range(0..2)] *= 10.0;
    rounds
}

fn columns(rounds: &[[f64; 2]]) -> [Vec<f64>; 2] {
    [0, 1].map(|job| rounds.iter().map(|times| times[job]).collect())
}

fn ratios(rounds: &[[f64; 2]]) -> Vec<f64> {
    rounds.iter().map(|[a, b]| a / b).collect()
}

fn middle(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

fn matrix(rows: usize, columns: usize, rng: &mut impl Rng) -> Array2<f64> {
    Array2::from_shape_simple_fn((rows, columns), || rng.random_range(-1.0..1.0))
}
