//! Attention over sequences that are longer than a block is the plain formula, written out again
//! here; it holds no weights, and the number of threads changes no bit.

use std::iter::zip;

use crate::recurrent::uniform;
use allocation_counter::measure;
use approx::assert_abs_diff_eq;
use ndarray::{Array1, Array2, Array3, ArrayD, ArrayView2, Axis, array, s};
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{AttentionGradients, Error, KvCache, Parameters, Positions, Real, SelfAttention};

const SIZES: [usize; 2] = [3, 5];

/// Where the keys' bias stands among the parameters, behind their weights.
const KEY_BIAS: usize = 3;

/// Less than a block, as long, longer, and some blocks.
const LENGTHS: [usize; 10] = [1, 63, 64, 65, 127, 128, 129, 200, 257, 1100];

#[test]
fn in_f64_it_is_the_plain_formula() -> Result<(), Error> {
    for (attention, lengths) in cases() {
        agrees::<f64>(&attention, &lengths, 1e-12)?;
    }
    Ok(())
}

#[test]
fn in_f32_it_is_the_plain_formula() -> Result<(), Error> {
    for (attention, lengths) in cases() {
        agrees::<f32>(&attention, &lengths, 5e-6)?;
    }
    Ok(())
}

/// With each of the positions, causal and not, all lengths: each alone, and in one padded batch.
fn cases() -> Vec<(SelfAttention<f64>, Vec<usize>)> {
    let mut batches: Vec<Vec<usize>> = LENGTHS.iter().map(|&length| vec![length]).collect();
    batches.push(LENGTHS[..9].to_vec());
    let mut cases = vec![];
    for causal in [false, true] {
        for positions in all_positions() {
            for batch in &batches {
                cases.push((attention(causal, positions.clone()), batch.clone()));
            }
        }
    }
    cases
}

fn all_positions() -> [Positions<f64>; 3] {
    let table = Array1::from_shape_fn(100, |distance| (distance as f64).sin());
    [Positions::None, Positions::Alibi { slope: 0.05 }, Positions::Learned(table)]
}

fn attention(causal: bool, positions: Positions<f64>) -> SelfAttention<f64> {
    let [input_size, size] = SIZES;
    let rng = &mut ChaCha8Rng::seed_from_u64(1);
    let drawn = SelfAttention::new(input_size, size, causal, rng).expect("no size is zero");
    let mut attention = drawn.with_positions(positions);
    attention.query.weight *= 3.0;
    attention
}

/// Inputs and gradients by the outputs, not a number behind the end of a sequence.
fn batch(lengths: &[usize]) -> [Array3<f64>; 2] {
    let (mut rng, steps) = (ChaCha8Rng::seed_from_u64(2), lengths.iter().max().expect("some"));
    SIZES.map(|size| {
        let mut sequences: Array3<f64> = uniform((lengths.len(), *steps, size), 2.0, &mut rng);
        for (mut sequence, &length) in zip(sequences.outer_iter_mut(), lengths) {
            sequence.slice_mut(s![length.., ..]).fill(f64::NAN);
        }
        sequences
    })
}

fn agrees<F: Real>(
    attention: &SelfAttention<f64>,
    lengths: &[usize],
    tolerance: f64,
) -> Result<(), Error> {
    let [x, d_output] = batch(lengths);
    let in_f: SelfAttention<F> = converted(attention);
    let saved = in_f.forward_saving(&x.mapv(F::from_f64), Some(lengths))?;
    assert_eq!(saved.output, in_f.forward_padded(&x.mapv(F::from_f64), lengths)?);
    let found = saved.backward(&d_output.mapv(F::from_f64))?;

    let (output, expected) = plain(attention, lengths, &x, &d_output);
    let mut found = arrays(&found.attention, found.x);
    let mut expected = arrays(&expected.attention, expected.x);
    found.push(saved.output.into_dyn());
    expected.push(output.into_dyn());
    // The gradient by the keys' bias is zero: what is left is measured by that of their weights.
    let largest = |array: &ArrayD<f64>| array.fold(1.0_f64, |most, x| most.max(x.abs()));
    let mut scales: Vec<f64> = expected.iter().map(largest).collect();
    scales[KEY_BIAS] = scales[KEY_BIAS - 1];
    for (i, (found, expected)) in zip(found, expected).enumerate() {
        let off = zip(&found, &expected).map(|(&f, e)| (f.into() - e).abs()).fold(0.0, f64::max);
        let case = format!("array {i}, {lengths:?}, {} {:?}", attention.causal, in_f.positions);
        assert!(off <= tolerance * scales[i], "off by {:e} in {case}", off / scales[i]);
    }
    Ok(())
}

fn converted<F: Real>(attention: &SelfAttention<f64>) -> SelfAttention<F> {
    let [input_size, size] = SIZES;
    let rng = &mut ChaCha8Rng::seed_from_u64(1);
    let drawn = SelfAttention::new(input_size, size, attention.causal, rng).expect("no zero size");
    let mut converted = drawn.with_positions(match &attention.positions {
        Positions::None => Positions::None,
        Positions::Alibi { slope } => Positions::Alibi { slope: F::from_f64(*slope) },
        Positions::Learned(table) => Positions::learned(table.len()),
    });
    for (mut to, from) in zip(converted.parameters_mut(), attention.parameters()) {
        to.assign(&from.mapv(F::from_f64));
    }
    converted
}

fn arrays<F: Real>(model: &SelfAttention<F>, x: Array3<F>) -> Vec<ArrayD<F>> {
    let parameters = model.parameters().into_iter().map(|array| array.to_owned());
    parameters.chain([x.into_dyn()]).collect()
}

/// Output and gradients by the formula, one sequence after the other.
fn plain(
    attention: &SelfAttention<f64>,
    lengths: &[usize],
    x: &Array3<f64>,
    d_output: &Array3<f64>,
) -> (Array3<f64>, AttentionGradients<f64>) {
    let mut output = Array3::zeros(d_output.dim());
    let mut gradients =
        AttentionGradients { attention: attention.clone(), x: Array3::zeros(x.dim()) };
    gradients.attention.parameters_mut().iter_mut().for_each(|array| array.fill(0.0));
    for (n, &length) in lengths.iter().enumerate() {
        let part = s![n, ..length, ..];
        let (of_sequence, d_x) =
            add_plain(attention, &x.slice(part), &d_output.slice(part), &mut gradients.attention);
        output.slice_mut(part).assign(&of_sequence);
        gradients.x.slice_mut(part).assign(&d_x);
    }
    (output, gradients)
}

fn add_plain(
    attention: &SelfAttention<f64>,
    x: &ArrayView2<'_, f64>,
    d_output: &ArrayView2<'_, f64>,
    sums: &mut SelfAttention<f64>,
) -> (Array2<f64>, Array2<f64>) {
    let [q, k, v] = [&attention.query, &attention.key, &attention.value]
        .map(|layer| x.dot(&layer.weight.t()) + &layer.bias);
    let scale = 1.0 / (SIZES[1] as f64).sqrt();
    let mut weights = q.dot(&k.t()) * scale;
    for ((t, s), score) in weights.indexed_iter_mut() {
        *score += match &attention.positions {
            Positions::None => 0.0,
            Positions::Alibi { slope } => -slope * t.abs_diff(s) as f64,
            Positions::Learned(table) => table[t.abs_diff(s).min(table.len() - 1)],
        };
        if attention.causal && s > t {
            *score = f64::NEG_INFINITY;
        }
    }
    for mut row in weights.rows_mut() {
        let largest = row.fold(f64::NEG_INFINITY, |largest, &score| largest.max(score));
        row.mapv_inplace(|score| (score - largest).exp());
        row /= row.sum();
    }
    let d_weights = d_output.dot(&v.t());
    let means = (&weights * &d_weights).sum_axis(Axis(1)).insert_axis(Axis(1));
    let d_scores = &weights * &(d_weights - means);
    if let Positions::Learned(table) = &mut sums.positions {
        for ((t, s), d_score) in d_scores.indexed_iter() {
            let last = table.len() - 1;
            table[t.abs_diff(s).min(last)] += d_score;
        }
    }
    let mut d_x = Array2::zeros(x.dim());
    for (layer, (sum, d)) in zip(
        [&attention.query, &attention.key, &attention.value],
        [
            (&mut sums.query, d_scores.dot(&k) * scale),
            (&mut sums.key, d_scores.t().dot(&q) * scale),
            (&mut sums.value, weights.t().dot(d_output)),
        ],
    ) {
        sum.weight += &d.t().dot(x);
        sum.bias += &d.sum_axis(Axis(0));
        d_x += &d.dot(&layer.weight);
    }
    (weights.dot(&v), d_x)
}

/// The same number added to all scores changes no weight, however low it is.
#[test]
fn all_scores_of_a_row_may_be_low() -> Result<(), Error> {
    let [x, d_output] = batch(&[200]);
    for causal in [false, true] {
        let run = |positions| -> Result<_, Error> {
            let attention = attention(causal, positions);
            let saved = attention.forward_saving(&x, None)?;
            let gradients = saved.backward(&d_output)?;
            Ok((saved.output.clone(), gradients.x))
        };
        let (output, d_x) = run(Positions::Learned(array![-1e4]))?;
        let (expected, expected_d_x) = run(Positions::None)?;
        assert_abs_diff_eq!(output, expected, epsilon = 1e-9);
        assert_abs_diff_eq!(d_x, expected_d_x, epsilon = 1e-9);
    }
    Ok(())
}

#[test]
fn the_number_of_threads_changes_no_bit() -> Result<(), Error> {
    let [_, size] = SIZES;
    for positions in all_positions() {
        let attention: SelfAttention<f32> = converted(&attention(true, positions));
        let lengths = [1700, 64, 900];
        let squares: usize = lengths.iter().map(|length| length * length).sum();
        assert!(2 * squares * size > 1 << 25, "too small for threads");
        let [x, d_output] = batch(&lengths).map(|array| array.mapv(|x| x as f32));
        assert_eq!(d_output.dim().2, size);
        let run = || -> Result<_, Error> {
            let saved = attention.forward_saving(&x, Some(&lengths))?;
            let gradients = saved.backward(&d_output)?;
            Ok((saved.output, gradients))
        };
        let expected = on(1, run)?;
        for threads in [2, 3, 8] {
            assert_eq!(on(threads, run)?, expected, "{threads} threads");
        }
    }
    Ok(())
}

fn on<T: Send>(threads: usize, run: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(run)
}

/// Twice the steps take twice the memory, and far less than one number for each pair of steps.
#[test]
fn memory_grows_with_the_steps() {
    let bytes = |steps: usize| {
        let attention: SelfAttention<f32> = converted(&attention(true, Positions::None));
        let [x, d_output] = batch(&[steps]).map(|array| array.mapv(|x| x as f32));
        let bytes = |run: &(dyn Fn() + Sync)| on(1, || measure(run).bytes_max);
        [
            bytes(&|| drop(attention.forward(&x).unwrap())),
            bytes(&|| {
                drop(attention.forward_saving(&x, None).unwrap().backward(&d_output).unwrap());
            }),
        ]
    };
    let (fewer, more) = (bytes(1024), bytes(2048));
    for (fewer, more) in zip(fewer, more) {
        assert!(more < 2048 * 2048 * 4 / 8, "{more} bytes");
        assert!(more < 5 * fewer / 2, "{more} bytes, and {fewer} for half as many steps");
    }
}

/// Where all scores are equal and a step away halves the weight: 1/4, 1/2, 1 over their sum.
#[test]
fn alibi_weighs_by_distance() -> Result<(), Error> {
    let slope = 2.0_f64.ln();
    let mut attention = attention(true, Positions::Alibi { slope });
    attention.query.weight.fill(0.0);
    attention.query.bias.fill(0.0);
    let [x, _] = batch(&[3]);
    let weights = attention.forward_saving(&x, None)?.weights();
    let expected =
        array![[1.0, 0.0, 0.0], [1.0 / 3.0, 2.0 / 3.0, 0.0], [1.0 / 7.0, 2.0 / 7.0, 4.0 / 7.0],];
    assert_abs_diff_eq!(weights.index_axis(Axis(0), 0), expected, epsilon = 1e-15);
    attention.causal = false;
    let weights = attention.forward_saving(&x, None)?.weights();
    assert_abs_diff_eq!(weights.slice(s![0, 1, ..]), array![0.25, 0.5, 0.25], epsilon = 1e-15);
    Ok(())
}

#[test]
fn a_sequence_is_its_steps_with_all_positions() -> Result<(), Error> {
    for positions in all_positions() {
        let attention = attention(true, positions);
        let [x, _] = batch(&[200]);
        let output = attention.forward(&x)?;
        let mut cache = KvCache::new(SIZES[1]);
        for (x, expected) in
            zip(x.index_axis(Axis(0), 0).rows(), output.index_axis(Axis(0), 0).rows())
        {
            assert_abs_diff_eq!(attention.step(&x, &mut cache)?, expected, epsilon = 1e-12);
        }
    }
    Ok(())
}
