//! Which of the two does a sentence praise that is longer than all of the training? Asked of networks
//! that know the same rules from shorter sentences, and of others that do not know them.

use std::collections::HashSet;

use rand::{Rng, rngs::ChaCha8Rng};
use recorded::Kind;
use rnn::Error;
use serde::{Deserialize, Serialize};

use crate::{
    classifier::{RECIPE, Reader, replace_untrained_places, right, teach},
    corpus::{LONGEST, PLACES_AT_MOST, Sentence},
    reviews::{LONG_WINDED, Manner, PLAIN, plain, sentence},
};

/// Who is taught which sentences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lesson {
    /// The network.
    pub reader: Reader,
    /// The grammar of the training. Whichever it is, no sentence of it is longer than [`LONGEST`].
    pub manner: Manner,
}

/// Sentences that a network learns from.
pub const SENTENCES: usize = 4_000;

/// Pairs of twins of each kind that it is asked about.
pub const PAIRS: usize = 500;

/// How many of the twins a network answers rightly. All run on as no plain sentence does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Right {
    /// Of those that are no longer than the training's.
    pub short: usize,
    /// Of those that are longer.
    pub long: usize,
    /// Of these, with the mean of the trained places in the place of the untrained.
    pub long_by_mean_places: usize,
}

/// Teaches a network, and asks it.
///
/// # Errors
/// Where something is not finite.
// ANCHOR: ask
pub fn ask(lesson: &Lesson, rng: &mut ChaCha8Rng) -> Result<Right, Error> {
    let mut seen = HashSet::new();
    let training = draw(lesson.manner, SENTENCES, rng, &mut seen);
    let short = twins(1..=LONGEST, rng, &mut seen);
    let long = twins(LONGEST + 1..=PLACES_AT_MOST, rng, &mut seen);
    let mut network = lesson.reader.draw(rng)?;
    teach(&mut network, &training, &RECIPE, rng, || ())?;
    let [short, before] = [right(&network, &short)?, right(&network, &long)?];
    replace_untrained_places(&mut network, LONGEST);
    Ok(Right { short, long: before, long_by_mean_places: right(&network, &long)? })
}
// ANCHOR_END: ask

/// So many short sentences, none twice.
fn draw(
    manner: Manner,
    count: usize,
    rng: &mut impl Rng,
    seen: &mut HashSet<Sentence>,
) -> Vec<Sentence> {
    let rule = sentence(manner);
    let mut drawn = Vec::new();
    while drawn.len() < count {
        let one = Sentence { words: rule.draw(rng) };
        if one.words.len() <= LONGEST && seen.insert(one.clone()) {
            drawn.push(one);
        }
    }
    drawn
}

/// Pairs of twins of such lengths that run on, none seen before: their constructions are in no plain
/// sentence.
fn twins(
    lengths: std::ops::RangeInclusive<usize>,
    rng: &mut impl Rng,
    seen: &mut HashSet<Sentence>,
) -> Vec<Sentence> {
    let rule = sentence(LONG_WINDED);
    let mut drawn = Vec::new();
    while drawn.len() < 2 * PAIRS {
        let one = Sentence { words: rule.draw(rng) };
        let runs_on = plain().probability(&one.words) == 0.0;
        let pair = [one.twin(), one];
        if runs_on
            && lengths.contains(&pair[0].words.len())
            && pair.iter().all(|one| seen.insert(one.clone()))
        {
            drawn.extend(pair);
        }
    }
    drawn
}

/// Eight trainings of each network on each grammar.
pub const LONGER: Kind<Lesson, Right, Error> = Kind {
    chapter: "ch05",
    name: "longer",
    sources: &[
        "code/rnn/src",
        "code/tasks/src/grammar.rs",
        "code/tasks/src/training.rs",
        "code/ch05/src/batch.rs",
        "code/ch05/src/classifier.rs",
        "code/ch05/src/corpus.rs",
        "code/ch05/src/layer.rs",
        "code/ch05/src/longer.rs",
        "code/ch05/src/network.rs",
        "code/ch05/src/read.rs",
        "code/ch05/src/reviews.rs",
        "code/ch05/src/training.rs",
    ],
    rows: &[
        ("no_places", Lesson { reader: Reader::Attention, manner: PLAIN }),
        ("no_places_same", Lesson { reader: Reader::Attention, manner: LONG_WINDED }),
        ("places", Lesson { reader: Reader::Places, manner: PLAIN }),
        ("places_same", Lesson { reader: Reader::Places, manner: LONG_WINDED }),
        ("distances", Lesson { reader: Reader::Distances, manner: PLAIN }),
        ("distances_same", Lesson { reader: Reader::Distances, manner: LONG_WINDED }),
        ("alibi_8", Lesson { reader: Reader::Alibi(8), manner: PLAIN }),
        ("alibi_8_same", Lesson { reader: Reader::Alibi(8), manner: LONG_WINDED }),
        ("alibi_2", Lesson { reader: Reader::Alibi(2), manner: PLAIN }),
        ("alibi_2_same", Lesson { reader: Reader::Alibi(2), manner: LONG_WINDED }),
        ("last_state", Lesson { reader: Reader::LastState, manner: PLAIN }),
        ("last_state_same", Lesson { reader: Reader::LastState, manner: LONG_WINDED }),
        ("mean_state", Lesson { reader: Reader::MeanState, manner: PLAIN }),
        ("mean_state_same", Lesson { reader: Reader::MeanState, manner: LONG_WINDED }),
    ],
    seeds: 8,
    run: ask,
    // Rounding differs between processors, and training enlarges the difference.
    alike: |one, other| {
        let near = |one: usize, other: usize| one.abs_diff(other) <= PAIRS / 5;
        near(one.short, other.short) && near(one.long, other.long)
    },
};

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn what_is_asked_runs_on_and_was_not_learned() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut seen = HashSet::new();
        let training = draw(LONG_WINDED, 500, &mut rng, &mut seen);
        let short = twins(1..=LONGEST, &mut rng, &mut seen);
        let long = twins(LONGEST + 1..=PLACES_AT_MOST, &mut rng, &mut seen);
        let is_short = |one: &Sentence| one.words.len() <= LONGEST;
        assert!(training.iter().chain(&short).all(is_short) && !long.iter().any(is_short));
        for pair in short.chunks(2).chain(long.chunks(2)) {
            assert_eq!(pair[0].twin(), pair[1]);
            assert!(pair.iter().all(|one| plain().probability(&one.words) == 0.0));
            assert!(pair.iter().all(|one| !training.contains(one)));
        }
        // Of the same rules: a second modifier, or a second "really".
        let runs_on = training.iter().filter(|one| plain().probability(&one.words) == 0.0).count();
        assert!((100..400).contains(&runs_on), "{runs_on}");
    }

    #[test]
    fn each_network_is_taught_both() {
        for pair in LONGER.rows.chunks(2) {
            let [(name, plainly), (same, running_on)] = pair else { panic!("a row is alone") };
            assert_eq!(*same, format!("{name}_same"));
            assert_eq!(plainly.reader, running_on.reader);
            assert_eq!((plainly.manner, running_on.manner), (PLAIN, LONG_WINDED));
            let of_reader = plainly.reader.name();
            assert!(name.starts_with(of_reader), "{name} is of {of_reader}");
        }
    }
}
