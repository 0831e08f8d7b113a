//! How long a layer takes: reads lines such as `rnn backward 32 100 100 128` and answers each with
//! seconds, the median of many runs. `benches/layers_beside_pytorch.py` asks it in turn with
//! PyTorch.

use std::hint::black_box;
use std::io::{self, BufRead, Write};
use std::time::{Duration, Instant};

use ndarray::Array3;
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn::{Cell, Error, GruCell, Layers, LstmCell, Parameters, RnnCell, SelfAttention};

/// How long one question is measured.
const ENOUGH: Duration = Duration::from_millis(300);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let [network, pass, sizes @ ..] = &words[..] else { return Err(usage(&line)) };
        let sizes: Vec<usize> = sizes.iter().map(|size| size.parse()).collect::<Result<_, _>>()?;
        let &[n, t, d, h] = &sizes[..] else { return Err(usage(&line)) };
        let (seconds, _) = timed(network, pass, [n, t, d, h], &mut Instant::now)?;
        println!("{seconds}");
        io::stdout().flush()?;
    }
    Ok(())
}

fn usage(line: &str) -> Box<dyn std::error::Error> {
    format!("`{line}`: expected a network, forward or backward, N, T, D and H").into()
}

/// The median seconds of a run, and the numbers that it gives.
type Timed = (f64, Vec<f32>);

/// Reads the clock.
type Now<'a> = &'a mut dyn FnMut() -> Instant;

fn timed(
    network: &str,
    pass: &str,
    sizes: [usize; 4],
    now: Now,
) -> Result<Timed, Box<dyn std::error::Error>> {
    match network {
        "rnn" => timed_cell::<RnnCell<f32>>(pass, sizes, now),
        "lstm" => timed_cell::<LstmCell<f32>>(pass, sizes, now),
        "gru" => timed_cell::<GruCell<f32>>(pass, sizes, now),
        "attention" => timed_attention(pass, sizes, now),
        _ => Err(format!("no such network: {network}").into()),
    }
}

/// Forward alone, or forward and back from a gradient of ones to those of the weights.
fn timed_cell<C: Cell<Real = f32>>(
    pass: &str,
    sizes: [usize; 4],
    now: Now,
) -> Result<Timed, Box<dyn std::error::Error>> {
    let (layers, x, d_output) = drawn::<C>(sizes)?;
    Ok(match pass {
        "forward" => {
            let (seconds, (output, _)) = median(now, || layers.forward(&x, None))?;
            (seconds, output.into_iter().collect())
        }
        "backward" => {
            let run = || layers.forward_saving(&x, None, None)?.backward(Some(&d_output), None);
            let (seconds, gradients) = median(now, run)?;
            (seconds, numbers(&gradients.layers))
        }
        _ => return Err(format!("no such pass: {pass}").into()),
    })
}

/// The same of a causal attention, whose size is the last of the sizes; back to its inputs, too.
fn timed_attention(
    pass: &str,
    sizes: [usize; 4],
    now: Now,
) -> Result<Timed, Box<dyn std::error::Error>> {
    let (attention, x, d_output) = drawn_attention(sizes)?;
    Ok(match pass {
        "forward" => {
            let (seconds, output) = median(now, || attention.forward(&x))?;
            (seconds, output.into_iter().collect())
        }
        "backward" => {
            let run = || attention.forward_saving(&x, None)?.backward(&d_output);
            let (seconds, gradients) = median(now, run)?;
            (seconds, numbers(&gradients.attention))
        }
        _ => return Err(format!("no such pass: {pass}").into()),
    })
}

/// A network with its inputs `[N, T, D]` and the gradient of ones `[N, T, H]`.
type Drawn<L> = (L, Array3<f32>, Array3<f32>);

fn drawn<C: Cell<Real = f32>>(sizes: [usize; 4]) -> Result<Drawn<Layers<C>>, Error> {
    with_inputs(sizes, |d, h, rng| Layers::new(d, h, rng))
}

fn drawn_attention(sizes: [usize; 4]) -> Result<Drawn<SelfAttention<f32>>, Error> {
    with_inputs(sizes, |d, size, rng| SelfAttention::new(d, size, true, rng))
}

fn with_inputs<L>(
    [n, t, d, h]: [usize; 4],
    layer: impl Fn(usize, usize, &mut ChaCha8Rng) -> Result<L, Error>,
) -> Result<Drawn<L>, Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let x = Array3::from_shape_simple_fn((n, t, d), || rng.random_range(-1.7..1.7_f32));
    Ok((layer(d, h, &mut rng)?, x, Array3::ones((n, t, h))))
}

fn numbers(layer: &impl Parameters<f32>) -> Vec<f32> {
    layer.parameters().iter().flatten().copied().collect()
}

/// The median seconds of a run, and what one run more gives.
fn median<T>(now: Now, run: impl Fn() -> Result<T, Error>) -> Result<(f64, T), Error> {
    black_box(run()?);
    let (start, mut times) = (now(), Vec::new());
    while now() - start < ENOUGH || times.len() < 3 {
        let before = now();
        black_box(run()?);
        times.push((now() - before).as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    Ok((times[times.len() / 2], run()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: [usize; 4] = [2, 3, 4, 5];

    /// What a forward pass must give, and one forward and back.
    fn right<C: Cell<Real = f32>>() -> [Vec<f32>; 2] {
        let (layers, x, d_output) = drawn::<C>(SIZES).unwrap();
        let (output, _) = layers.forward(&x, None).unwrap();
        let saved = layers.forward_saving(&x, None, None).unwrap();
        let gradients = saved.backward(Some(&d_output), None).unwrap();
        [output.into_iter().collect(), numbers(&gradients.layers)]
    }

    fn right_attention() -> [Vec<f32>; 2] {
        let (attention, x, d_output) = drawn_attention(SIZES).unwrap();
        let output = attention.forward(&x).unwrap();
        let saved = attention.forward_saving(&x, None).unwrap();
        let gradients = saved.backward(&d_output).unwrap();
        [output.into_iter().collect(), numbers(&gradients.attention)]
    }

    /// By a clock that goes on by a quarter of a second whenever it is read.
    #[test]
    fn each_time_is_in_seconds_and_of_its_own_network_and_pass() {
        let start = Instant::now();
        let right = [
            ("rnn", right::<RnnCell<f32>>()),
            ("lstm", right::<LstmCell<f32>>()),
            ("gru", right::<GruCell<f32>>()),
            ("attention", right_attention()),
        ];
        for (network, results) in right {
            for (pass, result) in ["forward", "backward"].into_iter().zip(results) {
                let mut readings = 0;
                let mut now = || {
                    readings += 1;
                    start + readings * Duration::from_millis(250)
                };
                let found = timed(network, pass, SIZES, &mut now).unwrap();
                assert_eq!(found, (0.25, result), "{network} {pass}");
            }
        }
    }
}
