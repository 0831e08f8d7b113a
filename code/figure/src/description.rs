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
    let fails = |series: String| Problem::NotSo { verb: verb.to_owned(), series, says: known.says };
    let (ones, others) = named.split_once(" > ").unwrap_or((named, ""));
    for one in series(ones, curves)? {
        match known.holds {
            Holds::Of(holds) if !holds(one) => return Err(fails(one.label.clone())),
            Holds::Of(_) => {}
            Holds::Beside(holds) => {
                let others = series(others, curves)?.into_iter();
                let mut others = others.filter(|other| !std::ptr::eq(*other, one));
                if let Some(other) = others.find(|other| !holds(one, other)) {
                    return Err(fails(format!("{} > {}", one.label, other.label)));
                }
            }
        }
    }
    Ok(())
}

/// The series of these labels, or with these words in the label.
fn series<'a>(named: &str, curves: &'a [Curve]) -> Result<Vec<&'a Curve>, Problem> {
    if named.is_empty() {
        return Ok(curves.iter().collect());
    }
    named.split(" & ").map(|name| one(name, curves)).collect()
}

fn one<'a>(name: &str, curves: &'a [Curve]) -> Result<&'a Curve, Problem> {
    let with = |is_meant: &dyn Fn(&Curve) -> bool| {
        let mut found = curves.iter().filter(|curve| is_meant(curve));
        found.next().filter(|_| found.next().is_none())
    };
    with(&|curve| curve.label == name)
        .or_else(|| with(&|curve| curve.label.contains(name)))
        .ok_or_else(|| Problem::NoSeries {
            series: name.to_owned(),
            labels: curves
                .iter()
                .map(|curve| format!("`{}`", curve.label))
                .collect::<Vec<_>>()
                .join(", "),
        })
}
