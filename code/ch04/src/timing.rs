//! The measured times, as they are reported.

use chapter::{
    Figure, Report,
    format::{count, count_or_never, decimals, percent},
};
use machine::crossing;

use crate::{
    Parameters,
    measure::{Measurement, Way},
};

/// The book's own measurement.
const RECORDED: &str = include_str!("../measurement.json");

impl Parameters {
    /// The recorded times, or those of this machine.
    pub(crate) fn timing(&self, report: &mut Report) -> chapter::Result {
        let measurement = self.stopwatch.read(RECORDED, || {
            let bar = report.progress(Measurement::PARTS, "measuring");
            Ok(Measurement::take(64, 1e-6, report.seed(), || bar.inc(1))?)
        })?;
        measured(&measurement, report)
    }
}

/// How each way is called in the figure.
const LABELS: [(Way, &str); 6] = [
    (Way::Loop, "tanh, loop"),
    (Way::Jacobi, "tanh, Jacobi"),
    (Way::Newton, "tanh, Newton"),
    (Way::Diagonal, "gated, loop"),
    (Way::Scan, "gated, scan"),
    (Way::Attention, "attention"),
];

fn measured(measurement: &Measurement, report: &mut Report) -> chapter::Result {
    let machine = &measurement.machine;
    report.section("Measured");
    report.number("machine", &machine.processor);
    report.number("cores", count(machine.cores));
    report.number("date", &machine.date);
    report.number("measured_size", count(measurement.size));
    let mut figure = Figure::new("times", "A step costs attention more as the sequence grows")
        .describe(
            "On logarithmic axes the line of attention {rises: attention}, after a small dip, from \
             among the lowest to among the highest, and that of the gated scan {falls: gated, \
             scan}. The others {change little: tanh, loop & tanh, Jacobi & tanh, Newton & gated, \
             loop}.",
        )
        .x_axis("steps of the sequence")
        .y_axis("microseconds for a step")
        .log_x()
        .log_y()
        .measured_on(machine);
    for (label, points) in lines(measurement) {
        figure = figure.marked_line(label, points);
    }
    report.figure(&figure)?;
    times(measurement, report)?;
    numbers(measurement, report)
}

type Line = (&'static str, Vec<(f64, f64)>);

/// Steps, and microseconds for one of them.
fn lines(measurement: &Measurement) -> [Line; 6] {
    LABELS.map(|(way, label)| {
        let each = |(steps, seconds): &(usize, f64)| (*steps as f64, 1e6 * seconds / *steps as f64);
        (label, measurement.of(way).iter().map(each).collect())
    })
}

/// How many times as long as the loop the other ways take.
fn times(measurement: &Measurement, report: &mut Report) -> chapter::Result {
    let steps = LONG;
    let seconds = |way, steps| measurement.seconds(way, steps).ok_or("not measured");
    let in_a_loop = seconds(Way::Loop, steps)?;
    report.number("long", count(steps));
    report.number("loop_microseconds", decimals(1e6 * in_a_loop / steps as f64, 1));
    for (name, way) in [
        ("jacobi", Way::Jacobi),
        ("newton", Way::Newton),
        ("gated", Way::Diagonal),
        ("gated_scan", Way::Scan),
        ("attention", Way::Attention),
    ] {
        let times = seconds(way, steps)? / in_a_loop;
        let text = decimals(times, if times < 1.0 { 2 } else { 1 });
        report.number(&format!("{name}_times"), text);
    }
    for (name, way) in
        [("recurrence_loop", Way::RecurrenceLoop), ("recurrence_scan", Way::RecurrenceScan)]
    {
        let share = seconds(way, steps)? / seconds(Way::Diagonal, steps)?;
        report.number(&format!("{name}_share"), percent(share, 0));
    }
    let (to, from) = crossing(measurement.of(Way::Attention), measurement.of(Way::Loop));
    report.number("attention_faster_to", count_or_never(to));
    report.number("attention_slower_from", count_or_never(from));
    Ok(())
}

/// The sequence for which the ways are compared in the text.
const LONG: usize = 1_024;

/// One core and the recurrence of a single number.
fn numbers(measurement: &Measurement, report: &mut Report) -> chapter::Result {
    let Measurement { side_by_side, in_pieces, machine, .. } = measurement;
    let nanoseconds = |found: &[(usize, f64)], many: usize| {
        found.iter().find(|(n, _)| *n == many).map_or(f64::NAN, |(_, nanoseconds)| *nanoseconds)
    };
    report.number("alone", decimals(nanoseconds(side_by_side, 1), 1));
    report.number("beside_16", decimals(nanoseconds(side_by_side, 16), 1));
    report.number("whole", decimals(nanoseconds(in_pieces, 1), 1));
    report.number("pieces_4", decimals(nanoseconds(in_pieces, 4), 1));
    let mut figure = Figure::new("latency", "Side by side, recurrences take less time a step")
        .describe(
            "One line {falls steeply: side by side > pieces} as more recurrences run side by side, \
             up to sixteen. The other, for the pieces of one recurrence, goes up and down and \
             gains little.",
        )
        .x_axis("recurrences side by side, or pieces")
        .y_axis("nanoseconds for a step")
        .log_x()
        .log_y()
        .measured_on(machine);
    for (label, points) in number_lines(measurement) {
        figure = figure.marked_line(label, points);
    }
    report.figure(&figure)
}

/// Recurrences or pieces, and nanoseconds for a step.
fn number_lines(measurement: &Measurement) -> [Line; 2] {
    let Measurement { side_by_side, in_pieces, .. } = measurement;
    [("side by side", side_by_side), ("one, cut into pieces", in_pieces)]
        .map(|(label, found)| (label, found.iter().map(|(n, ns)| (*n as f64, *ns)).collect()))
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;

    #[test]
    fn the_record_holds_what_the_page_quotes() {
        let recorded: Measurement = serde_json::from_str(RECORDED).unwrap();
        for way in Way::ALL {
            let lengths: Vec<usize> = recorded.of(way).iter().map(|(steps, _)| *steps).collect();
            assert_eq!(lengths, Measurement::LENGTHS, "{way:?}: measure again with --record");
        }
        let again = serde_json::to_string(&recorded).unwrap();
        let again: Measurement = serde_json::from_str(&again).unwrap();
        assert_eq!(again.machine, recorded.machine);
    }

    /// Times that are all different.
    fn made_up() -> Measurement {
        let mut made_up: Measurement = serde_json::from_str(RECORDED).unwrap();
        made_up.layers = (1..)
            .zip(Way::ALL)
            .map(|(i, way)| (way, vec![(10, 10.0 / f64::from(i)), (LONG, f64::from(i))]))
            .collect();
        made_up.side_by_side = [1, 2, 4, 8, 16, 32].map(|n| (n, 100.0 + n as f64)).to_vec();
        made_up.in_pieces = [1, 2, 4, 8, 16, 32].map(|n| (n, 200.0 + n as f64)).to_vec();
        made_up
    }

    #[test]
    fn each_number_is_of_its_own_way() {
        let mut report = Report::new(1).with_note(Some("times that are made up".into()));
        times(&made_up(), &mut report).unwrap();
        numbers(&made_up(), &mut report).unwrap();
        let found: Vec<_> =
            report.numbers().iter().map(|number| (&*number.name, &*number.text)).collect();
        let right = [
            ("long", "1,024"),
            ("loop_microseconds", "976.6"),
            ("jacobi_times", "2.0"),
            ("newton_times", "3.0"),
            ("gated_times", "4.0"),
            ("gated_scan_times", "5.0"),
            ("attention_times", "8.0"),
            ("recurrence_loop_share", "150\u{a0}%"),
            ("recurrence_scan_share", "175\u{a0}%"),
            ("attention_faster_to", "10"),
            ("attention_slower_from", "1,024"),
            ("alone", "101.0"),
            ("beside_16", "116.0"),
            ("whole", "201.0"),
            ("pieces_4", "204.0"),
        ];
        assert_eq!(found, right);
    }

    #[test]
    fn each_line_is_of_its_own_way() {
        let line = |i: f64| vec![(10.0, 1e6 / i), (LONG as f64, 1e6 * i / LONG as f64)];
        let right = [
            ("tanh, loop", line(1.0)),
            ("tanh, Jacobi", line(2.0)),
            ("tanh, Newton", line(3.0)),
            ("gated, loop", line(4.0)),
            ("gated, scan", line(5.0)),
            ("attention", line(8.0)),
        ];
        for (found, right) in lines(&made_up()).into_iter().zip(right) {
            assert_eq!(found.0, right.0);
            for ((steps, microseconds), (right_steps, right)) in found.1.into_iter().zip(right.1) {
                assert_eq!(steps, right_steps);
                assert_relative_eq!(microseconds, right, max_relative = 1e-12);
            }
        }
        let line =
            |of_none: f64| [1.0, 2.0, 4.0, 8.0, 16.0, 32.0].map(|n| (n, of_none + n)).to_vec();
        let right = [("side by side", line(100.0)), ("one, cut into pieces", line(200.0))];
        assert_eq!(number_lines(&made_up()), right);
    }
}
