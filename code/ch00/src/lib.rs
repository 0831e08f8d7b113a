//! How does a network learn? And the figures of the primer. Run it with `cargo run -p ch00`.
//!
//! The experiments stand in the order of the two pages: the curve of tanh, a state that goes to rest,
//! softmax, gradient descent on a [`surface`] that can be drawn, the library's [`optimisers`] on it,
//! the gradient of [`batches`], and [`overfitting`].

pub mod batches;
mod on_surface;
pub mod optimisers;
pub mod overfitting;
pub mod softmax;
pub mod surface;

use chapter::{
    Chapter, Experiment, Figure, Report,
    format::{count, decimals, exact},
};
use ndarray::Array1;

use crate::surface::Weights;

#[cfg(doctest)]
#[doc = include_str!("../../../src/ch00-learning.md")]
struct Page;

/// What the reader may change.
#[derive(clap::Args, Clone, Debug)]
pub struct Parameters {
    /// Where the tangent touches the curve of tanh. Look for: how fast the slope fades
    #[arg(long, default_value_t = 0.8, value_parser = chapter::between(-5.0, 5.0))]
    pub tangent: f64,

    /// Weight of the unit that goes to rest. Look for: where it rests at one and below, and with a
    /// negative weight
    #[arg(long, default_value_t = 2.0, value_parser = chapter::between(-5.0, 5.0))]
    pub weight: f64,

    /// The learning rate in the middle of the three. Look for: how little more is too much
    #[arg(long, default_value_t = 0.003, value_parser = chapter::between(1e-6, 10.0))]
    pub learning_rate: f64,

    /// Where w starts. Look for: what one step does from the right of the picture
    #[arg(long, default_value_t = 0.5, value_parser = chapter::between(-1.5, 1.5))]
    pub start_w: f64,

    /// Where u starts. Look for: what happens at zero
    #[arg(long, default_value_t = 1.5, value_parser = chapter::between(-2.0, 2.0))]
    pub start_u: f64,

    /// Leave out what trains networks, and takes longest
    #[arg(long)]
    pub skip_training: bool,
}

impl Chapter for Parameters {
    const NAME: &'static str = "ch00";
    const TITLE: &'static str = "How does a network learn?";
    const EXPERIMENTS: &'static [Experiment<Self>] = &[
        Experiment { figures: &["tangent"], run: Self::tangent },
        Experiment { figures: &["web"], run: Self::web },
        Experiment { figures: &["softmax"], run: |_, report| softmax(report) },
        Experiment { figures: &["surface", "rates"], run: Self::rates },
        Experiment { figures: &["optimisers"], run: Self::optimisers },
        Experiment { figures: &[], run: |_, report| on_surface::clipping(report) },
        Experiment {
            figures: &[],
            run: |this, report| {
                on_surface::batches(this.start(), report);
                Ok(())
            },
        },
        Experiment { figures: &["overfitting"], run: Self::overfitting },
    ];
}

/// Logits of three classes.
const LOGITS: [f64; 3] = [2.0, 1.0, -1.0];

/// Where the state that goes to rest begins, and for how many steps its path is drawn.
const FIRST: f64 = 0.1;
const STEPS_TO_REST: usize = 10;

impl Parameters {
    /// The curve of tanh, and the straight line that it is near one place.
    fn tangent(&self, report: &mut Report) -> chapter::Result {
        let (z, h) = (self.tangent, self.tangent.tanh());
        let slope = 1.0 - h * h;
        report.section("The slope of tanh");
        report.number("tangent_at", exact(z));
        report.number("tangent_value", decimals(h, 2));
        report.number("tangent_slope", decimals(slope, 2));
        let zs = || (-60..=60).map(|i| f64::from(i) / 20.0);
        let near = [z - 1.2, z + 1.2].map(|at| (at, h + slope * (at - z)));
        report.figure(
            &Figure::new("tangent", "Near one place the curve of tanh is almost a straight line")
                .describe(
                    "An S-shaped curve {rises: tanh} from minus one to one. A straight line \
                     touches it at one place, and leaves it on both sides.",
                )
                .x_axis("z")
                .y_axis("tanh z")
                .x_range(-3.0, 3.0)
                .y_range(-1.0, 1.0)
                .line("tanh", zs().map(|z| (z, z.tanh())))
                .line(&format!("slope {}", decimals(slope, 2)), near)
                .scatter("", [(z, h)]),
        )
    }

    /// A state that is fed its own result: up to the curve, across to the diagonal, and again.
    fn web(&self, report: &mut Report) -> chapter::Result {
        let next = |h: f64| (self.weight * h).tanh();
        let (mut h, mut path) = (FIRST, vec![(FIRST, 0.0)]);
        for _ in 0..STEPS_TO_REST {
            path.push((h, next(h)));
            h = next(h);
            path.push((h, h));
        }
        report.section("A state goes to rest");
        report.number("web_weight", exact(self.weight));
        report.number("web_first", exact(FIRST));
        report.number("web_second", decimals(next(FIRST), 2));
        report.number("web_steps", count(STEPS_TO_REST));
        report.number("web_rest", decimals(h, 3));
        let states = || (-40..=40).map(|i| f64::from(i) / 40.0);
        report.figure(
            &Figure::new("web", "Where the curve meets the diagonal, a state rests")
                .describe(
                    "A staircase {climbs: path} between an S-shaped curve and the diagonal to \
                     where the two meet. Its steps grow where the two are far apart, and shrink \
                     where they come together.",
                )
                .x_axis("state h")
                .y_axis("next state")
                .line("tanh(w h)", states().map(|h| (h, next(h))))
                .line("diagonal", states().map(|h| (h, h)))
                .line("path", path)
                .mark_x(h, "rest"),
        )
    }

    fn rates(&self, report: &mut Report) -> chapter::Result {
        on_surface::rates(self.start(), self.learning_rate, report)
    }

    fn optimisers(&self, report: &mut Report) -> chapter::Result {
        on_surface::optimisers(self.start(), report)
    }

    fn overfitting(&self, report: &mut Report) -> chapter::Result {
        if self.skip_training { Ok(()) } else { overfitting::report(report) }
    }

    fn start(&self) -> Weights {
        [self.start_w, self.start_u]
    }
}

/// The scores of three classes and the probabilities that softmax makes of them.
fn softmax(report: &mut Report) -> chapter::Result {
    let logits = Array1::from(LOGITS.to_vec());
    let p = softmax::softmax(&logits);
    report.section("Softmax");
    for (class, p) in (1..).zip(&p) {
        report.number(&format!("softmax_{class}"), decimals(*p, 2));
        report.number(&format!("cross_entropy_{class}"), decimals(-p.ln(), 2));
    }
    let at = |values: &[f64]| (0..).map(f64::from).zip(values.to_vec()).collect::<Vec<_>>();
    report.figure(
        &Figure::new("softmax", "Softmax makes probabilities of any numbers")
            .describe(
                "Three bars for the logits, {the last below zero: logit}; beside each a bar for its \
                 probability, {all above zero: probability}.",
            )
            .x_labels(["first class", "second", "third"])
            .y_axis("value")
            .bars("logit", at(&LOGITS))
            .bars("probability", at(&p.to_vec())),
    )
}
