//! Marks exercises: of every answer, whether it passes its check, and why not.
//!
//! An answer is what a learner has written into the file of an exercise. [`Class`] finds the answers
//! of all learners. [`Set`] is the set as it was handed out, with the checks. [`Compiler`] makes a
//! crate of an answer and a program that runs the set's check on it, so the tests in the answer
//! change no marks. The program runs in a process of its own, with limits ([`limited`]): a crash or an
//! endless loop is one mark, and the others come after it. It writes the verdict into a file, behind
//! a secret; what it prints is nothing to the marks. [`mark`] does all of this for a class.
//!
//! This guards against accidents and against the first idea of a cheat. It does not guard against a
//! learner who attacks the machine: mark strangers' code where it can do no harm, such as in a
//! container.

mod class;
mod compiler;
mod error;
mod files;
mod group;
mod hints;
mod learner;
pub mod limited;
mod program;
mod report;
mod set;
mod shown;

pub use class::Class;
pub use compiler::Compiler;
pub use error::Error;
pub use hints::hints_page;
pub use learner::{Answer, Learner};
pub use program::Program;
pub use report::{Mark, check_writable, table, write_csv, write_json};
pub use set::{Exercise, Set};

use std::collections::BTreeMap;

use limited::Limits;
use rayon::prelude::*;
use serde::Serialize;

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The check found nothing wrong.
    Passed,
    /// The check found something wrong.
    Wrong,
    /// The program panicked, or the system ended it.
    Crashed,
    /// It took too long.
    Endless,
    /// The compiler refuses it.
    Uncompiled,
    /// It still has its `todo!`.
    Unfinished,
    /// There is no such file.
    Missing,
}

impl Outcome {
    /// In words.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Wrong => "wrong",
            Self::Crashed => "crashed",
            Self::Endless => "too slow",
            Self::Uncompiled => "does not compile",
            Self::Unfinished => "not finished",
            Self::Missing => "missing",
        }
    }
}

/// Marks each exercise of each learner, in the order of learners and of the set. Answers that are
/// the same, such as those of all who have not begun, are marked once.
///
/// After an answer it calls `after_each` with the number of learners who gave it.
///
/// # Errors
/// Where a file of the set cannot be read, its checks do not compile, or there is no room.
pub fn mark(
    set: &Set,
    learners: &[Learner],
    limits: &Limits,
    after_each: impl Fn(usize) + Sync,
) -> Result<Vec<Mark>, Error> {
    let compiler = Compiler::new(set)?;
    let mut same: BTreeMap<(usize, Answer), Vec<usize>> = BTreeMap::new();
    for (learner, files) in learners.iter().enumerate() {
        for (number, exercise) in set.exercises.iter().enumerate() {
            same.entry((number, files.answer(exercise))).or_default().push(learner);
        }
    }
    let marked = same
        .into_par_iter()
        .map(|((number, answer), who)| {
            let (outcome, why) = mark_one(&compiler, set, number, answer, limits)?;
            after_each(who.len());
            Ok((number, who, outcome, why))
        })
        .collect::<Result<Vec<_>, Error>>()?;

    let mut marks = BTreeMap::new();
    for (number, who, outcome, why) in marked {
        for learner in who {
            let mark = Mark {
                learner: learners[learner].name.clone(),
                exercise: set.exercises[number].name.clone(),
                passed: outcome == Outcome::Passed,
                outcome,
                why: why.clone(),
                seed: limits.seed,
            };
            marks.insert((learner, number), mark);
        }
    }
    Ok(marks.into_values().collect())
}

fn mark_one(
    compiler: &Compiler,
    set: &Set,
    number: usize,
    answer: Answer,
    limits: &Limits,
) -> Result<(Outcome, String), Error> {
    let text = match answer {
        Answer::Missing(why) => return Ok((Outcome::Missing, why)),
        Answer::Written(text) => text,
    };
    match compiler.compile(set, &set.exercises[number], &text, limits)? {
        Ok(program) => program.run(limits),
        Err(why) => Ok((Outcome::Uncompiled, why)),
    }
}
