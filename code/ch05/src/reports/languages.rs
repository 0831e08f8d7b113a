//! Language models: how well they foresee the next word, and what they say.

use chapter::{
    Figure, Report, Spread,
    format::{Value, count, decimals, exact},
    rng,
};
use rayon::prelude::*;
use rnn::Parameters as _;

use super::{SENTENCES, about, each, smooth};
use crate::{
    corpus::{Corpus, Sentence},
    language::{self, Bit, Model},
    reviews::plain,
    speaking::{Speaker, speak},
};

/// What a language model was taught, and what it made of it.
struct Spoken {
    model: Model,
    run: usize,
    parameters: usize,
    losses: Vec<f64>,
    /// Cross entropy of sentences that it has not seen, over that of the grammar: nats for a word.
    excess: f64,
    /// The shares of second clauses whose topic and whose verdict it foresees.
    remembered: [f64; 2],
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

    /// The first thing that it said which is a sentence of the grammar, or is none.
    fn first(&self, grammatical: bool) -> Option<String> {
        let found = self.said.iter().find(|words| is_grammatical(words) == grammatical);
        found.map(|words| words.join(" "))
    }

    /// Whether it has found that the second clause does not repeat the topic or the verdict.
    fn has_found(&self, bit: usize) -> bool {
        self.remembered[bit] > FOUND
    }
}

fn is_grammatical(words: &[&str]) -> bool {
    plain().probability(words) > 0.0
}

/// A model that foresees more of the second clauses than this has found what they do not repeat.
const FOUND: f64 = 0.9;

/// Words after which it is looked at what a model remembers.
const REMEMBERED: [usize; 3] = [1, 10, 20];

/// What is the next word?
pub fn languages(report: &mut Report) -> chapter::Result {
    const RUNS: usize = 4;
    const FRESH: usize = 2_000;
    let updates: usize = Model::ALL.iter().map(|model| model.recipe().updates).sum();
    let bar = report.progress(RUNS * updates, "language models");
    let mut of_fresh = report.rng(FRESH_SENTENCES);
    let fresh: Vec<Sentence> = (0..FRESH).map(|_| Sentence::draw(&mut of_fresh)).collect();
    let least = language::least_surprise(&fresh);
    let trained: Vec<Spoken> = each(Model::ALL, RUNS)
        .into_par_iter()
        .map(|(model, run)| speech((model, run), report.seed(), (&fresh, least), || bar.inc(1)))
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
    report.number("bit_entropy", decimals(2.0_f64.ln() / length, 3));
    for model in Model::ALL {
        let of_model: Vec<&Spoken> =
            trained.iter().filter(|trained| trained.model == model).collect();
        model_numbers(model, &of_model, report);
    }
    report.figure(&surprises(&trained, [plain().entropy(), 2.0_f64.ln()].map(|nats| nats / length)))
}

/// Streams of random numbers beside those of the runs.
const FRESH_SENTENCES: usize = 100;
const SAYING: usize = 200;

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
    let mut of_said = rng(seed, SAYING + run);
    let said = (0..SAID).map(|_| speak(&network, MOST_WORDS, &mut of_said));
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
        remembered: [
            Bit::Topic.remembered(&network, fresh)?,
            Bit::Verdict.remembered(&network, fresh)?,
        ],
        said: said.collect::<Result<_, _>>()?,
        memory,
    })
}

fn model_numbers(model: Model, trained: &[&Spoken], report: &mut Report) {
    let name = model.name();
    let recipe = model.recipe();
    let found = |bit: usize| trained.iter().filter(|one| one.has_found(bit)).count();
    report.number(&format!("{name}_language_parameters"), count(trained[0].parameters));
    report.number(&format!("{name}_vector"), count(model.vector()));
    report.number(&format!("{name}_rate"), exact(recipe.learning_rate));
    report.number(&format!("{name}_updates"), count(recipe.updates));
    report.number(&format!("{name}_found_topic"), count(found(0)));
    report.number(&format!("{name}_found_verdict"), count(found(1)));
    let (both, not_both): (Vec<&Spoken>, Vec<&Spoken>) =
        trained.iter().partition(|one| one.has_found(0) && one.has_found(1));
    report.number(&format!("{name}_found_both"), count(both.len()));
    for (which, those) in [("both", &both), ("not_both", &not_both)] {
        let excess = mean(those, |one| one.excess).map(|excess| decimals(excess, 3));
        report.number(&format!("{name}_excess_{which}"), or_none(excess));
    }
    // The least of those that should be good, the most of those that should not.
    let least = Spread::of(both.iter().map(|one| one.grammatical())).low;
    let most = Spread::of(not_both.iter().map(|one| one.grammatical())).high;
    for (which, share) in [("both", least), ("not_both", most)] {
        let share = share.is_finite().then(|| about(share));
        report.number(&format!("{name}_grammatical_{which}"), or_none(share));
    }
    for words in REMEMBERED {
        let numbers = trained[0].memory[words - 1];
        report.number(&format!("{name}_remembered_{words}"), count(numbers));
    }
    report.number(&format!("{name}_sentence"), or_none(trained[0].first(true)));
    // Which mistakes a tanh network makes depends on the last digits of its weights.
    if model != Model::Rnn {
        report.number(&format!("{name}_broken_sentence"), or_none(trained[0].first(false)));
    }
}

/// The mean over some trainings, if there are any.
fn mean(trained: &[&Spoken], of: fn(&Spoken) -> f64) -> Option<f64> {
    let sum: f64 = trained.iter().map(|one| of(one)).sum();
    (!trained.is_empty()).then(|| sum / trained.len() as f64)
}

fn or_none(found: Option<impl Into<Value>>) -> Value {
    found.map_or_else(|| "none".into(), Into::into)
}

/// The loss of one training of each model, and what no model can go below, with the share of one bit
/// in it.
fn surprises(trained: &[Spoken], [entropy, bit]: [f64; 2]) -> Figure {
    let figure = Figure::new("language", "How well three language models foresee the next word")
        .describe("One curve falls to the entropy at once; two rest on a level above it first.")
        .x_axis("update")
        .y_axis("loss (nats for a word)")
        .y_range(1.0, 1.5)
        .mark_y(entropy + bit, "a bit missing")
        .mark_y(entropy, "entropy");
    trained
        .iter()
        .filter(|trained| trained.run == 0)
        .fold(figure, |figure, trained| figure.line(trained.model.label(), smooth(&trained.losses)))
}
