//! The trainings of the chapter, as they are reported.

use chapter::{Report, Spread, format::count};
use rayon::prelude::*;
use rnn::Parameters as _;

use crate::{
    classifier::{RECIPE, Reader, right, teach},
    corpus::Corpus,
    rng,
};

/// Which of the two is praised, asked of five networks.
pub fn classifiers(seed: u64, report: &mut Report) -> chapter::Result {
    const RUNS: usize = 5;
    const SENTENCES: usize = 4_000;
    const PAIRS: usize = 500;
    let bar = report.progress(Reader::ALL.len() * RUNS * RECIPE.updates, "classifiers");
    let corpora: Vec<Corpus> = (0..RUNS)
        .into_par_iter()
        .map(|run| Corpus::draw(SENTENCES, PAIRS, &mut rng(seed, run)))
        .collect();
    let asked: Vec<(Reader, usize)> =
        Reader::ALL.iter().rev().flat_map(|reader| (0..RUNS).map(|run| (*reader, run))).collect();
    let found: Vec<_> = asked
        .into_par_iter()
        .map(|(reader, run)| {
            let t = std::time::Instant::now();
            let mut rng = rng(seed, RUNS + run);
            let mut network = reader.draw(&mut rng)?;
            let losses =
                teach(&mut network, &corpora[run].training, &RECIPE, &mut rng, || bar.inc(1))?;
            let twins = right(&network, &corpora[run].twins)?;
            let long = right(&network, &corpora[run].long)?;
            let last = losses[losses.len() - 100..].iter().sum::<f64>() / 100.0;
            eprintln!(
                "{reader:?} {run} {last:.6} {twins} {long} {:.1}s",
                t.elapsed().as_secs_f64()
            );
            Ok((reader, network.parameter_count(), twins, long))
        })
        .collect::<Result<_, rnn::Error>>()?;
    report.section("Classifiers");
    for reader in Reader::ALL {
        let of = || found.iter().filter(|f| f.0 == reader);
        report.number(&format!("{reader:?}_parameters"), count(of().next().map_or(0, |f| f.1)));
        report.number(
            &format!("{reader:?}_all_right"),
            count(of().filter(|f| f.2 == 2 * PAIRS).count()),
        );
        report.number(
            &format!("{reader:?}_right"),
            count(Spread::of(of().map(|f| f.2 as f64)).median as usize),
        );
        report.number(
            &format!("{reader:?}_long"),
            count(Spread::of(of().map(|f| f.3 as f64)).median as usize),
        );
    }
    Ok(())
}
