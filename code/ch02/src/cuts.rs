//! What a gradient learns that is cut: it goes back through the last steps only.

use std::ops::Range;

use ndarray::{Array2, Axis};
use rand::rngs::ChaCha8Rng;
use recorded::Kind;
use rnn::{Adam, Error, Gru, cross_entropy, mse_loss};
use tasks::{
    adding, recall,
    training::{Model, draw},
    truncated::truncated_gradient,
};

/// Steps of a sequence.
pub const LENGTH: usize = 50;

/// Steps that the gradient goes back through where recall is cut.
pub const CUT: usize = 10;

/// Updates of a training.
pub const UPDATES: usize = 2_500;

/// What a network is taught.
#[derive(Clone, Debug, PartialEq)]
pub enum Task {
    /// The sum of two marked numbers: see [`adding`].
    Adding,
    /// A bit that is marked at one of these steps, counted from zero: see [`recall`].
    Recall(Range<usize>),
}

/// A training.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// What is taught.
    pub task: Task,
    /// The last steps, through which the gradient goes back.
    pub steps: usize,
}

/// Trains a GRU, and gives its error on sequences that it has not seen, as a share of that of the best
/// answer that looks at no input: the mean squared error of sums, the wrong answers of recall.
///
/// # Errors
/// Where something is not finite.
// ANCHOR: train
pub fn train(lesson: &Lesson, rng: &mut ChaCha8Rng) -> Result<f64, Error> {
    let answers = if lesson.task == Task::Adding { 1 } else { 2 };
    let mut model: Model<f32, Gru<f32>> = draw([2, adding::HIDDEN, answers], rng)?;
    let mut adam = Adam::new(adding::GATED_RATE as f32);
    for _ in 0..UPDATES {
        let (_, gradient) = match &lesson.task {
            Task::Adding => {
                let (x, sums) = adding::sequences(adding::BATCH, LENGTH, rng);
                truncated_gradient(&model, &x, lesson.steps, |y| mse_loss(y, &sums))?
            }
            Task::Recall(marked) => {
                let (x, bits) = recall::sequences((adding::BATCH, LENGTH), marked.clone(), rng);
                truncated_gradient(&model, &x, lesson.steps, |y| cross_entropy(y, &bits))?
            }
        };
        adam.step(&mut model, &gradient)?;
    }
    match &lesson.task {
        Task::Adding => Ok(adding::error(&model, LENGTH, rng)? / adding::BASELINE),
        Task::Recall(marked) => Ok(wrong(&model, marked.clone(), rng)? / GUESSING),
    }
}
// ANCHOR_END: train

/// The share of wrong answers of who always says the same bit.
const GUESSING: f64 = 0.5;

/// The share of sequences whose marked bit is said wrongly.
fn wrong(
    (gru, head): &Model<f32, Gru<f32>>,
    marked: Range<usize>,
    rng: &mut ChaCha8Rng,
) -> Result<f64, Error> {
    const ASKED: usize = 1_000;
    let (x, bits) = recall::sequences((ASKED, LENGTH), marked, rng);
    let (output, _) = gru.forward(&x, None)?;
    let logits: Array2<f32> = head.forward(&output.index_axis(Axis(1), LENGTH - 1))?;
    let said = logits.rows().into_iter().map(|logits| usize::from(logits[1] > logits[0]));
    let wrong = said.zip(&bits).filter(|(said, bit)| said != *bit).count();
    Ok(wrong as f64 / ASKED as f64)
}

/// A sum, with a gradient through so many steps.
const fn add(steps: usize) -> Lesson {
    Lesson { task: Task::Adding, steps }
}

/// A bit that is marked at one of these steps.
const fn recall(marked: Range<usize>, steps: usize) -> Lesson {
    Lesson { task: Task::Recall(marked), steps }
}

/// Steps where the mark may be.
pub const ANYWHERE: Range<usize> = 0..LENGTH;
/// Steps that no cut gradient sees.
pub const BEFORE_THE_CUT: Range<usize> = 0..LENGTH - CUT;
const AT_THE_FIRST: Range<usize> = 0..1;

/// Ten networks of each lesson.
pub const CUTS: Kind<Lesson, f64, Error> = Kind {
    chapter: "ch02",
    name: "cuts",
    sources: &[
        "code/rnn/src",
        "code/tasks/src/adding.rs",
        "code/tasks/src/recall.rs",
        "code/tasks/src/training.rs",
        "code/tasks/src/truncated.rs",
        "code/ch02/src/cuts.rs",
    ],
    rows: &[
        ("adding_50", add(LENGTH)),
        ("adding_25", add(25)),
        ("adding_10", add(CUT)),
        ("adding_5", add(5)),
        ("adding_1", add(1)),
        ("anywhere", recall(ANYWHERE, LENGTH)),
        ("anywhere_cut", recall(ANYWHERE, CUT)),
        ("before", recall(BEFORE_THE_CUT, LENGTH)),
        ("before_cut", recall(BEFORE_THE_CUT, CUT)),
        ("first", recall(AT_THE_FIRST, LENGTH)),
        ("first_cut", recall(AT_THE_FIRST, CUT)),
    ],
    seeds: 10,
    run: train,
    // Rounding differs between processors, and training enlarges the difference.
    alike: |one, other| has_learned(*one) == has_learned(*other),
};

/// Better than half of what is reached by looking at nothing.
pub fn has_learned(error: f64) -> bool {
    error < 0.5
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn an_untrained_network_is_as_wrong_as_the_best_constant_answer() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let model = draw([2, adding::HIDDEN, 2], &mut rng).unwrap();
        let wrong = wrong(&model, ANYWHERE, &mut rng).unwrap();
        assert!((wrong - GUESSING).abs() < 0.06, "{wrong}");
    }

    #[test]
    fn a_marked_bit_in_the_last_step_is_said_by_a_network_made_for_it() {
        // One unit takes the last bit: z shut, n = tanh of it. The head reads its sign.
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let (mut gru, mut head): Model<f32, Gru<f32>> =
            draw([2, adding::HIDDEN, 2], &mut rng).unwrap();
        let cell = &mut gru.cells[0];
        cell.b_ih.slice_mut(ndarray::s![adding::HIDDEN..2 * adding::HIDDEN]).fill(-50.0);
        cell.w_hh.fill(0.0);
        let candidate = 2 * adding::HIDDEN;
        cell.w_ih.row_mut(candidate).assign(&ndarray::array![20.0, 0.0]);
        (cell.b_ih[candidate], cell.b_hh[candidate]) = (-10.0, 0.0);
        head.weight.fill(0.0);
        (head.weight[[1, 0]], head.bias) = (1.0, ndarray::array![0.0, 0.0]);
        let last = LENGTH - 1..LENGTH;
        assert_eq!(wrong(&(gru, head), last, &mut rng).unwrap(), 0.0);
    }

    #[test]
    fn the_rows_are_what_their_names_say() {
        for (name, lesson) in CUTS.rows {
            let (task, how) = name.split_once('_').unwrap_or((name, ""));
            let marked = match task {
                "anywhere" => Some(0..50),
                "before" => Some(0..40),
                "first" => Some(0..1),
                _ => None,
            };
            assert_eq!(lesson.task, marked.map_or(Task::Adding, Task::Recall), "{name}");
            let steps = match how {
                "" => 50,
                "cut" => 10,
                steps => steps.parse().unwrap(),
            };
            assert_eq!(lesson.steps, steps, "{name}");
        }
    }
}
