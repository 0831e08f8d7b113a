//! The initial weights and the sizes.

use approx::assert_relative_eq;
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn::{Error, Rnn, RnnCell};

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(42)
}

#[test]
fn parameters_are_counted_as_in_pytorch() -> Result<(), Error> {
    assert_eq!(Rnn::<f64>::new(10, 20, &mut rng())?.parameter_count(), 640);
    assert_eq!(Rnn::<f32>::new(100, 128, &mut rng())?.parameter_count(), 29_440);
    let cell = RnnCell::<f32>::new(10, 20, &mut rng())?;
    assert_eq!((cell.input_size(), cell.hidden_size()), (10, 20));
    Ok(())
}

#[test]
fn weights_fill_the_interval() -> Result<(), Error> {
    let cell = RnnCell::<f64>::new(50, 100, &mut rng())?;
    for weights in [&cell.w_ih, &cell.w_hh] {
        let widest = weights.iter().fold(0.0_f64, |widest, w| widest.max(w.abs()));
        assert!(0.099 < widest && widest <= 0.1, "bound 1 / sqrt(100), found {widest}");
        // Uniform: a third of the bound squared.
        assert_relative_eq!(weights.var(0.0), 0.01 / 3.0, max_relative = 0.05);
    }
    for bias in [&cell.b_ih, &cell.b_hh] {
        assert!(bias.iter().all(|b| b.abs() <= 0.1));
        assert_relative_eq!(bias.var(0.0), 0.01 / 3.0, max_relative = 0.5);
    }
    Ok(())
}

#[test]
fn weights_are_drawn_in_order_and_row_by_row() -> Result<(), Error> {
    let cell = RnnCell::<f64>::new(3, 4, &mut rng())?;
    let mut rng = rng();
    let drawn = cell.w_ih.iter().chain(&cell.w_hh).chain(&cell.b_ih).chain(&cell.b_hh);
    for &weight in drawn {
        assert_eq!(weight, rng.random_range(-0.5..=0.5));
    }
    Ok(())
}

#[test]
fn a_seed_gives_one_network_in_both_precisions() -> Result<(), Error> {
    let wide = RnnCell::<f64>::new(3, 4, &mut rng())?;
    let narrow = RnnCell::<f32>::new(3, 4, &mut rng())?;
    assert_eq!(narrow.w_ih, wide.w_ih.mapv(|w| w as f32));
    assert_eq!(narrow.w_hh, wide.w_hh.mapv(|w| w as f32));
    assert_eq!(narrow.b_ih, wide.b_ih.mapv(|w| w as f32));
    assert_eq!(narrow.b_hh, wide.b_hh.mapv(|w| w as f32));
    assert_eq!(wide, RnnCell::new(3, 4, &mut rng())?);
    assert_ne!(wide, RnnCell::new(3, 4, &mut ChaCha8Rng::seed_from_u64(43))?);
    Ok(())
}
