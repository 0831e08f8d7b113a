//! The initial weights and the sizes.

use std::iter::zip;

use approx::assert_relative_eq;
use ndarray::{Array1, Array3, Axis, array, concatenate};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rand_distr::{Distribution, StandardNormal};
use rnn::{
    Conv1d, Embedding, Error, Fnn, Gru, GruCell, KvCache, Linear, Lstm, LstmCell, MinGru,
    MinGruCell, Parameters, Rnn, RnnCell, SelfAttention,
};

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(42)
}

/// Parameters as in PyTorch; multiply-adds of a step, one for each weight that it uses. Biases are
/// added without a product.
#[test]
fn parameters_and_multiply_adds_are_counted() -> Result<(), Error> {
    let rng = &mut rng();
    assert_eq!(Rnn::<f64>::new(10, 20, rng)?.parameter_count(), 640);
    let rnn = Rnn::<f32>::new(100, 128, rng)?;
    assert_eq!((rnn.parameter_count(), rnn.multiply_adds_per_step()), (29_440, 29_184));
    let gru = Gru::<f32>::new(100, 128, rng)?;
    assert_eq!((gru.parameter_count(), gru.multiply_adds_per_step()), (88_320, 87_552));
    let lstm = Lstm::<f32>::new(100, 128, rng)?;
    assert_eq!((lstm.parameter_count(), lstm.multiply_adds_per_step()), (117_760, 116_736));
    let min_gru = MinGru::<f32>::new(100, 128, rng)?;
    assert_eq!((min_gru.parameter_count(), min_gru.multiply_adds_per_step()), (25_856, 25_600));
    let linear = Linear::<f32>::new(128, 10, rng)?;
    assert_eq!((linear.parameter_count(), linear.multiply_adds()), (1290, 1280));
    let conv1d = Conv1d::<f32>::new(100, 128, 3, rng)?;
    assert_eq!((conv1d.parameter_count(), conv1d.multiply_adds_per_step()), (38_528, 38_400));
    // All ten steps at once, once in ten steps.
    let fnn = Fnn::<f32>::new(100, 128, 10, rng)?;
    assert_eq!((fnn.parameter_count(), fnn.multiply_adds_per_step()), (128_128, 12_800));
    assert_eq!((gru, linear).parameter_count(), 89_610);

    let attention = SelfAttention::<f32>::new(100, 128, true, rng)?;
    assert_eq!(attention.parameter_count(), 38_784);
    assert_eq!(attention.multiply_adds(1), 38_400 + 256);
    assert_eq!(attention.multiply_adds(10), 384_000 + 25_600);
    assert_eq!(attention.multiply_adds_of_step(0), attention.multiply_adds(1));
    assert_eq!(attention.multiply_adds_of_step(9), 38_400 + 2560);
    // Step by step nothing is thrown away: T (T + 1) d in place of 2 T² d.
    let steps: usize = (0..10).map(|before| attention.multiply_adds_of_step(before)).sum();
    assert_eq!(steps, 384_000 + 14_080);

    let embedding = Embedding::<f32>::new(50, 100, rng)?;
    assert_eq!(embedding.parameter_count(), 5000);
    let three = (embedding, attention, Linear::new(128, 50, rng)?);
    assert_eq!(three.parameter_count(), 5000 + 38_784 + 6450);
    Ok(())
}

#[test]
fn sizes_are_those_asked_for() -> Result<(), Error> {
    let rng = &mut rng();
    let cell = RnnCell::<f32>::new(10, 20, rng)?;
    let sizes = [cell.input_size(), cell.hidden_size(), cell.multiply_adds_per_step()];
    assert_eq!(sizes, [10, 20, 600]);
    let cell = LstmCell::<f32>::new(10, 20, rng)?;
    let sizes = [cell.input_size(), cell.hidden_size(), cell.multiply_adds_per_step()];
    assert_eq!(sizes, [10, 20, 2400]);
    let cell = GruCell::<f32>::new(10, 20, rng)?;
    let sizes = [cell.input_size(), cell.hidden_size(), cell.multiply_adds_per_step()];
    assert_eq!(sizes, [10, 20, 1800]);
    let cell = MinGruCell::<f32>::new(10, 20, rng)?;
    let sizes = [cell.input_size(), cell.hidden_size(), cell.multiply_adds_per_step()];
    assert_eq!(sizes, [10, 20, 400]);
    Ok(())
}

/// Two sequences of seven steps, three inputs, five units: 42 inputs and 70 numbers for each kind
/// of number with one a step and unit, and 10 more where there is one before the first step.
#[test]
fn what_is_saved_is_counted() -> Result<(), Error> {
    let x = Array3::<f32>::zeros((2, 7, 3));
    let rnn = Rnn::new(3, 5, &mut rng())?;
    assert_eq!(rnn.forward_saving(&x, None, None)?.float_count(), 42 + 80);
    let lstm = Lstm::new(3, 5, &mut rng())?;
    let found = lstm.forward_saving(&x, None, None)?.float_count();
    assert_eq!(found, 42 + 5 * 70 + 2 * 80, "four gates and tanh(c), two states");
    let gru = Gru::new(3, 5, &mut rng())?;
    let found = gru.forward_saving(&x, None, None)?.float_count();
    assert_eq!(found, 42 + 4 * 70 + 80, "three gates and what the reset multiplies");
    let min_gru = MinGru::new(3, 5, &mut rng())?;
    let found = min_gru.forward_saving(&x, None, None)?.float_count();
    assert_eq!(found, 42 + 2 * 70 + 80, "gate and candidate");
    let attention = SelfAttention::new(3, 5, true, &mut rng())?;
    let saved = attention.forward_saving(&x, None)?;
    assert_eq!(saved.float_count(), 42 + 3 * 70, "queries, keys, values");
    assert_eq!(saved.plain_float_count(), 42 + 3 * 70 + 98, "and 7 weights a step");
    let saved = attention.forward_saving(&Array3::zeros((2, 100, 3)), Some(&[100, 64]))?;
    assert_eq!(saved.float_count(), 600 + 3 * 1000 + 2 * 100, "the softmax of the long one");
    Ok(())
}

#[test]
fn what_is_cached_is_counted() -> Result<(), Error> {
    let attention = SelfAttention::<f32>::new(3, 5, true, &mut rng())?;
    let mut cache = KvCache::new(5);
    assert!(cache.is_empty());
    for steps in 1..=4 {
        attention.step(&Array1::ones(3), &mut cache)?;
        assert_eq!((cache.len(), cache.float_count()), (steps, 10 * steps));
    }
    assert!(!cache.is_empty());
    Ok(())
}

#[test]
fn parameters_come_in_pytorchs_order() -> Result<(), Error> {
    let cell = GruCell::<f64>::new(3, 4, &mut rng())?;
    assert_eq!(cell.parameters()[..2], [&cell.w_ih, &cell.w_hh].map(|w| w.view().into_dyn()));
    assert_eq!(cell.parameters()[2..], [&cell.b_ih, &cell.b_hh].map(|b| b.view().into_dyn()));
    let linear = Linear::<f64>::new(4, 2, &mut rng())?;
    assert_eq!(linear.parameters()[0], linear.weight.view().into_dyn());
    assert_eq!(linear.parameters()[1], linear.bias.view().into_dyn());

    let model = (cell.clone(), linear.clone());
    assert_eq!(model.parameters(), [cell.parameters(), linear.parameters()].concat());

    let attention = SelfAttention::<f64>::new(3, 4, true, &mut rng())?;
    let SelfAttention { query, key, value, .. } = &attention;
    let layers = [query, key, value].map(Linear::parameters);
    assert_eq!(attention.parameters(), layers.concat());
    let embedding = Embedding::<f64>::new(3, 4, &mut rng())?;
    assert_eq!(embedding.parameters(), [embedding.weight.view().into_dyn()]);

    let model = (embedding.clone(), attention.clone(), linear.clone());
    let parts = [embedding.parameters(), attention.parameters(), linear.parameters()];
    assert_eq!(model.parameters(), parts.concat());
    Ok(())
}

/// What is written through `parameters_mut` stands where `parameters` reads it.
#[test]
fn parameters_can_be_changed() -> Result<(), Error> {
    let rng = &mut rng();
    changes(&mut (RnnCell::new(3, 4, rng)?, Rnn::new(3, 4, rng)?));
    changes(&mut (LstmCell::new(3, 4, rng)?, Lstm::new(3, 4, rng)?));
    changes(&mut (GruCell::new(3, 4, rng)?, Gru::new(3, 4, rng)?));
    changes(&mut (MinGruCell::new(3, 4, rng)?, MinGru::new(3, 4, rng)?));
    changes(&mut (Conv1d::new(3, 4, 2, rng)?, Fnn::new(3, 4, 2, rng)?));
    changes(&mut Linear::new(3, 4, rng)?);
    let attention = SelfAttention::new(3, 4, false, rng)?;
    changes(&mut (Embedding::new(5, 3, rng)?, attention, Linear::new(4, 5, rng)?));
    Ok(())
}

fn changes(model: &mut impl Parameters<f64>) {
    for (k, mut array) in model.parameters_mut().into_iter().enumerate() {
        array.fill(k as f64);
    }
    for (k, array) in model.parameters().iter().enumerate() {
        assert!(array.iter().all(|&weight| weight == k as f64));
    }
}

#[test]
fn forget_bias_is_set() -> Result<(), Error> {
    let drawn = LstmCell::<f64>::new(3, 2, &mut rng())?;
    let mut cell = drawn.clone();
    cell.set_forget_bias(1.5);
    for unit in 0..8 {
        let (forgets, before) = ((2..4).contains(&unit), (drawn.b_ih[unit], drawn.b_hh[unit]));
        let expected = if forgets { (1.5, 0.0) } else { before };
        assert_eq!((cell.b_ih[unit], cell.b_hh[unit]), expected);
    }
    assert_eq!((&cell.w_ih, &cell.w_hh), (&drawn.w_ih, &drawn.w_hh));

    // Without other weights g is zero, and what is left of the cell state is the gate itself.
    cell.parameters_mut().iter_mut().for_each(|weights| weights.fill(0.0));
    cell.set_forget_bias(1.5);
    let (_, c) = cell.step(&Array1::ones(3), &Array1::zeros(2), &array![1.0, -2.0])?;
    let kept = 1.0 / (1.0 + (-1.5_f64).exp());
    assert_relative_eq!(c, array![kept, -2.0 * kept], max_relative = 1e-15);
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
fn embeddings_are_standard_normal() -> Result<(), Error> {
    let weight = Embedding::<f64>::new(500, 40, &mut rng())?.weight;
    assert!(weight.sum().abs() / 20_000.0 < 0.02);
    assert_relative_eq!(weight.var(0.0), 1.0, max_relative = 0.03);
    let within_one = weight.iter().filter(|w| w.abs() <= 1.0).count();
    assert_relative_eq!(within_one as f64 / 20_000.0, 0.683, max_relative = 0.02);
    Ok(())
}

#[test]
fn weights_are_drawn_in_order_and_row_by_row() -> Result<(), Error> {
    // 1 / sqrt(4) for four units, four features, and two channels of two steps.
    drawn_in_order(&RnnCell::new(3, 4, &mut rng())?);
    drawn_in_order(&LstmCell::new(3, 4, &mut rng())?);
    drawn_in_order(&GruCell::new(3, 4, &mut rng())?);
    drawn_in_order(&Linear::new(4, 3, &mut rng())?);
    drawn_in_order(&Conv1d::new(2, 3, 2, &mut rng())?);
    drawn_in_order(&Fnn::new(2, 3, 2, &mut rng())?);
    drawn_in_order(&SelfAttention::new(4, 3, false, &mut rng())?);

    // Gate and candidate, each as a linear layer.
    let min_gru = MinGruCell::<f64>::new(4, 3, &mut rng())?;
    let linears = &mut rng();
    let (z, n) = (Linear::<f64>::new(4, 3, linears)?, Linear::<f64>::new(4, 3, linears)?);
    assert_eq!(min_gru.w_ih, concatenate![Axis(0), z.weight, n.weight]);
    assert_eq!(min_gru.b_ih, concatenate![Axis(0), z.bias, n.bias]);

    let embedding = Embedding::<f64>::new(4, 3, &mut rng())?;
    let mut rng = rng();
    for &weight in &embedding.weight {
        let drawn: f64 = StandardNormal.sample(&mut rng);
        assert_eq!(weight, drawn);
    }
    Ok(())
}

fn drawn_in_order(model: &impl Parameters<f64>) {
    let mut rng = rng();
    for &weight in model.parameters().iter().flatten() {
        assert_eq!(weight, rng.random_range(-0.5..=0.5));
    }
}

#[test]
fn a_seed_gives_one_network_in_both_precisions() -> Result<(), Error> {
    let wide = RnnCell::<f64>::new(3, 4, &mut rng())?;
    let narrow = RnnCell::<f32>::new(3, 4, &mut rng())?;
    for (narrow, wide) in zip(narrow.parameters(), wide.parameters()) {
        assert_eq!(narrow, wide.mapv(|w| w as f32));
    }
    let narrow = Embedding::<f32>::new(3, 4, &mut rng())?;
    let embedding = Embedding::<f64>::new(3, 4, &mut rng())?;
    assert_eq!(narrow.weight, embedding.weight.mapv(|w| w as f32));

    assert_eq!(wide, RnnCell::new(3, 4, &mut rng())?);
    assert_ne!(wide, RnnCell::new(3, 4, &mut ChaCha8Rng::seed_from_u64(43))?);
    Ok(())
}
