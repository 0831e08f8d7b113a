//! Two diagrams: arrays on their way through the layers, and layers over time.

use chapter::{Diagram, Look, Sketch};

use crate::{depth::rounds, network::Sizes};

/// From the middle of a box to the middle of the next above it.
const ROW: f64 = 84.0;
const BOX_HEIGHT: f64 = 46.0;

/// The length of an arrow beside a layer, and the room before and behind it.
const ARROW: f64 = 40.0;
const GAP: f64 = 5.0;

/// The inputs at the bottom, the outputs on top, and at each layer the states that it begins with
/// and ends with: upright, so that a phone shows it with letters to be read.
pub fn flow(name: &str, sizes: &Sizes) -> Sketch {
    let rows = rows(sizes);
    let widest =
        |texts: fn(&Row) -> Vec<&str>| rows.iter().flat_map(texts).map(width).fold(0.0, f64::max);
    let side = widest(|row| row.states.iter().flatten().map(String::as_str).collect());
    let box_width = 24.0 + widest(|row| vec![&row.text]);
    let beside = GAP + ARROW + GAP + side;
    let (middle, width) = (beside + box_width / 2.0, 2.0 * beside + box_width);
    let height = ROW * (rows.len() - 1) as f64 + BOX_HEIGHT + 2.0 * GAP;

    let title = "All steps go up, only the last states go to the right";
    let mut sketch = Sketch::new(name, title, (width, height)).describe(
        "From the bottom to the top stand the input, then each layer with its output above it. \
         States enter each layer from the left and leave it to the right. Input, outputs and \
         states have their shapes; those of the states are without steps.",
    );
    for (Row { text, states }, below) in rows.iter().zip(0..) {
        let y = height - GAP - BOX_HEIGHT / 2.0 - ROW * f64::from(below);
        let look = if states.is_some() { Look::Strong } else { Look::Plain };
        sketch = sketch.node(look, (middle, y), box_width, text);
        if below > 0 {
            let [from, to] = [ROW - BOX_HEIGHT / 2.0, BOX_HEIGHT / 2.0].map(|down| y + down);
            sketch = sketch.arrow(Look::Plain, &[(middle, from), (middle, to)]);
        }
        let Some([h_0, h_n, shape]) = states else { continue };
        for (name, states, arrow) in
            [(h_0, side / 2.0, side + GAP), (h_n, width - side / 2.0, width - side - GAP - ARROW)]
        {
            sketch = sketch
                .text(Look::Plain, (states, y - 13.0), name)
                .text(Look::Plain, (states, y + 13.0), shape)
                .arrow(Look::Plain, &[(arrow, y), (arrow + ARROW, y)]);
        }
    }
    sketch
}

/// What stands above each other.
struct Row {
    /// A layer's names, or an array with its shape.
    text: String,
    /// The names of a layer's states before and after, and their shape.
    states: Option<[String; 3]>,
}

/// From the input to the output.
fn rows(sizes: &Sizes) -> Vec<Row> {
    let Sizes { batch, steps, input, hidden, layers, bidirectional } = *sizes;
    let directions = sizes.directions();
    let array = |text: String| Row { text, states: None };
    let mut rows = vec![array(format!("input {:?}", [batch, steps, input]))];
    for layer in 0..layers {
        let of_layer = |name: &str| match layer * directions {
            _ if layers == 1 => name.to_owned(),
            first => format!("{name}[{first}:{}]", first + directions),
        };
        let shape = format!("{:?}", [directions, batch, hidden]);
        let text =
            if bidirectional { format!("l{layer}, l{layer}_reverse") } else { format!("l{layer}") };
        rows.push(Row { text, states: Some([of_layer("h_0"), of_layer("h_n"), shape]) });
        let name = if layer + 1 == layers { "output " } else { "" };
        rows.push(array(format!("{name}{:?}", [batch, steps, directions * hidden])));
    }
    rows
}

/// What room a text takes, on the wide side.
fn width(text: &str) -> f64 {
    11.0 * text.chars().count() as f64
}

/// Layers upwards, steps to the right, and in each box the round in which it can be computed.
pub fn grid(layers: usize, steps: usize) -> Diagram {
    let rounds = rounds(layers, steps);
    let row = |layer: usize| (layers - 1 - layer) as u32;
    let mut diagram = Diagram::new("grid", "A box waits for the one on its left and the one below")
        .describe(
            "Rows of boxes above a row of inputs, with arrows to the right and upwards. Each box \
             above the inputs holds the number of its round, which grows along both.",
        );
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

#[cfg(test)]
mod tests {
    use chapter::Draw;
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;
    use crate::network::{Cell, shapes};

    fn sizes(layers: usize, bidirectional: bool) -> Sizes {
        Sizes { batch: 4, steps: 5, input: 10, hidden: 20, layers, bidirectional }
    }

    #[test]
    fn the_shapes_drawn_are_those_of_a_network_that_ran() {
        for (layers, bidirectional) in [(1, false), (1, true), (3, false), (3, true)] {
            let sizes = sizes(layers, bidirectional);
            let svg = flow("flow", &sizes).to_svg(None).unwrap();
            let drawn = |text: &str| svg.matches(&format!(">{text}</text>")).count();
            let found = shapes(Cell::Rnn, &sizes, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
            for shape in found.all().filter(|shape| ["input", "output"].contains(&&*shape.name)) {
                assert_eq!(drawn(&format!("{} {}", shape.name, shape.text())), 1, "{svg}");
            }
            for shape in found.all().filter(|shape| ["h_0", "h_n"].contains(&&*shape.name)) {
                let [rows, rest] = [shape.axes[0] / layers, shape.axes[0]];
                let of_layer = format!("{:?}", [rows, shape.axes[1], shape.axes[2]]);
                assert_eq!(drawn(&of_layer), 2 * layers, "{svg}");
                let last = format!("{}[{}:{rest}]", shape.name, rest - rows);
                assert_eq!(drawn(if layers == 1 { &shape.name } else { &last }), 1, "{svg}");
            }
        }
    }

    /// Capitals have 0.72 of the size of a text, which is 20 in a sketch.
    #[test]
    fn a_phone_of_360_pixels_shows_letters_of_nine() {
        for sizes in [sizes(1, false), sizes(3, true)] {
            let svg = flow("flow", &sizes).to_svg(None).unwrap();
            let view_box = svg.split("viewBox=\"").nth(1).unwrap();
            let width: f64 = view_box.split(' ').nth(2).unwrap().parse().unwrap();
            assert!(0.72 * 20.0 * 360.0 / width >= 9.0, "{width}");
        }
    }
}
