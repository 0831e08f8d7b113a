//! Sentences that are longer than all of the training.

use chapter::{Report, Spread, format::count};
use recorded::Recorder;

use crate::longer::{LONGER, PAIRS, Right};

/// Reports how many of the longer sentences are answered rightly, and of others that run on.
pub fn longer(recorder: Recorder, report: &mut Report) -> chapter::Result {
    let runs = LONGER.report(recorder, include_str!("../../runs.json"), "places", report)?;
    report.section("Longer sentences");
    report.number("longer_runs", count(LONGER.seeds));
    report.number("longer_asked", count(2 * PAIRS));
    for (name, _) in LONGER.rows {
        let of = |asked: fn(&Right) -> usize| {
            Spread::of(runs.row(name).iter().map(|right| asked(right) as f64))
        };
        for (asked, right) in [
            ("short", of(|right| right.short)),
            ("long", of(|right| right.long)),
            ("long_by_mean", of(|right| right.long_by_mean_places)),
        ] {
            report.spread(&format!("{name}_{asked}"), &right, |right| count(right as usize));
        }
    }
    Ok(())
}
