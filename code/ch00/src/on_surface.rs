//! What is drawn and counted on the [`surface`](crate::surface).

use chapter::{
    Figure, Report, Spread,
    format::{Value, count, count_or_never, decimals, exact, percent, scientific},
};

use crate::{
    batches,
    optimisers::{self, LEARNED, RATES, Rule},
    surface::{self, LOWEST, Weights, descend, level_line, loss},
};

/// A learning rate that is too small, and two that are too large.
const TOO_SMALL: f64 = 0.0003;
const TOO_LARGE: [f64; 2] = [0.006, 0.01];

/// Updates that the figure of losses shows, and of the large rate on the surface: more hide the first.
const SHOWN: usize = 150;
const LEAPS: usize = 12;

/// What the surface's figures show of w and of u.
const W_SHOWN: (f64, f64) = (0.4, 1.3);
const U_SHOWN: (f64, f64) = (0.4, 2.0);

/// The levels of its lines.
const LEVELS: [f64; 5] = [0.1, 0.5, 2.0, 5.0, 8.0];

/// Where the surface is gentle, and where it is steep.
const GENTLE: Weights = [0.5, 1.5];
const STEEP: Weights = [1.3, 1.0];

/// The norm that a gradient is clipped to.
const MAX_NORM: f64 = 1.0;

/// Plain gradient descent with three learning rates.
pub(crate) fn rates(start: Weights, learning_rate: f64, report: &mut Report) -> chapter::Result {
    let [large, larger] = TOO_LARGE;
    let rates =
        [("small", TOO_SMALL), ("right", learning_rate), ("large", large), ("larger", larger)];
    report.section("Gradient descent on a surface");
    report.number("steps", count(surface::STEPS as usize));
    report.number("start_w", exact(start[0]));
    report.number("start_u", exact(start[1]));
    report.number("start_loss", decimals(loss(start), 1));
    report.number("learned_below", exact(LEARNED));
    report.number("stays", count(optimisers::STAYS));
    report.number("largest_rate", decimals(surface::largest_rate(), 4));
    let [along, across] = surface::curvatures();
    report.number("valley", decimals(across / along, 0));
    for (name, rate) in rates {
        report.number(&format!("rate_{name}"), exact(rate));
        let path = optimisers::path(Rule::Plain, rate, None, start)?;
        // Where it leaps about, the last digits decide when.
        if name != "large" {
            report.number(&format!("rate_{name}_updates"), arrived(&path));
        }
    }
    let [small, right, large, _] = rates.map(|(_, rate)| (rate, descend(start, rate, SHOWN)));
    let title = "A rate that is too large leaps from one side of the valley to the other";
    report.figure(
        &on_the_surface("surface", title, start)
            .describe(
                "Rings around the lowest point, narrow in one direction. The path of the smaller \
                 rate runs to the bottom of the valley and then along it in tiny steps, that of \
                 the larger one {leaps to and fro: rate 0.006} across the valley.",
            )
            .marked_line(&format!("rate {}", right.0), visible(&right.1))
            .line(&format!("rate {}", large.0), visible(&large.1[..=LEAPS])),
    )?;
    let mut figure = Figure::new("rates", "The loss tells which learning rate is right")
        .describe(
            "On a logarithmic axis the loss of the smallest rate stays high for long. That of the \
             middle one {falls: rate 0.003} fast, then in a straight line, and {ends far below: \
             rate 0.003 > rate 0.0003 & rate 0.006} the others. That of the largest {leaps up and \
             down: rate 0.006}.",
        )
        .x_axis("updates")
        .y_axis("loss")
        .log_y()
        .y_range(0.005, 20.0);
    for (rate, path) in [small, right, large] {
        let losses = (0..).map(f64::from).zip(path.iter().map(|weights| loss(*weights)));
        let losses = losses.filter(|(_, loss)| loss.is_finite());
        figure = figure.line(&format!("rate {rate}"), losses);
    }
    report.figure(&figure)
}

/// The library's optimisers, each at all learning rates.
pub(crate) fn optimisers(start: Weights, report: &mut Report) -> chapter::Result {
    let title = "At their best rates momentum and Adam arrive sooner";
    let mut figure = on_the_surface("optimisers", title, start).describe(
        "The plain path goes to the valley and along it. That of momentum swings across it, with \
         smaller and smaller swings. That of Adam takes a way of its own, overshoots the lowest \
         point and comes back to it. The legend says after how many updates each arrives.",
    );
    report.section("Three optimisers, each at eight learning rates");
    report.number("momentum", exact(optimisers::MOMENTUM));
    for (name, label, rule) in [
        ("plain", "plain", Rule::Plain),
        ("momentum", "momentum", Rule::Momentum),
        ("adam", "Adam", Rule::Adam),
    ] {
        let mut best: Option<(f64, Vec<Weights>)> = None;
        for rate in RATES {
            let path = optimisers::path(rule, rate, None, start)?;
            report.number(&format!("{name}_{}", rate_name(rate)), arrived(&path));
            let is_better = |(_, best): &(f64, Vec<Weights>)| path.len() < best.len();
            if optimisers::updates(&path).is_some() && best.as_ref().is_none_or(is_better) {
                best = Some((rate, path));
            }
        }
        if let Some((rate, path)) = best
            && let Some(updates) = optimisers::updates(&path)
        {
            report.number(&format!("{name}_best_rate"), exact(rate));
            report.number(&format!("{name}_best"), count(updates));
            figure =
                figure.line(&format!("{label}, {updates} updates"), visible(&path[..=updates]));
        }
    }
    for rate in RATES {
        report.number(&format!("rate_{}", rate_name(rate)), exact(rate));
    }
    report.figure(&figure)
}

/// Batches of three sizes, each at its best learning rate.
pub(crate) fn batches(start: Weights, report: &mut Report) {
    report.section("Batches");
    report.number("batch_runs", count(batches::RUNS));
    let [first @ .., last] = batches::RATES.map(|rate| rate.to_string());
    report.number("batch_rates", format!("{} and {last}", first.join(", ")));
    for size in batches::SIZES {
        let mut rng = report.rng(0);
        let error = batches::error(start, size, &mut rng);
        let (rate, updates) = batches::RATES
            .map(|rate| {
                let runs = (0..batches::RUNS)
                    .map(|run| batches::updates(start, size, rate, &mut report.rng(run)) as f64);
                (rate, Spread::of(runs.collect::<Vec<_>>()).median)
            })
            .into_iter()
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .unwrap_or((f64::NAN, f64::NAN));
        report.number(&format!("batch_{size}"), count(size));
        report.number(&format!("batch_{size}_error"), percent(error, 0));
        report.number(&format!("batch_{size}_rate"), exact(rate));
        report.number(&format!("batch_{size}_updates"), count(updates as usize));
        report.number(&format!("batch_{size}_read"), count(updates as usize * size));
    }
}

/// A gradient that is too long, shortened or not.
pub(crate) fn clipping(report: &mut Report) -> chapter::Result {
    report.section("Clipping");
    let [by_w, by_u] = surface::gradient(STEEP);
    report.number("steep_w", exact(STEEP[0]));
    report.number("steep_u", exact(STEEP[1]));
    report.number("steep_norm", count(by_w.hypot(by_u) as usize));
    report.number("max_norm", exact(MAX_NORM));
    let one_step = descend(STEEP, 0.003, 1)[1];
    report.number("steep_then_w", decimals(one_step[0], 1));
    report.number("steep_then_loss", scientific(loss(one_step), 0));
    for (name, rule, rate) in
        [("plain", Rule::Plain, 0.003), ("slow", Rule::Plain, 0.0001), ("adam", Rule::Adam, 0.01)]
    {
        for (place, start) in [("gentle", GENTLE), ("steep", STEEP)] {
            let free = optimisers::path(rule, rate, None, start)?;
            let clipped = optimisers::path(rule, rate, Some(MAX_NORM), start)?;
            report.number(&format!("clip_{name}_{place}_free"), arrived(&free));
            report.number(&format!("clip_{name}_{place}_clipped"), arrived(&clipped));
        }
    }
    Ok(())
}

/// The updates of a path, or `never`.
fn arrived(path: &[Weights]) -> Value {
    count_or_never(optimisers::updates(path))
}

/// A learning rate as a part of a name: `0_003`.
fn rate_name(rate: f64) -> String {
    rate.to_string().replace('.', "_")
}

/// What a figure shows of w and of u: where it begins, too.
fn shown(start: Weights) -> [(f64, f64); 2] {
    let with = |(low, high): (f64, f64), at: f64| (low.min(at - 0.1), high.max(at + 0.1));
    [with(W_SHOWN, start[0]), with(U_SHOWN, start[1])]
}

/// A path as far as the figure shows it: until it leaves the picture.
fn visible(path: &[Weights]) -> Vec<(f64, f64)> {
    let [w_shown, u_shown] = shown(path[0]);
    let is_in = |at: f64, (low, high): (f64, f64)| (low..=high).contains(&at);
    let path = path.iter().take_while(|[w, u]| is_in(*w, w_shown) && is_in(*u, u_shown));
    path.map(|[w, u]| (*w, *u)).collect()
}

/// The lines of equal loss, and the lowest point.
fn on_the_surface(name: &str, title: &str, start: Weights) -> Figure {
    let [w_shown, u_shown] = shown(start);
    let lines = LEVELS.map(|level| {
        let ws = (0..=3_000).map(|i| -1.5 + f64::from(i) / 1_000.0);
        level_line(level, ws).into_iter().map(|[w, u]| (w, u))
    });
    Figure::new(name, title)
        .x_axis("weight of the state, w")
        .y_axis("weight of the input, u")
        .x_range(w_shown.0, w_shown.1)
        .y_range(u_shown.0, u_shown.1)
        .paths("equal loss", lines)
        .scatter("lowest", [(LOWEST[0], LOWEST[1])])
}
