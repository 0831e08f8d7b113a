//! Classifiers that see the order of the words, and others.

use std::iter::zip;

use chapter::{
    Figure, HeatMap, Report, Spread,
    format::{count, exact},
};
use rayon::prelude::*;
use rnn::Parameters as _;

use super::{SENTENCES, each, smooth};
use crate::{
    classifier::{self, Reader},
    corpus::{Corpus, LONGEST, Sentence},
    network::Network,
    reviews::vocabulary,
    training::BATCH,
    twins::{apart, looks_of_twins},
};

/// What a classifier was taught, and what it made of it.
struct Classified {
    reader: Reader,
    run: usize,
    network: Network<f64>,
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
            Ok(Classified { reader, run, network, losses, right })
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
        report.number(&format!("{name}_parameters"), count(of_reader[0].network.parameter_count()));
        report.number(&format!("{name}_all_right"), count(all_right.count()));
        report.number(&format!("{name}_right"), count(right.median as usize));
        report.number(&format!("{name}_least_right"), count(right.low as usize));
    }
    report.figure(&learning(&trained))?;
    report.number("twin_pairs", count(RUNS * PAIRS));
    for reader in [Reader::Attention, Reader::Places] {
        let of_reader = trained.iter().filter(|trained| trained.reader == reader);
        let alike: usize = of_reader
            .map(|trained| alike(&trained.network, &corpora[trained.run].twins))
            .sum::<Result<_, _>>()?;
        report.number(&format!("{}_alike", reader.name()), count(alike));
    }
    let sentence = Sentence { words: TWIN.split(' ').collect() };
    let no_places = looks_of_first(Reader::Attention, &trained, &sentence)?;
    let places = looks_of_first(Reader::Places, &trained, &sentence)?;
    report.number("places_look", most(&sentence, &places[0]));
    report.number("places_look_twin", most(&sentence, &places[1]));
    report.figure(&looks(&sentence, &[no_places, places].concat()))
}

/// The sentence of the page; its twin has the cook first.
const TWIN: &str = "the second salads were great but the cook was terrible";

/// In how many pairs of twins each word has the same weight in both, up to rounding.
fn alike(network: &Network<f64>, twins: &[Sentence]) -> Result<usize, rnn::Error> {
    const ROUNDING: f64 = 1e-12;
    let pairs = twins.chunks(2).map(|pair| Ok(apart(&looks_of_twins(network, &pair[0])?)));
    let apart: Vec<f64> = pairs.collect::<Result<_, rnn::Error>>()?;
    Ok(apart.into_iter().filter(|apart| *apart <= ROUNDING).count())
}

/// The weights of the first training of a kind of attention, in a sentence and in its twin.
fn looks_of_first(
    reader: Reader,
    trained: &[Classified],
    sentence: &Sentence,
) -> chapter::Result<[Vec<f64>; 2]> {
    let is_first = |trained: &&Classified| trained.reader == reader && trained.run == 0;
    let first = trained.iter().find(is_first).ok_or("not trained")?;
    Ok(looks_of_twins(&first.network, sentence)?)
}

/// The word with the largest weight.
fn most(sentence: &Sentence, weights: &[f64]) -> &'static str {
    let heaviest = zip(&sentence.words, weights).max_by(|a, b| f64::total_cmp(a.1, b.1));
    heaviest.map_or("", |(word, _)| word)
}

/// The weights with which the last word looks at the others: two rows for each kind of attention.
fn looks(sentence: &Sentence, weights: &[Vec<f64>]) -> HeatMap {
    HeatMap::new("twins", "Without places, a word weighs the same in both twins")
        .describe(
            "Four rows of cells, a column for each word. The two rows without places have the same \
             shades. Of the two with places each stands out at another word.",
        )
        .x_labels(sentence.words.iter().copied())
        .y_labels(["no places", "its twin", "places", "its twin"])
        .value_axis("weight")
        .values(weights.iter().map(|row| row.iter().copied()))
        .sequential(0.0, 1.0)
}

/// The loss of one training of each classifier.
fn learning(trained: &[Classified]) -> Figure {
    let figure =
        Figure::new("classifiers", "Two classifiers never hear of the order, three learn it")
            .describe(
                "The curves of the bag of words and of attention without places {stay level: bag \
                 of words & attention} at guessing. Those of attention with places and of tanh, by \
                 its last state and by the mean of its states, {fall: attention, places & last \
                 state & mean state} to small values one after the other.",
            )
            .x_axis("update")
            .y_axis("loss (nats)")
            .log_y()
            .mark_y(2.0_f64.ln(), "guessing");
    trained.iter().filter(|trained| trained.run == 0).fold(figure, |figure, trained| {
        figure.line(trained.reader.label(), smooth(&trained.losses))
    })
}
