//! How far back an answer to the adding problem depends on the state.

use std::iter::zip;

use ndarray::{Array3, Axis};
use rand::Rng;
use rnn::{Cell, Error, Gru, Layers};
use tasks::{
    adding::{HIDDEN, sequences},
    training::Model,
};

use crate::update_gate::ROWS;

/// The mean of a GRU's update gates over some sequences: what share of its state it keeps.
///
/// # Errors
/// Where the network has other inputs.
pub fn kept(gru: &Gru<f64>, t: usize, rng: &mut impl Rng) -> Result<f64, Error> {
    let (x, _) = sequences::<f64>(50, t, rng);
    let (output, _) = gru.forward(&x, None)?;
    let update = ROWS.into();
    let w_iz = gru.cells[0].w_ih.slice_axis(Axis(0), update);
    let w_hz = gru.cells[0].w_hh.slice_axis(Axis(0), update);
    let bias = &gru.cells[0].b_ih + &gru.cells[0].b_hh;
    let bias = bias.slice_axis(Axis(0), update);
    let (mut sum, mut count) = (0.0, 0.0);
    for (x, states) in zip(x.outer_iter(), output.outer_iter()) {
        let (_, x) = x.split_at(Axis(0), 1);
        let (h, _) = states.split_at(Axis(0), t - 1);
        let z = x.dot(&w_iz.t()) + h.dot(&w_hz.t()) + bias;
        sum += z.mapv(|z| 1.0 / (1.0 + (-z).exp())).sum();
        count += z.len() as f64;
    }
    Ok(sum / count)
}

/// How much the answer after T steps changes with the state k steps before it, for k = 0 … T - 1:
/// the root mean square, over some sequences, of the norm of `dy / dh_(T-k)`, over that for k = 0.
///
/// # Errors
/// Where the network has other inputs.
pub fn reach<C: Cell<Real = f64>>(
    (layer, head): &Model<f64, Layers<C>>,
    t: usize,
    rng: &mut impl Rng,
) -> Result<Vec<f64>, Error> {
    const SEQUENCES: usize = 50;
    let (x, _) = sequences(SEQUENCES, t, rng);
    let (output, _) = layer.forward(&x, None)?;
    let norm = |d_h: &Array3<f64>| d_h.mapv(|d| d * d).sum().sqrt();
    // The answer's own derivative by the last state: the weights of the head.
    let d_h_n = Array3::from_shape_fn((1, SEQUENCES, HIDDEN), |(_, _, u)| head.weight[[0, u]]);
    let mut reach = vec![1.0];
    for k in 1..t {
        let (_, rest) = x.view().split_at(Axis(1), t - k);
        let h = output.index_axis(Axis(1), t - k - 1).insert_axis(Axis(0));
        let run = layer.forward_saving(&rest, None, Some(C::state(|_| &*h)))?;
        let gradients = run.backward(None, Some(C::state(|_| &*d_h_n)))?;
        reach.push(norm(&gradients.state.as_ref()[0]) / norm(&d_h_n));
    }
    Ok(reach)
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use rand::{SeedableRng, rngs::ChaCha8Rng};
    use rnn::Linear;
    use tasks::training::draw;

    use super::*;

    /// One step of a GRU whose candidate is zero keeps z of its state.
    #[test]
    fn what_is_kept_is_the_mean_update_gate() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut gru = Gru::<f64>::new(2, HIDDEN, &mut rng).unwrap();
        gru.cells[0].w_ih.slice_axis_mut(Axis(0), (2 * HIDDEN..).into()).fill(0.0);
        gru.cells[0].w_hh.slice_axis_mut(Axis(0), (2 * HIDDEN..).into()).fill(0.0);
        gru.cells[0].b_ih.slice_axis_mut(Axis(0), (2 * HIDDEN..).into()).fill(0.7);
        gru.cells[0].b_hh.slice_axis_mut(Axis(0), (2 * HIDDEN..).into()).fill(0.0);
        let kept = kept(&gru, 6, &mut ChaCha8Rng::seed_from_u64(2)).unwrap();

        // h' = (1 - z) n + z h, with the same n at every step: z = (h' - n) / (h - n).
        let (x, _) = sequences::<f64>(50, 6, &mut ChaCha8Rng::seed_from_u64(2));
        let apart = gru.forward(&x, None).unwrap().0 - 0.7_f64.tanh();
        let (before, _) = apart.view().split_at(Axis(1), 5);
        let (_, after) = apart.view().split_at(Axis(1), 1);
        assert_abs_diff_eq!(kept, (&after / &before).mean().unwrap(), epsilon = 1e-12);
    }

    /// The state three steps before the end is nudged.
    #[test]
    fn the_reach_is_that_of_finite_differences() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let model: (Gru<f64>, Linear<f64>) = draw([2, HIDDEN, 1], &mut rng).unwrap();
        let reach = reach(&model, 6, &mut ChaCha8Rng::seed_from_u64(2)).unwrap();

        let (x, _) = sequences::<f64>(50, 6, &mut ChaCha8Rng::seed_from_u64(2));
        let (head, tail) = x.view().split_at(Axis(1), 3);
        let (_, [h]) = model.0.forward(&head, None).unwrap();
        let mut squares = 0.0;
        for unit in 0..HIDDEN {
            let answers = |nudge: f64| {
                let mut h = h.clone();
                h.index_axis_mut(Axis(2), unit).mapv_inplace(|h| h + nudge);
                let (_, [h_n]) = model.0.forward(&tail, Some([&h])).unwrap();
                model.1.forward(&h_n.index_axis(Axis(0), 0)).unwrap()
            };
            let slope = (answers(1e-5) - answers(-1e-5)) / 2e-5;
            squares += slope.mapv(|slope| slope * slope).sum();
        }
        let head = 50.0 * model.1.weight.mapv(|w| w * w).sum();
        assert_abs_diff_eq!(reach[3], (squares / head).sqrt(), epsilon = 1e-8);
    }
}
