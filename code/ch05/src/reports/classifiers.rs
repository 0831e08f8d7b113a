//! Classifiers that see the order of the words, and others.

use chapter::{
    Figure, Report, Spread,
    format::{count, exact},
};
use rayon::prelude::*;
use rnn::Parameters as _;

use super::{SENTENCES, each, smooth};
use crate::{
    classifier::{self, Reader},
    corpus::{Corpus, LONGEST},
    reviews::vocabulary,
    training::BATCH,
};

/// What a classifier was taught, and what it made of it.
struct Classified {
    reader: Reader,
    run: usize,
    parameters: usize,
    losses: Vec<f64>,
    /// Of the twins.
    right: usize,
}

/// Which of the two is praised? Asked of networks that see the order of the words, and others.
pub fn classifiers(report: &mut Report) -> chapter::Result {
    const RUNS: usize = 5;
    const PAIRS: usize = 500;
    let recipe = classifier::RECIPE;
    let bar = report.progress(Reader::ALL.len() * RUNS * recipe.updates, "classifiers");
    let corpora: Vec<Corpus> = (0..RUNS)
        .into_par_iter()
        .map(|run| Corpus::draw(SENTENCES, PAIRS, &mut report.rng(run)))
        .collect();
    let trained: Vec<Classified> = each(Reader::ALL, RUNS)
        .into_par_iter()
        .map(|(reader, run)| {
            let (corpus, mut rng) = (&corpora[run], report.rng(RUNS + run));
            let mut network = reader.draw(&mut rng)?;
            let learn = || bar.inc(1);
            let losses =
                classifier::teach(&mut network, &corpus.training, &recipe, &mut rng, learn)?;
            let right = classifier::right(&network, &corpus.twins)?;
            Ok(Classified { reader, run, parameters: network.parameter_count(), losses, right })
        })
        .collect::<Result<_, rnn::Error>>()?;

    report.section("Which of the two is praised?");
    report.number("words", count(vocabulary().len() - 1));
    report.number("sentences", count(SENTENCES));
    report.number("pairs", count(PAIRS));
    report.number("asked", count(2 * PAIRS));
    report.number("longest", count(LONGEST));
    report.number("classifier_runs", count(RUNS));
    report.number("classifier_updates", count(recipe.updates));
    report.number("classifier_rate", exact(recipe.learning_rate));
    report.number("classifier_batch", count(BATCH));
    report.number("classifier_vector", count(classifier::VECTOR));
    report.number("classifier_hidden", count(classifier::HIDDEN));
    for reader in Reader::ALL {
        let name = reader.name();
        let of_reader: Vec<&Classified> =
            trained.iter().filter(|trained| trained.reader == reader).collect();
        let right = Spread::of(of_reader.iter().map(|trained| trained.right as f64));
        let all_right = of_reader.iter().filter(|trained| trained.right == 2 * PAIRS);
        report.number(&format!("{name}_parameters"), count(of_reader[0].parameters));
        report.number(&format!("{name}_all_right"), count(all_right.count()));
        report.number(&format!("{name}_right"), count(right.median as usize));
        report.number(&format!("{name}_least_right"), count(right.low as usize));
    }
    report.figure(&learning(&trained))
}

/// The loss of one training of each classifier.
fn learning(trained: &[Classified]) -> Figure {
    let figure =
        Figure::new("classifiers", "Two classifiers never hear of the order, three learn it")
            .describe("Two curves stay level near the top, the others fall to small values.")
            .x_axis("update")
            .y_axis("loss (nats)")
            .log_y()
            .mark_y(2.0_f64.ln(), "guessing");
    trained.iter().filter(|trained| trained.run == 0).fold(figure, |figure, trained| {
        figure.line(trained.reader.label(), smooth(&trained.losses))
    })
}
