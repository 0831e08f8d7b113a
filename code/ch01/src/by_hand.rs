//! The recurrence written by hand: one number, one input, then silence.

use chapter::{Diagram, format::decimals};

/// The states `h_0` … `h_T` of h ← tanh(w h + x) with x = 1, 0, 0, …
pub fn fade(w: f64, steps: usize) -> Vec<f64> {
    let mut h = 0.0_f64;
    let mut states = vec![h];
    for t in 0..steps {
        let x = if t == 0 { 1.0 } else { 0.0 };
        h = (w * h + x).tanh();
        states.push(h);
    }
    states
}

/// The loop drawn step by step, with the states that ran through it.
pub fn unrolled(states: &[f64]) -> Diagram {
    const STEPS: [char; 4] = ['₀', '₁', '₂', '₃'];
    let mut diagram = Diagram::new("unrolled", "Each state is made from the one before")
        .describe(
            "Four boxes for the states stand in a row. Each but the first has an arrow from the \
             state before it and one from the input below it.",
        )
        .node((0, 0), "h₀ = 0");
    for (t, step) in (1..).zip(&STEPS[1..]) {
        let x = u8::from(t == 1);
        diagram = diagram
            .strong_node((t, 0), &format!("h{step} = {}", decimals(states[t as usize], 2)))
            .node((t, 1), &format!("x{step} = {x}"))
            .arrow((t - 1, 0), (t, 0), "w")
            .arrow((t, 1), (t, 0), "1");
    }
    diagram
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latch_is_the_same_line() {
        let mut x = ndarray::Array3::zeros((1, 8, 1));
        x[[0, 0, 0]] = 1.0;
        for w in [0.5, 2.0] {
            let (output, _) = crate::latch::latch(w).forward(&x, None).unwrap();
            assert_eq!(output.into_raw_vec_and_offset().0, fade(w, 8)[1..]);
        }
    }
}
