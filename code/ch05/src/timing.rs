//! The measured times, as they are reported.

use chapter::{
    Figure, Machine, Report,
    format::{count, decimals},
};
use machine::Timings;

use crate::{
    Parameters,
    measure::{Measurement, Pair, SEQUENCES, SIZE, TOKEN_SIZE},
};

/// The book's own measurement.
const RECORDED: &str = include_str!("../measurement.json");

impl Parameters {
    /// The recorded times, or those of this machine.
    pub(crate) fn times(&self, report: &mut Report) -> chapter::Result {
        let measurement = self.stopwatch.read(RECORDED, || {
            let bar = report.progress(Measurement::PARTS, "measuring");
            let seed = report.seed();
            let one = machine::threads(1)?;
            Ok(one.install(|| Measurement::take(seed, || bar.inc(1)))?)
        })?;
        measured(&measurement, report)
    }
}

fn measured(measurement: &Measurement, report: &mut Report) -> chapter::Result {
    let Measurement { machine, classifier, .. } = measurement;
    report.section("Measured");
    report.number("machine", &machine.processor);
    report.number("cores", count(machine.cores));
    report.number("date", &machine.date);
    report.number("token_size", count(TOKEN_SIZE));
    report.number("pass_size", count(SIZE));
    report.number("pass_batch", count(SEQUENCES));
    for shown in Shown::all(measurement) {
        timings(shown.name, shown.unit.1, shown.pair, report);
        report.figure(&shown.figure(machine))?;
    }
    report.number("classifier_rnn", decimals(1e3 * classifier.rnn, 1));
    report.number("classifier_attention", decimals(1e3 * classifier.attention, 1));
    Ok(())
}

/// Times of both layers, as they are shown.
struct Shown<'a> {
    name: &'static str,
    title: &'static str,
    seen: &'static str,
    x: &'static str,
    unit: (&'static str, f64),
    pair: &'a Pair<Timings>,
    /// The times of an answer at the last step; none where there is no such thing.
    answer: &'a [(usize, f64)],
}

const MICROSECONDS: (&str, f64) = ("microseconds", 1e6);
const MILLISECONDS: (&str, f64) = ("milliseconds", 1e3);

impl<'a> Shown<'a> {
    fn all(measurement: &'a Measurement) -> [Self; 3] {
        let Measurement { token, reading, answer, pass, .. } = measurement;
        [
            Self {
                name: "token",
                title: "The next word costs attention more, the longer the text",
                seen: "On logarithmic axes the line of the network {changes little: RNN}. That of \
                       attention {begins above: attention > RNN} it, {rises more steeply: \
                       attention > RNN} all along, and {ends far above: attention > RNN} it.",
                x: "words so far",
                unit: MICROSECONDS,
                pair: token,
                answer: &[],
            },
            Self {
                name: "reading",
                title: "Attention reads slowly only where all its outputs are wanted",
                seen: "Three lines {rise} on logarithmic axes. That of attention for the last step \
                       alone is {the lowest: at the last step}, and joins the network's. That of \
                       attention for all steps {begins close: attention > RNN} to the network's \
                       and {ends far above: attention > RNN} it.",
                x: "steps of the sequence",
                unit: MICROSECONDS,
                pair: reading,
                answer,
            },
            Self {
                name: "pass",
                title: "A pass for training takes attention longer",
                seen: "Two lines {rise} on logarithmic axes. That of attention {lies above: \
                       attention > RNN} the other.",
                x: "steps of the sequence",
                unit: MILLISECONDS,
                pair: pass,
                answer: &[],
            },
        ]
    }

    fn figure(&self, machine: &Machine) -> Figure {
        let mut figure = Figure::new(self.name, self.title)
            .describe(self.seen)
            .x_axis(self.x)
            .y_axis(self.unit.0)
            .log_x()
            .log_y()
            .measured_on(machine);
        for (label, points) in self.lines() {
            figure = figure.marked_line(label, points);
        }
        figure
    }

    /// Steps, and the time for them in the unit.
    fn lines(&self) -> Vec<(&'static str, Vec<(f64, f64)>)> {
        let Self { pair, answer, unit: (_, unit), .. } = self;
        let mut lines = vec![("RNN", &*pair.rnn), ("attention", &*pair.attention)];
        if !answer.is_empty() {
            lines.push(("at the last step", answer));
        }
        let point = |(steps, seconds): &(usize, f64)| (*steps as f64, unit * seconds);
        lines.into_iter().map(|(label, times)| (label, times.iter().map(point).collect())).collect()
    }
}

/// The times of both, and what attention takes in times of the network, at first and at last.
fn timings(name: &str, unit: f64, pair: &Pair<Timings>, report: &mut Report) {
    for (kind, timings) in [("rnn", &pair.rnn), ("attention", &pair.attention)] {
        for (steps, seconds) in timings {
            let time = seconds * unit;
            let text = if time < 10.0 { decimals(time, 1) } else { count(time.round() as u64) };
            report.number(&format!("{name}_{kind}_{steps}"), text);
        }
    }
    let times = |rnn: Option<&(usize, f64)>, attention: Option<&(usize, f64)>| {
        rnn.zip(attention).map_or(f64::NAN, |((_, rnn), (_, attention))| attention / rnn)
    };
    let first = times(pair.rnn.first(), pair.attention.first());
    let last = times(pair.rnn.last(), pair.attention.last());
    report.number(&format!("{name}_times_first"), decimals(first, 1));
    report.number(&format!("{name}_times"), decimals(last, 0));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Times that are all different: in microseconds for steps and readings, in milliseconds for
    /// passes and classifiers.
    fn made_up() -> Measurement {
        let times = |unit: f64, [few, many]: [f64; 2]| vec![(16, unit * few), (64, unit * many)];
        let pair = |unit, rnn, attention| {
            let (rnn, attention) = (times(unit, rnn), times(unit, attention));
            Pair { rnn, attention }
        };
        Measurement {
            token: pair(1e-6, [11.0, 12.0], [13.0, 24.0]),
            reading: pair(1e-6, [15.0, 16.0], [14.0, 48.0]),
            answer: times(1e-6, [19.0, 20.0]),
            pass: pair(1e-3, [21.0, 22.0], [17.0, 18.0]),
            classifier: Pair { rnn: 25e-3, attention: 26e-3 },
            ..Measurement::empty()
        }
    }

    #[test]
    fn each_number_is_of_its_own_layer_and_work() {
        let mut report = Report::new(1).with_note(Some("times that are made up".into()));
        measured(&made_up(), &mut report).unwrap();
        let found: Vec<_> =
            report.numbers().iter().skip(6).map(|number| (&*number.name, &*number.text)).collect();
        let right = [
            ("token_rnn_16", "11"),
            ("token_rnn_64", "12"),
            ("token_attention_16", "13"),
            ("token_attention_64", "24"),
            ("token_times_first", "1.2"),
            ("token_times", "2"),
            ("reading_rnn_16", "15"),
            ("reading_rnn_64", "16"),
            ("reading_attention_16", "14"),
            ("reading_attention_64", "48"),
            ("reading_times_first", "0.9"),
            ("reading_times", "3"),
            ("pass_rnn_16", "21"),
            ("pass_rnn_64", "22"),
            ("pass_attention_16", "17"),
            ("pass_attention_64", "18"),
            ("pass_times_first", "0.8"),
            ("pass_times", "1"),
            ("classifier_rnn", "25.0"),
            ("classifier_attention", "26.0"),
        ];
        assert_eq!(found, right);
    }

    #[test]
    fn each_line_is_of_its_own_layer_and_work() {
        let made_up = made_up();
        let found = Shown::all(&made_up).map(|shown| {
            let whole = |(steps, time): (f64, f64)| (steps, time.round());
            let lines = shown.lines().into_iter();
            let lines =
                lines.map(|(label, points)| (label, points.into_iter().map(whole).collect()));
            (shown.name, shown.unit.0, lines.collect())
        });
        let line = |label, few, many| (label, vec![(16.0, few), (64.0, many)]);
        let right = [
            ("token", "microseconds", vec![line("RNN", 11.0, 12.0), line("attention", 13.0, 24.0)]),
            (
                "reading",
                "microseconds",
                vec![
                    line("RNN", 15.0, 16.0),
                    line("attention", 14.0, 48.0),
                    line("at the last step", 19.0, 20.0),
                ],
            ),
            ("pass", "milliseconds", vec![line("RNN", 21.0, 22.0), line("attention", 17.0, 18.0)]),
        ];
        assert_eq!(found, right);
    }
}
