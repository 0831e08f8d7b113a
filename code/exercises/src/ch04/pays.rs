//! How many sweeps does a recurrence take?

use std::iter::zip;

use rand::{Rng, RngExt};

use crate::{Slip, rng};

/// A recurrence of one unit, whose state before step 0 is 0.
#[derive(Clone, Copy, Debug)]
pub enum Recurrence {
    /// h' = a h + x, with random inputs.
    Linear {
        /// Its Lyapunov exponent is the logarithm of its size.
        a: f64,
    },
    /// h' = tanh(2 h + x). At step 0, and again after every `gap` steps, an input of 20 or of -20 writes a
    /// bit. All other inputs are 0. The Lyapunov exponent is about -1.8.
    Latch {
        /// Steps from one write to the next.
        gap: usize,
    },
}

/// Closer than this is right.
const TOLERANCE: f64 = 1e-6;

/// The sweeps that find all states of a recurrence.
///
/// # Errors
/// Where an answer is off by more than a third.
pub fn pays(sweeps: impl Fn(Recurrence, usize) -> usize) -> Result<(), Slip> {
    use Recurrence::{Latch, Linear};
    let mut rng = rng()?;
    for recurrence in [
        // Nearer to 0.73 two slips give the same number.
        Linear { a: rng.random_range(0.6..0.7) },
        Linear { a: rng.random_range(0.85..0.9) },
        Linear { a: rng.random_range(-0.7..-0.6) },
        Linear { a: 1.0 },
        Linear { a: -rng.random_range(1.01..1.02) },
        Linear { a: 0.99 },
        Latch { gap: rng.random_range(50..70) },
        Latch { gap: rng.random_range(30..40) },
        Latch { gap: 300 },
    ] {
        let steps = rng.random_range(190..250);
        let right = measured(recurrence, steps, &mut rng);
        let found = sweeps(recurrence, steps);
        if found <= steps && near(found, right as f64, 1.0 / 3.0) {
            continue;
        }
        let likely = likely(recurrence, steps, found)
            .map_or_else(String::new, |slip| format!("\nLikely: {slip}"));
        return Err(Slip::new(format!(
            "{recurrence:?}, over {steps} steps:\n  it took   {right} sweeps\n  came      {found}{likely}"
        )));
    }
    Ok(())
}

/// The sweeps until all states are right, from a guess of zeros.
fn measured(recurrence: Recurrence, steps: usize, rng: &mut impl Rng) -> usize {
    let x: Vec<f64> = (0..steps).map(|t| input(recurrence, t, rng)).collect();
    let step = |h: f64, x: &f64| match recurrence {
        Recurrence::Linear { a } => a * h + x,
        Recurrence::Latch { .. } => (2.0 * h + x).tanh(),
    };
    let right: Vec<f64> = x
        .iter()
        .scan(0.0, |h, x| {
            *h = step(*h, x);
            Some(*h)
        })
        .collect();
    let (mut guess, mut sweeps) = (vec![0.0; steps], 0);
    while zip(&guess, &right).any(|(guess, right): (&f64, &f64)| (guess - right).abs() > TOLERANCE)
    {
        let before = std::iter::once(&0.0).chain(&guess);
        guess = zip(before, &x).map(|(h, x)| step(*h, x)).collect();
        sweeps += 1;
    }
    sweeps
}

fn input(recurrence: Recurrence, t: usize, rng: &mut impl Rng) -> f64 {
    match recurrence {
        Recurrence::Linear { .. } => rng.random_range(-1.0..1.0),
        Recurrence::Latch { gap } if !t.is_multiple_of(gap) => 0.0,
        Recurrence::Latch { .. } => {
            if rng.random() {
                20.0
            } else {
                -20.0
            }
        }
    }
}

fn near(found: usize, number: f64, share: f64) -> bool {
    (found as f64 - number).abs() <= share * number
}

/// The Lyapunov exponent of the latch at rest: the logarithm of 2 (1 - h²).
fn latch_exponent() -> f64 {
    let h = (0..100).fold(1.0_f64, |h, _| (2.0 * h).tanh());
    (2.0 * (1.0 - h * h)).ln()
}

/// What may have led to an answer that is wrong.
fn likely(recurrence: Recurrence, steps: usize, found: usize) -> Option<&'static str> {
    // Rounded up or down.
    let is = |number: f64| (found as f64 - number).abs() <= 1.0;
    let of =
        |slips: &[(bool, &'static str)]| slips.iter().find(|(is, _)| *is).map(|(_, slip)| *slip);
    match recurrence {
        _ if found > steps => Some(
            "a sweep makes one more state certain at least, so there are never more sweeps than steps.",
        ),
        Recurrence::Linear { a } if a.abs() >= 1.0 => Some(
            "an exponent of zero or more forgets no guess. Then only the front of what is certain moves on.",
        ),
        Recurrence::Linear { a } => {
            let (ln, log10) = (a.abs().ln(), a.abs().log10());
            of(&[
                (
                    a < 0.0 && found == 0,
                    "a negative number has no logarithm. The sign only turns the error round: its size counts.",
                ),
                (
                    is(TOLERANCE.log10() / ln) || is(TOLERANCE.ln() / log10),
                    "one logarithm is to base 10, and the other the natural one.",
                ),
                (
                    is(-TOLERANCE.ln() / a.abs()),
                    "the exponent is the logarithm of a, not a itself.",
                ),
                (is(-1.0 / ln), "the tolerance is missing: so long it takes to a share of 1 / e."),
                (
                    found == steps,
                    "that is no gain. But a negative exponent forgets the guess, and may do so before the \
                     front comes.",
                ),
            ])
        }
        Recurrence::Latch { .. } => of(&[
            (
                is(TOLERANCE.ln() / latch_exponent()),
                "so the exponent says. It is about small differences, and the guess of a bit is off by a \
                 large one: where does a state learn its bit?",
            ),
            (
                found == steps,
                "a write makes the past forgotten. No state has to reach further back than the last one.",
            ),
        ]),
    }
}

#[test]
fn the_exponent_of_the_latch_is_the_one_that_learners_are_told() {
    assert!((latch_exponent() + 1.8).abs() < 0.05);
}
