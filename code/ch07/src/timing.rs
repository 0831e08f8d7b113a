//! The measured times, as they are reported.

use chapter::{
    Report,
    format::{Value, count, decimals, percent},
};

use crate::{
    Parameters,
    beside::Beside,
    cores::{Cores, OneAndAll, Pass},
    drawing::{ladder_figure, parts_figure},
    measure::{Layer, Measurement, ROUNDS},
    parts::Part,
    rung::Rung,
    sizes::Sizes,
};

/// The book's own measurement.
const RECORDED: &str = include_str!("../measurement.json");

impl Parameters {
    /// The recorded times, or those of this machine.
    pub(crate) fn timing(&self, report: &mut Report) -> chapter::Result {
        let own = self.sizes();
        let measurement = self.stopwatch.read(RECORDED, || {
            let mut sizes = Sizes::BOOK.map(|(_, sizes)| sizes).to_vec();
            if !sizes.contains(&own) {
                sizes.push(own);
            }
            let passes = Pass::all(&Sizes::BOOK.map(|(_, sizes)| sizes)[1..]);
            let bar = report.progress(2 * sizes.len() + ROUNDS[1] * passes.len(), "measuring");
            Measurement::take(&sizes, &passes, ROUNDS, report.seed(), || bar.inc(1))
        })?;
        measured(&measurement, own, report)
    }
}

fn measured(measurement: &Measurement, own: Sizes, report: &mut Report) -> chapter::Result {
    let (machine, beside) = (&measurement.machine, Beside::recorded()?);
    report.section("Measured");
    report.number("machine", &machine.processor);
    report.number("cores", count(machine.cores));
    report.number("date", &machine.date);
    report.number("rounds", count(measurement.rounds));
    let mut layers = Vec::new();
    for (name, sizes) in Sizes::BOOK {
        let layer = measurement.layer(sizes).ok_or("a size of the book was not measured")?;
        numbers(name, layer, report);
        let gain = layer.rung(Rung::Obvious) / layer.rung(Rung::Ready);
        let ratio = gain * beside.ratio("rnn", "forward", name)?;
        report.number(&format!("{name}_obvious_beside"), decimals(ratio, 1));
        layers.push((name, layer));
    }
    match measurement.layer(own) {
        Some(layer) => numbers("own", layer, report),
        None => report.number("own_total", "not measured: add --measure"),
    }
    if let Some(layer) = measurement.layers.get(Sizes::BOOK.len()) {
        layers.push(("yours", layer));
    }
    report.figure(&parts_figure(&layers, machine))?;
    report.figure(&ladder_figure(&layers, machine))?;
    more_cores(&measurement.cores, report)
}

/// How many times as fast each pass is on all threads, and its share of what a core can do at most.
fn more_cores(cores: &Cores, report: &mut Report) -> chapter::Result {
    report.section("On more cores");
    report.number("threads", count(cores.threads));
    report.number("pass_rounds", count(cores.rounds));
    report.number("peak", decimals(cores.peak.one, 0));
    report.number("peak_gain", decimals(cores.peak.all / cores.peak.one, 1));
    for (size, sizes) in &Sizes::BOOK[1..] {
        for pass in Pass::all(&[*sizes]) {
            let OneAndAll { one, all } = cores.of(pass).ok_or("a pass was not measured")?;
            let (network, way) =
                (pass.network.name(), if pass.backward { "backward" } else { "forward" });
            report.number(&format!("gain_{network}_{way}_{size}"), decimals(one / all, 1));
            if !pass.backward {
                let rate = (pass.network.products() * sizes.multiply_adds()) as f64 / one / 1e9;
                let share = percent(rate / cores.peak.one, 0);
                report.number(&format!("of_peak_{network}_{size}"), share);
            }
        }
    }
    Ok(())
}

/// What each measure gave at one size, and what the parts of the work take.
fn numbers(name: &str, layer: &Layer, report: &mut Report) {
    let tanhs = layer.sizes.tanhs() as f64;
    let obvious = layer.rung(Rung::Obvious);
    let ready = layer.rung(Rung::Ready);
    let mut number = |what: &str, value: Value| report.number(&format!("{name}_{what}"), value);
    for (what, rungs) in GAINS.iter().zip(Rung::ALL.windows(2)) {
        number(what, decimals(layer.rung(rungs[0]) / layer.rung(rungs[1]), 1));
    }
    number("total", decimals(obvious / ready, 1));
    number("obvious", time(obvious));
    number("ready", time(ready));
    let rate = |seconds: f64| layer.sizes.multiply_adds() as f64 / seconds / 1e9;
    number("obvious_rate", decimals(rate(obvious), 1));
    number("ready_rate", decimals(rate(ready), 1));
    for (what, share) in SHARES.iter().zip(layer.shares()) {
        number(&format!("{what}_share"), percent(share, 0));
    }
    let waiting = layer.part(Part::Recurrence) / layer.part(Part::WithoutWaiting);
    number("waiting", decimals(waiting, 1));
    let tanh = |part| decimals(1e9 * layer.part(part) / tanhs, 1);
    number("standard_tanh", tanh(Part::StandardTanh));
    number("library_tanh", tanh(Part::LibraryTanh));
    number("before_keeping", decimals(layer.before_keeping / ready, 1));
    let [fresh, kept] = [Part::FreshMemory, Part::KeptMemory].map(|part| layer.part(part));
    number("fresh", time(fresh));
    number("kept", time(kept));
}

/// What each rung above the first gave, over the one below it.
const GAINS: [&str; 5] = ["gain_inputs", "gain_in_place", "gain_vector", "gain_tanh", "gain_ready"];

const SHARES: [&str; 4] = ["inputs", "recurrence", "tanh", "rest"];

/// `1.2 µs`, `3.4 ms`
fn time(seconds: f64) -> Value {
    let (value, unit) = if seconds < 1e-3 { (1e6 * seconds, "µs") } else { (1e3 * seconds, "ms") };
    Value::new(seconds, format!("{}\u{a0}{unit}", decimals(value, usize::from(value < 10.0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_holds_what_the_page_quotes() {
        let recorded: Measurement = serde_json::from_str(RECORDED).unwrap();
        for (name, sizes) in Sizes::BOOK {
            let layer = recorded.layer(sizes);
            let complete = |layer: &Layer| {
                Rung::ALL.iter().all(|rung| layer.rung(*rung) > 0.0)
                    && Part::WORK.iter().chain(&Part::MEMORY).all(|part| layer.part(*part) > 0.0)
            };
            assert!(layer.is_some_and(complete), "{name}: measure again with --record");
        }
    }

    #[test]
    fn each_number_is_of_its_own_rung_or_part() {
        let sizes = Sizes { batch: 1, steps: 10, input: 90, hidden: 10 };
        let rungs = [126.0, 60.0, 20.0, 8.0, 5.0, 2.5].map(|us| 1e-6 * us);
        let work = [1.2, 2.0, 0.5, 4.0, 3.0].map(|us| 1e-6 * us);
        let memory = [9e-6, 7e-6];
        let parts = Part::WORK.into_iter().zip(work).chain(Part::MEMORY.into_iter().zip(memory));
        let (rungs, parts) = (Rung::ALL.into_iter().zip(rungs).collect(), parts.collect());
        let mut report = Report::new(1);
        numbers("x", &Layer { sizes, before_keeping: 6e-6, rungs, parts }, &mut report);
        let found: Vec<_> = (report.numbers().iter())
            .map(|number| (&*number.name, number.text.replace('\u{a0}', " ")))
            .collect();
        let right = [
            ("x_gain_inputs", "2.1"),
            ("x_gain_in_place", "3.0"),
            ("x_gain_vector", "2.5"),
            ("x_gain_tanh", "1.6"),
            ("x_gain_ready", "2.0"),
            ("x_total", "50.4"),
            ("x_obvious", "126 µs"),
            ("x_ready", "2.5 µs"),
            ("x_obvious_rate", "0.1"),
            ("x_ready_rate", "4.0"),
            ("x_inputs_share", "15 %"),
            ("x_recurrence_share", "25 %"),
            ("x_tanh_share", "50 %"),
            ("x_rest_share", "10 %"),
            ("x_waiting", "4.0"),
            ("x_standard_tanh", "40.0"),
            ("x_library_tanh", "30.0"),
            ("x_before_keeping", "2.4"),
            ("x_fresh", "9.0 µs"),
            ("x_kept", "7.0 µs"),
        ];
        assert_eq!(found, right.map(|(name, text)| (name, text.to_owned())));
    }

    #[test]
    fn each_gain_and_share_is_of_its_own_pass() {
        let passes = Pass::all(&Sizes::BOOK.map(|(_, sizes)| sizes));
        let times = |(i, pass): (usize, Pass)| {
            // A gain of 2, 3, 4, …, and as many multiply-adds a nanosecond.
            let work = (pass.network.products() * pass.sizes.multiply_adds()) as f64;
            let gain = (i + 2) as f64;
            (pass, OneAndAll { one: work / gain / 1e9, all: work / gain / gain / 1e9 })
        };
        let passes: Vec<_> = passes.into_iter().enumerate().map(times).collect();
        let cores =
            Cores { threads: 7, peak: OneAndAll { one: 100.0, all: 190.0 }, rounds: 5, passes };
        let mut report = Report::new(1);
        more_cores(&cores, &mut report).unwrap();
        let text = |name: &str| {
            let number = report.numbers().iter().find(|number| number.name == name);
            number.map_or_else(|| panic!("no {name}"), |number| number.text.replace('\u{a0}', ""))
        };
        assert_eq!(
            ["threads", "peak", "peak_gain", "pass_rounds"].map(text),
            ["7", "100", "1.9", "5"]
        );
        let mut gain = 2;
        for network in ["rnn", "lstm", "gru"] {
            for way in ["forward", "backward"] {
                for (size, _) in Sizes::BOOK {
                    if size != "tiny" {
                        let found = text(&format!("gain_{network}_{way}_{size}"));
                        assert_eq!(found, format!("{gain}.0"), "{network} {way} {size}");
                        if way == "forward" {
                            let found = text(&format!("of_peak_{network}_{size}"));
                            assert_eq!(found, format!("{gain}%"), "{network} {size}");
                        }
                    }
                    gain += 1;
                }
            }
        }
        let error = more_cores(&Cores { passes: vec![], ..cores }, &mut Report::new(1));
        assert!(error.unwrap_err().to_string().contains("not measured"));
    }

    #[test]
    fn times_have_a_unit_of_their_size() {
        let texts = [1.23e-6, 4.56e-5, 7.89e-3, 0.123].map(|seconds| time(seconds).text);
        assert_eq!(texts, ["1.2\u{a0}µs", "46\u{a0}µs", "7.9\u{a0}ms", "123\u{a0}ms"]);
    }
}
