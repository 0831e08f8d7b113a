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
    let mut figure = Figure::new("times", "Time for a step, by the length of the sequence")
        .describe("Level lines, and one that rises with the length of the sequence.")
        .x_axis("steps of the sequence")
        .y_axis("microseconds for a step")
        .log_x()
        .log_y()
        .measured_on(machine);
    for (way, label) in LABELS {
        let points = measurement.of(way).iter().map(|(t, seconds)| {
            let steps = *t as f64;
            (steps, 1e6 * seconds / steps)
        });
        figure = figure.marked_line(label, points);
    }
    report.figure(&figure)?;
    times(measurement, report)?;
    numbers(measurement, report)
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
        report.number(&format!("{name}_times"), decimals(seconds(way, steps)? / in_a_loop, 1));
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
    let points =
        |found: &[(usize, f64)]| found.iter().map(|(n, ns)| (*n as f64, *ns)).collect::<Vec<_>>();
    report.figure(
        &Figure::new("latency", "The recurrence of a single number on one core")
            .describe("One line falls steeply with the number of recurrences, the other little.")
            .x_axis("recurrences side by side, or pieces")
            .y_axis("nanoseconds for a step")
            .log_x()
            .log_y()
            .measured_on(machine)
            .marked_line("side by side", points(side_by_side))
            .marked_line("one, cut into pieces", points(in_pieces)),
    )
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn each_number_is_of_its_own_way() {
        let mut made_up: Measurement = serde_json::from_str(RECORDED).unwrap();
        for (i, (_, found)) in made_up.layers.iter_mut().enumerate() {
            *found = vec![(LONG, (i + 1) as f64)];
        }
        let mut report = Report::new(1);
        times(&made_up, &mut report).unwrap();
        let text = |name: &str| {
            let number = report.numbers().iter().find(|number| number.name == name);
            number.map_or("", |number| &number.text)
        };
        let names = ["jacobi", "newton", "gated", "gated_scan", "attention"];
        let texts = names.map(|name| text(&format!("{name}_times")));
        assert_eq!(texts, ["2.0", "3.0", "4.0", "5.0", "8.0"]);
        assert_eq!(text("recurrence_loop_share"), "150\u{a0}%");
    }
}
