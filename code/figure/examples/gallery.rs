//! One figure of each type, into a folder: `cargo run -p figure --example gallery -- target/gallery`

use std::path::Path;
use std::{env, error::Error, f64::consts::TAU, fs};

use figure::{Draw, Figure, FigureError, HeatMap};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).unwrap_or_else(|| "target/gallery".to_owned());
    fs::create_dir_all(&folder)?;
    let write = |name: &str, svg: String| fs::write(Path::new(&folder).join(name), svg);
    for figure in
        [lines(), errors(), many(), measured(), histogram(), groups(), paths(), long(), training()]
    {
        write(&format!("{}.svg", figure.name()), figure.to_svg(None)?)?;
    }
    for map in [sentence(), states(), rounding(), attention()] {
        write(&format!("{}.svg", map.name()), map.to_svg(None)?)?;
    }
    write("note.svg", changed()?)?;
    Ok(())
}

fn lines() -> Figure {
    let lags = || (0..=40).map(f64::from);
    Figure::new("lines", "What a linear unit remembers of an input, by its age")
        .describe("Each curve falls; the larger r, the more slowly.")
        .x_axis("lag (steps)")
        .y_axis("share of the input")
        .line("r = 0.9", lags().map(|t| (t, 0.9_f64.powf(t))))
        .line("r = 0.5", lags().map(|t| (t, 0.5_f64.powf(t))))
        .line("r = 0.99", lags().map(|t| (t, 0.99_f64.powf(t))))
        .mark_y(0.5, "one half")
        .mark_x(6.58, "half-life of 0.9")
}

fn errors() -> Figure {
    let steps = || (0..=9).map(|k| f64::from(2_i32.pow(k)));
    Figure::new("errors", "Gradients after many steps")
        .x_axis("steps through time")
        .y_axis("norm of the gradient")
        .log_x()
        .log_y()
        .marked_line("vanishing", steps().map(|t| (t, 0.93_f64.powf(t))))
        .marked_line("exploding", steps().map(|t| (t, 1.02_f64.powf(t))))
        .marked_line("orthogonal", steps().map(|t| (t, 1.0)))
}

fn many() -> Figure {
    let figure = Figure::new("many", "Six curves that end at one place")
        .x_axis("time (s)")
        .y_axis("activity of the unit");
    (0..6).fold(figure, |figure, k| {
        let points = (0..=100).map(|t| (f64::from(t) / 100.0, f64::from(t) / 100.0));
        let bent = points.map(|(t, _)| (t, (1.0 - t) * (TAU * (t + f64::from(k) / 6.0)).sin()));
        figure.line(&format!("a longer name {k}"), bent)
    })
}

fn measured() -> Figure {
    let x = || (0..=30).map(|i| f64::from(i) / 10.0);
    let wobble = |x: f64| 0.08 * (17.0 * x).sin();
    Figure::new("measured", "Measured and predicted capacity")
        .x_axis("spectral radius")
        .y_axis("capacity (steps)")
        .band("5 to 95 %", x().map(|x| (x, (-x).exp() * 20.0 - 2.0, (-x).exp() * 20.0 + 2.0)))
        .line("theory", x().map(|x| (x, 20.0 * (-x).exp())))
        .scatter("measured", x().map(|x| (x, 20.0 * (-x + wobble(x)).exp())))
}

fn histogram() -> Figure {
    let bins = (-10..=10).map(|i| f64::from(i) / 5.0);
    Figure::new("histogram", "How the weights are distributed")
        .x_axis("weight")
        .y_axis("weights")
        .bars("weights", bins.map(|x| (x, (12_000.0 * (-x * x).exp()).round())))
}

fn groups() -> Figure {
    let heights = |a: f64, b: f64, c: f64| [(0.0, a), (1.0, b), (2.0, c)];
    Figure::new("groups", "Parameters of three cells")
        .x_labels(["RNN", "LSTM", "GRU"])
        .y_axis("share of right answers (%)")
        .y_range(0.0, 100.0)
        .bars("20 steps", heights(87.0, 99.0, 98.5))
        .bars("100 steps", heights(12.0, 96.0, 93.0))
        .bars("500 steps", heights(9.0, 71.0, 54.0))
        .mark_y(10.0, "chance")
}

fn paths() -> Figure {
    let path = |k: i32| {
        (0..60).map(move |t| {
            let (angle, radius) = (f64::from(t) / 6.0 + f64::from(k), 0.95_f64.powi(t));
            (radius * angle.cos(), radius * angle.sin())
        })
    };
    Figure::new("paths", "Paths into a fixed point")
        .x_axis("first unit")
        .y_axis("second unit")
        .paths("paths", (0..6).map(path))
        .scatter("fixed point", [(0.0, 0.0)])
}

fn long() -> Figure {
    let t = || (0..10_000).map(f64::from);
    Figure::new("long", "A long signal")
        .x_axis("step")
        .y_axis("signal")
        .line("", t().map(|t| (t, (t / 300.0).sin() * (t * 12.9898).sin())))
}

fn training() -> Figure {
    let steps = || (0..=200).map(f64::from);
    let loss = |t: f64| 2.3 * (-t / 60.0).exp() + 0.05;
    Figure::new("training", "Loss in training, with two changes of the learning rate")
        .x_axis("epoch")
        .y_axis("loss (nats per letter)")
        .log_y()
        .line("training", steps().map(|t| (t, loss(t))))
        .band("five seeds", steps().map(|t| (t, 0.8 * loss(t), 1.25 * loss(t))))
        .line("validation", steps().map(|t| (t, loss(t) + 0.001 * t)))
        .mark_x(90.0, "rate halved")
        .mark_x(120.0, "halved again")
        .mark_x(0.0, "start")
        .mark_y(0.1, "target")
}

fn sentence() -> HeatMap {
    let text = "the cat sat on the mat and";
    let units = (0..12).map(f64::from);
    let state = |unit: f64| {
        let letters = (0..text.len()).map(|t| t as f64);
        letters.map(move |t| (t * (0.1 + unit / 9.0) + unit).sin()).collect::<Vec<_>>()
    };
    HeatMap::new("sentence", "The state over a sentence")
        .x_labels(text.chars())
        .x_axis("letter read")
        .y_axis("unit")
        .value_axis("state")
        .values(units.map(state))
        .diverging(-1.0, 1.0)
}

fn states() -> HeatMap {
    let rows = (0..32).map(|i| (0..60).map(move |j| f64::from(i * j % 61) / 60.0));
    HeatMap::new("states", "Sixty columns and 32 rows")
        .x_axis("step")
        .y_axis("unit")
        .value_axis("activity")
        .values(rows)
        .sequential(0.0, 1.0)
}

fn rounding() -> HeatMap {
    let rows = (0..5).map(|i| (0..8).map(move |j| 10_f64.powi(-16 + i * 2 + j / 2)));
    HeatMap::new("rounding", "Errors of two ways to compute the same")
        .x_axis("length of the sequence")
        .x_labels(["1", "2", "5", "10", "20", "50", "100", "200"])
        .y_labels(["sum", "pairwise", "Kahan", "float32", "bfloat16"])
        .value_axis("relative error")
        .values(rows)
        .logarithmic(1e-16, 1.0)
}

fn attention() -> HeatMap {
    let words = "the network remembers what it has read before the sentence ends".split(' ');
    let words: Vec<&str> = words.collect();
    let n = i32::try_from(words.len()).unwrap_or(0);
    let rows = (0..n).map(|i| (0..n).map(move |j| 1.0 / f64::from(1 + (i - j).pow(2))));
    HeatMap::new("attention", "Attention of a sentence to itself")
        .x_axis("word looked at")
        .x_labels(words.clone())
        .y_labels(words)
        .value_axis("weight")
        .values(rows)
        .sequential(0.0, 1.0)
}

fn changed() -> Result<String, FigureError> {
    let figure = Figure::new("note", "A figure with changed parameters")
        .x_axis("lag (steps)")
        .y_axis("capacity")
        .line("r = 1.3", (0..20).map(|t| (f64::from(t), 1.3_f64.powi(t))));
    figure.to_svg(Some("--radius 1.3 --text \"a < b & c\""))
}
