//! Every way against the library.

use ndarray::{Array, Array1, Dimension};
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{Rnn, scan::diagonal_loop};

use crate::{Diagonal, Error, Gpu, Layer, Result, Sizes, Way, draw};

/// How far a state may be from the library's.
pub const TOLERANCE: f32 = 1e-5;

/// Odd sizes and even ones, single sequences and many.
pub const SIZES: [Sizes; 13] = [
    sizes(1, 1, 1, 1),
    sizes(2, 5, 10, 20),
    sizes(3, 7, 5, 33),
    sizes(11, 10, 16, 32),
    sizes(70, 4, 30, 65),
    sizes(600, 3, 16, 32),
    sizes(303, 3, 5, 127),
    sizes(1, 20, 64, 64),
    sizes(1, 100, 100, 128),
    sizes(32, 20, 100, 128),
    sizes(5, 6, 256, 256),
    sizes(2, 3, 7, 509),
    sizes(1, 10, 32, 1024),
];

/// Steps, channels and pieces of the recurrences; pieces without a step among them.
pub const RECURRENCES: [[usize; 3]; 5] =
    [[1, 1, 1], [1000, 3, 7], [4096, 128, 64], [777, 100, 30], [10, 65, 16]];

const fn sizes(batch: usize, steps: usize, input: usize, hidden: usize) -> Sizes {
    Sizes { batch, steps, input, hidden }
}

/// Compares every way, at every size, with the library, and says so line by line. The way over the
/// whole chip is among them if that is wished, where the chip runs its workgroups at the same time.
///
/// # Errors
/// [`Error::Wrong`] where a state differs by more than [`TOLERANCE`], and what the device fails with.
pub fn check(gpu: &Gpu, with_chip: bool, mut say: impl FnMut(&str) -> Result) -> Result {
    say("Largest difference from the library's states")?;
    say("    N    T    D    H  operations      step     tiles  persistent  chip")?;
    let mut judge = Judge::default();
    for sizes in SIZES {
        let errors = of_layer(gpu, sizes, with_chip)?;
        let [operations, step, tiles, persistent, chip] = Way::NAMES.map(|name| {
            let found = errors.iter().filter(|(way, _)| *way == name);
            let largest = found.map(|(_, error)| *error).reduce(larger);
            largest.map_or_else(|| "–".to_owned(), |error| judge.judged(error))
        });
        let Sizes { batch, steps, input, hidden } = sizes;
        say(&format!(
            "{batch:5}{steps:5}{input:5}{hidden:5}{operations:>12}{step:>10}{tiles:>10}\
             {persistent:>12}{chip:>6}"
        ))?;
    }
    say("    T    C  pieces      loop      scan")?;
    for [steps, channels, pieces] in RECURRENCES {
        let errors = of_recurrence(gpu, [steps, channels, pieces])?;
        let [in_a_loop, scan] = errors.map(|error| judge.judged(error));
        say(&format!("{steps:5}{channels:5}{pieces:8}{in_a_loop:>10}{scan:>10}"))?;
    }
    judge.verdict()
}

/// Counts what is wrong.
#[derive(Default)]
struct Judge {
    wrong: usize,
    all: usize,
}

impl Judge {
    /// An error as it is shown.
    fn judged(&mut self, error: f32) -> String {
        self.all += 1;
        self.wrong += usize::from(!is_right(error));
        let mark = if is_right(error) { "" } else { " WRONG" };
        format!("{error:.0e}{mark}")
    }

    fn verdict(self) -> Result {
        let Self { wrong, all } = self;
        if wrong > 0 { Err(Error::Wrong { wrong, all }) } else { Ok(()) }
    }
}

/// Whether a difference is rounding. What is no number is none.
pub fn is_right(error: f32) -> bool {
    error <= TOLERANCE
}

/// The largest difference of every way's states from the library's. Before each way the states are no
/// numbers.
///
/// # Errors
/// What the device fails with.
pub fn of_layer(gpu: &Gpu, sizes: Sizes, with_chip: bool) -> Result<Vec<(&'static str, f32)>> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (cell, x, h_0) = draw::layer(sizes, &mut rng)?;
    let layer = Layer::new(gpu, &cell, &x, &h_0)?;
    let (states, _) = Rnn::from(cell).forward(&x, Some([&h_0]))?;
    // On a processor the workgroups run one after the other: only a single one need not wait.
    let with_chip = with_chip && (!gpu.is_software() || sizes.hidden <= 32);
    let mut errors = Vec::new();
    for way in layer.ways(with_chip) {
        layer.forget();
        layer.ready(way)?.run(sizes.steps)?;
        errors.push((way.name(), difference(&layer.output()?, &states)));
    }
    Ok(errors)
}

/// The largest difference of the loop's states, and of the scan's, from the library's.
///
/// # Errors
/// What the device fails with.
pub fn of_recurrence(gpu: &Gpu, [steps, channels, pieces]: [usize; 3]) -> Result<[f32; 2]> {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let [a, b] = draw::recurrence(steps, channels, &mut rng);
    let states = diagonal_loop(&a, &b, &Array1::zeros(channels))?;
    let diagonal = Diagonal::new(gpu, &a, &b, pieces)?;
    diagonal.forget();
    diagonal.in_a_loop()?;
    let in_a_loop = difference(&diagonal.output()?, &states);
    diagonal.forget();
    diagonal.scan()?;
    Ok([in_a_loop, difference(&diagonal.output()?, &states)])
}

/// The largest difference of two arrays; not a number where there is one in it.
pub(crate) fn difference<D: Dimension>(one: &Array<f32, D>, other: &Array<f32, D>) -> f32 {
    (one - other).iter().map(|difference| difference.abs()).fold(0.0, larger)
}

/// As `f32::max`, which takes a number rather than none, but the other way about.
pub(crate) fn larger(one: f32, other: f32) -> f32 {
    if one.is_nan() || one > other { one } else { other }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn what_is_no_number_is_no_small_difference() {
        assert_eq!(difference(&array![1.0, -2.0], &array![1.5, 1.0]), 3.0);
        for one in [array![1.0, f32::NAN], array![f32::NAN, 1.0]] {
            assert!(!is_right(difference(&one, &array![1.0, 1.0])));
        }
    }

    #[test]
    fn a_single_wrong_result_is_shown_and_counted() {
        let mut judge = Judge::default();
        assert_eq!(
            [1e-6, 2e-5, f32::NAN].map(|error| judge.judged(error)),
            ["1e-6", "2e-5 WRONG", "NaN WRONG"]
        );
        assert!(matches!(judge.verdict(), Err(Error::Wrong { wrong: 2, all: 3 })));
        let mut judge = Judge::default();
        judge.judged(1e-5);
        assert!(judge.verdict().is_ok());
    }
}
