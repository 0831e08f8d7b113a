//! The figures of what was measured.

use chapter::{Figure, Machine};

use crate::{measure::Layer, rung::Rung};

/// What the parts of the work take.
pub(crate) fn parts_figure(layers: &[(&str, &Layer)], machine: &Machine) -> Figure {
    let labels = ["inputs", "recurrence", "tanh", "the rest"];
    let mut figure = Figure::new("parts", "What a pass spends its time on")
        .describe("Four groups of bars. Tanh is the highest in the batch, the recurrence in the first two.")
        .x_axis("size")
        .y_axis("share of the time (%)")
        .x_labels(layers.iter().map(|(name, _)| *name))
        .measured_on(machine);
    for (i, label) in labels.into_iter().enumerate() {
        let bars = layers.iter().enumerate();
        figure =
            figure.bars(label, bars.map(|(x, (_, layer))| (x as f64, 100.0 * layer.shares()[i])));
    }
    figure
}

/// The time on each rung, relative to the lowest.
pub(crate) fn ladder_figure(layers: &[(&str, &Layer)], machine: &Machine) -> Figure {
    let mut figure = Figure::new("ladder", "What is left of the time, measure after measure")
        .describe("A line for each size falls from left to right, each in steps at other places.")
        .x_axis("one measure more")
        .y_axis("time / that of the loop")
        .x_labels(Rung::ALL.map(Rung::label))
        .log_y()
        .measured_on(machine);
    for (name, layer) in layers {
        let points = Rung::ALL
            .into_iter()
            .enumerate()
            .map(|(place, rung)| (place as f64, layer.rung(rung) / layer.rung(Rung::Obvious)));
        figure = figure.marked_line(name, points);
    }
    figure
}
