//! The figures of what was measured.

use std::array::from_fn;

use chapter::{Figure, Machine};

use crate::{measure::Layer, rung::Rung};

/// What the parts of the work take.
pub(crate) fn parts_figure(layers: &[(&str, &Layer)], machine: &Machine) -> Figure {
    let mut figure = Figure::new("parts", "What the time goes to depends on the size")
        .describe(
            "Four groups of bars. In most of them the recurrence has {the highest \
             bar: recurrence}, in the group named batch tanh has, by far.",
        )
        .x_axis("size")
        .y_axis("share of the time (%)")
        .x_labels(layers.iter().map(|(name, _)| *name))
        .measured_on(machine);
    for (label, bars) in parts_bars(layers) {
        figure = figure.bars(label, bars);
    }
    figure
}

/// The places of the layers, and percents.
fn parts_bars(layers: &[(&str, &Layer)]) -> [(&'static str, Vec<(f64, f64)>); 4] {
    let labels = ["inputs", "recurrence", "tanh", "the rest"];
    from_fn(|i| {
        let bar = |(x, (_, layer)): (usize, &(_, &Layer))| (x as f64, 100.0 * layer.shares()[i]);
        (labels[i], layers.iter().enumerate().map(bar).collect())
    })
}

/// The time on each rung, relative to the lowest.
pub(crate) fn ladder_figure(layers: &[(&str, &Layer)], machine: &Machine) -> Figure {
    let mut figure = Figure::new("ladder", "How much a measure helps depends on the size")
        .describe(
            "Four lines {begin together} and {fall} to the right. The line named long {falls most \
             steeply: long}, in several steps; the line named large {ends above: large} the \
             others, and hardly changes before the last two steps.",
        )
        .x_axis("one measure more")
        .y_axis("time / that of the loop")
        .x_labels(Rung::ALL.map(Rung::label))
        .log_y()
        .measured_on(machine);
    for (name, layer) in layers {
        figure = figure.marked_line(name, ladder_points(layer));
    }
    figure
}

/// The places of the rungs, and their times relative to the lowest.
fn ladder_points(layer: &Layer) -> [(f64, f64); 6] {
    let lowest = layer.rung(Rung::Obvious);
    from_fn(|place| (place as f64, layer.rung(Rung::ALL[place]) / lowest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{parts::Part, sizes::Sizes};

    /// A layer whose parts take so many hundredths of a pass with the standard library's tanh.
    fn layer(inputs: f64, recurrence: f64, tanh: f64) -> Layer {
        let sizes = Sizes { batch: 1, steps: 2, input: 3, hidden: 4 };
        let rungs = [160.0, 120.0, 110.0, 100.0, 40.0, 20.0];
        Layer {
            sizes,
            before_keeping: 7.0,
            rungs: Rung::ALL.into_iter().zip(rungs).collect(),
            parts: vec![
                (Part::Inputs, inputs),
                (Part::Recurrence, recurrence),
                (Part::WithoutWaiting, 5.0),
                (Part::StandardTanh, tanh),
                (Part::LibraryTanh, 6.0),
            ],
        }
    }

    #[test]
    fn each_bar_and_each_point_is_of_its_own_part_or_rung() {
        let (one, other) = (layer(25.0, 12.5, 50.0), layer(50.0, 6.25, 25.0));
        let bars = parts_bars(&[("one", &one), ("other", &other)]);
        let right = [
            ("inputs", vec![(0.0, 25.0), (1.0, 50.0)]),
            ("recurrence", vec![(0.0, 12.5), (1.0, 6.25)]),
            ("tanh", vec![(0.0, 50.0), (1.0, 25.0)]),
            ("the rest", vec![(0.0, 12.5), (1.0, 18.75)]),
        ];
        assert_eq!(bars, right);
        let points =
            [(0.0, 1.0), (1.0, 0.75), (2.0, 0.6875), (3.0, 0.625), (4.0, 0.25), (5.0, 0.125)];
        assert_eq!(ladder_points(&one), points);
        assert_eq!(
            Rung::ALL.map(Rung::label),
            ["loop", "inputs", "in place", "vector", "tanh", "ready"]
        );
    }
}
