use exercises::ch04::{self, Dense, Recurrence, Step};
use ndarray::{Array1, Array2};
use rnn::{Error, RnnCell};

use crate::rejected;

#[test]
fn rounds() {
    type Wrong = fn(usize) -> usize;
    fn triplings(n: usize) -> usize {
        (0..).find(|&rounds| 3_usize.pow(rounds) >= n).unwrap_or(0) as usize
    }
    let wrong: [(Wrong, &str); 9] = [
        (|n| n - 1, "that is the loop"),
        (|n| n.next_power_of_two().ilog2() as usize, "whose distance doubles"),
        (|n| n.div_ceil(3), "a third of the places"),
        (|n| n / 2, "as if the distance stayed the same"),
        (|n| (n as f64).ln().ceil() as usize, "the natural logarithm"),
        (|n| n.ilog(3) as usize, "rounded up"),
        (|n| n.ilog(3) as usize + 1, "one round less"),
        (|n| 2 * triplings(n), "the rounds count"),
        (|_| 10, "The rounds for"),
    ];
    for (answer, because) in wrong {
        rejected(ch04::rounds(answer), because);
    }
}

#[test]
fn join() {
    type Wrong = fn(&Dense, &Dense) -> Dense;
    fn of(a: Array2<f64>, b: Array1<f64>) -> Dense {
        Dense { a, b }
    }
    let wrong: [(Wrong, &str); 13] = [
        (|one, two| of(one.a.dot(&two.a), two.a.dot(&one.b) + &two.b), "have changed places"),
        (|one, two| of(&one.a * &two.a, two.a.dot(&one.b) + &two.b), "entry by entry"),
        (|one, two| of(&one.a + &two.a, two.a.dot(&one.b) + &two.b), "not added"),
        (|one, two| of(two.a.dot(&one.a), &one.b + &two.b), "acts on b_1 as well"),
        (|one, two| of(two.a.dot(&one.a), one.a.dot(&two.b) + &one.b), "adds b_1 first"),
        (|one, two| of(two.a.dot(&one.a), one.a.dot(&one.b) + &two.b), "not through the first"),
        (|one, two| of(two.a.dot(&one.a), two.a.dot(&(&one.b + &two.b))), "does not act on it"),
        (|one, two| of(two.a.dot(&one.a), two.a.dot(&one.b)), "b_2 is missing"),
        (|one, two| of(two.a.dot(&one.a), two.b.clone()), "b_1 is missing"),
        (|_, _| of(Array2::zeros((1, 2)), Array1::zeros(1)), "The shape should be [2, 2]"),
        (|one, _| one.clone(), "the second step's matrix is missing"),
        (|one, two| of(two.a.clone(), two.a.dot(&one.b)), "the first step's matrix is missing"),
        (|one, two| of(one.a.dot(&two.a.t()), one.b.clone()), "The matrix of two joined steps"),
    ];
    for (answer, because) in wrong {
        rejected(ch04::join(answer), because);
    }
}

/// So many rounds, where each place joins what lies some distance to its left.
fn joined(
    steps: &[Step],
    distances: impl Iterator<Item = usize>,
    join: impl Fn(&[Step], &[Step], usize, usize) -> Step,
) -> Vec<Step> {
    let mut places = steps.to_vec();
    for distance in distances {
        let before = places.clone();
        for t in distance..places.len() {
            places[t] = join(&before, &places, t - distance, t);
        }
    }
    places
}

fn doubling(places: usize) -> impl Iterator<Item = usize> {
    (0..).map(|round| 1 << round).take_while(move |distance| *distance < places)
}

#[test]
fn scan() {
    fn halves(steps: &[Step]) -> Vec<Step> {
        if steps.len() == 1 {
            return steps.to_vec();
        }
        let (one, two) = steps.split_at(steps.len() / 2);
        let (one, two) = (halves(one), halves(two));
        [one.iter().map(|step| two[two.len() - 1].then(step)).collect(), two].concat()
    }
    type Wrong = fn(&[Step]) -> Vec<Step>;
    let wrong: [(Wrong, &str); 16] = [
        (halves, "the second lacks the first"),
        (
            |steps| {
                let mut places = steps.to_vec();
                for t in 1..places.len() {
                    places[t] = places[t - 1].then(&places[t]);
                }
                places
            },
            "that is the loop",
        ),
        (|steps| rnn::scan::blelloch(steps, Step::then), "Blelloch's scan"),
        (|steps| steps.to_vec(), "nothing has been joined"),
        (
            |steps| joined(steps, doubling(steps.len()), |was, _, s, t| was[t].then(&was[s])),
            "in the wrong order",
        ),
        (|steps| joined(steps, 1..2, |was, _, s, t| was[s].then(&was[t])), "only one round"),
        (
            |steps| joined(steps, doubling(steps.len() / 2), |was, _, s, t| was[s].then(&was[t])),
            "the last round is missing",
        ),
        (
            |steps| joined(steps, doubling(steps.len()), |_, now, s, t| now[s].then(&now[t])),
            "reads what the same round has written",
        ),
        (
            |steps| joined(steps, doubling(steps.len()), |was, _, s, t| steps[s].then(&was[t])),
            "what the round before has left",
        ),
        (
            |steps| joined(steps, doubling(steps.len()), |was, _, s, t| was[s].then(&steps[t])),
            "what the round before has left",
        ),
        (
            |steps| {
                let distances = doubling(steps.len()).map(|_| 1);
                joined(steps, distances, |was, _, s, t| was[s].then(&was[t]))
            },
            "stays at one",
        ),
        (
            |steps| joined(steps, 1..steps.len(), |was, _, s, t| was[s].then(&was[t])),
            "the distance grows by one",
        ),
        (
            |steps| {
                let mut distances: Vec<usize> = doubling(steps.len()).collect();
                distances.reverse();
                joined(steps, distances.into_iter(), |was, _, s, t| was[s].then(&was[t]))
            },
            "begins large, and is halved",
        ),
        (
            |steps| {
                let mut places = steps.to_vec();
                for distance in doubling(steps.len()) {
                    let was = places.clone();
                    for t in 0..places.len() - distance {
                        places[t] = was[t].then(&was[t + distance]);
                    }
                }
                places
            },
            "the steps from t on",
        ),
        (|_| Vec::new(), "The shape should be [8, 2], and is [0, 2]"),
        (
            |steps| (1..=steps.len()).map(|end| tree(&steps[..end])).collect(),
            "all of its steps anew",
        ),
    ];
    for (answer, because) in wrong {
        rejected(ch04::scan(answer), because);
    }
}

/// All steps joined, in the fewest rounds.
fn tree(steps: &[Step]) -> Step {
    let half = steps.len().next_power_of_two() / 2;
    if half == 0 { steps[0].clone() } else { tree(&steps[..half]).then(&tree(&steps[half..])) }
}

#[test]
#[should_panic(expected = "the distance does not grow")]
fn a_scan_without_an_end() {
    let answer = |steps: &[Step]| {
        let mut places = steps.to_vec();
        let distance = 1;
        while distance < places.len() {
            let before = places.clone();
            for t in distance..places.len() {
                places[t] = before[t - distance].then(&before[t]);
            }
        }
        places
    };
    drop(ch04::scan(answer));
}

/// The states, each made from some state.
fn swept(
    cell: &RnnCell<f64>,
    x: &Array2<f64>,
    before: impl Fn(&Array2<f64>, usize) -> Array1<f64>,
) -> Result<Array2<f64>, Error> {
    let mut states = Array2::zeros((x.nrows(), cell.hidden_size()));
    for t in 0..x.nrows() {
        let h = before(&states, t);
        states.row_mut(t).assign(&cell.step(&x.row(t), &h)?);
    }
    Ok(states)
}

#[test]
fn sweep() {
    type Before = fn(&Array1<f64>, &Array2<f64>, &Array2<f64>, usize) -> Array1<f64>;
    let wrong: [(Before, &str); 6] = [
        (
            |h_0, _, now, t| if t == 0 { h_0.clone() } else { now.row(t - 1).to_owned() },
            "that is the loop",
        ),
        (
            |h_0, guess, _, t| if t == 0 { h_0.clone() } else { guess.row(t).to_owned() },
            "behind the first step",
        ),
        (|h_0, _, _, _| h_0.clone(), "every step begins at h_0"),
        (|_, guess, _, t| guess.row(t).to_owned(), "should be that of t - 1"),
        (|_, guess, _, t| guess.row(t.saturating_sub(1)).to_owned(), "which is known"),
        (
            |h_0, guess, _, t| if t == 0 { h_0 * 0.0 } else { guess.row(t - 1).to_owned() },
            "h_0 is not used",
        ),
    ];
    for (before, because) in wrong {
        let answer = |cell: &_, x: &_, h_0: &Array1<f64>, guess: &Array2<f64>| {
            swept(cell, x, |now, t| before(h_0, guess, now, t))
        };
        rejected(ch04::sweep(answer), because);
    }
    let from_row_1 = |cell: &_, x: &_, h_0: &Array1<f64>, guess: &Array2<f64>| {
        let before = |t: usize| if t == 0 { h_0.clone() } else { guess.row(t - 1).to_owned() };
        let mut states = swept(cell, x, |_, t| before(t))?;
        states.row_mut(0).fill(0.0);
        Ok(states)
    };
    rejected(ch04::sweep(from_row_1), "row 0 is left as it was");
    rejected(ch04::sweep(|_, _, _, guess| Ok(guess.clone())), "has come back as it was");
    rejected(ch04::sweep(|_, _, _, _| Ok(Array2::zeros((5, 4)))), "The shape should be [5, 3]");
}

#[test]
fn newton() {
    /// The correction, from the state of the sweep, what the guess before was off by, and the guess.
    type Correction = fn(w: f64, f: f64, error: f64, guess: f64) -> f64;
    let wrong: [(Correction, &str); 7] = [
        (|_, _, _, _| 0.0, "the sweep alone"),
        (|w, f, error, _| -w * (1.0 - f * f) * error, "the wrong sign"),
        (|_, f, error, _| (1.0 - f * f) * error, "the weight w is missing"),
        (|w, f, error, _| w * (1.0 - f) * error, "the square is missing"),
        (|w, _, error, _| w * error, "the slope of tanh is missing"),
        (|w, _, error, guess| w * (1.0 - guess * guess) * error, "Take it at f_t"),
        (|_, _, _, _| 1.0, "An iteration with w"),
    ];
    for (correction, because) in wrong {
        let answer = |w: f64, z: &Array1<f64>, guess: &Array1<f64>| {
            let mut h = Array1::zeros(z.len());
            h[0] = z[0].tanh() + correction(w, z[0].tanh(), 0.0, guess[0]);
            for t in 1..z.len() {
                let f = (w * guess[t - 1] + z[t]).tanh();
                h[t] = f + correction(w, f, h[t - 1] - guess[t - 1], guess[t]);
            }
            h
        };
        rejected(ch04::newton(answer), because);
    }
    let by_the_sweep = |w: f64, z: &Array1<f64>, guess: &Array1<f64>| {
        let (mut h, mut swept) = (Array1::zeros(z.len()), z[0].tanh());
        h[0] = swept;
        for t in 1..z.len() {
            let f = (w * guess[t - 1] + z[t]).tanh();
            h[t] = f + (1.0 - f * f) * w * (swept - guess[t - 1]);
            swept = f;
        }
        h
    };
    rejected(ch04::newton(by_the_sweep), "which is corrected itself");
    let from_step_1 = |w: f64, z: &Array1<f64>, guess: &Array1<f64>| {
        let mut h = Array1::zeros(z.len());
        for t in 1..z.len() {
            let f = (w * guess[t - 1] + z[t]).tanh();
            h[t] = f + (1.0 - f * f) * w * (h[t - 1] - guess[t - 1]);
        }
        h
    };
    rejected(ch04::newton(from_step_1), "h[0] is left at 0");
    let in_a_loop = |w: f64, z: &Array1<f64>, _: &Array1<f64>| {
        let mut h = 0.0;
        z.mapv(|z| {
            h = f64::tanh(w * h + z);
            h
        })
    };
    rejected(ch04::newton(in_a_loop), "by the loop");
    let from_the_corrected = |w: f64, z: &Array1<f64>, guess: &Array1<f64>| {
        let mut h = Array1::zeros(z.len());
        h[0] = z[0].tanh();
        for t in 1..z.len() {
            let f = f64::tanh(w * h[t - 1] + z[t]);
            h[t] = f + (1.0 - f * f) * w * (h[t - 1] - guess[t - 1]);
        }
        h
    };
    rejected(ch04::newton(from_the_corrected), "belongs to the sweep");
    let clamped = |w: f64, z: &Array1<f64>, guess: &Array1<f64>| {
        let mut h = Array1::zeros(z.len());
        h[0] = z[0].tanh();
        for t in 1..z.len() {
            let f = f64::tanh(w * guess[t - 1] + z[t]);
            h[t] = (f + (1.0 - f * f) * w * (h[t - 1] - guess[t - 1])).clamp(-1.0, 1.0);
        }
        h
    };
    rejected(ch04::newton(clamped), "An iteration with w");
}

#[test]
fn pays() {
    type Linear = fn(f64, usize) -> f64;
    type Latch = fn(usize, usize) -> usize;
    const LN: f64 = -13.8;
    let linear: Linear = |a, steps| if a.abs() < 1.0 { LN / a.abs().ln() } else { steps as f64 };
    let latch: Latch = |gap, _| gap;
    let wrong: [(Linear, Latch, &str); 10] = [
        (linear, |_, _| 8, "It is about small differences"),
        (linear, |_, steps| steps, "No state has to reach further back"),
        (linear, |gap, _| 2 * gap, "Latch"),
        (|a, _| LN / a.abs().ln(), latch, "forgets no guess"),
        (|a, steps| if a < 1.0 { LN / a.ln() } else { steps as f64 }, latch, "has no logarithm"),
        (|a, _| -6.0 / a.abs().ln(), latch, "one logarithm is to base 10"),
        (|a, _| LN / a.abs().log10(), latch, "one logarithm is to base 10"),
        (|a, _| -LN / a.abs(), latch, "the logarithm of a, not a itself"),
        (|_, steps| steps as f64, latch, "that is no gain"),
        (|a, _| -1.0 / a.abs().ln(), latch, "the tolerance is missing"),
    ];
    for (linear, latch, because) in wrong {
        let answer = |recurrence, steps: usize| match recurrence {
            Recurrence::Linear { a } => (linear(a, steps).ceil() as usize).min(steps),
            Recurrence::Latch { gap } => latch(gap, steps).min(steps),
        };
        rejected(ch04::pays(answer), because);
    }
    let without_end = |recurrence, steps| match recurrence {
        Recurrence::Linear { a } => linear(a, steps).ceil() as usize,
        Recurrence::Latch { gap } => gap,
    };
    rejected(ch04::pays(without_end), "never more sweeps than steps");
}
