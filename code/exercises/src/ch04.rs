//! Chapter 4: what must wait?

mod pays;

pub use pays::{Recurrence, pays};

use std::{cell::Cell, iter::zip};

use ndarray::{Array1, Array2, ArrayRef2, Axis};
use rand::{Rng, RngExt};
use rnn::RnnCell;

use crate::{Slip, compare::compare, rng};

/// The rounds of a scan whose distance triples.
///
/// # Errors
/// Where an answer is wrong.
pub fn rounds(rounds: impl Fn(usize) -> usize) -> Result<(), Slip> {
    let mut rng = rng()?;
    // A power of three, one less and one more: there the slips part.
    let mut lengths = vec![27, 26, 28, 1, 2, 3, 243];
    lengths.extend((0..4).map(|_| rng.random_range(20..5_000)));
    let of = |rounds: &dyn Fn(usize) -> usize| lengths.iter().map(|&n| rounds(n)).collect();
    let right: Array1<usize> = of(&triplings);
    let slips = [
        (of(&|n| n - 1), "that is the loop. In a round all places join at the same time."),
        (
            of(&doublings),
            "those are the rounds of a scan whose distance doubles. Here a round takes in two others, and \
             the distance triples.",
        ),
        (
            of(&|n| n.div_ceil(3)),
            "that is a third of the places. The distance triples in each round.",
        ),
        (
            of(&|n| (n - 1).div_ceil(2)),
            "as if the distance stayed the same, and each round took in two places. It triples.",
        ),
        (
            of(&|n| (n as f64).ln().ceil() as usize),
            "that is the natural logarithm. The distance triples, so it is the one to base 3.",
        ),
        (
            of(&|n| n.ilog(3) as usize),
            "28 places need one round more than 27: the logarithm is rounded up.",
        ),
        (
            of(&|n| n.ilog(3) as usize + 1),
            "27 places need one round less: after it the distance is 27, and no place lies so far back.",
        ),
        (
            of(&|n| 2 * triplings(n)),
            "those are the joins of a place. It joins two others in a round, and the rounds count.",
        ),
    ];
    let found = of(&rounds);
    compare(format!("The rounds for {lengths:?} places:"), &found, &right, &slips)
}

/// How often 1 has to be tripled to reach `n`.
fn triplings(n: usize) -> usize {
    (0..).find(|&rounds| 3_usize.pow(rounds) >= n).map_or(0, |rounds| rounds as usize)
}

/// How often 1 has to be doubled to reach `n`.
fn doublings(n: usize) -> usize {
    n.next_power_of_two().ilog2() as usize
}

/// A step of a linear network: from h to A h + b.
#[derive(Clone, Debug)]
pub struct Dense {
    /// `[H, H]`.
    pub a: Array2<f64>,
    /// `[H]`.
    pub b: Array1<f64>,
}

/// Two steps joined to one.
///
/// # Errors
/// Where an answer is wrong.
pub fn join(join: impl Fn(&Dense, &Dense) -> Dense) -> Result<(), Slip> {
    let mut rng = rng()?;
    for units in [2, 3] {
        let mut step = || Dense { a: matrix(units, units, &mut rng), b: numbers(units, &mut rng) };
        let (one, two) = (step(), step());
        let found = join(&one, &two);
        let (Dense { a: a_1, b: b_1 }, Dense { a: a_2, b: b_2 }) = (&one, &two);
        let slips = [
            (a_1.dot(a_2), "the two matrices have changed places. The first step acts on h first."),
            (a_1 * a_2, "`*` multiplies entry by entry. The product of matrices is `dot`."),
            (a_1 + a_2, "the matrices are multiplied, not added."),
            (a_2.clone(), "the first step's matrix is missing."),
            (a_1.clone(), "the second step's matrix is missing."),
        ];
        let case = format!("The matrix of two joined steps of {units} units:");
        compare(case, &found.a, &a_2.dot(a_1), &slips)?;
        let slips = [
            (
                b_1 + b_2,
                "the second matrix acts on b_1 as well: it is a part of the state by then.",
            ),
            (
                a_1.dot(b_2) + b_1,
                "the two steps have changed places. The first step adds b_1 first.",
            ),
            (a_1.dot(b_1) + b_2, "b_1 goes through the second matrix, not through the first."),
            (a_2.dot(&(b_1 + b_2)), "b_2 comes after the second matrix, which does not act on it."),
            (a_2.dot(b_1), "b_2 is missing."),
            (b_2.clone(), "b_1 is missing."),
        ];
        let case = format!("The vector b of two joined steps of {units} units:");
        compare(case, &found.b, &(a_2.dot(b_1) + b_2), &slips)?;
    }
    Ok(())
}

/// A step of a linear network with one unit, from h to a h + b, or several such steps as one. It
/// knows how many joins had to wait for one another to make it.
#[derive(Clone, Debug)]
pub struct Step {
    a: f64,
    b: f64,
    rounds: usize,
}

impl Step {
    /// This step and then the next, as one.
    ///
    /// # Panics
    /// After more rounds than any right answer takes: a scan whose distance does not double would go on
    /// for ever, and get no message.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        let rounds = 1 + self.rounds.max(next.rounds);
        assert!(
            rounds <= MOST_ROUNDS,
            "{MOST_ROUNDS} joins that wait for one another, and no end.\nLikely: the distance does not \
             grow. It begins at 1, and doubles after each round."
        );
        JOINS.set(JOINS.get() + 1);
        Self { a: next.a * self.a, b: next.a * self.b + next.b, rounds }
    }
}

thread_local! {
    /// The joins of the answer that is tried.
    static JOINS: Cell<usize> = const { Cell::new(0) };
}

const MOST_ROUNDS: usize = 100;

/// All steps up to each place, joined in a logarithm of rounds.
///
/// # Errors
/// Where an answer is wrong, or takes too many rounds.
pub fn scan(scan: impl Fn(&[Step]) -> Vec<Step>) -> Result<(), Slip> {
    let mut rng = rng()?;
    for count in [8, 13, 1] {
        // Factors near one: if all vanished, a wrong order would not show.
        let steps: Vec<Step> = (0..count)
            .map(|_| Step {
                a: rng.random_range(0.5..1.5),
                b: rng.random_range(-1.0..1.0),
                rounds: 0,
            })
            .collect();
        JOINS.set(0);
        let found = scan(&steps);
        let joins = JOINS.get();
        right_steps(&steps, &found)?;
        let rounds = found.iter().map(|step| step.rounds).max().unwrap_or(0);
        let slips = [
            (count - 1, "every join waits for the one before it: that is the loop."),
            (
                (2 * doublings(count)).saturating_sub(2),
                "as many as Blelloch's scan takes, which goes up and down again, and saves joins. Here \
                 the rounds count.",
            ),
        ];
        let case = format!("All {count} steps are right. The rounds, each a join that waits:");
        compare(case, &rounds, &doublings(count), &slips)?;
        let most = count * doublings(count);
        if joins > most {
            return Err(Slip::new(format!(
                "All {count} steps are right, in {rounds} rounds, but after {joins} joins; {most} are \
                 the most.\nLikely: each place joins all of its steps anew. In each round it needs a \
                 single join, with what another place has joined already."
            )));
        }
    }
    Ok(())
}

fn right_steps(steps: &[Step], found: &[Step]) -> Result<(), Slip> {
    let in_a_loop = |join: &dyn Fn(&Step, &Step) -> Step| {
        let mut states: Vec<Step> = Vec::new();
        for step in steps {
            let joined = states.last().map_or_else(|| step.clone(), |last| join(last, step));
            states.push(joined);
        }
        states
    };
    let right = in_a_loop(&Step::then);
    let mut late = vec![Step { a: 1.0, b: 0.0, rounds: 0 }];
    late.extend_from_slice(&right[..right.len() - 1]);
    let rounds = doublings(steps.len());
    let slips = [
        (steps.to_vec(), "nothing has been joined."),
        (late, "place t lacks step t itself. The results are one place too late."),
        (
            in_a_loop(&|earlier, later| later.then(earlier)),
            "the steps are joined in the wrong order: the earlier one comes first.",
        ),
        (doubled(steps, 1, right_join), "only one round: neighbours are joined, and no more."),
        (
            doubled(steps, rounds.saturating_sub(1), right_join),
            "the last round is missing. The distance doubles as long as it is below the number of steps.",
        ),
        (
            doubled(steps, rounds, |_, after, earlier, t| after[earlier].then(&after[t])),
            "a round reads what the same round has written. Keep what was there before the round.",
        ),
        (
            doubled(steps, rounds, |before, _, earlier, t| steps[earlier].then(&before[t])),
            "a round joins what the round before has left, on both sides. Here a side is `steps`.",
        ),
        (
            doubled(steps, rounds, |before, _, earlier, t| before[earlier].then(&steps[t])),
            "a round joins what the round before has left, on both sides. Here a side is `steps`.",
        ),
        (
            neighbours(steps, rounds),
            "the distance stays at one. It doubles from round to round.",
        ),
        (
            joined(steps, 1..steps.len(), right_join),
            "the distance grows by one. It doubles from round to round.",
        ),
        (
            joined(steps, (0..rounds).rev().map(|round| 1 << round), right_join),
            "the distance begins large, and is halved. It begins at 1, and doubles.",
        ),
        (
            halves_swapped(steps, &Step::then),
            "the second half is joined to the first. It is the other way round: the second lacks the first.",
        ),
        (
            halves_swapped(steps, &|earlier, later| later.then(earlier)),
            "the second half is joined to the first. It is the other way round: the second lacks the first.",
        ),
        (
            to_the_right(steps, rounds),
            "place t holds the steps from t on. It should hold all up to t: what is joined lies to the left.",
        ),
    ]
    .map(|(steps, slip)| (table(&steps), slip));
    let case = format!("The factor a and the number b of each of {} places:", steps.len());
    compare(case, &table(found), &table(&right), &slips)
}

/// So many rounds, at the distances 1, 2, 4, …
fn doubled(
    steps: &[Step],
    rounds: usize,
    join: impl Fn(&[Step], &[Step], usize, usize) -> Step,
) -> Vec<Step> {
    joined(steps, (0..rounds).map(|round| 1 << round), join)
}

/// A round at each distance. What `join` makes of two places, it makes of all places as they were before
/// the round, and as the round has left them so far.
fn joined(
    steps: &[Step],
    distances: impl Iterator<Item = usize>,
    join: impl Fn(&[Step], &[Step], usize, usize) -> Step,
) -> Vec<Step> {
    let mut results = steps.to_vec();
    for distance in distances {
        let before = results.clone();
        for t in distance..results.len() {
            results[t] = join(&before, &results, t - distance, t);
        }
    }
    results
}

/// The scan of the steps turned round: each place joins what lies to its right.
fn to_the_right(steps: &[Step], rounds: usize) -> Vec<Step> {
    let turned: Vec<Step> = steps.iter().rev().cloned().collect();
    let mut results =
        doubled(&turned, rounds, |before, _, right, t| before[t].then(&before[right]));
    results.reverse();
    results
}

/// A scan of each half, where the first half gets the whole of the second instead of the reverse.
fn halves_swapped(steps: &[Step], join: &dyn Fn(&Step, &Step) -> Step) -> Vec<Step> {
    if steps.len() < 2 {
        return steps.to_vec();
    }
    let (first, second) = steps.split_at(steps.len() / 2);
    let [first, second] = [first, second].map(|half| halves_swapped(half, join));
    let whole = &second[second.len() - 1];
    let joined = first.iter().map(|step| join(step, whole));
    joined.chain(second.iter().cloned()).collect()
}

fn right_join(before: &[Step], _: &[Step], earlier: usize, t: usize) -> Step {
    before[earlier].then(&before[t])
}

/// So many rounds, all at the distance 1.
fn neighbours(steps: &[Step], rounds: usize) -> Vec<Step> {
    (0..rounds).fold(steps.to_vec(), |results, _| doubled(&results, 1, right_join))
}

fn table(steps: &[Step]) -> Array2<f64> {
    Array2::from_shape_fn((steps.len(), 2), |(t, column)| match column {
        0 => steps[t].a,
        _ => steps[t].b,
    })
}

/// A sweep: all states anew, each from a guess.
///
/// # Errors
/// Where an answer is wrong, or the answer itself reports an error.
pub fn sweep(
    sweep: impl Fn(
        &RnnCell<f64>,
        &Array2<f64>,
        &Array1<f64>,
        &Array2<f64>,
    ) -> Result<Array2<f64>, rnn::Error>,
) -> Result<(), Slip> {
    let mut rng = rng()?;
    for steps in [5, 3] {
        let cell = RnnCell::<f64>::new(2, 3, &mut rng)?;
        let (x, guess) = (matrix(steps, 2, &mut rng), matrix(steps, 3, &mut rng));
        let h_0 = numbers(3, &mut rng);
        let before = behind(&h_0, &guess);
        let all = |before: &Array2<f64>| -> Result<Array2<f64>, rnn::Error> {
            let mut states = Array2::zeros((steps, 3));
            for (mut state, (x, h)) in zip(states.rows_mut(), zip(x.rows(), before.rows())) {
                state.assign(&cell.step(&x, &h)?);
            }
            Ok(states)
        };
        let mut in_a_loop = before.clone();
        for _ in 0..steps {
            in_a_loop = behind(&h_0, &all(&in_a_loop)?);
        }
        let mut untouched = all(&before)?;
        untouched.row_mut(0).fill(0.0);
        let mut first_guessed = before.clone();
        first_guessed.row_mut(0).assign(&guess.row(0));
        let mut first_known = guess.clone();
        first_known.row_mut(0).assign(&h_0);
        let mut every_h_0 = guess.clone();
        every_h_0.rows_mut().into_iter().for_each(|mut h| h.assign(&h_0));
        let slips = [
            (
                all(&in_a_loop)?,
                "that is the loop. A state is made from one that the same sweep has made, and waits for it.",
            ),
            (Array2::zeros((steps, 3)), "nothing is written."),
            (untouched, "row 0 is left as it was. The first step begins at h_0."),
            (
                all(&first_known)?,
                "behind the first step, state t is made from the guess of t. It should be that of t - 1.",
            ),
            (all(&every_h_0)?, "every step begins at h_0. Only the first one does."),
            (all(&guess)?, "state t is made from the guess of t. It should be that of t - 1."),
            (all(&first_guessed)?, "the first step begins at h_0, which is known, not at a guess."),
            (all(&behind(&Array1::zeros(3), &guess))?, "h_0 is not used."),
            (guess.clone(), "the guess has come back as it was."),
        ];
        let found = sweep(&cell, &x, &h_0, &guess)?;
        let case = format!("One sweep over {steps} steps:");
        compare(case, &found, &all(&before)?, &slips)?;
    }
    Ok(())
}

/// The states before each step: `h_0`, then all but the last.
fn behind(h_0: &Array1<f64>, states: &ArrayRef2<f64>) -> Array2<f64> {
    let mut before = Array2::zeros(states.dim());
    before.row_mut(0).assign(h_0);
    let earlier = states.slice_axis(Axis(0), (..states.nrows() - 1).into());
    before.slice_axis_mut(Axis(0), (1..).into()).assign(&earlier);
    before
}

/// An iteration of Newton's method for a network of one unit.
///
/// # Errors
/// Where an answer is wrong.
pub fn newton(
    iteration: impl Fn(f64, &Array1<f64>, &Array1<f64>) -> Array1<f64>,
) -> Result<(), Slip> {
    const STEPS: usize = 6;
    let mut rng = rng()?;
    let mut cases = Vec::new();
    for _ in 0..3 {
        let w = rng.random_range(0.5..1.5);
        cases.push((w, numbers(STEPS, &mut rng), numbers(STEPS, &mut rng)));
    }
    // Here the corrected states lie beyond 1.
    let z = Array1::from_shape_simple_fn(STEPS, || rng.random_range(0.3..0.5));
    cases.push((1.5, z, Array1::zeros(STEPS)));
    for (w, z, guess) in cases {
        // What is added to the state f_t of the sweep, from the errors of the guesses of t - 1.
        let with = |added: &dyn Fn(usize, f64, f64, f64) -> f64| {
            let (mut h, mut swept) = (Array1::zeros(STEPS), 0.0);
            for t in 0..STEPS {
                let (h_before, guess_before) =
                    if t == 0 { (0.0, 0.0) } else { (h[t - 1], guess[t - 1]) };
                let f = (w * guess_before + z[t]).tanh();
                h[t] = f + added(t, f, h_before - guess_before, swept - guess_before);
                swept = f;
            }
            h
        };
        let slips = [
            (with(&|_, _, _, _| 0.0), "that is the sweep alone. The correction is missing."),
            (
                with(&|t, f, error, _| if t == 0 { -f } else { w * (1.0 - f * f) * error }),
                "h[0] is left at 0. There is nothing to correct in it, but the sweep has a state for it.",
            ),
            (
                with(&|_, f, error, _| -w * (1.0 - f * f) * error),
                "the correction has the wrong sign: it is h_(t-1) minus its guess.",
            ),
            (
                with(&|_, f, error, _| (1.0 - f * f) * error),
                "the weight w is missing in the derivative.",
            ),
            (with(&|_, _, error, _| w * error), "the slope of tanh is missing in the derivative."),
            (
                with(&|t, _, error, _| w * (1.0 - guess[t] * guess[t]) * error),
                "the slope is taken at the guess of h_t. Take it at f_t, the state of the sweep.",
            ),
            (
                with(&|_, f, _, error| w * (1.0 - f * f) * error),
                "the correction uses f_(t-1). It should use h_(t-1), which is corrected itself.",
            ),
            (
                with(&|_, f, error, _| w * (1.0 - f) * error),
                "the slope of tanh is 1 - f², and the square is missing.",
            ),
            (
                swept_corrected(w, &z, &guess),
                "f is made from h_(t-1). It belongs to the sweep, which has nothing but the guess of it.",
            ),
            (
                one_by_one(w, &z),
                "those are the right states, by the loop. An iteration comes near them only.",
            ),
        ];
        let right = with(&|_, f, error, _| w * (1.0 - f * f) * error);
        let case = format!(
            "An iteration with w = {w:.4}, from\n  z         {z:.4}\n  the guess {guess:.4}"
        );
        compare(case, &iteration(w, &z, &guess), &right, &slips)?;
    }
    finds_all_states(iteration, &mut rng)
}

/// From a guess of zeros a few iterations find all states of a long sequence.
fn finds_all_states(
    iteration: impl Fn(f64, &Array1<f64>, &Array1<f64>) -> Array1<f64>,
    rng: &mut impl Rng,
) -> Result<(), Slip> {
    const ITERATIONS: usize = 8;
    let z = numbers(500, rng);
    let zeros = Array1::zeros(z.len());
    let found = (0..ITERATIONS).fold(zeros, |guess, _| iteration(0.8, &z, &guess));
    let case = format!("{ITERATIONS} iterations, from a guess of zeros, over {} steps:", z.len());
    compare(case, &found, &one_by_one(0.8, &z), &[])
}

/// An iteration that takes f, and the slope there, at the corrected state.
fn swept_corrected(w: f64, z: &Array1<f64>, guess: &Array1<f64>) -> Array1<f64> {
    let (mut h, mut guess_before) = (0.0, 0.0);
    let mut next = |(&z, &guess): (&f64, &f64)| {
        let f = (w * h + z).tanh();
        h = f + w * (1.0 - f * f) * (h - guess_before);
        guess_before = guess;
        h
    };
    zip(z, guess).map(&mut next).collect()
}

/// The states of h' = tanh(w h + z), from 0.
fn one_by_one(w: f64, z: &Array1<f64>) -> Array1<f64> {
    let mut h = 0.0_f64;
    z.mapv(|z| {
        h = (w * h + z).tanh();
        h
    })
}

fn numbers(count: usize, rng: &mut impl Rng) -> Array1<f64> {
    Array1::from_shape_simple_fn(count, || rng.random_range(-1.0..1.0))
}

fn matrix(rows: usize, columns: usize, rng: &mut impl Rng) -> Array2<f64> {
    Array2::from_shape_simple_fn((rows, columns), || rng.random_range(-1.0..1.0))
}
