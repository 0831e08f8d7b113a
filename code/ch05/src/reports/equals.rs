//! Which designs find both bits, at which rates.

use chapter::{
    Report, Spread,
    format::{count, decimals, exact, percent},
};
use recorded::{Recorder, Runs};
use rnn::Parameters as _;

use crate::{
    equals::{EQUALS, Learned, RATES},
    language::{Between, Design},
    network::Network,
};

/// Reports in how many trainings each design found both bits, at each rate, and what a bit that is
/// missing costs.
pub fn equals(recorder: Recorder, report: &mut Report) -> chapter::Result {
    let runs = EQUALS.report(recorder, include_str!("../../runs.json"), "attention_16", report)?;
    report.section("Who finds both bits?");
    report.number("equals_runs", count(EQUALS.seeds));
    for (place, rate) in RATES.iter().enumerate() {
        report.number(&format!("rate_{place}"), exact(*rate));
    }
    for (name, design) in EQUALS.rows {
        of_design(name, design, &runs, report)?;
    }
    for cell in ["tanh", "gru", "attention"] {
        let of_cell = EQUALS.rows.iter().filter(|(name, _)| name.starts_with(cell));
        let best = Spread::of(of_cell.map(|(name, _)| at_best_rate(runs.row(name)) as f64));
        report.spread(&format!("{cell}_best"), &best, |trainings| count(trainings as usize));
    }
    for bits in 0..=2 {
        of_bits(bits, &runs, report);
    }
    Ok(())
}

fn of_design(
    name: &str,
    design: &Design,
    runs: &Runs<Vec<Learned>>,
    report: &mut Report,
) -> chapter::Result {
    let drawn: Network<f32> = design.draw(&mut report.rng(0))?;
    report.number(&format!("{name}_parameters"), count(drawn.parameter_count()));
    let row = runs.row(name);
    let mut least = f64::INFINITY;
    for place in 0..RATES.len() {
        report.number(&format!("{name}_both_{place}"), count(both(row, place)));
        least = least.min(Spread::of(row.iter().map(|run| run[place].excess)).median);
    }
    report.number(&format!("{name}_excess"), decimals(least, 3));
    Ok(())
}

/// In how many trainings of a design both bits were found, at one of the rates.
fn both(row: &[Vec<Learned>], place: usize) -> usize {
    row.iter().filter(|run| run[place].bits() == 2).count()
}

/// The same at the rate at which it is most.
fn at_best_rate(row: &[Vec<Learned>]) -> usize {
    (0..RATES.len()).map(|place| both(row, place)).max().unwrap_or(0)
}

/// All trainings that found so many bits, but for those that see the last word alone.
fn of_bits(bits: usize, runs: &Runs<Vec<Learned>>, report: &mut Report) {
    let designs = EQUALS.rows.iter().filter(|(_, design)| design.between != Between::Nothing);
    let all = designs.flat_map(|(name, _)| runs.row(name)).flatten();
    let found: Vec<&Learned> = all.filter(|one| one.bits() == bits).collect();
    report.number(&format!("bits_{bits}_trainings"), count(found.len()));
    let excess = Spread::of(found.iter().map(|one| one.excess));
    report.spread(&format!("bits_{bits}_excess"), &excess, |excess| decimals(excess, 3));
    let grammatical = Spread::of(found.iter().map(|one| one.grammatical));
    report.spread(&format!("bits_{bits}_grammatical"), &grammatical, |share| percent(share, 0));
}
