//! Language models: how well they foresee the next word, and what they say.

use chapter::{
    Figure, Report,
    format::{Value, count, decimals},
    rng,
};
use rayon::prelude::*;

use super::smooth;
use crate::{
    corpus::Corpus,
    equals::{FRESH, MOST_WORDS, SAID, SENTENCES},
    language::{self, Between, Design, HIDDEN, recipe},
    network::Network,
    reviews::plain,
    speaking::{Speaker, speak},
};

/// A model that is shown at work.
#[derive(Clone, Copy, Debug)]
struct Shown {
    /// What its numbers are called.
    name: &'static str,
    /// What it is called in figures.
    label: &'static str,
    between: Between,
    /// The tanh network learns chaotically at a higher rate: the last digits of its first weights
    /// decide what it says.
    rate: f64,
}

/// Numbers in a vector of each of them. Their heads see the last word too.
const VECTOR: usize = 32;

const SHOWN: [Shown; 3] = [
    Shown { name: "rnn", label: "tanh", between: Between::Tanh, rate: 0.003 },
    Shown { name: "gru", label: "GRU", between: Between::Gru, rate: 0.01 },
    Shown { name: "attention", label: "attention", between: Between::Attention, rate: 0.01 },
];

/// What a model was taught, and what it made of it.
struct Spoken {
    losses: Vec<f64>,
    /// What it said.
    said: Vec<Vec<&'static str>>,
    /// Numbers that it remembers after [`REMEMBERED`] words.
    memory: usize,
}

impl Spoken {
    /// The first thing that it said which is a sentence of the grammar, or is none.
    fn first(&self, grammatical: bool) -> Value {
        let is_asked_for = |words: &&Vec<_>| (plain().probability(words) > 0.0) == grammatical;
        let found = self.said.iter().find(is_asked_for);
        found.map_or_else(|| "none".into(), |words| words.join(" ").into())
    }
}

/// Words after which it is looked at what a model remembers.
const REMEMBERED: usize = 20;

/// What is the next word?
pub fn languages(report: &mut Report) -> chapter::Result {
    let updates: usize = SHOWN.iter().map(|shown| recipe(shown.rate).updates).sum();
    let bar = report.progress(updates, "language models");
    let spoken: Vec<Spoken> = SHOWN
        .into_par_iter()
        .map(|shown| speech(shown, report.seed(), || bar.inc(1)))
        .collect::<Result<_, rnn::Error>>()?;

    let length = plain().mean_length() + 1.0;
    let [entropy, bit] = [plain().entropy(), 2.0_f64.ln()].map(|nats| nats / length);
    report.section("What is the next word?");
    report.number("language_fresh", count(FRESH));
    report.number("language_said", count(SAID));
    report.number("language_hidden", count(HIDDEN));
    report.number("language_vector", count(VECTOR));
    report.number("language_updates", count(recipe(0.0).updates));
    report.number("sentence_entropy", decimals(plain().entropy(), 2));
    report.number("sentence_length", decimals(length, 3));
    report.number("word_entropy", decimals(entropy, 3));
    report.number("bit_entropy", decimals(bit, 3));
    for (Shown { name, between, .. }, spoken) in SHOWN.iter().zip(&spoken) {
        report.number(&format!("{name}_remembered"), count(spoken.memory));
        report.number(&format!("{name}_sentence"), spoken.first(true));
        // Which mistakes a tanh network makes depends on the last digits of its weights.
        if *between != Between::Tanh {
            report.number(&format!("{name}_broken_sentence"), spoken.first(false));
        }
    }
    report.figure(&surprises(&spoken, [entropy, bit]))
}

/// The stream of random numbers beside that of the training.
const SAYING: usize = 200;

fn speech(shown: Shown, seed: u64, after_update: impl FnMut()) -> Result<Spoken, rnn::Error> {
    let mut of_run = rng(seed, 0);
    let sentences = Corpus::draw(SENTENCES, 0, &mut of_run).training;
    let design = Design { between: shown.between, vector: VECTOR, skip: true };
    let mut network: Network<f64> = design.draw(&mut of_run)?;
    let recipe = recipe(shown.rate);
    let losses = language::teach(&mut network, &sentences, &recipe, &mut of_run, after_update)?;
    let mut of_said = rng(seed, SAYING);
    let said = (0..SAID).map(|_| speak(&network, MOST_WORDS, &mut of_said));
    let said = said.collect::<Result<_, _>>()?;
    let mut speaker = Speaker::new(&network);
    for _ in 0..REMEMBERED {
        speaker.hear(0)?;
    }
    Ok(Spoken { losses, said, memory: speaker.memory().float_count() })
}

/// The loss of each model, and what no model can go below, also where it misses one bit or both.
fn surprises(spoken: &[Spoken], [entropy, bit]: [f64; 2]) -> Figure {
    let figure =
        Figure::new("language", "Two of three models come close to the grammar's own surprise")
            .describe(
                "The curves of the GRU and of attention {fall: GRU & attention} to the lowest of \
                 three named levels, the entropy. That of tanh {ends far above: tanh > GRU & \
                 attention} them on the highest, where both bits are missing.",
            )
            .x_axis("update")
            .y_axis("loss (nats for a word)")
            .y_range(1.0, 1.5)
            .mark_y(entropy + 2.0 * bit, "both missing")
            .mark_y(entropy + bit, "one missing")
            .mark_y(entropy, "entropy");
    SHOWN
        .iter()
        .zip(spoken)
        .fold(figure, |figure, (shown, spoken)| figure.line(shown.label, smooth(&spoken.losses)))
}
