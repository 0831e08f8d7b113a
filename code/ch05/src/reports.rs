//! The trainings of the chapter, as they are reported.

use chapter::{Report, Spread, format::count};
use rayon::prelude::*;
use rnn::Parameters as _;

use crate::{
    classifier::{RECIPE, Reader, right, teach},
    corpus::Corpus,
    corpus::Sentence,
    language,
    language::Model,
    reviews::plain,
    rng,
    speaking::speak,
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

/// Two language models.
pub fn languages(seed: u64, report: &mut Report) -> chapter::Result {
    const RUNS: usize = 5;
    let updates: usize = Model::ALL.iter().map(|m| m.recipe().updates).sum();
    let bar = report.progress(RUNS * updates, "language models");
    let fresh: Vec<Sentence> = {
        let mut rng = rng(seed, 100);
        (0..2000).map(|_| Sentence::draw(&mut rng)).collect()
    };
    let h = plain().entropy() / (plain().mean_length() + 1.0);
    let words: usize = fresh.iter().map(|s| s.words.len() + 1).sum();
    let truth =
        -fresh.iter().map(|s| plain().probability(&s.words).ln()).sum::<f64>() / words as f64;
    eprintln!("entropy {h} true {truth}");
    let asked: Vec<_> = Model::ALL.iter().flat_map(|m| (0..RUNS).map(|run| (*m, run))).collect();
    let _: Vec<()> = asked.into_par_iter().map(|(model, run)| {
        let t = std::time::Instant::now();
        let mut rng = crate::rng(seed, 10 + run);
        let corpus = Corpus::draw(4000, 0, &mut rng);
        let mut network = model.draw(&mut rng)?;
        language::teach(&mut network, &corpus.training, &model.recipe(), &mut rng, || bar.inc(1))?;
        let t1 = t.elapsed().as_secs_f64();
        let ce = language::surprise(&network, &fresh)?;
        let pol = language::right_verdicts(&network, &fresh)?;
        let mut rng = crate::rng(seed, 200);
        let said = (0..1000).map(|_| speak(&network, 40, &mut rng)).collect::<Result<Vec<_>, _>>()?;
        let ok = said.iter().filter(|w| plain().probability(w) > 0.0).count();
        eprintln!("{model:?} {run} par {} ce {ce:.5} excess {:.5} pol {pol:.4} ok {ok} {t1:.1}s {:.1}s\n   {}", network.parameter_count(), ce - truth, t.elapsed().as_secs_f64(), said[0].join(" "));
        Ok(())
    }).collect::<Result<_, rnn::Error>>()?;
    Ok(())
}
