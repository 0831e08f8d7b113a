//! What a figure is described by: a text in which braces say of which series a verb is said.

use crate::{
    curve::Curve,
    error::Problem,
    verbs::{self, Holds},
};

/// The description as it is read, after each verb was tried on its series.
pub(crate) fn said(description: &str, curves: &[Curve]) -> Result<String, Problem> {
    let mut text = String::new();
    let mut rest = description;
    while let Some((before, statement)) = rest.split_once('{') {
        let (statement, after) = statement.split_once('}').unwrap_or((statement, ""));
        let (verb, named) = statement.split_once(": ").unwrap_or((statement, ""));
        check(verb, named, curves)?;
        text = text + before + verb;
        rest = after;
    }
    Ok(text + rest)
}

/// Tries a verb on what is named: `one & another`, or `one > another`, or nothing for all series.
fn check(verb: &str, named: &str, curves: &[Curve]) -> Result<(), Problem> {
    let known = verbs::find(verb)
        .ok_or_else(|| Problem::NoVerb { verb: verb.to_owned(), verbs: verbs::all() })?;
    let not_so = |series| Problem::NotSo { verb: verb.to_owned(), series, says: known.says };
    match known.holds {
        Holds::Of(holds) => match series(named, curves)?.into_iter().find(|one| !holds(one)) {
            Some(one) => Err(not_so(one.label.clone())),
            None => Ok(()),
        },
        Holds::Beside(holds) => {
            match pairs(named, curves)?.into_iter().find(|(one, other)| !holds(one, other)) {
                Some((one, other)) => Err(not_so(format!("{} > {}", one.label, other.label))),
                None => Ok(()),
            }
        }
    }
}

/// Each series on the left of `>` with each on its right, or with all others. There is one at least.
fn pairs<'a>(named: &str, curves: &'a [Curve]) -> Result<Vec<(&'a Curve, &'a Curve)>, Problem> {
    let (ones, others) = named.split_once(" > ").unwrap_or((named, ""));
    let (ones, others) = (series(ones, curves)?, series(others, curves)?);
    let with_others = |one| others.iter().map(move |other| (one, *other));
    let pairs = ones.into_iter().flat_map(with_others);
    let pairs: Vec<_> = pairs.filter(|(one, other)| !std::ptr::eq(*one, *other)).collect();
    if pairs.is_empty() { Err(no_series(named, curves)) } else { Ok(pairs) }
}

/// The series of these labels, or with these words in the label.
fn series<'a>(named: &str, curves: &'a [Curve]) -> Result<Vec<&'a Curve>, Problem> {
    if named.is_empty() {
        return Ok(curves.iter().collect());
    }
    named.split(" & ").map(|name| one(name, curves)).collect()
}

fn one<'a>(name: &str, curves: &'a [Curve]) -> Result<&'a Curve, Problem> {
    let of_label = curves.iter().find(|curve| curve.label == name);
    let mut with_words = curves.iter().filter(|curve| curve.label.contains(name));
    match (of_label, with_words.next(), with_words.next()) {
        (Some(one), ..) | (None, Some(one), None) => Ok(one),
        _ => Err(no_series(name, curves)),
    }
}

fn no_series(name: &str, curves: &[Curve]) -> Problem {
    let labels: Vec<_> = curves.iter().map(|curve| format!("`{}`", curve.label)).collect();
    Problem::NoSeries { series: name.to_owned(), labels: labels.join(", ") }
}
