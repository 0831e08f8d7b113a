//! Two diagrams: arrays on their way through the layers, and layers over time.

use chapter::Diagram;

use crate::{depth::rounds, network::Sizes};

/// The inputs at the bottom, the outputs on top, and at each layer the states that it begins with
/// and ends with.
pub fn flow(name: &str, sizes: &Sizes) -> Diagram {
    let Sizes { batch, steps, input, hidden, layers, bidirectional } = *sizes;
    let directions = sizes.directions();
    let row = |layer: usize| 2 * (layers - 1 - layer) as u32 + 1;
    let mut diagram = Diagram::new(name, "What shape everything has on its way")
        .describe("Arrays go up through the layers, states through each layer from left to right.")
        .wide(1.6)
        .node((1, row(0) + 1), &format!("input {:?}", [batch, steps, input]));
    for layer in 0..layers {
        let cell = row(layer);
        let states = |name: &str| match layer * directions {
            first if bidirectional => format!("{name}[{first}:{}]", first + directions),
            first => format!("{name}[{first}]"),
        };
        let cells =
            if bidirectional { format!("l{layer}, l{layer}_reverse") } else { format!("l{layer}") };
        let array = [batch, steps, directions * hidden];
        let name = if layer + 1 == layers { "output " } else { "" };
        diagram = diagram
            .node((0, cell), &states("h_0"))
            .strong_node((1, cell), &cells)
            .node((2, cell), &states("h_n"))
            .node((1, cell - 1), &format!("{name}{array:?}"))
            .arrow((1, cell + 1), (1, cell), "")
            .arrow((0, cell), (1, cell), "")
            .arrow((1, cell), (2, cell), "")
            .arrow((1, cell), (1, cell - 1), "");
    }
    diagram
}

/// Layers upwards, steps to the right, and in each box the round in which it can be computed.
pub fn grid(layers: usize, steps: usize) -> Diagram {
    let rounds = rounds(layers, steps);
    let row = |layer: usize| (layers - 1 - layer) as u32;
    let mut diagram =
        Diagram::new("grid", "Each box waits for the one on its left and the one below")
            .describe("A grid: each box waits for the one to its left and for the one below.");
    for (t, column) in (0..steps).zip(0..) {
        diagram = diagram.node((column, layers as u32), &format!("x{}", subscript(t + 1))).arrow(
            (column, layers as u32),
            (column, row(0)),
            "",
        );
        for (layer, rounds) in rounds.iter().enumerate() {
            let place = (column, row(layer));
            diagram = diagram.strong_node(place, &format!("round {}", rounds[t]));
            if layer > 0 {
                diagram = diagram.arrow((column, row(layer - 1)), place, "");
            }
            if t > 0 {
                diagram = diagram.arrow((column - 1, row(layer)), place, "");
            }
        }
    }
    diagram
}

/// A number below ten as a subscript.
fn subscript(number: usize) -> char {
    ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'][number % 10]
}
