//! The verbs of descriptions, and what they say. Each is said of a [`Curve`], so of what is seen.

use crate::curve::Curve;

/// Words that say the same, what they say, and whether it is so.
pub(crate) struct Verb {
    words: &'static [&'static str],
    pub says: &'static str,
    pub holds: Holds,
}

/// Whom a verb is said of.
#[derive(Clone, Copy)]
pub(crate) enum Holds {
    /// Each series that is named.
    Of(fn(&Curve) -> bool),
    /// Each of them beside each of the others.
    Beside(fn(&Curve, &Curve) -> bool),
}

use Holds::{Beside, Of};

/// The verb with these words.
pub(crate) fn find(words: &str) -> Option<&'static Verb> {
    VERBS.iter().find(|verb| verb.words.contains(&words))
}

/// All verbs, each in its first words.
pub(crate) fn all() -> String {
    let verbs: Vec<&str> = VERBS.iter().map(|verb| verb.words[0]).collect();
    verbs.join(", ")
}

/// What an eye overlooks, what it sees, and what is far: shares of the vertical axis.
const HARDLY: f64 = 0.01;
const CLEARLY: f64 = 0.02;
const FAR: f64 = 0.15;

/// A curve of a smaller range is level.
const LEVEL: f64 = 0.06;

/// A slope is steeper than another that is so many times as large.
const STEEPER: f64 = 1.5;

const VERBS: &[Verb] = &[
    Verb {
        words: &["falls", "fall", "falling"],
        says: "it begins in the highest tenth of its range, which is no small one, and ends in the lowest",
        holds: Of(falls),
    },
    Verb {
        words: &["rises", "rise", "rising", "climbs"],
        says: "it begins in the lowest tenth of its range, which is no small one, and ends in the highest",
        holds: Of(rises),
    },
    Verb {
        words: &["stays level", "stay level", "is level", "is a level line", "level"],
        says: "it ranges over a twentieth of the axis or little more",
        holds: Of(|curve| curve.range() <= LEVEL),
    },
    Verb {
        words: &["changes little", "change little", "nearly level"],
        says: "it ranges over a seventh of the axis at most",
        holds: Of(|curve| curve.range() <= FAR),
    },
    Verb {
        words: &["falls straight", "falls in a straight line"],
        says: "it falls, and never leaves the line between its ends by more than a level curve may",
        holds: Of(|curve| falls(curve) && curve.bulge() <= LEVEL),
    },
    Verb {
        words: &["falls back", "fall back"],
        says: "it begins and ends in the lower half of its range, which is no small one",
        holds: Of(|curve| {
            is_not_level(curve) && curve.ends_in_range().iter().all(|share| *share < 0.5)
        }),
    },
    Verb {
        words: &["dips", "dips and rises again", "falls and rises again"],
        says: "it begins and ends in the upper half of its range, which is no small one",
        holds: Of(|curve| {
            is_not_level(curve) && curve.ends_in_range().iter().all(|share| *share > 0.5)
        }),
    },
    Verb {
        words: &["flattens", "flattens out"],
        says: "its right half is level, and it is not",
        holds: Of(|curve| is_not_level(curve) && curve.right_half().range() <= LEVEL),
    },
    Verb {
        words: &["highest at the end"],
        says: "its last point is its highest, and its range is no small one",
        holds: Of(|curve| is_not_level(curve) && curve.ends_in_range()[1] >= 1.0),
    },
    Verb {
        words: &["leaps up and down", "leaps to and fro"],
        says: "more than a third of its steps lead back against the one before",
        holds: Of(Curve::turns_back),
    },
    Verb {
        words: &["stays above zero", "all above zero"],
        says: "each of its points lies above zero",
        holds: Of(|curve| curve.low() > curve.zero),
    },
    Verb {
        words: &["falls below zero", "the last below zero"],
        says: "it begins above zero and ends below",
        holds: Of(|curve| curve.first() > curve.zero && curve.last() < curve.zero),
    },
    Verb {
        words: &["lies above", "is the highest", "the highest"],
        says: "it is nowhere below the other, and somewhere clearly above it",
        holds: Beside(lies_above),
    },
    Verb {
        words: &["lies below", "is the lowest", "the lowest"],
        says: "it is nowhere above the other, and somewhere clearly below it",
        holds: Beside(|one, other| lies_above(other, one)),
    },
    Verb {
        words: &["the highest bar"],
        says: "it is above the other at most places",
        holds: Beside(|one, other| {
            let above = one.above(other);
            2 * above.iter().filter(|above| **above > 0.0).count() > above.len()
        }),
    },
    Verb {
        words: &["begins above"],
        says: "its first point is clearly above that of the other",
        holds: Beside(|one, other| one.first() - other.first() > CLEARLY),
    },
    Verb {
        words: &["begin together", "begins close"],
        says: "its first point and that of the other lie as close as those of a level curve",
        holds: Beside(|one, other| (one.first() - other.first()).abs() <= LEVEL),
    },
    Verb {
        words: &["ends above"],
        says: "its last point is clearly above that of the other",
        holds: Beside(|one, other| one.last() - other.last() > CLEARLY),
    },
    Verb {
        words: &["ends far above"],
        says: "its last point is far above that of the other, by a seventh of the axis",
        holds: Beside(|one, other| one.last() - other.last() > FAR),
    },
    Verb {
        words: &["ends far below"],
        says: "its last point is far below that of the other, by a seventh of the axis",
        holds: Beside(|one, other| other.last() - one.last() > FAR),
    },
    Verb {
        words: &["end together"],
        says: "its last point and that of the other lie as close as those of a level curve",
        holds: Beside(|one, other| (one.last() - other.last()).abs() <= LEVEL),
    },
    Verb {
        words: &["rises above"],
        says: "its first point is clearly below that of the other and its last clearly above",
        holds: Beside(|one, other| {
            other.first() - one.first() > CLEARLY && one.last() - other.last() > CLEARLY
        }),
    },
    Verb {
        words: &["falls steeply", "falls more steeply", "falls most steeply"],
        says: "it falls, from end to end half as steeply again as the other or more",
        holds: Beside(|one, other| falls(one) && -one.slope() > -STEEPER * other.slope()),
    },
    Verb {
        words: &["rises steeply", "rises more steeply"],
        says: "it rises, from end to end half as steeply again as the other or more",
        holds: Beside(|one, other| rises(one) && one.slope() > STEEPER * other.slope()),
    },
    Verb {
        words: &["reaches further", "reaches furthest"],
        says: "the last of its points in the upper half of its range lies clearly to the right of the other's",
        holds: Beside(|one, other| one.reach() - other.reach() > CLEARLY),
    },
];

fn is_not_level(curve: &Curve) -> bool {
    curve.range() > LEVEL
}

fn falls(curve: &Curve) -> bool {
    let [first, last] = curve.ends_in_range();
    is_not_level(curve) && first > 0.9 && last < 0.1
}

fn rises(curve: &Curve) -> bool {
    let [first, last] = curve.ends_in_range();
    is_not_level(curve) && first < 0.1 && last > 0.9
}

fn lies_above(one: &Curve, other: &Curve) -> bool {
    let above = one.above(other);
    above.iter().all(|above| *above >= -HARDLY) && above.iter().any(|above| *above > CLEARLY)
}
