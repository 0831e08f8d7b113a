//! The trainings of the chapter, as they are reported.

use chapter::{
    Figure, Report, Spread,
    format::{count, decimals, exact, percent},
};
use rayon::prelude::*;
use rnn::Parameters as _;

use crate::{
    classifier::{self, Reader},
    corpus::{Corpus, Sentence},
    language::{self, Model},
    reviews::{plain, vocabulary},
    rng,
    speaking::{Speaker, speak},
    training::BATCH,
};

/// Sentences that every network learns from.
const SENTENCES: usize = 4_000;

/// What a classifier was taught, and what it made of it.
struct Classified {
    reader: Reader,
    run: usize,
    parameters: usize,
    losses: Vec<f64>,
    /// Of the twins.
    right: usize,
    /// Of the longer sentences.
    right_of_long: usize,
}

/// Which of the two is praised? Asked of networks that see the order of the words, and others.
pub fn classifiers(seed: u64, report: &mut Report) -> chapter::Result {
    const RUNS: usize = 5;
    const PAIRS: usize = 500;
    let recipe = classifier::RECIPE;
    let bar = report.progress(Reader::ALL.len() * RUNS * recipe.updates, "classifiers");
    let corpora: Vec<Corpus> = (0..RUNS)
        .into_par_iter()
        .map(|run| Corpus::draw(SENTENCES, PAIRS, &mut rng(seed, run)))
        .collect();
    let trained: Vec<Classified> = each(Reader::ALL, RUNS)
        .into_par_iter()
        .map(|(reader, run)| {
            let (corpus, mut rng) = (&corpora[run], rng(seed, RUNS + run));
            let mut network = reader.draw(&mut rng)?;
            let learn = || bar.inc(1);
            let losses =
                classifier::teach(&mut network, &corpus.training, &recipe, &mut rng, learn)?;
            Ok(Classified {
                reader,
                run,
                parameters: network.parameter_count(),
                losses,
                right: classifier::right(&network, &corpus.twins)?,
                right_of_long: classifier::right(&network, &corpus.long)?,
            })
        })
        .collect::<Result<_, rnn::Error>>()?;

    report.section("Which of the two is praised?");
    report.number("words", count(vocabulary().len() - 1));
    report.number("sentences", count(SENTENCES));
    report.number("asked", count(2 * PAIRS));
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
        let long = Spread::of(of_reader.iter().map(|trained| trained.right_of_long as f64));
        let all_right = of_reader.iter().filter(|trained| trained.right == 2 * PAIRS);
        report.number(&format!("{name}_parameters"), count(of_reader[0].parameters));
        report.number(&format!("{name}_all_right"), count(all_right.count()));
        report.number(&format!("{name}_right"), count(right.median as usize));
        report.number(&format!("{name}_least_right"), count(right.low as usize));
        report.number(&format!("{name}_long"), percent(long.median / (2 * PAIRS) as f64, 0));
    }
    report.figure(&learning(&trained))
}

/// The loss of one training of each classifier.
fn learning(trained: &[Classified]) -> Figure {
    let figure = Figure::new("classifiers", "The loss of five classifiers")
        .describe("Two curves stay level near the top, the others fall to small values.")
        .x_axis("update")
        .y_axis("loss (nats)")
        .log_y()
        .mark_y(2.0_f64.ln(), "guessing");
    trained.iter().filter(|trained| trained.run == 0).fold(figure, |figure, trained| {
        figure.line(trained.reader.label(), smooth(&trained.losses))
    })
}

/// Every network with every run.
fn each<T: Copy>(networks: impl IntoIterator<Item = T>, runs: usize) -> Vec<(T, usize)> {
    networks.into_iter().flat_map(|network| (0..runs).map(move |run| (network, run))).collect()
}

/// The means of so many losses in a row, over the update in their middle.
fn smooth(losses: &[f64]) -> impl Iterator<Item = (f64, f64)> + '_ {
    const TOGETHER: usize = 50;
    losses.chunks_exact(TOGETHER).enumerate().map(|(chunk, losses)| {
        let middle = (chunk as f64 + 0.5) * TOGETHER as f64;
        (middle, losses.iter().sum::<f64>() / TOGETHER as f64)
    })
}

/// What a language model was taught, and what it made of it.
struct Spoken {
    model: Model,
    run: usize,
    parameters: usize,
    losses: Vec<f64>,
    /// Cross entropy of sentences that it has not seen, over that of the grammar: nats for a word.
    excess: f64,
    /// Share of right verdicts at the last word.
    verdicts: f64,
    /// What it said.
    said: Vec<Vec<&'static str>>,
    /// Numbers that it remembers after some words.
    memory: Vec<usize>,
}

impl Spoken {
    /// The share of its sentences that are sentences of the grammar.
    fn grammatical(&self) -> f64 {
        let right = self.said.iter().filter(|words| is_grammatical(words)).count();
        right as f64 / self.said.len() as f64
    }
}

fn is_grammatical(words: &[&str]) -> bool {
    plain().probability(words) > 0.0
}

/// Words after which it is looked at what a model remembers.
const REMEMBERED: [usize; 3] = [1, 10, 20];

/// What is the next word?
pub fn languages(seed: u64, report: &mut Report) -> chapter::Result {
    const RUNS: usize = 3;
    const FRESH: usize = 2_000;
    let updates: usize = Model::ALL.iter().map(|model| model.recipe().updates).sum();
    let bar = report.progress(RUNS * updates, "language models");
    let mut of_fresh = rng(seed, 2 * RUNS);
    let fresh: Vec<Sentence> = (0..FRESH).map(|_| Sentence::draw(&mut of_fresh)).collect();
    let least = language::least_surprise(&fresh);
    let trained: Vec<Spoken> = each(Model::ALL, RUNS)
        .into_par_iter()
        .map(|(model, run)| speech((model, run), seed, (&fresh, least), || bar.inc(1)))
        .collect::<Result<_, rnn::Error>>()?;

    let length = plain().mean_length() + 1.0;
    report.section("What is the next word?");
    report.number("language_runs", count(RUNS));
    report.number("language_fresh", count(FRESH));
    report.number("language_said", count(SAID));
    report.number("language_hidden", count(Model::HIDDEN));
    report.number("sentence_entropy", decimals(plain().entropy(), 2));
    report.number("sentence_length", decimals(length, 3));
    report.number("word_entropy", decimals(plain().entropy() / length, 3));
    report.number("contrast_entropy", decimals(2.0_f64.ln() / length, 3));
    for model in Model::ALL {
        let of_model: Vec<&Spoken> =
            trained.iter().filter(|trained| trained.model == model).collect();
        model_numbers(model, &of_model, report);
    }
    report.figure(&surprises(&trained, plain().entropy() / length))
}

/// Sentences that each model says.
const SAID: usize = 1_000;

fn speech(
    (model, run): (Model, usize),
    seed: u64,
    (fresh, least): (&[Sentence], f64),
    after_update: impl FnMut(),
) -> Result<Spoken, rnn::Error> {
    const MOST_WORDS: usize = 40;
    let mut of_run = rng(seed, run);
    let sentences = Corpus::draw(SENTENCES, 0, &mut of_run).training;
    let mut network = model.draw(&mut of_run)?;
    let losses =
        language::teach(&mut network, &sentences, &model.recipe(), &mut of_run, after_update)?;
    let said = (0..SAID).map(|_| speak(&network, MOST_WORDS, &mut of_run));
    let mut speaker = Speaker::new(&network);
    let mut memory = Vec::new();
    for _ in 0..REMEMBERED[REMEMBERED.len() - 1] {
        speaker.hear(0)?;
        memory.push(speaker.memory().float_count());
    }
    Ok(Spoken {
        model,
        run,
        parameters: network.parameter_count(),
        losses,
        excess: language::surprise(&network, fresh)? - least,
        verdicts: language::right_verdicts(&network, fresh)?,
        said: said.collect::<Result<_, _>>()?,
        memory,
    })
}

fn model_numbers(model: Model, trained: &[&Spoken], report: &mut Report) {
    let name = model.name();
    let median = |of: fn(&Spoken) -> f64| Spread::of(trained.iter().map(|one| of(one))).median;
    let recipe = model.recipe();
    report.number(&format!("{name}_language_parameters"), count(trained[0].parameters));
    report.number(&format!("{name}_vector"), count(model.vector()));
    report.number(&format!("{name}_rate"), exact(recipe.learning_rate));
    report.number(&format!("{name}_updates"), count(recipe.updates));
    report.number(&format!("{name}_excess"), decimals(median(|one| one.excess), 3));
    report.number(&format!("{name}_verdicts"), about(median(|one| one.verdicts), 0.1));
    report.number(&format!("{name}_grammatical"), about(median(Spoken::grammatical), 0.1));
    for words in REMEMBERED {
        let numbers = trained[0].memory[words - 1];
        report.number(&format!("{name}_remembered_{words}"), count(numbers));
    }
    let first = |right| {
        let said = &trained[0].said;
        let found = said.iter().find(|words| is_grammatical(words) == right);
        found.map_or_else(|| "none".to_owned(), |words| words.join(" "))
    };
    report.number(&format!("{name}_sentence"), first(true));
    report.number(&format!("{name}_broken_sentence"), first(false));
}

/// A share in whole steps. Trainings differ in their last digits from machine to machine, and the
/// chapter says no more than is the same on all.
fn about(share: f64, step: f64) -> String {
    percent((share / step).round() * step, 0)
}

/// The loss of one training of each model, and what no model can go below.
fn surprises(trained: &[Spoken], entropy: f64) -> Figure {
    let figure = Figure::new("language", "How well three language models foresee the next word")
        .describe("All curves fall steeply, then level off near the entropy, one of them above it.")
        .x_axis("update")
        .y_axis("loss (nats for a word)")
        .y_range(1.0, 1.5)
        .mark_y(entropy, "entropy");
    trained
        .iter()
        .filter(|trained| trained.run == 0)
        .fold(figure, |figure, trained| figure.line(trained.model.label(), smooth(&trained.losses)))
}
